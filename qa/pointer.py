"""Pointer: which words of a passage look like the answer, by a small network over token vectors.

For every token of a passage it gives two logits, that an answer starts and that it ends there. It
sees the token's vector beside the question's, so that it can tell the kind of thing that is asked
for ("which river", "what part of the cell") where no pattern of letters can; and how well its
sentence and its neighbourhood meet the question's words. 72,000 weights, trained by
`benchmarks/fit_pointer.py` on questions made by leaving a phrase out of a sentence; the token
vectors are the encoder's own, and with another encoder than the default there is no pointer.
"""

import itertools
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.encoder import TokenVectors, Vectors
from index.minilm import MiniLM
from index.passages import Passage
from qa.match import columns_of
from qa.question import Question

Owners = NDArray[np.int64]

# Power of the idf in a word's weight, as the network was trained with.
POWER = 0.75
# A word is met from this cosine on, and begins to be from that: the network's own inputs.
MET, NEARLY = 0.62, 0.45
NEAR, FAR = 4, 14
# Tokens of a span at most.
LONGEST = 16
# What a token logit is where the token cannot be (part of) an answer.
NEVER = -30.0


# Where the network lies; `benchmarks/fit_pointer.py` sets others to measure it by.
source = Path(__file__).with_name("pointer.npz")


@dataclass(frozen=True, slots=True)
class Pointed:
    """What the pointer says of a stretch of text.

    `most` is the sum of the two logits of its best span `start:end` (offsets in the article's
    text), `all` the log of the sum over all its spans.
    """

    most: float
    all: float
    start: int
    end: int


@lru_cache(maxsize=1)
def _network() -> dict[str, Vectors]:
    with np.load(source) as stored:
        return {name: stored[name].astype(np.float32) for name in stored.files}


def fits(fingerprint: str) -> bool:
    """Whether the pointer was trained on the token vectors of the encoder with this fingerprint."""
    return fingerprint == MiniLM.fingerprint


def point(
    question: Question, asked: TokenVectors, title: int, passage: Passage, found: TokenVectors
) -> tuple[Pointed | None, ...]:
    """What the pointer says of each sentence of a passage; None of one beyond the window.

    The arguments are those of `qa.match.match`.
    """
    if not question.terms or not len(found.offsets) or not len(asked.offsets):
        return (None,) * len(passage.sentences)
    columns = columns_of(title, passage, found)
    owner = np.repeat(np.arange(len(columns) - 1), np.diff(columns))
    token = logits(asked, weights_of(question, asked), found, owner)
    offsets = found.offsets - (title + 1 - passage.start)
    return tuple(
        pointed(token[first:last], offsets[first:last])
        for first, last in itertools.pairwise(columns[1:])
    )


def weights_of(question: Question, asked: TokenVectors) -> Vectors:
    """The weight of each token of the question, summing to 1: that of its word, shared evenly."""
    weights = np.zeros(len(asked.offsets), np.float32)
    for term in question.terms:
        pieces = (asked.offsets[:, 0] >= term.start) & (asked.offsets[:, 1] <= term.end)
        weights[pieces] = term.weight**POWER / max(int(pieces.sum()), 1)
    return weights / max(float(weights.sum()), 1e-6)


def logits(asked: TokenVectors, weights: Vectors, found: TokenVectors, owner: Owners) -> Vectors:
    """Start and end logits `[t, 2]` of a passage's tokens.

    `owner` `[t]` is the number of the sentence that a token is of, from 1, and 0 in the title.
    """
    net = _network()
    tokens, question = found.vectors, asked.vectors
    met = seen(tokens, question, weights, owner)
    inner = question @ net["q"] + net["q_b"]
    attention = question @ net["pool"]
    attention = np.exp(attention - attention.max())
    wanted = (attention / attention.sum()) @ inner
    own = tokens @ net["p"] + net["p_b"]
    meant = own * (weights @ inner)
    repeated = np.broadcast_to(wanted, own.shape)
    mixed = np.hstack([np.maximum(own, 0), own * wanted, meant, met, repeated])
    mixed = np.maximum(mixed @ net["mix"] + net["mix_b"], 0)
    around = np.hstack([mixed, _box(mixed, -6, 0) / 6, _box(mixed, 1, 7) / 6])
    hidden = mixed + np.maximum(around @ net["h"] + net["h_b"], 0)
    result = hidden @ net["out"] + net["out_b"]
    result[owner == 0] = NEVER
    return np.asarray(result, np.float32)


def seen(tokens: Vectors, question: Vectors, weights: Vectors, owner: Owners) -> Vectors:
    """How the question's words are met at, around and in the sentence of each token `[t, 8]`."""
    counted = weights > 0
    if not counted.any():
        counted, weights = np.ones(len(weights), bool), np.full(len(weights), 1 / len(weights))
    weights = weights[counted].astype(np.float32)
    cosines = tokens @ question[counted].T
    change = owner[1:] != owner[:-1]
    starts = np.flatnonzero(np.concatenate([[True], change]))
    sentence = np.cumsum(np.concatenate([[0], change]))
    best = np.maximum.reduceat(cosines, starts, axis=0)
    whole = best @ weights
    borrowed = np.maximum(best, np.concatenate([best[:1], best[:-1]])) @ weights
    risen = np.maximum(cosines - NEARLY, 0)
    top = whole[1:].max() if len(whole) > 1 else whole[0]
    columns = (
        cosines.max(axis=1),
        ((cosines > MET) * weights).sum(axis=1) * 2,
        whole[sentence],
        borrowed[sentence],
        np.minimum(_box(risen, -NEAR, NEAR + 1), 0.5) @ weights * 2,
        np.minimum(_box(risen, -FAR, FAR + 1), 0.5) @ weights * 2,
        np.full(len(tokens), cosines.max(axis=0) @ weights),
        whole[sentence] - top,
    )
    return np.stack(columns, axis=1).astype(np.float32)


def _box(rows: Vectors, low: int, high: int) -> Vectors:
    """The sum of the rows from `low` to before `high`, counted from each row."""
    total = np.concatenate([np.zeros((1, rows.shape[1]), rows.dtype), np.cumsum(rows, axis=0)])
    at = np.arange(len(rows))
    first, last = np.clip(at + low, 0, len(rows)), np.clip(at + high, 0, len(rows))
    return np.asarray(total[last] - total[first], np.float32)


def pointed(found: Vectors, offsets: NDArray[np.int32]) -> Pointed | None:
    """What logits `[t, 2]` say of the tokens at these offsets `[t, 2]`; None where there are none.

    No span is longer than `LONGEST` tokens.
    """
    if not len(found):
        return None
    sums = found[:, :1] + found[None, :, 1]
    at = np.arange(len(found))
    length = at[None, :] - at[:, None]
    sums = np.where((length >= 0) & (length < LONGEST), sums, 2 * NEVER)
    first, last = divmod(int(sums.argmax()), len(found))
    most = float(sums[first, last])
    spread = most + float(np.log(np.exp(sums - most).sum()))
    return Pointed(most, spread, int(offsets[first, 0]), int(offsets[last, 1]))
