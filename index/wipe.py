"""Wipe: the truth's own file, its word index and its log without what was removed."""

import sqlite3
import time
from contextlib import closing

from corpus.errors import LibraryBusy
from index.failpoints import durable

# How long a reader may take to let go of the log.
WAIT_SECONDS = 10.0

# What a writer's connection adds for itself, so that no way of deleting can forget to say so.
NOTED = """
CREATE TEMP TRIGGER noted_article AFTER DELETE ON main.article BEGIN
    INSERT INTO meta VALUES ('unwiped', '1') ON CONFLICT DO NOTHING; END;
CREATE TEMP TRIGGER noted_edit AFTER DELETE ON main.edit BEGIN
    INSERT INTO meta VALUES ('unwiped', '1') ON CONFLICT DO NOTHING; END;
CREATE TEMP TRIGGER noted_file AFTER DELETE ON main.file BEGIN
    INSERT INTO meta VALUES ('unwiped', '1') ON CONFLICT DO NOTHING; END;
"""


def is_due(connection: sqlite3.Connection) -> bool:
    """Whether something was removed since the last wipe."""
    row = connection.execute("SELECT 1 FROM meta WHERE key = 'unwiped'").fetchone()
    return row is not None


def wipe(connection: sqlite3.Connection) -> None:
    """Write the truth anew without what was removed; outside any transaction.

    It takes the time and, for a while, the space of a copy; readers are not kept waiting.

    Raises:
        LibraryBusy: a reader kept the log from being cut off.
        sqlite3.Error: it cannot be written; nothing is lost by that.
    """
    # Segments keep the words of what is gone until they are merged into one.
    with durable("words merged"):
        connection.execute("INSERT INTO words (words) VALUES ('optimize')")
    path = connection.execute("PRAGMA database_list").fetchone()[2]
    # A connection of its own: the writer's keeps temporary files, here a whole copy, in memory.
    with closing(sqlite3.connect(path, timeout=10, isolation_level=None)) as other:
        # For the sake of pages that were written before deletion overwrote them.
        with durable("pages made anew"):
            other.execute("VACUUM")
    with durable("log cut off"):
        _cut_log(connection)
    # Last: whoever fails before has it to do again.
    with durable("wipe noted"):
        connection.execute("DELETE FROM meta WHERE key = 'unwiped'")


def _cut_log(connection: sqlite3.Connection) -> None:
    until = time.monotonic() + WAIT_SECONDS
    (patience,) = connection.execute("PRAGMA busy_timeout").fetchone()
    connection.execute("PRAGMA busy_timeout = 50")
    try:
        while connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
            if time.monotonic() > until:
                raise LibraryBusy("a reader keeps the library's log")
    finally:
        connection.execute(f"PRAGMA busy_timeout = {patience}")
