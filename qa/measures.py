"""Measures of an evaluation: each for one question, then their means, intervals and curves.

A docstring is the measure's definition, where it comes from, and what it hides. A measure that does
not apply to a question has no value there and does not enter the mean.
"""

import re
import string
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log2, sqrt

import numpy as np
from numpy.typing import NDArray

Values = Mapping[str, float]

_STRAIGHT = str.maketrans("’‘“”", "''\"\"")
_ARTICLES = re.compile(r"\b(?:a|an|the)\b")
_NO_PUNCTUATION = str.maketrans("", "", string.punctuation)
BINS = 10
SAMPLES = 5_000
SEED = 20_240_501


def success_at(k: int, ranks: Sequence[int]) -> float:
    """1 when a relevant passage is among the first `k`, else 0 (Success@k, Craswell 2009).

    `ranks`, from 1, are those of the relevant passages that were found. It does not tell how many
    were found; where only one is relevant it equals R@k.
    """
    return float(any(rank <= k for rank in ranks))


def recall_at(k: int, ranks: Sequence[int], relevant: int) -> float:
    """The share of the `relevant` passages that is among the first `k` (R@k).

    As trec_eval defines it: with more than `k` relevant ones it cannot reach 1. It is not
    Success@k, which many papers on question answering report under this name.
    """
    return sum(rank <= k for rank in ranks) / relevant


def reciprocal_rank(ranks: Sequence[int]) -> float:
    """1 by the rank of the first relevant passage, 0 when none was found (RR; Voorhees 1999).

    The second relevant one counts for nothing, and from 1 to 2 costs as much as from 2 to never.
    """
    return 1 / min(ranks) if ranks else 0.0


def ndcg_at(k: int, ranks: Sequence[int], relevant: int) -> float:
    """Discounted gain of the first `k` by that of the best order (nDCG@k).

    Järvelin and Kekäläinen 2002. Gains are 0 or 1 and the discount is 1 / log2(rank + 1). With one
    relevant passage it is a gentler RR; the best order is that of all `relevant` ones, found or
    not.
    """
    best = sum(1 / log2(rank + 1) for rank in range(1, min(k, relevant) + 1))
    return sum(1 / log2(rank + 1) for rank in ranks if rank <= k) / best


def plain(text: str) -> str:
    """`text` as it is compared: without case, with straight quotes and single spaces."""
    return " ".join(text.translate(_STRAIGHT).casefold().split())


def says(sentence: str, accepted: Sequence[str]) -> float:
    """1 when an accepted answer stands in `sentence`, without case, else 0 (sentence accuracy).

    A longer sentence has it easier, and "3" stands in "1,300": accepted answers are better given
    with the words around them. What is right in other words counts as wrong.
    """
    said = plain(sentence)
    return float(any(plain(answer) in said for answer in accepted if plain(answer)))


def normalised(text: str) -> str:
    """Lower case, without punctuation, "a", "an", "the" and further spaces (SQuAD's evaluation)."""
    bare = text.translate(_STRAIGHT).lower().translate(_NO_PUNCTUATION)
    return " ".join(_ARTICLES.sub(" ", bare).split())


def exact_match(span: str, accepted: Sequence[str]) -> float:
    """1 when the marked span is an accepted answer once both are normalised (exact match).

    Rajpurkar et al. 2016, SQuAD. A span with one word too many is as wrong as none. An empty span
    never matches.
    """
    marked = normalised(span)
    return float(bool(marked) and any(marked == normalised(answer) for answer in accepted))


