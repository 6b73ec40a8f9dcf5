"""The truth's tables, and the doors to them: create, open for reading, open for writing.

`library.db` is SQLite in WAL mode. Whatever is not one of ours is recognised before SQLite opens
it, because opening alone may already write beside it.
"""

import os
import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from corpus.errors import EncoderMismatch, LibraryBusy, LibraryError, LibraryMissing
from index.words import words

DATABASE = "library.db"
APPLICATION = 0x42594C4E  # "BYLN", in the header of every library.db
SCHEMA = 1
# What a store may hold besides library.db: nothing else is ever written there.
OURS = ("lock", "vectors", "encoder")

_TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
-- A path that was given to sync: a folder, or one file.
CREATE TABLE root (path TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE file (
    number INTEGER PRIMARY KEY,
    root TEXT NOT NULL,
    source TEXT NOT NULL,
    size INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    UNIQUE (root, source)
);
CREATE TABLE article (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    file INTEGER NOT NULL REFERENCES file (number),
    root TEXT NOT NULL,
    source TEXT NOT NULL,
    title TEXT NOT NULL,
    author TEXT,
    outlet TEXT,
    published TEXT,
    modified TEXT,
    url TEXT,
    language TEXT,
    pages TEXT NOT NULL,
    provenance TEXT NOT NULL,
    hash TEXT NOT NULL,
    author_folded TEXT,
    outlet_folded TEXT
);
CREATE INDEX article_file ON article (file);
-- Text and vectors lie apart, so that bylines and offsets are scanned without reading past them.
CREATE TABLE body (
    article INTEGER PRIMARY KEY REFERENCES article (number) ON DELETE CASCADE,
    text TEXT NOT NULL
);
-- AUTOINCREMENT: a number is never used twice, so what is gone can never be mistaken for what is.
CREATE TABLE passage (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    article INTEGER NOT NULL REFERENCES article (number) ON DELETE CASCADE,
    start INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    sentences BLOB NOT NULL
);
CREATE INDEX passage_article ON passage (article);
CREATE TABLE vector (
    passage INTEGER PRIMARY KEY REFERENCES passage (number) ON DELETE CASCADE,
    vector BLOB NOT NULL
);
-- Passages with each folded word in their text, and in any column of the word index.
CREATE TABLE frequency (
    word TEXT PRIMARY KEY,
    passages INTEGER NOT NULL,
    postings INTEGER NOT NULL
) WITHOUT ROWID;
-- Articles that a person removed: they stay out until they change.
CREATE TABLE removed (
    id TEXT PRIMARY KEY,
    file INTEGER NOT NULL REFERENCES file (number) ON DELETE CASCADE,
    hash TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE failure (
    root TEXT NOT NULL,
    source TEXT NOT NULL,
    reason TEXT NOT NULL,
    since TEXT NOT NULL,
    size INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    PRIMARY KEY (root, source)
) WITHOUT ROWID;
-- The word index stores no text: it is folded again from here when a passage goes.
CREATE VIEW folded_passage AS
    SELECT passage.number AS number, passage.article AS article,
           folded(substr(body.text, passage.start + 1, passage."end" - passage.start)) AS text,
           folded(article.title) AS title,
           folded(article.author) AS author,
           folded(article.outlet) AS outlet
    FROM passage
    JOIN article ON article.number = passage.article
    JOIN body ON body.article = passage.article;
CREATE VIRTUAL TABLE words USING fts5 (
    text, title, author, outlet,
    content = 'folded_passage', content_rowid = 'number',
    tokenize = 'unicode61 remove_diacritics 2'
);
"""


def escaped(name: object) -> str:
    """A name on one line, with what cannot be printed escaped."""
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in str(name))


def folded(text: str | None) -> str:
    """The words of `text` as the word index keeps them."""
    return " ".join(words(text)) if text else ""


@contextmanager
def translated(store: Path) -> Iterator[None]:
    """Turn what SQLite says about the library at `store` into a LibraryError that says it."""
    place = escaped(store)
    try:
        yield
    except sqlite3.OperationalError as error:
        reason = str(error)
        if "locked" in reason or "busy" in reason:
            raise LibraryBusy(
                f"the library at {place} is busy ({reason}): try again in a moment"
            ) from error
        if "full" in reason:
            raise LibraryError(
                f"no space is left for the library at {place}: free some and run sync again"
            ) from error
        raise LibraryError(
            f"the library at {place} cannot be used ({reason}): check the folder's permissions, "
            "or name another with --store"
        ) from error
    except sqlite3.DatabaseError as error:
        raise LibraryError(
            f"the library at {place} is damaged ({error}): move the folder away and sync your "
            "articles again"
        ) from error


def mismatch(store: Path, stored: str, given: str) -> EncoderMismatch:
    """The error for a library whose vectors another encoder made."""
    return EncoderMismatch(
        f"the library at {escaped(store)} was built with the encoder {stored}, not {given}: set "
        "BYLINE_ENCODER back, or sync into another folder with --store"
    )


def create(store: Path) -> None:
    """Make an empty library at `store`, whole or not at all; its folder must exist."""
    scratch = store / f"{DATABASE}.new"
    scratch.unlink(missing_ok=True)
    with translated(store):
        connection = sqlite3.connect(scratch, isolation_level=None)
        try:
            connection.create_function("folded", 1, folded, deterministic=True)
            connection.executescript(
                f"PRAGMA application_id = {APPLICATION}; PRAGMA user_version = {SCHEMA};"
                f"BEGIN; {_TABLES} INSERT INTO meta VALUES ('library', '{uuid.uuid4().hex}');"
                "COMMIT; PRAGMA journal_mode = WAL;"
            )
        finally:
            connection.close()
    for rest in ("-wal", "-shm"):
        # Of a database that was moved away: SQLite would play its log into the new one.
        (store / f"{DATABASE}{rest}").unlink(missing_ok=True)
    os.replace(scratch, store / DATABASE)


def check(store: Path) -> None:
    """Refuse what is not a library that this version reads, without writing anything.

    Raises:
        LibraryMissing: nothing is there, or an empty folder.
        LibraryError: something else is there.
    """
    place, database = escaped(store), escaped(store / DATABASE)
    try:
        if not store.exists():
            raise LibraryMissing(
                f"there is no library at {place}: make one with "
                f"`python -m index sync ARTICLES --store {place}`"
            )
        if not store.is_dir():
            raise LibraryError(
                f"{place} is a file, not a library's folder: name another with --store"
            )
        if not (store / DATABASE).exists():
            strangers = [
                name
                for name in sorted(os.listdir(store))
                if name not in OURS and not name.startswith(DATABASE)
            ]
            if strangers:
                raise LibraryError(
                    f"{place} is not a library and holds other things ({escaped(strangers[0])}): "
                    "name another folder with --store"
                )
            raise LibraryMissing(
                f"there is no library at {place} yet: make one with "
                f"`python -m index sync ARTICLES --store {place}`"
            )
        with (store / DATABASE).open("rb") as file:
            header = file.read(100)
    except OSError as error:
        raise LibraryError(
            f"the library at {place} cannot be read ({error.strerror or error}): check its "
            "permissions, or name another with --store"
        ) from error
    if not header.startswith(b"SQLite format 3\0") or len(header) < 100:
        raise LibraryError(
            f"{database} is not a library or is damaged: move the folder away and sync "
            "your articles again, or name another with --store"
        )
    if int.from_bytes(header[68:72], "big") != APPLICATION:
        raise LibraryError(
            f"{database} belongs to another program: name another folder with --store"
        )
    version = int.from_bytes(header[60:64], "big")
    if version != SCHEMA:
        raise LibraryError(
            f"the library at {place} has schema {version} and this Byline reads {SCHEMA}: "
            + ("update Byline" if version > SCHEMA else "sync into another folder with --store")
        )


def open_reading(store: Path) -> sqlite3.Connection:
    """A connection that cannot write; the caller has to serialise its use between threads."""
    check(store)
    uri = f"{(store / DATABASE).absolute().as_uri()}?mode=ro"
    wal = store / f"{DATABASE}-wal"
    if not os.access(store, os.W_OK) and not (wal.exists() and wal.stat().st_size):
        # Without a folder to put the WAL's index in, SQLite reads only what it may take as fixed.
        uri += "&immutable=1"
    with translated(store):
        connection = sqlite3.connect(
            uri, uri=True, timeout=10, isolation_level=None, check_same_thread=False
        )
        try:
            connection.execute("SELECT value FROM meta LIMIT 1").fetchall()
        except BaseException:
            connection.close()
            raise
    return connection


def open_writing(store: Path) -> sqlite3.Connection:
    """A connection for the one writer, who holds the lock."""
    check(store)
    with translated(store):
        connection = sqlite3.connect(
            store / DATABASE, timeout=10, isolation_level=None, check_same_thread=False
        )
        try:
            connection.create_function("folded", 1, folded, deterministic=True)
            # NORMAL: a kill loses nothing; a power cut may lose the last commits, which the next
            # sync brings back, because a file counts as read only in its article's transaction.
            connection.executescript(
                "PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON;"
                "PRAGMA cache_size = -65536; PRAGMA temp_store = MEMORY;"
            )
            connection.execute("SELECT value FROM meta LIMIT 1").fetchall()
        except BaseException:
            connection.close()
            raise
    return connection
