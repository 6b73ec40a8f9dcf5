"""All benchmarks in order, each a process of its own, and one table at the end.

    python -m benchmarks [NAME ...] [--bench DIR] [--write docs/benchmarks.md]

Every result is kept (`--results`), so that one of them can be run again by its name and the table
and the document still show all.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from benchmarks.document import write_document
from benchmarks.machine import in_words
from benchmarks.result import CACHE, ROOT, Result, lines, note, parser_of

NAMES = (
    "squad",
    "llamaindex",
    "beside",
    "embedding",
    "sync",
    "noop",
    "cold",
    "warm",
    "memory",
    "twins",
    "parsing",
    "ingestion",
    "growth",
    "kills",
    "damage",
    "model",
    "crowd",
    "soak",
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run those named, or all; print the table; write the document. 1 when one failed."""
    args = _parser().parse_args(arguments)
    results = _load(args.results)
    failed = []
    for name in () if args.only_write else args.names or NAMES:
        note(f"— {name}")
        words = [sys.executable, "-m", f"benchmarks.{name}", "--json"]
        words += ["--cache", str(args.cache.resolve())]
        if args.bench:
            words += ["--bench", str(Path(args.bench).resolve())]
        done = subprocess.run(words, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        if done.returncode or not done.stdout.strip():
            failed.append(name)
            continue
        results[name] = Result.from_dict(json.loads(done.stdout.splitlines()[-1]))
        _store(args.results, results)
    if args.json:
        print(json.dumps({name: asdict(each) for name, each in results.items()}))
    else:
        _print(results)
    if args.write:
        write_document(args.write, NAMES, results)
    for name in failed:
        note(f"{name}: FAILED, see above")
    return 1 if failed else 0


def _print(results: dict[str, Result]) -> None:
    machine = ""
    for name in NAMES:
        if name not in results:
            continue
        if in_words(results[name].machine) != machine:
            machine = in_words(results[name].machine)
            print(machine)
        print("\n".join(lines(results[name])))


def _load(path: Path) -> dict[str, Result]:
    if not path.is_file():
        return {}
    stored = json.loads(path.read_text("utf-8"))
    return {name: Result.from_dict(each) for name, each in stored.items()}


def _store(path: Path, results: dict[str, Result]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    stored = {name: asdict(each) for name, each in results.items()}
    path.write_text(json.dumps(stored, ensure_ascii=False, indent=1) + "\n", "utf-8")


def _parser() -> argparse.ArgumentParser:
    parser = parser_of(__doc__)
    parser.prog = "python -m benchmarks"
    parser.add_argument("names", nargs="*", metavar="NAME", choices=(*NAMES, []),
                        help=f"which: {', '.join(NAMES)} (default: all)")  # fmt: skip
    parser.add_argument(
        "--write", type=Path, metavar="FILE", help="write the document, as Markdown"
    )
    parser.add_argument("--only-write", action="store_true", help="measure nothing, write it anew")
    parser.add_argument(
        "--results",
        type=Path,
        metavar="FILE",
        default=CACHE / "results.json",
        help=f"where results are kept (default: {CACHE}/results.json)",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
