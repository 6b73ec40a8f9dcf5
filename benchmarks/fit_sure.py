"""Fit how sure an answer is: `sure` in qa/weights.json, and what it says of questions left out.

    python -m benchmarks.fit_sure --bench DIR [--write]
    python -m benchmarks.calibration --write docs/calibration.svg

A logistic regression of "the best sentence holds an accepted answer" on the columns of `qa.sure`,
over the sample, `benchmarks/news-tune*`, and squad-open, each question of it asked twice, the
second time with its article withheld. The news and squad-open weigh the same. The sentences are
read by adapters that have not seen the article or the folder, as far as `benchmarks.fit_joint
--folds` has trained them; other questions of squad-open are left aside, and other folders are not
read. What is fitted with a folder, or a
quarter of the articles of squad-open, left out says how sure it is of those; that is printed, and
kept in the cache for `benchmarks.calibration`.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy.optimize import minimize

from benchmarks.articles import asked_of, fold_of, squad_open, store_of
from benchmarks.fit_passages import WEIGHTS
from benchmarks.fit_reader import TUNED_ON
from benchmarks.news import asked_alone, plain
from benchmarks.result import Skipped, parser_of
from benchmarks.squad import Withholding, left_out
from index.encoder import load_encoder
from index.minilm import MiniLM
from index.passages import EVERYTHING
from qa import Assistant, reader, sure
from qa.answer import THRESHOLD
from qa.measures import calibration, calibration_error
from qa.rewrite import Standalone

SQUAD = "squad-open"
RIDGE = 1.0
LEFT_OUT = "left-out.json"


class Judged(NamedTuple):
    """A question's best sentence: is it right, could it be, and the columns that tell how sure."""

    folder: str
    group: str
    answerable: bool
    right: bool
    columns: list[float]


def judge(
    assistant: Assistant, text: str, answers: Sequence[str], source: str | None, read: bool = True
) -> tuple[bool, list[float]] | None:
    """Whether the best sentence is right, in `source` or anywhere if None; and its columns."""
    question, evidence = assistant._find(Standalone(text), EVERYTHING, read=read)
    found = reader.scored(question, evidence)
    if not found:
        return None
    best, odds = found[0]
    share = sure.share_of(question, evidence)
    row = reader.standing(evidence, [each for each, _ in found])
    own = np.array([1.0, odds, best.read or 0.0])
    here = source is None or best.article.source == source
    right = here and any(plain(answer) in plain(best.text) for answer in answers)
    return right, [*own.tolist(), *(share * own).tolist(), *(share * row).tolist()]


def news(args: argparse.Namespace, folder: Path) -> Iterator[Judged]:
    """The questions of a folder that stand alone and are not about the byline."""
    encoder = load_encoder()
    assert isinstance(encoder, MiniLM)
    joint = left_out(encoder, args.cache).get(TUNED_ON.index(folder))
    encoder.joint = joint or encoder.joint
    for assistant, item in asked_alone(folder, encoder):
        asked = item["question"], item["answers"], item["article"]
        if one := judge(assistant, *asked, read=joint is not None):
            yield Judged(folder.name, folder.name, bool(item["answers"]), *one)


def squad(args: argparse.Namespace) -> Iterator[Judged]:
    """The questions of squad-open, each as it is and with its article withheld."""
    encoder = load_encoder()
    store = store_of("squad-490", [squad_open(args.bench) / "articles"], args.cache, encoder)
    library = Withholding.open(store, encoder)
    assert isinstance(library, Withholding) and isinstance(encoder, MiniLM)
    joints = left_out(encoder, args.cache)
    every = asked_of(args.bench)
    sources = sorted({asked.source for asked in every})
    with Assistant(library, encoder) as assistant:
        ids = {article.source: article.id for article in library.bylines(limit=-1)}
        for asked in every:
            fold = fold_of(asked.source, sources)
            if fold not in joints:
                continue
            encoder.joint, part = joints[fold], f"{SQUAD} {fold}"
            for withheld in ("", ids[asked.source]):
                library.withheld = withheld
                if one := judge(assistant, asked.text, asked.answers, None):
                    right = one[0] and not withheld
                    yield Judged(SQUAD, part, not withheld, right, one[1])
            library.withheld = ""


