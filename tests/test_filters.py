"""Where a question says to look: outlet, author, speaker, time and the words that it quotes."""

from datetime import date
from typing import Literal

import pytest

from index.passages import EVERYTHING, Scope
from qa.filters import Asked, asked_of

NAMES = {
    "outlet": ["The Lenton Courier", "Tidewire", "Kestrel Coast Broadcasting", "The Ostrel Post"],
    "author": ["Mara Lindqvist", "Jonas Ekberg, Ida Holm"],
}


def asked(text: str, scope: Scope = EVERYTHING) -> Asked:
    """What a question asks of these outlets and authors, on 12 June 2024."""

    def names(field: Literal["author", "outlet"]) -> list[str]:
        return NAMES[field]

    return asked_of(text, scope, names, date(2024, 6, 12))


@pytest.mark.parametrize(
    ("question", "outlet", "rest"),
    [
        ("According to the Courier, who won?", "The Lenton Courier", "who won?"),
        ("According to The Lenton Courier, who won?", "The Lenton Courier", "who won?"),
        ("Who won, according to Tidewire?", "Tidewire", "Who won?"),
        ("Who won, as reported by the Ostrel Post?", "The Ostrel Post", "Who won?"),
        ("In the Courier's report, who won?", "The Lenton Courier", "who won?"),
        ("What did Tidewire report about the race?", "Tidewire", None),
        ("Who won?", None, "Who won?"),
        ("Who won the Tidewire cup?", None, "Who won the Tidewire cup?"),
    ],
)
def test_an_outlet_is_where_to_look(question: str, outlet: str | None, rest: str | None) -> None:
    found = asked(question)
    assert found.scope.outlet == outlet
    assert rest is None or found.text == rest
    assert not outlet or outlet.split()[-1] not in found.text


@pytest.mark.parametrize(
    ("question", "speaker"),
    [
        ("What did Brough say about sleep?", "Brough"),
        ("What does Mara Lindqvist think of the pool?", "Mara Lindqvist"),
        ("Who won?", None),
    ],
)
def test_whose_words_are_wanted_is_known(question: str, speaker: str | None) -> None:
    assert asked(question).speaker == speaker


@pytest.mark.parametrize(
    ("question", "outlet", "rest"),
    [
        ("What toll did the Ostrel Post report for the ford?", "The Ostrel Post",
         "What toll for the ford?"),
        ("How many goats did Tidewire say were saved?", "Tidewire", "How many goats were saved?"),
        ("In Tidewire, what figure is given for the price of the mill?", "Tidewire",
         "What is the price of the mill?"),
        ("What does the Ostrel Post say about the number of goats saved?", "The Ostrel Post",
         "How many goats saved?"),
        ("What did Tidewire report on the regatta?", "Tidewire",
         "What do we know about the regatta?"),
        ("Tidewire on why the mill closed", "Tidewire", "why the mill closed"),
        ("The Ostrel Post: who bought the mill?", "The Ostrel Post", "who bought the mill?"),
    ],
)  # fmt: skip
def test_what_only_names_the_outlet_is_not_looked_for(
    question: str, outlet: str, rest: str
) -> None:
    found = asked(question)
    assert (found.scope.outlet, found.text, found.speaker) == (outlet, rest, None)


@pytest.mark.parametrize(
    ("question", "author", "rest"),
    [
        ("What did Ida Holm report about the number of goats?", "Ida Holm", "How many goats?"),
        ("Ida Holm on how long the mill stood", "Ida Holm", "how long the mill stood"),
        ("Jonas Ekberg: what did the mill cost?", "Jonas Ekberg", "what did the mill cost?"),
        ("How old is the mill, according to Mara Lindqvist?", "Mara Lindqvist",
         "How old is the mill?"),
        ("What did Ekberg write about the mill?", "Jonas Ekberg",
         "What do we know about the mill?"),
        ("How high is the mill, as Ida Holm wrote?", "Ida Holm", "How high is the mill?"),
    ],
)  # fmt: skip
def test_who_reports_or_writes_is_an_author(question: str, author: str, rest: str) -> None:
    found = asked(question)
    assert (found.scope.author, found.text, found.speaker) == (author, rest, None)
    assert found.other and found.other.speaker == author and not found.other.scope.author


@pytest.mark.parametrize(
    "question",
    ["What did Mara Lindqvist say about the mill?", "What does Ekberg think of the mill?",
     "How old is the mill, according to Holm?"],
)  # fmt: skip
def test_who_says_is_a_speaker_first_and_an_author_then(question: str) -> None:
    first, second = asked(question).readings()
    assert first.speaker and not first.scope.author
    assert second.scope.author == first.speaker and not second.speaker


def test_what_somebody_else_says_in_an_authors_article_is_theirs() -> None:
    found = asked("In Lindqvist's report, what did Brough say about goats?")
    assert (found.speaker, found.scope.author) == ("Brough", "Mara Lindqvist")


def test_when_an_article_was_written_is_demanded_and_when_a_thing_was_is_not() -> None:
    written = asked("How many goats are there, as Ida Holm reported in January 2024?")
    assert written.when.demanded and written.when.rest == "How many goats are there?"
    assert not asked("In Tidewire, how many goats died in 2019?").when.demanded


def test_the_outlet_is_no_author_beside() -> None:
    NAMES["author"].append("Tidewire")
    try:
        assert asked("In Tidewire, who won?").writer == ""
    finally:
        NAMES["author"].remove("Tidewire")


def test_the_articles_of_an_author_are_where_to_look() -> None:
    found = asked("In Mara Lindqvist's column, what should stay open?")
    assert found.scope.author == "Mara Lindqvist" and "Lindqvist" not in found.text


def test_a_flag_goes_before_what_the_question_says() -> None:
    found = asked("According to Tidewire, who won?", Scope(outlet="The Lenton Courier"))
    assert found.scope.outlet == "The Lenton Courier"


@pytest.mark.parametrize(
    ("question", "literal"),
    [
        ("Who said “They walked in”?", "They walked in"),
        ("Who said 'They walked in'?", "They walked in"),
        ('Who said "They walked in"?', "They walked in"),
        ("Who said that they walked in?", ""),
        ("Where is the 'Blue Boat' moored?", ""),
    ],
)
def test_the_words_that_a_question_quotes_are_known(question: str, literal: str) -> None:
    assert asked(question).literal == literal


def test_a_toll_is_asked_for_by_what_it_counts() -> None:
    assert asked("What was the death toll of the flood?").text.startswith("How many people")


def test_a_time_is_understood_from_the_day() -> None:
    when = asked("According to Tidewire, who won last year?").when
    assert (when.start, when.end, when.demanded) == ("2023-01-01", "2023-12-31", False)
