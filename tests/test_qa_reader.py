"""What of the candidates is shown: sure enough, none twice, both where outlets disagree."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus import Article
from qa import features, refuse, rerank, sure
from qa import model as weights
from qa.features import starts_with_pronoun
from qa.question import parse
from qa.reader import FURTHER, MOST_SENTENCES, Candidate, candidates, choose

COUNT = parse("How many beavers are there?", {"beaver": 1}, 10)
WHEN = parse("When did it open?", {"open": 1}, 10)
WHO = parse("Who counted them?", {"count": 1}, 10)
WHAT_HAPPENED = parse("What happened on the river?", {"river": 1}, 10)


def said(
    text: str,
    *,
    by: str = "a",
    score: float = 1.0,
    probability: float = 0.9,
    answer: str = "",
    published: str | None = None,
) -> Candidate:
    """A candidate that is the whole text of an article called `by`; `answer` is its span."""
    article = Article("r", f"{by}.txt", by, text, published=published)
    at = text.index(answer) if answer else -1
    span = (at, at + len(answer)) if answer else None
    return Candidate(article, 0, len(text), score, probability, 0.0, span)


THIRTY_SEVEN = said("Wardens saw 37 beavers at dusk.", by="tide", score=2.0, answer="37")
FORTY_ONE = said("A survey found 41 animals in eleven groups.", by="field", answer="41")


def test_nothing_is_shown_when_the_best_is_not_sure_enough() -> None:
    assert choose(COUNT, [], 0.5) == []
    assert choose(COUNT, [said("x", probability=0.49), said("y", probability=0.99)], 0.5) == []
    assert len(choose(COUNT, [said("x", probability=0.5)], 0.5)) == 1


def test_two_outlets_that_differ_are_both_shown() -> None:
    assert choose(COUNT, [THIRTY_SEVEN, FORTY_ONE], 0.5) == [THIRTY_SEVEN, FORTY_ONE]


def test_a_factoid_gets_two_sentences_at_most() -> None:
    third = said("Ramblers think that 52 live there.", by="walk", answer="52")
    assert len(choose(COUNT, [THIRTY_SEVEN, FORTY_ONE, third], 0.5)) == 2


def test_outlets_that_agree_are_shown_once() -> None:
    agrees = said("There were, by one account, 37 of the rodents.", by="field", answer="37")
    assert choose(COUNT, [THIRTY_SEVEN, agrees], 0.5) == [THIRTY_SEVEN]


def test_copies_of_one_wire_story_count_once() -> None:
    copy = said("At dusk wardens saw 38 beavers.", by="courier", answer="38")
    assert choose(COUNT, [THIRTY_SEVEN, copy], 0.5) == [THIRTY_SEVEN]
    story = "Crews walked off the job on Monday, the union said."
    one, other = said(story, by="tide"), said(story.replace("job", "ferries"), by="courier")
    assert choose(WHAT_HAPPENED, [one, other], 0.5) == [one]


@pytest.mark.parametrize(
    "other",
    [
        replace(FORTY_ONE, probability=0.4),
        replace(FORTY_ONE, score=THIRTY_SEVEN.score - FURTHER - 0.1),
        replace(FORTY_ONE, span=None),
        replace(FORTY_ONE, article=THIRTY_SEVEN.article, start=0, end=31),
    ],
    ids=["unsure", "far behind", "without a value", "same article"],
)
def test_a_second_sentence_must_earn_its_place(other: Candidate) -> None:
    assert choose(COUNT, [THIRTY_SEVEN, other], 0.5) == [THIRTY_SEVEN]


def test_only_values_can_differ() -> None:
    ann = said("Ann Finch saw them all at dusk.", by="tide", answer="Ann Finch")
    bo = said("The survey was led by Bo Ek.", by="field", answer="Bo Ek")
    assert choose(WHO, [ann, bo], 0.5) == [ann]
    one = said("It opened on 4 May after long works.", by="tide", answer="4 May")
    two = said("Trains first ran through on 9 June.", by="field", answer="9 June")
    assert choose(WHEN, [one, two], 0.5) == [one, two]


def test_a_question_for_more_gets_the_best_first_and_the_others_by_date() -> None:
    found = [
        said("Floods came in spring to every farm.", by="a", score=3.0, published="2025-05"),
        said("Beavers were let go at the bridge.", by="b", published="2025-08-19"),
        said("Nobody knows what went on there.", by="c", published=None),
        said("Twelve dams now hold water back.", by="d", published="2024"),
    ]
    shown = choose(WHAT_HAPPENED, found, 0.5)
    assert [c.article.title for c in shown] == ["a", "d", "b", "c"]


def test_a_question_for_more_gets_five_sentences_at_most() -> None:
    words = "one two three four five six seven eight".split()
    found = [said(f"{word}{n} {word}{n}x", by=word) for n, word in enumerate(words)]
    assert len(choose(WHAT_HAPPENED, found, 0.5)) == MOST_SENTENCES == 5


@given(st.lists(st.tuples(st.text(min_size=1, max_size=30), st.floats(0, 1), st.floats(-5, 5))))
def test_what_is_shown_was_found_and_is_shown_once(
    drawn: list[tuple[str, float, float]],
) -> None:
    found = [
        said(text, by=str(n), probability=probability, score=score)
        for n, (text, probability, score) in enumerate(drawn)
    ]
    for question in (COUNT, WHO, WHAT_HAPPENED):
        shown = choose(question, found, 0.5)
        assert all(each in found and each.probability >= 0.5 for each in shown)
        assert len({each.article.id for each in shown}) == len(shown) <= MOST_SENTENCES
        assert shown[:1] == found[: len(shown[:1])]


def test_no_evidence_is_no_candidate() -> None:
    assert candidates(COUNT, []) == []
    assert candidates(parse("?", {}, 0), []) == []


def test_the_weights_that_ship_are_numbers_for_every_feature_in_its_place() -> None:
    stored = json.loads(Path(weights.__file__).with_name("weights.json").read_text("utf-8"))
    for name, wanted in (
        ("passage", [*rerank.NAMES, "intercept"]),
        ("rank", features.NAMES),
        ("refuse", [*refuse.NAMES, "intercept"]),
        ("sure", sure.NAMES[:3]),
        ("sure_large", sure.NAMES),
    ):
        assert list(stored[name]) == wanted
        assert all(abs(weight) < 1e3 for weight in stored[name].values())


@pytest.mark.parametrize(
    ("text", "leans"),
    [
        ("She had brought soup.", True),
        ("“It recovered,” he said.", True),
        ("They were compensated.", True),
        ("This was new.", True),
        ("Its tail is notched.", True),
        ("Sheila had brought soup.", False),
        ("Italy won.", False),
        ("Ann had brought her soup.", False),
        ("", False),
    ],
)
def test_a_sentence_that_starts_with_a_pronoun_leans_on_the_one_before(
    text: str, leans: bool
) -> None:
    assert starts_with_pronoun(text) is leans