def fit(found: Sequence[Judged]) -> np.ndarray:
    """Weights of the columns; the folders of news together weigh what squad-open does."""
    rows = np.array([each.columns for each in found])
    sign = np.where([each.right for each in found], 1.0, -1.0)
    large = np.array([each.folder == SQUAD for each in found])
    weigh = np.ones(len(found))
    for side in (large, ~large) if large.any() and not large.all() else ():
        weigh[side] = len(found) / 2 / side.sum()
    scale = rows.std(axis=0) + 1e-6
    scale[0] = 1.0

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        margin = sign * ((rows / scale) @ weights)
        ridged = np.where(np.arange(len(weights)) > 0, weights, 0.0)
        pull = -sign * weigh / (1 + np.exp(np.clip(margin, -50, 50)))
        value = (weigh * np.logaddexp(0, -margin)).sum() + RIDGE * ridged @ ridged
        return float(value), (rows / scale).T @ pull + 2 * RIDGE * ridged

    return minimize(loss, np.zeros(rows.shape[1]), jac=True, method="L-BFGS-B").x / scale


def confidences(found: Sequence[Judged], weights: np.ndarray) -> list[float]:
    """How sure each answer is."""
    return [sure.probability(float(np.dot(each.columns, weights))) for each in found]


def told(found: Sequence[Judged], shares: Sequence[float]) -> str:
    """What the default strictness does, and the calibration error."""
    said = list(zip(found, shares, strict=True))
    answered = [share >= THRESHOLD for each, share in said if each.answerable]
    right = [share >= THRESHOLD and each.right for each, share in said if each.answerable]
    refused = [share < THRESHOLD for each, share in said if not each.answerable]
    error = calibration_error(calibration([(share, each.right) for each, share in said]))
    return (
        f"answered {np.mean(answered):.3f}, right {np.mean(right):.3f}, refused "
        f"{np.mean(refused):.3f}, balanced {(np.mean(answered) + np.mean(refused)) / 2:.3f}, "
        f"calibration error {error or 0:.3f}"
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Fit, report, and with `--write` store the weights."""
    parser = parser_of(__doc__)
    parser.add_argument("--write", action="store_true", help="write them to qa/weights.json")
    args = parser.parse_args(arguments)
    try:
        found = [one for folder in TUNED_ON for one in news(args, folder)]
        found += squad(args)
    except Skipped as reason:
        parser.error(str(reason))
    kept: list[tuple[Judged, float]] = []
    for group in sorted({each.group for each in found}):
        weights = fit([each for each in found if each.group != group])
        rest = [each for each in found if each.group == group]
        kept += zip(rest, confidences(rest, weights), strict=True)
    for folder in sorted({each.folder for each in found}):
        inside = [(each, share) for each, share in kept if each.folder == folder]
        print(f"{folder}: {told(*zip(*inside, strict=True))}")
    args.cache.mkdir(parents=True, exist_ok=True)
    left = [(each.folder, each.answerable, each.right, share) for each, share in kept]
    (args.cache / LEFT_OUT).write_text(json.dumps(left))
    weights = fit(found).round(4).tolist()
    stored = {
        "sure": dict(zip(sure.NAMES, weights[:3], strict=False)),
        "sure_large": dict(zip(sure.NAMES, weights[3:], strict=True)),
    }
    print(json.dumps(stored, indent=1))
    if args.write:
        stored = json.loads(WEIGHTS.read_text("utf-8")) | stored
        WEIGHTS.write_text(json.dumps(stored, indent=1) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
