"""Who wrote it: names out of metadata, and out of a line such as "By Mara Lindqvist, The Courier".

Both are conservative: what might be something else is left where it is.
"""

import re
from dataclasses import dataclass

from corpus.text import clean, one_line

_BY = re.compile(
    r"(?:(?:posted |written |story |words |reported |reporting |text )?by:?|von|par|por"
    r"|(?:text|author|authors|autor|autorin|auteur) ?:)\s+(?=\S)",
    re.IGNORECASE,
)
# Accounts and programs, which no person is called.
_NOBODY = frozenset(
    "admin administrator webmaster wordpress root user guest unknown anonymous owner author default"
    " python-docx libreoffice openoffice openpyxl microsoft".split()
) | {"microsoft office user", "microsoft office", "windows user", "site admin", "web admin"}
_AND_OTHERS = re.compile(r",?\s+(?:and|with|und|et)\s+(?:agenc(?:y|ies)|wires?)$", re.IGNORECASE)
_TITLES = re.compile(r", (?:inc|ltd|llc|gmbh|ag|plc|co|corp|jr|sr|ph\.?d|m\.?d|dr|esq)\b", re.I)
_WIKI_LINK = re.compile(r"\[\[(?:[^\[\]|]*\|)?([^\[\]|]+)\]\]")
_FROM_WHERE = re.compile(r"\s+in\s+[A-Z][\w'’-]+(?:\s+[A-Z][\w'’-]+){0,2}$")
_FOR_WHOM = re.compile(r"\s+(?:for|of|für)\s+(.+)$|\s*\(([^()]+)\)$")
_AND = r"\s+(?:and|und|et|y|e|&)\s+"
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
    r"|anzeiger|zeitung|argus|sentinel|inquirer|enquirer|messenger|newsletter|newswire|standard"
    r"|advertiser|ledger|beacon|[^\W\d]+(?:bote|blatt|kurier|rundschau|nachrichten|zeitung|anzeiger)"
    r"|diario|heraldo|gaceta|corriere|gazzetta|giornale)\b",
    re.IGNORECASE,
)
_ROLE = re.compile(
    r"\b(?:writers?|correspondents?|reporters?|editors?|columnist|staff|contributors?|bureau|desk"
    r"|newsroom|redaktion|team|agency|agencies|wire|wires)\b",
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
    rest = line[start.end() :].rstrip(".")
    outlet = None
    if (whom := _FOR_WHOM.search(rest)) and _OUTLET.search(whom[1] or whom[2]):
        outlet, rest = whom[1] or whom[2], rest[: whom.start()]
    rest = _FROM_WHERE.sub("", _AND_OTHERS.sub("", rest))
    parts = re.split(r"\s*,\s*", rest)
    if len(parts) > 1 and (_OUTLET.search(parts[-1]) or re.match(r"The [A-Z]", parts[-1])):
        outlet = parts.pop()
    if len(parts) > 1 and _ROLE.search(parts[-1]):
        parts.pop()
    authors = [name for part in parts for name in re.split(_AND, part)]
    authors = [re.sub(r"^(?:and|&)\s+", "", name) for name in authors]
    # "By A B, C D" without an "and" may be a name and a place.
    if len(parts) > 1 and len(authors) == len(parts) and not re.search(r" (?:and|&) ", line):
        return None
    return Credit(", ".join(authors), outlet) if all(map(is_name, authors)) else None


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
            for part in (
                value.get("givenName") or value.get("given"),
                value.get("familyName") or value.get("family"),
            )
            if isinstance(part, str)
        )
        # A content system puts the record of a related person below `data` and `attributes`.
        related = value.get("data") or value.get("attributes")
        _collect(value.get("name") or whole or related, found, depth + 1)
    elif isinstance(value, str):
        line = _WIKI_LINK.sub(r"\1", one_line(value))
        line = re.sub(r"(?i)^by:?\s+(?=[^\W\d_])", "", line)
        if line and not re.search(r"https?:|www\.|://|@", line) and any(map(str.isalpha, line)):
            found.extend(_each(line))


def _each(line: str) -> list[str]:
    """The names in one string: several stand apart by `;` or, between whole names, by "and"."""
    if ";" in line:
        parts = [part.strip() for part in line.split(";")]
        return [first_name_first(part) for part in parts if part]
    if (by := _BY.match(line)) and all(map(is_name, re.split(_AND, line[by.end() :]))):
        line = line[by.end() :]
    kept, *more = re.split(r"\s*,\s*", line)
    # "Mara Lindqvist, Science Editor" is one person.
    line = ", ".join([kept, *(part for part in more if not _ROLE.search(part))])
    if not is_outlet(line) and not _TITLES.search(line):
        line = first_name_first(line)
    listed = [n for part in line.split(", ") for n in re.split(_AND, re.sub(r"^and ", "", part))]
    return listed if len(listed) > 1 and all(map(is_name, listed)) else [line]


def first_name_first(name: str) -> str:
    """`Mara Lindqvist` of `Lindqvist, Mara`; any other name as it is."""
    given = r"([^\W\d_][\w'’.-]*(?: [^\W\d_][\w'’.-]*)?)"
    found = re.fullmatch(rf"((?:[a-z]+ ){{0,2}}[^\W\d_][\w'’-]*), {given}", name)
    return f"{found[2]} {found[1]}" if found else name


def somebody(line: str) -> str:
    """The authors in `line` but for accounts and programs, which wrote nothing."""
    return ", ".join(part for part in line.split(", ") if part.casefold() not in _NOBODY)


def is_outlet(name: str) -> bool:
    """Whether a word in `name` is one that papers, agencies and stations are called by."""
    return len(name) <= _MAX_LINE and _OUTLET.search(name) is not None


def is_han_name(name: str) -> bool:
    """Whether `name` may be a person's in Chinese or Japanese, where it is marked as one."""
    return re.fullmatch(r"[\u3400-\u9fff々·]{2,5}(?: [\u3400-\u9fff々]{1,4})?", name) is not None


def is_name(name: str) -> bool:
    """Whether `name` looks like a person's: two to five words, capitalised, none a role."""
    if _ROLE.search(name):
        return False
    words = clean(name).split()
    if not 2 <= len(words) <= 5 or not all(map(_is_name_word, words)):
        return False
    return words[-1][:1].isupper() and sum(word[:1].isupper() for word in words) >= 2


def _is_name_word(word: str) -> bool:
    if word.lower() in _PARTICLES:
        return True
    letters = re.sub(r"[.'’\-]", "", word)
    return letters.isalpha() and word[:1].isupper()
