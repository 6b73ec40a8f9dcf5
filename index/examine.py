"""Examine: what one article has in the library, against what it should have.

Nothing is written here; `index.doctor` decides what is done about it.
"""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np

from corpus.article import METADATA_FIELDS, Article, article_id
from index.likeness import keys
from index.rows import content_hash
from index.shingles import minhash, shingles
from index.versions import address
from index.words import fold

# The fields that the hash of an article covered before others were added.
FIRST_FIELDS = 7
# float32 vectors of length 1 are that long to six digits; the encoders give no others.
NORM = 1e-3


class Damaged(Exception):
    """Of an article's own text or byline something is not as it was put in."""


@dataclass(slots=True)
class Examined:
    """An article that is whole, and what has to be made again of what is derived from it."""

    number: int
    article: Article
    passages: int = 0
    split: bool = False
    vectors: list[int] = field(default_factory=list)
    folded: bool = False
    twins: bool = False


def examine(connection: sqlite3.Connection, number: int, dim: int) -> Examined:
    """Look at all rows of the article with this number.

    Raises:
        Damaged: its text or its byline is not what was put in; it cannot be derived from anything.
    """
    try:
        article, after, columns = _read(connection, number)
    except (sqlite3.Error, ValueError, TypeError, AttributeError) as error:
        raise Damaged(f"it cannot be read ({error})") from error
    result = Examined(number, after)
    # An edited field is kept twice: where the two differ, the person's own words decide.
    result.split = after != article
    if columns != (fold(article.author or ""), fold(article.outlet or ""), address(article.url)):
        result.folded = True
    _examine_passages(connection, result, dim)
    result.twins = not _is_signed(connection, number, article)
    return result


def refuse_damaged(connection: sqlite3.Connection) -> None:
    """Look at the text and the byline of every article, and at nothing else.

    Raises:
        Damaged: one of them is not what was put in; the message names it.
    """
    for (number,) in connection.execute("SELECT number FROM article ORDER BY number"):
        try:
            _read(connection, number)
        except (Damaged, sqlite3.Error, ValueError, TypeError, AttributeError) as error:
            raise Damaged(f"{named(connection, number)}: {error}") from error


def named(connection: sqlite3.Connection, number: int) -> str:
    """Source and title of an article as far as they can be read."""
    parts = []
    for column in ("source", "title"):
        try:
            (value,) = connection.execute(
                f"SELECT CAST({column} AS BLOB) FROM article WHERE number = ?", (number,)
            ).fetchone()
            parts.append(bytes(value).decode("utf-8", "replace"))
        except (sqlite3.Error, TypeError):
            parts.append("?")
    return f"{parts[0]} (“{parts[1]}”)"


def _read(
    connection: sqlite3.Connection, number: int
) -> tuple[Article, Article, tuple[str | None, ...]]:
    """The article, the article as its file and the person's edits have it, derived columns."""
    names = ("root", "source", *METADATA_FIELDS)
    row = connection.execute(
        f"SELECT {', '.join(names)}, pages, provenance, text, id, hash, declared, author_folded, "
        "outlet_folded, address FROM article LEFT JOIN body ON body.article = number "
        "WHERE number = ?",
        (number,),
    ).fetchone()
    fields = dict(zip(names, row, strict=False))
    pages, provenance, text, identity, digest, declared, *columns = row[len(names) :]
    if not isinstance(text, str):
        raise Damaged("its text is gone")
    article = Article(
        text=text, pages=tuple(json.loads(pages)), provenance=json.loads(provenance), **fields
    )
    if identity != article_id(article.root, article.source):
        raise Damaged("its source is not what it was")
    said, after = _declared(connection, article, declared)
    if digest not in _hashes(said):
        raise Damaged("its text or its byline is not what it was")
    return article, after, tuple(columns)


