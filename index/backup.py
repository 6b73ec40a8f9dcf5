"""Backup: the truth as one file, made while others read and write; restored whole or not at all.

The file is SQLite's own copy (`VACUUM INTO`: one committed state, and nothing of what was removed),
followed by what it holds as JSON, a sha256 over both, the JSON's length, and a mark. The vector
index is not in it; it is built again from the truth.
"""

import hashlib
import json
import os
import shutil
import sqlite3
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from corpus.errors import BackupError
from index.connections import fsync
from index.examine import Damaged, refuse_damaged
from index.failpoints import durable
from index.generations import build, needs_building
from index.lock import writing
from index.schema import (
    DATABASE,
    OURS,
    bring_up_to_date,
    escaped,
    folded,
    folder_for,
    open_reading,
    replace_by,
)
from index.tables import MIGRATIONS, SCHEMA
from index.writer import Writer

MARK = b"BYLINE BACKUP 1\n"
_END = 64 + 8 + len(MARK)  # digest, length of the JSON, mark
_BLOCK = 1 << 20

Stage = Callable[[str], object]
"""Is told what takes a while now."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What a backup holds, counted in the copy itself."""

    made: str
    schema: int
    size: int
    articles: int
    passages: int
    vectors: int
    words: int


def backup(store: Path, file: Path, *, replace: bool = False, stage: Stage = str) -> Contents:
    """Write the library at `store` into `file` and check what was written.

    Raises:
        BackupError: the file is there and not `replace`, or it cannot be written.
        LibraryError: the library cannot be read, or is damaged.
    """
    if file.is_dir() or file.resolve().is_relative_to(store.resolve()):
        raise BackupError(f"{escaped(file)} is no place for a backup: name a file outside of it")
    if not file.parent.is_dir():
        raise BackupError(
            f"there is no folder {escaped(file.parent)}: make it, or name another file"
        )
    if file.exists() and not replace:
        raise BackupError(f"{escaped(file)} is there already: name another file, or give --yes")
    # Under a name that nobody else's file has.
    scratch = file.with_name(f"{file.name}.byline-partial")
    with closing(open_reading(store)) as connection, _cleared(scratch):
        stage("copy")
        with _written(file, "back up to a place with more of it"):
            scratch.unlink(missing_ok=True)
            with durable("backup copied"):
                connection.execute("VACUUM INTO ?", (os.fspath(scratch),))
            stage("check")
            contents = _contents(scratch)
            _refuse_damaged(scratch)
            digest = hashlib.sha256()
            with durable("backup sealed"), scratch.open("rb+") as copy:
                while block := copy.read(_BLOCK):
                    digest.update(block)
                said = json.dumps(asdict(contents)).encode()
                digest.update(said)
                end = f"{digest.hexdigest()}{len(said):08}".encode() + MARK
                copy.write(said + end)
                copy.flush()
                os.fsync(copy.fileno())
            with durable("backup named"):
                os.replace(scratch, file)
                fsync(file.parent)
    return contents


def restore(file: Path, store: Path, *, replace: bool = False, stage: Stage = str) -> Contents:
    """Make `store` the library that was backed up into `file`, and build its vector index.

    The library that is there stays until the one from the file is whole and checked.

    Raises:
        BackupError: the file is no backup, is damaged or of a newer Byline, or the store holds
            something and not `replace`.
        LibraryError: the store cannot be written; LibraryBusy while another process does, or reads.
    """
    contents = _read_end(file)
    _refuse_strangers(store, replace)
    folder_for(store)
    scratch = store / f"{DATABASE}.new"
    with writing(store), _cleared(scratch):
        _refuse_strangers(store, replace)
        stage("copy")
        with _written(store, "free some, or restore into another place"):
            with durable("restore copied"):
                _copy(file, scratch, contents.size)
            stage("check")
            if _contents(scratch, contents.made) != contents:
                raise _damaged(file)
            with durable("restore brought up"):
                _renew(scratch)
        with _written(store / DATABASE, "check the folder's permissions"):
            replace_by(scratch, store)
            # Of another library now; its numbers are those of other passages.
            with durable("vectors dropped"):
                shutil.rmtree(store / "vectors", ignore_errors=True)
    with Writer.open(store) as writer:
        writer.group()
        if needs_building(store, writer.connection):
            stage("vector index")
            build(store, writer.connection)
    return contents


def _contents(path: Path, made: str = "") -> Contents:
    """What is in a copy, after SQLite's own check of it."""
    uri = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
    with closing(sqlite3.connect(uri, uri=True)) as connection:
        execute = connection.execute
        found = execute("PRAGMA integrity_check").fetchone()[0]
        if found != "ok" or execute("PRAGMA foreign_key_check").fetchone():
            raise sqlite3.DatabaseError(f"the copy is not whole: {found}")
        counts = [
            int(execute(f"SELECT count(*) FROM {table}").fetchone()[0])
            for table in ("article", "passage", "vector", "words_docsize")
        ]
        (schema,) = execute("PRAGMA user_version").fetchone()
        made = made or datetime.now(UTC).isoformat(timespec="seconds")
        return Contents(made, schema, path.stat().st_size, *counts)


