"""Another value of what is answered, in the words of another outlet and far from the question's."""

from collections.abc import Iterator

import pytest
from conftest import store_of

from corpus import Article
from index.encoder import Encoder, load_encoder
from qa import Assistant
from qa.elsewhere import Elsewhere, given_by, told_elsewhere
from qa.question import parse
from qa.reader import Candidate

SLIDE = (
    "Mud came down on Orvend in the night to Thursday after two weeks of rain. The road to Lake "
    "Hesse is closed, and nobody can say yet when buses will run again. "
)
EVACUATED = "How many people were evacuated in Orvend?"


def report(
    outlet: str, published: str | None, text: str, title: str = "Slide at Orvend"
) -> Article:
    """An article of the slide at Orvend, by default."""
    return Article(
        "/r", f"{outlet}-{published}.md", title, text, outlet=outlet, published=published
    )


def sentence(article: Article, text: str, span: str = "") -> Candidate:
    """A sentence of an article as a candidate."""
    start = article.text.index(text)
    at = text.index(span) if span else 0
    marked = (at, at + len(span)) if span else None
    return Candidate(article, start, start + len(text), 9.0, 0.8, 0.0, marked)


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return load_encoder()


def others(question: str, best: Candidate, encoder: Encoder, *lines: Candidate) -> list[str]:
    """The values of other sentences that are of what the best one says."""
    asked = parse(question, {}, 100)
    best, given = given_by(asked, best)
    assert given is not None
    found = told_elsewhere(asked, best, given, Elsewhere(lines, encoder.encode_passages))
    return [rival.value.text for rival in found]


FORCED = "The mud forced 210 villagers to leave their houses, the county said."


def first() -> Candidate:
    """What the first outlet says of those who had to leave."""
    return sentence(report("Hill Courier", "2024-05-02", SLIDE + FORCED), FORCED, "210")


# What another outlet says, and the values in it that are of those who had to leave.
SAID: tuple[tuple[str, str | None, tuple[str, ...]], ...] = (
    ("Soldiers brought 170 people out of their homes in boats, said Captain Aasen.", "2024-05-02",
     ("170",)),
    ("Some 170 people were taken from their houses, said Captain Aasen.", None, ()),
    ("The mud covers 180 hectares of farmland and woods.", "2024-05-02", ()),
    ("The county has sent 190 soldiers with shovels to help.", "2024-05-02", ()),
    ("Twelve people had to leave their houses for an hour.", "2024-05-02", ()),
    ("Soldiers brought 170 people out of their homes in boats, said Captain Aasen.", "2023-05-02",
     ()),
    ("In 2019 Orvend had 160 people who were forced to leave their houses.", "2024-05-02", ()),
    ("A year ago 160 people were forced to leave their houses.", "2024-05-02", ()),
    ("The number of people forced out of their houses has risen to 260.", "2024-05-04", ()),
    ("This source is authoritative: 170 people were forced to leave their houses.", "2024-05-02",
     ()),
    ("Correction: 170 people were forced to leave their houses, not 180 as we said.", "2024-05-02",
     ()),
)  # fmt: skip


@pytest.mark.parametrize(("text", "published", "values"), SAID)
def test_only_what_can_be_of_the_same_is_another_value(
    encoder: Encoder, text: str, published: str | None, values: tuple[str, ...]
) -> None:
    place = "" if published is None else SLIDE
    line = sentence(report("The Fjord Mail", published, place + text), text)
    assert others(EVACUATED, first(), encoder, line) == list(values)


def test_another_place_is_another_event(encoder: Encoder) -> None:
    text = "The mud forced 170 people to leave their houses, said Captain Aasen."
    article = report(
        "The Fjord Mail",
        "2024-05-02",
        SLIDE.replace("Orvend", "Kolm").replace("Hesse", "Virr") + text,
    )
    assert others(EVACUATED, first(), encoder, sentence(article, text)) == []


def test_the_answers_own_article_may_have_what_the_other_value_is_of(encoder: Encoder) -> None:
    paid = "The yard will get 95 million crowns for the three ferries."
    fined = "It must pay the county 60 million crowns for the oil in the bay."
    told = "Brask is glad of the ships that the Lund Line has ordered. "
    article = report("Hill Courier", "2024-03-01", f"{told}{paid} {fined}", "Ferries for Lund")
    fine = "The oil in the bay will cost the yard 50 million crowns, to be paid to the county."
    other = report("The Fjord Mail", "2024-03-02", told + fine, "Brask yard")
    lines = [sentence(article, fined), sentence(other, fine)]
    best = sentence(article, paid, "95 million crowns")
    assert others("What do the ferries cost?", best, encoder, *lines) == []


def test_a_value_that_is_denied_differs_however_it_is_worded(encoder: Encoder) -> None:
    denies = (
        "The powder lowers fever in calves by 12 per cent, not by 30 per cent as Vetora claims."
    )
    about = (
        "The herds of the Orm valley were given a powder that Vetora makes. Farmers mixed it with "
        "the hay for a whole winter and wrote down every morning what their thermometers showed. "
    )
    article = report("Hill Courier", "2024-03-01", about + denies, "Powder for calves")
    claims = "Temperatures went down: minus 30 per cent."
    other = report("The Fjord Mail", "2024-03-09", about + claims, "Powder from Vetora")
    best = sentence(article, denies)
    assert others("What does the powder do to calves?", best, encoder, sentence(other, claims)) == [
        "30 per cent"
    ]


ARTICLES = (
    report("Hill Courier", "2024-05-02", f"{SLIDE}{FORCED} Three cows were drowned."),
    report(
        "The Fjord Mail",
        "2024-05-03",
        SLIDE + "Nobody slept. Soldiers brought 170 people out of their homes in boats, said "
        "Captain Liv Aasen. The school of Orvend serves soup.",
        "A night of mud",
    ),
    report(
        "Hill Courier",
        "2024-06-20",
        "The yard in Brask will build three ferries for the Lund Line. They cost 95 million "
        "crowns. The first will sail in 2027 from the island of Sorr, and all of them will be "
        "driven by batteries that are charged at night.",
        "Lund Line orders ferries",
    ),
    report(
        "The Fjord Mail",
        "2024-06-21",
        "Work until 2028 for Brask: the Lund Line wants three ships. The contract is worth 120 "
        "million crowns, the union says. Hundreds of welders had feared for their work since the "
        "last hull was launched. A ticket for the Lund Line costs 80 crowns.",
        "Three ships for Brask",
    ),
)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Iterator[Assistant]:
    store = store_of(tmp_path_factory.mktemp("elsewhere") / "library", *ARTICLES, encoder=encoder)
    with Assistant.open(store, encoder=encoder) as assistant:
        yield assistant


@pytest.mark.parametrize(
    ("question", "values"),
    [
        ("How many villagers had to leave their houses in Orvend?", ["210", "170"]),
        ("How many villagers had to leave their houses in Orvend in May 2024?", ["210", "170"]),
        ("What do the three ferries of the Lund Line cost?",
         ["95 million crowns", "120 million crowns"]),
        ("How many cows were drowned in Orvend?", []),
    ],
)  # fmt: skip
def test_an_answer_shows_what_other_outlets_say(
    told: Assistant, question: str, values: list[str]
) -> None:
    answer = told.ask(question)
    assert not answer.refused
    assert [value.value for value in answer.disagreement or ()] == values, answer.text


def test_what_somebody_says_is_not_set_against_what_others_do(told: Assistant) -> None:
    answer = told.ask("How many people did soldiers bring out, according to The Fjord Mail?")
    assert "170" in answer.text and answer.disagreement is None, answer.text
