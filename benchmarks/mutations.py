"""Mutations of sound files and every bad file of the tests, each read in the sandbox.

    python -m benchmarks.mutations [--count N] [--minutes M] [--seed S]

A mutation is a file of one of the formats with bytes changed, taken out, put in or moved, by a seed
of its own. Each has to become articles or a reason, within the sandbox's limits: 60 seconds for a
file, 1 GB for a child. Whatever else becomes of one is a violation: it is printed with its seed,
kept in the cache's folder `mutations`, and the command exits 1.
"""

import argparse
import random
import sys
import tempfile
import time
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from tqdm import tqdm

from benchmarks.articles import SAMPLE
from benchmarks.result import CACHE, note
from corpus import ArticleError
from corpus.sandbox import Sandbox
from tests import hostile

SECONDS = 60
PAGED_SECONDS = 600  # of a PDF, whose pages have 30 s each
MAX_MB = 1_000


class Trial:
    """One run over files in a sandbox, with what was seen so far."""

    def __init__(self, sandbox: Sandbox, folder: Path, kept: Path) -> None:
        self.sandbox = sandbox
        self.folder = folder.resolve()
        self.kept = kept
        self.fates: Counter[str] = Counter()
        self.slowest = (0.0, "")
        self.peak = 0
        self.violations: list[str] = []

    def read(self, path: Path) -> tuple[object, float]:
        """What becomes of a file, and the seconds until then."""
        started = time.perf_counter()
        found: object
        try:
            found = self.sandbox.read(path, self.folder)
        except ArticleError as error:
            found = error
        except Exception as error:  # whatever it is, it is what this command looks for
            found = error
        self.peak = max(self.peak, hostile.peak_mb(self.sandbox))
        return found, time.perf_counter() - started

    def judge(self, path: Path, name: str, found: object, seconds: float, wrong: str) -> None:
        """Count a verdict; keep what violates."""
        allowed = PAGED_SECONDS if path.suffix == ".pdf" else SECONDS
        if not wrong and not hostile.sound(found):
            wrong = f"{type(found).__name__}: {found!s:.300}"
        if not wrong and seconds > allowed + 5:
            wrong = f"took {seconds:.0f} s"
        if not wrong and self.peak > MAX_MB:
            wrong = f"a child held {self.peak} MB"
        self.fates[_fate(found)] += 1
        self.slowest = max(self.slowest, (seconds, name))
        if wrong:
            self.violations.append(f"{name}: {wrong}")
            note(f"VIOLATION {name}: {wrong}")
            if path.is_file() and path.stat().st_size < 100_000_000:
                self.kept.mkdir(parents=True, exist_ok=True)
                safe = "".join(char if char.isalnum() else "-" for char in name)[:100]
                (self.kept / f"{safe}{path.suffix}").write_bytes(path.read_bytes())


def _fate(found: object) -> str:
    if not isinstance(found, ArticleError):
        return "read" if not isinstance(found, Exception) else "violation"
    words = ("crashed its reader", "takes longer", "takes more than", "more than 1 GB", "killed")
    return next((word for word in words if word in str(found)), "failed with a reason")


def mutants(seed: int, count: int) -> Iterator[tuple[str, str, bytes]]:
    """(name with its seed, extension, content) of each mutation."""
    good = [(suffix, make()) for suffix, make in hostile.GOOD.items()]
    good += [(path.suffix, path.read_bytes()) for path in sorted(SAMPLE.iterdir())
             if path.suffix in hostile.GOOD]  # fmt: skip
    for number in range(count):
        suffix, content = good[number % len(good)]
        yield (
            f"mutation {number} of seed {seed}",
            suffix,
            hostile.mutated(content, random.Random(f"{seed} {number}")),
        )


def mutate(trial: Trial, args: argparse.Namespace) -> int:
    """Run mutations until there were enough or the time is up; how many."""
    until = time.monotonic() + args.minutes * 60 if args.minutes else float("inf")
    waiting: deque[tuple[Future[tuple[object, float]], str, Path]] = deque()
    done = 0

    def finish() -> None:
        nonlocal done
        future, name, path = waiting.popleft()
        trial.judge(path, name, *future.result(), "")
        path.unlink(missing_ok=True)
        done += 1

    with (
        ThreadPoolExecutor(trial.sandbox.children) as threads,
        tqdm(total=args.count, unit=" files", disable=None) as bar,
    ):
        for number, (name, suffix, content) in enumerate(mutants(args.seed, args.count)):
            if time.monotonic() > until:
                break
            path = trial.folder / f"{number}{suffix}"
            path.write_bytes(content)
            waiting.append((threads.submit(trial.read, path), name, path))
            while len(waiting) > 8 * trial.sandbox.children:
                finish()
                bar.update()
        while waiting:
            finish()
            bar.update()
    return done


def bad_files(trial: Trial) -> int:
    """Run every bad file, the slow ones included; how many."""
    for each in tqdm(hostile.HOSTILE, unit=" bad files", disable=None):
        path = trial.folder / each.name
        each.make(path)
        found, seconds = trial.read(path)
        wrong = hostile.wrong(each, found) if hostile.sound(found) else ""  # type: ignore[arg-type]
        trial.judge(path, ascii(each.name)[:60], found, seconds, wrong)
        if path.is_dir() and not path.is_symlink():
            path.rmdir()
        else:
            path.unlink(missing_ok=True)
    return len(hostile.HOSTILE)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run both, print what was seen; 1 when something was violated."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.mutations",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--count", type=int, default=1_000, metavar="N", help="mutations (1,000)")
    parser.add_argument("--minutes", type=float, default=0, metavar="M", help="stop after so many")
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="of all mutations (1)")
    parser.add_argument("--children", type=int, default=0, metavar="N", help="processes")
    parser.add_argument("--only-mutations", action="store_true", help="leave the bad files out")
    parser.add_argument("--cache", type=Path, default=CACHE, metavar="DIR", help=f"({CACHE})")
    args = parser.parse_args(arguments)
    runs = [("mutations", lambda trial: mutate(trial, args))]
    if not args.only_mutations:
        runs.append(("bad files", bad_files))
    violated = False
    for name, run in runs:
        started = time.perf_counter()
        with (
            # One of the bad files is written on until its writer is told to stop.
            tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
            Sandbox(args.children) as sandbox,
        ):
            trial = Trial(sandbox, Path(folder), args.cache / "mutations")
            count = run(trial)
        seconds = time.perf_counter() - started
        print(f"{count:,} {name} in {seconds:,.0f} s: " + ", ".join(
            f"{number:,} {fate}" for fate, number in trial.fates.most_common()))  # fmt: skip
        seconds, slowest = trial.slowest
        print(f"  slowest {seconds:.1f} s: {slowest}; most memory of a child {trial.peak} MB; "
              f"violations {len(trial.violations)}")  # fmt: skip
        violated = violated or bool(trial.violations)
    return 1 if violated else 0


if __name__ == "__main__":
    sys.exit(main())
