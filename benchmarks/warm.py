"""A warm answer: how long, and where the time goes.

    python -m benchmarks.warm [--bench DIR]

One `Assistant`, as the web chat holds it, over the sample and over squad-open where it is there;
a few other questions come first, uncounted. Questions are shuffled and none is repeated. Byline
remembers the token vectors of passages that were read lately; *nothing remembered* switches that
off, which is what the first question about a subject costs, and *in conversation* leaves it on.
"""

import argparse
import random
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.articles import SAMPLE, asked_of, has_squad_open, questions, store_of, subset
from benchmarks.result import Measure, Measured, parser_of, run
from index.encoder import Encoder, load_encoder
from qa import Assistant
from qa.tokens import TokenCache

STEPS = ("rewrite", "retrieve", "rerank", "read")
WARMING = 3


def measure(args: argparse.Namespace) -> Measured:
    """Ask over each library, with and without what is remembered."""
    encoder = load_encoder()
    libraries = [("sample", SAMPLE, questions(SAMPLE, answerable=False))]
    if has_squad_open(args.bench):
        folder = subset(args.bench, args.articles, args.cache)
        name = f"squad-{args.articles}"
        libraries.append((name, folder, [asked.text for asked in asked_of(args.bench)]))
    over, measures = [], []
    for name, folder, asked in libraries:
        random.Random(3).shuffle(asked)
        asked = list(dict.fromkeys(asked))[: args.questions + WARMING]
        store = store_of(name, [folder], args.cache, encoder)
        where = "the sample" if name == "sample" else "squad-open"
        over.append(f"{len(asked) - WARMING} questions over {where}")
        for remembers, how in ((False, "nothing remembered"), (True, "in conversation")):
            times = _times(store, encoder, asked, remembers=remembers)
            measures += _told(f"{where}, {how}", times, steps=not remembers)
    return "; ".join(over), measures


def _times(
    store: Path, encoder: Encoder, asked: Sequence[str], *, remembers: bool
) -> dict[str, list[float]]:
    """Milliseconds of each question: by the clock, and of each step as the answer tells."""
    times: dict[str, list[float]] = {name: [] for name in ("wall", *STEPS)}
    with Assistant.open(store, encoder=encoder) as assistant:
        if not remembers:
            assistant._tokens = TokenCache(encoder, budget=0)
        for number, question in enumerate(asked):
            started = time.perf_counter()
            answer = assistant.ask(question)
            wall = (time.perf_counter() - started) * 1000
            if number >= WARMING:
                times["wall"].append(wall)
                for step in STEPS:
                    times[step].append(answer.timings_ms[step])
    return times


def _told(name: str, times: dict[str, list[float]], *, steps: bool) -> list[Measure]:
    wall = times["wall"]
    measures = [
        Measure(f"{name}: p50", float(np.percentile(wall, 50)), "ms"),
        Measure(f"{name}: p95", float(np.percentile(wall, 95)), "ms"),
    ]
    for step in STEPS if steps else ():
        measures.append(Measure(f"{name}: mean of {step}", float(np.mean(times[step])), "ms"))
    return measures


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it as a command."""
    parser = parser_of(__doc__)
    parser.add_argument("--questions", type=int, default=300, metavar="N", help="at most (300)")
    parser.add_argument("--articles", type=int, default=490, metavar="N", help="articles (490)")
    return run("warm", measure, parser, arguments)


if __name__ == "__main__":
    sys.exit(main())
