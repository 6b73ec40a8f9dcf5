"""How a library grows: from a thousand passages to a million.

    python -m benchmarks.growth [--bench DIR] [--sizes 1000,10000,100000,1000000] [--minutes M]

Short articles are drawn from the sentences of squad-open, else of the sample, and put in by the
real writer, with real splitting, words and grouping of copies; only the encoder is another, which
hands out vectors that were made before. The first `--real` passages have the default encoder's own
(they are kept in the cache folder; making 100,000 takes ten minutes on two free cores), every later
one has one of these, moved in a random direction to a cosine of .90 on average. One store grows
from size to size. At each: *put* is what the writer takes for the passages that came since the size
before; *retrieval* finds by vectors and by words and fuses; a *whole answer* has nothing remembered
(both warm, in one process, in turn, over questions of squad-open that these articles mostly cannot
answer); *cold* is `python -m qa ask` as a whole process. *recall@10* is that of the vector index
against all vectors in the truth. Where time is short, the largest sizes are left out or smaller.
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from benchmarks.growth_steps import questions_of
from benchmarks.growth_text import Bank, sentences_of
from benchmarks.noop import environment, seconds_of
from benchmarks.result import ROOT, Measure, Measured, note, parser_of, run
from index.encoder import load_encoder

SIZES = "1000,10000,100000,1000000"
COLD = 5
SCOPES = {"dates": "a tenth by date", "outlet": "one outlet of forty", "article": "one article"}


def measure(args: argparse.Namespace) -> Measured:
    """Grow one store and measure at each size."""
    sizes = sorted(int(size) for size in args.sizes.split(","))
    deadline = time.monotonic() + 60 * args.minutes
    args.cache.mkdir(parents=True, exist_ok=True)
    every = sentences_of(args.bench, args.cache)
    real = Bank(args.cache, every, load_encoder(), min(args.real, max(sizes)))
    have = real.fill(60 * args.minutes / 2)
    store = args.store or args.cache.resolve() / "store-growth"
    found: dict[int, dict[str, Any]] = {}
    measures: list[Measure] = []
    for size in sizes:
        left = deadline - time.monotonic()
        if left <= 0:
            note(f"no time is left for {size:,} passages")
            break
        note(f"filling up to {size:,} passages …")
        own = _at(args, store, size, have, left)
        if own is None:
            break
        found[size] = own
        measures += _told(size, own)
    measures += _bars(found)
    reached = ", ".join(f"{found[size]['passages']:,.0f}" for size in found)
    return f"{reached} passages, {have:,} vectors by the encoder", measures


def _at(
    args: argparse.Namespace, store: Path, size: int, real: int, seconds: float
) -> dict[str, Any] | None:
    """What one size takes; None where the store already holds much more."""
    flags = ["--cache", str(args.cache.resolve())]
    if args.bench:
        flags += ["--bench", str(Path(args.bench).resolve())]
    filled, peak = _step("fill", store, "--passages", str(size), "--real", str(real),
                         "--seconds", str(seconds), *flags)  # fmt: skip
    if filled["passages"] > 1.5 * size:
        note(f"the store holds {filled['passages']:,} passages already: give another --store")
        return None
    asked, _ = _step("ask", store, "--questions", str(args.questions), *flags)
    texts = questions_of(args.bench)[-COLD - 1 :]
    cold = [seconds_of("qa", "ask", text, "--store", store) for text in texts]
    disk = sum(path.stat().st_size for path in store.rglob("*") if path.is_file())
    return {**filled, **asked, "peak": peak, "cold": median(cold[1:]), "disk": disk / 2**20}


def _step(step: str, store: Path, *flags: str) -> tuple[dict[str, Any], float]:
    """What a step in a process of its own says, and its peak in MiB."""
    words = [sys.executable, "-m", "benchmarks.growth_steps", step, str(store), *flags]
    code = (
        "import resource, subprocess, sys; done = subprocess.run(sys.argv[1:]); "
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss); sys.exit(done.returncode)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *words], cwd=ROOT, env=environment(), text=True,
        stdout=subprocess.PIPE, check=True,
    )  # fmt: skip
    *_, said, peak = done.stdout.splitlines()
    return json.loads(said), int(peak) / 1024


def _told(size: int, own: dict[str, Any]) -> list[Measure]:
    name = f"{size:,}"
    rows = [Measure(f"{name}: put", own["added"] / max(own["put"], 1e-9), "/s")] if (
        own["added"]
    ) else []  # fmt: skip
    rows += [
        Measure(f"{name}: vector index built", own["built"], "s"),
        Measure(f"{name}: peak of the filling process", own["peak"], "MiB"),
        Measure(f"{name}: disk", own["disk"], "MiB"),
        Measure(f"{name}: cold qa ask", own["cold"], "s"),
    ]
    for what, title in (("everything", "retrieval"), ("answer", "whole answer")):
        rows += [
            Measure(f"{name}: {title}, p50", _percentile(own, what, 50), "ms"),
            Measure(f"{name}: {title}, p95", _percentile(own, what, 95), "ms"),
            Measure(f"{name}: {title}, processor time, p95",
                    _percentile(own, f"{what} cpu", 95), "ms"),
        ]  # fmt: skip
    for scope, title in SCOPES.items():
        ratio = _percentile(own, scope, 50) / _percentile(own, "everything", 50)
        rows.append(Measure(f"{name}: retrieval in {title} over all, p50s", ratio, "×"))
    rows += [
        Measure(f"{name}: resident, a warm process", own["resident"], "MiB"),
        Measure(f"{name}: recall@10", own["recall"]["everything"]),
        Measure(f"{name}: recall@10 in a tenth by date", own["recall"]["dates"]),
        Measure(f"{name}: recall@10 in one outlet of forty", own["recall"]["outlet"]),
    ]
    return rows


def _bars(found: dict[int, dict[str, Any]]) -> list[Measure]:
    """What was promised, where the sizes it speaks of were reached."""
    rows = []
    if {1_000, 100_000} <= set(found):
        small, large = found[1_000], found[100_000]
        ratio = _percentile(large, "answer", 95) / _percentile(small, "answer", 95)
        rows += [
            Measure("whole answer, p95, 100,000 over 1,000", ratio, "×", "<= 3"),
            Measure("cold qa ask, 100,000 over 1,000", large["cold"] / small["cold"], "×", "<= 2"),
            Measure("resident at 100,000", large["resident"], "MiB", "<= 600"),
        ]
    largest = max(found, default=0)
    if largest >= 1_000_000:
        own = found[largest]
        rows += [
            Measure("retrieval at 1,000,000, p95", _percentile(own, "everything", 95), "ms",
                    "<= 150"),
            Measure("recall@10 at 1,000,000", own["recall"]["everything"], "", ">= 0.95"),
        ]  # fmt: skip
    slowest = max(
        (_percentile(own, scope, 50) / _percentile(own, "everything", 50)
         for own in found.values() for scope in SCOPES), default=0.0,
    )  # fmt: skip
    return [*rows, Measure("slowest filter over no filter, any size", slowest, "×", "<= 2")]


def _percentile(own: dict[str, Any], name: str, share: float) -> float:
    return float(np.percentile(own[name], share))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it as a command."""
    parser = parser_of(__doc__)
    parser.add_argument("--sizes", default=SIZES, help=f"passages ({SIZES})")
    parser.add_argument("--minutes", type=float, default=120, metavar="M", help="at most (120)")
    parser.add_argument("--real", type=int, default=100_000, metavar="N",
                        help="vectors made by the encoder (100,000)")  # fmt: skip
    parser.add_argument("--questions", type=int, default=60, metavar="N", help="asked (60)")
    parser.add_argument("--store", type=Path, metavar="DIR", help="where the library grows")
    return run("growth", measure, parser, arguments)


if __name__ == "__main__":
    sys.exit(main())
