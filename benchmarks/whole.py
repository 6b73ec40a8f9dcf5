"""Whether a library is whole, checked row by row from outside, without a line that could mend it.

Every article must have its text, the passages and vectors that its text gives, its words and no
others in the word index, and its share in the frequencies; nothing may be there beside that.
"""

import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import closing
from pathlib import Path

import numpy as np

from corpus.article import Article
from corpus.errors import LibraryMissing
from index.catalogue import Catalogue
from index.encoder import Encoder, load_encoder
from index.passages import context, split
from index.schema import DATABASE, open_reading
from index.words import words

COLUMNS = ("text", "title", "author", "outlet")


def stored(store: Path) -> dict[str, Article]:
    """All articles of the library at `store` by id; none where there is no library yet."""
    try:
        with Catalogue.browse(store) as catalogue:
            return catalogue.articles(each.id for each in catalogue.bylines(limit=-1))
    except LibraryMissing:
        return {}


def own_encoder(store: Path) -> Encoder:
    """The encoder that made the vectors of a library of hashed words: `hash`, or `hash-64`."""
    with closing(open_reading(store)) as connection:
        row = connection.execute("SELECT value FROM meta WHERE key = 'encoder'").fetchone()
    return load_encoder(row[0].replace("-1", "", 1) if row else "hash")


def faults(store: Path) -> list[str]:
    """What is not as it should be in the library at `store`, a line each; none where all is.

    Its encoder must be one of hashed words.
    """
    if not (store / DATABASE).exists():
        return []
    articles = stored(store)
    uri = f"{(store / DATABASE).absolute().as_uri()}?mode=ro"
    with closing(sqlite3.connect(uri, uri=True)) as connection:
        connection.create_function("folded", 1, lambda text: " ".join(words(text or "")))
        found = [f"integrity_check: {text}" for (text,) in connection.execute(
            "PRAGMA integrity_check") if text != "ok"]  # fmt: skip
        found += [f"foreign key: {row}" for row in connection.execute("PRAGMA foreign_key_check")]
        numbered = dict(connection.execute("SELECT id, number FROM article").fetchall())
        if set(numbered) != set(articles):
            found.append(f"articles without a text: {sorted(set(numbered) - set(articles))}")
        found += _passages(connection, articles, numbered, own_encoder(store))
        found += _words(connection, articles, numbered)
        found += _groups(connection, set(numbered.values()))
    return found


def _passages(
    connection: sqlite3.Connection,
    articles: Mapping[str, Article],
    numbered: Mapping[str, int],
    encoder: Encoder,
) -> Iterable[str]:
    """Passages and vectors of each article against those that its text gives."""
    seen = 0
    for article in articles.values():
        rows = connection.execute(
            'SELECT passage.start, passage."end", vector.vector FROM passage '
            "LEFT JOIN vector ON vector.passage = passage.number WHERE passage.article = ? "
            "ORDER BY passage.number",
            (numbered[article.id],),
        ).fetchall()
        seen += len(rows)
        expected = split(article, encoder)
        if [row[:2] for row in rows] != [(p.start, p.end) for p in expected]:
            yield f"{article.source}: its passages are not those of its text"
            continue
        vectors = encoder.encode_passages([context(article, p) for p in expected])
        if any(
            blob is None or not np.array_equal(np.frombuffer(blob, "<f4"), vector)
            for (*_, blob), vector in zip(rows, vectors, strict=True)
        ):
            yield f"{article.source}: its vectors are not those of its passages"
    for table in ("passage", "vector"):
        (count,) = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
        if count != seen:
            yield f"{count} rows in {table} for {seen} passages"


def _words(
    connection: sqlite3.Connection, articles: Mapping[str, Article], numbered: Mapping[str, int]
) -> Iterable[str]:
    """The word index and the frequencies against the words of all passages."""
    by_number = {number: articles[name] for name, number in numbered.items() if name in articles}
    expected: Counter[tuple[str, int, str]] = Counter()
    in_text: Counter[str] = Counter()
    anywhere: Counter[str] = Counter()
    for number, owner, start, end in connection.execute(
        'SELECT number, article, start, "end" FROM passage'
    ):
        article = by_number.get(owner)
        if article is None:
            yield f"passage {number} is no article's"
            continue
        fields = (article.text[start:end], article.title, article.author, article.outlet)
        present = [words(field or "") for field in fields]
        for column, each in zip(COLUMNS, present, strict=True):
            expected.update((word, number, column) for word in each)
        in_text.update(set(present[0]))
        anywhere.update(set().union(*present))
    connection.execute(
        "CREATE VIRTUAL TABLE temp.occurrence USING fts5vocab(main, words, instance)"
    )
    indexed: Counter[tuple[str, int, str]] = Counter()
    for term, number, column, count in connection.execute(
        "SELECT term, doc, col, count(*) FROM temp.occurrence GROUP BY 1, 2, 3"
    ):
        indexed[term, number, column] = count
    if indexed != expected:
        wrong = [*(indexed - expected), *(expected - indexed)]
        yield f"the word index is wrong in {len(wrong)} places, such as {wrong[0]}"
    counted = connection.execute("SELECT word, passages, postings FROM frequency").fetchall()
    if {word: (a, b) for word, a, b in counted} != {
        word: (in_text[word], anywhere[word]) for word in anywhere
    }:
        yield "the frequencies are not those of the passages"


def _groups(connection: sqlite3.Connection, numbers: set[int]) -> Iterable[str]:
    """Groups of copies: nobody is missing, nobody is there who is gone."""
    signed = {number for (number,) in connection.execute("SELECT article FROM signature")}
    if signed != numbers:
        yield f"articles without a signature, or the reverse: {sorted(signed ^ numbers)}"
    for sql, what in (
        ("SELECT bearer FROM signature", "bears copies"),
        ("SELECT article FROM band", "has keys"),
        ("SELECT one FROM likeness UNION SELECT other FROM likeness", "is like another"),
        ("SELECT standing FROM story", "stands for a group"),
        ("SELECT newer FROM article WHERE newer IS NOT NULL", "is a newer version"),
    ):
        gone = {number for (number,) in connection.execute(sql)} - numbers
        if gone:
            yield f"article {min(gone)}, which is gone, {what}"
    lone = connection.execute(
        "SELECT count(*) FROM (SELECT story FROM signature WHERE story IS NOT NULL "
        "GROUP BY story HAVING count(*) < 2)"
    ).fetchone()[0]
    if lone:
        yield f"{lone} groups of one"
