"""A cold question from the command line against a bare `import sentence_transformers`.

    python -m benchmarks.cold

`python -m qa ask QUESTION` over the sample and `python -c "import sentence_transformers"`, each as
a whole process, in turn, each first in every other round. One run of both comes before, uncounted,
so that the files are in the system's cache for both. Another question each time.
"""

import argparse
import subprocess
import sys
from collections.abc import Sequence
from statistics import median

from benchmarks.articles import SAMPLE, place_of, questions
from benchmarks.embedding import in_turn
from benchmarks.noop import command, environment
from benchmarks.result import Measure, Measured, parser_of, run


def measure(args: argparse.Namespace) -> Measured:
    """Time both."""
    store = place_of("cold", [SAMPLE], args.cache)
    command("index", "sync", SAMPLE, "--store", store)
    asked = iter(questions(SAMPLE))

    def ask() -> None:
        command("qa", "ask", next(asked), "--store", store)

    def bare() -> None:
        words = [sys.executable, "-c", "import sentence_transformers"]
        subprocess.run(words, check=True, capture_output=True, env=environment())

    ask()
    bare()
    seconds = in_turn({"ask": ask, "import": bare}, args.rounds)
    ours, bare_seconds = seconds["ask"], seconds["import"]
    return f"the sample, {args.rounds} rounds", [
        Measure("python -m qa ask, median", median(ours), "s"),
        Measure("python -m qa ask, fastest", min(ours), "s"),
        Measure("import sentence_transformers, median", median(bare_seconds), "s"),
        Measure("import sentence_transformers, fastest", min(bare_seconds), "s"),
        Measure("ratio of the medians", median(ours) / median(bare_seconds), "×", "<= 0.35"),
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it as a command."""
    parser = parser_of(__doc__)
    parser.add_argument("--rounds", type=int, default=7, metavar="N", help="rounds (7)")
    return run("cold", measure, parser, arguments)


if __name__ == "__main__":
    sys.exit(main())
