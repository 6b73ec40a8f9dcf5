"""What an outlet got wrong: the statements of its correction, and no other's."""

import pytest

from corpus import Article
from qa.mistakes import put_right
from qa.question import parse
from qa.reader import Candidate

NOTICE = (
    'In our report of 3 May ("Eels return to the Orr") we made three errors.\n\n'
    "We said that 400 eels were counted at the weir. There were 4,000.\n\n"
    "The ladder for the eels was built by Marta Quist, not Martin Quist.\n\n"
    "It is 90 metres long, and not 19. We apologise to the builders."
)


def candidate(
    title: str, text: str, outlet: str = "Orr Valley Post", published: str = "2024-05-06"
) -> Candidate:
    """The first ten characters of an article, which is found though nothing there answers."""
    article = Article("/r", f"{title}.md", title, text, outlet=outlet, published=published)
    return Candidate(article, 0, 10, 1.0, 0.1, 0.0, None)


FOUND = [
    candidate("Eels return to the Orr", "Four hundred eels were counted.", published="2024-05-03"),
    candidate("Corrections", NOTICE),
    candidate("Correction", "We said that the fair at Holm begins on Monday. It is on Friday."),
]


def told(question: str) -> list[str]:
    """What is shown for a question among the articles found."""
    return [each.text for each in put_right(parse(question, {}, 100), FOUND)]


@pytest.mark.parametrize(
    "question",
    [
        "Which errors did the Orr Valley Post admit in its report on the eels?",
        "What mistakes about the eels did the Orr Valley Post make in May 2024?",
        "Which details of the eel ladder had the Orr Valley Post to put right?",
    ],
)
def test_all_that_a_correction_puts_right_is_shown_with_the_mistakes(question: str) -> None:
    assert told(question) == [
        "We said that 400 eels were counted at the weir. There were 4,000.",
        "The ladder for the eels was built by Marta Quist, not Martin Quist.",
        "It is 90 metres long, and not 19.",
    ]


def test_of_one_thing_only_what_is_said_about_it_is_shown() -> None:
    assert told("What did the Orr Valley Post get wrong about the number of eels at the weir?") == [
        "We said that 400 eels were counted at the weir. There were 4,000."
    ]


@pytest.mark.parametrize(
    "question",
    [
        "Which errors did the Orr Valley Post admit in its report on the harbour bridge at Tarn?",
        "How many eels were counted at the weir?",
        "Which reader noticed the errors in the report on the eels?",
        "What was wrong with the engine of the ferry to Tarn?",
    ],
)
def test_what_no_correction_is_about_is_not_answered_by_one(question: str) -> None:
    assert told(question) == []
