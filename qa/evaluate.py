"""`python -m qa evaluate`: how well a library answers questions whose answers are known."""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpus.errors import BylineError, QuestionError
from index import onnx
from index.encoder import load_encoder
from qa.answer import THRESHOLD, Assistant
from qa.crossencoder import load_reranker
from qa.measures import Difference, paired_bootstrap
from qa.outcome import Run
from qa.question_file import Item, read_questions
from qa.run import KS, ask_all, places_of
from qa.withhold import Withholding

# Their questions are those that were answered right: with more of these they may well fall.
_OF_RIGHT_ONES = frozenset({"exact_match_when_right", "f1_when_right"})
# Differences that only come from adding floats in another order.
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two runs over the same questions: `paired` of them, and each measure before and after."""

    before: str
    paired: int
    tolerance: float
    measures: dict[str, Difference]
    latency: tuple[dict[str, float], dict[str, float]]

    @property
    def regressions(self) -> list[str]:
        """The measures that fell by more than the tolerance."""
        bound = -self.tolerance - _ROUNDING
        fallen = (name for name, each in self.measures.items() if each.difference < bound)
        return [name for name in fallen if name not in _OF_RIGHT_ONES]

    def to_dict(self) -> dict[str, Any]:
        """The key `comparison` of `evaluate --json`."""
        return {
            "with": self.before,
            "questions": self.paired,
            "tolerance": self.tolerance,
            "regressions": self.regressions,
            "measures": {
                name: {
                    "before": each.before,
                    "after": each.after,
                    "difference": each.difference,
                    "low": each.low,
                    "high": each.high,
                }
                for name, each in self.measures.items()
            },
            "latency_ms": {"before": self.latency[0], "after": self.latency[1]},
        }


def register(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the command to the parser of `python -m qa`."""
    parser = commands.add_parser(
        "evaluate", help="how well questions with known answers are answered", parents=[common]
    )
    parser.add_argument("questions", metavar="QUESTIONS", nargs="?", type=Path)
    parser.add_argument("--html", metavar="FILE", type=Path, help="write a report with pictures")
    parser.add_argument(
        "--compare", metavar="OTHER", type=Path, help="with another library, or a saved --json"
    )
    parser.add_argument(
        "--tolerance",
        metavar="X",
        type=_share,
        default=0.01,
        help="how much a measure may fall before the exit status is 1 (default: 0.01)",
    )
    parser.add_argument(
        "--strictness",
        type=_share,
        default=THRESHOLD,
        metavar="P",
        help=f"refuse where the confidence is below this, 0 to 1 (default: {THRESHOLD})",
    )
    parser.add_argument("--as-of", metavar="DATE", help='the day that "last week" is counted from')
    parser.add_argument(
        "-k",
        type=_depth,
        nargs="+",
        default=list(KS),
        help="depths of success@k and R@k (default: 1 5 20)",
    )
    parser.add_argument(
        "--make",
        metavar="FILE",
        nargs="?",
        const="-",
        help="draft questions from the library's own articles, to be edited; without FILE print",
    )
    parser.add_argument(
        "--count", type=int, default=100, help="how many to draft at most (default: 100)"
    )
    parser.set_defaults(command=evaluate)


def _share(text: str) -> float:
    value = float(text)
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"{text} is not from 0 to 1")
    return value


def _depth(text: str) -> int:
    value = int(text)
    if not 1 <= value <= 1000:
        raise argparse.ArgumentTypeError(f"{text} is not from 1 to 1000")
    return value


def evaluate(args: argparse.Namespace) -> None:
    """Run the command.

    Raises:
        BylineError: it cannot be run, or a measure fell by more than the tolerance.
    """
    if args.make:
        _draft(args)
        return
    if args.questions is None:
        raise QuestionError(
            "which questions? give a file of them, or draft one with `python -m qa evaluate --make`"
        )
    items = read_questions(args.questions)
    if args.html and not args.html.parent.is_dir():
        raise QuestionError(f"{args.html}: there is no such folder to write the report into")
    before = Run.load(args.compare) if args.compare and not args.compare.is_dir() else None
    run = _run(args, args.store, items)
    if args.compare and before is None:
        before = _run(args, args.compare, items)
    compared = compare(before, run, args.tolerance, str(args.compare)) if before else None
    if args.html:
        _write_report(args, run, compared)
    if args.json:
        told = run.to_dict() | ({"comparison": compared.to_dict()} if compared else {})
        sys.stdout.write(f"{json.dumps(told, ensure_ascii=False)}\n")
    else:
        sys.stdout.write("".join(f"{line}\n" for line in table(run, compared)))
    if compared and compared.regressions:
        raise BylineError(f"worse than {compared.before}: {', '.join(compared.regressions)}")


