"""What a correction states, found by the mistake before it and by what else it says."""

from collections.abc import Iterator

import pytest
from conftest import store_of

from corpus import Article
from index.encoder import load_encoder
from qa import Assistant
from qa.genre import mistaken


def report(outlet: str, published: str, title: str, text: str, section: str = "News") -> Article:
    return Article(
        "/r", f"{title}.md", title, text, outlet=outlet, published=published, section=section
    )


ARTICLES = (
    report(
        "Lowland Star",
        "2024-09-02",
        "Cable car for Hurn to open in spring",
        "The cable car to the fort above Hurn will open in April, the county of Dalen said on "
        "Monday. It was designed by the engineer Pieter Roos. A single ride will cost 14 guilders. "
        "There are 22 cabins, which a firm in Ostby built. Goats graze under the pylons.",
    ),
    report(
        "Lowland Star",
        "2024-09-05",
        "Putting it right",
        'Our piece on Monday about the cable car ("Cable car for Hurn to open in spring") stated '
        "that a single ride costs 14 guilders. The operator asks for 17 guilders.\n\n"
        "The engineer is Petra Roos, not Pieter Roos, and she is 51.\n\n"
        "We also said on Tuesday that the bakers' guild of Hurn had offered a prize of 300 "
        "guilders for the best pie. The prize is given by the millers, and it is 800 guilders.",
        "Corrections",
    ),
    report(
        "Lowland Star",
        "2024-09-03",
        "Pie week in Hurn",
        "Pie week in Hurn begins on Friday, and a hundred ovens are being heated for it. The "
        "bakers' guild offers a prize of 300 guilders for the best pie. Last year a pie of eels "
        "won it, to the surprise of the jury.",
    ),
)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    encoder = load_encoder()
    store = store_of(tmp_path_factory.mktemp("restated") / "l", *ARTICLES, encoder=encoder)
    with Assistant.open(store, encoder=encoder) as assistant:
        yield assistant


@pytest.mark.parametrize(
    ("question", "says"),
    [
        ("How much is a single ride in the cable car at Hurn?", "17 guilders"),
        ("How large is the prize for the best pie?", "800 guilders"),
        ("Who offered the prize for the best pie in Hurn?", "millers"),
        ("How many cabins does the cable car at Hurn have?", "22 cabins"),
        ("When will the cable car at Hurn open?", "April"),
        ("When does pie week begin in Hurn?", "Friday"),
    ],
)
def test_what_is_right_comes_first_and_only_where_it_is_asked_for(
    told: Assistant, question: str, says: str
) -> None:
    answer = told.ask(question)
    assert not answer.refused and says in answer.sentences[0].text, answer.text


def test_what_is_put_right_is_measured_as_the_question_wants(told: Assistant) -> None:
    answer = told.ask("How fast does the cable car at Hurn go?")
    assert not any("guilders" in sentence.text for sentence in answer.sentences), answer.text


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("She was born in 1957, as we wrote correctly in May.", []),
        ("We also said in May that she was born in 1951.", ["We also said in May that she was "
                                                            "born in 1951."]),
        ("The keeper is Ola Berg, not Ole Berg, and he is 42.", ["not Ole Berg"]),
        ('A piece on Friday ("Frost, but no snow") said that it was minus 4.',
         ['A piece on Friday ("Frost, but no snow") said that it was minus 4.']),
    ],
)  # fmt: skip
def test_the_clauses_of_a_mistake_are_told_from_the_rest(text: str, wrong: list[str]) -> None:
    assert [text[start:end] for start, end in mistaken(text)] == wrong
