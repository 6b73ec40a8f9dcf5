"""A person's edits of bylines: kept in the library by article, never written into their files."""

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import replace

from corpus.article import Article
from corpus.draft import Metadata
from corpus.errors import EditRefused
from index.catalogue import Catalogue
from index.encoder import Encoder, Vectors
from index.exact import vectors_of
from index.passages import Passage, context
from index.writer import BY_HAND, Writer

Edits = Mapping[str, str | None]
"""The edited fields of one article: what a person gave, None where they said it has none."""

_WANTED = {
    "published": "a date: write it as 2026, 2026-03, 2026-03-10 or 2026-03-10T14:05+01:00",
    "modified": "a date: write it as 2026, 2026-03, 2026-03-10 or 2026-03-10T14:05+01:00",
    "url": "a web address: it starts with http:// or https:// and has no spaces",
    "language": "a language's code: write it as en or pt-BR",
}


def checked(name: str, value: str) -> str:
    """`value` as the field called `name` keeps it.

    Raises:
        EditRefused: it is no such thing.
    """
    metadata = Metadata()
    metadata.offer(name, value, BY_HAND)
    usable = metadata.get(name)
    if usable is None:
        wanted = _WANTED.get(name, f"a usable {name}: give words, or --clear {name}")
        raise EditRefused(f"{name}: {value[:60]!r} is not {wanted}")
    return usable


def with_edits(article: Article, edits: Edits) -> Article:
    """The article as a person's edits make it."""
    if not edits:
        return article
    provenance = {**article.provenance, **dict.fromkeys(edits, BY_HAND)}
    values: dict[str, object] = dict(edits)
    return replace(article, **values, provenance=provenance)  # type: ignore[arg-type]


def edit(
    writer: Writer, article_id: str, changes: Edits, encoder: Encoder, *, undo: bool = False
) -> Article:
    """Change fields of an article's byline; the article as it is now, for this and later syncs.

    `changes` come on top of earlier edits, or with `undo` in place of them. The passages keep
    their vectors, unless the title, which is embedded with each, is another.

    Raises:
        EditRefused: a value is no such thing, or the title would be none.
        LibraryError: there is no such article; EncoderMismatch where vectors have to be made.
    """
    if "title" in changes and changes["title"] is None:
        raise EditRefused("an article cannot be without a title: give another with --title")
    given = {k: v if v is None else checked(k, v) for k, v in changes.items()}
    catalogue = Catalogue(writer.store, writer.connection)
    before = catalogue.article(article_id)
    said = _declared(writer.connection, before)
    edits = {**({} if undo else _edits_of(writer.connection, article_id)), **given}
    after = with_edits(said, edits)
    passages, vectors = _embedded(writer.connection, catalogue, article_id)
    if after.title != before.title:
        writer.claim(encoder)
        vectors = encoder.encode_passages([context(after, passage) for passage in passages])
    writer.put_edited(after, said, edits, passages, vectors)
    return after


def _edits_of(connection: sqlite3.Connection, article_id: str) -> dict[str, str | None]:
    return dict(connection.execute("SELECT field, value FROM edit WHERE id = ?", (article_id,)))


def _declared(connection: sqlite3.Connection, article: Article) -> Article:
    """An article of the library as its file had it."""
    (stored,) = connection.execute(
        "SELECT declared FROM article WHERE id = ?", (article.id,)
    ).fetchone()
    values: dict[str, object] = {}
    provenance = dict(article.provenance)
    for name, (value, origin) in json.loads(stored or "{}").items():
        values[name] = value
        provenance.pop(name, None)
        if origin is not None:
            provenance[name] = origin
    return replace(article, **values, provenance=provenance)  # type: ignore[arg-type]


def _embedded(
    connection: sqlite3.Connection, catalogue: Catalogue, article_id: str
) -> tuple[list[Passage], Vectors]:
    """The passages of an article, and their vectors as they are stored."""
    rows = connection.execute(
        "SELECT vector.passage, vector.vector FROM vector "
        "JOIN passage ON passage.number = vector.passage "
        "JOIN article ON article.number = passage.article WHERE article.id = ? ORDER BY 1",
        (article_id,),
    ).fetchall()
    (dim,) = connection.execute("SELECT value FROM meta WHERE key = 'dim'").fetchone()
    passages = catalogue.passages([number for number, _ in rows])
    return passages, vectors_of([blob for _, blob in rows], int(dim))
