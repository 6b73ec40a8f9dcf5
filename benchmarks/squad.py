"""squad-open: questions over 490 Wikipedia articles, with no hint of the article.

    python -m benchmarks.squad --bench DIR [--folds]

All articles are synced; every question goes through the whole path that a person's does.
*Passage*: one that covers the answer's offsets is right; success@k is the share of questions with
a right one among the first k of `Assistant.search`, RR the mean reciprocal rank of the first, 0
where none is among 20. *Sentence*: an accepted answer stands in the first sentence of the answer,
compared without case; once as answered, where a refusal is wrong, and once with the best sentence
whether it was refused or not. A sentence that leans on the one before brings it along, so the mean
length is given. *Refusal*: each question is asked twice, the second time with its article withheld
from both searches (the document frequencies stay those of all); the balanced accuracy of answered
and refused. Where another article happens to answer, that counts as wrong all the same. *Given*:
the paragraph alone is read, and its best sentence is right when it holds an accepted answer.
*Span*: exact match and F1 (Rajpurkar and others, SQuAD, EMNLP 2016) of what is marked in those best
sentences that are right, 0 where nothing is marked. What reads a sentence with the question was
trained on these questions too; with `--folds` each is asked with one that has not seen its article,
as far as `benchmarks.fit_joint --folds` has left them in the cache, and no other is asked.
"""

import argparse
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.articles import (
    FOLDS,
    Asked,
    asked_of,
    fold_of,
    spans,
    squad_open,
    store_of,
    subset,
)
from benchmarks.news import plain
from benchmarks.result import Measure, Measured, Skipped, parser_of, run
from corpus.article import Article
from index import onnx
from index.encoder import Vectors, load_encoder
from index.joint import Joint
from index.library import Library
from index.minilm import WEIGHTS, MiniLM
from index.passages import EVERYTHING, Scope, split
from index.words import words
from qa import Answer, Assistant, reader, together
from qa.measures import exact_match, f1
from qa.question import parse
from qa.rerank import rerank
from qa.rewrite import Standalone
from qa.types import Hit

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
    assert isinstance(encoder, MiniLM)
    joints = left_out(encoder, args.cache) if args.folds else {}
    folder = subset(args.bench, args.articles, args.cache)
    store = store_of(f"squad-{args.articles}", [folder], args.cache, encoder)
    asked = asked_of(args.bench)[: args.limit]
    library = Withholding.open(store, encoder)
    assert isinstance(library, Withholding)
    with Assistant(library, encoder) as assistant:
        status = library.status()
        ids = {article.source: article.id for article in library.bylines(limit=-1)}
        sources = sorted({each.source for each in asked_of(args.bench)})
        outcomes = []
        if args.folds:
            asked = [each for each in asked if fold_of(each.source, sources) in joints]
        for each in _bar(asked):
            if args.folds:
                encoder.joint = joints[fold_of(each.source, sources)]
            outcomes.append(_outcome(assistant, library, each, ids[each.source]))
    ranks, answered, best, lengths, kept, refused, given, exact, close = map(
        np.array, zip(*outcomes, strict=True)
    )
    whole = args.articles >= ALL and len(asked) == len(asked_of(args.bench))
    over = (
        f"{status['articles']} articles, {status['passages']:,} passages, {len(asked)} questions"
        f"{'' if whole else ' (not the whole protocol)'}"
    )

    def target(bound: str) -> str:
        return bound if whole else ""

    return over, [
        Measure("passage success@1", _within(ranks, 1), target=target(">= 0.84")),
        Measure("passage success@5", _within(ranks, 5), target=target(">= 0.96")),
        Measure("passage success@20", _within(ranks, DEEP)),
        Measure("passage RR", float(np.mean([1 / rank if rank else 0.0 for rank in ranks]))),
        Measure("sentence, a refused one is wrong", float(answered.mean())),
        Measure("sentence, refused or not", float(best.mean()), target=target(">= 0.78")),
        Measure("words in that sentence, mean", float(lengths.mean()), "count"),
        Measure("answered", float(kept.mean())),
        Measure("refused with the article withheld", float(refused.mean())),
        Measure(
            "refusal, balanced accuracy",
            float(kept.mean() + refused.mean()) / 2,
            target=target(">= 0.90"),
        ),
        Measure("paragraph given, right sentence", float(given.mean()), target=target(">= 0.88")),
        Measure("span, exact match", float(exact[best].mean()), target=target(">= 0.45")),
        Measure("span, F1", float(close[best].mean()), target=target(">= 0.65")),
    ]


def left_out(encoder: MiniLM, cache: Path) -> dict[int, Joint]:
    """What reads, by the part of the articles and news that it was trained without.

    Raises:
        Skipped: there is none.
    """
    found = {}
    for fold in range(FOLDS):
        adapter = cache / f"adapter-{fold}.npz"
        if adapter.is_file():
            make = partial(onnx.session, WEIGHTS, encoder.verified, adapter)
            found[fold] = Joint(encoder.pieces, make)
    if not found:
        raise Skipped("nothing was left out: run `python -m benchmarks.fit_joint --folds` first")
    return found


def _within(ranks: Any, k: int) -> float:
    """The share of ranks from 1 to `k`; 0 stands for not found."""
    return float(((ranks > 0) & (ranks <= k)).mean())


def _outcome(
    assistant: Assistant, library: Withholding, asked: Asked, article: str
) -> tuple[int, bool, bool, int, bool, bool, bool, float, float]:
    """Ask one question; a column for each of what `measure` counts."""
    hits = assistant.search(asked.text, DEEP)
    rank = next((hit.rank for hit in hits if _covers(hit, asked)), 0)
    answer = assistant.ask(asked.text)
    found = reader.candidates(*assistant._find(Standalone(asked.text), EVERYTHING))
    best = found[0].text if found else ""
    span = best[slice(*found[0].span)] if found and found[0].span else ""
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
        _given(assistant, asked),
        exact_match(span, asked.answers) if span else 0.0,
        f1(span, asked.answers) if span else 0.0,
    )


def _given(assistant: Assistant, asked: Asked) -> bool:
    """Whether the best sentence of the paragraph, read alone, holds an accepted answer."""
    article = Article("given", "p.txt", Path(asked.source).stem.replace("_", " "), asked.paragraph)
    passages = split(article, assistant.encoder)
    hits = [Hit(passage, article, 0.0, rank) for rank, passage in enumerate(passages, 1)]
    counts = assistant.library.frequencies(words(asked.text))
    question = parse(asked.text, counts, assistant.library.passage_count)
    evidence = together.read(
        assistant.encoder, question, rerank(assistant._tokens, question, hits, {})
    )
    found = reader.candidates(question, evidence)
    return bool(found) and _says(found[0].text, asked)


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
    parser.add_argument("--folds", action="store_true", help="mark as if each article were new")
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
