"""Orphans: rows whose parents are gone, and groups of copies that do not hold together."""

import sqlite3
import uuid
from collections.abc import Iterator

# A table, what its orphans are called, and what is true of one.
_ORPHANS = (
    ("body", "texts", "article NOT IN (SELECT number FROM article)"),
    ("passage", "passages", "article NOT IN (SELECT number FROM article)"),
    ("vector", "vectors", "passage NOT IN (SELECT number FROM passage)"),
    ("signature", "signatures", "article NOT IN (SELECT number FROM article)"),
    ("removed", "notes of a removal", "file NOT IN (SELECT number FROM file)"),
    ("next_article", "articles to embed anew", "article NOT IN (SELECT number FROM article)"),
    (
        "next_passage",
        "passages to embed anew",
        "article NOT IN (SELECT article FROM next_article)",
    ),
)
# Each finds a row where there should be none.
_WRONG_GROUPS = (
    "SELECT 1 FROM signature WHERE bearer NOT IN (SELECT article FROM signature)",
    "SELECT 1 FROM signature AS one JOIN signature AS its ON its.article = one.bearer "
    "WHERE its.digest != one.digest OR its.bearer != its.article OR its.story IS NOT one.story",
    "SELECT 1 FROM band WHERE article NOT IN "
    "(SELECT article FROM signature WHERE bearer = article)",
    "SELECT 1 FROM likeness WHERE one NOT IN "
    "(SELECT article FROM signature WHERE bearer = article) OR NOT EXISTS (SELECT 1 FROM likeness "
    "AS back WHERE back.one = likeness.other AND back.other = likeness.one "
    "AND back.contains = -likeness.contains)",
    # Where no story is, even NULL is NOT IN what there is.
    "SELECT 1 FROM signature WHERE story IS NOT NULL AND story NOT IN (SELECT number FROM story)",
    "SELECT 1 FROM story WHERE (SELECT count(*) FROM signature WHERE story = story.number) < 2",
    "SELECT 1 FROM story WHERE standing IS NOT (SELECT article FROM signature WHERE "
    "signature.story = story.number ORDER BY rank LIMIT 1)",
    "SELECT 1 FROM article WHERE newer NOT IN (SELECT number FROM article)",
    "SELECT 1 FROM article JOIN signature ON article = number "
    "WHERE substr(rank, 1, 1) != CAST(newer IS NOT NULL AS TEXT) "
    "OR substr(rank, -16) != article.id",
)


def sort_out(connection: sqlite3.Connection) -> Iterator[str]:
    """Delete what belongs to nothing, in the caller's transaction; a line for each kind."""
    # By its id a library knows a generation for its own.
    if connection.execute("SELECT 1 FROM meta WHERE key = 'library'").fetchone() is None:
        connection.execute("INSERT INTO meta VALUES ('library', ?)", (uuid.uuid4().hex,))
        yield "the library's id, made anew"
    # An article whose file is not known is the file's only trace: the file is put in as unread.
    strays = connection.execute(
        "SELECT number, root, source FROM article WHERE file NOT IN (SELECT number FROM file)"
    ).fetchall()
    for number, root, source in strays:
        whole, mark, part = source.rpartition("#")
        name = whole if mark and part.isdecimal() else source
        connection.execute(
            "INSERT INTO file (root, source, size, mtime_ns, sha256) VALUES (?, ?, -1, -1, '') "
            "ON CONFLICT DO NOTHING",
            (root, name),
        )
        connection.execute(
            "UPDATE article SET file = (SELECT number FROM file WHERE root = ? AND source = ?) "
            "WHERE number = ?",
            (root, name, number),
        )
    if strays:
        yield f"the files of {len(strays)} articles, which were not known"
    for table, name, condition in _ORPHANS:
        try:
            gone = connection.execute(f"DELETE FROM {table} WHERE {condition}").rowcount
        except sqlite3.OperationalError as error:
            if "no such table" not in str(error):
                raise
            continue
        if gone:
            yield f"{gone} {name} that belonged to nothing, deleted"


def groups_are_wrong(connection: sqlite3.Connection) -> bool:
    """Whether the groups of copies contradict themselves."""
    return any(connection.execute(f"{sql} LIMIT 1").fetchone() for sql in _WRONG_GROUPS)
