"""The doors to the truth: create, open for reading, open for writing.

`library.db` is SQLite in WAL mode. Whatever is not one of ours is recognised before SQLite opens
it, because opening alone may already write beside it.
"""

import os
import shutil
import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from corpus.errors import EncoderMismatch, LibraryBusy, LibraryError, LibraryMissing
from index.connections import Connection, connect, fsync, marks
from index.failpoints import durable
from index.log import PAGES
from index.tables import ADDED_IN_2, MIGRATIONS, SCHEMA, TABLES
from index.wipe import NOTED
from index.words import words

DATABASE = "library.db"
APPLICATION = 0x42594C4E  # "BYLN", in the header of every library.db
# What a store may hold besides library.db: nothing else is ever written there.
OURS = ("lock", "vectors", "encoder")


# What SQLite says where a table is gone, or can no longer be made sense of.
_DAMAGED = ("no such table", "no such column", "constructor failed", "no column named")


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
        if any(sign in reason for sign in _DAMAGED):
            raise _damaged(place, reason) from error
        raise LibraryError(
            f"the library at {place} cannot be used ({reason}): check the folder's permissions, "
            "or name another with --store"
        ) from error
    except sqlite3.DatabaseError as error:
        raise _damaged(place, str(error)) from error


def _damaged(place: str, reason: str) -> LibraryError:
    return LibraryError(
        f"the library at {place} is damaged ({reason}): run `python -m index doctor --store "
        f"{place}`, which makes again what it can and tells what is lost"
    )


def mismatch(store: Path, stored: str, given: str) -> EncoderMismatch:
    """The error for a library whose vectors another encoder made."""
    return EncoderMismatch(
        f"the library at {escaped(store)} was built with the encoder {stored}, not {given}: set "
        "BYLINE_ENCODER back, or embed it anew with `python -m index sync --encoder NAME`"
    )


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


def connect_new(path: Path) -> sqlite3.Connection:
    """A connection to an empty library in a file of its own, which is no store's yet."""
    for rest in ("", "-journal", "-wal", "-shm"):
        path.with_name(f"{path.name}{rest}").unlink(missing_ok=True)
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        connection.create_function("folded", 1, folded, deterministic=True)
        connection.executescript(
            f"PRAGMA application_id = {APPLICATION}; PRAGMA user_version = {SCHEMA};"
            f"BEGIN; {TABLES} {ADDED_IN_2}"
            f"INSERT INTO meta VALUES ('library', '{uuid.uuid4().hex}');"
            "COMMIT; PRAGMA journal_mode = WAL;"
        )
    except BaseException:
        connection.close()
        raise
    return connection


def create(store: Path) -> None:
    """Make an empty library at `store`, whole or not at all; its folder must exist."""
    scratch = store / f"{DATABASE}.new"
    with translated(store):
        connect_new(scratch).close()
    # Of a database that was moved away: SQLite would play its log into the new one.
    _without_log(store / DATABASE)
    with durable("library made"):
        os.replace(scratch, store / DATABASE)


def replace_by(scratch: Path, store: Path, *, keep: Path | None = None) -> None:
    """Put the whole library in the file `scratch` in the place of the one at `store`.

    Who has that one open goes on reading it, and sees by `Connection.is_replaced` that it is no
    longer this one. It stays as the file `keep`, where that is given.

    Raises:
        LibraryBusy: somebody reads the log of the one that is there just now.
    """
    path = store / DATABASE
    if path.exists():
        # One that is damaged has no log worth keeping, and is to go.
        with suppress(sqlite3.DatabaseError), closing(sqlite3.connect(path)) as old:
            if old.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
                raise LibraryBusy(
                    f"the library at {escaped(store)} is being read: try again in a moment"
                )
        if keep:
            with durable("damaged kept"):
                keep.unlink(missing_ok=True)
                try:
                    os.link(path, keep)
                except OSError:
                    shutil.copyfile(path, keep)
    with durable("log let go"):
        _without_log(path)
    _without_log(scratch)
    with durable("library replaced"):
        os.replace(scratch, path)
        fsync(store)
    # Of whoever has opened the old one in the last moment: SQLite would take it for the new one's.
    _without_log(path)


