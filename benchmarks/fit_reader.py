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

import argparse
import json
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from scipy.optimize import minimize

from benchmarks.articles import asked_of, has_squad_open, spans, squad_open, store_of
from benchmarks.fit_pointer import fold_of, kept_network
from benchmarks.news import HERE, plain
from benchmarks.result import parser_of
from benchmarks.squad import Withholding
from index.encoder import load_encoder
from index.passages import EVERYTHING
from index.sync import sync
from qa import Assistant, refuse, rerank
from qa.answer import THRESHOLD
from qa.features import NAMES, features, starts_with_pronoun
from qa.question import Question
from qa.rewrite import Standalone

TUNED_ON = [HERE.parent / "corpus" / "sample", *sorted(HERE.glob("news-tune*"))]
WEIGHTS = HERE.parent / "qa" / "weights.json"
HEADING = NAMES.index("heading")
SQUAD = "squad-open"
# Ridges over standardised columns (tuned on squad-open by quarters, 0.3..3, 0.5..5, 1..10).
RIDGE_PASSAGE, RIDGE_RANK, RIDGE_REFUSE = 0.3, 1.0, 5.0


class Asked(NamedTuple):
    """One question with all its sentences: features, which are right, and who they belong to.

    `shown` are those that would show an accepted answer with the sentence that they lean on;
    `passages` and `holds` are the rows of `rerank.NAMES` and which passages hold the answer.
    """

    folder: str
    group: str
    question: Question
    answerable: bool
    articles: list[Any]
    rows: np.ndarray
    right: np.ndarray
    shown: np.ndarray
    owner: list[tuple[int, int]]
    passages: np.ndarray
    holds: np.ndarray


def found(
    assistant: Assistant, text: str, answers: Sequence[str], source: str | None, place: Any = None
) -> Asked | None:
    """A question with what is found for it; an answer counts in `source`, or anywhere if None."""
    question, evidence = assistant._find(Standalone(text), EVERYTHING)
    if not question.terms or not evidence:
        return None
    articles = rerank.by_article(evidence)
    rows, right, shown, owner = [], [], [], []
    for number, (article, lines) in enumerate(articles):
        rows.append(features(question, article.title, lines))
        for at, line in enumerate(lines):
            leans = at and starts_with_pronoun(line.text) and line.follows(lines[at - 1])
            start = lines[at - 1].start if leans else line.start
            here = source is None or article.source == source
            right.append(here and says(line.text, answers))
            shown.append(here and says(article.text[start : line.end], answers))
            owner.append((number, at))
    holds = [place is not None and place(item.hit) for item in evidence]
    return Asked(
        "", "", question, bool(answers), articles, np.concatenate(rows), np.array(right),
        np.array(shown), owner, rerank.rows(question, evidence), np.array(holds),
    )  # fmt: skip


def says(text: str, answers: Sequence[str]) -> bool:
    """Whether an accepted answer stands in a text."""
    return any(plain(answer) in plain(text) for answer in answers)


def gather(folder: Path) -> Iterator[Asked]:
    """The questions of a folder that stand alone and are not about the byline."""
    with tempfile.TemporaryDirectory() as store:
        encoder = load_encoder()
        sync(Path(store), [folder], encoder)
        with Assistant.open(store, encoder=encoder, once=True) as assistant:
            for line in (folder / "questions.jsonl").read_text("utf-8").splitlines():
                item = json.loads(line)
                if item["kind"] not in ("byline", "follow_up"):
                    one = found(assistant, item["question"], item["answers"], item["article"])
                    if one:
                        yield one._replace(folder=folder.name, group=folder.name)


def gather_squad(args: argparse.Namespace) -> Iterator[Asked]:
    """The questions of squad-open, each as it is and with its article withheld."""
    encoder = load_encoder()
    store = store_of("squad-490", [squad_open(args.bench) / "articles"], args.cache, encoder)
    library = Withholding.open(store, encoder)
    assert isinstance(library, Withholding)
    every = asked_of(args.bench)
    sources = sorted({asked.source for asked in every})
    with Assistant(library, encoder) as assistant:
        ids = {article.source: article.id for article in library.bylines(limit=-1)}
        for asked in every:
            if args.folds:
                kept_network(args.cache, fold_of(asked.source, sources))
            article = library.article(ids[asked.source])
            places = spans(asked, article)

            def holds(hit: Any, wanted: str = article.id, places: Any = places) -> bool:
                inside = ((hit.passage.start <= a and b <= hit.passage.end) for a, b in places)
                return hit.article.id == wanted and any(inside)

            one = found(assistant, asked.text, asked.answers, None, holds)
            library.withheld = article.id
            two = found(assistant, asked.text, asked.answers, None)
            library.withheld = ""
            for each, answerable in ((one, True), (two, False)):
                if each:
                    yield each._replace(folder=SQUAD, group=asked.source, answerable=answerable)
    kept_network(args.cache, -1)


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


def report(name: str, asked: Sequence[Asked], known: Fit) -> None:
    """Print how a fit does on questions."""
    lacking, right = best_rows(asked, known.passage, known.rank)
    answerable = np.array([a.answerable for a in asked])
    sure = 1 / (1 + np.exp(-lacking @ known.refuse[:-1] - known.refuse[-1]))
    shown = sure >= THRESHOLD
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

    for held in sorted({part(a) for a in asked}) if args.folds else ():
        others = fit([a for a in asked if part(a) != held])
        report(f"without {held}", [a for a in asked if part(a) == held], others)
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
