"""Writing the truth: every public method is one transaction, so a kill leaves no half of one."""

import os
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from corpus.article import Article
from corpus.errors import LibraryError
from index.encoder import Encoder, Vectors
from index.lock import writing
from index.passages import Passage
from index.rows import content_hash, delete_article, put_article
from index.schema import DATABASE, create, mismatch, open_writing, translated

Execute = Callable[..., sqlite3.Cursor]


@dataclass(frozen=True, slots=True)
class File:
    """A file under a root as it was found; `sha256` is "" until its content has been read."""

    root: str
    source: str
    size: int
    mtime_ns: int
    sha256: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """What identifies it."""
        return self.root, self.source


class Writer:
    """The one writer of a library; made by `Writer.open`, which holds the lock."""

    def __init__(self, store: Path, connection: sqlite3.Connection) -> None:
        self.store = store
        self.connection = connection
        self._lock = threading.RLock()

    @classmethod
    @contextmanager
    def open(cls, store: Path, *, new: bool = False) -> Iterator["Writer"]:
        """The writer of the library at `store`, which is made first where `new` allows it."""
        with writing(store):
            if new and not (store / DATABASE).exists():
                create(store)
            connection = open_writing(store)
            try:
                yield cls(store, connection)
            finally:
                connection.close()

    @contextmanager
    def _transaction(self) -> Iterator[Execute]:
        with self._lock, translated(self.store):
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                yield self.connection.execute
                self.connection.execute("COMMIT")
            except BaseException:
                if self.connection.in_transaction:
                    self.connection.execute("ROLLBACK")
                raise

    def claim(self, encoder: Encoder) -> None:
        """Make the encoder the library's, while it holds no passage of another.

        Raises:
            EncoderMismatch: it does.
        """
        with self._transaction() as execute:
            stored = dict(execute("SELECT key, value FROM meta").fetchall())
            if stored.get("encoder") == encoder.fingerprint:
                return
            if execute("SELECT 1 FROM passage LIMIT 1").fetchone():
                raise mismatch(self.store, stored.get("encoder", "?"), encoder.fingerprint)
            for key, value in (("encoder", encoder.fingerprint), ("dim", str(encoder.dim))):
                execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    def add_root(self, path: str, *, instead_of: Sequence[str] = ()) -> None:
        """Remember a path given to sync, in place of single files that it takes in."""
        with self._transaction() as execute:
            for old in instead_of:
                execute("DELETE FROM root WHERE path = ?", (old,))
            execute("INSERT OR IGNORE INTO root VALUES (?)", (path,))

    def forget_root(self, path: str) -> None:
        """Forget a path; its files stay as they are."""
        with self._transaction() as execute:
            execute("DELETE FROM root WHERE path = ?", (path,))

    def known(self, article: Article) -> str:
        """What the library knows of an article: `new`, `same`, `changed`, or `removed` by hand."""
        with self._lock, translated(self.store):
            digest = content_hash(article)
            for table, state in (("article", "same"), ("removed", "removed")):
                row = self.connection.execute(
                    f"SELECT hash FROM {table} WHERE id = ?", (article.id,)
                ).fetchone()
                if row and row[0] == digest:
                    return state
                if row and state == "same":
                    return "changed"
            return "new"

    def put(
        self,
        article: Article,
        file: File,
        passages: Sequence[Passage],
        vectors: Vectors,
        *,
        whole: bool = False,
    ) -> int:
        """Add an article or replace it, with all that makes it searchable.

        Its file counts as half read until `finish`, which comes with it where the article is the
        `whole` file; the number of other articles that this removed.
        """
        with self._transaction() as execute:
            self._put(execute, article, file, passages, vectors)
            return self._finish(execute, file, {article.id}) if whole else 0

    def finish(self, file: File, ids: set[str]) -> int:
        """Count `file` as read: `ids` are all its articles. The number of others, now removed."""
        with self._transaction() as execute:
            return self._finish(execute, file, ids)

    def remove_file(self, key: tuple[str, str]) -> int:
        """Forget the file at (root, source) with its articles and failure; how many articles."""
        with self._transaction() as execute:
            gone = _articles_of(execute, key)
            for number, _ in gone:
                delete_article(self.connection, number)
            execute("DELETE FROM file WHERE root = ? AND source = ?", key)
            execute("DELETE FROM failure WHERE root = ? AND source = ?", key)
            return len(gone)

    def remove_article(self, article_id: str) -> None:
        """Take an article out by hand; it stays out until it changes."""
        with self._transaction() as execute:
            row = execute(
                "SELECT number, file, hash FROM article WHERE id = ?", (article_id,)
            ).fetchone()
            if row is None:
                raise LibraryError(f"there is no article {article_id} in {self.store}")
            number, file, digest = row
            delete_article(self.connection, number)
            execute("INSERT OR REPLACE INTO removed VALUES (?, ?, ?)", (article_id, file, digest))

    def fail(self, file: File, reason: str) -> None:
        """Record why a file is not in; `since` stays while it keeps failing."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        with self._transaction() as execute:
            execute(
                "INSERT INTO failure VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (root, source) "
                "DO UPDATE SET reason = excluded.reason, size = excluded.size, "
                "mtime_ns = excluded.mtime_ns",
                (*file.key, reason, now, file.size, file.mtime_ns),
            )

    def touch(self, file: File) -> None:
        """Note the new size and time of a file whose content is what it was."""
        with self._transaction() as execute:
            execute(
                "UPDATE file SET size = ?, mtime_ns = ? WHERE root = ? AND source = ?",
                (file.size, file.mtime_ns, *file.key),
            )
            execute("DELETE FROM failure WHERE root = ? AND source = ?", file.key)

    def settle(self) -> None:
        """Move what was written from the log into the database, on the disk for good."""
        with self._lock, translated(self.store):
            self.connection.execute("PRAGMA wal_checkpoint(PASSIVE)")

    def _put(
        self,
        execute: Execute,
        article: Article,
        file: File,
        passages: Sequence[Passage],
        vectors: Vectors,
    ) -> None:
        if len(vectors) != len(passages) or not np.isfinite(vectors).all():
            raise LibraryError(
                f"the encoder gave {len(vectors)} usable vectors for {len(passages)} passages of "
                f"{article.source}: try another in BYLINE_ENCODER"
            )
        # Half read until it is finished: a size no file has says so to the next sync.
        execute(
            "INSERT INTO file (root, source, size, mtime_ns, sha256) VALUES (?, ?, -1, -1, '') "
            "ON CONFLICT (root, source) DO UPDATE SET size = -1, mtime_ns = -1, sha256 = ''",
            file.key,
        )
        (number,) = execute(
            "SELECT number FROM file WHERE root = ? AND source = ?", file.key
        ).fetchone()
        put_article(self.connection, article, number, passages, vectors)

    def _finish(self, execute: Execute, file: File, ids: set[str]) -> int:
        execute(
            "INSERT INTO file (root, source, size, mtime_ns, sha256) VALUES (?, ?, ?, ?, ?) "
            "ON CONFLICT (root, source) DO UPDATE SET size = excluded.size, "
            "mtime_ns = excluded.mtime_ns, sha256 = excluded.sha256",
            astuple(file),
        )
        gone = [number for number, name in _articles_of(execute, file.key) if name not in ids]
        for number in gone:
            delete_article(self.connection, number)
        execute("DELETE FROM failure WHERE root = ? AND source = ?", file.key)
        return len(gone)


def _articles_of(execute: Execute, key: tuple[str, str]) -> list[tuple[int, str]]:
    """Number and id of each article of a file."""
    return execute(
        "SELECT article.number, article.id FROM article JOIN file ON file.number = article.file "
        "WHERE file.root = ? AND file.source = ?",
        key,
    ).fetchall()


def folder_for(store: Path) -> None:
    """Make the store's folder if it is not there.

    Raises:
        LibraryError: it cannot be made.
    """
    try:
        os.makedirs(store, exist_ok=True)
    except OSError as error:
        raise LibraryError(
            f"the library's folder {store} cannot be made ({error.strerror or error}): name "
            "another with --store"
        ) from error
