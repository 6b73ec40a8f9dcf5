"""Salvage: a library whose file is damaged, made anew from all rows that can still be read.

An article counts as saved when its text and byline are what was put in. Passages and vectors are
taken over as they are, the word index and the groups of copies are not: `index.doctor` makes
whatever is missing of those again.
"""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from index.connections import fsync
from index.examine import Damaged, examine, named
from index.failures import record_failure
from index.schema import DATABASE, connect_new, replace_by, translated
from index.tables import ADDED_IN_2, SCHEMA, TABLES

DAMAGED = f"{DATABASE}.damaged"
LOST = "its article was damaged in the library and taken out: sync again to read it"
# Rows that are asked for at once; where one of them cannot be read, ever fewer are.
ROWS = 256
# Tables with a number as their key, in the order in which others refer to them.
NUMBERED = (
    ("file", "number"), ("article", "number"), ("body", "article"), ("passage", "number"),
    ("vector", "passage"),
)  # fmt: skip
# Those with a name as their key, and what to say where some of it cannot be read.
NAMED = {
    "meta": "",
    "root": "not all folders that were synced can be read: give yours to `python -m index sync`",
    "removed": "which articles were removed by hand cannot be read in full: they may come back",
    "failure": "",
    "edit": "edited bylines cannot be read in full: look at yours with `python -m index show`",
}
_NAMES = "SELECT name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'"
# Where no row tells how far the numbers go.
FARTHEST = 1 << 24


def structure(store: Path) -> list[str]:
    """What SQLite's own check finds wrong with the file; empty where it is sound."""
    connection = sqlite3.connect(store / DATABASE, timeout=10, isolation_level=None)
    with closing(connection):
        try:
            rows = connection.execute("PRAGMA integrity_check(3)")
            found = [str(text) for (text,) in rows if text != "ok"]
            found += _missing(connection)
            # Text that is no text: SQLite does not look, and every reader would stop at it.
            have = {name for (name,) in connection.execute(_NAMES)}
            for table in have & {*NAMED, "file"}:
                for _ in connection.execute(f"SELECT * FROM {table}"):
                    pass
        except sqlite3.OperationalError as error:
            if "locked" in str(error) or "unable to open" in str(error):
                with translated(store):
                    raise
            return [str(error)]
        except sqlite3.DatabaseError as error:
            return [str(error)]
    return found


def pages(store: Path) -> int:
    """Of how many pages the file consists, by its header and its size."""
    with (store / DATABASE).open("rb") as file:
        header = file.read(100)
    size = int.from_bytes(header[16:18], "big")
    return (store / DATABASE).stat().st_size // (65536 if size == 1 else max(size, 512))


