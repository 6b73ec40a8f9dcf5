"""A question is answered about its own time, turn and event, and by what it asks to be counted."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import store_of

from corpus import Article
from index.minilm import MiniLM
from qa import Assistant, Turn
from qa.answer import THRESHOLD


def told(title: str, outlet: str, day: str, text: str) -> Article:
    return Article("/r", f"{title}.txt", title, text, outlet=outlet, published=day)


QUARRY = told(
    "Blast at the Holm quarry",
    "The Vale Herald",
    "2025-03-04",
    "An explosion tore through the Holm quarry at 6.50 a.m. on Tuesday. Nine workers were hurt, "
    "two of them badly, the rescue service said. The cause is not yet known.\n\nOperator "
    "Stonebrae was fined in 2022, and the union had cited it for old wiring.",
)
HOSPITAL = told(
    "Quarry workers go home",
    "Radio Holm",
    "2025-03-10",
    "Seven of the workers hurt in the explosion at the Holm quarry have gone home, the hospital "
    "said on Sunday. The other two are out of danger.",
)
RIVER = told(
    "Flood on the Lorne",
    "Lorne Post",
    "2025-01-20",
    "Four people died when the Lorne flooded the town of Ashwell on Saturday, the worst flood "
    "there since the flood of 2008. About 900 people left their homes.\n\nThe repairs will take "
    "until June, the city said. Mayor Dara Finn thanked the volunteers.",
)
BUDGET = told(
    "Ashwell passes its budget",
    "Lorne Post",
    "2024-02-07",
    "The council of Ashwell voted on Tuesday for the budget by nine votes to six. It means that "
    "the council tax will rise by 4.9 per cent. The vote on the budget came after midnight.",
)
CORRECTION = told(
    "Correction: Ashwell passes its budget",
    "Lorne Post",
    "2024-02-09",
    "Our article of 7 February on the budget of Ashwell said that the council tax will rise by "
    "4.9 per cent. It will rise by 3.9 per cent.",
)
PLAN = told(
    "Ashwell plans a tram",
    "Lorne Post",
    "2023-05-02",
    "Ashwell wants to build a tram by 2029. The plan was put to the council on Monday, and it "
    "costs 80 million crowns.",
)
TRACKS = told(
    "First rails for the Ashwell tram",
    "Lorne Post",
    "2025-09-10",
    "The first rails of the Ashwell tram were laid on Wednesday. Engineer Petra Holub said: "
    "“We are three weeks ahead, and the bridge is next.”",
)


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory, sample_store: Path) -> Iterator[Assistant]:
    encoder = MiniLM()
    every = (QUARRY, HOSPITAL, RIVER, BUDGET, CORRECTION, PLAN, TRACKS)
    store = store_of(tmp_path_factory.mktemp("asked") / "store", *every, encoder=encoder)
    with Assistant.open(store, encoder=encoder) as assistant:
        yield assistant


def test_a_survey_since_a_day_is_of_what_was_written_since(asked: Assistant) -> None:
    answer = asked.ask("What happened with the Ashwell tram since June 2025?")
    assert not answer.refused, answer.text
    assert {c.published for c in answer.citations} == {TRACKS.published}, answer.text


def test_the_turn_after_a_survey_is_no_survey(asked: Assistant) -> None:
    first = asked.ask("Summarise the flood on the Lorne.")
    assert len(first.sentences) > 1
    answer = asked.ask("How many people died in it?", [Turn("Summarise the flood.", first)])
    assert not answer.refused and "Four people died" in answer.sentences[0].text, answer.text
    assert all(c.source == RIVER.source for c in answer.citations), answer.text


def test_the_cause_of_one_event_is_not_that_of_another(asked: Assistant) -> None:
    question = "How many people died in the Ashwell flood?"
    first = asked.ask(question)
    answer = asked.ask("And what was the cause of it?", [Turn(question, first)])
    assert not any(c.source == QUARRY.source for c in answer.citations), answer.text


def test_who_was_cited_for_something_is_no_reason(asked: Assistant) -> None:
    answer = asked.ask("What caused the explosion at the Holm quarry?")
    assert "wiring" not in answer.text, answer.text
    assert answer.refused or answer.confidence >= THRESHOLD


@pytest.mark.parametrize(
    "question",
    [
        "How many people died in the explosion at the Holm quarry?",
        "How many people were injured in the flood at Ashwell?",
    ],
)
def test_the_injured_are_not_the_dead(asked: Assistant, question: str) -> None:
    answer = asked.ask(question)
    assert answer.refused, answer.text


def test_a_part_of_a_count_is_no_other_count(asked: Assistant) -> None:
    answer = asked.ask("How many workers were hurt in the blast at the Holm quarry?")
    assert answer.disagreement is None, answer.text
    sentence = answer.sentences[0]
    assert sentence.span and sentence.text[slice(*sentence.span)].startswith("Nine"), answer.text


def test_a_time_of_day_counts_nobody(asked: Assistant) -> None:
    answer = asked.ask("How many were hurt at the Holm quarry?")
    assert answer.sentences and "Nine" in answer.sentences[0].text, answer.text


def test_what_happened_in_another_year_does_not_answer(asked: Assistant) -> None:
    answer = asked.ask("How many people died in the Ashwell flood of 2008?")
    assert answer.refused, answer.text


def test_a_town_that_speaks_is_not_the_person_named_before(asked: Assistant) -> None:
    answer = asked.ask("How long will the repairs take in Ashwell?")
    assert answer.citations and answer.citations[0].speaker != "Dara Finn", answer.text


def test_all_that_was_said_is_marked(asked: Assistant) -> None:
    answer = asked.ask("What did Petra Holub say about the tram?")
    sentence = answer.sentences[0]
    assert sentence.span, answer.text
    assert "three weeks ahead, and the bridge is next" in sentence.text[slice(*sentence.span)]


def test_an_article_with_every_name_of_the_question_is_about_it(asked: Assistant) -> None:
    answer = asked.ask("Who is the bishop of Ashwell?")
    assert answer.refused and answer.reason == "not_said", answer.text
    answer = asked.ask("Who is the bishop of Quillerby?")
    assert answer.refused and answer.reason == "off_subject", answer.text


def test_the_day_of_telling_is_not_the_day_of_what_is_told(asked: Assistant) -> None:
    answer = asked.ask("On what day did the Holm quarry explode?")
    assert answer.disagreement is None, answer.text


def test_whose_words_she_said_is_told_by_the_answer_before(asked: Assistant) -> None:
    question = "What did the engineer of the tram say?"
    first = asked.ask(question)
    assert first.citations[0].speaker == "Petra Holub", first.text
    answer = asked.ask("What did she say about the bridge?", [Turn(question, first)])
    assert answer.citations and answer.citations[0].speaker == "Petra Holub", answer.text
    question = "Who thanked the volunteers in Ashwell?"
    first = asked.ask(question)
    assert "Dara Finn" in first.text
    answer = asked.ask("What did she say?", [Turn(question, first)])
    assert answer.refused or answer.citations[0].speaker == "Dara Finn", answer.text


def test_an_explanation_holds_no_figure_that_was_corrected(asked: Assistant) -> None:
    answer = asked.ask("How did the council of Ashwell vote on the budget?")
    assert not answer.refused and "nine votes to six" in answer.text, answer.text
    assert "4.9" not in answer.text, answer.text
