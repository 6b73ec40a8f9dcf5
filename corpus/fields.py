"""The names under which records, front matter and sidecars give text and metadata.

One table for all of them. A key is compared without its case, spaces and marks, so that
`Publish Date`, `publish_date` and `publishDate` are one.
"""

import html
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from corpus.draft import web_url
from corpus.names import names

TEXT_KEYS = tuple(
    "text body content articlebody articletext fulltext bodytext contenttext plaintext maintext"
    " markdown html bodyhtml contenthtml story".split()
)
"""Of an article's text in a record, squeezed, most trusted first."""

FIELD_KEYS: Mapping[str, tuple[str, ...]] = {
    field: tuple(keys.split())
    for field, keys in {
        "language": "language lang inlanguage languagecode locale sprache langue idioma",
        "title": "title headline heading webtitle articletitle posttitle doctitle titel titre"
        " titulo name",
        "author": "author authors byline by creator creators writer writers writtenby authorname"
        " authornames dccreator autor autoren autores auteur auteurs",
        "published": "published datepublished publisheddate publicationdate publishdate pubdate"
        " publishedat publishedon publishedtime publishtime publicationtime firstpublished"
        " firstpublicationdate webpublicationdate dateofpublication issued dateissued"
        " dateposted posted postedat postedon postdate releasedate pubtime date dcdate"
        " datum fecha publicationyear year",
        "modified": "modified datemodified modifieddate modifiedat updated dateupdated updateddate"
        " updatedat lastmod lastmodified lastmodifiedat lastupdated lastupdate revised",
        "outlet": "outlet publicationtitle publication publicationname containertitle newspaper"
        " journal magazine sitename publisher site website sourcename source feedtitle medium"
        " quelle zeitung zeitschrift fuente fonte giornale",
        "url": "url canonical canonicalurl link permalink articleurl weburl pageurl sourceurl"
        " originalurl href uri website source",
        "section": "section articlesection sectionname category categories ressort rubrik"
        " rubrique seccion",
    }.items()
}
"""Of each metadata field, squeezed, most trusted first; the language tells how to read a date."""

NESTED_KEYS = (
    "fields",
    "attributes",
    "metadata",
    "meta",
    "frontmatter",
    "params",
    "extra",
    "embedded",
)
"""Of what lies one level below a record and speaks of it, squeezed."""

_NOTHING = {"", "~", "null", "none", "nan", "n/a", "na", "-", "unknown", "undefined"}
_LANGUAGES = {
    "english": "en", "german": "de", "deutsch": "de", "french": "fr", "français": "fr",
    "spanish": "es", "español": "es", "italian": "it", "italiano": "it", "dutch": "nl",
    "nederlands": "nl", "portuguese": "pt", "português": "pt", "polish": "pl", "polski": "pl",
    "swedish": "sv", "svenska": "sv", "danish": "da", "dansk": "da", "norwegian": "no",
}  # fmt: skip
# Seconds, and from the same day on milliseconds: 2001 to 2033, which no year or day written as a
# number can be.
_EPOCH = range(1_000_000_000, 2_000_000_000)
_MAX_SECTIONS = 5


def squeezed(key: object) -> str:
    """A key without case, spaces and marks: `Publish_Date` is `publishdate`."""
    return re.sub(r"[\W_]+", "", str(key)[:200].casefold())


def fields_of(record: Mapping[Any, object]) -> Iterator[tuple[str, object, str]]:
    """(metadata field, value, key as it was written) that `record` gives, most trusted first.

    A value may still be unusable: `Metadata.offer` judges. What lies under `metadata` and the
    like counts last. A source that is an address is the url, any other the outlet.
    """
    keys: dict[str, tuple[str, object]] = {}
    for key, value in record.items():
        keys.setdefault(squeezed(key), (str(key), value))
    # Reference managers note when their own entry was made and changed.
    is_entry = "dateadded" in keys
    for field, wanted in FIELD_KEYS.items():
        if field == "modified" and is_entry:
            continue
        for squeezed_key in wanted:
            if squeezed_key in keys:
                written, value = keys[squeezed_key]
                found = _value(field, value)
                if found is not None:
                    yield field, found, written
    for nested in NESTED_KEYS:
        inner = keys.get(nested, ("", None))[1]
        if isinstance(inner, dict) and inner is not record:
            yield from fields_of({k: v for k, v in inner.items() if squeezed(k) != nested})


def _value(field: str, value: object) -> object:
    """`value` as the field takes it; None where it says nothing."""
    if isinstance(value, str) and value.strip().casefold() in _NOTHING:
        return None
    if field in ("published", "modified"):
        return _date(value)
    if field == "author":
        original = value.get("original") if isinstance(value, dict) else None
        return names(original if isinstance(original, str) else value)
    if field == "section":
        parts = value if isinstance(value, list | tuple) else [value]
        return ", ".join(filter(None, (names(part) for part in parts[:_MAX_SECTIONS]))) or None
    if field == "outlet" and web_url(value):
        return None
    if field == "outlet" and not isinstance(value, str):
        return names(value)
    if isinstance(value, dict):
        value = next(filter(None, map(value.get, ("rendered", "main", "name", "value"))), None)
    if not isinstance(value, str):
        return str(value) if field == "title" and isinstance(value, int | float) else None
    if field == "language":
        return _LANGUAGES.get(value.strip().casefold(), value)
    return value if field == "url" else html.unescape(value)


def _date(value: object) -> object:
    """A moment in any of the ways that programs write one; what people write stays as it is."""
    if isinstance(value, dict):
        return _csl(value.get("date-parts")) or value.get("$date") or value.get("raw")
    if isinstance(value, str) and re.fullmatch(r"\d{10}|\d{13}", value.strip()):
        value = int(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        seconds = value // 1000 if value // 1000 in _EPOCH else value
        if seconds in _EPOCH:
            return datetime.fromtimestamp(seconds, UTC)
    return value


def _csl(dates: object) -> str | None:
    """`[[2024, 3, 10]]`, as reference managers export a date."""
    parts = dates[0] if isinstance(dates, list) and dates else None
    if not isinstance(parts, list) or not 1 <= len(parts) <= 3:
        return None
    return "-".join(str(part).zfill(2) for part in parts)
