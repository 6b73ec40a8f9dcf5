"""A library against a model of it in plain Python, through random days of its life.

    python -m benchmarks.model [--count 1000] [--steps 50] [--minutes 10] [--seed S]

Files come, change, go, are renamed, moved, copied and put back; articles are edited and removed by
hand; syncs are cut short at a random durable step, where the store is left as a kill leaves it; the
vector index and the encoder are made anew; readers stay open all the while. After each step the
articles, their texts and bylines, the words, the vectors, the groups of copies and the filters must
be those of the model, and every row must be as `benchmarks.whole` wants it.
"""

import argparse
import sys
import time
from collections.abc import Sequence

from hypothesis import HealthCheck, Phase, settings
from hypothesis import seed as seeded
from hypothesis.stateful import run_state_machine_as_test

from benchmarks.life import Life, counted
from benchmarks.result import Measure, Measured, note, parser_of, run
from corpus.read import parse
from corpus.sandbox import Sandbox
from index import generations
from index import sync as sync_module


def live(examples: int, steps: int, seed: int) -> None:
    """Run so many lives of so many steps; AssertionError where a library is not its model."""
    before = (Sandbox.parse, generations.probe, sync_module.needs_building)
    Sandbox.parse = lambda _, *content: parse(*content)  # type: ignore[method-assign]
    generations.probe = lambda *_: True
    try:
        run_state_machine_as_test(
            seeded(seed)(Life),
            settings=settings(
                max_examples=examples, stateful_step_count=steps, deadline=None, database=None,
                phases=[Phase.generate, Phase.shrink], suppress_health_check=list(HealthCheck),
            ),
        )  # fmt: skip
    finally:
        Sandbox.parse = before[0]  # type: ignore[method-assign]
        generations.probe, sync_module.needs_building = before[1:]


def measure(args: argparse.Namespace) -> Measured:
    """Lives in groups of ten, until there were enough or the time is up."""
    until = time.monotonic() + args.minutes * 60 if args.minutes else float("inf")
    done = 0
    while done < args.count and time.monotonic() < until:
        group = min(10, args.count - done)
        live(group, args.steps, args.seed + done)
        done += group
        note(f"{done} lives, {counted}")
    over = f"{done:,} lives of up to {args.steps} steps"
    return over, [
        Measure("steps, each checked", counted["steps"], "count"),
        Measure("syncs cut short", counted["kills"], "count"),
        Measure("vector indexes made anew", counted["generations"], "count"),
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it as a command; it fails with the shortest life that went wrong."""
    parser = parser_of(__doc__)
    parser.add_argument("--count", type=int, default=1_000, metavar="N", help="lives (1,000)")
    parser.add_argument("--steps", type=int, default=50, metavar="N", help="of a life (50)")
    parser.add_argument(
        "--minutes", type=float, default=10, metavar="M", help="stop after so many (10; 0: never)"
    )
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="of what happens (1)")
    return run("model", measure, parser, arguments)


if __name__ == "__main__":
    sys.exit(main())
