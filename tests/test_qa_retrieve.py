"""Retrieve, match and rerank: values worked out by hand over encoders that are read by eye."""

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from conftest import store_of
from hypothesis import given
from hypothesis import strategies as st

from corpus import Article
from index.encoder import TokenVectors
from index.hashing import HashEncoder
from index.library import Library
from index.passages import Passage, Scope, context
from index.words import word_spans
from qa.match import match
from qa.question import Kind, Question, Term, parse
from qa.rerank import NAMES, POWER, Evidence, rerank, rows
from qa.retrieve import RRF_K, fuse, retrieve
from qa.tokens import TokenCache
from qa.types import Hit

ENCODER = HashEncoder()


WAYS = {"e": (1.0, 0.0), "n": (0.0, 1.0), "ne": (math.sqrt(0.5), math.sqrt(0.5))}


class Compass:
    """Token vectors in a plane by the word, as `WAYS` points; any other word points south."""

    fingerprint = "compass"

    def __init__(self) -> None:
        self.calls: list[list[str]] = []

    def encode_tokens(self, texts: Sequence[str]) -> list[TokenVectors]:
        self.calls.append(list(texts))
        return [self.of(text) for text in texts]

    def of(self, text: str) -> TokenVectors:
        spans = [(start, end) for start, end, _ in word_spans(text)]
        rows = [WAYS.get(text[start:end].lower(), (0.0, -1.0)) for start, end in spans]
        return TokenVectors(
            np.array(rows, np.float32).reshape(-1, 2), np.array(spans, np.int32).reshape(-1, 2)
        )


def question(text: str, *weights: float) -> Question:
    """A question whose every word is a term with the weight given, or 1."""
    spans = list(word_spans(text))
    terms = tuple(
        Term(start, end, word, weight)
        for (start, end, word), weight in zip(spans, weights or (1.0,) * len(spans), strict=True)
    )
    return Question(text, terms, Kind.THING, frozenset(), False)


def passage(text: str, *cuts: int, at: int = 0, number: int = 1) -> Passage:
    """A passage of sentences cut at offsets of `text`, which begins at `at` of its article."""
    bounds = [0, *cuts, len(text)]
    inside = tuple(
        (a + at, at + a + len(text[a:b].rstrip())) for a, b in itertools.pairwise(bounds)
    )
    return Passage(number, "x", at, at + len(text), text, inside)


# Fusion


def test_fusion_sums_the_reciprocals_of_the_ranks() -> None:
    fused = fuse([7, 8, 9], [8, 10])
    k = RRF_K
    by_hand = {
        8: Fraction(1, k + 2) + Fraction(1, k + 1),
        7: Fraction(1, k + 1),
        10: Fraction(1, k + 2),
        9: Fraction(1, k + 3),
    }
    assert [number for number, _ in fused] == list(by_hand)
    assert [score for _, score in fused] == pytest.approx([float(f) for f in by_hand.values()])


def test_fusion_breaks_ties_by_the_older_passage_and_takes_empty_lists() -> None:
    assert [number for number, _ in fuse([5], [3])] == [3, 5]
    assert fuse([], []) == [] == fuse()


@given(st.lists(st.lists(st.integers(1, 50), unique=True, max_size=20), max_size=3))
def test_fusion_keeps_every_passage_once_and_best_first(lists: list[list[int]]) -> None:
    fused = fuse(*lists)
    assert sorted(number for number, _ in fused) == sorted({n for each in lists for n in each})
    scores = [score for _, score in fused]
    assert scores == sorted(scores, reverse=True)


# Retrieval


BEAVERS = Article("r", "b.txt", "Beavers", "Beavers built dams.", published="2024", outlet="Tide")
FERRY = Article("r", "f.txt", "Ferry", "The ferry crews walked out.", published="2025-03-10")
BRIDGE = Article("r", "g.txt", "Bridge", "A bridge reopened.", outlet="Courier", author="Ann Ó")


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    store = store_of(tmp_path / "store", BEAVERS, FERRY, BRIDGE)
    with Library.open(store, ENCODER, vectors=False) as opened:
        yield opened


