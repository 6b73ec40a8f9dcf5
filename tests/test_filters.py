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
