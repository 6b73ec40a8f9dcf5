"""How sure an answer is, against how often it is right, on questions that no fit has seen.

    python -m benchmarks.fit_reader --bench DIR --folds     # once; keeps what this reads
    python -m benchmarks.calibration [--write docs/calibration.svg]

Half the questions of squad-open have their article withheld. Prints the expected calibration error,
and what each strictness does: the share of answerable questions answered, and answered right, and
of the others refused. Draws the reliability diagram.
"""

import argparse
import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.fit_reader import LEFT_OUT
from benchmarks.result import CACHE, ROOT
from qa.charts import reliability
from qa.measures import calibration, calibration_error

STRICT = (0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8)
Kept = tuple[str, bool, bool, float]


def main(arguments: Sequence[str] | None = None) -> int:
    """Print, and draw with `--write`; 1 where nothing was kept."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cache", type=Path, default=CACHE, metavar="DIR")
    parser.add_argument("--write", type=Path, metavar="FILE", help="where the picture goes")
    args = parser.parse_args(arguments)
    if not (args.cache / LEFT_OUT).is_file():
        print(f"{args.cache / LEFT_OUT} is missing: run benchmarks.fit_reader --folds first")
        return 1
    kept: list[Kept] = [tuple(each) for each in json.loads((args.cache / LEFT_OUT).read_text())]
    bins = calibration([(sure, right) for _, _, right, sure in kept])
    print(f"{len(kept)} questions, expected calibration error {calibration_error(bins):.3f}")
    for folder in sorted({each[0] for each in kept}):
        print(f"{folder}: strictness, answered, answered right, refused, balanced accuracy")
        for line in curve([each for each in kept if each[0] == folder]):
            print("  " + "  ".join(f"{value:.3f}" for value in line))
    if args.write:
        args.write.write_text(drawn(reliability(bins)))
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


def drawn(picture: str) -> str:
    """A picture of `qa.charts` as a file that needs no other: its colours are brought along."""
    style = (ROOT / "qa" / "report.css").read_text("utf-8")
    colours = re.search(r":root \{.*?\}", style, re.DOTALL)
    rules = "".join(f"{rule}}}" for rule in re.findall(r"^svg ([^}]*)\}", style, re.MULTILINE))
    head = f"<style>{colours.group() if colours else ''} {rules}</style>"
    return re.sub(
        r"^<svg([^>]*)>",
        lambda found: f'<svg xmlns="http://www.w3.org/2000/svg"{found.group(1)}>{head}',
        picture,
    )


if __name__ == "__main__":
    sys.exit(main())
