"""Re-embedding: every article split and embedded anew, beside what answers until all is done.

The passages of another encoder or splitter go into tables of their own, article by article, each
in one transaction; an article that changes or goes takes them with it. Once no article is without,
one transaction puts them in the place of the old. A kill at any moment leaves either state whole,
and the next sync with the same encoder goes on where this one stopped.
"""

import sqlite3
from collections.abc import Iterator, Sequence

import numpy as np

from corpus import Article
from index.catalogue import Catalogue
from index.encoder import Encoder, Vectors, refuse_unusable
from index.passages import Passage, context, made_by, split
from index.report import Progress
from index.rows import count_words
from index.steps import BATCH, FIRST
from index.writer import Writer

# In the table meta: what the passages beside are made by.
BEGUN = "next "


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
    (articles,) = connection.execute("SELECT count(*) FROM article").fetchone()
    if _begun(connection) != made_by(encoder):
        return int(articles)
    (done,) = connection.execute("SELECT count(*) FROM next_article").fetchone()
    return int(articles - done)


def reembed(writer: Writer, encoder: Encoder, progress: Progress) -> int:
    """Embed every article of the library anew and switch to it; how many this run embedded.

    Raises:
        LibraryError: the encoder gives no usable vectors, or the store cannot be written. What
            was done stays beside, and the old passages go on answering.
    """
    _begin(writer, encoder)
    todo = writer.connection.execute(
        "SELECT id FROM article WHERE number NOT IN (SELECT article FROM next_article) "
        "ORDER BY number"
    ).fetchall()
    progress.stage(f"vectors of {encoder.fingerprint}")
    progress.start(len(todo))
    for batch in _batches(writer, [article_id for (article_id,) in todo], encoder):
        texts = [context(article, p) for article, passages in batch for p in passages]
        parts = [
            encoder.encode_passages(texts[at : at + BATCH], progress.embedded)
            for at in range(0, len(texts), BATCH)
        ]
        vectors = np.concatenate(parts) if parts else np.zeros((0, encoder.dim), np.float32)
        at = 0
        for article, passages in batch:
            _put(writer, article, passages, vectors[at : at + len(passages)])
            at += len(passages)
            progress.reembedded(article.source)
            progress.done()
    progress.stage("word index")
    _switch(writer, encoder)
    return len(todo)


def _begun(connection: sqlite3.Connection) -> dict[str, str]:
    rows = connection.execute(
        "SELECT substr(key, ?), value FROM meta WHERE key LIKE 'next %'", (len(BEGUN) + 1,)
    )
    return dict(rows.fetchall())


def _begin(writer: Writer, encoder: Encoder) -> None:
    """Go on with what was begun for this encoder; what was begun for another is given up."""
    if _begun(writer.connection) == made_by(encoder):
        return
    with writer.transaction("re-embedding begun") as execute:
        _clear(writer.connection)
        for key, value in made_by(encoder).items():
            execute("INSERT INTO meta VALUES (?, ?)", (BEGUN + key, value))


def _clear(connection: sqlite3.Connection) -> None:
    for sql in (
        "DELETE FROM next_passage",
        "DELETE FROM next_article",
        "DELETE FROM meta WHERE key LIKE 'next %'",
    ):
        connection.execute(sql)


def _batches(
    writer: Writer, ids: Sequence[str], encoder: Encoder
) -> Iterator[list[tuple[Article, list[Passage]]]]:
    """The articles with their new passages, together as many as are embedded at once."""
    catalogue = Catalogue(writer.store, writer.connection)
    batch: list[tuple[Article, list[Passage]]] = []
    passages = 0
    enough = FIRST
    for article_id in ids:
        article = catalogue.article(article_id)
        batch.append((article, split(article, encoder)))
        passages += len(batch[-1][1])
        if passages >= enough:
            yield batch
            batch, passages, enough = [], 0, min(2 * enough, BATCH)
    if batch:
        yield batch


def _put(writer: Writer, article: Article, passages: Sequence[Passage], vectors: Vectors) -> None:
    refuse_unusable(vectors, len(passages), article.source)
    with writer.transaction("article embedded anew") as execute:
        (number,) = execute("SELECT number FROM article WHERE id = ?", (article.id,)).fetchone()
        execute("INSERT INTO next_article VALUES (?)", (number,))
        writer.connection.executemany(
            'INSERT INTO next_passage (article, start, "end", sentences, vector) '
            "VALUES (?, ?, ?, ?, ?)",
            [
                (number, p.start, p.end, np.array(p.sentences, "<u4").tobytes(),
                 row.astype("<f4").tobytes())
                for p, row in zip(passages, vectors, strict=True)
            ],
        )  # fmt: skip


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
