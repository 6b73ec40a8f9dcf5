"""Pictures of an evaluation as SVG: bars by kind, risk over coverage, calibration, differences.

Each takes numbers and returns one `<svg>` whose colours are classes of `report.css`. What is text
in it is escaped here.
"""

from collections.abc import Mapping, Sequence
from html import escape

from qa.measures import Bin, Difference

_ROW = 30
_LABEL = 150
_PLOT = 300  # side of a square plot
_EDGE = 46  # room for its axes


def bars(rows: Sequence[tuple[str, int, int, int]]) -> str:
    """A bar for each (kind, right, wrong, refused): how many of each, of what was asked of it."""
    width, plot = 720, 720 - _LABEL - 90
    most = max((sum(counts) for _, *counts in rows), default=1)
    parts = []
    for number, (kind, *counts) in enumerate(rows):
        y, x, total = number * _ROW, float(_LABEL), sum(counts)
        parts.append(_text(_LABEL - 10, y + 19, _short(kind, 20), "end"))
        for name, count in zip(("right", "wrong", "refused"), counts, strict=True):
            size = plot * count / most
            if count:
                parts.append(
                    f'<rect class="{name}" x="{x:.1f}" y="{y + 5}" width="{size:.1f}" height="20">'
                    f"<title>{escape(kind)}: {count} of {total} {name}</title></rect>"
                )
            if size > 22:
                parts.append(_text(x + size / 2, y + 19, str(count), "middle", "inside"))
            x += size
        parts.append(_text(x + 8, y + 19, f"{counts[0]} of {total}", "start", "muted"))
    return _svg(width, len(rows) * _ROW + 4, "Right, wrong and refused by kind", parts)


def risk_over_coverage(
    curve: Sequence[tuple[float, float]], here: tuple[float, float] | None
) -> str:
    """The share of answers that is wrong over the share of questions answered; `here` is a dot."""
    top = max([0.1, *(risk for _, risk in curve)])
    top = min(1.0, -(-top * 10 // 1) / 10)
    parts = _axes("share of the questions that is answered", "share of answers that is wrong", top)
    points = " ".join(f"{_x(coverage):.1f},{_y(risk, top):.1f}" for coverage, risk in curve)
    parts.append(f'<polyline class="curve" points="{points}"/>')
    if here:
        x, y = _x(here[0]), _y(here[1], top)
        parts.append(f'<circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="6"/>')
    return _square("Risk over coverage", parts)


def reliability(bins: Sequence[Bin]) -> str:
    """The share that is right over the confidence, a dot for each bin, with its interval."""
    parts = _axes("how sure the answer was", "share that is right", 1.0)
    parts.append(
        f'<line class="ideal" x1="{_x(0):.1f}" y1="{_y(0, 1):.1f}" x2="{_x(1):.1f}"'
        f' y2="{_y(1, 1):.1f}"/>'
    )
    most = max((each.count for each in bins), default=1)
    for each in bins:
        x = _x(each.confidence)
        parts.append(
            f'<line class="interval" x1="{x:.1f}" y1="{_y(each.low, 1):.1f}" x2="{x:.1f}"'
            f' y2="{_y(each.high, 1):.1f}"/>'
        )
        size = 4 + 7 * (each.count / most) ** 0.5
        parts.append(
            f'<circle class="dot" cx="{x:.1f}" cy="{_y(each.right, 1):.1f}" r="{size:.1f}"><title>'
            f"{each.count} answers, {each.confidence:.2f} sure, {each.right:.2f} right"
            "</title></circle>"
        )
    return _square("Calibration", parts)


def differences(found: Mapping[str, Difference], worse: Sequence[str]) -> str:
    """A dot for each measure's difference between two runs, with its interval, by a line at 0."""
    width, label = 720, 220
    ends = [abs(end) for each in found.values() for end in (each.low, each.high, each.difference)]
    reach = max([0.02, *ends]) * 1.05
    middle, half = label + (width - label - 80) / 2, (width - label - 80) / 2
    height = len(found) * _ROW
    parts = [f'<line class="axis" x1="{middle}" y1="0" x2="{middle}" y2="{height}"/>']
    for number, (name, each) in enumerate(found.items()):
        y = number * _ROW + 15
        low, high, dot = (
            middle + half * value / reach for value in (each.low, each.high, each.difference)
        )
        style = "wrong" if name in worse else "right" if each.low > 0 else "refused"
        parts += [
            _text(label - 10, y + 4, name, "end"),
            f'<line class="interval" x1="{low:.1f}" y1="{y}" x2="{high:.1f}" y2="{y}"/>',
            f'<circle class="{style}" cx="{dot:.1f}" cy="{y}" r="5"/>',
            _text(width - 4, y + 4, f"{each.difference:+.3f}", "end", "muted"),
        ]
    return _svg(width, height + 4, "Differences with their 95 % intervals", parts)


def _x(share: float) -> float:
    return _EDGE + _PLOT * share


def _y(share: float, top: float) -> float:
    return 10 + _PLOT * (1 - share / top)


def _axes(below: str, beside: str, top: float) -> list[str]:
    parts = []
    for step in range(6):
        share = step / 5
        x, y = _x(share), _y(share * top, top)
        parts.append(f'<line class="grid" x1="{_x(0)}" y1="{y:.1f}" x2="{_x(1)}" y2="{y:.1f}"/>')
        parts.append(_text(_EDGE - 8, y + 4, f"{share * top:.0%}", "end", "muted"))
        parts.append(_text(x, _PLOT + 28, f"{share:.0%}", "middle", "muted"))
    parts.append(_text(_x(0.5), _PLOT + 50, below, "middle", "muted"))
    middle = _y(0.5 * top, top)
    turned = _text(0, 0, beside, "middle", "muted")
    parts.append(f'<g transform="translate(-2 {middle:.1f}) rotate(-90)">{turned}</g>')
    return parts


def _square(title: str, parts: Sequence[str]) -> str:
    return _svg(_PLOT + _EDGE + 20, _PLOT + 60, title, parts, left=16)


def _svg(width: int, height: int, title: str, parts: Sequence[str], left: int = 0) -> str:
    style = ' class="long"' if width > 2 * _PLOT else ""
    return (
        f'<svg{style} viewBox="{-left} 0 {width + left} {height}" role="img"'
        f' style="max-width:{width + left}px" aria-label="{escape(title)}">{"".join(parts)}</svg>'
    )


def _text(x: float, y: float, text: str, anchor: str, style: str = "label") -> str:
    return (
        f'<text class="{style}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">'
        f"{escape(text)}</text>"
    )


def _short(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length - 1]}…"
