"""What a reader makes of a file: text, and metadata that remembers where each field came from."""

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from corpus.article import METADATA_FIELDS
from corpus.dates import iso_date
from corpus.names import somebody
from corpus.text import has_words, one_line

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")

# "en" and "en-US" tell nothing: they are what programs write when nobody chose.
_DAY_FIRST = re.compile(
    r"(?:de|es(?!-(?:US|PR|PA))|fr(?!-CA)|it|nl|pt|pl|cs|sk|ru|uk|tr|da|nb|no|fi|el|ro|bg|hr|sl|ca|id)"
    r"(?:-.*)?|en-(?:GB|IE|AU|NZ|IN|ZA)",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Metadata:
    """The metadata fields that are known so far; the first usable offer for a field wins."""

    values: dict[str, str] = field(default_factory=dict)
    provenance: dict[str, str] = field(default_factory=dict)

    def offer(self, name: str, value: object, origin: str) -> None:
        """Set `name` from `value` unless it is set already or `value` is no such thing."""
        if name not in METADATA_FIELDS:
            raise ValueError(f"{name!r} is no metadata field")
        if name in self.values:
            return
        usable = _usable(name, value, self.values.get("language", ""))
        if usable:
            self.values[name] = usable
            self.provenance[name] = origin

    def fill(self, other: "Metadata", *, only: Collection[str] = METADATA_FIELDS) -> None:
        """Take from `other` those of the fields `only` that are not set yet."""
        for name, value in other.values.items():
            if name in only and name not in self.values:
                self.values[name] = value
                self.provenance[name] = other.provenance[name]

    def get(self, name: str) -> str | None:
        """The value of `name`, or None while it is unknown."""
        return self.values.get(name)


@dataclass(slots=True)
class Draft:
    """One article of a file before it has a place: its text and whatever is known about it.

    `pages` are the offsets at which pages start. In a file that holds several, `number` is its
    place from 1 (0: a lone one, or in order) and `name` what it is called there. A `problem` says
    why this one is no article, though others of its file may be. A `notice` is reported as a
    failure though the article is in: what is said of it elsewhere could not be used.
    """

    text: str
    metadata: Metadata = field(default_factory=Metadata)
    pages: tuple[int, ...] = ()
    number: int = 0
    name: str = ""
    problem: str = ""
    notice: str = ""


def web_url(value: object) -> str | None:
    """`value` when it is an absolute http or https URL."""
    if not isinstance(value, str):
        return None
    url = value.strip()
    if len(url) > 2000 or re.search(r"[\s<>\"]", url) or url != one_line(url, limit=2000):
        return None
    try:
        parts = urlsplit(url)
        return url if parts.scheme in ("http", "https") and parts.hostname else None
    except ValueError:
        return None


def is_day_first(language: str) -> bool:
    """Whether who writes this language, or locale, writes 3 April as 03/04."""
    return _DAY_FIRST.fullmatch(language) is not None


def _usable(name: str, value: object, language: str) -> str | None:
    if name in ("published", "modified"):
        return iso_date(value, day_first=is_day_first(language))
    if name == "url":
        return web_url(value)
    if not isinstance(value, str):
        return None
    line = one_line(value)
    if name == "author":
        line = somebody(line)
    if name == "language":
        line = line.replace("_", "-")
        return line if _LANGUAGE.fullmatch(line) else None
    return line if has_words(line) else None
