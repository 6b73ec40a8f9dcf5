"""A question in plainer words: what only asks is taken out, what is asked for is left."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.plainly import plainly


@pytest.mark.parametrize(
    ("question", "plain"),
    [
        ("Who spoke of a bucket of eels?", "Who said a bucket of eels?"),
        ("Who complained about the geese?", "Who said the geese?"),
        ("Who asked for ladders rather than medals?", "Who said ladders rather than medals?"),
        ("Who compared the budget to a wet sock?", "Who said the budget a wet sock?"),
        ("Who likened himself to an old boot?", "Who said an old boot?"),
        ("Who sees the empty nets as a warning?", "Who said the empty nets a warning?"),
        ("Who put the length of the eel at 3 metres?", "Who said the length of the eel 3 metres?"),
        ("According to whom is the eel extinct?", "who said the eel extinct?"),
        ("Who is quoted as saying that eels sing?", "who said eels sing?"),
        ("Who quipped that eels pay no rent?", "Who said that eels pay no rent?"),
        ("What is known about how many eels came?", "how many eels came?"),
        ("What was written about the number of eels?", "How many eels?"),
        ("What do we know about the price of eels?", "What is the price of eels?"),
        ("What figure is given for the weight of the eel?", "What is the weight of the eel?"),
        ("What was the death toll of the flood?", "How many people were killed in the flood?"),
        ("How many dead are there in Ostrel?", "How many people were killed in Ostrel?"),
    ],
)
def test_what_only_asks_is_taken_out(question: str, plain: str) -> None:
    assert plainly(question) == plain


@pytest.mark.parametrize(
    "question",
    [
        "Who asked the mayor?",
        "Who saw the robbery as it happened?",
        "Who gave the eel to the museum?",
        "Who put the eel back?",
        "What do we know about eels?",
        "What number is on the shirt?",
        "Who called the eel a dragon?",
        "How many eels came?",
    ],
)
def test_what_is_asked_for_stays(question: str) -> None:
    assert plainly(question) == question


@given(st.text(max_size=120))
def test_any_text_stays_a_question(text: str) -> None:
    assert text == "" or plainly(text)
