"""Bars and lines as small SVG files, for docs/; readable on a light and on a dark page."""

import math
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


class Line(NamedTuple):
    """How one figure grows: what it is, its points (x, y), and what stands at the last of them."""

    label: str
    points: Sequence[tuple[float, float]]
    shown: str


COLOURS = ("#14506e", "#b5582a", "#4d7c3a", "#7a4b94", "#8a7a1f", "#5b6770")
PLOT = (70, 470, 60, 320)  # left, right, top and bottom of the plot


def write_lines(path: Path, title: str, across: str, lines: Sequence[Line]) -> None:
    """Write lines over logarithmic axes; each is drawn relative to its first point."""
    left, right, top, bottom = PLOT
    xs = [x for line in lines for x, _ in line.points]
    ratios = [y / line.points[0][1] for line in lines for _, y in line.points]
    low, high = math.log10(min(xs)), math.log10(max(xs)) or 1.0
    least = math.floor(min(0.0, math.log10(min(ratios))))
    most = math.ceil(max(1.0, math.log10(max(ratios))))

    def place(x: float, ratio: float) -> str:
        along = (math.log10(x) - low) / max(high - low, 1e-9)
        up = (math.log10(ratio) - least) / (most - least)
        return f"{left + along * (right - left):.1f},{bottom - up * (bottom - top):.1f}"

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} 370" width="{WIDTH}" '
        f'height="370" role="img" aria-label="{escape(title)}" '
        'font-family="system-ui, sans-serif" font-size="13" fill="#1c2429">',
        f'<rect width="{WIDTH}" height="370" rx="6" fill="#ffffff"/>',
        f'<text x="16" y="27" font-size="15" font-weight="600">{escape(title)}</text>',
    ]
    for power in range(least, most + 1):
        y = float(place(min(xs), 10.0**power).split(",")[1])
        parts.append(f'<path d="M{left} {y}H{right}" stroke="#dfe4e7"/>')
        parts.append(f'<text x="{left - 8}" y="{y + 4}" text-anchor="end">{10.0**power:g} ×</text>')
    for x in sorted(set(xs)):
        at = place(x, 1.0).split(",")[0]
        parts.append(f'<text x="{at}" y="{bottom + 20}" text-anchor="middle">{x:,.0f}</text>')
    middle = (left + right) / 2
    parts.append(
        f'<text x="{middle}" y="{bottom + 40}" text-anchor="middle">{escape(across)}</text>'
    )
    for number, line in enumerate(lines):
        colour = COLOURS[number % len(COLOURS)]
        first = line.points[0][1]
        points = " ".join(place(x, y / first) for x, y in line.points)
        parts.append(
            f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>'
        )
        y = top + 24.0 * number
        parts.append(
            f'<rect x="{right + 16}" y="{y - 10}" width="12" height="12" fill="{colour}"/>'
        )
        parts.append(
            f'<text x="{right + 34}" y="{y}">{escape(line.label)}: {escape(line.shown)}</text>'
        )
    path.write_text("\n".join([*parts, "</svg>"]) + "\n", "utf-8")
