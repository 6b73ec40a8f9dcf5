"""Cells: the vectors of a generation, rounded and put together by what they are near to.

An inverted file (Jégou, Douze and Schmid, PAMI 2011): k-means gives the centres, each vector lies
in the cell of the nearest, and a question looks into the cells nearest to it until it has seen
enough. Two files, written once: `map` holds the centres and what each place holds, `vectors` a
byte a number. Opening reads the map alone; a cell is checked when it is first read. Files are read,
never mapped: one that is cut short is an error then and not the end of the process.
"""

import hashlib
import math
import os
import sqlite3
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.encoder import Vectors
from index.exact import Numbers, vectors_of
from index.rounded import Rounded
from index.shelf import Allowed

MAP, VECTORS = "cells/map", "cells/vectors"
# Up to so many passages all are looked at, and there are no cells.
FLAT = 30_000
# Passages that a question looks at, or this share of them where that is more (recall@10 of 100,000
# passages over 8 to 96 thousand: .87, .92, .94 at 24, .96 at 32, .98 at 48, .99 at 64).
SEEN = 64_000
SHARE = 0.3
# Where a scope allows few of those, it looks further, but reads no more than this many times.
FURTHER = 2
SAMPLED = 40  # vectors for each centre that k-means goes by
ROUNDS = 6
_BLOCK = 5_000
_MAGIC = b"bylcell1"


class Damaged(Exception):
    """A file of a generation is not what was written."""


class Cells:
    """An open inverted file; close it."""

    def __init__(self, folder: Path, sha256: str | None, *, checked: bool) -> None:
        """Open the cells of a generation; `checked` where all their bytes have been.

        Raises:
            Damaged: the map has not this hash.
            OSError: a file cannot be read.
        """
        content = (folder / MAP).read_bytes()
        if hashlib.sha256(content).hexdigest() != sha256 or content[:8] != _MAGIC:
            raise Damaged(f"{folder / MAP} is not what was written")
        dim, cells, count = np.frombuffer(content, "<i8", 3, 8).tolist()
        sizes = (("<f4", cells * dim), ("<i8", cells + 1), ("<u4", cells), ("<i8", count),
                 ("<i8", count), ("<f4", count))  # fmt: skip
        at, read = 32, []
        for kind, length in sizes:
            read.append(np.frombuffer(content, kind, length, at))
            at += length * np.dtype(kind).itemsize
        centres, self._starts, self._sums, self.numbers, self.articles, self._scales = read
        self._centres: Vectors = centres.reshape(cells, dim)
        self._dim = dim
        self._checked = np.full(cells, checked)
        self._order: Numbers | None = None
        self._file = os.open(folder / VECTORS, os.O_RDONLY)

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._file)

    def near(
        self, vector: Vectors, k: int, allowed: Allowed | None = None, times: int = 1
    ) -> Numbers:
        """About the `k` passages nearest to a vector; `times` looks so much further.

        Raises:
            Damaged: a cell is not what was written.
        """
        enough = times * max(SEEN, SHARE * len(self.numbers))
        places, scores, seen, read = [], [], 0, 0
        for cell in np.argsort(-(self._centres @ vector), kind="stable").tolist():
            first, last = int(self._starts[cell]), int(self._starts[cell + 1])
            rounded = self._cell(cell)
            place = np.arange(first, last)
            if allowed is not None:
                kept = np.flatnonzero(allowed.among(self.articles[first:last]))
                place, rounded = place[kept], rounded.chosen(kept)
            places.append(place)
            scores.append(rounded.products(vector))
            seen += len(place)
            read += last - first
            if seen >= enough or read >= FURTHER * enough:
                break
        return self._highest(np.concatenate(places), np.concatenate(scores), k)

    def near_among(self, vector: Vectors, k: int, numbers: Numbers) -> Numbers:
        """About the `k` of these passages that are nearest, of those that are in it."""
        if self._order is None:
            self._order = np.argsort(self.numbers)
        at = np.searchsorted(self.numbers, numbers, sorter=self._order)
        places = self._order[np.minimum(at, len(self.numbers) - 1)]
        places = np.sort(places[self.numbers[places] == numbers])
        for cell in np.unique(np.searchsorted(self._starts, places, side="right") - 1).tolist():
            if not self._checked[cell]:
                self._cell(cell)
        parts = [os.pread(self._file, self._dim, place * self._dim) for place in places.tolist()]
        rounded = Rounded(self._rows(b"".join(parts), len(places)), self._scales[places])
        return self._highest(places, rounded.products(vector), k)

    def _highest(self, places: Numbers, scores: Vectors, k: int) -> Numbers:
        if k < len(scores):
            places = places[np.argpartition(-scores, k)[:k]]
        return np.asarray(self.numbers[places])

    def _cell(self, cell: int) -> Rounded:
        first, last = int(self._starts[cell]), int(self._starts[cell + 1])
        content = os.pread(self._file, (last - first) * self._dim, first * self._dim)
        rows = self._rows(content, last - first)
        if not self._checked[cell]:
            if zlib.crc32(content) != self._sums[cell]:
                raise Damaged("a cell of the vector index is not what was written")
            self._checked[cell] = True
        return Rounded(rows, self._scales[first:last])

    def _rows(self, content: bytes, count: int) -> NDArray[np.int8]:
        if len(content) != count * self._dim:
            raise Damaged("the vector index has been cut short")
        return np.frombuffer(content, np.int8).reshape(count, self._dim)


