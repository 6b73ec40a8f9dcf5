"""Fit the order of passages in qa/weights.json: what speaks for one as the passage that answers.

    python -m benchmarks.fit_passages --bench DIR [--folds N] [--write]

Fitted on squad-open alone, as the sentences' weights are: a softmax over the passages found for a
question, which puts its weight on those that cover an accepted answer where it stands, ridged over
standardised columns; then one logistic regression of "covers it" on that score, so that it is a
probability. Prints success@k of articles that are left out, a part of them in turn, and beside it
that of the order before: how well a passage meets the words, and `BEST` of its best sentence.
"""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from scipy.optimize import minimize

from benchmarks.articles import asked_of, spans, squad_open, store_of
from benchmarks.result import Skipped, parser_of
from index.encoder import load_encoder
from index.library import Library
from index.words import words
from qa import model, rerank
from qa.question import parse
from qa.retrieve import retrieve
from qa.tokens import TokenCache

WEIGHTS = Path(model.__file__).with_name("weights.json")
# Passages that are found for a question (24 and 40 gave the same order).
FOUND = 30
# Over standardised columns (tuned on squad-open with articles left out, over 0.1..3).
RIDGE = 0.3
# What the best sentence added to the whole passage before there was a fit.
BEST = 0.3


class Found(NamedTuple):
    """The passages found for a question: `rows` of `rerank.NAMES`, and which hold the answer."""

    source: str
    rows: np.ndarray
    holds: np.ndarray


def gather(args: Any) -> list[Found]:
    """Every question of squad-open with what is found for it."""
    encoder = load_encoder()
    store = store_of("squad-490", [squad_open(args.bench) / "articles"], args.cache, encoder)
    every = []
    with Library.open(store, encoder) as library:
        tokens = TokenCache(encoder)
        ids = {article.source: article.id for article in library.bylines(limit=-1)}
        for asked in asked_of(args.bench):
            counts = library.frequencies(words(asked.text))
            question = parse(asked.text, counts, library.passage_count)
            vector = encoder.encode_question(asked.text)
            hits = retrieve(library, question, vector, FOUND)
            cosines = library.cosines(vector, [hit.passage.number for hit in hits])
            evidence = rerank.compare(tokens, question, hits, cosines)
            inside = spans(asked, library.article(ids[asked.source]))
            holds = [
                item.hit.article.source == asked.source
                and any(
                    item.hit.passage.start <= start and end <= item.hit.passage.end
                    for start, end in inside
                )
                for item in evidence
            ]
            every.append(Found(asked.source, rerank.rows(question, evidence), np.array(holds)))
    return every


def fit(found: Sequence[Found]) -> np.ndarray:
    """Weights of `rerank.NAMES`, then the intercept."""
    usable = [each for each in found if each.holds.any() and not each.holds.all()]
    rows = np.concatenate([each.rows for each in usable])
    holds = np.concatenate([each.holds for each in usable])
    scale = rows.std(axis=0) + 1e-6
    rows = (rows - rows.mean(axis=0)) / scale
    sizes = [len(each.rows) for each in usable]
    starts = np.cumsum([0, *sizes[:-1]])

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        scores = rows @ weights
        scores = np.exp(scores - np.repeat(np.maximum.reduceat(scores, starts), sizes))
        right = np.where(holds, scores, 0)
        total, good = np.add.reduceat(scores, starts), np.add.reduceat(right, starts)
        pull = scores / np.repeat(total, sizes) - right / np.repeat(good, sizes)
        value = RIDGE * weights @ weights + (np.log(total) - np.log(good)).sum()
        return float(value), 2 * RIDGE * weights + rows.T @ pull

    ordering = minimize(loss, np.zeros(rows.shape[1]), jac=True, method="L-BFGS-B").x / scale
    scores = np.concatenate([each.rows @ ordering for each in found])
    sign = np.where(np.concatenate([each.holds for each in found]), 1.0, -1.0)

    def unlikely(line: np.ndarray) -> float:
        return float(np.logaddexp(0, -sign * (line[0] * scores + line[1])).sum())

    slope, intercept = minimize(unlikely, np.array([1.0, -5.0]), method="Nelder-Mead").x
    return np.append(ordering * slope, intercept)


def ranks(found: Sequence[Found], weights: np.ndarray) -> list[int]:
    """The rank of the first passage that holds the answer, 0 where none does."""
    result = []
    for each in found:
        order = np.argsort(-(each.rows @ weights), kind="stable")
        right = np.flatnonzero(each.holds[order])
        result.append(int(right[0]) + 1 if len(right) else 0)
    return result


def success(found: Sequence[int]) -> str:
    """Success at 1, 5 and 20."""
    shares = (sum(0 < rank <= k for rank in found) / len(found) for k in (1, 5, 20))
    return " ".join(f"{share:.3f}" for share in shares)


def main(arguments: Sequence[str] | None = None) -> int:
    """Fit, report, and with `--write` store the weights."""
    parser = parser_of(__doc__)
    parser.add_argument("--folds", type=int, default=8, metavar="N", help="parts left out (8)")
    parser.add_argument("--write", action="store_true", help="write them to qa/weights.json")
    args = parser.parse_args(arguments)
    try:
        found = gather(args)
    except Skipped as reason:
        parser.error(str(reason))
    sources = sorted({each.source for each in found})
    before = np.array([{"whole": 1.0, "best": BEST}.get(name, 0.0) for name in rerank.NAMES])
    print(f"success@1, @5, @20 over {len(found)} questions")
    print(f"before            {success(ranks(found, before))}")
    kept: list[int] = []
    for part in range(args.folds):
        own = [sources.index(each.source) % args.folds == part for each in found]
        others = fit([each for each, mine in zip(found, own, strict=True) if not mine])
        kept += ranks([each for each, mine in zip(found, own, strict=True) if mine], others[:-1])
    print(f"articles left out {success(kept)}")
    fitted = fit(found)
    print(f"all               {success(ranks(found, fitted[:-1]))}")
    weights = dict(zip([*rerank.NAMES, "intercept"], fitted.round(4).tolist(), strict=True))
    print(json.dumps(weights, indent=1))
    if args.write:
        stored = json.loads(WEIGHTS.read_text("utf-8")) | {"passage": weights}
        WEIGHTS.write_text(json.dumps(stored, indent=1) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
