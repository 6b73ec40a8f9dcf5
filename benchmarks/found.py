"""The questions that `benchmarks/fit_joint.py` trains on, each with the sentences found for it.

Those of squad-open, each as it is and with its article withheld, of clapnq, the sample and
`benchmarks/news-tune*` (these also without what the right article says), and those that
`benchmarks/cloze.py` makes of articles of squad-open that no question asks about.
"""

import json
import random
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.articles import asked_of, fold_of, spans, squad_open, store_of
from benchmarks.cloze import clozes
from benchmarks.news import asked_alone, plain
from benchmarks.squad import Withholding
from corpus.article import Article
from index.encoder import Encoder
from index.joint import Sentence
from index.library import Library
from index.passages import EVERYTHING, Passage
from qa import Assistant, reader, together
from qa.rerank import by_article
from qa.rewrite import Standalone

# Sentences that stand beside the right one of a made question.
BESIDE = 2

# Whether the sentence `text[start:end]` of an article is right, and whether it may be wrong.
Tell = Callable[[Article, int, int], tuple[bool, bool]]


class Found(NamedTuple):
    """A question and the best sentences found, first to last: which are right, which wrong.

    `usual` are what the reader scores them without reading.
    """

    group: str
    text: str
    answers: Sequence[str]
    answerable: bool
    sentences: list[Sentence]
    right: list[bool]
    wrong: list[bool]
    usual: list[float]


def found_by(
    assistant: Assistant,
    text: str,
    answers: Sequence[str],
    answerable: bool,
    tell: Tell,
    group: str,
) -> Found | None:
    """The best sentences for a question, and behind them one that is right if none of them is."""
    question, evidence = assistant._find(Standalone(text), EVERYTHING, read=False)
    best = reader.scored(question, evidence)
    if not best:
        return None
    best = best[: together.READ]
    places = together.places(evidence, [each for each, _ in best])
    told = [tell(article, start, end) for article, start, end, _ in places]
    found = Found(
        group, text, answers, answerable, [sentence for *_, sentence in places],
        [right for right, _ in told], [wrong for _, wrong in told],
        [each.score for each, _ in best],
    )  # fmt: skip
    if not any(found.right):
        for article, lines in by_article(evidence):
            for at, line in enumerate(lines):
                if tell(article, line.start, line.end)[0]:
                    before = " ".join(each.text for each in lines[max(0, at - 2) : at])
                    found.sentences.append(Sentence(article.title, before, line.text))
                    found.right.append(True)
                    found.wrong.append(False)
                    return found
    return found


def squad(args: Any, encoder: Encoder) -> Iterator[Found]:
    """The questions of squad-open, each as it is and with its article withheld."""
    store = store_of("squad-490", [squad_open(args.bench) / "articles"], args.cache, encoder)
    library = Withholding.open(store, encoder)
    assert isinstance(library, Withholding)
    every = asked_of(args.bench)
    sources = sorted({asked.source for asked in every})
    with Assistant(library, encoder) as assistant:
        ids = {article.source: article.id for article in library.bylines(limit=-1)}
        for asked in every:
            held = spans(asked, library.article(ids[asked.source]))
            for withheld in ("", ids[asked.source]):
                library.withheld = withheld

                def tell(
                    article: Article, start: int, end: int, held: Any = held, asked: Any = asked
                ) -> tuple[bool, bool]:
                    said = plain(article.text[start:end])
                    inside = article.source == asked.source and any(
                        a < end and b > start for a, b in held
                    )
                    elsewhere = library.withheld or not any(plain(a) in said for a in asked.answers)
                    return inside, bool(elsewhere)

                group = f"squad-open {fold_of(asked.source, sources)}"
                one = found_by(assistant, asked.text, asked.answers, not withheld, tell, group)
                if one:
                    yield one
            library.withheld = ""


def news(folder: Path, encoder: Encoder) -> Iterator[Found]:
    """The questions of a folder of news, and each again without what the right article says."""
    for assistant, item in asked_alone(folder, encoder):
        answers = item["answers"]
        for withheld in (False, True) if answers else (False,):

            def tell(
                article: Article, start: int, end: int,
                item: Any = item, withheld: bool = withheld,
            ) -> tuple[bool, bool]:  # fmt: skip
                said = any(
                    plain(answer) in plain(article.text[start:end]) for answer in item["answers"]
                )
                here = article.source == item["article"]
                return said and here and not withheld, not said and not (withheld and here)

            one = found_by(
                assistant, item["question"], answers, bool(answers) and not withheld,
                tell, folder.name,
            )  # fmt: skip
            if one:
                yield one


def clapnq(bench: Path) -> Iterator[Found]:
    """The questions of clapnq, each with the sentences of its passage."""
    for name in ("answerable", "unanswerable"):
        for line in (bench / "clapnq" / f"{name}.jsonl").read_text("utf-8").splitlines():
            item = json.loads(line)
            (passage,) = item["passages"]
            marked = {
                each.strip()
                for given in item["output"]
                for each in given.get("selected_sentences", [])
            }
            lines = passage["sentences"]
            right = [text.strip() in marked for text in lines]
            if any(right) == (name == "answerable"):
                yield Found(
                    "clapnq", item["input"], [], any(right),
                    [Sentence(passage["title"], " ".join(lines[max(0, at - 2) : at]), text)
                     for at, text in enumerate(lines)],
                    right, [not each for each in right], [],
                )  # fmt: skip


def made(args: Any, encoder: Encoder) -> Iterator[Found]:
    """Questions made of articles that are not asked about, beside other sentences of these."""
    store = store_of("squad-490", [squad_open(args.bench) / "articles"], args.cache, encoder)
    asked, draw = {each.source for each in asked_of(args.bench)}, random.Random(5)
    with Library.open(store, encoder) as library:
        every = [byline for byline in library.bylines(limit=-1) if byline.source not in asked]
        draw.shuffle(every)
        for byline in every:
            article, passages = library.article(byline.id), library.passages_of(byline.id)
            for cloze in clozes(article, passages, draw):
                (own,) = (each for each in passages if each.number == cloze.passage)
                lines = [(own, at) for at in range(len(own.sentences))]
                other = draw.choice(passages)
                lines += [(other, at) for at in range(len(other.sentences)) if other is not own]
                draw.shuffle(lines)
                chosen = []
                for passage, at in lines:
                    start, end = passage.sentences[at]
                    right = start <= cloze.start < end
                    if right or cloze.answer.lower() not in article.text[start:end].lower():
                        chosen.append((right, _sentence(article, passage, at)))
                chosen.sort(key=lambda pair: not pair[0])
                chosen = chosen[: 1 + BESIDE]
                yield Found(
                    "made", cloze.question, [cloze.answer], True, [each for _, each in chosen],
                    [right for right, _ in chosen], [not right for right, _ in chosen], [],
                )  # fmt: skip


def _sentence(article: Article, passage: Passage, at: int) -> Sentence:
    before = " ".join(article.text[a:b] for a, b in passage.sentences[max(0, at - 2) : at])
    return Sentence(article.title, before, article.text[slice(*passage.sentences[at])])
