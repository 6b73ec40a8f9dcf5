"""Writing the truth: every public method is one transaction, so a kill leaves no half of one."""

import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from pathlib import Path

from corpus.article import METADATA_FIELDS, Article
from corpus.errors import LibraryError
from index.connections import Connection
from index.encoder import Encoder, Vectors, refuse_unusable
from index.failpoints import durable
from index.failures import Execute, forget_failure, record_failure, record_parts
from index.lock import writing
from index.log import Log, cut
from index.passages import Passage, made_by
from index.purge import purge_small
from index.rows import content_hash, delete_article, put_article, sign_missing
from index.schema import DATABASE, create, mismatch, open_writing, translated

SIGNED_AT_ONCE = 200  # articles in one transaction
BY_HAND = "edited by hand"  # the origin of a field that a person edited


@dataclass(frozen=True, slots=True)
class File:
    """A file under a root as it was found; `sha256` is "" until its content has been read.

    `sidecars` are those that speak of it: name, size and time of each.
    """

    root: str
    source: str
    size: int
    mtime_ns: int
    sha256: str = ""
    sidecars: str = ""

    @property
    def looks(self) -> tuple[int, int]:
        """What tells without reading whether it changed."""
        return self.size, self.mtime_ns

    @property
    def key(self) -> tuple[str, str]:
        """What identifies it."""
        return self.root, self.source