def write(folder: Path, connection: sqlite3.Connection, last: int, dim: int) -> None:
    """Write the cells of all passages up to number `last`; in memory is a byte a number."""
    (count,) = connection.execute(
        "SELECT count(*) FROM passage WHERE number <= ?", (last,)
    ).fetchone()
    numbers, articles = np.zeros(count, np.int64), np.zeros(count, np.int64)
    rounded = Rounded(np.zeros((count, dim), np.int8), np.zeros(count, np.float32))
    at = 0
    for block in _blocks(connection, last):
        to = at + len(block)
        numbers[at:to] = [number for number, _, _ in block]
        articles[at:to] = [article for _, article, _ in block]
        part = Rounded.of(vectors_of([blob for _, _, blob in block], dim))
        rounded.whole[at:to], rounded.scales[at:to] = part.whole, part.scales
        at = to
    centres = _centres(rounded)
    order, starts = _by_cell(rounded, centres)
    sums = np.zeros(len(centres), "<u4")
    (folder / VECTORS).parent.mkdir(parents=True)
    with (folder / VECTORS).open("wb") as file:
        for cell in range(len(centres)):
            content = rounded.whole[order[starts[cell] : starts[cell + 1]]].tobytes()
            sums[cell] = zlib.crc32(content)
            file.write(content)
    head = np.array([dim, len(centres), count], "<i8")
    with (folder / MAP).open("wb") as file:
        file.write(_MAGIC + head.tobytes() + centres.astype("<f4").tobytes())
        file.write(starts.astype("<i8").tobytes() + sums.tobytes())
        file.write(numbers[order].astype("<i8").tobytes())
        file.write(articles[order].astype("<i8").tobytes())
        file.write(rounded.scales[order].astype("<f4").tobytes())


def _blocks(connection: sqlite3.Connection, last: int) -> Iterator[list[tuple[int, int, bytes]]]:
    rows = connection.execute(
        "SELECT number, article, vector FROM passage JOIN vector ON passage = number "
        "WHERE number <= ? ORDER BY number",
        (last,),
    )
    while block := rows.fetchmany(_BLOCK):
        yield block


def _centres(rounded: Rounded) -> Vectors:
    """Centres of cells by spherical k-means, about as many as a cell has vectors."""
    count = len(rounded)
    cells = 1 if count <= FLAT else round(math.sqrt(count))
    drawn = np.random.default_rng(1)
    chosen = np.sort(drawn.choice(count, min(count, SAMPLED * cells), replace=False))
    sample = _floats(rounded.chosen(chosen))
    centres = sample[drawn.choice(len(sample), cells, replace=False)]
    for _ in range(ROUNDS if cells > 1 else 1):
        nearest = _nearest(sample, centres)
        order = np.argsort(nearest, kind="stable")
        found, firsts = np.unique(nearest[order], return_index=True)
        # A cell that nothing is nearest to keeps its centre.
        centres[found] = np.add.reduceat(sample[order], firsts, axis=0)
        centres /= np.maximum(np.linalg.norm(centres, axis=1, keepdims=True), 1e-9)
    return np.asarray(centres, np.float32)


def _by_cell(rounded: Rounded, centres: Vectors) -> tuple[Numbers, Numbers]:
    """The rows in order of cell, and where each cell starts and the last ends."""
    parts = []
    for at in range(0, len(rounded), _BLOCK):
        rows = rounded.chosen(np.arange(at, min(at + _BLOCK, len(rounded))))
        parts.append(_nearest(_floats(rows), centres))
    cell = np.concatenate(parts)
    starts = np.concatenate([[0], np.cumsum(np.bincount(cell, minlength=len(centres)))])
    return np.argsort(cell, kind="stable"), starts


def _floats(rounded: Rounded) -> Vectors:
    return np.asarray(rounded.whole.astype(np.float32) * rounded.scales[:, None])


def _nearest(rows: Vectors, centres: Vectors) -> Numbers:
    return np.concatenate(
        [(rows[at : at + _BLOCK] @ centres.T).argmax(axis=1) for at in range(0, len(rows), _BLOCK)]
    )
