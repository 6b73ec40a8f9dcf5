"""The lines of pages -> flowing text, and where in it each page starts.

Lines become paragraphs by their place on the page: the gap above, the size of the type, the indent,
and how full the line before was. Running heads and page numbers go, and words cut at the end of a
line are whole again. Nothing here knows a file format; `corpus.pdf` makes the lines.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median

from corpus.credits import masthead
from corpus.draft import Metadata
from corpus.heads import Line, without_running_heads

_TOP = 12  # lines of the first page among which a byline and a date may stand
_ENDED = re.compile(r"[.!?…。！？:;][\"'”’»)\]]*(?:\[?\d{1,3}\]?)?$")
_ITEM = re.compile(r"(?:[-*•◦‣▪●–—]|\(?(?:\d{1,3}|[a-zA-Z])[.)])\s+\S")
_CUT_WORD = re.compile(r"(?:^|[^\w])([^\W\d_]+)-$")
_FIRST_WORD = re.compile(r"[^\W\d_]+")
_SUSPENDED = {"and", "or", "to", "und", "oder", "bis", "et", "ou", "y", "o"}  # "pre- and post-war"
# First halves that keep their hyphen unless a mere ending follows.
_COMPOUND = frozenset(
    "well self half long short high low full part two three four five six seven eight nine ten"
    " twenty thirty forty fifty sixty seventy eighty ninety cross ex non so all old new far ill"
    " first second third one year decade once north south east west".split()
)
_ENDING = re.compile(
    r"(?:ness|ish|less|ful|fully|er|ers|est|ing|ings|ly|ed|en|th|ty|ties|ner|ners|hood|ward|wards"
    r"|ern|ally|ence|ation|ment|ments|ions?|ial|ible|able|y|ies|es)\b"
)
# Fitted by eye on PDFs of Chromium and ReportLab: the gap between paragraphs is half a line or
# more, and a line that wraps stops within a quarter of the width.
_GAP, _NOT_FULL, _NOT_FULL_AT_END = 1.35, 0.70, 0.86


@dataclass(slots=True)
class Paragraph:
    """Pieces of text, each with its page from 0; joined as they are, they are the paragraph."""

    pieces: list[tuple[int, str]]
    size: float
    is_item: bool = False

    @property
    def text(self) -> str:
        """The words of the paragraph, on one line."""
        return "".join(piece for _, piece in self.pieces)


@dataclass(slots=True)
class _Words:
    """Which words the pages hold within their lines, to tell a hyphen from a cut."""

    alone: set[str] = field(default_factory=set)
    hyphenated: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class _Layout:
    """How the text is set: its size, and what a line within a paragraph looks like.

    `leading` is the distance between two lines in units of the size, `full` the characters of a
    line that is full, for each size.
    """

    size: float
    leading: float
    full: dict[int, float]

    @classmethod
    def of(cls, pages: Sequence[Sequence[Line]]) -> "_Layout":
        """Measured on the lines of `pages`."""
        distances = sorted(
            (above.y - below.y) / above.size
            for lines in pages
            for above, below in pairwise(lines)
            if abs(above.size - below.size) < 0.5 and 0.8 < (above.y - below.y) / above.size < 2.5
        )
        lengths: dict[int, list[int]] = {}
        for line in (line for lines in pages for line in lines):
            lengths.setdefault(round(line.size), []).append(len(line.text))
        full = {
            size: float(median(sorted(found)[-max(1, len(found) // 2) :]))
            for size, found in lengths.items()
        }
        size = max(lengths, key=lambda size: sum(lengths[size]), default=1)
        # Most gaps are inside paragraphs, and those are the small ones.
        return cls(size, distances[len(distances) // 3] if distances else 1.2, full)


def paragraphs_of(pages: Sequence[Sequence[Line]]) -> list[Paragraph]:
    """The paragraphs of `pages`, without what repeats at their edges."""
    kept = without_running_heads(pages)
    words = _words_of(kept)
    layout = _Layout.of(kept)
    out: list[Paragraph] = []
    last: tuple[int, Line] | None = None
    for number, lines in enumerate(kept):
        for place, line in enumerate(lines):
            on_top = number == 0 and place < _TOP and last is not None
            stated = on_top and last and (_is_masthead(line) or _is_masthead(last[1]))
            if stated or last is None or _breaks(last[1], line, last[0] != number, layout):
                is_item = _ITEM.match(line.text) is not None
                out.append(Paragraph([(number, line.text)], line.size, is_item))
            else:
                _append(out[-1], number, line.text, words)
            last = number, line
    return out


def assemble(paragraphs: Sequence[Paragraph], page_count: int) -> tuple[str, tuple[int, ...]]:
    """The text of `paragraphs`, and the offset in it at which each of the pages starts.

    A page without text starts where the next one does.
    """
    out: list[str] = []
    starts: dict[int, int] = {}
    offset = 0
    for previous, paragraph in pairwise([None, *paragraphs]):
        assert paragraph is not None
        if previous is not None:
            gap = "\n" if previous.is_item and paragraph.is_item else "\n\n"
            out.append(gap)
            offset += len(gap)
        for page, piece in paragraph.pieces:
            # A piece that goes on starts with the space before its first word.
            starts.setdefault(page, offset + len(piece) - len(piece.lstrip()))
            out.append(piece)
            offset += len(piece)
    pages: list[int] = []
    following = offset
    for page in reversed(range(page_count)):
        following = starts.get(page, following)
        pages.append(following)
    if pages:
        pages[-1] = 0
    return "".join(out), tuple(reversed(pages))


def _words_of(pages: Sequence[Sequence[Line]]) -> _Words:
    words = _Words()
    for lines in pages:
        for line in lines:
            text = line.text.casefold()
            words.hyphenated.update(re.findall(r"[^\W\d_]+-[^\W\d_]+", text))
            tokens = re.findall(r"(?<![\w-])[^\W\d_]+(?![\w-])", text)
            words.alone.update(tokens)
    return words


def _is_masthead(line: Line) -> bool:
    return masthead(line.text, Metadata()) is not None


def _breaks(above: Line, below: Line, turned: bool, layout: _Layout) -> bool:
    """Whether a paragraph ends with `above`; `turned` when `below` is on another page."""
    if abs(above.size - below.size) > 0.06 * above.size or _ITEM.match(below.text):
        return True
    distance = (above.y - below.y) / above.size
    ended = _ENDED.search(above.text) is not None
    usual = layout.full.get(round(above.size), 0.0)
    first_word = below.text.split(" ", 1)[0]
    filled = (len(above.text) + 1 + len(first_word)) / max(1.0, usual)
    if turned or distance < -1:  # another page or column: only the words tell
        return (ended and not _goes_on(below)) or (filled < _NOT_FULL and not _goes_on(below))
    if distance > _GAP * layout.leading:
        return True
    indent = (below.x - above.x) / above.size
    centred = below.size > 1.1 * layout.size  # as headlines are, whose lines start anywhere
    if 0.7 < indent < 6 and not centred and filled > _NOT_FULL and not _ITEM.match(above.text):
        return True
    if below.text[:1].islower():
        return False
    return filled < (_NOT_FULL_AT_END if ended else _NOT_FULL)


def _goes_on(line: Line) -> bool:
    return line.text[:1].islower()


def _append(paragraph: Paragraph, page: int, text: str, words: _Words) -> None:
    """Add the next line to `paragraph`; a word that was cut at the end of its last is joined."""
    last_page, last = paragraph.pieces[-1]
    cut = _CUT_WORD.search(last)
    following = _FIRST_WORD.match(text)
    if last.endswith("-") and last[-2:-1].isalnum() and following:
        if following[0].casefold() in _SUSPENDED:
            text = f" {text}"
        elif cut and text[:1].islower() and not _keeps_hyphen(cut[1], following[0], words):
            paragraph.pieces[-1] = last_page, last[:-1]
    elif not re.search(r"[—/]$", last) and not _is_unspaced(last[-1:], text[:1]):
        text = f" {text}"
    paragraph.pieces.append((page, text))


def _keeps_hyphen(first: str, second: str, words: _Words) -> bool:
    """Whether the hyphen between two halves is the word's own, by what else the pages hold."""
    first, second = first.casefold(), second.casefold()
    if f"{first}-{second}" in words.hyphenated:
        return True
    if first + second in words.alone:
        return False
    if first in _COMPOUND and not _ENDING.fullmatch(second):
        return True
    return min(len(first), len(second)) > 3 and {first, second} <= words.alone


def _is_unspaced(last: str, first: str) -> bool:
    """Whether both are characters of a script that puts no spaces between words."""
    return all(
        "\u3000" <= char <= "\u9fff" or "\uff00" <= char <= "\uffef" for char in last + first
    )
