"""How sure an answer is, against how often it is right, on questions that no fit has seen.

    python -m benchmarks.fit_sure --bench DIR     # once; keeps what this reads
    python -m benchmarks.calibration [--write docs/calibration.svg]

Half the questions of squad-open have their article withheld, and a third of the news are not
answered. Prints the expected calibration error, and what each strictness does: the share of
answerable questions answered, and answered right, and of the others refused. Draws the reliability
diagram beside the curve of risk over coverage with the strictnesses as dots, the news above
(libraries of 100 passages), squad-open below (25,000).
"""

import argparse
import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.fit_sure import LEFT_OUT, SQUAD
from benchmarks.result import CACHE, ROOT
from qa.answer import THRESHOLD
from qa.charts import reliability, risk_over_coverage
from qa.measures import calibration, calibration_error, risk_coverage

STRICT = (0.2, 0.3, 0.4, THRESHOLD, 0.5, 0.6, 0.7, 0.8)
DRAWN = (0.2, 0.3, THRESHOLD, 0.6, 0.7, 0.8)
Kept = tuple[str, bool, bool, float]
WIDE, HIGH, ROOM = 400, 372, 30


def main(arguments: Sequence[str] | None = None) -> int:
    """Print, and draw with `--write`; 1 where nothing was kept."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cache", type=Path, default=CACHE, metavar="DIR")
    parser.add_argument("--write", type=Path, metavar="FILE", help="where the picture goes")
    args = parser.parse_args(arguments)
    if not (args.cache / LEFT_OUT).is_file():
        print(f"{args.cache / LEFT_OUT} is missing: run benchmarks.fit_sure first")
        return 1
    every: list[Kept] = [tuple(each) for each in json.loads((args.cache / LEFT_OUT).read_text())]
    sides = {
        "news": [each for each in every if each[0] != SQUAD],
        SQUAD: [each for each in every if each[0] == SQUAD],
    }
    for name, kept in sides.items():
        bins = calibration([(sure, right) for _, _, right, sure in kept])
        print(
            f"{name}: {len(kept)} questions, calibration error {calibration_error(bins) or 0:.3f}"
        )
        print("  strictness  answered  answered right  refused  balanced")
        for figures in curve(kept):
            print("  " + "  ".join(f"{value:.3f}" for value in figures))
    if args.write:
        args.write.write_text(drawn([(name, kept) for name, kept in sides.items() if kept]))
    return 0


def curve(kept: Sequence[Kept]) -> list[tuple[float, float, float, float, float]]:
    """For each strictness: answered, answered right, refused, and the balanced accuracy."""
    answerable = [each for each in kept if each[1]]
    others = [each for each in kept if not each[1]]
    result = []
    for strict in STRICT:
        answered = sum(each[3] >= strict for each in answerable) / max(len(answerable), 1)
        right = sum(each[3] >= strict and each[2] for each in answerable) / max(len(answerable), 1)
        refused = sum(each[3] < strict for each in others) / max(len(others), 1)
        result.append((strict, answered, right, refused, (answered + refused) / 2))
    return result


def points(kept: Sequence[Kept]) -> list[tuple[float, float, float]]:
    """Where each strictness lies on the curve: itself, coverage, and risk."""
    found = []
    for strict in DRAWN:
        answered = [each for each in kept if each[3] >= strict]
        wrong = sum(not each[2] for each in answered)
        if answered:
            found.append((strict, len(answered) / len(kept), wrong / len(answered)))
    return found


def drawn(sides: Sequence[tuple[str, Sequence[Kept]]]) -> str:
    """A picture that needs no other file: the colours of the report are brought along."""
    style = (ROOT / "qa" / "report.css").read_text("utf-8")
    colours = re.search(r":root \{.*?\}", style, re.DOTALL)
    rules = "".join(f"{rule}}}" for rule in re.findall(r"^svg ([^}]*)\}", style, re.MULTILINE))
    height = len(sides) * (HIGH + ROOM)
    parts = [
        '<svg xmlns="http://www.w3.org/2000/svg" '
        f'viewBox="0 0 {2 * WIDE} {height}" width="{2 * WIDE}" height="{height}" role="img" '
        'aria-label="Calibration, and risk over coverage">',
        f"<style>{colours.group() if colours else ''} {rules}</style>",
        f'<rect width="{2 * WIDE}" height="{height}" rx="6" style="fill: var(--sheet)"/>',
    ]
    for number, (name, kept) in enumerate(sides):
        pairs = [(sure, right) for _, _, right, sure in kept]
        places = points(kept)
        top = number * (HIGH + ROOM)
        parts.append(f'<text x="16" y="{top + 20}">{name}, {len(kept)} questions left out</text>')
        pictures = (
            reliability(calibration(pairs)),
            risk_over_coverage(risk_coverage(pairs, len(pairs)), None),
        )
        for column, picture in enumerate(pictures):
            placed = f'x="{column * WIDE + 8}" y="{top + ROOM}" width="382" height="360"'
            parts.append(picture.replace("<svg", f"<svg {placed}", 1).replace("</svg>", ""))
            if column:
                parts.append(dots(places, risk_coverage(pairs, len(pairs))))
            parts.append("</svg>")
    return "\n".join([*parts, "</svg>"]) + "\n"


def dots(places: Sequence[tuple[float, float, float]], whole: Sequence[tuple[float, float]]) -> str:
    """The strictnesses on the curve, over the axes that `risk_over_coverage` drew for it."""
    top = min(1.0, -(-max([0.1, *(risk for _, risk in whole)]) * 10 // 1) / 10)
    found = []
    for strict, coverage, risk in places:
        x, y = 46 + 300 * coverage, 10 + 300 * (1 - risk / top)
        found.append(f'<circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="4"/>')
        found.append(
            f'<text class="muted" x="{x - 6:.1f}" y="{y - 8:.1f}" text-anchor="end">{strict}</text>'
        )
    return "".join(found)


if __name__ == "__main__":
    sys.exit(main())
