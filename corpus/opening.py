"""The first paragraphs of a text that has no byline of its own: title, "By …", date.

They are taken out of the text as far as they are metadata, and nothing else is.
"""

import re
from collections.abc import Sequence

from corpus.credits import masthead
from corpus.draft import Metadata
from corpus.names import is_name, is_outlet
from corpus.text import has_words, one_line

_LEADING = 8  # paragraphs among which a title, a byline and a date may stand
_MAX_LINE, _MAX_TITLE = 120, 150
_BELOW_NAMES = re.compile(
    r"^(?:abstract|summary|zusammenfassung|résumé|resumen)\b|\b(?:universit|institut|department)|@",
    re.IGNORECASE,
)
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
        elif _take_line(line, metadata) or _take_names(line, paragraphs[number + 1 :], metadata):
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


def _take_names(line: str, below: Sequence[str], metadata: Metadata) -> bool:
    """Take names without a "by" between the title and a date, an abstract or an address.

    So papers and reports are set.
    """
    if "author" in metadata.values or not below:
        return False
    bare = re.sub(r"[\d*†‡§¹²³⁴⁵]+(?:,[\d*†‡§]+)*(?=\s|,|;|$)", "", line)
    written = [
        each for each in re.split(r"\s*[,;]\s*(?:and\s+)?|\s+(?:and|&|und|et|y)\s+", bare) if each
    ]
    following = one_line(below[0], limit=1_000)
    said = {field for field, _, _ in masthead(following, metadata) or ()}
    if not ("published" in said or (len(following) < _MAX_LINE and _BELOW_NAMES.search(following))):
        return False
    if not written or any(not is_name(each) or is_outlet(each) for each in written):
        return False
    metadata.offer("author", ", ".join(written), "line below the title")
    return True


def _same(field: str, value: str, metadata: Metadata) -> bool:
    stated = metadata.values[field]
    if field in ("published", "modified"):  # one may be known more precisely
        return stated.startswith(value[:10]) or value.startswith(stated)
    return stated.casefold() == value.casefold()
