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

    def close(self) -> None:
        """Let go of the file."""
        super().close()
        with _guard:
            if self.file:
                _open[self.file] -= 1
                self.file = None


def connect(path: Path, *, only: str = "rw", immutable: bool = False) -> Connection:
    """A connection to the database at `path` that any thread may use; `only` `ro` cannot write."""
    uri = f"{path.absolute().as_uri()}?mode={only}{'&immutable=1' if immutable else ''}"
    with _guard:
        connection = sqlite3.connect(
            uri, uri=True, timeout=10, isolation_level=None, check_same_thread=False,
            factory=Connection,
        )  # fmt: skip
        found = os.stat(path)
        connection.file = (found.st_dev, found.st_ino)
        _open[connection.file] += 1
    return connection


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
