"""The measures of the quality benchmarks, on values that can be checked by hand."""

import math
from fractions import Fraction

import pytest

from benchmarks.calibration import STRICT, curve, drawn
from benchmarks.clapnq import overlap
from benchmarks.cloze import Cloze, clozes
from benchmarks.scifact import ndcg


def test_ndcg_discounts_by_rank_and_is_one_for_the_ideal_list() -> None:
    grades = {"a": 1, "b": 1}
    assert ndcg(["a", "b", "c"], grades, 10) == 1
    found = 1 / math.log2(3)  # "a" on the second place
    ideal = 1 + 1 / math.log2(3)
    assert ndcg(["c", "a"], grades, 10) == pytest.approx(found / ideal)
    assert ndcg(["c", "a"], grades, 1) == 0 and ndcg(["a"], {}, 10) == 0


def test_the_overlap_of_sentences_is_precision_recall_and_their_harmonic_mean() -> None:
    found = overlap({"a", "b"}, {"b", "c", "d"})
    assert found == pytest.approx([float(Fraction(1, n)) for n in (2, 3)] + [0.4])
    assert overlap({"a"}, {"b"}) == overlap(set(), {"b"}) == (0.0, 0.0, 0.0)


def test_the_curve_counts_answered_right_and_refused() -> None:
    kept = [("x", True, True, 0.9), ("x", True, False, 0.42), ("x", False, False, 0.3)]
    lines = {line[0]: line[1:] for line in curve(kept)}
    assert set(lines) == set(STRICT)
    assert lines[0.2] == (1.0, 0.5, 0.0, 0.5)
    assert lines[0.4] == (1.0, 0.5, 1.0, 1.0)
    assert lines[0.5] == (0.5, 0.5, 1.0, 0.75)


def test_a_drawn_picture_brings_its_colours() -> None:
    picture = drawn('<svg viewBox="0 0 1 1"><circle class="dot"/></svg>')
    assert picture.startswith('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><style>')
    assert ".dot {" in picture and "--right:" in picture


def test_a_cloze_leaves_its_answer_out_and_stands_in_its_passage() -> None:
    import random

    from corpus import Article
    from index.passages import Passage
    from index.sentences import sentences

    text = (
        "In 1887 the engineer Odile Brandvold moved the ferry landing from Tarn to Oskar Bay for "
        "40,000 crowns. The villagers of Lower Tarn had asked for a wooden bridge since 1861."
    )
    article = Article("r", "a.txt", "Ferry", text)
    passage = Passage(7, article.id, 0, len(text), text, tuple(sentences(text)))
    made: list[Cloze] = []
    for seed in range(20):
        made += clozes(article, [passage], random.Random(seed))
    assert len({each.question for each in made}) > 10
    for each in made:
        assert each.passage == 7 and text[each.start : each.end] == each.answer
        assert each.question.endswith("?") and each.answer not in each.question
