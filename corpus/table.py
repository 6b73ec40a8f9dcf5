"""Tables -> articles: CSV and its kin, one article a row under a line of names."""

import csv
import io
import re
from typing import Any

from corpus.draft import Draft
from corpus.errors import ArticleError
from corpus.fields import fields_of, squeezed
from corpus.links import refuse_link_table
from corpus.parts import numbered
from corpus.records import RECORD_TEXT_KEYS, draft_of_record, record_of, shown_keys
from corpus.text import MAX_TEXT_BYTES, decode

_DELIMITERS = ",;\t|"
_END = "\x1eend\x1e"  # a row of our own behind the last: a quote that is open swallows it


def read_table(content: bytes) -> list[Draft]:
    """A record a row under a line of names; commas, semicolons, tabs or bars between fields."""
    text = re.sub(r"\Asep=.\r?\n", "", decode(content).lstrip("\ufeff"))
    header, rows = _table(text)
    columns = [squeezed(name) for name in header]
    records = [row for row in rows if any(field.strip() for field in row)]
    closed = bool(rows) and rows[-1] == [_END]
    if closed:
        records.pop()
    refuse_link_table(columns, len(records))
    if not set(columns) & set(RECORD_TEXT_KEYS):
        raise ArticleError(
            f"no column of text ({shown_keys(header)});"
            " name one text, body or content in its first row"
        )
    if not records:
        raise ArticleError("a table without rows; write something into it or remove it")

    def draft_of_row(row: list[str]) -> Draft:
        if not closed and row is records[-1]:
            raise ArticleError("a quoted field of it is never closed; close the quote")
        if len(row) > len(header) and any(field.strip() for field in row[len(header) :]):
            raise ArticleError(
                f"has {len(row)} fields where the first row names {len(header)};"
                " put quotes around fields that hold the delimiter"
            )
        return draft_of_record(record_of(zip(header, row, strict=False)))

    return numbered(records, draft_of_row)


def _table(text: str) -> tuple[list[str], list[list[str]]]:
    """The first row and the others, by the delimiter that gives most names we know."""
    csv.field_size_limit(MAX_TEXT_BYTES)
    best = max(_DELIMITERS, key=lambda delimiter: _names_known(text[:65_536], delimiter))
    try:
        rows = [row for row in _rows(f"{text}\n{_END}\n", best) if row]
    except csv.Error as error:
        raise ArticleError(f"no valid CSV ({error}); export it again") from error
    return rows[0], rows[1:]


def _names_known(text: str, delimiter: str) -> tuple[int, int]:
    try:
        names: list[str] = next((row for row in _rows(text, delimiter) if row), [])
    except csv.Error:
        return 0, 0
    record: dict[Any, object] = {name: "2001" for name in names}
    known = {field for field, _, _ in fields_of(record)}
    return len(known) + bool({*map(squeezed, names)} & set(RECORD_TEXT_KEYS)), len(names)


def _rows(text: str, delimiter: str) -> Any:
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=False)
