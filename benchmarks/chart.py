"""Bar charts as small SVG files, for docs/; readable on a light and on a dark page."""

from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import NamedTuple

WIDTH, LABEL, BAR, GAP, TOP = 720, 300, 20, 8, 44
OURS, OTHERS = "#14506e", "#a9b4bb"


class Bar(NamedTuple):
    """One bar: what it is, how long, what stands behind it, and whether it is Byline's."""

    label: str
    value: float
    shown: str
    ours: bool = False


def write(path: Path, title: str, bars: Sequence[Bar]) -> None:
    """Write horizontal bars, the longest as wide as there is room."""
    longest = max(bar.value for bar in bars)
    room = WIDTH - LABEL - 90
    height = TOP + len(bars) * (BAR + GAP) + GAP
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        f'width="{WIDTH}" height="{height}" role="img" aria-label="{escape(title)}" '
        'font-family="system-ui, sans-serif" font-size="13">',
        f'<rect width="{WIDTH}" height="{height}" rx="6" fill="#ffffff"/>',
        f'<text x="16" y="27" font-size="15" font-weight="600" fill="#1c2429">{escape(title)}'
        "</text>",
    ]
    for number, bar in enumerate(bars):
        y = TOP + number * (BAR + GAP)
        width = max(1, round(room * bar.value / longest))
        parts += [
            f'<text x="{LABEL - 10}" y="{y + 15}" text-anchor="end" fill="#1c2429">'
            f"{escape(bar.label)}</text>",
            f'<rect x="{LABEL}" y="{y}" width="{width}" height="{BAR}" rx="2" '
            f'fill="{OURS if bar.ours else OTHERS}"/>',
            f'<text x="{LABEL + width + 8}" y="{y + 15}" fill="#1c2429">{escape(bar.shown)}</text>',
        ]
    path.write_text("\n".join([*parts, "</svg>"]) + "\n", "utf-8")
