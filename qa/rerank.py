"""Hits -> better hits: late interaction between the question's words and each passage's tokens.

A passage's score is a linear model over how well it meets the question's words as a whole and in
its best sentence, what found it, and how likely that sentence is to answer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from corpus.article import Article
from index.joint import Reading
from index.passages import context
from qa.features import NAMES as SENTENCE_NAMES
from qa.features import Line, features
from qa.match import Match, match
from qa.model import model
from qa.question import Question
from qa.tokens import TokenCache
from qa.types import Hit

# Power of the idf in a word's weight (tuned on squad-open, over 0.5..1.5).
POWER = 0.75
# `whole` and `best` are the weighted mean of the words' best cosines in the passage and in one
# sentence of it, `dense` the cosine of its vector, `fused` the score of the fusion, `untitled` and
# `near` those of its best sentence in `qa.features`, `sentence` that sentence's own score, and
# `uncovered` the weight of the heaviest word that is not there to the letter.
NAMES = "whole best dense fused untitled near uncovered sentence".split()
# A word is in the title from this cosine on; what a passage of headings alone scores.
ENTITLED, LEAST = 0.8, -10.0
UNTITLED, NEAR, HEADING = (
    SENTENCE_NAMES.index(name) for name in ("untitled_borrowed", "near", "heading")
)


@dataclass(frozen=True, slots=True)
class Evidence:
    """A hit with the comparison that gave it its score, for the reader to look closer.

    `cosine` is that of the whole passage's vector with the question's, `fused` the score of the
    search that found it, `likely` the log of the odds that it answers; `read` says of the sentences
    that were read with the question, by where they start, what that gave.
    """

    hit: Hit
    match: Match
    cosine: float
    fused: float = 0.0
    likely: float = 0.0
    read: Mapping[int, Reading] = field(default_factory=dict)


def rerank(
    tokens: TokenCache, question: Question, hits: Sequence[Hit], cosines: Mapping[int, float]
) -> list[Evidence]:
    """The same passages ordered by how likely they are to answer, as new hits.

    The score is that likelihood, 0 to 1, as a logistic model tells it that was fitted by
    `benchmarks/fit_passages.py`. `cosines` are the passages' own by number.
    """
    evidence = compare(tokens, question, hits, cosines)
    if not evidence:
        return []
    known, scores = model(), np.zeros(len(hits))
    if question.terms:
        scores = rows(question, evidence) @ known.passage + known.passage_intercept
    likely = 1 / (1 + np.exp(-scores)) if question.terms else scores
    order = sorted(range(len(hits)), key=lambda at: (-scores[at], hits[at].rank))
    return [
        replace(
            evidence[at],
            hit=replace(hits[at], score=float(likely[at]), rank=rank),
            likely=float(scores[at]),
        )
        for rank, at in enumerate(order, 1)
    ]


def compare(
    tokens: TokenCache, question: Question, hits: Sequence[Hit], cosines: Mapping[int, float]
) -> list[Evidence]:
    """Each hit, as it was found, with how its passage meets the question."""
    if not hits:
        return []
    (asked,) = tokens.encode_tokens([question.text])
    texts = [context(hit.article, hit.passage) for hit in hits]
    evidence = []
    for hit, text, found in zip(hits, texts, tokens.encode_tokens(texts), strict=True):
        title = len(text) - len(hit.passage.text) - 1
        met = match(question, asked, title, hit.passage, found)
        cosine = cosines.get(hit.passage.number, 0.0)
        evidence.append(Evidence(hit, met, cosine, hit.score))
    return evidence


def rows(question: Question, evidence: Sequence[Evidence]) -> NDArray[np.float64]:
    """A row of `NAMES` for each passage."""
    raw = np.array([term.weight for term in question.terms])
    weights = raw**POWER / max(float((raw**POWER).sum()), 1e-6)
    of_sentence: dict[tuple[str, int], tuple[float, NDArray[np.float64]]] = {}
    for article, lines in by_article(evidence):
        found = features(question, article.title, lines)
        scores = found @ model().rank - 1e6 * found[:, HEADING]
        for line, score, row in zip(lines, scores, found, strict=True):
            of_sentence[article.id, line.start] = float(score), row
    result = []
    for item in evidence:
        passage, met = item.hit.passage, item.match
        similar = np.maximum(met.similar.max(axis=1, initial=-1.0), met.title)
        score, row = max(
            (of_sentence[passage.article_id, start] for start, _ in passage.sentences),
            key=lambda each: each[0],
        )
        there = met.present.any(axis=1) | (met.title > ENTITLED)
        result.append(
            (
                similar @ weights,
                (weights @ met.similar).max(initial=-1.0),
                item.cosine,
                item.fused * 10,
                row[UNTITLED],
                row[NEAR],
                (raw * ~there).max() / 8,
                max(score, LEAST) / 10,
            )
        )
    return np.array(result, np.float64)


def by_article(evidence: Sequence[Evidence]) -> list[tuple[Article, list[Line]]]:
    """Each article's known sentences in order; one in two passages as the better of them saw it."""
    articles: dict[str, Article] = {}
    known: dict[str, dict[int, Line]] = {}
    for item in evidence:
        passage, met = item.hit.passage, item.match
        articles[passage.article_id] = item.hit.article
        lines = known.setdefault(passage.article_id, {})
        for column, (start, end) in enumerate(passage.sentences):
            similar = met.similar[:, column]
            if start in lines and lines[start].similar.sum() >= similar.sum():
                continue
            lines[start] = Line(
                text=item.hit.article.text[start:end],
                start=start,
                end=end,
                similar=similar,
                present=met.present[:, column],
                where=met.where[:, column],
                title=met.title,
                dense=item.cosine,
                read=item.read.get(start),
            )
    return [(articles[key], [lines[s] for s in sorted(lines)]) for key, lines in known.items()]
