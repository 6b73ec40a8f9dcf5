"""Re-embedding: every article split and embedded anew, beside what answers until all is done.

The passages of another encoder or splitter go into tables of their own, article by article, each
in one transaction; an article that changes or goes takes them with it. Once no article is without,
one transaction puts them in the place of the old. A kill at any moment leaves either state whole,
and the next sync with the same encoder goes on where this one stopped. Other syncs, which use the
old encoder, come in between: what takes long is done without the library's lock.
"""

import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from corpus import Article
from corpus.errors import LibraryBusy, LibraryError
from index.catalogue import Catalogue
from index.encoder import Encoder, Vectors, refuse_unusable
from index.passages import Passage, context, made_by, split
from index.report import Progress
from index.rows import count_words
from index.schema import escaped, open_reading
from index.steps import BATCH, FIRST
from index.writer import Writer

TICK_SECONDS = 0.2
# In the table meta: what the passages beside are made by.
BEGUN = "next "


@dataclass(frozen=True, slots=True)
class _Anew:
    """An article as it was read, with its number and its new passages."""

    number: int
    article: Article
    passages: Sequence[Passage]


def is_due(connection: sqlite3.Connection, encoder: Encoder) -> bool:
    """Whether another encoder or another splitter made the library's passages."""
    if connection.execute("SELECT 1 FROM passage LIMIT 1").fetchone() is None:
        return False
    stored = dict(connection.execute("SELECT key, value FROM meta").fetchall())
    wanted = made_by(encoder)
    return any(stored.get(key, wanted[key]) != wanted[key] for key in ("encoder", "splitter"))


def waiting(connection: sqlite3.Connection, encoder: Encoder) -> int:
    """How many articles a sync with this encoder has still to embed anew."""
    if not is_due(connection, encoder):
        return 0
    sql = "SELECT count(*) FROM article"
    if _begun(connection) == made_by(encoder):
        sql += " WHERE number NOT IN (SELECT article FROM next_article)"
    return int(connection.execute(sql).fetchone()[0])


def begin(writer: Writer, encoder: Encoder) -> None:
    """Go on with what was begun for this encoder; what was begun for another is given up."""
    if _begun(writer.connection) == made_by(encoder):
        return
    with writer.transaction("re-embedding begun") as execute:
        _clear(writer.connection)
        for key, value in made_by(encoder).items():
            execute("INSERT INTO meta VALUES (?, ?)", (BEGUN + key, value))


def so_far(connection: sqlite3.Connection) -> str:
    """How far an embedding anew has come, in words."""
    articles, done = connection.execute(
        "SELECT (SELECT count(*) FROM article), (SELECT count(*) FROM next_article)"
    ).fetchone()
    name = _begun(connection).get("encoder", "another encoder")
    return f"with {name}, {done:,} of {articles:,} articles so far"


def reembed(store: Path, encoder: Encoder, progress: Progress) -> int:
    """Embed every article of the library anew and switch to it; how many this run embedded.

    It was begun by `begin`. The library's lock is held while something is written and no longer,
    so that articles come, change and go meanwhile.

    Raises:
        LibraryError: the encoder gives no usable vectors, the store cannot be written, or another
            library or another encoder has come in between. What was done stays beside, and the
            old passages go on answering.
    """
    with closing(open_reading(store)) as connection:
        todo = waiting(connection, encoder)
    progress.stage(f"vectors of {encoder.fingerprint}")
    progress.start(todo)
    count, last, enough = 0, 0, FIRST
    while True:
        batch = _next(store, encoder, last, enough)
        vectors = _embedded(batch, encoder, progress)
        with turn(store) as writer:
            if _begun(writer.connection) != made_by(encoder):
                raise LibraryError(
                    f"the library at {escaped(store)} is another than when its embedding with "
                    f"{encoder.fingerprint} was begun, which has been given up: sync again"
                )
            for each, rows in zip(batch, vectors, strict=True):
                if _put(writer, each, rows):
                    count += 1
                    progress.reembedded(each.article.source)
                progress.done()
            if not batch and not waiting(writer.connection, encoder):
                progress.stage("word index")
                _switch(writer, encoder)
                return count
        # From the start again, if any is left: the last look, under the lock, finds none.
        last, enough = (batch[-1].number, min(2 * enough, BATCH)) if batch else (0, enough)


@contextmanager
def turn(store: Path) -> Iterator[Writer]:
    """The library's writer, as soon as nobody else writes."""
    with ExitStack() as stack:
        while True:
            try:
                writer = stack.enter_context(Writer.open(store))
                break
            except LibraryBusy:
                time.sleep(TICK_SECONDS)
        yield writer


