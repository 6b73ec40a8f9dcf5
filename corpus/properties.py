"""Title and author as office programs store them: often a file name, a login or the program.

What may be one of these is taken for nothing, because a byline that is absent can be looked up and
a wrong one is believed.
"""

import re

from corpus.names import names
from corpus.text import one_line

_FILE = re.compile(
    r"\.(?:docx?|docm|dotx?|odt|pdf|rtf|txt|tex|dvi|ps|indd|qxp|qxd|p65|pages|pptx?|xlsx?|html?|md|wpd"
    r"|tmp|eps|ai|fm|pub)$",
    re.IGNORECASE,
)
_PROGRAM_TITLE = re.compile(r"(?:microsoft (?:word|office)|powerpoint|layout|print)\b.*[-–:]", re.I)
_NO_TITLE = re.compile(
    r"(?:untitled|unbenannt|sans titre|no title|title|document|dokument|doc|draft|scan|image"
    r"|word document|new microsoft word document|about:blank|anonymous)[\s_-]*\d*",
    re.IGNORECASE,
)
_SLUG = re.compile(r"\S*(?:[_\d/\\]|\w-\w+-\w)\S*")  # one word that a person would not write
_PROGRAM = re.compile(
    r"\b(?:microsoft|adobe|acrobat|indesign|quark\w*|libreoffice|openoffice|python[- ]?docx"
    r"|reportlab|pdf\w*|latex|tex|pandoc|wkhtmltopdf|chrom(?:e|ium)|skia|mozilla|firefox|safari"
    r"|google docs|word|excel|writer|office|ghostscript|itext\w*|scansnap|epson|xerox|ricoh"
    r"|calibre|wordpress|princexml|weasyprint|quartz|apache|fop|software|version|www|https?)\b",
    re.IGNORECASE,
)
_NOBODY = frozenset(
    "admin administrator user users owner author authors unknown anonymous default guest test root"
    " none null n/a na me home pc desktop laptop hp dell lenovo acer asus apple sony toshiba editor"
    " editors staff office secretary scanner printer temp tmp student".split()
)


def title_of(value: object) -> str | None:
    """The title that a property holds; None for a file name and a program's own words."""
    if not isinstance(value, str):
        return None
    title = one_line(value).strip("\"' ")
    if (
        _FILE.search(title)
        or _PROGRAM_TITLE.match(title)
        or _NO_TITLE.fullmatch(title.strip("()[]"))
    ):
        return None
    return None if _SLUG.fullmatch(title) else title


def is_program(value: str) -> bool:
    """Whether `value` names a program or what comes with one."""
    return _PROGRAM.search(value) is not None


def author_of(value: object) -> str | None:
    """The authors that a property holds, joined by `, `; None for a program, a login, "admin"."""
    if not isinstance(value, str):
        return None
    line = re.sub(r"^by\s+", "", one_line(value).strip("()\"' "), flags=re.IGNORECASE)
    if is_program(line) or re.search(r"[\\@_<>{}|=]|\d", line):
        return None
    parts = [part.strip() for part in re.split(r"\s*[;&]\s*|\s+and\s+", line) if part.strip()]
    people = [person for part in parts for person in _people(part)]
    return names(people) if people and all(map(_is_person, people)) else None


def _people(part: str) -> list[str]:
    """`Lindqvist, Mara` is one person, `Mara Lindqvist, Jonas Ekberg` are two."""
    halves = [half.strip() for half in part.split(",") if half.strip()]
    if len(halves) == 2 and " " not in halves[0] and halves[1].count(" ") <= 1:
        last_first = " " not in halves[1] or re.search(r"\b[A-Z]\.?$", halves[1])
        return [f"{halves[1]} {halves[0]}"] if last_first else halves
    return halves


def _is_person(name: str) -> bool:
    words = name.split()
    if name.casefold() in _NOBODY or (words and all(w.casefold() in _NOBODY for w in words)):
        return False
    if len(words) == 1:  # a login is in small letters, a machine in capitals
        return (name.istitle() and len(name) > 2 and name.isalpha()) or not name.isascii()
    return any(word[:1].isupper() or not word.isascii() for word in words)
