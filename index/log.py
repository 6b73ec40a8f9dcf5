"""Log: SQLite's write-ahead log, kept from growing through a long sync.

SQLite moves it into the database by itself every `PAGES`, but begins it anew only at a moment at
which nobody reads; while a chat is busy there may be none for long.
"""

import os
import sqlite3
from pathlib import Path

# So few pages are written twice (1,000, SQLite's own choice, took half as long again a commit, on
# 100,000 passages), and it is 64 MB.
PAGES = 16_000
MOST = 4 * PAGES * 4_096  # bytes
WAIT_MS = 2_000


class Log:
    """The log beside a database."""

    def __init__(self, database: Path) -> None:
        self._path = database.with_name(f"{database.name}-wal")
        self._bound = MOST

    def keep(self, connection: sqlite3.Connection) -> None:
        """Cut the log off where it has grown long; readers are waited for a moment."""
        try:
            size = os.stat(self._path).st_size
        except OSError:
            return
        if size <= self._bound or connection.in_transaction:
            return
        (patience,) = connection.execute("PRAGMA busy_timeout").fetchone()
        connection.execute(f"PRAGMA busy_timeout = {WAIT_MS}")
        try:
            (busy, _, _) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        finally:
            connection.execute(f"PRAGMA busy_timeout = {patience}")
        # Somebody who reads for minutes is not waited for at every article.
        self._bound = size + MOST if busy else MOST


def cut(connection: sqlite3.Connection) -> None:
    """Move the log into the database and cut it off, if nobody reads just now."""
    (patience,) = connection.execute("PRAGMA busy_timeout").fetchone()
    connection.execute("PRAGMA busy_timeout = 0")
    try:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    finally:
        connection.execute(f"PRAGMA busy_timeout = {patience}")
