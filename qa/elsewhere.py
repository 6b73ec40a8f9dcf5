"""The answer's value told elsewhere: sentences of other articles that measure the same otherwise.

Another outlet words what it reports in its own way, and often far from the question's: "took 340
people out of their homes" says how many were evacuated. Such a sentence is found from the answer,
not from the question: it gives a value of the same kind, of the same event at the same time, and
its words mean about what the answer's do, the numbers left out. A sentence that denies the other's
value ("not by 6 per cent") needs no such likeness.
"""

import itertools
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from corpus.article import Article
from index.encoder import Encoder
from index.minilm import MiniLM
from qa.features import is_heading, starts_with_pronoun
from qa.figures import DENIED, denies, figures, refutes, same_measure, updates
from qa.filters import Asked
from qa.genre import is_correction
from qa.orders import asks_itself, gives_orders, insists, to_come
from qa.question import Kind, Question
from qa.reader import Candidate
from qa.rerank import Evidence, by_article
from qa.rivals import Rival
from qa.same import (
    clause,
    comparable,
    days_between,
    earlier,
    names_in,
    of_another_time,
    same_event,
    same_names,
    share_of,
    speaks_of_before,
)
from qa.values import Known, differ, equal, value_of

# How alike in meaning two sentences and two clauses are together, 0 to 2, whose values are of one
# thing (chosen over two sets of invented articles, not swept: at .7 all values of another thing
# that pass the rest are left out).
LIKE = 0.7
# By how much more another value of the answer's own article may be like the other's.
NEARER = 0.1
# Days between two articles that tell of one event at one time.
SAME_TIME = 21
# Names that two articles of one event have at least.
COMMON = 2
# Sentences that are compared, which costs about 3 ms each.
MOST = 20
Likeness = Callable[[Sequence[str]], NDArray[np.float32]]
# A sentence and where its value stands.
_Placed = tuple[str, tuple[int, int] | None]
Keep = Callable[[Article, int, int], bool]
_NUMBER = re.compile(
    r"[€£$¥]?\d[\d.,]*|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|"
    r"thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|"
    r"sixty|seventy|eighty|ninety|hundred|thousand|million|billion)\b",
    re.IGNORECASE,
)
_DATELINE = re.compile(r"^[^\W\d_][^\n.()]{2,40}\([^()\n]{2,30}\)\s[–—-]\s")


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """The sentences of all passages found, and what tells how alike texts are in meaning.

    `vectors` makes unit vectors `[n, dim]` of texts; without it nothing is compared. `anybody` is
    whether anybody's words may answer.
    """

    lines: tuple[Candidate, ...] = ()
    vectors: Likeness | None = None
    anybody: bool = True


def others(
    evidence: Sequence[Evidence], asked: Asked, keep: Keep | None, encoder: Encoder
) -> Elsewhere:
    """Every sentence of the evidence that may say otherwise, as a candidate without a score.

    `keep` tells which may where the words of somebody are asked for; what dates an answer need not
    stand in the sentence that says otherwise. Nothing is known with another encoder than the one
    that the measure was tuned on.
    """
    if encoder.fingerprint != MiniLM.fingerprint:
        return Elsewhere()
    anybody = not (asked.speaker or asked.quoted or asked.opinion)
    if anybody:
        keep = None
    told: list[Candidate] = []
    for article, lines in by_article(evidence):
        for at, line in enumerate(lines):
            if keep is not None and not keep(article, line.start, line.end):
                continue
            if is_heading(line.text) or line.text.rstrip(" ”\"’'»)").endswith("?"):
                continue
            start = line.start
            if at and starts_with_pronoun(line.text) and line.follows(lines[at - 1]):
                start = lines[at - 1].start
            told.append(Candidate(article, start, line.end, 0.0, 0.0, 0.0, None))
    known: dict[str, NDArray[np.float32]] = {}

    def vectors(texts: Sequence[str]) -> NDArray[np.float32]:
        # As questions are embedded: what embeds passages in bulk takes seconds to start.
        for text in texts:
            if text not in known:
                known[text] = encoder.encode_question(text)
        return np.array([known[text] for text in texts])

    return Elsewhere(tuple(told), vectors, anybody)


