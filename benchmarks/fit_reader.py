"""Fit qa/weights.json: what speaks for a passage and a sentence, and when to refuse.

    python -m benchmarks.fit_reader [--bench DIR] [--folds] [--write]

Fitted on the sample, on benchmarks/news-tune* and, where it is, on squad-open, each question of it
asked twice, once with its article withheld; never on news-check. Passages (squad-open alone) and
sentences: a softmax over all that are found for a question, which puts its weight on those that
hold an accepted answer. Refusal: a logistic regression of "the articles answer" on what the best
sentence lacks and how far it stands out; squad-open and the news weigh the same, and so do what is
answerable and what is not. Its score is then made the probability that the best sentence is right,
by a logistic regression on the score alone. All are ridged over standardised columns.

`--folds` reports how a fit does on what it has not seen: each folder of news left out in turn, and
each quarter of the articles of squad-open. What the pointer says of a quarter is then what the
network says that was trained without it (`benchmarks/fit_pointer.py --folds`), where that is kept.
"""

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from scipy.optimize import minimize

from benchmarks.articles import has_squad_open
from benchmarks.fit_pointer import fold_of
from benchmarks.gathered import SQUAD, Asked, gather, gather_squad
from benchmarks.news import HERE
from benchmarks.result import parser_of
from qa import refuse, rerank
from qa.answer import THRESHOLD
from qa.features import NAMES

TUNED_ON = [HERE.parent / "corpus" / "sample", *sorted(HERE.glob("news-tune*"))]
WEIGHTS = HERE.parent / "qa" / "weights.json"
HEADING = NAMES.index("heading")
# What `--folds` leaves in the cache for `benchmarks/calibration.py`.
LEFT_OUT = "left-out.json"
# Ridges over standardised columns (tuned on squad-open by quarters, 0.3..3, 0.5..5, 1..10).
RIDGE_PASSAGE, RIDGE_RANK, RIDGE_REFUSE = 0.3, 1.0, 5.0


def fit_softmax(choices: Sequence[tuple[np.ndarray, np.ndarray]], ridge: float) -> np.ndarray:
    """Weights that make the right rows of each choice its most likely ones."""
    usable = [(rows, right) for rows, right in choices if right.any() and not right.all()]
    every = np.concatenate([rows for rows, _ in usable])
    good = np.concatenate([right for _, right in usable])
    scale = every.std(axis=0) + 1e-6
    every = (every - every.mean(axis=0)) / scale
    sizes = [len(rows) for rows, _ in usable]
    starts = np.cumsum([0, *sizes[:-1]])

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        scores = every @ weights
        scores = np.exp(scores - np.repeat(np.maximum.reduceat(scores, starts), sizes))
        total = np.add.reduceat(scores, starts)
        hit = np.maximum(np.add.reduceat(np.where(good, scores, 0), starts), 1e-300)
        pull = scores / np.repeat(total, sizes) - np.where(good, scores, 0) / np.repeat(hit, sizes)
        value = ridge * weights @ weights + (np.log(total) - np.log(hit)).sum()
        return float(value), 2 * ridge * weights + every.T @ pull

    return minimize(loss, np.zeros(every.shape[1]), jac=True, method="L-BFGS-B").x / scale


def fit_logistic(rows: np.ndarray, right: np.ndarray, share: np.ndarray, ridge: float) -> Any:
    """Logistic weights and the intercept last; `share` is how much each row counts."""
    mean, scale = rows.mean(axis=0), rows.std(axis=0) + 1e-6
    every = np.hstack([(rows - mean) / scale, np.ones((len(rows), 1))])
    sign = np.where(right, 1.0, -1.0)

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        margin = sign * (every @ weights)
        total = (share * np.logaddexp(0, -margin)).sum() + ridge * weights[:-1] @ weights[:-1]
        pull = -sign * share / (1 + np.exp(np.clip(margin, -50, 50)))
        gradient = every.T @ pull
        gradient[:-1] += 2 * ridge * weights[:-1]
        return float(total), gradient

    result = minimize(loss, np.zeros(every.shape[1]), jac=True, method="L-BFGS-B").x
    result[:-1] /= scale
    result[-1] -= result[:-1] @ mean
    return result


class Fit(NamedTuple):
    """Weights as `qa/weights.json` holds them, the intercept last where there is one."""

    passage: np.ndarray
    rank: np.ndarray
    refuse: np.ndarray


