"""The first paragraphs of a text that came without a byline of its own: title, "By …", date.

They are taken out of the text as far as they are metadata, and nothing else is.
"""

import re
from collections.abc import Sequence

from corpus.dates import iso_date
from corpus.draft import Metadata
from corpus.names import credit
from corpus.text import has_words, one_line

_LEADING = 8  # paragraphs among which a title, a byline and a date may stand
_MAX_LINE, _MAX_TITLE = 120, 150
_PROSE_END = re.compile(r"[.,;:…。！][\"'”’»)\]]*$")
_MAX_DATE = 60
_DATES = ("published", "modified")
_LABEL = re.compile(
    r"(?:(?:first )?published|posted|(?:last )?(?:updated|modified)|date)(?:\s+on\b)?\s*:?\s+", re.I
)
_UPDATED = re.compile(r"(?:last )?(?:updated|modified)", re.IGNORECASE)
_PIECES = re.compile(r"\s+[|·•–—]\s+|\s*\|\s*")
_OUTLET = re.compile(
    r"(?:the\s+)?(?:[^\W\d_][\w'’.&-]*\s+){0,4}(?:courier|times|news|post|herald|gazette|tribune|press"
    r"|journal|chronicle|observer|guardian|daily|weekly|review|magazine|telegraph|mirror|monitor"
    r"|dispatch|bulletin|examiner|independent|agency|broadcasting)",
    re.IGNORECASE,
)


def take_opening(paragraphs: Sequence[str], metadata: Metadata) -> set[int]:
    """Offer `metadata` what the first of `paragraphs` state; the places of those that do.

    A paragraph that repeats the title is one of them. Nothing is taken from beyond the first
    paragraph of prose, nor when nothing would be left.
    """
    taken: set[int] = set()
    for number, paragraph in enumerate(paragraphs[:_LEADING]):
        line = one_line(paragraph, limit=1_000)
        if _is_title(line, metadata):
            taken.add(number)
        elif len(line) > _MAX_LINE:
            break
        elif _take_line(line, metadata):
            taken.add(number)
    rest = (text for number, text in enumerate(paragraphs) if number not in taken)
    return taken if any(map(has_words, rest)) else set()


def offer_first_line(paragraphs: Sequence[str], metadata: Metadata) -> None:
    """Offer the first paragraph as title, if it is short and a byline or longer prose follows."""
    if len(paragraphs) < 2:
        return
    title, below = paragraphs[0], paragraphs[1]
    prose = _PROSE_END.search(title) is not None or "\n" in title or len(title) > _MAX_TITLE
    if prose or is_statement(title):
        return
    longer = max(map(len, paragraphs[1:4])) > max(len(title), _MAX_LINE)
    if is_statement(below) or longer:
        metadata.offer("title", title, "first line")


def is_statement(line: str) -> bool:
    """Whether `line` is nothing but a byline, a date, or both: never part of a paragraph."""
    return len(line) <= _MAX_LINE and _take_line(one_line(line), Metadata())


def _is_title(line: str, metadata: Metadata) -> bool:
    title = metadata.get("title")
    return title is not None and one_line(line).casefold() == title.casefold()


def _take_line(line: str, metadata: Metadata) -> bool:
    """Offer what `line` says, if every part of it says something."""
    parts = [line] if credit(line) else _PIECES.split(line)
    stated = [_stated(part, metadata) for part in parts]
    if not all(stated):
        return False
    for field, value in (pair for said in stated for pair in said):
        origin = "date line in the text" if field in _DATES else "byline in the text"
        metadata.offer(field, value, origin)
    return True


def _stated(part: str, metadata: Metadata) -> list[tuple[str, str]]:
    """The fields that `part` gives, or repeats; none when any of it could be something else."""
    if byline := credit(part):
        outlet = [("outlet", byline.outlet)] if byline.outlet else []
        return [("author", byline.author), *outlet]
    label = _LABEL.match(part)
    written = part[label.end() :] if label else part
    day = iso_date(written) if len(written) <= _MAX_DATE and not written.isdigit() else None
    if day and len(day) >= len("2025-03"):
        return [("modified" if label and _UPDATED.match(part) else "published", written)]
    for field in ("author", "outlet"):
        if part.casefold() == (metadata.get(field) or "").casefold():
            return [(field, part)]
    return [("outlet", part)] if _OUTLET.fullmatch(part) else []
