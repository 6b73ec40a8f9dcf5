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
from qa.spans import DATES, new_names

# A word is met from this cosine on; matched words lie above .65, unmatched ones below .45.
MET = 0.62
# A word matched this well in the first sentence, or in so many, is what the article is about.
MATCHED = 0.7
OFTEN = 3
# How much of the question's words stand near the candidate when it is the wrong one.
FAR = 0.25
NAMES = (
    "borrowed local context gap_near gap_article worst_near worst_article hard_missing "
    "name_missing "
    "no_number no_time no_reason no_name uncounted far effect_only other_name"
).split()
# Words that another word cannot stand for: "July" is not "August", "two" is not "three".
_HARD = DATES | {
    stem(word)
    for word in (
        "two three four five six seven eight nine ten eleven twelve hundred second third fourth"
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
    raw = np.array([term.weight for term in question.terms])
    weights = raw**0.5 / (raw**0.5).sum()
    similar = np.array([other.similar for other in lines])
    present = np.array([other.present for other in lines])
    heading = set(words(" ".join((article.title, article.author or "", article.outlet or ""))))
    entitled = np.array([term.word in heading for term in question.terms])
    anywhere = np.maximum(similar.max(axis=0), line.title)
    hard = np.array([_is_hard(term.word) for term in question.terms])
    names = np.array([term.name for term in question.terms]) & ~hard
    near = np.maximum(similar[max(0, best - 2) : best + 1].max(axis=0), line.title)
    # What the article is about may stand anywhere in it, and so may names; what is said of them
    # may not.
    topical = entitled | (similar[0] > MATCHED) | ((similar > MATCHED).sum(axis=0) >= OFTEN)
    near = np.where(entitled, 1.0, np.where(names | topical, anywhere, near))
    # The words of the turn before help to find; an answer to this turn need not repeat them.
    leant = np.array([term.leant for term in question.terms])
    near, anywhere = np.where(leant, 1.0, near), np.where(leant, 1.0, anywhere)
    hard, names = hard & ~leant, names & ~leant
    written_near = present[max(0, best - 1) : best + 2].any(axis=0) | topical
    written = present.any(axis=0) | entitled
    gap_near = np.maximum(0.0, MET - near) / MET
    gap_article = np.maximum(0.0, MET - anywhere) / MET
    kind = question.kind
    missing = not has_form(question, line.text) and not row["holder"]
    formed = row["number"] or row["time"] or row["person"] or row["name"]
    return np.array(
        [
            row["untitled_borrowed"],
            row["local_borrowed"],
            row["context"],
            gap_near @ weights,
            gap_article @ weights,
            (gap_near * raw).max() / 6,
            (gap_article * raw).max() / 6,
            (hard & ~written_near) @ weights,
            (names & ~written) @ weights,
            missing and kind in COUNTED,
            missing and kind is Kind.TIME,
            missing and kind is Kind.REASON,
            missing and kind in (Kind.PERSON, Kind.NAME),
            kind is Kind.NUMBER and bool(question.focus) and not row["focus"],
            max(0.0, FAR - row["near"]) / FAR if formed else 0.0,
            kind is Kind.REASON and bool(row["reason"]) and row["near"] < 0,
            _other_name(question, line, names & ~entitled, weights),
        ],
        np.float64,
    )


def _is_hard(word: str) -> bool:
    return word in _HARD or any(character.isdigit() for character in word)


def _other_name(
    question: Question, line: Line, asked: NDArray[np.bool_], weights: NDArray[np.float64]
) -> float:
    """How much of the question's names is not in a sentence that speaks of somebody else."""
    if question.kind in (Kind.PERSON, Kind.NAME, Kind.PLACE) or not new_names(question, line.text):
        return 0.0
    return float((asked & (line.similar < 0.5)) @ weights)
