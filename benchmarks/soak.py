"""Thousands of articles come, change and go in one process: what grows that should not.

    python -m benchmarks.soak [--count 10000] [--minutes 20] [--seed S]

Ten files a sync come, change or go, about 300 are there at a time; a reader stays open and asks
after each sync. *Memory* is what is resident at the end against a tenth of the way, *disk* the
store against one made afresh of the same files, *open files* the most against the least, *recall*
what the vector index finds of the ten nearest of exact search, the worst of ten checkpoints. The
vector index is made anew when 300 passages are young, so that there are many.
"""

import argparse
import os
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.result import Measure, Measured, note, parser_of, run
from benchmarks.world import World
from corpus.read import parse
from corpus.sandbox import Sandbox
from index import generations
from index.hashing import HashEncoder
from index.library import Library
from index.sync import sync

FILES = 300
AT_ONCE = 10
YOUNG = 300
ENCODER = HashEncoder()


def resident() -> float:
    """MiB of memory that this process has now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def open_files() -> int:
    """How many files this process has open."""
    return len(os.listdir("/proc/self/fd"))


def size(store: Path) -> float:
    """MiB of all files of a store."""
    return sum(path.stat().st_size for path in store.rglob("*") if path.is_file()) / 2**20


def recall(store: Path, rng: random.Random, questions: int = 50) -> float:
    """The share of the ten nearest by exact search that a fresh reader finds with the index."""
    asked = [ENCODER.encode_question(f"Who delayed the ferry near place{rng.randrange(500)}?")
             for _ in range(questions)]  # fmt: skip
    with Library.open(store, ENCODER) as library:
        found = [{n for n, _ in library.search_vectors(vector, 10)} for vector in asked]
        if library._fit_generation() is None:
            raise RuntimeError("the vector index is not fit")
    with Library.open(store, ENCODER, vectors=False) as library:
        exact = [{n for n, _ in library.search_vectors(vector, 10)} for vector in asked]
    return sum(len(a & b) for a, b in zip(found, exact, strict=True)) / sum(map(len, exact))


def turn(world: World, rng: random.Random) -> int:
    """Let some files come, change and go; how many."""
    files = world.files()
    for path in rng.sample(files, min(AT_ONCE, len(files))):
        if rng.random() < 0.5:
            world.write(path)
        else:
            path.unlink()
            world.write(world.name())
    return AT_ONCE


def measure(args: argparse.Namespace) -> Measured:
    """Turn until there were enough, or the time is up."""
    generations.YOUNG, generations.SHARE = YOUNG, 0.0
    generations.probe = lambda *_: True  # in this process whatever has been built is opened
    Sandbox.parse = lambda _, *content: parse(*content)  # type: ignore[method-assign]
    rng = random.Random(args.seed)
    until = time.monotonic() + args.minutes * 60 if args.minutes else float("inf")
    memory: list[float] = []
    files: list[int] = []
    recalls: list[float] = []
    done, began = 0, 0.0
    with tempfile.TemporaryDirectory() as name:
        world, store = World(Path(name) / "news", rng, args.files), Path(name) / "store"
        sync(store, [world.news], ENCODER)
        question = ENCODER.encode_question("Who approved the bridge?")
        with Library.open(store, ENCODER) as reader:
            while done < args.count and time.monotonic() < until:
                done += turn(world, rng)
                report = sync(store, [world.news], ENCODER, yes=True)
                if report.failed:
                    raise RuntimeError(str(report.failed))
                reader.refresh()
                reader.search_vectors(question, 10)
                if not began or done <= args.count // 10:
                    began = resident()
                memory.append(resident())
                files.append(open_files())
                if done % (args.count // 10) < AT_ONCE:
                    recalls.append(recall(store, rng))
                    note(f"{done} cycles, {resident():.0f} MiB, {open_files()} files, "
                         f"{size(store):.0f} MiB on disk, recall {recalls[-1]:.3f}")  # fmt: skip
        recalls.append(recall(store, rng))
        sync(Path(name) / "fresh", [world.news], ENCODER)
        disk, fresh = size(store), size(Path(name) / "fresh")
    growth = sum(memory[-5:]) / len(memory[-5:]) / began
    bound = "<= 1.10" if done >= args.count else ""
    return f"{done:,} articles changed, {args.files} files at a time", [
        Measure("cycles", done, "count"),
        Measure("memory, the end against a tenth of the way", growth, "×", bound),
        Measure("disk, against a library made afresh", disk / fresh, "×", "<= 2.5"),
        Measure("open files, most less least", max(files) - min(files), "count"),
        Measure("recall@10 against exact search, worst checkpoint", min(recalls), "", ">= 0.97"),
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it as a command."""
    parser = parser_of(__doc__)
    parser.add_argument("--count", type=int, default=10_000, metavar="N", help="cycles (10,000)")
    parser.add_argument("--files", type=int, default=FILES, metavar="N", help=f"files ({FILES})")
    parser.add_argument(
        "--minutes", type=float, default=20, metavar="M", help="stop after so many (20; 0: never)"
    )
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="of what happens (1)")
    return run("soak", measure, parser, arguments)


if __name__ == "__main__":
    sys.exit(main())
