"""What speaks for a sentence as the answer: a row of numbers for each sentence of an article.

How well a sentence meets the question's words is measured in ways that differ in which words
count: all (`direct`), those that are rare in the article (`local`), those that are not in its title
(`untitled`); `borrowed` is the same with what the two sentences before have met, `context` with
what the article has met anywhere, `article` that alone, `weakest` the word met least, `dense` the
cosine of the passage. The form of answer is there (`number` to `reason`, `holder` for a person
without a name, `speech`), beside what is counted (`focus`), near the question's words (`near`), or
missing (`lacks`). Headings, questions, length and the `first` sentence are told apart; what is
gained by borrowing counts more after a pronoun and for reasons.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.joint import Reading
from index.words import word_spans, words
from qa.question import COUNTED, Kind, Question
from qa.spans import candidates, holders

NAMES = (
    "direct borrowed local local_borrowed untitled untitled_borrowed article context dense "
    "number time person name holder place reason focus near heading length question speech "
    "weakest first "
    "pronoun_borrows reason_borrows lacks"
).split()
_ENDS = re.compile(r"[.!?…:\"”’')\]。！？؟।]$")
_PRONOUN = re.compile(
    r"^[\"“'‘]?(?:he|she|it|its|they|their|his|her|this|that|these|those|both|some|the \w+|i|we|"
    r"our|"
    r"my|one)\b",
    re.IGNORECASE,
)
_LEANS = re.compile(
    r"^[\"“'‘]?(?:he|she|it|its|they|their|his|her|this|that|these|those|both)\b", re.IGNORECASE
)
_SPEECH = re.compile(r"[\"“”«»„]|\b(?:said|says|told|added|according|described|called|argued)\b")
_ITEM = re.compile(r"(?:[-•*]|\d{1,3}[.)])\s")
LONGEST_HEADING = 120
# Kinds whose answer can be told by its form.
_FORMED = (*COUNTED, Kind.TIME, Kind.PERSON, Kind.NAME, Kind.REASON)


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence of an article with what its passage's match says of it."""

    text: str
    start: int
    end: int
    similar: NDArray[np.float32]
    present: NDArray[np.bool_]
    where: NDArray[np.int32]
    title: NDArray[np.float32]
    dense: float
    read: Reading | None = None

    def follows(self, other: "Line") -> bool:
        """Whether `other` is the sentence before it, with nothing but white space between."""
        return 0 <= self.start - other.end <= 3


# Power of the idf in a word's weight; what is lost when a word is met one or two sentences before;
# how much a word of the title counts; what is left of a match anywhere in the article. Tuned on
# news-tune* and the sample, each left out in turn: 0.25..1, 0.05..0.3, 0.1..0.4, 0.2..1, 0.6..0.9.
POWER = 0.5
ONE_BEFORE = 0.15
TWO_BEFORE = 0.25
IN_TITLE = 0.2
IN_ARTICLE = 0.8
# From this nearness on (0 to 1) a word belongs to what the question asks (tuned on news-tune).
NEAR = 0.3


