"""Opinion and correction, by what the article says of itself."""

import pytest

from corpus import Article
from qa.genre import asks_of_mistake, is_correction, is_opinion, mistaken


def article(text: str = "Text.", **fields: str | None) -> Article:
    """An article with these fields."""
    title = fields.pop("title", None) or "Title"
    return Article("/r", "a.md", title, text, **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("fields", "opinion"),
    [
        ({"section": "Opinion"}, True),
        ({"section": "Comment is free"}, True),
        ({"section": "Letters to the editor"}, True),
        ({"title": "Opinion: Keep the pool open"}, True),
        ({"title": "Keep the pool open | Comment"}, True),
        ({"url": "https://a.example/opinion/2024/pool"}, True),
        ({"section": "Politics"}, False),
        ({"title": "Court gives its opinion on the pool"}, False),
        ({"title": "A column of smoke over Torvik"}, False),
        ({"url": "https://a.example/news/opinion-poll"}, False),
    ],
)
def test_an_opinion_is_filed_as_one(fields: dict[str, str | None], opinion: bool) -> None:
    assert is_opinion(article(**fields)) is opinion


@pytest.mark.parametrize(
    ("title", "text", "correction"),
    [
        ("Correction: theft at Brisk", "The comb is from the eleventh century.", True),
        ("Corrected: School to close", "The school will close.", True),
        ("Clarification", "We wish to say that the race was short.", True),
        ("School", "It closes. An earlier version of this article misstated the year.", True),
        ("School", "It closes. An earlier version said that it was open.", True),
        ("School", "Our report of 2 March contained two errors.", True),
        ("School", "It closes.\n\nThis article was amended on 3 May 2024.", True),
        ("School", "It closes.\n\nCorrection, 5 May: the school has 38 pupils, not 48.", True),
        ("House of correction to close", "The old prison shuts.", False),
        ("School to close", "The county decided on Monday.", False),
        ("Court finds error", "The court said the police had made mistakes.", False),
    ],
)
def test_a_correction_says_that_it_is_one(title: str, text: str, correction: bool) -> None:
    assert is_correction(article(text, title=title)) is correction


@pytest.mark.parametrize(
    ("sentence", "wrong"),
    [
        ("We said that the comb cost 312 crowns.", "312"),
        ("The article wrongly gave the number as 7,300; there were 8,300.", "7,300"),
        ("The number is 8,030, not 8,300.", "8,300"),
        ("An earlier version said that 92 per cent were safe.", "92"),
        ("Our report named Lena Osterby as the winner.", "Lena Osterby"),
        ("The report also said that it was of the ninth century; it is of the eleventh.", "ninth"),
        ("The cost is 274 crowns rather than 312 crowns.", "312"),
    ],
)
def test_the_clause_that_tells_the_mistake_is_known(sentence: str, wrong: str) -> None:
    told = [sentence[start:end] for start, end in mistaken(sentence)]
    assert any(wrong in clause for clause in told)


@pytest.mark.parametrize(
    ("sentence", "right"),
    [
        ("It is in fact insured for 200,000 crowns.", "200,000"),
        ("The article wrongly gave the number as 7,300; there were 8,300.", "8,300"),
        ("The number is 8,030, not 8,300.", "8,030"),
        ("The correct cost of the line is 274 crowns.", "274"),
        ("The winner of the marathon is Agnes Tveter.", "Agnes"),
        ("The cost is 274 crowns rather than 312 crowns.", "274"),
    ],
)
def test_the_clause_that_tells_what_is_right_is_no_mistake(sentence: str, right: str) -> None:
    told = [sentence[start:end] for start, end in mistaken(sentence)]
    assert not any(right in clause for clause in told)


def test_a_question_may_be_about_the_mistake() -> None:
    assert asks_of_mistake("What did the report get wrong?")
    assert not asks_of_mistake("Who won the marathon?")
