"""Lines of pages, and which of them are running heads, feet and page numbers."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

_EDGE = 3  # lines at the top and at the bottom of a page among which heads and feet are looked for
_SAME_PLACE = 4.0  # points by which a running head may move from page to page
_MAX_HEAD = 80  # characters of a running head in which numbers change
_PAGE_NUMBER = re.compile(
    r"(?:[-–—|•\[(]\s*)?(?:(?:page|p\.|seite|pág\.?|стр\.)\s*)?(\d{1,4})(?:\s*(?:/|of|von|de)\s*\d{1,4})?"
    r"(?:\s*[-–—|•\])])?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its cleaned text, where it starts (points, y upwards), and the size of its type."""

    text: str
    x: float
    y: float
    size: float


def without_running_heads(pages: Sequence[Sequence[Line]]) -> list[list[Line]]:
    """`pages` without the lines that stand at one place of several, and without page numbers.

    When that would leave most pages empty, the repetition is the text, and everything stays.
    """
    edges = [_edges(lines) for lines in pages]
    seen: Counter[tuple[str, int]] = Counter()
    for lines in pages:
        # Each place counts for its neighbours too: a head may move by a point.
        seen.update({(key, spot) for line in lines for key in _keys(line) for spot in _spots(line)})
    numbers = _page_numbers(edges)
    out = []
    for number, (lines, edge) in enumerate(zip(pages, edges, strict=True)):
        repeated = {id(line) for line in lines if _is_repeated(line, seen)}
        inner = len(lines) - len(edge)
        # A page whose text repeats as well is a copy of another, not one with a running head.
        copied = len(repeated - {id(line) for line in edge}) > inner / 2
        dropped = {
            id(line)
            for line in edge
            if (id(line) in repeated and not copied)
            or id(line) in numbers
            or (len(pages) == 1 and _is_number_of(line.text, number + 1))
        }
        out.append([line for line in lines if id(line) not in dropped])
    emptied = sum(bool(before) and not after for before, after in zip(pages, out, strict=True))
    if emptied > sum(map(bool, pages)) / 2:
        return [list(lines) for lines in pages]
    return out


def _is_repeated(line: Line, seen: Counter[tuple[str, int]]) -> bool:
    return any(seen[key, round(line.y / _SAME_PLACE)] > 1 for key in _keys(line))


def _edges(lines: Sequence[Line]) -> list[Line]:
    """The highest and the lowest lines of a page, wherever they come in its order."""
    heights = sorted({round(line.y) for line in lines})
    outer = {*heights[:_EDGE], *heights[-_EDGE:]}
    return [line for line in lines if round(line.y) in outer]


def _keys(line: Line) -> list[str]:
    if len(line.text) > _MAX_HEAD:
        return [line.text]
    return [re.sub(r"\d+", "#", line.text.casefold())] if re.search(r"[^\W\d_]", line.text) else []


def _spots(line: Line) -> set[int]:
    spot = round(line.y / _SAME_PLACE)
    return {spot - 1, spot, spot + 1}


def _page_numbers(edges: Sequence[Sequence[Line]]) -> set[int]:
    """The ids of lines that are page numbers: they count on from page to page."""
    found: dict[int, list[Line]] = {}
    for number, edge in enumerate(edges):
        for line in edge:
            if match := _PAGE_NUMBER.fullmatch(line.text):
                found.setdefault(int(match[1]) - number, []).append(line)
    return {id(line) for lines in found.values() if len(lines) > 1 for line in lines}


def _is_number_of(text: str, page: int) -> bool:
    match = _PAGE_NUMBER.fullmatch(text)
    return match is not None and int(match[1]) == page
