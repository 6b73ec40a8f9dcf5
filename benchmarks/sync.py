"""A whole sync against embedding alone: what reading, splitting and storing cost on top.

    python -m benchmarks.sync [--bench DIR]

*Alone* is one call of `encode_passages` with all passages of the articles, already read and split.
*Sync* starts from the files and an empty store and ends with everything committed and the first
generation of the vector index built and probed. Both in one process, in turn. Loading the model,
its export, and importing libraries are excluded from both: a sync of the sample comes first.
"""

import argparse
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from benchmarks.articles import SAMPLE, some
from benchmarks.embedding import in_turn, passages
from benchmarks.result import Measure, Measured, parser_of, run
from index.encoder import load_encoder
from index.sync import sync


def measure(args: argparse.Namespace) -> Measured:
    """Time both over the same articles."""
    encoder = load_encoder()
    folders, name = some(args.bench, args.articles, args.cache)
    texts = passages(folders, encoder)
    with tempfile.TemporaryDirectory() as scratch:
        store = Path(scratch) / "store"
        sync(Path(scratch) / "warm", [SAMPLE], encoder)
        seconds = in_turn(
            {
                "alone": lambda: encoder.encode_passages(texts),
                "sync": lambda: sync(store, folders, encoder),
            },
            args.rounds,
            between=lambda: shutil.rmtree(store, ignore_errors=True),
        )
    alone, whole = seconds["alone"], seconds["sync"]
    return f"{len(texts):,} passages of {name}, {args.rounds} rounds", [
        Measure("embedding alone, median", len(texts) / median(alone), "/s"),
        Measure("sync, median", len(texts) / median(whole), "/s"),
        Measure("rate of sync over that of embedding, medians", median(alone) / median(whole), "×",
                ">= 0.85"),
        Measure("rate of sync over that of embedding, best rounds", min(alone) / min(whole), "×"),
    ]  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it as a command."""
    parser = parser_of(__doc__)
    parser.add_argument("--articles", type=int, default=40, metavar="N", help="articles (40)")
    parser.add_argument("--rounds", type=int, default=3, metavar="N", help="rounds (3)")
    return run("sync", measure, parser, arguments)


if __name__ == "__main__":
    sys.exit(main())
