"""Hits -> better hits: late interaction between the question's words and each passage's tokens."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from index.passages import context
from qa.match import Match, match
from qa.question import Question
from qa.tokens import TokenCache
from qa.types import Hit

# What the best single sentence adds to the whole passage (tuned on squad-open, over 0..0.4).
BEST_SENTENCE = 0.3
# Power of the idf in a word's weight (tuned on squad-open, over 0.5..1.5).
POWER = 0.75


@dataclass(frozen=True, slots=True)
class Evidence:
    """A hit with the comparison that gave it its score, for the reader to look closer.

    `cosine` is that of the whole passage's vector with the question's.
    """

    hit: Hit
    match: Match
    cosine: float


def rerank(
    tokens: TokenCache, question: Question, hits: Sequence[Hit], cosines: Mapping[int, float]
) -> list[Evidence]:
    """The same passages ordered by how well they meet the question's words, as new hits.

    The score is the weighted mean of each word's best cosine in the passage or the title, and
    `BEST_SENTENCE` of the same within the best single sentence; from -1.3 to 1.3. `cosines` are
    the passages' own by number.
    """
    if not hits:
        return []
    (asked,) = tokens.encode_tokens([question.text])
    texts = [context(hit.article, hit.passage) for hit in hits]
    scored = []
    for hit, text, found in zip(hits, texts, tokens.encode_tokens(texts), strict=True):
        title = len(text) - len(hit.passage.text) - 1
        met = match(question, asked, title, hit.passage, found)
        scored.append((_score(question, met), hit, met))
    scored.sort(key=lambda item: (-item[0], item[1].rank))
    return [
        Evidence(
            Hit(hit.passage, hit.article, score, rank), met, cosines.get(hit.passage.number, 0.0)
        )
        for rank, (score, hit, met) in enumerate(scored, 1)
    ]


def _score(question: Question, met: Match) -> float:
    if not question.terms:
        return 0.0
    weights = np.array([term.weight for term in question.terms]) ** POWER
    weights = weights / max(float(weights.sum()), 1e-6)
    whole = np.maximum(met.similar.max(axis=1, initial=-1.0), met.title) @ weights
    return float(whole + BEST_SENTENCE * (weights @ met.similar).max(initial=-1.0))
