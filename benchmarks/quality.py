"""Every measure of how good answers are, each beside its target, in one table.

    python -m benchmarks.quality --bench DIR [--only NAME ...] [--json]

squad-open, one paragraph given, spans, scifact, clapnq and follow-ups as their own benchmarks
measure them, the project's own news questions (`news-check` was never tuned on), and the whole warm
answer. What `--bench` does not hold is left out and named. `--json` prints one line with all of it.
squad-open, the sample, and `news-tune*` were tuned on; what a fit does on what it has not seen is
printed by the commands that fit: `fit_passages`, `fit_joint --folds`, `fit_reader --folds` and
`calibration`.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace

from benchmarks import clapnq, followups, news, scifact, squad, warm
from benchmarks.articles import SAMPLE
from benchmarks.result import Measure, Measured, Skipped, note, parser_of, run

# The bars of what is not barred where it is measured: answered right and refused right.
OWN = {SAMPLE.name: (">= 0.95", ">= 0.95"), "news-check": (">= 0.95", ">= 0.95")}
SPEED = {"p50": "<= 400", "p95": "<= 800"}


def measure(args: argparse.Namespace) -> Measured:
    """Run them in turn; what is skipped says so in what it was measured over."""
    over: list[str] = []
    measures: list[Measure] = []
    for name, measured in PARTS.items():
        if args.only and name not in args.only:
            continue
        note(f"— {name}")
        try:
            on, found = measured(args)
        except Skipped as reason:
            over.append(f"{name} skipped: {reason}")
            continue
        over.append(f"{name}: {on}")
        measures += [replace(each, name=f"{name}: {each.name}") for each in found]
    return "; ".join(over), measures


def own_news(args: argparse.Namespace) -> Measured:
    """The project's own questions over news articles, a folder at a time."""
    folders = [SAMPLE, *sorted(news.HERE.glob("news-tune*")), news.HERE / "news-check"]
    measures = []
    for folder in folders:
        found = news.table(list(news.ask_all(folder)))
        right, refused = OWN.get(folder.name, ("", ""))
        measures += [
            Measure(f"{folder.name}, answered right", found["answered_right"], target=right),
            Measure(f"{folder.name}, refused right", found["refused_right"], target=refused),
        ]
    return "the sample, news-tune* and news-check", measures


def speed(args: argparse.Namespace) -> Measured:
    """The whole warm answer over squad-open, nothing remembered of the questions before."""
    squad.squad_open(args.bench)
    over, found = warm.measure(args)
    wanted = "squad-open, nothing remembered: "
    return over, [
        replace(each, name=name, target=SPEED[name])
        for each in found
        if (name := each.name.removeprefix(wanted)) in SPEED and each.name.startswith(wanted)
    ]


PARTS: dict[str, Callable[[argparse.Namespace], Measured]] = {
    "squad-open": squad.measure,
    "scifact": scifact.measure,
    "clapnq": clapnq.measure,
    "follow-ups": followups.measure,
    "news": own_news,
    "warm answer": speed,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it as a command."""
    parser = parser_of(__doc__)
    parser.add_argument("--only", nargs="+", choices=list(PARTS), help="some of them")
    parser.add_argument(
        "--limit", type=int, metavar="N", help="the first N questions of squad-open"
    )
    parser.add_argument("--questions", type=int, default=300, metavar="N", help="timed (300)")
    parser.set_defaults(articles=squad.ALL)
    parser.add_argument("--folds", action="store_true", help="as `benchmarks.squad` takes it")
    return run("quality", measure, parser, arguments)


if __name__ == "__main__":
    sys.exit(main())
