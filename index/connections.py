"""Connections to a library's file, and its header, read so that no connection comes to harm.

Whoever closes any descriptor of a file takes all of the process's locks on it away (POSIX; see
sqlite.org/howtocorrupt.html, 2.2). A reader without its lock does not keep another process from
deleting the log: it goes on with the old one, misses what is committed, or finds the library
malformed. So a file is opened by hand only while this process has no connection to it.
"""

import os
import sqlite3
import threading
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

HEADER = 100  # bytes
_guard = threading.Lock()
_open: Counter[tuple[int, int]] = Counter()


class Connection(sqlite3.Connection):
    """One that is known until it is closed."""

    file: tuple[int, int] | None = None
    _path = Path()
    _fixed = False
    _files: tuple[int, ...] | None = None

    def remember(self) -> None:
        """Keep which files it reads, once it has read from them."""
        self._files = self._found()
        if self._files and self._files[:2] != self.file:
            self._files = ()  # another came while it was opened

    def is_replaced(self) -> bool:
        """Whether other files have taken the place of those that it reads; two calls of stat.

        It goes on with its own where there is none in their place.
        """
        found = self._found()
        return None not in (found, self._files) and found != self._files

    def _found(self) -> tuple[int, ...] | None:
        """What tells the files that are there now from others."""
        database = _stat(self._path)
        if database is None:
            return None
        files = (database.st_dev, database.st_ino)
        if self._fixed:
            # It sees neither a log nor what is written: whoever writes makes it another.
            log = _stat(f"{self._path}-wal")
            return *files, database.st_size, database.st_mtime_ns, int(bool(log and log.st_size))
        # Whoever has another index of the log than the writers sees nothing that they commit.
        index = _stat(f"{self._path}-shm")
        return *files, index.st_ino if index else 0

    def close(self) -> None:
        """Let go of the file."""
        super().close()
        with _guard:
            if self.file and not self._fixed:
                _open[self.file] -= 1
            self.file = None


def fsync(path: Path) -> None:
    """Have what was written to a file, or into a folder, on the disk for good."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def connect(path: Path, *, only: str = "rw", immutable: bool = False) -> Connection:
    """A connection to the database at `path` that any thread may use; `only` `ro` cannot write."""
    uri = f"{path.absolute().as_uri()}?mode={only}{'&immutable=1' if immutable else ''}"
    with _guard:
        while True:
            before = _identity(path)
            connection = sqlite3.connect(
                uri, uri=True, timeout=10, isolation_level=None, check_same_thread=False,
                factory=Connection,
            )  # fmt: skip
            if _identity(path) == before:
                break
            connection.close()  # another has come meanwhile: which of them it is, nobody knows
        connection.file = before
        connection._path, connection._fixed = path.absolute(), immutable
        if before and not immutable:  # which has no locks to lose
            _open[before] += 1
    return connection


def _identity(path: Path) -> tuple[int, int] | None:
    found = _stat(path)
    return (found.st_dev, found.st_ino) if found else None


def _stat(path: Path | str) -> os.stat_result | None:
    try:
        return os.stat(path)
    except OSError:
        return None


def marks(path: Path) -> tuple[int, int] | None:
    """The application's id and the schema's version of a database; None of what is none.

    Raises:
        OSError: it cannot be read.
        sqlite3.Error: this process has it open, and it cannot be read.
    """
    with _guard:
        found = os.stat(path)
        if not _open[found.st_dev, found.st_ino]:
            with path.open("rb") as file:
                return _marks(file.read(HEADER))
    options: dict[str, Any] = {"uri": True, "timeout": 10}
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", **options)) as connection:
        (application,) = connection.execute("PRAGMA application_id").fetchone()
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        return application, version


def _marks(header: bytes) -> tuple[int, int] | None:
    if not header.startswith(b"SQLite format 3\0") or len(header) < HEADER:
        return None
    return int.from_bytes(header[68:72], "big"), int.from_bytes(header[60:64], "big")
