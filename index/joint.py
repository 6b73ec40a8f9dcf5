"""Joint: a sentence read together with a question: how well it answers, and with which words.

The default encoder with a low-rank change of its weights (an adapter of 760,000 numbers,
`adapter.npz`), trained by `benchmarks/fit_joint.py` to tell the sentence that answers from those
that were found beside it, and the words in it that do. Here every word of the sentence is seen in
the light of the question, which vectors made apart cannot do.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.int64]
# The word pieces of a text, by their numbers, and their offsets `[t, 2]` in it.
Pieces = Callable[[str], tuple[list[int], NDArray[np.int32]]]

ADAPTER = Path(__file__).with_name("adapter.npz")
# Word pieces that are read of each, as many as it was trained with; of a question, whose first turn
# may be another's, the last.
OF_QUESTION, OF_TITLE, OF_BEFORE, OF_SENTENCE = 40, 16, 20, 64
FIRST, LAST = 101, 102  # [CLS] and [SEP]
# Word pieces of an answer at most.
LONGEST = 16


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence with what it stands in: its article's title, and what comes before it."""

    title: str
    before: str
    text: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What reading a sentence with a question says of it.

    `logit` is the log of the odds that it answers, among those found for the question;
    `text[start:end]` are the words that answer, if it does, with the probability `certain`.
    """

    logit: float
    start: int
    end: int
    certain: float


class Joint:
    """The adapted encoder; its graph is loaded at first use."""

    def __init__(self, pieces: Pieces, session: Callable[[], Any]) -> None:
        self._pieces = pieces
        self._make = session
        self._making = threading.Lock()

    @cached_property
    def _session(self) -> Any:
        return self._make()

    def prepare(self) -> None:
        """Load the graph, which is exported first where it is not there yet."""
        with self._making:
            _ = self._session

    def read(self, question: str, sentences: Sequence[Sentence]) -> list[Reading]:
        """What each of some sentences says to a question."""
        self.prepare()
        result = []
        for sentence in sentences:
            # One at a time: the int8 graph scales by the largest value of a batch.
            ids, types, offsets = self.inputs(question, sentence)
            logit, ends = self._session.run(None, {"input_ids": ids, "token_type_ids": types})
            result.append(reading(float(logit[0, 0]), ends[0, types[0] == 1], offsets))
        return result

    def inputs(self, question: str, sentence: Sentence) -> tuple[Ids, Ids, NDArray[np.int32]]:
        """Word pieces `[1, t]` of all that is read, which of them are the sentence's own (1), and
        the offsets of these in it."""
        asked, title, before = (
            self._pieces(text)[0] for text in (question, sentence.title, sentence.before)
        )
        own, offsets = self._pieces(sentence.text)
        around = [FIRST, *asked[-OF_QUESTION:], LAST, *title[:OF_TITLE], LAST, *before[-OF_BEFORE:]]
        ids = np.array([[*around, *own[:OF_SENTENCE], LAST]], np.int64)
        types = np.zeros_like(ids)
        types[0, len(around) : -1] = 1
        return ids, types, offsets[:OF_SENTENCE]


def reading(logit: float, ends: NDArray[np.float32], offsets: NDArray[np.int32]) -> Reading:
    """What is read from a logit and those `[t, 2]` of an answer's first and last piece."""
    if not len(ends):
        return Reading(logit, 0, 0, 0.0)
    shifted = ends - ends.max(axis=0)
    chance = np.exp(shifted) / np.exp(shifted).sum(axis=0)
    both = chance[:, :1] * chance[None, :, 1]
    length = np.arange(len(ends))[None, :] - np.arange(len(ends))[:, None]
    both = np.where((length >= 0) & (length < LONGEST), both, 0.0)
    first, last = divmod(int(both.argmax()), len(ends))
    return Reading(logit, int(offsets[first, 0]), int(offsets[last, 1]), float(both[first, last]))
