"""docs/benchmarks.md from the results: what each benchmark measures, its command, what came out."""

import importlib
import inspect
from collections.abc import Sequence
from pathlib import Path

from benchmarks.chart import Bar, Line, write, write_lines
from benchmarks.machine import in_words
from benchmarks.result import Measure, Result

# Other paths over the same articles with the same questions and the same encoder. Measured once,
# with the protocol of `benchmarks.squad`: success@1, @5, @20 and RR.
BESIDE: tuple[tuple[str, tuple[float, ...]], ...] = (
    ("LlamaIndex's default path, 1024/200", (0.252, 0.520, 0.714)),
    ("LlamaIndex, 256/20", (0.480, 0.742, 0.870)),
    ("dense, paragraphs as passages", (0.567, 0.790, 0.892, 0.670)),
    ("BM25 with stemming", (0.716, 0.878, 0.939, 0.786)),
    ("both, reciprocal rank fusion", (0.674, 0.888, 0.941, 0.765)),
)
GROWING = (
    "disk", "resident, a warm process", "retrieval, p95", "whole answer, p95", "cold qa ask",
)  # fmt: skip
COLUMNS = ("passage success@1", "passage success@5", "passage success@20", "passage RR")

OPENING = """# Benchmarks

Each is a command; `--help` says what it takes and `--json` prints one line of JSON. `make bench`
runs them all in order. This document is written by them:

    python -m benchmarks --bench DIR --write docs/benchmarks.md

squad-open is not part of the project: 490 Wikipedia articles of SQuAD (as in
deepset-ai/haystack-evaluation) and questions with answers of XQuAD in English, CC BY-SA 4.0. `DIR`
is the folder that holds it as `squad-open/articles/*.txt`, a paragraph a line, and
`squad-open/questions.jsonl`; `BYLINE_BENCH` in the environment names it, too, and so does
`make bench BYLINE_BENCH=DIR`. Without it, what needs it is skipped and says so, and the rest
measures on the project's own articles. Stores are kept in `build/bench` for the next run.

Questions over news articles, answered and refused, are measured by `python -m benchmarks.news`:

| 2026-11-23 | answered right | answered wrong | unanswerable refused |
|---|---:|---:|---:|
| the sample (trained and tuned on) | .930 of 114 | .018 | .830 of 47 |
| `news-tune` (trained and tuned on; the hardest near misses) | .781 of 105 | .105 | .708 of 65 |
| `news-check` (never tuned on) | .840 of 75 | .067 | .756 of 45 |

What reads the sentences, orders the passages and says how sure was trained or fitted on the
questions of squad below, too. Of what was left out: success@1/@5/@20 .843/.957/.970 (`python -m
benchmarks.fit_passages`); and of the half of the questions, 315, whose articles two adapters had
not seen, the first sentence right .790 (.756 without reading), one paragraph given .876 (.838),
what is marked exactly right .522, F1 .667 (`benchmarks.squad --folds`); balanced accuracy of
refusal .860 (`benchmarks.fit_sure`).

warm, cold and memory below were measured before sentences were read with the question. Since then a
warm answer over squad-open, 120 questions: p50 379 ms, p95 846 ms (`python -m benchmarks.quality
--only "warm answer" --questions 120`).

Speed depends on the machine and on what else it does: ratios are taken within one run, in turn, and
are what to look at.
"""


def write_document(path: Path, names: Sequence[str], results: dict[str, Result]) -> None:
    """Write the document, and its charts beside it, from what has been measured so far."""
    parts = [OPENING]
    for name in names:
        parts.append(_section(name, results.get(name), path.parent))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(parts), "utf-8")


def _section(name: str, result: Result | None, folder: Path) -> str:
    doc = importlib.import_module(f"benchmarks.{name}").__doc__ or ""
    parts = [f"## {name}", inspect.cleandoc(doc)]
    if result and result.measures:
        parts.append(_by_path(result) if name == "beside" else _table(result))
        parts += _beside(result) if name == "squad" else []
        parts += _chart(result, folder)
        parts.append(
            f"Over {result.over}. Measured on {result.day} in {result.seconds:.0f} s on "
            f"{in_words(result.machine)}."
        )
    elif result:
        parts.append(f"Skipped: {result.skipped}")
    return "\n\n".join(parts) + "\n"


