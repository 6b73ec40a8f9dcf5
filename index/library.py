"""Library: the catalogue made searchable, by meaning and by word."""

import json
import logging
import os
import sqlite3
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np

from index.cells import Damaged
from index.connections import Connection
from index.encoder import Encoder, Vectors
from index.exact import Exact, Numbers, best, vectors_of
from index.generations import Generation, open_current
from index.passages import EVERYTHING, Scope
from index.schema import mismatch, open_reading, translated
from index.scoped import Scoped
from index.shelf import Allowed

# How much a word counts in the text, the title, the author and the outlet.
WEIGHTS = (1.0, 0.6, 0.5, 0.3)
# Measured in FTS5: a query's time grows with the postings it merges, 20,000 take 5 to 10 ms.
POSTINGS = 20_000
MOST_WORDS = 256
SECONDS = 2.0
# A process that asks once reads all vectors below this many passages, and opens no generation.
ONCE_EXACT = 10_000
# Up to here it is quicker to compare all that a scope allows than to filter what was found.
NARROW = 2_000

log = logging.getLogger(__name__)


class Library(Scoped):
    """The articles, passages, vectors and words of a store, for reading; threads may share one."""

    def __init__(self, store: Path, connection: Connection, dim: int, vectors: bool):
        super().__init__(store, connection)
        self.made_by: str | None = None
        """Fingerprint of the encoder that made the vectors, as of the last refresh."""
        self._dim = dim
        self._vectors = vectors
        self._generation: Generation | None = None
        self._generation_tried: tuple[int, int] | None = None
        self._exact: Exact | None = None
        self._counts: tuple[int, int] | None = None
        self._version = self._data_version()

    @classmethod
    def open(cls, store: Path, encoder: Encoder | None, *, vectors: bool = True) -> "Library":
        """Open the library at `store`.

        `encoder` is the one that questions are embedded with, None where none are. With `vectors`
        the vector index is opened at the first question; without, as in a process that asks once,
        only above `ONCE_EXACT` passages.

        Raises:
            LibraryMissing: there is none.
            LibraryError: it cannot be used.
            EncoderMismatch: another encoder made its vectors.
        """
        store = Path(store)
        connection = open_reading(store)
        try:
            with translated(store):
                meta = dict(connection.execute("SELECT key, value FROM meta").fetchall())
            if encoder and meta.get("encoder", encoder.fingerprint) != encoder.fingerprint:
                raise mismatch(store, meta["encoder"], encoder.fingerprint)
            dim = int(meta.get("dim", encoder.dim if encoder else 0))
            library = cls(store, connection, dim, vectors)
            library.made_by = meta.get("encoder")
            return library
        except BaseException:
            connection.close()
            raise

    def close(self) -> None:
        """Let go of the store's files."""
        with self._lock:
            self._let_go()
            super().close()

    def _data_version(self) -> int:
        return int(self._rows("PRAGMA data_version")[0][0])

    def refresh(self) -> bool:
        """Whether the library has changed since the last look; what was cached is dropped then."""
        with self._lock:
            version = self._data_version()
            if version == self._version:
                return False
            self._version = version
            self._forget()
            self._counts = None
            self._follow_encoder()
            if self._exact is not None:
                with self.snapshot():
                    self._exact.follow(self._connection)
            return True

    def _follow_encoder(self) -> None:
        """Drop what belongs to other vectors, once the library has been embedded anew."""
        meta = dict(self._rows("SELECT key, value FROM meta"))
        if meta.get("encoder") == self.made_by:
            return
        self.made_by, self._dim = meta.get("encoder"), int(meta.get("dim", self._dim))
        self._exact = self._generation_tried = None
        self._let_go()

    def _begin_anew(self) -> None:
        super()._begin_anew()
        # Its numbers are those of other passages, and no version of another file is this one's.
        self._exact = self._generation_tried = self._counts = None
        self._version = -1
        self._let_go()
        self._follow_encoder()

    @property
    def passage_count(self) -> int:
        """Passages in the library, as of the last refresh."""
        return self._count()[0]

    @property
    def article_count(self) -> int:
        """Articles in the library, as of the last refresh."""
        return self._count()[1]

    def _count(self) -> tuple[int, int]:
        if self._counts is None:
            sql = "SELECT (SELECT count(*) FROM passage), (SELECT count(*) FROM article)"
            self._counts = tuple(self._rows(sql)[0])
        return self._counts

    def search_vectors(
        self, vector: Vectors, k: int, scope: Scope = EVERYTHING
    ) -> list[tuple[int, float]]:
        """The `k` passages nearest to a unit vector: (number, cosine), best first."""
        with self.snapshot():
            allowed, numbers = self._narrowed(scope) if scope else (None, None)
            if numbers is not None and len(numbers) <= NARROW:
                return best(*self._scores(vector, numbers), k)
            try:
                return self._nearest(vector, k, allowed, numbers)
            except (Damaged, OSError) as error:
                log.warning("the vector index of %s is damaged: %s", self.store, error)
                self._let_go()
                return self._nearest(vector, k, allowed, numbers)

    def _nearest(
        self, vector: Vectors, k: int, allowed: Allowed | None, numbers: Numbers | None
    ) -> list[tuple[int, float]]:
        """What the generation and the young hold and the truth confirms, with its own cosines."""
        generation = self._fit_generation()
        exact = self._follow(generation.last if generation else 0)
        young = best(*self._scores(vector, exact.near(vector, k, allowed)), k)
        if generation is None:
            return young
        wanted, times = 2 * k + 20, 1
        while True:
            if numbers is not None:
                near = generation.nearest_among(vector, wanted, numbers)
            else:
                near = generation.nearest(vector, wanted, allowed, times)
            found = best(*self._scores(vector, near), k)
            if len(found) >= k or wanted >= generation.count:
                break
            # Some are gone from the truth, or the scope allows few of what is near.
            wanted, times = min(wanted * 8, generation.count), times * 8
        return sorted(found + young, key=lambda pair: (-pair[1], pair[0]))[:k]

    def cosines(self, vector: Vectors, numbers: Sequence[int]) -> dict[int, float]:
        """The cosine of each of these passages' vectors with a unit vector, by number."""
        alive, scores = self._scores(vector, np.array(numbers, np.int64))
        return dict(zip(alive.tolist(), scores.tolist(), strict=True))

    def _scores(self, vector: Vectors, numbers: Numbers) -> tuple[Numbers, Vectors]:
        rows = self._rows(
            "SELECT passage, vector FROM vector WHERE passage IN (SELECT value FROM json_each(?))",
            (json.dumps(numbers.tolist()),),
        )
        alive = np.array([row[0] for row in rows], np.int64)
        return alive, vectors_of([row[1] for row in rows], self._dim) @ vector

    def _follow(self, after: int) -> Exact:
        """The exact vectors of the passages above `after`."""
        if self._exact is None or self._exact.after != after:
            self._exact = Exact(self._dim, after)
            self._exact.follow(self._connection)
        return self._exact

    def _fit_generation(self) -> Generation | None:
        """The current generation if it may be used and is fit; each is tried once."""
        if not self._vectors and self.passage_count < ONCE_EXACT:
            return None
        mark = current_mark(self.store)
        if mark != self._generation_tried:
            self._let_go()
            self._generation = open_current(self.store, self._connection, graph=self._vectors)
            self._generation_tried = mark
        return self._generation

    def _let_go(self) -> None:
        if self._generation:
            self._generation.close()
            self._generation = None

    def search_words(
        self, words: Sequence[str], k: int, scope: Scope = EVERYTHING
    ) -> list[tuple[int, float]]:
        """The `k` best passages by BM25 for folded words (`index.words.words`), best first.

        Common words are left out where the rare ones already have enough to look through.
        """
        postings = self._postings("postings", words)
        chosen: list[str] = []
        total = 0
        for word in sorted(postings, key=lambda word: (postings[word], word))[:MOST_WORDS]:
            total += postings[word]
            if chosen and total > POSTINGS:
                break
            chosen.append(word)
        with self.snapshot():
            while chosen:
                try:
                    return self._match(chosen, k, scope)
                except sqlite3.OperationalError as error:
                    if "interrupted" not in str(error):
                        raise
                    chosen = chosen[: len(chosen) // 2]
        return []

    def _match(self, words: list[str], k: int, scope: Scope) -> list[tuple[int, float]]:
        query = " OR ".join('"' + word.replace('"', '""') + '"' for word in words)
        rank = f"bm25(words, {', '.join(map(str, WEIGHTS))})"
        sql = f"SELECT rowid, {rank} FROM words WHERE words MATCH ?"
        deadline = time.monotonic() + SECONDS
        self._connection.set_progress_handler(lambda: time.monotonic() > deadline, 500)
        try:
            if not scope:
                rows = self._connection.execute(f"{sql} ORDER BY 2, 1 LIMIT ?", (query, k))
                return [(number, -score) for number, score in rows]
            found = np.array(self._connection.execute(sql, (query,)).fetchall()).reshape(-1, 2)
        finally:
            self._connection.set_progress_handler(None, 0)
        allowed, numbers = self._narrowed(scope)
        matched = found[:, 0].astype(np.int64)
        if numbers is None:
            kept = allowed.among(self._articles_of(matched))
        else:
            kept = np.isin(matched, numbers)
        return best(matched[kept], -found[kept, 1], k)

    def frequencies(self, words: Sequence[str]) -> dict[str, int]:
        """In how many passages' text each folded word occurs."""
        return dict.fromkeys(words, 0) | self._postings("passages", words)

    def _postings(
        self, column: Literal["passages", "postings"], words: Sequence[str]
    ) -> dict[str, int]:
        return dict(
            self._rows(
                f"SELECT word, {column} FROM frequency "
                "WHERE word IN (SELECT value FROM json_each(?))",
                (json.dumps(sorted(set(words))),),
            )
        )


def current_mark(store: Path) -> tuple[int, int] | None:
    """What tells the current generation from any other, also one of its name; None without one."""
    try:
        found = os.stat(store / "vectors" / "CURRENT")
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns
