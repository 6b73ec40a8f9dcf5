"""Measures: values that can be checked by hand, written as fractions."""

import math
from math import log2

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.measures import (
    Bin,
    calibration,
    calibration_error,
    exact_match,
    f1,
    means,
    ndcg_at,
    normalised,
    paired_bootstrap,
    percentile,
    plain,
    recall_at,
    reciprocal_rank,
    risk_coverage,
    says,
    success_at,
    wilson,
)

RANKS = st.lists(st.integers(1, 30), unique=True, max_size=8).map(sorted)


def test_success_is_any_and_recall_is_the_share() -> None:
    ranks = [2, 5, 9]
    assert [success_at(k, ranks) for k in (1, 2, 9)] == [0, 1, 1]
    assert [recall_at(k, ranks, 4) for k in (1, 2, 5, 20)] == [0, 1 / 4, 2 / 4, 3 / 4]
    assert success_at(20, []) == recall_at(20, [], 4) == 0


def test_reciprocal_rank_is_that_of_the_first() -> None:
    assert reciprocal_rank([3, 4]) == 1 / 3
    assert reciprocal_rank([1]) == 1
    assert reciprocal_rank([]) == 0


def test_ndcg_divides_by_the_best_order() -> None:
    assert ndcg_at(10, [1, 2], 2) == 1
    assert ndcg_at(10, [3], 1) == 1 / log2(4) == 1 / 2
    assert ndcg_at(10, [1, 3], 2) == pytest.approx((1 + 1 / 2) / (1 + 1 / log2(3)))
    assert ndcg_at(10, [11], 1) == 0
    # Of twelve relevant ones the best order shows ten.
    assert ndcg_at(10, list(range(1, 11)), 12) == 1


@given(RANKS, st.integers(1, 30))
def test_ranked_measures_are_shares_and_grow_with_depth(ranks: list[int], k: int) -> None:
    relevant = max(1, len(ranks))
    for measure in (recall_at, ndcg_at):
        assert 0 <= measure(k, ranks, relevant) <= 1 + 1e-12
    assert recall_at(k, ranks, relevant) <= success_at(k, ranks)
    assert success_at(k, ranks) <= success_at(k + 1, ranks)
    assert 0 <= reciprocal_rank(ranks) <= 1


def test_a_sentence_says_an_answer_without_case_and_with_either_quotes() -> None:
    assert says("The Wardens counted 37 Beavers.", ["37 beavers"]) == 1
    assert says("It’s  “done”, he said.", ['It\'s "done"']) == 1
    assert says("The wardens counted none.", ["37", "forty"]) == 0
    assert says("", ["a"]) == says("Anything.", []) == says("Anything.", [" "]) == 0
    assert says("1,300 people came.", ["3"]) == 1  # the trap that the docstring names
    assert plain("STRASSE") == plain("straße")


def test_spans_are_normalised_as_squad_does() -> None:
    assert normalised("The  U.S. “Navy”, an army!") == "us navy army"
    assert exact_match("the Beaver Survey.", ["beaver survey"]) == 1
    assert exact_match("a beaver survey of 2025", ["beaver survey"]) == 0
    assert exact_match("", ["the"]) == exact_match("the", ["the"]) == 0


def test_f1_is_the_harmonic_mean_over_words() -> None:
    # Precision 2/3, recall 2/4.
    assert f1("red brick house", ["house of red stone"]) == 2 * 2 / (3 + 4)
    # A repeated word is shared as often as it stands in both: precision 1/2, recall 1.
    assert f1("bye bye", ["bye"]) == 2 / 3
    assert f1("red house", ["blue boat", "red house"]) == 1
    assert f1("", ["red"]) == f1("red", []) == f1("the", ["a"]) == 0


@given(st.text(max_size=30), st.lists(st.text(max_size=30), max_size=3))
def test_f1_is_a_share_and_at_least_the_exact_match(span: str, accepted: list[str]) -> None:
    assert exact_match(span, accepted) <= f1(span, accepted) <= 1


def test_a_mean_is_over_the_questions_that_a_measure_applies_to() -> None:
    rows = [{"a": 1.0, "b": 0.0}, {"a": 0.0}, {"a": 1.0}]
    found = means(rows, ["a", "b", "c"])
    assert (found["a"], found["b"], found["c"]) == (2 / 3, 0, None)


def test_balanced_accuracy_is_the_mean_of_its_two_halves() -> None:
    rows = [{"answered": 1.0}, {"answered": 0.0}, {"answered": 1.0}, {"refusal_recall": 1.0}]
    found = means(rows, ["answered", "refusal_recall"])
    assert found["refusal_balanced_accuracy"] == (2 / 3 + 1) / 2
    assert means(rows[:3], ["answered", "refusal_recall"])["refusal_balanced_accuracy"] is None


def test_percentiles_lie_between_values() -> None:
    assert percentile([1, 2, 3, 4, 5], 0.5) == 3
    assert percentile([10, 20], 0.95) == 10 + 10 * 0.95
    assert percentile([], 0.5) == 0


def rows(*values: float, name: str = "a") -> list[dict[str, float]]:
    return [{name: value} for value in values]


def test_a_run_does_not_differ_from_itself() -> None:
    same = rows(1, 0, 1, 1)
    found = paired_bootstrap(same, same, ["a"])["a"]
    assert (found.difference, found.low, found.high) == (0, 0, 0)


def test_the_interval_is_about_the_difference_and_the_same_each_time() -> None:
    before, after = rows(*[0, 1] * 50), rows(*[1, 1] * 50)
    found = paired_bootstrap(before, after, ["a"])["a"]
    assert (found.before, found.after, found.difference) == (1 / 2, 1, 1 / 2)
    # The standard error of 100 differences that are 0 or 1 by halves is 1/20.
    assert found.low == pytest.approx(1 / 2 - 1.96 / 20, abs=0.02)
    assert found.high == pytest.approx(1 / 2 + 1.96 / 20, abs=0.02)
    assert paired_bootstrap(before, after, ["a"])["a"] == found


def test_pairs_are_drawn_together() -> None:
    # Both change from question to question, their difference never does.
    found = paired_bootstrap(rows(0, 0.5, 0.2), rows(0.1, 0.6, 0.3), ["a"])["a"]
    assert found.low == pytest.approx(0.1) and found.high == pytest.approx(0.1)


def test_a_measure_that_one_run_lacks_is_not_compared() -> None:
    assert paired_bootstrap(rows(1, 0), rows(1, 0, name="b"), ["a", "b"]) == {}


def test_a_measure_of_few_questions_has_an_interval_of_those() -> None:
    before = [{"a": 0.0}, *({"b": 1.0} for _ in range(5))]
    found = paired_bootstrap(before, [{"a": 1.0}, *before[1:]], ["a"])["a"]
    assert (found.low, found.high) == (1, 1) and not math.isnan(found.difference)


def test_calibration_compares_how_sure_with_how_right() -> None:
    sure = [(0.81, True), (0.85, True), (0.89, False), (0.1, False), (1.0, True)]
    low, high, last = calibration(sure)
    assert (low.confidence, low.right, low.count) == (0.1, 0, 1)
    assert high.confidence == pytest.approx((0.81 + 0.85 + 0.89) / 3)
    assert (high.right, high.count) == (2 / 3, 3)
    assert (last.confidence, last.right, last.count) == (1, 1, 1)
    expected = (1 * 0.1 + 3 * (0.85 - 2 / 3) + 0) / 5
    assert calibration_error([low, high, last]) == pytest.approx(expected)
    assert calibration_error([]) is None and calibration([]) == []


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1))
def test_every_answer_is_in_one_bin(sure: list[tuple[float, bool]]) -> None:
    bins = calibration(sure)
    assert sum(each.count for each in bins) == len(sure)
    assert all(each.low <= each.right + 1e-9 and each.right <= each.high + 1e-9 for each in bins)
    assert isinstance(bins[0], Bin)


def test_wilsons_interval_is_that_of_the_book() -> None:
    # 81 of 263: Newcombe (1998), table I, method 3.
    low, high = wilson(81 / 263, 263)
    assert (round(low, 4), round(high, 4)) == (0.2553, 0.3662)
    assert wilson(0, 10)[0] == 0 and wilson(1, 10)[1] == 1


def test_risk_is_the_share_wrong_among_the_surest() -> None:
    sure = [(0.9, True), (0.8, False), (0.7, True), (0.6, False)]
    assert risk_coverage(sure, 4) == [(1 / 4, 0), (2 / 4, 1 / 2), (3 / 4, 1 / 3), (1, 2 / 4)]
    # Equal confidences are answered together or not at all.
    assert risk_coverage([(0.5, True), (0.5, False)], 4) == [(2 / 4, 1 / 2)]
    assert risk_coverage([], 4) == []
