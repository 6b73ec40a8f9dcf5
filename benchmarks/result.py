"""Result: what a benchmark measured, on what, where and when; and how each is run as a command."""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from benchmarks.machine import in_words, machine

ROOT = Path(__file__).parent.parent
CACHE = Path("build/bench")

_FORMATS: dict[str, Callable[[float], str]] = {
    "": lambda value: f"{value:.3f}".removeprefix("0"),
    "cosine": lambda value: f"{value:.4f}",
    "count": lambda value: f"{value:,.0f}",
    "×": lambda value: f"{value:.2f} ×",
    "s": lambda value: f"{value:.2f} s",
    "ms": lambda value: f"{value:.0f} ms" if value >= 20 else f"{value:.1f} ms",
    "/s": lambda value: f"{value:.1f}/s",
    "MiB": lambda value: f"{value:,.0f} MiB",
}


class Skipped(Exception):
    """A benchmark that cannot be run here; the message says why."""


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure. `unit` is a key of the formats here, "" for a share; `target` as `>= 0.78`."""

    name: str
    value: float
    unit: str = ""
    target: str = ""

    @property
    def met(self) -> bool | None:
        """Whether the target is met; None without one."""
        if not self.target:
            return None
        sign, bound = self.target.split()
        return self.value >= float(bound) if sign == ">=" else self.value <= float(bound)

    @property
    def shown(self) -> str:
        """The value with its unit."""
        return _FORMATS[self.unit](self.value)


@dataclass(frozen=True, slots=True)
class Result:
    """The measures of one benchmark; `over` says on what, `skipped` why there are none."""

    benchmark: str
    over: str
    measures: list[Measure]
    skipped: str = ""
    seconds: float = 0.0
    day: str = ""
    machine: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def from_dict(cls, stored: dict[str, Any]) -> "Result":
        """The result that `asdict` made a dict of."""
        return cls(**stored | {"measures": [Measure(**each) for each in stored["measures"]]})


def parser_of(doc: str | None) -> argparse.ArgumentParser:
    """A parser with the flags that all benchmarks share."""
    parser = argparse.ArgumentParser(
        description=doc, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--bench",
        type=Path,
        metavar="DIR",
        default=os.environ.get("BYLINE_BENCH"),
        help="the folder that holds squad-open (default: the environment's BYLINE_BENCH)",
    )
    parser.add_argument(
        "--cache",
        type=Path,
        metavar="DIR",
        default=CACHE,
        help=f"where stores are kept for the next run (default: {CACHE})",
    )
    parser.add_argument("--json", action="store_true", help="print one line of JSON")
    return parser


Measured = tuple[str, list[Measure]]


def run(
    benchmark: str,
    measure: Callable[[argparse.Namespace], Measured],
    parser: argparse.ArgumentParser,
    arguments: Sequence[str] | None = None,
) -> int:
    """Run a benchmark as a command and print its result; the exit status."""
    parser.prog = f"python -m benchmarks.{benchmark}"
    args = parser.parse_args(arguments)
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    known = machine()
    started = time.perf_counter()
    try:
        over, measures = measure(args)
        skipped = ""
    except Skipped as reason:
        over, measures, skipped = "", [], str(reason)
    seconds = round(time.perf_counter() - started, 1)
    day = date.today().isoformat()
    result = Result(benchmark, over, measures, skipped, seconds, day, known)
    if args.json:
        print(json.dumps(asdict(result), ensure_ascii=False))
    else:
        print(f"{in_words(known)}; load {known['load']}")
        print("\n".join(lines(result)))
    return 0


def lines(result: Result) -> list[str]:
    """A result as a table for a terminal."""
    if result.skipped:
        return [f"{result.benchmark}: skipped: {result.skipped}"]
    shown = [f"{result.benchmark}: {result.over} ({result.seconds:.0f} s)"]
    for measure in result.measures:
        verdict = {None: "", True: "  met", False: "  MISSED"}[measure.met]
        target = f"  (target {measure.target})" if measure.target else ""
        shown.append(f"  {measure.name:58} {measure.shown:>12}{target}{verdict}")
    return shown


def note(text: str) -> None:
    """Say on stderr what is going on."""
    print(text, file=sys.stderr, flush=True)
