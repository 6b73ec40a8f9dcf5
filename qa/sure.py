"""How sure: from the score of `qa.refuse` to the probability that the first sentence answers.

In a small library what the best sentence lacks tells it, and what reading it with the question
says. In a large one something is always near what was asked, and how far the best stands out of the
rest tells more: `ahead` is how far its score lies above that of the best sentence of another
article, `fused` and `dense` how well both searches, and that by meaning alone, found its passage,
`first` what the order of passages says of the first one. These count by the size of the library,
from `SMALL` passages to `LARGE`.
"""

import math
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from qa.model import model
from qa.question import Question
from qa.rerank import Evidence

Line = Callable[[float, float | None], float]
# "one", "judged" and "read" are the intercept, the score of `qa.refuse` and the logit of
# `qa.together`; they count in a small library too.
NAMES = "one judged read ahead fused dense first".split()
# Passages below which, and from which on, the rest found counts nothing and all: those of the news
# and of squad-open that it was fitted on; between them by the logarithm, which is an assumption.
SMALL, LARGE = 250, 25_000
# Fewer passages than this are found only where the scope holds no more.
SCOPE = 16
# The furthest that a sentence can be ahead, and what is said where there is no other article.
FURTHEST = 6.0


def share_of(question: Question, evidence: Sequence[Evidence]) -> float:
    """How large the library that was looked through is, 0 to 1."""
    return largeness(question.among if len(evidence) >= SCOPE else len(evidence))


def line(share: float, row: NDArray[np.float64]) -> Line:
    """From the log of the odds by `qa.refuse` and what was read to the log of the odds in the end.

    `row` is what `beside` says of the best sentence.
    """
    known = model()
    one, slope, reads = (known.sure + share * known.sure_large[:3]).tolist()
    base = one + share * float(row @ known.sure_large[3:])
    # What was not read is among the last, or of another encoder than the one that reads.
    return lambda odds, read: float(base + slope * odds + reads * (read or 0.0))


def beside(
    evidence: Sequence[Evidence], article: str, end: int, ahead: float
) -> NDArray[np.float64]:
    """The row of `NAMES` from `ahead` on, for a sentence that ends at `end` of an article."""
    own = [
        item
        for item in evidence
        if item.hit.passage.article_id == article
        and item.hit.passage.start < end <= item.hit.passage.end
    ]
    return np.array(
        [
            min(ahead, FURTHEST),
            max((item.fused for item in own), default=0.0),
            max((item.cosine for item in own), default=0.0),
            max((item.likely for item in evidence), default=0.0),
        ]
    )


def probability(odds: float) -> float:
    """From the log of the odds to the probability."""
    return 1 / (1 + math.exp(-min(max(odds, -700.0), 700.0)))


def largeness(passages: int) -> float:
    """How large a library is, 0 to 1."""
    return min(max(math.log(max(passages, 1) / SMALL) / math.log(LARGE / SMALL), 0.0), 1.0)
