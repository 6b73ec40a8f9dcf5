"""Parsing alone, of 2,000 mixed files, in this process and in the sandbox.

    python -m benchmarks.parsing [--bench DIR]

The files are of every format that is read, in equal numbers, with texts of 200 to 900 words from
squad-open or, without it, from the sample. *In this process*: `corpus.read` one after another.
*Sandbox*: the same files through children that are confined. Each run is a process of its own, with
its imports and the start of its children; the first two are pinned to one processor, in turn, and
the last has all of them. *Computing*: processor time of parent and children together, which other
work on the machine does not change much. *Memory*: what parent and children hold after a quarter of
the files and at the end.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median

from benchmarks.articles import SAMPLE, has_squad_open, squad_open
from benchmarks.noop import environment
from benchmarks.result import ROOT, Measure, Measured, note, parser_of, run
from corpus import ArticleError, read
from corpus.sandbox import Sandbox

FILES = 2_000


def measure(args: argparse.Namespace) -> Measured:
    """Make the files, then time each way over them, in turn."""
    pages, name = _texts(args.bench)
    with tempfile.TemporaryDirectory() as folder:
        note(f"making {args.files} files …")
        total = _make(Path(folder), pages, args.files)
        ways = {"0 one": [], "1 one": [], f"{args.children} all": []}  # type: dict[str, list[dict[str, float]]]
        for number in range(args.rounds):
            for way, found in ways.items():
                note(f"round {number + 1}: {way.split()[0]} children …")
                found.append(_timed(folder, *way.split()))
    here, one, several = ways.values()
    rates = [[args.files / each["seconds"] for each in found] for found in (here, one, several)]
    cost = median(each["computing"] for each in one) / median(each["computing"] for each in here)
    wall = min(each["seconds"] for each in one) / min(each["seconds"] for each in here)
    many = f"sandbox, {args.children} children, all processors"
    over = f"{args.files:,} files, {total / 1e6:.1f} MB, of {name}, {args.rounds} rounds"
    return over, [
        Measure("in this process, one processor, median", median(rates[0]), "/s"),
        Measure("sandbox, 1 child, one processor, median", median(rates[1]), "/s"),
        Measure(f"{many}, median", median(rates[2]), "/s"),
        Measure("computing in the sandbox over without, medians", cost, "×", "<= 1.25"),
        Measure("time in the sandbox over without, best rounds", wall, "×"),
        *(Measure(f"sandbox, {each}", median(found[each] for found in several), "MiB")
          for each in several[0] if each not in ("seconds", "computing")),
    ]  # fmt: skip


def _texts(bench: Path | None) -> tuple[list[str], str]:
    """Texts to make files of, and where they are from."""
    if has_squad_open(bench):
        folder, name = squad_open(bench) / "articles", "squad-open"
    else:
        folder, name = SAMPLE, "the sample"
    found = [
        "\n\n".join(line for line in path.read_text("utf-8").splitlines() if len(line) > 80)
        for path in sorted(folder.iterdir())
        if path.suffix in (".txt", ".md")
    ]
    return [text for text in found if text], name


def _make(folder: Path, texts: Sequence[str], count: int) -> int:
    """Write the files; their bytes in all."""
    from tests.hostile import written_as

    chance = random.Random(0)
    total = 0
    for number in range(count):
        paragraphs = chance.choice(texts).split("\n\n")
        start = chance.randrange(len(paragraphs))
        words: list[str] = []
        while len(" ".join(words).split()) < chance.randrange(200, 900):
            words.append(paragraphs[start % len(paragraphs)])
            start += 1
        suffix, content = written_as(number, f"Article {number}", words)
        (folder / f"{number:05}{suffix}").write_bytes(content)
        total += len(content)
    return total


def _timed(folder: str, children: str, processors: str) -> dict[str, float]:
    """One run as a process of its own: its seconds, and MiB where it has children."""
    words = [sys.executable, "-m", "benchmarks.parsing", "--run", folder, children, processors]
    done = subprocess.run(words, cwd=ROOT, env=environment(), stdout=subprocess.PIPE, text=True)
    if done.returncode:
        raise RuntimeError(f"parsing failed with {children} children")
    result: dict[str, float] = json.loads(done.stdout)
    return result


def _run(folder: str, children: int, processors: str) -> None:
    """Parse all files and print what it took."""
    if processors == "one" and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    root = Path(folder).resolve()
    jobs = [(path, root) for path in sorted(root.iterdir())]
    held: dict[str, float] = {}
    started, before = time.perf_counter(), os.times()
    failed = 0
    with Sandbox(max(1, children)) as sandbox:
        found = sandbox.read_all(jobs) if children else _here(jobs)
        for number, each in enumerate(found, 1):
            if isinstance(each, ArticleError):
                failed += 1
                note(str(each))
            if children and number in (len(jobs) // 4, len(jobs) - 1):
                when = "at the end" if number > len(jobs) // 2 else "after a quarter"
                held[f"parent, {when}"] = _resident(os.getpid())
                held[f"largest child, {when}"] = max(map(_resident, sandbox.pids), default=0)
        seconds = time.perf_counter() - started
    if failed:
        sys.exit(1)
    computing = sum(os.times()[:4]) - sum(before[:4])
    print(json.dumps({"seconds": seconds, "computing": computing, **held}))


def _here(jobs: Sequence[tuple[Path, Path]]) -> Iterator[object]:
    for path, root in jobs:
        try:
            yield read(path, root)
        except ArticleError as error:
            yield error


def _resident(process: int) -> float:
    """MiB that a process holds now; 0 where the system does not tell."""
    try:
        pages = int(Path(f"/proc/{process}/statm").read_text("ascii").split()[1])
    except (OSError, ValueError):
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it as a command."""
    parser = parser_of(__doc__)
    parser.add_argument("--files", type=int, default=FILES, metavar="N", help=f"files ({FILES:,})")
    parser.add_argument("--rounds", type=int, default=3, metavar="N", help="rounds (3)")
    parser.add_argument("--children", type=int, default=2, metavar="N", help="of the last run (2)")
    return run("parsing", measure, parser, arguments)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--run"]:
        _run(sys.argv[2], int(sys.argv[3]), sys.argv[4])
    else:
        sys.exit(main())
