"""An article's rows in every table, put in and taken out together; the caller's transaction.

The word index keeps folded words only and no text, so that what goes out must be folded exactly
as it came in: the view `folded_passage` does it again from the article's own text.
"""

import hashlib
import json
import sqlite3
from collections import Counter
from collections.abc import Sequence
from typing import cast

import numpy as np

from corpus.article import METADATA_FIELDS, Article
from index.encoder import Vectors
from index.passages import Passage
from index.twins import VERSION, add, drop
from index.versions import address, settle
from index.words import fold, words


def content_hash(article: Article, fields: Sequence[str] = METADATA_FIELDS) -> str:
    """sha256 of all that is stored of an article: it changes whenever the article would."""
    values = [getattr(article, name) for name in fields]
    whole = [article.text, article.pages, sorted(article.provenance.items()), *values]
    return hashlib.sha256(json.dumps(whole).encode()).hexdigest()


def put_article(
    connection: sqlite3.Connection,
    article: Article,
    file: int,
    passages: Sequence[Passage],
    vectors: Vectors,
) -> None:
    """Put an article of the file with this number in, in place of what has its id."""
    old = connection.execute("SELECT number FROM article WHERE id = ?", (article.id,)).fetchone()
    if old:
        delete_article(connection, old[0])
    connection.execute("DELETE FROM removed WHERE id = ?", (article.id,))
    number = connection.execute(
        f"INSERT INTO article (id, file, root, source, {', '.join(METADATA_FIELDS)}, "
        "pages, provenance, hash, author_folded, outlet_folded, address) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            article.id, file, article.root, article.source,
            *(getattr(article, name) for name in METADATA_FIELDS),
            json.dumps(article.pages), json.dumps(dict(article.provenance)),
            content_hash(article), fold(article.author or ""), fold(article.outlet or ""),
            address(article.url),
        ),
    ).lastrowid  # fmt: skip
    connection.execute("INSERT INTO body VALUES (?, ?)", (number, article.text))

    last = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'passage'").fetchone()
    first = (last[0] if last else 0) + 1
    connection.executemany(
        "INSERT INTO passage VALUES (?, ?, ?, ?, ?)",
        [
            (first + i, number, p.start, p.end, np.array(p.sentences, "<u4").tobytes())
            for i, p in enumerate(passages)
        ],
    )
    connection.executemany(
        "INSERT INTO vector VALUES (?, ?)",
        [(first + i, row.astype("<f4").tobytes()) for i, row in enumerate(vectors)],
    )
    about = [words(field or "") for field in (article.title, article.author, article.outlet)]
    texts = [words(passage.text) for passage in passages]
    connection.executemany(
        "INSERT INTO words (rowid, text, title, author, outlet) VALUES (?, ?, ?, ?, ?)",
        [(first + i, *map(" ".join, (text, *about))) for i, text in enumerate(texts)],
    )
    count_words(connection, texts, about, 1)
    add(connection, cast(int, number))
    settle(connection, address(article.url))


def sign_missing(connection: sqlite3.Connection, most: int) -> bool:
    """Group up to `most` articles that an older Byline put in; whether there may be more."""
    key = ("twins",)
    version = connection.execute("SELECT value FROM meta WHERE key = ?", key).fetchone()
    if version == (VERSION,):
        return False
    if version != (f"{VERSION} begun",):
        for table in ("signature", "band", "likeness", "story"):
            connection.execute(f"DELETE FROM {table}")
    rows = connection.execute(
        "SELECT number, url FROM article WHERE NOT EXISTS "
        "(SELECT 1 FROM signature WHERE article = article.number) LIMIT ?",
        (most,),
    ).fetchall()
    for number, url in rows:
        place = address(url)
        connection.execute(
            "UPDATE article SET address = ?, newer = NULL WHERE number = ?", (place, number)
        )
        add(connection, number)
        settle(connection, place)
    more = len(rows) == most
    state = f"{VERSION} begun" if more else VERSION
    connection.execute("INSERT OR REPLACE INTO meta VALUES ('twins', ?)", (state,))
    return more


def delete_article(connection: sqlite3.Connection, number: int) -> None:
    """Take the article with this number out of every table."""
    rows = connection.execute(
        "SELECT number, text, title, author, outlet FROM folded_passage WHERE article = ?",
        (number,),
    ).fetchall()
    connection.executemany(
        "INSERT INTO words (words, rowid, text, title, author, outlet) "
        "VALUES ('delete', ?, ?, ?, ?, ?)",
        rows,
    )
    if rows:
        about = [field.split() for field in rows[0][2:]]
        count_words(connection, [row[1].split() for row in rows], about, -1)
    drop(connection, number)
    (place,) = connection.execute(
        "SELECT address FROM article WHERE number = ?", (number,)
    ).fetchone()
    connection.execute("DELETE FROM article WHERE number = ?", (number,))
    settle(connection, place)


def count_words(
    connection: sqlite3.Connection, texts: list[list[str]], about: list[list[str]], sign: int
) -> None:
    """Add or take away an article's words: `passages` counts texts, `postings` any column."""
    everywhere = {word for field in about for word in field}
    in_text: Counter[str] = Counter()
    anywhere: Counter[str] = Counter()
    for text in texts:
        unique = set(text)
        in_text.update(unique)
        anywhere.update(unique | everywhere)
    connection.executemany(
        "INSERT INTO frequency VALUES (?, ?, ?) ON CONFLICT (word) DO UPDATE SET "
        "passages = passages + excluded.passages, postings = postings + excluded.postings",
        sorted((word, sign * in_text[word], sign * count) for word, count in anywhere.items()),
    )
    if sign < 0:
        connection.executemany(
            "DELETE FROM frequency WHERE word = ? AND postings <= 0",
            [(word,) for word in anywhere],
        )
