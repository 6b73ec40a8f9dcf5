"""Embedding in bulk: Byline's default encoder against sentence-transformers in fp32.

    python -m benchmarks.embedding [--bench DIR]

The same passages, as `sync` embeds them, go through `encode_passages` and through
`SentenceTransformer(...).encode` with its defaults (fp32, batches of 32), in the same process, in
turn, each first in every other round; both are loaded and warm. The vectors are compared too, and
those of the int8 graph that embeds questions, over the first 100 of the passages.
"""

import argparse
import random
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from benchmarks.articles import READ, some
from benchmarks.machine import has_bf16, machine
from benchmarks.result import Measure, Measured, note, parser_of, run
from corpus import read, walk
from index.encoder import Encoder
from index.minilm import MiniLM, quiet
from index.passages import context, split


def passages(folders: Sequence[Path], encoder: Encoder) -> list[str]:
    """The texts that a sync of these folders embeds."""
    found = [(entry.path, folder) for folder in folders for entry in walk(folder)]
    wanted = [(path, folder) for path, folder in found if path.suffix in READ]
    articles = [article for path, folder in wanted for article in read(path, folder).articles]
    return [context(article, p) for article in articles for p in split(article, encoder)]


def in_turn(
    jobs: dict[str, Callable[[], object]], rounds: int, between: Callable[[], object] = lambda: None
) -> dict[str, list[float]]:
    """Seconds of each job in each round; who goes first changes from round to round."""
    seconds: dict[str, list[float]] = {name: [] for name in jobs}
    for number in range(rounds):
        for name in list(jobs) if number % 2 == 0 else reversed(list(jobs)):
            between()
            started = time.perf_counter()
            jobs[name]()
            seconds[name].append(time.perf_counter() - started)
        times = ", ".join(f"{name} {each[-1]:.2f} s" for name, each in seconds.items())
        note(f"round {number + 1} of {rounds}: {times}")
    return seconds


def measure(args: argparse.Namespace) -> Measured:
    """Embed the same texts by both, and compare times and vectors."""
    import torch
    from sentence_transformers import SentenceTransformer

    encoder = MiniLM()
    folders, name = some(args.bench, 30, args.cache)
    texts = passages(folders, encoder)
    texts = random.Random(1).sample(texts, min(args.texts, len(texts)))
    quiet()
    theirs = SentenceTransformer(str(encoder._folder), local_files_only=True)
    if theirs.dtype != torch.float32:
        raise RuntimeError(f"sentence-transformers loaded the weights as {theirs.dtype}")
    vectors: dict[str, Any] = {}

    def ours_now() -> None:
        vectors["ours"] = encoder.encode_passages(texts)

    def theirs_now() -> None:
        vectors["theirs"] = theirs.encode(texts, show_progress_bar=False)

    encoder.encode_passages(texts[:32])
    theirs.encode(texts[:32], show_progress_bar=False)
    seconds = in_turn({"ours": ours_now, "theirs": theirs_now}, args.rounds)
    ours, fp32 = seconds["ours"], seconds["theirs"]
    norms = np.linalg.norm(vectors["theirs"], axis=1)
    cosines = (vectors["ours"] * vectors["theirs"]).sum(axis=1) / norms
    few = np.array([encoder.encode_question(text) for text in texts[:100]])
    int8 = (few * vectors["theirs"][: len(few)]).sum(axis=1) / norms[: len(few)]
    target = ">= 2" if has_bf16(machine()) else ">= 0.95"
    over = f"{len(texts)} passages of {name}, {args.rounds} rounds, on {theirs.device.type}"
    return over, [
        Measure("Byline, median", len(texts) / median(ours), "/s"),
        Measure("Byline, best round", len(texts) / min(ours), "/s"),
        Measure("sentence-transformers fp32, median", len(texts) / median(fp32), "/s"),
        Measure("sentence-transformers fp32, best round", len(texts) / min(fp32), "/s"),
        Measure("ratio of the medians", median(fp32) / median(ours), "×", target),
        Measure("ratio of the best rounds", min(fp32) / min(ours), "×"),
        Measure("cosine to fp32, mean", float(cosines.mean()), "cosine"),
        Measure("cosine to fp32, lowest", float(cosines.min()), "cosine", ">= 0.995"),
        Measure("cosine of the int8 graph to fp32, mean", float(int8.mean()), "cosine"),
        Measure("cosine of the int8 graph to fp32, lowest", float(int8.min()), "cosine"),
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it as a command."""
    parser = parser_of(__doc__)
    parser.add_argument("--texts", type=int, default=600, metavar="N", help="passages (600)")
    parser.add_argument("--rounds", type=int, default=5, metavar="N", help="rounds (5)")
    return run("embedding", measure, parser, arguments)


if __name__ == "__main__":
    sys.exit(main())