def _run(args: argparse.Namespace, store: Path, items: Sequence[Item]) -> Run:
    with opened(store, args.encoder, args.reranker) as assistant:
        places = places_of(assistant)
        named = {item.article or item.without or "" for item in items} - {""}
        missing = sorted(named - set(places))
        if missing:
            more = f" and {len(missing) - 3} more" if len(missing) > 3 else ""
            sys.stderr.write(
                f"warning: {store} has no article {', '.join(missing[:3])}{more};"
                " `python -m index list` shows what there is\n"
            )
        return ask_all(assistant, items, args.k, strictness=args.strictness, as_of=args.as_of)


def opened(store: Path, encoder: str, reranker: str = "") -> Assistant:
    """An assistant whose library can withhold articles; raises what `Assistant.open` does."""
    onnx.fallback = store / "encoder"
    loaded = load_encoder(encoder)
    return Assistant(Withholding.open(store, loaded), loaded, load_reranker(reranker))


def compare(before: Run, after: Run, tolerance: float, name: str) -> Comparison:
    """`after` beside `before`, over the questions that both asked.

    Raises:
        QuestionError: they have no question in common.
    """
    waiting: dict[Any, list[dict[str, float]]] = {}
    for outcome in before.outcomes:
        waiting.setdefault(outcome.key, []).append(outcome.values)
    olds, news = [], []
    for outcome in after.outcomes:
        if waiting.get(outcome.key):
            olds.append(waiting[outcome.key].pop(0))
            news.append(outcome.values)
    if not olds:
        raise QuestionError(f"{name}: asked none of these questions; compare runs of one file")
    names = [each for each in after.names if each in before.names]
    differences = paired_bootstrap(olds, news, names)
    return Comparison(name, len(olds), tolerance, differences, (before.latency, after.latency))


def table(run: Run, compared: Comparison | None = None) -> list[str]:
    """The run as lines for a terminal."""
    lines = [f"{len(run.outcomes)} questions over {run.store}", ""]
    for name, value in run.measures().items():
        line = f"{name:26} {shown(value):>6}"
        each = compared.measures.get(name) if compared else None
        if each:
            line += f"   was {shown(each.before)}, {each.difference:+.3f}"
            line += f"  [{each.low:+.3f}, {each.high:+.3f}]"
            line += "  worse" if compared and name in compared.regressions else ""
        lines.append(line)
    lines += ["", f"{'kind':26} {'asked':>6} {'correct':>8} {'success@' + str(run.ks[-1]):>11}"]
    for kind in run.kinds:
        values = run.measures(kind)
        asked = sum(each.kind == kind for each in run.outcomes)
        found = shown(values[f"success@{run.ks[-1]}"])
        lines.append(f"{kind[:26]:26} {asked:6} {shown(values['correct']):>8} {found:>11}")
    times = run.latency
    lines += ["", f"an answer took {times['p50']:.0f} ms (median), {times['p95']:.0f} ms (p95)"]
    if compared:
        lines.append(
            f"compared over {compared.paired} questions with {compared.before}; in brackets the"
            " 95 % interval of the difference"
        )
    return lines


def shown(value: float | None) -> str:
    """A share with three digits, as 1.000 or .812; a dash when there is none."""
    return "–" if value is None else f"{value:.3f}".removeprefix("0")


def _write_report(args: argparse.Namespace, run: Run, compared: Comparison | None) -> None:
    from qa.report import report

    page = report(run, str(args.questions), compared)
    try:
        args.html.write_text(page, "utf-8", "replace")
    except OSError as error:
        raise QuestionError(f"{args.html}: cannot be written ({error.strerror})") from error


def _draft(args: argparse.Namespace) -> None:
    from qa.draft_questions import draft

    if args.questions is not None:
        raise QuestionError("--make drafts questions; to ask them run again without it")
    if args.count < 1:
        raise QuestionError(f"{args.count} questions cannot be drafted: ask for 1 or more")
    with opened(args.store, args.encoder) as assistant:
        lines = draft(assistant.library, args.count)
    if not lines:
        raise QuestionError(f"{args.store}: holds nothing that a question can be drafted from")
    text = "".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in lines)
    if args.make == "-":
        sys.stdout.write(text)
        return
    try:
        with Path(args.make).open("x", encoding="utf-8", errors="backslashreplace") as file:
            file.write(text)
    except FileExistsError as error:
        raise QuestionError(f"{args.make}: exists; give another name or remove it") from error
    except OSError as error:
        raise QuestionError(f"{args.make}: cannot be written ({error.strerror})") from error
    sys.stdout.write(f"{args.make}: {len(lines)} questions, to be edited\n")
