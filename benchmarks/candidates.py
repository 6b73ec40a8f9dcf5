"""How many passages to read: what is found and how long it takes, over `qa.answer.CANDIDATES`.

    python -m benchmarks.candidates --bench DIR [--limit N]

Questions of squad-open, evenly drawn, each asked with 12 to 48 passages read word by word.
Success@k and the best sentence as `benchmarks.squad` counts them, refused or not; milliseconds from
the question to its ordered sentences, no passage remembered, the numbers of passages in turn.
"""

import argparse
import sys
import time
from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from benchmarks.articles import asked_of, spans, squad_open, store_of
from benchmarks.news import plain
from benchmarks.result import Measure, Measured, parser_of, run
from index.encoder import load_encoder
from index.passages import EVERYTHING
from qa import Assistant, reader
from qa.rewrite import Standalone
from qa.tokens import TokenCache

SWEEP = (12, 16, 20, 24, 32, 40, 48)


def measure(args: argparse.Namespace) -> Measured:
    """Ask each question with each number of passages."""
    encoder = load_encoder()
    store = store_of("squad-490", [squad_open(args.bench) / "articles"], args.cache, encoder)
    every = asked_of(args.bench)
    step = max(1, len(every) // args.limit)
    ranks, right, times = defaultdict(list), defaultdict(list), defaultdict(list)
    with Assistant.open(store, encoder=encoder) as assistant:
        assistant._tokens = TokenCache(encoder, budget=0)
        ids = {article.source: article.id for article in assistant.library.bylines(limit=-1)}
        asked = every[::step][: args.limit]
        for question in asked:
            inside = spans(question, assistant.library.article(ids[question.source]))
            for count in SWEEP:
                started = time.perf_counter()
                evidence = assistant._find(Standalone(question.text), EVERYTHING, k=count)
                found = reader.candidates(*evidence)
                times[count].append((time.perf_counter() - started) * 1000)
                ranks[count].append(
                    next(
                        (
                            item.hit.rank
                            for item in evidence[1]
                            if item.hit.article.source == question.source
                            and any(
                                item.hit.passage.start <= a and b <= item.hit.passage.end
                                for a, b in inside
                            )
                        ),
                        0,
                    )
                )
                said = plain(found[0].text) if found else ""
                right[count].append(any(plain(answer) in said for answer in question.answers))
    measures = []
    for count in SWEEP:
        for k in (1, 5):
            share = np.mean([0 < rank <= k for rank in ranks[count]])
            measures.append(Measure(f"{count} passages, success@{k}", float(share)))
        measures.append(Measure(f"{count} passages, sentence", float(np.mean(right[count]))))
        for share in (50, 95):
            spent = float(np.percentile(times[count], share))
            measures.append(Measure(f"{count} passages, p{share}", spent, "ms"))
    return f"{len(asked)} questions over squad-open", measures


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it as a command."""
    parser = parser_of(__doc__)
    parser.add_argument("--limit", type=int, default=100, metavar="N", help="questions (100)")
    return run("candidates", measure, parser, arguments)


if __name__ == "__main__":
    sys.exit(main())