def features(question: Question, title: str, lines: Sequence[Line]) -> NDArray[np.float64]:
    """One row of `NAMES` for each of the sentences, which are of one article and in order."""
    weights = np.array([term.weight for term in question.terms]) ** POWER
    weights = weights / weights.sum()
    similar = np.array([line.similar for line in lines], np.float64)
    present = np.array([line.present for line in lines], np.float64)
    titles = np.max([line.title for line in lines], axis=0)
    borrowed = similar.copy()
    for number, line in enumerate(lines):
        if number and line.follows(lines[number - 1]):
            borrowed[number] = np.maximum(borrowed[number], similar[number - 1] - ONE_BEFORE)
            if number > 1 and lines[number - 1].follows(lines[number - 2]):
                borrowed[number] = np.maximum(borrowed[number], similar[number - 2] - TWO_BEFORE)
    article = np.maximum(similar.max(axis=0), titles)
    # What every sentence of the article speaks of cannot tell its sentences apart.
    spread = (present.sum(axis=0) + 0.5) / (len(lines) + 1)
    local = weights * -np.log(np.clip(spread, 1e-3, 1.0))
    local = local / max(float(local.sum()), 1e-6)
    entitled = set(words(title))
    untitled = weights * np.array([IN_TITLE if t.word in entitled else 1.0 for t in question.terms])
    untitled = untitled / untitled.sum()
    context = np.maximum(similar, IN_ARTICLE * article)
    rows = []
    for number, line in enumerate(lines):
        spans = candidates(question, line.text)
        held = question.kind is Kind.PERSON and not spans and _held(question, line, local)
        direct, borrows = similar[number] @ weights, borrowed[number] @ weights
        gain = borrows - direct
        rows.append(
            (
                direct,
                borrows,
                similar[number] @ local,
                borrowed[number] @ local,
                similar[number] @ untitled,
                borrowed[number] @ untitled,
                article @ weights,
                context[number] @ weights,
                line.dense,
                bool(spans) and question.kind in COUNTED,
                bool(spans) and question.kind is Kind.TIME,
                bool(spans) and question.kind is Kind.PERSON,
                bool(spans) and question.kind is Kind.NAME,
                held,
                bool(spans) and question.kind is Kind.PLACE,
                bool(spans) and question.kind is Kind.REASON,
                _beside_focus(question, line, spans),
                _side(line, spans, local)
                if question.kind is Kind.REASON
                else nearness(line, spans, local),
                is_heading(line.text),
                min(len(line.text), 300) / 300,
                line.text.endswith("?"),
                question.kind is Kind.STATEMENT and bool(_SPEECH.search(line.text)),
                similar[number].min(),
                line.start == 0 and not spans,
                gain if _PRONOUN.search(line.text) else 0.0,
                gain if question.kind in (Kind.REASON, Kind.MANNER) else 0.0,
                not spans and not held and question.kind in _FORMED,
            )
        )
    return np.array(rows, np.float64)


def has_form(question: Question, text: str) -> bool:
    """Whether a sentence holds the form of answer that the question wants, where that has one."""
    return question.kind not in _FORMED or bool(candidates(question, text))


def is_heading(text: str) -> bool:
    """Whether a line looks like a title or a heading: short, no end mark, no item of a list."""
    return len(text) <= LONGEST_HEADING and not _ENDS.search(text) and not _ITEM.match(text)


def starts_with_pronoun(text: str) -> bool:
    """Whether a sentence begins with a pronoun, so that it needs the one before it."""
    return bool(_LEANS.search(text))


def _held(question: Question, line: Line, weights: NDArray[np.float64]) -> bool:
    """Whether somebody without a name ("the driver") stands near the question's words."""
    return nearness(line, holders(question, line.text), weights) > NEAR


def _beside_focus(question: Question, line: Line, spans: Sequence[tuple[int, int]]) -> float:
    """Whether a number stands before the thing that is counted ("27 hostages")."""
    if not question.focus or not spans:
        return 0.0
    following = [(start, word) for start, _, word in word_spans(line.text)]
    for _, end in spans:
        after = [word for start, word in following if start >= end - 1][:4]
        if question.focus & set(after):
            return 1.0
    return 0.0


def _side(line: Line, spans: Sequence[tuple[int, int]], weights: NDArray[np.float64]) -> float:
    """How much of what was asked stands before a "because" and not behind it, -1 to 1."""
    if not spans:
        return 0.0
    met = weights * (line.similar > 0.6)
    at = line.where - line.start
    return float(max((met * np.sign(start - at)).sum() for start, _ in spans))


def nearness(line: Line, spans: Sequence[tuple[int, int]], weights: NDArray[np.float64]) -> float:
    """How near the best candidate stands to the question's words, 0 to 1, over 40 letters or so."""
    best = 0.0
    at = line.where - line.start
    for start, end in spans:
        away = np.where(at < start, start - at, np.maximum(at - end, 0))
        best = max(best, float((np.exp(-away / 40) * line.similar) @ weights))
    return best
