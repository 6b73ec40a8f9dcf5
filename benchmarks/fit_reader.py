"""Fit in qa/weights.json how much each feature of a sentence speaks for it, and when to refuse.

    python -m benchmarks.fit_reader [--folds] [--write]

Fitted on the sample and on benchmarks/news-tune*, never on news-check. The ranking is a softmax
over all sentences of an article pile that puts its weight on those that hold an accepted answer;
the refusal is a logistic regression of "the best sentence is right" on what it lacks. Both are
ridged. `--folds` leaves each folder out in turn and reports how the others' fit does on it.
"""

import argparse
import json
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from scipy.optimize import minimize

from benchmarks.news import HERE, asked_alone, plain
from index.encoder import load_encoder
from qa import refuse
from qa.features import NAMES, features
from qa.question import Question
from qa.rerank import by_article
from qa.rewrite import Standalone

TUNED_ON = [HERE.parent / "corpus" / "sample", *sorted(HERE.glob("news-tune*"))]
WEIGHTS = HERE.parent / "qa" / "weights.json"


class Asked(NamedTuple):
    """One question with all its sentences: features, which are right, and who they belong to."""

    text: str
    question: Question
    answerable: bool
    articles: list[Any]
    rows: np.ndarray
    right: np.ndarray
    owner: list[tuple[int, int]]


def gather(folder: Path) -> list[Asked]:
    """The questions of a folder, each with the features of every sentence retrieved for it."""
    asked = []
    for assistant, item in asked_alone(folder, load_encoder()):
        question, evidence = assistant._find(
            Standalone(item["question"]), reader_scope(), read=False
        )
        if not question.terms:
            continue
        articles = by_article(evidence)
        rows, right, owner = [], [], []
        for number, (article, lines) in enumerate(articles):
            rows.append(features(question, article.title, lines))
            for at, line in enumerate(lines):
                owner.append((number, at))
                right.append(
                    article.source == item["article"]
                    and any(plain(a) in plain(line.text) for a in item["answers"])
                )
        asked.append(
            Asked(
                item["question"],
                question,
                bool(item["answers"]),
                articles,
                np.concatenate(rows),
                np.array(right),
                owner,
            )
        )
    return asked


def reader_scope() -> Any:
    """Everything: the fit knows of no bounds."""
    from index.passages import EVERYTHING

    return EVERYTHING


def fit_rank(asked: list[Asked], ridge: float = 0.05) -> np.ndarray:
    """Weights that make the right sentences the most likely of each question's."""
    usable = [(a.rows, a.right) for a in asked if a.right.any()]

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        total, gradient = ridge * weights @ weights, 2 * ridge * weights
        for rows, right in usable:
            scores = rows @ weights
            scores = np.exp(scores - scores.max())
            every = scores / scores.sum()
            good = np.where(right, scores, 0)
            good = good / max(good.sum(), 1e-300)
            total -= np.log(max(every[right].sum(), 1e-300))
            gradient = gradient + rows.T @ (every - good)
        return float(total), gradient

    return minimize(loss, np.zeros(len(NAMES)), jac=True, method="L-BFGS-B").x


def best_rows(asked: list[Asked], rank: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """For each question: what its best sentence lacks, whether it is right, and answerable."""
    lacking, right, answerable = [], [], []
    heading = NAMES.index("heading")
    for a in asked:
        scores = a.rows @ rank - 1e6 * a.rows[:, heading]
        best = int(scores.argmax())
        number, at = a.owner[best]
        article, lines = a.articles[number]
        row = dict(zip(NAMES, a.rows[best], strict=True))
        lacking.append(refuse.lacks(a.question, article, lines, at, row))
        right.append(bool(a.right[best]))
        answerable.append(a.answerable)
    return np.array(lacking), np.array(right), np.array(answerable)


def fit_refuse(lacking: np.ndarray, right: np.ndarray, ridge: float = 3.0) -> np.ndarray:
    """Logistic weights and the intercept last; both classes weigh the same."""
    scale = np.maximum(lacking.std(axis=0), 1e-6)
    rows = np.hstack([lacking / scale, np.ones((len(lacking), 1))])
    balance = np.where(right, 0.5 / right.mean(), 0.5 / (1 - right.mean()))
    sign = np.where(right, 1.0, -1.0)

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        margin = sign * (rows @ weights)
        total = (balance * np.logaddexp(0, -margin)).sum() + ridge * weights[:-1] @ weights[:-1]
        pull = -sign * balance / (1 + np.exp(np.clip(margin, -50, 50)))
        gradient = rows.T @ pull
        gradient[:-1] += 2 * ridge * weights[:-1]
        return float(total), gradient

    found = minimize(loss, np.zeros(rows.shape[1]), jac=True, method="L-BFGS-B").x
    found[:-1] /= scale
    return found


def report(name: str, asked: list[Asked], rank: np.ndarray, weights: np.ndarray) -> None:
    """Print how a fit does on a folder's questions."""
    lacking, right, answerable = best_rows(asked, rank)
    scores = lacking @ weights[:-1] + weights[-1]
    shown = scores > 0
    order = np.sort(scores[~answerable])
    bar = order[int(0.8 * len(order))]
    print(
        f"{name}: ranked right {right[answerable].mean():.3f}; "
        f"answered right {(right & shown)[answerable].mean():.3f}, "
        f"refused right {(~shown)[~answerable].mean():.3f}; with .80 refused: "
        f"{(right & (scores > bar))[answerable].mean():.3f} answered right; "
        f"AUC {auc(scores, answerable):.3f}"
    )


def auc(scores: np.ndarray, positive: np.ndarray) -> float:
    """The share of pairs in the right order."""
    above = scores[positive][:, None] - scores[~positive][None, :]
    return float((above > 0).mean() + 0.5 * (above == 0).mean())


def main() -> None:
    """Fit, report, and with `--write` store the weights."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folds", action="store_true", help="leave each folder out in turn")
    parser.add_argument("--write", action="store_true", help="write qa/weights.json")
    args = parser.parse_args()
    sets = {folder.name: gather(folder) for folder in TUNED_ON}
    names = list(sets) if args.folds else []
    for held in names:
        others = [a for name in sets if name != held for a in sets[name]]
        rank = fit_rank(others)
        report(f"without {held}", sets[held], rank, fit_refuse(*best_rows(others, rank)[:2]))
    everything = [a for name in sets for a in sets[name]]
    rank = fit_rank(everything)
    weights = fit_refuse(*best_rows(everything, rank)[:2])
    for name in sets:
        report(name, sets[name], rank, weights)
    model = json.loads(WEIGHTS.read_text("utf-8")) | {
        "tuned_on": [folder.name for folder in TUNED_ON],
        "rank": dict(zip(NAMES, rank.round(3).tolist(), strict=True)),
        "refuse": dict(zip([*refuse.NAMES, "intercept"], weights.round(3).tolist(), strict=True)),
    }
    print(json.dumps(model, indent=1))
    if args.write:
        WEIGHTS.write_text(json.dumps(model, indent=1) + "\n")


if __name__ == "__main__":
    main()
