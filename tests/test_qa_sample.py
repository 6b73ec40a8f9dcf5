"""The sample questions, by the default encoder: answered right, refused right."""

import json
from pathlib import Path

import pytest
from conftest import ROOT

from benchmarks.news import Outcome, judged, table
from index.minilm import MiniLM
from qa import Assistant, Turn

# CHANGE HERE: shares of the sample's own questions that must be right.
ANSWERED_RIGHT = 0.85
REFUSED_RIGHT = 0.80
RIGHT_ARTICLE = 0.85
OFF_SUBJECT_SAID = 0.8


@pytest.fixture(scope="module")
def outcomes(sample_store: Path) -> list[Outcome]:
    lines = (ROOT / "corpus" / "sample" / "questions.jsonl").read_text("utf-8").splitlines()
    found = []
    with Assistant.open(sample_store, encoder=MiniLM(), once=True) as assistant:
        for question in map(json.loads, lines):
            history: list[Turn] = []
            for earlier in question["history"]:
                history.append(Turn(earlier, assistant.ask(earlier, history)))
            found.append(judged(question, assistant.ask(question["question"], history)))
    return found


def misses(outcomes: list[Outcome]) -> str:
    return "\n".join(
        f"{each.question['question']} -> {each.answer.text[:160]}"
        for each in outcomes
        if not each.right
    )


def test_the_sample_has_the_questions_it_should(outcomes: list[Outcome]) -> None:
    found = table(outcomes)
    assert found["answerable"] + found["unanswerable"] >= 60 and found["unanswerable"] >= 18
    assert {"near_miss", "off_subject", "byline", "follow_up"} <= set(found["by_kind"])


def test_the_answerable_are_answered_right(outcomes: list[Outcome]) -> None:
    found = table(outcomes)
    assert found["answered_right"] >= ANSWERED_RIGHT, misses(outcomes)
    assert found["right_article"] >= RIGHT_ARTICLE


def test_the_unanswerable_are_refused(outcomes: list[Outcome]) -> None:
    assert table(outcomes)["refused_right"] >= REFUSED_RIGHT, misses(outcomes)


def test_what_is_about_something_else_is_refused_for_that(outcomes: list[Outcome]) -> None:
    off = [each.answer.reason for each in outcomes if each.question["kind"] == "off_subject"]
    assert off.count("off_subject") >= OFF_SUBJECT_SAID * len(off)
