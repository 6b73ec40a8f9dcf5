"""squad-open: questions over 490 Wikipedia articles, with no hint of the article.

    python -m benchmarks.squad --bench DIR

All articles are synced; every question goes through the whole path that a person's does.
*Passage*: one that covers the answer's offsets is right; success@k is the share of questions with
a right one among the first k of `Assistant.search`, RR the mean reciprocal rank of the first, 0
where none is among 20. *Sentence*: an accepted answer stands in the first sentence of the answer,
compared without case; once as answered, where a refusal is wrong, and once with the best sentence
whether it was refused or not. A sentence that leans on the one before brings it along, so the mean
length is given. *Refusal*: each question is asked twice, the second time with its article withheld
from both searches (the document frequencies stay those of all); the balanced accuracy of answered
and refused. Where another article happens to answer, that counts as wrong all the same.
"""

import argparse
import sys
from collections.abc import Sequence
from typing import Any

import numpy as np

from benchmarks.articles import Asked, asked_of, spans, squad_open, store_of, subset
from benchmarks.news import plain
from benchmarks.result import Measure, Measured, parser_of, run
from index.encoder import Vectors, load_encoder
from index.library import Library
from index.passages import EVERYTHING, Scope
from qa import Answer, Assistant, reader
from qa.rewrite import Standalone

DEEP = 20
ALL = 490


class Withholding(Library):
    """A library that keeps one article from being found."""

    withheld: str = ""

    def _without(
        self, found: list[tuple[int, float]], numbers: set[int], k: int
    ) -> list[tuple[int, float]]:
        return [pair for pair in found if pair[0] not in numbers][:k]

    def _numbers(self) -> set[int]:
        passages = self.passages_of(self.withheld) if self.withheld else ()
        return {passage.number for passage in passages}

    def search_vectors(
        self, vector: Vectors, k: int, scope: Scope = EVERYTHING
    ) -> list[tuple[int, float]]:
        """The `k` nearest passages of the other articles."""
        numbers = self._numbers()
        return self._without(super().search_vectors(vector, k + len(numbers), scope), numbers, k)

    def search_words(
        self, words: Sequence[str], k: int, scope: Scope = EVERYTHING
    ) -> list[tuple[int, float]]:
        """The `k` best passages by words of the other articles."""
        numbers = self._numbers()
        return self._without(super().search_words(words, k + len(numbers), scope), numbers, k)


def measure(args: argparse.Namespace) -> Measured:
    """Ask every question three ways: search, ask, ask with the article withheld."""
    squad_open(args.bench)
    encoder = load_encoder()
    folder = subset(args.bench, args.articles, args.cache)
    store = store_of(f"squad-{args.articles}", [folder], args.cache, encoder)
    asked = asked_of(args.bench)[: args.limit]
    library = Withholding.open(store, encoder)
    assert isinstance(library, Withholding)
    with Assistant(library, encoder) as assistant:
        status = library.status()
        ids = {article.source: article.id for article in library.bylines(limit=-1)}
        outcomes = [_outcome(assistant, library, q, ids[q.source]) for q in _bar(asked)]
    ranks, answered, best, lengths, kept, refused = map(np.array, zip(*outcomes, strict=True))
    whole = args.articles >= ALL and not args.limit
    over = (
        f"{status['articles']} articles, {status['passages']:,} passages, {len(asked)} questions"
        f"{'' if whole else ' (not the whole protocol)'}"
    )

    def target(bound: str) -> str:
        return bound if whole else ""

    return over, [
        Measure("passage success@1", _within(ranks, 1), target=target(">= 0.78")),
        Measure("passage success@5", _within(ranks, 5), target=target(">= 0.92")),
        Measure("passage success@20", _within(ranks, DEEP)),
        Measure("passage RR", float(np.mean([1 / rank if rank else 0.0 for rank in ranks]))),
        Measure("sentence, a refused one is wrong", float(answered.mean())),
        Measure("sentence, refused or not", float(best.mean()), target=target(">= 0.68")),
        Measure("words in that sentence, mean", float(lengths.mean()), "count"),
        Measure("answered", float(kept.mean())),
        Measure("refused with the article withheld", float(refused.mean())),
        Measure("refusal, balanced accuracy", float(kept.mean() + refused.mean()) / 2),
    ]


def _within(ranks: Any, k: int) -> float:
    """The share of ranks from 1 to `k`; 0 stands for not found."""
    return float(((ranks > 0) & (ranks <= k)).mean())


def _outcome(
    assistant: Assistant, library: Withholding, asked: Asked, article: str
) -> tuple[int, bool, bool, int, bool, bool]:
    """Ask one question; a column for each of what `measure` counts."""
    hits = assistant.search(asked.text, DEEP)
    rank = next((hit.rank for hit in hits if _covers(hit, asked)), 0)
    answer = assistant.ask(asked.text)
    found = reader.candidates(*assistant._find(Standalone(asked.text), EVERYTHING))
    best = found[0].text if found else ""
    library.withheld = article
    without = assistant.ask(asked.text)
    library.withheld = ""
    return (
        rank,  # of the right passage, 0 for none
        not answer.refused and _says(_first(answer), asked),
        _says(best, asked),
        len(best.split()),
        not answer.refused,
        without.refused,
    )


def _covers(hit: Any, asked: Asked) -> bool:
    """Whether a hit's passage holds an accepted answer where it stands in the text."""
    if hit.article.source != asked.source:
        return False
    inside = spans(asked, hit.article)
    return any(hit.passage.start <= start and end <= hit.passage.end for start, end in inside)


def _first(answer: Answer) -> str:
    return answer.sentences[0].text if answer.sentences else ""


def _says(sentence: str, asked: Asked) -> bool:
    return any(plain(accepted) in plain(sentence) for accepted in asked.answers)


def _bar(asked: list[Asked]) -> Any:
    from tqdm import tqdm

    return tqdm(asked, unit=" questions", disable=None, file=sys.stderr)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it as a command."""
    parser = parser_of(__doc__)
    parser.add_argument("--limit", type=int, metavar="N", help="ask the first N questions only")
    parser.add_argument(
        "--articles",
        type=int,
        default=ALL,
        metavar="N",
        help="index N articles only, with those that are asked about",
    )
    return run("squad", measure, parser, arguments)


if __name__ == "__main__":
    sys.exit(main())
