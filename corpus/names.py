"""Who wrote it: names out of metadata, and out of a line such as "By Mara Lindqvist, The Courier".

Both are conservative: what might be something else is left where it is.
"""

import re
from dataclasses import dataclass

from corpus.text import clean, one_line

_BY = re.compile(r"(?:by|von|par|por)\s+(?=\S)", re.IGNORECASE)
_MAX_LINE = 80
_MAX_NAMES = 50
_PARTICLES = frozenset(
    "de da do dos das del della di du des la le van von der den zu zum ter ten bin ibn al el"
    " y e".split()
)
_OUTLET = re.compile(
    r"\b(?:courier|times|news|post|herald|gazette|tribune|press|journal|chronicle|observer|guardian"
    r"|mail|daily|weekly|today|agency|radio|television|review|magazine|telegraph|globe|echo"
    r"|mirror|monitor|dispatch|register|bulletin|examiner|independent|reuters|afp|bbc|broadcasting"
    r"|anzeiger|zeitung)\b",
    re.IGNORECASE,
)
_ROLE = re.compile(
    r"\b(?:writer|correspondent|reporter|editor|columnist|staff|contributor|bureau|desk)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Credit:
    """A byline: authors joined by `, `, and the outlet when the line names one."""

    author: str
    outlet: str | None = None


def credit(line: str) -> Credit | None:
    """The byline that `line` is, whole; None when any of it could be something else.

    These are: `By A B`, `By A B and C D`, `By A B, C D and E F`, `By A B, The Courier`, and
    `By A B, Staff Writer`.
    """
    line = one_line(line)
    start = _BY.match(line)
    if len(line) > _MAX_LINE or not start:
        return None
    parts = re.split(r"\s*,\s*", line[start.end() :].rstrip("."))
    outlet = None
    if len(parts) > 1 and _OUTLET.search(parts[-1]):
        outlet = parts.pop()
    if len(parts) > 1 and _ROLE.search(parts[-1]):
        parts.pop()
    authors = [name for part in parts for name in re.split(r"\s+(?:and|und|et|y|&)\s+", part)]
    authors = [re.sub(r"^(?:and|&)\s+", "", name) for name in authors]
    # "By A B, C D" without an "and" may be a name and a place.
    if len(parts) > 1 and len(authors) == len(parts) and not re.search(r" (?:and|&) ", line):
        return None
    return Credit(", ".join(authors), outlet) if all(map(_is_name, authors)) else None


def names(value: object, *, depth: int = 0) -> str | None:
    """Authors joined by `, ` out of a string, a mapping with `name`, or a list of these.

    A URL or an e-mail address is no name. Shared and cyclic parts are looked at only so far.
    """
    found: list[str] = []
    _collect(value, found, depth)
    return ", ".join(dict.fromkeys(found)) or None


def _collect(value: object, found: list[str], depth: int) -> None:
    if depth > 4 or len(found) >= _MAX_NAMES:
        return
    if isinstance(value, list | tuple):
        for item in value[:_MAX_NAMES]:
            _collect(item, found, depth + 1)
    elif isinstance(value, dict):
        whole = " ".join(
            part
            for part in (value.get("givenName"), value.get("familyName"))
            if isinstance(part, str)
        )
        _collect(value.get("name") or whole, found, depth + 1)
    elif isinstance(value, str):
        line = re.sub(r"(?i)^by\s+(?=[^\W\d_])", "", one_line(value))
        if line and not re.search(r"https?:|www\.|://|@", line) and any(map(str.isalpha, line)):
            found.append(line)


def _is_name(name: str) -> bool:
    words = clean(name).split()
    if not 2 <= len(words) <= 5 or not all(map(_is_name_word, words)):
        return False
    return words[-1][:1].isupper() and sum(word[:1].isupper() for word in words) >= 2


def _is_name_word(word: str) -> bool:
    if word.lower() in _PARTICLES:
        return True
    letters = re.sub(r"[.'’\-]", "", word)
    return letters.isalpha() and word[:1].isupper()
