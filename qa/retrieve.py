"""Question -> hits: by meaning and by word, fused.

Reciprocal rank fusion (Cormack, Clarke and Büttcher, SIGIR 2009) needs no scores that compare; the
rerank that follows decides, so what counts here is that the right passage is among the hits.
"""

from collections.abc import Sequence

from index.encoder import Vectors
from index.library import Library
from index.passages import EVERYTHING, Scope
from qa.fold import fold
from qa.question import Question
from qa.types import Hit

# Tuned on squad-open over 5..60: at 10 the right passage is among the first 30 for .971.
RRF_K = 10
# How deep each of the two lists goes before they are fused.
DEPTH = 100
# How deep they go where copies fill them.
DEEPEST = 6_400


def retrieve(
    library: Library,
    question: Question,
    vector: Vectors,
    k: int,
    scope: Scope = EVERYTHING,
) -> list[Hit]:
    """The `k` different passages most likely to hold the answer, best first, scored by the fusion.

    Copies of one passage count once; where they crowd the others out, it looks deeper.
    """
    depth = DEPTH
    while True:
        by_meaning = library.search_vectors(vector, depth, scope)
        by_word = library.search_words(question.words, depth, scope)
        fused = fuse([number for number, _ in by_meaning], [number for number, _ in by_word])
        found, left_out = fold(library, fused, k, scope)
        exhausted = max(len(by_meaning), len(by_word)) < depth
        if len(found) >= k or not left_out or exhausted or depth >= DEEPEST:
            break
        depth *= 4
    articles = library.articles({passage.article_id for passage, _ in found})
    # A sync may have removed an article since its passage was found.
    kept = [(passage, score) for passage, score in found if passage.article_id in articles]
    return [
        Hit(passage, articles[passage.article_id], score, rank)
        for rank, (passage, score) in enumerate(kept, 1)
    ]


def fuse(*lists: Sequence[int]) -> list[tuple[int, float]]:
    """Passage numbers with their fused scores, best first; `sum of 1 / (RRF_K + rank)`."""
    scores: dict[int, float] = {}
    for numbers in lists:
        for rank, number in enumerate(numbers, 1):
            scores[number] = scores.get(number, 0.0) + 1 / (RRF_K + rank)
    return sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))