def _table(result: Result) -> str:
    rows = ["| measure | value | target |", "|---|---:|---|"]
    for measure in result.measures:
        verdict = {None: "", True: ", met", False: ", **missed**"}[measure.met]
        sign, _, bound = measure.target.partition(" ")
        target = f"{'≥' if sign == '>=' else '≤'} {bound}{verdict}" if bound else ""
        rows.append(f"| {measure.name} | {measure.shown} | {target} |")
    return "\n".join(rows)


def _by_path(result: Result) -> str:
    """A result whose measures are named "path: measure", a row for each path."""
    pairs = [(*measure.name.split(": ", 1), measure.shown) for measure in result.measures]
    columns = list(dict.fromkeys(name for _, name, _ in pairs))
    shown = {(path, name): value for path, name, value in pairs}
    rows = [f"| | {' | '.join(columns)} |", f"|---|{'---:|' * len(columns)}"]
    for path in dict.fromkeys(path for path, _, _ in pairs):
        cells = [shown.get((path, name), "–") for name in columns]
        label = f"**{path}**" if path == "Byline" else path
        rows.append(f"| {label} | {' | '.join(cells)} |")
    return "\n".join(rows)


def _beside(result: Result) -> list[str]:
    """The figures of other paths, with Byline's own at the end; only for the whole protocol."""
    if not any(measure.target for measure in result.measures):
        return []
    found = {measure.name: measure.value for measure in result.measures}
    rows = ["| same articles, questions and encoder | success@1 | @5 | @20 | RR |",
            "|---|---:|---:|---:|---:|"]  # fmt: skip
    for label, values in (*BESIDE, ("**Byline**", tuple(found[name] for name in COLUMNS))):
        cells = [Measure("", value).shown for value in values]
        cells += ["–"] * (len(COLUMNS) - len(cells))
        rows.append(f"| {label} | {' | '.join(cells)} |")
    return ["\n".join(rows)]


def _chart(result: Result, folder: Path) -> list[str]:
    """The picture of a result that has one."""
    found = {measure.name: measure for measure in result.measures}
    bars: list[Bar] = []
    if result.benchmark == "squad" and any(measure.target for measure in result.measures):
        title = "The right passage comes first (success@1, squad-open)"
        bars = [Bar(label, values[0], Measure("", values[0]).shown) for label, values in BESIDE]
        ours = found[COLUMNS[0]]
        bars.append(Bar("Byline", ours.value, ours.shown, ours=True))
    elif result.benchmark == "beside":
        title = "The right passage comes first (success@1), in one run"
        for name, measure in found.items():
            path, _, what = name.partition(": ")
            if what == "success@1":
                bars.append(Bar(path, measure.value, measure.shown, ours=path == "Byline"))
    elif result.benchmark == "embedding":
        title = "Passages embedded a second"
        for label in ("sentence-transformers fp32", "Byline"):
            rate = found[f"{label}, median"]
            bars.append(Bar(label, rate.value, rate.shown, ours=label == "Byline"))
    elif result.benchmark == "cold":
        title = "A whole process, cold"
        for label in ("import sentence_transformers", "python -m qa ask"):
            taken = found[f"{label}, median"]
            bars.append(Bar(label, taken.value, taken.shown, ours=label.startswith("python")))
    name = f"benchmark-{result.benchmark}.svg"
    folder.mkdir(parents=True, exist_ok=True)
    if bars:
        write(folder / name, title, bars)
    elif result.benchmark == "growth" and (grown := _lines(result)):
        title = "How a library grows, beside its smallest size"
        write_lines(folder / name, title, "passages", grown)
    else:
        return []
    return [f"![{title}]({name})"]


def _lines(result: Result) -> list[Line]:
    """The figures that were measured at several sizes; their names begin with the size."""
    lines = []
    for title in GROWING:
        found = []
        for measure in result.measures:
            size, _, what = measure.name.partition(": ")
            if what == title:
                found.append((float(size.replace(",", "")), measure))
        if len(found) > 1:
            points = [(size, measure.value) for size, measure in found]
            lines.append(Line(title, points, found[-1][1].shown))
    return lines