def found(library: Library, text: str, k: int = 10, scope: Scope | None = None) -> list[Hit]:
    asked = parse(text, library.frequencies([w for *_, w in word_spans(text)]), 3)
    return retrieve(library, asked, ENCODER.encode_question(text), k, scope or Scope())


def test_what_meaning_and_words_both_find_comes_first_with_the_sum_of_both(
    library: Library,
) -> None:
    first, *rest = found(library, "Which dams were built?")
    assert first.article == BEAVERS and first.passage.text == BEAVERS.text
    assert first.score == pytest.approx(float(2 * Fraction(1, RRF_K + 1)))
    # The others hold none of the words, and are found by their vectors alone.
    assert [hit.score for hit in rest] == pytest.approx([1 / (RRF_K + 2), 1 / (RRF_K + 3)])
    assert [hit.rank for hit in (first, *rest)] == [1, 2, 3]


def test_k_and_scope_limit_what_is_found(library: Library) -> None:
    assert len(found(library, "dams", 2)) == 2
    for scope, expected in (
        (Scope(start="2025"), {FERRY.id}),
        (Scope(end="2024-12-31"), {BEAVERS.id}),
        (Scope(start="2024", end="2025"), {BEAVERS.id, FERRY.id}),
        (Scope(outlet="courier"), {BRIDGE.id}),
        (Scope(author="o"), {BRIDGE.id}),
        (Scope(article=FERRY.id), {FERRY.id}),
        (Scope(outlet="nobody"), set()),
    ):
        assert {hit.article.id for hit in found(library, "dams", 10, scope)} == expected, scope


# Match


def test_a_term_takes_its_best_cosine_in_each_sentence_and_in_the_title() -> None:
    # Title "ne x"; the sentences are "e s." and "n ne." from offset 100 of the article.
    text = "e s. n ne."
    part = passage(text, 5, at=100)
    asked, compass = question("e n"), Compass()
    met = match(asked, compass.of("e n"), 4, part, compass.of(f"ne x\n{text}"))
    half = math.sqrt(0.5)
    assert met.similar == pytest.approx(np.array([[1.0, half], [0.0, 1.0]]), abs=1e-6)
    assert met.title == pytest.approx([half, half], abs=1e-6)
    assert met.present.tolist() == [[True, False], [False, True]]
    # Offsets in the article of the nearest token: "e" at 100, then "ne"; "n" has "e" as its best.
    assert met.where.tolist() == [[100, 107], [100, 105]]


def test_the_pieces_of_one_word_count_as_one() -> None:
    asked = Question("e-n", (Term(0, 3, "e-n", 1.0),), Kind.THING, frozenset(), False)
    met = match(asked, Compass().of("e-n"), 1, passage("e."), Compass().of("x\ne."))
    assert met.similar == pytest.approx(np.array([[0.5]]))  # the mean of 1 and 0


def test_a_sentence_beyond_the_encoders_window_is_met_by_nothing() -> None:
    read = Compass().of("x\ne. n.")
    cut = TokenVectors(read.vectors[:2], read.offsets[:2])
    met = match(question("n"), Compass().of("n"), 1, passage("e. n.", 3), cut)
    assert met.similar.tolist() == [[0.0, -1.0]]
    assert met.present.tolist() == [[False, True]]


@pytest.mark.parametrize("text", ["", "e"])
def test_nothing_asked_or_nothing_read_is_no_match(text: str) -> None:
    nothing = TokenVectors(np.zeros((0, 2), np.float32), np.zeros((0, 2), np.int32))
    met = match(question(text), Compass().of(text), 1, passage("e. n.", 3), nothing)
    terms = len(text)
    assert met.similar.shape == met.present.shape == met.where.shape == (terms, 2)
    assert met.title.shape == (terms,) and not met.similar.any() and not met.present.any()