def _begun(connection: sqlite3.Connection) -> dict[str, str]:
    rows = connection.execute(
        "SELECT substr(key, ?), value FROM meta WHERE key LIKE 'next %'", (len(BEGUN) + 1,)
    )
    return dict(rows.fetchall())


def _clear(connection: sqlite3.Connection) -> None:
    for sql in (
        "DELETE FROM next_passage",
        "DELETE FROM next_article",
        "DELETE FROM meta WHERE key LIKE 'next %'",
    ):
        connection.execute(sql)


def _next(store: Path, encoder: Encoder, last: int, enough: int) -> list[_Anew]:
    """The next articles with their new passages, together as many as are embedded at once."""
    batch: list[_Anew] = []
    passages = 0
    with closing(open_reading(store)) as connection:
        catalogue = Catalogue(store, connection)
        with catalogue.snapshot():
            rows = connection.execute(
                "SELECT number, id FROM article WHERE number > ? "
                "AND number NOT IN (SELECT article FROM next_article) ORDER BY number LIMIT ?",
                (last, enough),
            )
            for number, article_id in rows:
                article = catalogue.article(article_id)
                batch.append(_Anew(number, article, split(article, encoder)))
                passages += len(batch[-1].passages)
                if passages >= enough:
                    break
    return batch


def _embedded(batch: Sequence[_Anew], encoder: Encoder, progress: Progress) -> list[Vectors]:
    """The vectors of each article's passages."""
    texts = [context(each.article, passage) for each in batch for passage in each.passages]
    parts = [
        encoder.encode_passages(texts[at : at + BATCH], progress.embedded)
        for at in range(0, len(texts), BATCH)
    ]
    vectors = np.concatenate(parts) if parts else np.zeros((0, encoder.dim), np.float32)
    ends = np.cumsum([len(each.passages) for each in batch])
    return list(np.split(vectors, ends[:-1])) if batch else []


def _put(writer: Writer, anew: _Anew, vectors: Vectors) -> bool:
    """Keep an article's new passages, unless it has changed or gone meanwhile."""
    refuse_unusable(vectors, len(anew.passages), anew.article.source)
    with writer.transaction("article embedded anew") as execute:
        there = execute(
            "SELECT 1 FROM article WHERE number = ? "
            "AND number NOT IN (SELECT article FROM next_article)",
            (anew.number,),
        ).fetchone()
        if there is None:
            return False
        execute("INSERT INTO next_article VALUES (?)", (anew.number,))
        writer.connection.executemany(
            'INSERT INTO next_passage (article, start, "end", sentences, vector) '
            "VALUES (?, ?, ?, ?, ?)",
            [
                (anew.number, p.start, p.end, np.array(p.sentences, "<u4").tobytes(),
                 row.astype("<f4").tobytes())
                for p, row in zip(anew.passages, vectors, strict=True)
            ],
        )  # fmt: skip
    return True


def _switch(writer: Writer, encoder: Encoder) -> None:
    """Put the new passages in the place of the old, with vectors, words and frequencies.

    Their numbers go on above the old ones, so that a vector index of the old has none of them.
    """
    connection = writer.connection
    with writer.transaction("library switched") as execute:
        (last,) = execute("SELECT seq FROM sqlite_sequence WHERE name = 'passage'").fetchone()
        for sql in ("DELETE FROM vector", "DELETE FROM passage", "DELETE FROM frequency"):
            execute(sql)
        execute(
            'INSERT INTO passage SELECT ? + number, article, start, "end", sentences '
            "FROM next_passage ORDER BY number",
            (last,),
        )
        execute(
            "INSERT INTO vector SELECT ? + number, vector FROM next_passage ORDER BY number",
            (last,),
        )
        execute("INSERT INTO words (words) VALUES ('delete-all')")
        articles = execute("SELECT number FROM article ORDER BY number").fetchall()
        for (article,) in articles:
            rows = execute(
                "SELECT number, text, title, author, outlet FROM folded_passage "
                "WHERE article = ? ORDER BY number",
                (article,),
            ).fetchall()
            connection.executemany(
                "INSERT INTO words (rowid, text, title, author, outlet) VALUES (?, ?, ?, ?, ?)",
                rows,
            )
            about = [field.split() for field in rows[0][2:]] if rows else []
            count_words(connection, [row[1].split() for row in rows], about, 1)
        for key, value in made_by(encoder).items():
            execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))
        _clear(connection)
