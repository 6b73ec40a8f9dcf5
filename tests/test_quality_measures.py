"""The measures of the quality benchmarks, on values that can be checked by hand."""

import json
import math
import random
from pathlib import Path

import numpy as np
import pytest

from benchmarks import calibration, fit_passages, fit_sure, quality
from benchmarks.clapnq import overlap
from benchmarks.cloze import clozes
from benchmarks.result import Measure, Skipped
from benchmarks.scifact import ndcg
from corpus import Article
from index.passages import Passage
from index.sentences import sentences
from qa import rerank, sure


def test_ndcg_discounts_by_rank_and_is_one_for_the_ideal_list() -> None:
    grades = {"a": 1, "b": 1}
    assert ndcg(["a", "b", "c"], grades, 10) == 1
    found = 1 / math.log2(3)  # "a" on the second place
    ideal = 1 + 1 / math.log2(3)
    assert ndcg(["c", "a"], grades, 10) == pytest.approx(found / ideal)
    assert ndcg(["c", "a"], grades, 1) == 0 and ndcg(["a"], {}, 10) == 0


def test_the_overlap_of_sentences_is_precision_recall_and_their_harmonic_mean() -> None:
    assert overlap({"a", "b"}, {"b", "c", "d"}) == pytest.approx((1 / 2, 1 / 3, 2 / 5))
    assert overlap(set(), {"a"}) == overlap({"b"}, {"a"}) == (0.0, 0.0, 0.0)


def test_a_cloze_asks_for_what_it_leaves_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchmarks.cloze.near_words", lambda: lambda word: [])
    text = (
        "In 1887 the engineer Odile Brandvold moved the ferry landing from Tarn to Oskar Bay for "
        "40,000 crowns. The villagers of Lower Tarn had asked for a wooden bridge since 1861."
    )
    article = Article("r", "a.txt", "Ferry", text)
    passage = Passage(7, article.id, 0, len(text), text, tuple(sentences(text)))
    made = [one for seed in range(20) for one in clozes(article, [passage], random.Random(seed))]
    assert len({each.question for each in made}) > 10
    for each in made:
        assert each.passage == 7 and text[each.start : each.end] == each.answer
        assert each.question.endswith("?") and each.answer not in each.question


def test_the_fit_of_passages_finds_the_column_that_tells_and_success_counts_ranks() -> None:
    draw = np.random.default_rng(4)
    found = []
    for _ in range(60):
        rows = draw.normal(size=(8, len(rerank.NAMES)))
        holds = np.zeros(8, bool)
        holds[at := int(rows[:, 2].argmax())] = True  # "dense" decides
        rows[at, 2] += 1
        found.append(fit_passages.Found("a", rows, holds))
    weights = fit_passages.fit(found)
    assert weights[:-1].argmax() == 2 and weights[2] > 3 * np.delete(weights[:-1], 2).max()
    assert fit_passages.ranks(found, weights[:-1]) == [1] * 60
    assert fit_passages.success([1, 0, 5, 2]) == "0.250 0.750 0.750"


def test_the_fit_of_how_sure_is_a_probability_of_the_right_share() -> None:
    draw = np.random.default_rng(5)
    found = []
    for number in range(2000):
        large = float(number % 2)
        odds = draw.normal() * 2
        row = draw.normal(size=4)
        chance = 1 / (1 + math.exp(-(odds + large * (row[0] - 1))))
        own = [1.0, odds, draw.normal()]
        columns = [*own, *(large * each for each in own), *(large * row).tolist()]
        right = bool(draw.random() < chance)
        folder = fit_sure.SQUAD if large else "news"
        found.append(fit_sure.Judged(folder, folder, True, right, columns))
    weights = fit_sure.fit(found)
    assert len(weights) == 3 + len(sure.NAMES)
    assert weights == pytest.approx([0, 1, 0, -1, 0, 0, 1, 0, 0, 0], abs=0.25)


def test_each_strictness_counts_what_is_answered_right_and_refused(tmp_path: Path) -> None:
    kept = [("a", True, True, 0.9), ("a", True, False, 0.5), ("a", False, False, 0.3)]
    figures = {row[0]: row[1:] for row in calibration.curve(kept)}
    assert figures[0.2] == (1.0, 0.5, 0.0, 0.5)
    assert figures[0.6] == (0.5, 0.5, 1.0, 0.75)
    assert calibration.points(kept)[0] == pytest.approx((0.2, 1.0, 2 / 3))
    (tmp_path / fit_sure.LEFT_OUT).write_text(json.dumps(kept))
    picture = tmp_path / "picture.svg"
    assert calibration.main(["--cache", str(tmp_path), "--write", str(picture)]) == 0
    drawn = picture.read_text("utf-8")
    assert drawn.count("<svg") == drawn.count("</svg>") == 3
    assert calibration.main(["--cache", str(tmp_path / "none")]) == 1


def test_the_table_names_what_is_skipped_and_where_a_figure_is_from(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def missing(args: object) -> tuple[str, list[Measure]]:
        raise Skipped("it is not there")

    parts = {"one": lambda args: ("two questions", [Measure("hit", 0.5, target=">= 0.4")])}
    monkeypatch.setattr(quality, "PARTS", parts | {"two": missing})
    assert quality.main(["--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["over"] == "one: two questions; two skipped: it is not there"
    assert result["measures"] == [
        {"name": "one: hit", "value": 0.5, "unit": "", "target": ">= 0.4"}
    ]
