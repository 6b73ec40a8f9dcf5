"""The first paragraphs of a text that has no byline of its own: title, "By …", date.

They are taken out of the text as far as they are metadata, and nothing else is.
"""

import re
from collections.abc import Sequence

from corpus.credits import masthead
from corpus.draft import Metadata
from corpus.text import has_words, one_line

_LEADING = 8  # paragraphs among which a title, a byline and a date may stand
_MAX_LINE, _MAX_TITLE = 120, 150
_PROSE_END = re.compile(r"[.,;:…。！][\"'”’»)\]]*$")


def take_opening(paragraphs: Sequence[str], metadata: Metadata) -> set[int]:
    """Offer `metadata` what the first of `paragraphs` state; the places of those that do.

    A paragraph that repeats the title is one of them. Nothing is taken from beyond the first
    paragraph of prose, nor when nothing would be left; what differs from what is known stays.
    """
    taken: set[int] = set()
    for number, paragraph in enumerate(paragraphs[:_LEADING]):
        line = one_line(paragraph, limit=1_000)
        if line.casefold() == (metadata.get("title") or "").casefold():
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
    if prose or masthead(title, Metadata()):
        return
    longer = max(map(len, paragraphs[1:4])) > max(len(title), _MAX_LINE)
    if masthead(below, Metadata()) or longer:
        metadata.offer("title", title, "first line")


def _take_line(line: str, metadata: Metadata) -> bool:
    said = masthead(line, metadata) or []
    known = [(field, value) for field, value, _ in said if field in metadata.values]
    if not said or any(not _same(field, value, metadata) for field, value in known):
        return False
    for field, value, origin in said:
        metadata.offer(field, value, origin)
    return True


def _same(field: str, value: str, metadata: Metadata) -> bool:
    stated = metadata.values[field]
    if field in ("published", "modified"):  # one may be known more precisely
        return stated.startswith(value[:10]) or value.startswith(stated)
    return stated.casefold() == value.casefold()