def _missing(connection: sqlite3.Connection) -> list[str]:
    """Tables and indexes that a library has and this one has not, and a word index in ruins."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    connection.execute("SELECT rowid FROM words WHERE words MATCH 'a' LIMIT 1").fetchall()
    if version != SCHEMA:
        return []  # what it lacks it is given when it is brought up to date
    with closing(sqlite3.connect(":memory:")) as new:
        new.executescript(TABLES + ADDED_IN_2)
        wanted = {name for (name,) in new.execute(_NAMES)}
    return [f"no {name}" for name in sorted(wanted - {n for (n,) in connection.execute(_NAMES)})]


def salvage(store: Path, stage: Callable[[str], object]) -> list[str]:
    """Put a sound library in the place of a damaged one; what is lost, one line for each article.

    The caller holds the writer's lock. Where something is lost the damaged file stays beside, as
    `library.db.damaged`, and all files count as unread, so that the next sync reads them again.
    """
    scratch = store / f"{DATABASE}.new"
    stage("salvage")
    with translated(store), closing(connect_new(scratch)) as new:
        old = sqlite3.connect(store / DATABASE, timeout=10, isolation_level=None)
        with closing(old):
            # What refers to what is lost is sorted out below.
            new.execute("PRAGMA foreign_keys = OFF")
            new.execute("BEGIN")
            lost = _copy(old, new)
            lost += _drop_what_is_not_whole(new)
            if lost:
                new.execute("UPDATE file SET size = -1, mtime_ns = -1, sha256 = ''")
            new.execute("COMMIT")
    fsync(scratch)
    replace_by(scratch, store, keep=store / DAMAGED if lost else None)
    return lost


def _copy(old: sqlite3.Connection, new: sqlite3.Connection) -> list[str]:
    """Copy every row that can be read; a line where articles may be gone without a name."""
    nameless = 0
    lost = []
    for table, line in NAMED.items():
        columns = _common(old, new, table)
        if not _is_readable(old, table) and line and (columns or table != "edit"):
            lost.append(line)
        for row in _from_both_ends(old, table, columns):
            if table != "meta" or row[0] not in ("library", "twins"):
                _insert(new, table, columns, row)
    for table, key in NUMBERED:
        columns = _common(old, new, table)
        if not columns:
            nameless += table in ("article", "body", "file")
            continue
        unread: list[int] = []
        for row in _rows(old, table, key, columns, unread):
            _insert(new, table, columns, row)
        if table == "article":
            known = _numbers(old, "passage_article", "passage", "article")
            known |= _numbers(old, "article_file", "article", "number")
            have = {number for (number,) in new.execute("SELECT number FROM article")}
            nameless += len((set(unread) & known) - have) if known else len(unread[:1])
    if nameless:
        lost.append(f"at least {nameless} articles whose names cannot be read")
    return lost


def _rows(
    old: sqlite3.Connection, table: str, key: str, columns: Sequence[str], unread: list[int]
) -> Iterator[tuple[Any, ...]]:
    """The rows of a table in order of its key; keys whose rows cannot be read go to `unread`."""
    last = _last(old, table, key)
    sql = f"SELECT {', '.join(columns)} FROM {table} WHERE {key} BETWEEN ? AND ? ORDER BY {key}"
    ranges = [(at, min(at + ROWS - 1, last)) for at in range(1, last + 1, ROWS)][::-1]
    while ranges:
        low, high = ranges.pop()
        try:
            yield from old.execute(sql, (low, high)).fetchall()
        except sqlite3.DatabaseError:
            if low == high:
                unread.append(low)
                continue
            middle = (low + high) // 2
            ranges += [(middle + 1, high), (low, middle)]


def _last(old: sqlite3.Connection, table: str, key: str) -> int:
    """The highest number a table may hold."""
    asked = [f"SELECT max({key}) FROM {table}"]
    if table in ("article", "body"):
        asked.append("SELECT seq FROM sqlite_sequence WHERE name = 'article'")
    if table in ("passage", "vector"):
        asked.append("SELECT seq FROM sqlite_sequence WHERE name = 'passage'")
    found = []
    for sql in asked:
        with suppress(sqlite3.DatabaseError):
            found += [row[0] for row in old.execute(sql) if isinstance(row[0], int)]
    return min(max(found, default=FARTHEST), FARTHEST * 16)


def _is_readable(old: sqlite3.Connection, table: str) -> bool:
    try:
        for _ in old.execute(f"SELECT * FROM {table}"):
            pass
        return True
    except sqlite3.DatabaseError:
        return False


def _from_both_ends(
    old: sqlite3.Connection, table: str, columns: Sequence[str]
) -> Iterator[tuple[Any, ...]]:
    """The rows of a table without numbers, up to the damage from either side."""
    if not columns:
        return
    for order in ("ASC", "DESC"):
        try:
            rows = old.execute(
                f"SELECT {', '.join(columns)} FROM {table} ORDER BY {columns[0]} {order}"
            )
            yield from rows
            return
        except sqlite3.DatabaseError:
            continue


def _common(old: sqlite3.Connection, new: sqlite3.Connection, table: str) -> list[str]:
    """The columns of a table that both libraries have."""
    try:
        theirs = {row[1] for row in old.execute(f"PRAGMA table_info({table})")}
    except sqlite3.DatabaseError:
        return []
    return [f'"{row[1]}"' for row in new.execute(f"PRAGMA table_info({table})") if row[1] in theirs]


def _numbers(old: sqlite3.Connection, index: str, table: str, column: str) -> set[int]:
    """Article numbers that an index knows, as far as it can be read."""
    found: set[int] = set()
    with suppress(sqlite3.DatabaseError):
        for (number,) in old.execute(f"SELECT {column} FROM {table} INDEXED BY {index}"):
            found.add(number)
    return found


def _insert(
    new: sqlite3.Connection, table: str, columns: Sequence[str], row: Sequence[Any]
) -> None:
    with suppress(sqlite3.IntegrityError):
        new.execute(
            f"INSERT OR IGNORE INTO {table} ({', '.join(columns)}) "
            f"VALUES ({', '.join('?' * len(columns))})",
            row,
        )


def _drop_what_is_not_whole(new: sqlite3.Connection) -> list[str]:
    """Take out articles that are not what was put in; a line for each."""
    lost = []
    for (number,) in new.execute("SELECT number FROM article ORDER BY number").fetchall():
        try:
            examine(new, number, 0)
        except Damaged as error:
            lost.append(f"{named(new, number)}: {error}")
            row = new.execute(
                "SELECT file.root, file.source FROM article "
                "JOIN file ON file.number = article.file WHERE article.number = ?",
                (number,),
            ).fetchone()
            new.execute("DELETE FROM article WHERE number = ?", (number,))
            if row:
                record_failure(new.execute, row, LOST, (-1, -1))
    return lost
