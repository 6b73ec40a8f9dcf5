"""Questions with all that is found for them, for `benchmarks/fit_reader.py` to fit on.

An answer is a sentence that holds an accepted answer: of the news in the article that is named, of
squad-open anywhere.
"""

import argparse
import json
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from benchmarks.articles import asked_of, spans, squad_open, store_of
from benchmarks.fit_pointer import fold_of, kept_network
from benchmarks.news import plain
from benchmarks.squad import Withholding
from index.encoder import load_encoder
from index.passages import EVERYTHING
from index.sync import sync
from qa import Assistant, rerank
from qa.features import features, starts_with_pronoun
from qa.question import Question
from qa.rewrite import Standalone

SQUAD = "squad-open"


class Asked(NamedTuple):
    """One question with all its sentences: features, which are right, and who they belong to.

    `shown` are those that would show an accepted answer with the sentence that they lean on;
    `passages` and `holds` are the rows of `rerank.NAMES` and which passages hold the answer.
    """

    folder: str
    group: str
    question: Question
    answerable: bool
    articles: list[Any]
    rows: np.ndarray
    right: np.ndarray
    shown: np.ndarray
    owner: list[tuple[int, int]]
    passages: np.ndarray
    holds: np.ndarray


def found(
    assistant: Assistant, text: str, answers: Sequence[str], source: str | None, place: Any = None
) -> Asked | None:
    """A question with what is found for it; an answer counts in `source`, or anywhere if None."""
    question, evidence = assistant._find(Standalone(text), EVERYTHING)
    if not question.terms or not evidence:
        return None
    articles = rerank.by_article(evidence)
    rows, right, shown, owner = [], [], [], []
    for number, (article, lines) in enumerate(articles):
        rows.append(features(question, article.title, lines))
        for at, line in enumerate(lines):
            leans = at and starts_with_pronoun(line.text) and line.follows(lines[at - 1])
            start = lines[at - 1].start if leans else line.start
            here = source is None or article.source == source
            right.append(here and says(line.text, answers))
            shown.append(here and says(article.text[start : line.end], answers))
            owner.append((number, at))
    holds = [place is not None and place(item.hit) for item in evidence]
    return Asked(
        "", "", question, bool(answers), articles, np.concatenate(rows), np.array(right),
        np.array(shown), owner, rerank.rows(question, evidence), np.array(holds),
    )  # fmt: skip


def says(text: str, answers: Sequence[str]) -> bool:
    """Whether an accepted answer stands in a text."""
    return any(plain(answer) in plain(text) for answer in answers)


def gather(folder: Path) -> Iterator[Asked]:
    """The questions of a folder that stand alone and are not about the byline."""
    with tempfile.TemporaryDirectory() as store:
        encoder = load_encoder()
        sync(Path(store), [folder], encoder)
        with Assistant.open(store, encoder=encoder, once=True) as assistant:
            for line in (folder / "questions.jsonl").read_text("utf-8").splitlines():
                item = json.loads(line)
                if item["kind"] not in ("byline", "follow_up"):
                    one = found(assistant, item["question"], item["answers"], item["article"])
                    if one:
                        yield one._replace(folder=folder.name, group=folder.name)


def gather_squad(args: argparse.Namespace) -> Iterator[Asked]:
    """The questions of squad-open, each as it is and with its article withheld."""
    encoder = load_encoder()
    store = store_of("squad-490", [squad_open(args.bench) / "articles"], args.cache, encoder)
    library = Withholding.open(store, encoder)
    assert isinstance(library, Withholding)
    every = asked_of(args.bench)
    sources = sorted({asked.source for asked in every})
    with Assistant(library, encoder) as assistant:
        ids = {article.source: article.id for article in library.bylines(limit=-1)}
        for asked in every:
            if args.folds:
                kept_network(args.cache, fold_of(asked.source, sources))
            article = library.article(ids[asked.source])
            places = spans(asked, article)

            def holds(hit: Any, wanted: str = article.id, places: Any = places) -> bool:
                inside = ((hit.passage.start <= a and b <= hit.passage.end) for a, b in places)
                return hit.article.id == wanted and any(inside)

            one = found(assistant, asked.text, asked.answers, None, holds)
            library.withheld = article.id
            two = found(assistant, asked.text, asked.answers, None)
            library.withheld = ""
            for each, answerable in ((one, True), (two, False)):
                if each:
                    yield each._replace(folder=SQUAD, group=asked.source, answerable=answerable)
    kept_network(args.cache, -1)