def fit(asked: Sequence[Asked]) -> Fit:
    """Fit passages, sentences and refusal, in this order."""
    real = [a for a in asked if a.folder == SQUAD and a.answerable]
    if real:
        passage = fit_softmax([(a.passages, a.holds) for a in real], RIDGE_PASSAGE)
        scores = np.concatenate([a.passages @ passage for a in real])[:, None]
        holds = np.concatenate([a.holds for a in real])
        slope, intercept = fit_logistic(scores, holds, np.ones(len(holds)), 0.0)
        passage = np.append(passage * slope, intercept)
    else:
        stored = json.loads(WEIGHTS.read_text("utf-8"))["passage"]
        passage = np.array(list(stored.values()))
    rank = fit_softmax([(a.rows, a.right) for a in asked if a.answerable], RIDGE_RANK)
    lacking, right = best_rows(asked, passage, rank)
    answerable = np.array([a.answerable for a in asked])
    share = np.ones(len(asked))
    squad = np.array([a.folder == SQUAD for a in asked])
    for part in (squad, ~squad):
        for side in (answerable, ~answerable):
            share[part & side] = len(asked) / 4 / max(int((part & side).sum()), 1)
    found = fit_logistic(lacking, answerable, share, RIDGE_REFUSE)
    scores = lacking @ found[:-1] + found[-1]
    slope, intercept = fit_logistic(scores[:, None], right, share, 0.0)
    found *= slope
    found[-1] += intercept
    return Fit(passage, rank, found)


def best_rows(
    asked: Sequence[Asked], passage: np.ndarray, rank: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """For each question: what decides on its best sentence, and whether it is right."""
    lacking, right = [], []
    for a in asked:
        scores = a.rows @ rank - 1e6 * a.rows[:, HEADING]
        best = int(scores.argmax())
        number, at = a.owner[best]
        owners = np.array([owner for owner, _ in a.owner])
        others = [float(scores[owners == owner].max()) for owner in set(owners) - {number}]
        article, lines = a.articles[number]
        row = dict(zip(NAMES, a.rows[best], strict=True))
        lacks = refuse.lacks(a.question, article, lines, at, row)
        ahead = refuse.ahead(float(scores[best]), others)
        lacking.append(np.concatenate([lacks, [ahead], refuse.above(a.passages, passage)]))
        right.append(a.answerable and bool(a.shown[best]))
    return np.array(lacking), np.array(right)


def confidences(asked: Sequence[Asked], known: Fit) -> np.ndarray:
    """The probability of each question's best sentence."""
    lacking, _ = best_rows(asked, known.passage, known.rank)
    return 1 / (1 + np.exp(-lacking @ known.refuse[:-1] - known.refuse[-1]))


def report(name: str, asked: Sequence[Asked], known: Fit) -> None:
    """Print how a fit does on questions."""
    _, right = best_rows(asked, known.passage, known.rank)
    answerable = np.array([a.answerable for a in asked])
    shown = confidences(asked, known) >= THRESHOLD
    kept, refused = shown[answerable].mean(), (~shown)[~answerable].mean()
    first = [
        bool(a.holds[(a.passages @ known.passage[:-1]).argmax()]) for a in asked if a.holds.any()
    ]
    print(
        f"{name}: sentence right {right[answerable].mean():.3f}; answered {kept:.3f}, refused "
        f"{refused:.3f}, balanced {(kept + refused) / 2:.3f}, answered right "
        f"{(right & shown)[answerable].mean():.3f}"
        + (f"; passage first {sum(first) / sum(a.answerable for a in asked):.3f}" if first else "")
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Fit, report, and with `--write` store the weights."""
    parser = parser_of(__doc__)
    parser.add_argument("--folds", action="store_true", help="report on what is left out")
    parser.add_argument("--write", action="store_true", help="write qa/weights.json")
    args = parser.parse_args(arguments)
    asked = [one for folder in TUNED_ON for one in gather(folder)]
    if has_squad_open(args.bench):
        asked += list(gather_squad(args))
    sources = sorted({a.group for a in asked if a.folder == SQUAD})

    def part(a: Asked) -> str:
        return f"{SQUAD} {fold_of(a.group, sources)}" if a.folder == SQUAD else a.folder

    kept: list[tuple[str, bool, bool, float]] = []
    for held in sorted({part(a) for a in asked}) if args.folds else ():
        others = fit([a for a in asked if part(a) != held])
        rest = [a for a in asked if part(a) == held]
        report(f"without {held}", rest, others)
        _, right = best_rows(rest, others.passage, others.rank)
        sure = confidences(rest, others)
        kept += [
            (a.folder, a.answerable, bool(hit), float(share))
            for a, hit, share in zip(rest, right, sure, strict=True)
        ]
    if kept:
        (args.cache / LEFT_OUT).write_text(json.dumps(kept))
    known = fit(asked)
    report("all", asked, known)
    names = ([*rerank.NAMES, "intercept"], NAMES, [*refuse.NAMES, *refuse.BESIDE, "intercept"])
    stored: dict[str, Any] = {"tuned_on": sorted({a.folder for a in asked})}
    for name, columns, weights in zip(known._fields, names, known, strict=True):
        stored[name] = dict(zip(columns, weights.round(4).tolist(), strict=True))
    print(json.dumps(stored, indent=1))
    if args.write:
        WEIGHTS.write_text(json.dumps(stored, indent=1) + "\n")


if __name__ == "__main__":
    main()
