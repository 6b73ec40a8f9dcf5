"""A second sync of files that have not changed, and one of a single change, as whole processes.

    python -m benchmarks.noop                                    # 2,000 files
    python -m benchmarks.noop --files 20000 --encoder hash       # without the start of the encoder

The files are short texts made of the sample's sentences. The first sync is not timed; then the same
command runs again, each time as a new process from start to exit. A last run lists what it
imported: neither torch nor chromadb may be among that.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from benchmarks.articles import PILE, pile, place_of
from benchmarks.result import ROOT, Measure, Measured, note, parser_of, run

HEAVY = ("torch", "chromadb", "gradio", "llama_index", "sentence_transformers", "transformers",
         "onnxruntime", "tokenizers", "trafilatura", "lxml", "numpy")  # fmt: skip
FORBIDDEN = {"torch", "chromadb"}


def environment() -> dict[str, str]:
    """This process's environment without what configures Byline."""
    return {k: v for k, v in os.environ.items() if not k.startswith(("BYLINE_", "GRADIO_"))}


def command(
    *arguments: str | Path, flags: Sequence[str] = ()
) -> "subprocess.CompletedProcess[str]":
    """Run `python -m ...` in the project's folder; it has to succeed."""
    words = [sys.executable, *flags, "-m", *(str(each) for each in arguments)]
    done = subprocess.run(words, cwd=ROOT, env=environment(), capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{' '.join(words[1:])} failed: {done.stderr.strip()[-500:]}")
    return done


def seconds_of(*arguments: str | Path) -> float:
    """Seconds that a command takes from start to exit."""
    started = time.perf_counter()
    command(*arguments)
    return time.perf_counter() - started


def measure(args: argparse.Namespace) -> Measured:
    """Sync twice and more often, and look at what the second sync imports."""
    folder = pile(args.cache, args.files).resolve()
    store = place_of(f"pile-{args.files}{args.encoder}", [folder], args.cache)
    again = ["index", "sync", folder, "--store", store, "--json"]
    if args.encoder:
        again += ["--encoder", args.encoder]
    note(f"syncing {args.files} files …")
    command(*again)
    told = json.loads(command(*again).stdout.splitlines()[-1])
    if told["unchanged"] != args.files or told["added"] or told["changed"] or told["failed"]:
        raise RuntimeError(f"a second sync found something to do: {told}")
    seconds = [seconds_of(*again) for _ in range(args.rounds)]
    changed = _changed(again, folder, args.rounds)
    imported = _imported(command(*again, flags=["-X", "importtime"]).stderr)
    if imported & FORBIDDEN:
        raise RuntimeError(f"a sync with nothing to do imported {sorted(imported & FORBIDDEN)}")
    heavy = ", ".join(name for name in HEAVY if name in imported) or "none"
    over = f"{args.files:,} unchanged files, {args.rounds} runs; heavy imports: {heavy}"
    bound = "<= 4" if args.files > PILE else "<= 1.5" if args.files == PILE else ""
    one = "<= 4" if args.files > PILE and args.encoder == "hash" else ""
    return over, [
        Measure("whole process, median", median(seconds), "s", bound),
        Measure("whole process, fastest", min(seconds), "s"),
        Measure("whole process, slowest", max(seconds), "s"),
        Measure("with one changed, median", median(changed), "s", one),
        Measure("with one changed, slowest", max(changed), "s"),
    ]


def _changed(again: Sequence[str | Path], folder: Path, rounds: int) -> list[float]:
    """Seconds of a sync that finds one file changed; the file is then as it was."""
    path = min(folder.glob("*.txt"))
    before, seconds = path.read_bytes(), []
    try:
        for number in range(rounds):
            path.write_bytes(before + f"\nThis is round {number}.".encode())
            started = time.perf_counter()
            told = json.loads(command(*again).stdout.splitlines()[-1])
            seconds.append(time.perf_counter() - started)
            if told["changed"] != 1:
                raise RuntimeError(f"one file had changed, and the sync says {told}")
    finally:
        path.write_bytes(before)
        command(*again)
    return seconds


def _imported(listing: str) -> set[str]:
    """The top names of what `-X importtime` lists."""
    return set(re.findall(r"^import time:[^|]*\|[^|]*\|\s+(\w+)", listing, re.MULTILINE))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it as a command."""
    parser = parser_of(__doc__)
    parser.add_argument("--files", type=int, default=PILE, metavar="N", help=f"files ({PILE:,})")
    parser.add_argument("--encoder", default="", metavar="NAME", help="another than the default")
    parser.add_argument("--rounds", type=int, default=9, metavar="N", help="runs (9)")
    return run("noop", measure, parser, arguments)


if __name__ == "__main__":
    sys.exit(main())
