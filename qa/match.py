"""Late interaction: how well the words of a question are met by the tokens of a passage.

Each word piece of the question takes its best cosine among the passage's contextual token vectors
(MaxSim, Khattab and Zaharia, ColBERT, SIGIR 2020), within each sentence and within the whole
passage; the pieces of a word are averaged, so that a rare name cut into five pieces counts once.
"""

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.encoder import TokenVectors, Vectors
from index.passages import Passage
from index.words import word_spans
from qa.question import Question


@dataclass(frozen=True, slots=True)
class Match:
    """A question's terms against one passage.

    `similar` `[terms, sentences]` is the mean best cosine of each term in each sentence, `title`
    `[terms]` that in the article's title, `present` `[terms, sentences]` whether the very word
    occurs in the sentence, and `where` `[terms, sentences]` the offset in the article's text of the
    token that is most similar.
    """

    similar: Vectors
    title: Vectors
    present: NDArray[np.bool_]
    where: NDArray[np.int32]


def match(
    question: Question, asked: TokenVectors, title: int, passage: Passage, found: TokenVectors
) -> Match:
    """Compare a question with a passage.

    `asked` are the tokens of the question, `found` those of `index.passages.context`: a title of
    `title` characters, a line break and the passage, so that each word is read in the light of what
    the article is about.
    """
    terms, sentences = question.terms, passage.sentences
    if not terms or not len(found.offsets):
        none = np.zeros((len(terms), len(sentences)), np.float32)
        return Match(none, none.sum(axis=1), none.astype(np.bool_), none.astype(np.int32))
    shift = title + 1 - passage.start
    columns = columns_of(title, passage, found)
    bounds = range(len(columns) - 1)
    cosines = asked.vectors @ found.vectors.T
    best = np.full((len(cosines), len(bounds)), -1.0, np.float32)
    at = np.zeros((len(cosines), len(bounds)), np.int32)
    for number, (first, last) in enumerate(itertools.pairwise(columns)):
        if last > first:
            most = cosines[:, first:last].argmax(axis=1)
            best[:, number] = cosines[np.arange(len(cosines)), first + most]
            at[:, number] = found.offsets[first + most, 0] - shift
    similar = np.zeros((len(terms), len(bounds)), np.float32)
    where = np.zeros((len(terms), len(bounds)), np.int32)
    for row, term in enumerate(terms):
        pieces = (asked.offsets[:, 0] >= term.start) & (asked.offsets[:, 1] <= term.end)
        if pieces.any():
            similar[row] = best[pieces].mean(axis=0)
            where[row] = at[pieces][0]
    inside = [
        {word for *_, word in word_spans(passage.text[s - passage.start : e - passage.start])}
        for s, e in sentences
    ]
    present = np.array([[term.word in words for words in inside] for term in terms], np.bool_)
    present = present.reshape(len(terms), len(sentences))
    return Match(similar[:, 1:], similar[:, 0], present, where[:, 1:])


def columns_of(title: int, passage: Passage, found: TokenVectors) -> list[int]:
    """Where the tokens of the title, of each sentence in turn, and of nothing more begin."""
    shift = title + 1 - passage.start
    bounds = [0, *(start + shift for start, _ in passage.sentences)]
    return [*np.searchsorted(found.offsets[:, 0], bounds).tolist(), len(found.offsets)]