# Rerank


def hit(text: str, number: int, rank: int, *cuts: int, title: str = "x") -> Hit:
    article = Article("r", f"{number}.txt", title, text)
    part = replace(passage(text, *cuts, number=number), article_id=article.id)
    return Hit(part, article, 1 / rank, rank)


def test_the_row_of_a_passage_is_what_can_be_worked_out_by_hand() -> None:
    read = Compass()
    asked = question("e n", 4.0, 1.0)
    first = hit("n s. e s.", 1, 1, 5)
    met = match(asked, read.of("e n"), 1, first.passage, read.of("x\nn s. e s."))
    row = dict(zip(NAMES, rows(asked, [Evidence(first, met, 0.25, fused=1.0)])[0], strict=True))
    heavy = 4.0**POWER
    assert row["whole"] == pytest.approx(1.0)
    assert row["best"] == pytest.approx(heavy / (heavy + 1))
    assert row["dense"] == 0.25 and row["fused"] == 10.0
    assert row["uncovered"] == 0.0  # both words are there to the letter


def test_reranked_hits_are_new_in_a_new_order() -> None:
    hits = [hit("n s.", 1, 3), hit("e s.", 2, 2), hit("e n.", 3, 1)]
    ranked = rerank(TokenCache(Compass()), question("e n", 4.0, 1.0), hits, {2: 0.25})
    assert [e.hit.passage.number for e in ranked] == [3, 2, 1]
    assert [e.hit.rank for e in ranked] == [1, 2, 3]
    assert [e.cosine for e in ranked] == [0.0, 0.25, 0.0]
    assert [h.rank for h in hits] == [3, 2, 1]  # the first list is what it was
    assert all(0 < e.hit.score < 1 for e in ranked)
    assert all(e.read == {} for e in ranked)  # nothing was read yet


def test_equals_keep_their_order() -> None:
    same = [replace(hit("s s.", number, 1), rank=number) for number in (1, 2, 3)]
    ranked = rerank(TokenCache(Compass()), question("e"), same, {})
    assert [e.hit.passage.number for e in ranked] == [1, 2, 3]


def test_no_hits_and_no_terms_are_no_error() -> None:
    assert rerank(TokenCache(Compass()), question("e"), [], {}) == []
    (only,) = rerank(TokenCache(Compass()), question(""), [hit("e.", 1, 1)], {})
    assert only.hit.score == 0.0


# Token vectors that are kept


def test_each_text_is_encoded_once() -> None:
    compass = Compass()
    cache = TokenCache(compass)
    cache.encode_tokens(["e", "n", "e"])
    cache.encode_tokens(["n", "ne"])
    assert compass.calls == [["e", "n"], ["ne"]]


def test_a_kept_vector_is_the_one_that_was_given_first() -> None:
    cache = TokenCache(ENCODER)
    text = context(BEAVERS, passage(BEAVERS.text))
    (first,), (again,) = cache.encode_tokens([text]), cache.encode_tokens([text])
    assert np.array_equal(first.vectors, again.vectors) and first.vectors.dtype == np.float32
    assert np.array_equal(first.offsets, again.offsets)
    (exact,) = ENCODER.encode_tokens([text])
    assert np.sum(first.vectors * exact.vectors, axis=1) == pytest.approx(1, abs=2e-3)


def test_what_was_not_asked_for_longest_goes_first() -> None:
    compass = Compass()
    one = compass.of("e")
    cache = TokenCache(compass, budget=2 * (one.vectors.nbytes // 2 + one.offsets.nbytes))
    compass.calls.clear()
    for text in ("e", "n", "e", "s", "e", "n"):
        cache.encode_tokens([text])
    # "s" put "n" out, because "e" had been asked for again.
    assert [call for call in compass.calls if call] == [["e"], ["n"], ["s"], ["n"]]