def f1(span: str, accepted: Sequence[str]) -> float:
    """The words that the span shares with the accepted answer nearest to it (F1).

    Rajpurkar et al. 2016, SQuAD. The harmonic mean of precision and recall over normalised words,
    repeated ones counted. Order is not looked at, and one shared common word is worth
    something.
    """
    marked = normalised(span).split()
    best = 0.0
    for answer in accepted:
        wanted = normalised(answer).split()
        shared = sum((Counter(marked) & Counter(wanted)).values())
        if shared:
            best = max(best, 2 * shared / (len(marked) + len(wanted)))
    return best


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` of the `values` lie below, between two of them linearly."""
    return float(np.percentile(values, 100 * share)) if values else 0.0


def means(rows: Sequence[Values], names: Sequence[str]) -> dict[str, float | None]:
    """The mean of each measure over the questions that it applies to; None where there is none."""
    found: dict[str, float | None] = {}
    for name in names:
        values = [row[name] for row in rows if name in row]
        found[name] = sum(values) / len(values) if values else None
    return _balanced(found)


def _balanced(found: dict[str, float | None]) -> dict[str, float | None]:
    """With the balanced accuracy of refusal: the mean of refused rightly and answered at all.

    Unlike the share of right decisions it does not grow when one kind of question is more frequent.
    That an answer which was given is the right one is not its matter.
    """
    refused, answered = found.get("refusal_recall"), found.get("answered")
    both = None if refused is None or answered is None else (refused + answered) / 2
    return found | {"refusal_balanced_accuracy": both}


@dataclass(frozen=True, slots=True)
class Difference:
    """A measure before and after, and the 95 % interval of the difference, `after - before`."""

    before: float
    after: float
    low: float
    high: float

    @property
    def difference(self) -> float:
        """By how much it grew."""
        return self.after - self.before


def paired_bootstrap(
    before: Sequence[Values], after: Sequence[Values], names: Sequence[str]
) -> dict[str, Difference]:
    """How each measure differs between two runs over the same questions (Efron, Tibshirani 1993).

    Questions are drawn with replacement, each with what both runs gave; the interval holds the
    middle 95 % of the differences. With few questions, or where hardly any differ, it is too
    narrow; and of twenty measures one leaves out 0 by chance.
    """
    count = len(before)
    drawn = np.random.default_rng(SEED).multinomial(count, [1 / count] * count, size=SAMPLES)
    columns = ([_column(rows, name) for name in names] for rows in (before, after))
    samples = [
        dict(zip(names, (_drawn_means(drawn, column) for column in table), strict=True))
        for table in columns
    ]
    for table in samples:
        if {"refusal_recall", "answered"} <= set(names):
            table["refusal_balanced_accuracy"] = (table["refusal_recall"] + table["answered"]) / 2
    olds, news = means(before, names), means(after, names)
    found = {}
    for name in olds:
        old, new = olds[name], news[name]
        if old is None or new is None:
            continue
        differences = samples[1][name] - samples[0][name]
        differences = differences[~np.isnan(differences)]
        low, high = np.percentile(differences, (2.5, 97.5)) if len(differences) else (0.0, 0.0)
        found[name] = Difference(old, new, float(low), float(high))
    return found


def _column(rows: Sequence[Values], name: str) -> NDArray[np.float64]:
    return np.array([row.get(name, np.nan) for row in rows], np.float64)


def _drawn_means(drawn: NDArray[np.int64], column: NDArray[np.float64]) -> NDArray[np.float64]:
    known = ~np.isnan(column)
    with np.errstate(invalid="ignore"):
        return np.asarray((drawn[:, known] @ column[known]) / drawn[:, known].sum(axis=1))


@dataclass(frozen=True, slots=True)
class Bin:
    """Answers of about one confidence: its mean, the share that is right, and their number.

    `low` and `high` bound the share (Wilson's 95 % interval).
    """

    confidence: float
    right: float
    count: int
    low: float
    high: float


def calibration(sure: Sequence[tuple[float, bool]]) -> list[Bin]:
    """(confidence, right) pairs in `BINS` of equal width, empty ones left out.

    A reliability diagram (DeGroot and Fienberg 1983). Of the answers given with .8, eight in ten
    should be right. How sure and how right are compared within a bin only, so few answers make
    a crooked line of good confidences.
    """
    found = []
    for number in range(BINS):
        inside = [pair for pair in sure if min(int(pair[0] * BINS), BINS - 1) == number]
        if inside:
            right = sum(pair[1] for pair in inside) / len(inside)
            mean = sum(pair[0] for pair in inside) / len(inside)
            found.append(Bin(mean, right, len(inside), *wilson(right, len(inside))))
    return found


def calibration_error(bins: Sequence[Bin]) -> float | None:
    """The mean distance of confidence from the share that is right, bins weighted (ECE).

    Naeini et al. 2015. It depends on the number of bins, and always saying the overall share has an
    error of 0.
    """
    total = sum(each.count for each in bins)
    if not total:
        return None
    return sum(each.count * abs(each.confidence - each.right) for each in bins) / total


def wilson(share: float, count: int) -> tuple[float, float]:
    """The 95 % interval of a share of `count` (Wilson 1927)."""
    z = 1.96
    middle = (share + z * z / (2 * count)) / (1 + z * z / count)
    half = z * sqrt(share * (1 - share) / count + z * z / (4 * count**2)) / (1 + z * z / count)
    return max(0.0, middle - half), min(1.0, middle + half)


def risk_coverage(sure: Sequence[tuple[float, bool]], asked: int) -> list[tuple[float, float]]:
    """(coverage, risk) for every confidence from which on one could answer (El-Yaniv, Wiener 2010).

    Coverage is the share of the questions that are answered, risk the share of those answers that
    is wrong; equal confidences are one step. With few answers the left end is chance.
    """
    curve: list[tuple[float, float]] = []
    order = sorted(sure, key=lambda pair: -pair[0])
    wrong = 0
    for number, (confidence, right) in enumerate(order, 1):
        wrong += not right
        if number == len(order) or order[number][0] != confidence:
            curve.append((number / asked, wrong / number))
    return curve