def _refuse_damaged(scratch: Path) -> None:
    """Refuse a copy of what is not as it was put in: it would be trusted later."""
    uri = f"{scratch.absolute().as_uri()}?mode=ro&immutable=1"
    with closing(sqlite3.connect(uri, uri=True)) as connection:
        try:
            refuse_damaged(connection)
        except Damaged as error:
            raise BackupError(
                f"the library is damaged ({escaped(error)}): run `python -m index doctor` first"
            ) from error


def _read_end(file: Path) -> Contents:
    """What a backup says it holds; its bytes are checked when they are copied."""
    try:
        size = file.stat().st_size
        with file.open("rb") as opened:
            opened.seek(max(0, size - _END))
            end = opened.read(_END)
            if end[-len(MARK) :] != MARK or len(end) < _END:
                raise BackupError(
                    f"{escaped(file)} is not a Byline backup, or its end is missing: name a file "
                    "that `python -m index backup` has made"
                )
            length = int(end[64:72])
            opened.seek(size - _END - length)
            contents = Contents(**json.loads(opened.read(length)))
        if contents.size != size - _END - length:
            raise ValueError("the size is another")
    except OSError as error:
        raise BackupError(
            f"{escaped(file)} cannot be read ({error.strerror or error}): name the backup's file"
        ) from error
    except (ValueError, TypeError) as error:
        raise _damaged(file) from error
    if contents.schema != SCHEMA and contents.schema not in MIGRATIONS:
        raise BackupError(
            f"{escaped(file)} has schema {contents.schema} and this Byline reads {SCHEMA}: update "
            "Byline"
        )
    return contents


def _copy(file: Path, scratch: Path, size: int) -> None:
    """Copy the database out of a backup, and check every byte of the backup."""
    digest = hashlib.sha256()
    with file.open("rb") as source, scratch.open("wb") as copy:
        for block in _blocks(source, size):
            digest.update(block)
            copy.write(block)
        rest = source.read()
        digest.update(rest[:-_END])
        if digest.hexdigest().encode() != rest[-_END:][:64]:
            raise _damaged(file)
        copy.flush()
        os.fsync(copy.fileno())


def _blocks(source: BinaryIO, size: int) -> Iterator[bytes]:
    while size and (block := source.read(min(size, _BLOCK))):
        size -= len(block)
        yield block


def _renew(scratch: Path) -> None:
    """Bring the library up to date, and give it an id of its own.

    No generation of another state may pass for its own.
    """
    with closing(sqlite3.connect(scratch, isolation_level=None)) as connection:
        connection.create_function("folded", 1, folded, deterministic=True)
        bring_up_to_date(connection)
        connection.execute("UPDATE meta SET value = ? WHERE key = 'library'", (uuid.uuid4().hex,))
        connection.execute("PRAGMA journal_mode = WAL")
    fsync(scratch)


def _refuse_strangers(store: Path, replace: bool) -> None:
    """Refuse a folder with something in it, or one that is no library's."""
    place = escaped(store)
    try:
        names = sorted(os.listdir(store)) if store.exists() else []
    except OSError as error:
        raise BackupError(
            f"{place} is no folder to restore into ({error.strerror or error}): name another with "
            "--store"
        ) from error
    for name in names:
        if name not in OURS and not name.startswith(DATABASE):
            raise BackupError(
                f"{place} holds other things ({escaped(name)}): name an empty or new folder with "
                "--store"
            )
    if DATABASE in names and not replace:
        raise BackupError(
            f"there is a library at {place} already: name another folder with --store, or give "
            "--yes to replace it"
        )


def _damaged(file: Path) -> BackupError:
    return BackupError(
        f"the backup {escaped(file)} is damaged: nothing was changed; use another one, or sync "
        "your articles into a new folder"
    )


@contextmanager
def _written(path: Path, remedy: str) -> Iterator[None]:
    """Turn what the system and SQLite say while a file is written into a BackupError."""
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        reason = str(getattr(error, "strerror", None) or error)
        if "malformed" in reason or "not whole" in reason or "not a database" in reason:
            raise BackupError(
                f"the library is damaged ({reason}): run `python -m index doctor` first"
            ) from error
        if not any(sign in reason for sign in ("full", "disk", "space", "too large")):
            remedy = "check the folder's permissions, or name another place"
        raise BackupError(f"{escaped(path)} cannot be written ({reason}): {remedy}") from error


@contextmanager
def _cleared(scratch: Path) -> Iterator[None]:
    """Leave nothing behind that is half written."""
    try:
        yield
    finally:
        for rest in ("", "-journal", "-wal", "-shm"):
            with suppress(OSError):
                scratch.with_name(f"{scratch.name}{rest}").unlink(missing_ok=True)