class Writer:
    """The one writer of a library; made by `Writer.open`, which holds the lock."""

    def __init__(self, store: Path, connection: Connection) -> None:
        self.store = store
        self.connection = connection
        self._lock = threading.RLock()
        self._log = Log(store / DATABASE)

    @classmethod
    @contextmanager
    def open(cls, store: Path, *, new: bool = False, mending: bool = False) -> Iterator["Writer"]:
        """The writer of the library at `store`, which is made first where `new` allows it."""
        with writing(store, mending=mending):
            if new and not (store / DATABASE).exists():
                create(store)
            connection = open_writing(store)
            try:
                with translated(store):
                    yield cls(store, connection)
            finally:
                connection.close()

    @contextmanager
    def transaction(self, step: str) -> Iterator[Execute]:
        """All that is done inside, or nothing of it; other threads wait."""
        with self._lock, translated(self.store):
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                yield self.connection.execute
                with durable(step):
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
        with self.transaction("claim") as execute:
            stored = dict(execute("SELECT key, value FROM meta").fetchall())
            wanted = made_by(encoder)
            if wanted.items() <= stored.items():
                return
            if execute("SELECT 1 FROM passage LIMIT 1").fetchone():
                if stored.get("encoder") != encoder.fingerprint:
                    raise mismatch(self.store, stored.get("encoder", "?"), encoder.fingerprint)
                wanted["splitter"] = stored.get("splitter", wanted["splitter"])
            for key, value in wanted.items():
                execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    def group(self) -> None:
        """Find the copies among articles that an older Byline put in."""
        more = True
        while more:
            with self.transaction("group"):
                more = sign_missing(self.connection, SIGNED_AT_ONCE)

    def add_root(self, path: str, *, instead_of: Sequence[str] = ()) -> None:
        """Remember a path given to sync, in place of single files that it takes in."""
        with self.transaction("root added") as execute:
            for old in instead_of:
                execute("DELETE FROM root WHERE path = ?", (old,))
            execute("INSERT OR IGNORE INTO root VALUES (?)", (path,))

    def forget_root(self, path: str) -> None:
        """Forget a path; its files stay as they are."""
        with self.transaction("root forgotten") as execute:
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
        declared: Article | None = None,
        whole: bool = False,
    ) -> int:
        """Add an article or replace it, with all that makes it searchable.

        `declared` is what its file says, where a person's edits make the article another. Its
        file counts as half read until `finish`, which comes with it where the article is the
        `whole` file; the number of other articles that this removed.
        """
        self._log.keep(self.connection)
        with self.transaction("article put") as execute:
            self._put(execute, article, file, passages, vectors)
            _declare(execute, article, declared)
            return self._finish(execute, file, {article.id}) if whole else 0

    def put_edited(
        self,
        article: Article,
        declared: Article,
        edits: Mapping[str, str | None],
        passages: Sequence[Passage],
        vectors: Vectors,
    ) -> None:
        """Put an article in as its `edits` make it, in its own place, and keep the edits."""
        with self.transaction("article edited") as execute:
            (file,) = execute("SELECT file FROM article WHERE id = ?", (article.id,)).fetchone()
            execute("DELETE FROM edit WHERE id = ?", (article.id,))
            for name, value in edits.items():
                execute("INSERT INTO edit VALUES (?, ?, ?)", (article.id, name, value))
            put_article(self.connection, article, file, passages, vectors)
            _declare(execute, article, declared)

    def finish(self, file: File, ids: set[str], failed: Sequence[tuple[str, str]] = ()) -> int:
        """Count `file` as read: `ids` are all its articles, `failed` what of it is none, and why.

        The number of other articles, which are now removed.
        """
        with self.transaction("file finished") as execute:
            return self._finish(execute, file, ids, failed)

    def remove_file(self, key: tuple[str, str]) -> int:
        """Forget the file at (root, source) with its articles and failure; how many articles."""
        with self.transaction("file removed") as execute:
            gone = _articles_of(execute, key)
            for number, _ in gone:
                delete_article(self.connection, number)
            execute("DELETE FROM file WHERE root = ? AND source = ?", key)
            record_parts(execute, key, (), (0, 0))
            return len(gone)

    def remove_article(self, article_id: str, *, edits: bool = False) -> None:
        """Take an article out by hand, `edits` too; it stays out until it changes."""
        with self.transaction("article removed") as execute:
            row = execute(
                "SELECT number, file, hash FROM article WHERE id = ?", (article_id,)
            ).fetchone()
            if row is None:
                raise LibraryError(f"there is no article {article_id} in {self.store}")
            number, file, digest = row
            delete_article(self.connection, number)
            execute("INSERT OR REPLACE INTO removed VALUES (?, ?, ?)", (article_id, file, digest))
            if edits:
                execute("DELETE FROM edit WHERE id = ?", (article_id,))

    def fail(self, file: File, reason: str) -> None:
        """Record why a file is not in; `since` stays while it keeps failing."""
        with self.transaction("failure recorded") as execute:
            record_failure(execute, file.key, reason, file.looks)

    def forget_failure(self, key: tuple[str, str]) -> None:
        """Forget that a file or a page could not be read."""
        with self.transaction("failure forgotten") as execute:
            forget_failure(execute, key)

    def touch(self, file: File) -> None:
        """Note the new size and time of a file whose content is what it was."""
        with self.transaction("file touched") as execute:
            execute(
                "UPDATE file SET size = ?, mtime_ns = ?, sidecars = ? "
                "WHERE root = ? AND source = ?",
                (file.size, file.mtime_ns, file.sidecars, *file.key),
            )
            forget_failure(execute, file.key, whole=True)

    def settle(self) -> None:
        """Move what was written from the log into the database, on the disk for good."""
        with self._lock, translated(self.store), durable("log moved"):
            cut(self.connection)
            purge_small(self.store, self.connection)

    def _put(
        self,
        execute: Execute,
        article: Article,
        file: File,
        passages: Sequence[Passage],
        vectors: Vectors,
    ) -> None:
        refuse_unusable(vectors, len(passages), article.source)
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

    def _finish(
        self,
        execute: Execute,
        file: File,
        ids: set[str],
        failed: Sequence[tuple[str, str]] = (),
    ) -> int:
        execute(
            "INSERT INTO file (root, source, size, mtime_ns, sha256, sidecars) "
            "VALUES (?, ?, ?, ?, ?, ?) "
            "ON CONFLICT (root, source) DO UPDATE SET size = excluded.size, "
            "mtime_ns = excluded.mtime_ns, sha256 = excluded.sha256, sidecars = excluded.sidecars",
            astuple(file),
        )
        gone = [number for number, name in _articles_of(execute, file.key) if name not in ids]
        for number in gone:
            delete_article(self.connection, number)
        record_parts(execute, file.key, failed, file.looks)
        return len(gone)


def _declare(execute: Execute, article: Article, declared: Article | None) -> None:
    """Keep what the file says beside what a person made of it, to know it again and to undo."""
    if declared is None or declared == article:
        return
    said = {
        name: (getattr(declared, name), declared.provenance.get(name))
        for name in METADATA_FIELDS
        if article.provenance.get(name) == BY_HAND
    }
    execute(
        "UPDATE article SET hash = ?, declared = ? WHERE id = ?",
        (content_hash(declared), json.dumps(said), article.id),
    )


def _articles_of(execute: Execute, key: tuple[str, str]) -> list[tuple[int, str]]:
    """Number and id of each article of a file."""
    return execute(
        "SELECT article.number, article.id FROM article JOIN file ON file.number = article.file "
        "WHERE file.root = ? AND file.source = ?",
        key,
    ).fetchall()
