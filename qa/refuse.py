"""Is this an answer, or only the nearest sentence? What its probability is made from.

A logistic model over what the best sentence lacks: the form of answer that the question wants, the
question's words near it, and the names and numbers that must be there to the letter.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from corpus.article import Article
from index.words import stem, words
from qa.features import Line, has_form
from qa.question import COUNTED, Kind, Question
from qa.spans import DATES

# A word is met from this cosine on; matched words lie above .65, unmatched ones below .45.
MET = 0.62
NAMES = (
    "borrowed gap_near gap_article hard_missing name_missing no_number no_time no_reason no_name "
    "uncounted"
).split()
# Words that another word cannot stand for: "July" is not "August", "two" is not "three".
_HARD = DATES | {
    stem(word)
    for word in (
        "one two three four five six seven eight nine ten eleven twelve first second third fourth "
        "last next"
    ).split()
}


def lacks(
    question: Question,
    article: Article,
    lines: Sequence[Line],
    best: int,
    row: Mapping[str, float],
) -> NDArray[np.float64]:
    """The row of `NAMES` for the sentence `lines[best]` of an article; `row` are its features."""
    line = lines[best]
    weights = np.array([term.weight for term in question.terms]) ** 0.5
    weights = weights / weights.sum()
    similar = np.array([other.similar for other in lines])
    present = np.array([other.present for other in lines])
    heading = set(words(" ".join((article.title, article.author or "", article.outlet or ""))))
    entitled = np.array([term.word in heading for term in question.terms])
    near = similar[max(0, best - 2) : best + 1].max(axis=0)
    near = np.where(entitled, 1.0, near)
    anywhere = np.maximum(similar.max(axis=0), line.title)
    written_near = present[max(0, best - 1) : best + 2].any(axis=0) | entitled
    written = present.any(axis=0) | entitled
    hard = np.array([_is_hard(term.word) for term in question.terms])
    names = np.array([term.name for term in question.terms]) & ~hard
    missing = not has_form(question, line.text)
    kind = question.kind
    return np.array(
        [
            row["untitled_borrowed"],
            np.maximum(0.0, MET - near) / MET @ weights,
            np.maximum(0.0, MET - anywhere) / MET @ weights,
            (hard & ~written_near) @ weights,
            (names & ~written) @ weights,
            missing and kind in COUNTED,
            missing and kind is Kind.TIME,
            missing and kind is Kind.REASON,
            missing and kind in (Kind.PERSON, Kind.NAME),
            kind is Kind.NUMBER and bool(question.focus) and not row["focus"],
        ],
        np.float64,
    )


def _is_hard(word: str) -> bool:
    return word in _HARD or any(character.isdigit() for character in word)
