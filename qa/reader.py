"""Evidence -> candidates -> the sentences of an answer.

The reader writes nothing of its own. It scores every sentence that was retrieved by a linear model
over `qa.features`, judges the best by the logistic one of `qa.refuse` and by what else was found
(`qa.sure`), and picks those to show.
"""

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from corpus.article import Article
from index.words import words
from qa import refuse, sure
from qa.features import NAMES, Line, features, starts_with_pronoun
from qa.mark import marked
from qa.model import model
from qa.question import COUNTED, Kind, Question
from qa.rerank import Evidence, by_article

_BULLET = re.compile(r"(?:[-•*]|\d{1,3}[.)])[ \t]+(?=\S)")
MOST_SENTENCES = 5
# Sentences of one article that are judged; the rest stand no chance.
JUDGED = 3
# How far a further sentence may score below the best (tuned on news-tune, over 0.5..6).
FURTHER = 2.5
# What reading a sentence with its question counts beside its score (tuned on a quarter of
# squad-open that the reading was not trained on, over 0..1.5).
BY_READING = 0.75
# Sentences that share more of their words than this say the same.
SAME = 0.6


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that may answer, `article.text[start:end]`, with the one that it leans on if any.

    `score` orders candidates, `probability` is that it answers, `gap` how far the question's words
    fall short in the whole article (0: all are there, 1: none), `span` what answers in the text,
    `read` what `qa.together` says of it, None where it was not read.
    """

    article: Article
    start: int
    end: int
    score: float
    probability: float
    gap: float
    span: tuple[int, int] | None
    read: float | None = None

    @property
    def text(self) -> str:
        """The sentence, word for word."""
        return self.article.text[self.start : self.end]


def candidates(
    question: Question,
    evidence: Sequence[Evidence],
    keep: Callable[[Article, int, int], bool] | None = None,
) -> list[Candidate]:
    """The best sentences of each article in the evidence, best first over all.

    `keep` tells for an article and a sentence's offsets whether it may answer at all.
    """
    found = scored(question, evidence, keep)
    if not found:
        return []
    share = sure.share_of(question, evidence)
    line = sure.line(share, standing(evidence, [each for each, _ in found]))
    return [
        replace(each, probability=sure.probability(line(odds, each.read))) for each, odds in found
    ]


def scored(
    question: Question,
    evidence: Sequence[Evidence],
    keep: Callable[[Article, int, int], bool] | None = None,
) -> list[tuple[Candidate, float]]:
    """`candidates` without a probability yet, each with the log of the odds by what it lacks."""
    found = []
    if question.terms:
        for article, lines in by_article(evidence):
            found.extend(_of_article(question, article, lines, keep))
    return _read(sorted(found, key=_best_first))


def _best_first(pair: tuple[Candidate, float]) -> tuple[float, str, int]:
    return -pair[0].score, pair[0].article.id, pair[0].start


def _read(found: list[tuple[Candidate, float]]) -> list[tuple[Candidate, float]]:
    """Those that were read in the order that reading them gives, with the scores of that place.

    So that a score keeps its scale, by which others tell how far one candidate is from the next.
    """
    read = [
        (each.read, each.score, at) for at, (each, _) in enumerate(found) if each.read is not None
    ]
    order = sorted(read, key=lambda one: -(one[1] + BY_READING * one[0]))
    put = list(found)
    for (_, score, at), (_, _, by) in zip(read, order, strict=True):
        each, odds = found[by]
        put[at] = replace(each, score=score), odds
    return put


def best_of_each(found: Sequence[Candidate]) -> list[Candidate]:
    """The best candidate of each article, the best of all first."""
    first: dict[str, Candidate] = {}
    for candidate in found:
        first.setdefault(candidate.article.id, candidate)
    return list(first.values())


def standing(evidence: Sequence[Evidence], found: Sequence[Candidate]) -> NDArray[np.float64]:
    """How the first of some candidates stands out: the row of `sure.beside`."""
    best = found[0]
    others = (c.score for c in found if c.article.id != best.article.id)
    return sure.beside(evidence, best.article.id, best.end, best.score - next(others, -math.inf))


def _of_article(
    question: Question,
    article: Article,
    lines: list[Line],
    keep: Callable[[Article, int, int], bool] | None,
) -> list[tuple[Candidate, float]]:
    """An article's best sentences with the log of the odds that what they lack gives them."""
    kept = [keep is None or keep(article, line.start, line.end) for line in lines]
    if not any(kept):
        return []
    known = model()
    rank, lacking, intercept = known.rank, known.refuse, known.refuse_intercept
    rows = features(question, article.title, lines)
    scores = rows @ rank
    heading = NAMES.index("heading")
    order = sorted(range(len(lines)), key=lambda i: (rows[i][heading], -scores[i]))
    order = [i for i in order if kept[i]]
    found = []
    for best in order[:JUDGED]:
        if rows[best][heading]:
            break  # a title or a heading is not an answer
        named = dict(zip(NAMES, rows[best], strict=True))
        row = refuse.lacks(question, article, lines, best, named)
        line, start = lines[best], lines[best].start
        if best and starts_with_pronoun(line.text) and line.follows(lines[best - 1]):
            start = lines[best - 1].start
        if bullet := _BULLET.match(article.text, start, line.end):
            start = bullet.end()
        span = marked(question, line)
        candidate = Candidate(
            article=article,
            start=start,
            end=line.end,
            score=float(scores[best]),
            probability=0.0,
            gap=float(row[refuse.NAMES.index("gap_article")]),
            span=span and (span[0] + line.start - start, span[1] + line.start - start),
            read=line.read.logit if line.read else None,
        )
        found.append((candidate, float(row @ lacking) + intercept))
    return found


def topicality(topic: Question, item: Evidence) -> float:
    """How much of a topic's words a passage and its title meet, 0 to 1."""
    if not topic.terms:
        return 0.0
    weights = np.array([term.weight for term in topic.terms])
    met = np.maximum(item.match.similar.max(axis=1, initial=0.0), item.match.title)
    return float(met @ weights / weights.sum())


def choose(question: Question, found: Sequence[Candidate], threshold: float) -> list[Candidate]:
    """The candidates to show: none when the best is not sure enough.

    A factoid gets one sentence, and a second when another article gives another value; a question
    that wants more gets up to `MOST_SENTENCES`, none repeating another, the best first and the
    others in order of date.
    """
    if not found or found[0].probability < threshold:
        return []
    best = found[0]
    chosen = [best]
    for other in found[1:]:
        if other.probability < threshold or other.score < best.score - FURTHER:
            continue
        if any(_same(other.text, shown.text) for shown in chosen):
            continue
        if question.sweeping:
            chosen.append(other)
        elif (
            len(chosen) == 1
            and other.article.id != best.article.id
            and _differs(question, best, other)
        ):
            chosen.append(other)
        if len(chosen) == MOST_SENTENCES:
            break
    return [best, *sorted(chosen[1:], key=lambda c: (c.article.published or "9", c.start))]


def _differs(question: Question, one: Candidate, other: Candidate) -> bool:
    """Whether two articles give different numbers, times or sums for the same question."""
    if question.kind not in (*COUNTED, Kind.TIME) or not one.span or not other.span:
        return False
    return words(one.text[slice(*one.span)]) != words(other.text[slice(*other.span)])


def _same(one: str, other: str) -> bool:
    """Whether two sentences share most of their words, as copies of one story do."""
    first, second = set(words(one)), set(words(other))
    return len(first & second) > SAME * max(1, min(len(first), len(second)))