def _declared(
    connection: sqlite3.Connection, article: Article, declared: str | None
) -> tuple[Article, Article]:
    """The article as its file had it, and as a person's edits make that."""
    if declared is None:
        return article, article
    # Here alone: edits need a writer, which needs much else.
    from index.edits import with_edits

    values: dict[str, object] = {}
    provenance = dict(article.provenance)
    for name, (value, origin) in json.loads(declared).items():
        values[name] = value
        provenance.pop(name, None)
        if origin is not None:
            provenance[name] = origin
    said = replace(article, **values, provenance=provenance)  # type: ignore[arg-type]
    rows = connection.execute("SELECT field, value FROM edit WHERE id = ?", (article.id,))
    return said, with_edits(said, dict(rows.fetchall()))


def _hashes(article: Article) -> list[str]:
    """The hash of an article, and what it was for a Byline that knew fewer fields."""
    fewer = [
        METADATA_FIELDS[:n]
        for n in range(FIRST_FIELDS, len(METADATA_FIELDS) + 1)
        if not any(getattr(article, name) for name in METADATA_FIELDS[n:])
    ]
    return [content_hash(article, fields) for fields in fewer]


def _examine_passages(connection: sqlite3.Connection, result: Examined, dim: int) -> None:
    rows = connection.execute(
        # Bytes that have become text cannot even be fetched as what they are.
        "SELECT number, start, \"end\", CASE typeof(sentences) WHEN 'blob' THEN sentences END, "
        "CASE typeof(vector) WHEN 'blob' THEN vector END FROM passage "
        "LEFT JOIN vector ON vector.passage = number WHERE article = ? ORDER BY number",
        (result.number,),
    ).fetchall()
    result.passages = len(rows)
    text = result.article.text
    try:
        result.split |= not _covers(text, [(row[1], row[2], row[3]) for row in rows])
    except (TypeError, ValueError):
        result.split = True
    result.vectors = [row[0] for row in rows if not is_unit(row[4], dim)]


def is_unit(blob: object, dim: int) -> bool:
    """Whether these are the bytes of a vector of this length, finite and of norm 1."""
    if not isinstance(blob, bytes) or len(blob) != dim * 4:
        return False
    vector = np.frombuffer(blob, "<f4").astype(np.float64)
    return bool(np.isfinite(vector).all() and abs(float(np.linalg.norm(vector)) - 1) < NORM)


def _covers(text: str, rows: Sequence[tuple[int, int, bytes]]) -> bool:
    """Whether these passages, of whole sentences, in order and none blank, hold all of a text."""
    if not rows:
        return not text.strip()
    at = 0
    for start, end, blob in rows:
        pairs = np.frombuffer(blob, "<u4").reshape(-1, 2).tolist()
        if not 0 <= start < end <= len(text) or not text[start:end].strip() or not pairs:
            return False
        if pairs[0][0] != start or pairs[-1][1] != end or any(a >= b for a, b in pairs):
            return False
        if any(before[1] > after[0] for before, after in pairwise(pairs)):
            return False
        if any(text[before[1] : after[0]].strip() for before, after in pairwise(pairs)):
            return False
        if text[at:start].strip():
            return False
        at = max(at, end)
    starts = [start for start, _, _ in rows]
    return starts == sorted(starts) and not text[at:].strip()


def _is_signed(connection: sqlite3.Connection, number: int, article: Article) -> bool:
    """Whether the article's signature, and its keys if it bears any, are those of its text."""
    try:
        row = connection.execute(
            "SELECT digest, bearer, shingles, minhash FROM signature WHERE article = ?", (number,)
        ).fetchone()
    except sqlite3.OperationalError:  # bytes that are not even text
        row = None
    if row is None:
        return False
    digest, bearer, count, signature = row
    own = shingles(article.text)
    if digest != own.digest or count != len(own.distinct):
        return False
    if bearer != number:
        return signature is None
    made = minhash(own.distinct)
    wanted = set(keys(own, made))
    (found,) = connection.execute(
        "SELECT count(*) FROM band WHERE article = ? AND key IN (SELECT value FROM json_each(?))",
        (number, json.dumps(list(wanted))),
    ).fetchone()
    return bytes(signature or b"") == made.tobytes() and bool(found == len(wanted))