def given_by(question: Question, best: Candidate) -> tuple[Candidate, Known | None]:
    """The value that a candidate gives; where it only denies one, the value put in its place."""
    if (given := value_of(question, best.text, best.span)) or question.kind is Kind.STATEMENT:
        return best, given
    found = figures(question, best.text)
    for at, (span, value) in enumerate(found):
        if at and value.unit and DENIED.search(best.text[: span[0]]):
            before, stated = found[at - 1]
            if stated.unit == value.unit and differ(stated, value):
                return replace(best, span=before), stated
    return best, None


def told_elsewhere(
    question: Question, best: Candidate, given: Known, other: Elsewhere
) -> list[Rival]:
    """The value of each other article that tells of the same, with how like the answer it is."""
    if other.vectors is None or (given.number is None and not _dated(given)):
        return []
    rows = [
        row
        for line in other.lines
        if line.article.id != best.article.id and _may(question, best, line)
        for row in _values(question, best, given, line)
    ]
    own = (
        (line, span)
        for line in other.lines
        if line.article.id == best.article.id
        for span, value in figures(question, line.text)
        if comparable(given, value, best.article, line.article) and differ(given, value)
        and not denies(line.text, span)
    )  # fmt: skip
    refuted = [v for span, v in figures(question, best.text) if denies(best.text, span)]
    rows = [row for row in rows if not denies(row[0].text, row[1])][:MOST]
    if not rows:
        return []
    found = [(line.text, span) for line, span, _ in rows]
    like = _alike(other.vectors, [(best.text, best.span)], found)[0]
    # A value of the answer's own article may be what the other's is to be compared with.
    rest = itertools.islice(((line.text, span) for line, span in own), MOST)
    nearer = _alike(other.vectors, list(rest) if like.max() >= LIKE else [], found)
    chosen: dict[str, Rival] = {}
    for at, (line, span, value) in enumerate(rows):
        near = float(like[at])
        if any(equal(value, wrong) for wrong in refuted) or refutes(question, line.text, given):
            near += 2.0
        elif near < LIKE or nearer[:, at].max(initial=0.0) > near + NEARER:
            continue
        known = chosen.get(line.article.id)
        if known is None or near > known.strength:
            chosen[line.article.id] = Rival(replace(line, span=span), value, near)
    return list(chosen.values())


def _alike(
    vectors: Likeness, ones: Sequence[_Placed], others: Sequence[_Placed]
) -> NDArray[np.float32]:
    """How alike sentences with a value are, `[ones, others]`: as a whole, and around the value."""
    if not ones:
        return np.zeros((0, len(others)), np.float32)

    def of(part: Callable[[str, tuple[int, int] | None], str]) -> NDArray[np.float32]:
        first, second = ([_plain(part(*each)) for each in side] for side in (ones, others))
        return np.asarray(vectors(first) @ vectors(second).T, np.float32)

    return of(lambda text, _: text) + of(lambda text, span: clause(text, span) if span else text)


def _may(question: Question, best: Candidate, line: Candidate) -> bool:
    """Whether another article's sentence may tell of the same event at the same time."""
    one, other = best.article, line.article
    # The cheapest first: whole articles are read by the others.
    days = days_between(one, other)
    if days > SAME_TIME if days is not None else not same_event(one, other):
        return False
    if is_correction(other) or gives_orders(other) or to_come(other) or insists(other):
        return False
    if asks_itself(question, other):
        return False
    if len(names_in(one) & names_in(other)) < COMMON or not same_names(question, one, other):
        return False
    return question.kind is Kind.TIME or not of_another_time(question, best, line)


def _values(
    question: Question, best: Candidate, given: Known, line: Candidate
) -> list[tuple[Candidate, tuple[int, int], Known]]:
    """The values of a sentence that can be of what is answered."""
    text = line.text
    found = []
    for span, value in figures(question, text):
        if not comparable(given, value, best.article, line.article):
            continue
        if earlier(text, span) and not speaks_of_before(f"{question.text} {best.text}"):
            continue
        if given.number is None:
            if not share_of(question, best, line):
                continue
        elif not same_measure(question, best, given, text, span, value):
            continue
        elif differ(given, value) and updates(best, given, line, span, value):
            continue
        found.append((line, span, value))
    return found


def _plain(text: str) -> str:
    """A text without its numbers and its dateline."""
    return _NUMBER.sub("some", _DATELINE.sub("", text))


def _dated(value: Known) -> bool:
    return bool(value.clock or value.period or (value.day and any(value.day)))