def _without_log(path: Path) -> None:
    for rest in ("-wal", "-shm"):
        path.with_name(f"{path.name}{rest}").unlink(missing_ok=True)


def check(store: Path, *, older: bool = False) -> None:
    """Refuse what is not a library that this version reads, without writing anything.

    With `older`, one that can be brought up to date passes, too.

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
            if (store / "vectors").exists():
                raise LibraryMissing(
                    f"the library at {place} has lost its file {DATABASE}: restore a backup with "
                    f"`python -m index restore FILE --store {place}`, or make it anew with "
                    f"`python -m index sync ARTICLES --store {place}`"
                )
            raise LibraryMissing(
                f"there is no library at {place} yet: make one with "
                f"`python -m index sync ARTICLES --store {place}`"
            )
        with translated(store):
            found = marks(store / DATABASE)
    except OSError as error:
        raise LibraryError(
            f"the library at {place} cannot be read ({error.strerror or error}): check its "
            "permissions, or name another with --store"
        ) from error
    if found is None:
        raise LibraryError(
            f"{database} is not a library or is damaged: restore a backup with `python -m index "
            "restore FILE --yes`, move the folder away and sync your articles again, or name "
            "another with --store"
        )
    application, version = found
    if application != APPLICATION:
        raise LibraryError(
            f"{database} belongs to another program: name another folder with --store"
        )
    if version != SCHEMA and not (older and version in MIGRATIONS):
        raise LibraryError(
            f"the library at {place} has schema {version} and this Byline reads {SCHEMA}: "
            + (
                f"run `python -m index sync --store {place}` once, which brings it up to date"
                if version in MIGRATIONS
                else "update Byline"
                if version > SCHEMA
                else "no Byline has made it so; restore a backup, or move the folder away and sync "
                "your articles again"
            )
        )


def open_reading(store: Path, *, older: bool = False) -> Connection:
    """A connection that cannot write; the caller has to serialise its use between threads."""
    check(store, older=older)
    wal = store / f"{DATABASE}-wal"
    # Without a folder to put the WAL's index in, SQLite reads only what it may take as fixed.
    fixed = not os.access(store, os.W_OK) and not (wal.exists() and wal.stat().st_size)
    with translated(store):
        connection = connect(store / DATABASE, only="ro", immutable=fixed)
        try:
            connection.execute("SELECT value FROM meta LIMIT 1").fetchall()
            connection.remember()
        except BaseException:
            connection.close()
            raise
    return connection


def open_writing(store: Path) -> Connection:
    """A connection for the one writer, who holds the lock."""
    check(store, older=True)
    with translated(store):
        connection = connect(store / DATABASE)
        try:
            connection.create_function("folded", 1, folded, deterministic=True)
            # NORMAL: a kill loses nothing; a power cut may lose the last commits, which the next
            # sync brings back, because a file counts as read only in its article's transaction.
            connection.executescript(
                "PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON;"
                "PRAGMA cache_size = -65536; PRAGMA temp_store = MEMORY; PRAGMA secure_delete = ON;"
                f"PRAGMA wal_autocheckpoint = {PAGES};"
            )
            bring_up_to_date(connection)
            connection.executescript(NOTED)
            connection.execute("SELECT value FROM meta LIMIT 1").fetchall()
        except BaseException:
            connection.close()
            raise
    return connection


def bring_up_to_date(connection: sqlite3.Connection) -> None:
    """Bring the tables up to date, each step one transaction."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    while version < SCHEMA:
        version += 1
        with durable("schema migrated"):
            connection.executescript(
                f"BEGIN IMMEDIATE; {MIGRATIONS[version - 1]} PRAGMA user_version = {version};"
                "COMMIT;"
            )
