"""Exact search: every vector compared. The oracle of the tests, and fast enough to rely on.

In memory are vectors rounded to two bytes a number, half of what the truth holds. What they find is
compared again with the truth's own, as many as their error leaves in doubt, so nothing is lost.
"""

import sqlite3
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corpus.errors import LibraryError
from index.encoder import Vectors
from index.rounded import Rounded
from index.shelf import Allowed

Numbers = NDArray[np.int64]
_BLOCK = 5_000


@dataclass(slots=True)
class _Part:
    """Passages in order of number, with their articles."""

    numbers: Numbers
    articles: Numbers
    rounded: Rounded

    def only(self, kept: NDArray[np.bool_]) -> "_Part":
        return _Part(self.numbers[kept], self.articles[kept], self.rounded.chosen(kept))


class Exact:
    """The vectors of the passages with numbers above `after`, in memory and in order."""

    def __init__(self, dim: int, after: int = 0) -> None:
        self.after = after
        self._dim = dim
        self._parts: list[_Part] = []

    def __len__(self) -> int:
        return sum(len(part.numbers) for part in self._parts)

    def follow(self, connection: sqlite3.Connection) -> None:
        """Load what has come since the last call and drop what is gone."""
        last = int(self._parts[-1].numbers[-1]) if self._parts else self.after
        rows = connection.execute(
            "SELECT passage.number, passage.article, vector FROM passage "
            "LEFT JOIN vector ON passage = number WHERE number > ? ORDER BY number",
            (last,),
        )
        while block := rows.fetchmany(_BLOCK):
            self._add(block)
        (alive,) = connection.execute(
            "SELECT count(*) FROM passage WHERE number > ?", (self.after,)
        ).fetchone()
        if alive != len(self):
            self._drop(connection)

    def _add(self, block: list[tuple[int, int, bytes | None]]) -> None:
        blobs = [blob for _, _, blob in block if blob is not None]
        if len(blobs) < len(block):
            raise LibraryError(
                f"the library is damaged: {len(block) - len(blobs)} passages have no vector: run "
                "`python -m index doctor`, which makes them again"
            )
        part = _Part(
            np.array([number for number, _, _ in block], np.int64),
            np.array([article for _, article, _ in block], np.int64),
            Rounded.of(vectors_of(blobs, self._dim), np.int16),
        )
        # Few large parts: what comes article by article is put to the one before.
        if self._parts and len(self._parts[-1].numbers) + len(block) <= _BLOCK:
            before = self._parts.pop()
            part = _Part(
                np.concatenate([before.numbers, part.numbers]),
                np.concatenate([before.articles, part.articles]),
                Rounded(
                    np.concatenate([before.rounded.whole, part.rounded.whole]),
                    np.concatenate([before.rounded.scales, part.rounded.scales]),
                ),
            )
        self._parts.append(part)

    def _drop(self, connection: sqlite3.Connection) -> None:
        alive = numbers_of(
            connection.execute("SELECT number FROM passage WHERE number > ?", (self.after,))
        )
        parts = []
        for part in self._parts:
            kept = np.isin(part.numbers, alive)
            parts.append(part if kept.all() else part.only(kept))
        self._parts = [part for part in parts if len(part.numbers)]

    def near(self, vector: Vectors, k: int, allowed: Allowed | None = None) -> Numbers:
        """Passages among which the `k` nearest to a vector are for certain; in no order."""
        parts = self._parts
        if allowed is not None:
            parts = [part.only(allowed.among(part.articles)) for part in parts]
        scores = [part.rounded.products(vector) for part in parts]
        every = np.concatenate(scores) if scores else np.zeros(0, np.float32)
        if k <= 0 or not len(every):
            return np.zeros(0, np.int64)
        least = np.partition(every, -k)[-k] if k < len(every) else every.min()
        doubt = 2 * max(part.rounded.error(vector) for part in parts)
        return np.concatenate(
            [part.numbers[own >= least - doubt] for part, own in zip(parts, scores, strict=True)]
        )


def best(numbers: Numbers, scores: NDArray[np.floating[Any]], k: int) -> list[tuple[int, float]]:
    """The `k` highest scores with their numbers; equal scores in order of number."""
    if k <= 0 or not len(numbers):
        return []
    if k < len(scores):
        # All that reach the k-th score stay, so that ties are cut by number and not by chance.
        chosen = np.flatnonzero(scores >= np.partition(scores, -k)[-k])
        numbers, scores = numbers[chosen], scores[chosen]
    order = np.lexsort((numbers, -scores))[:k]
    return [(int(numbers[i]), float(scores[i])) for i in order]


def numbers_of(cursor: sqlite3.Cursor) -> Numbers:
    """One column of integers, sorted."""
    return np.sort(np.fromiter((row[0] for row in cursor), np.int64))


def vectors_of(blobs: list[bytes], dim: int) -> Vectors:
    """Stored vectors as a matrix `[n, dim]`.

    Raises:
        LibraryError: one has another length.
    """
    joined = b"".join(blobs)
    if len(joined) != len(blobs) * dim * 4:
        raise LibraryError(
            f"the library is damaged: a vector has not {dim} numbers: run `python -m index "
            "doctor`, which makes it again"
        )
    return np.frombuffer(joined, "<f4").reshape(-1, dim).astype(np.float32, copy=False)
