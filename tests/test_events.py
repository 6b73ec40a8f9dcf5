"""When something happened, by the days that a sentence names, counted from its article."""

from datetime import date

import pytest

from corpus.article import Article
from qa.events import begun, coming, compared, leads_with, times, told_of

PUBLISHED = date(2025, 6, 17)  # a Tuesday


def article(text: str, published: str | None = "2025-06-17") -> Article:
    return Article(root="", source="a.md", title="", text=text, published=published)


@pytest.mark.parametrize(
    ("sentence", "first", "last"),
    [
        ("The dam broke on Sunday.", "2025-06-15", "2025-06-15"),
        ("The dam broke yesterday.", "2025-06-16", "2025-06-16"),
        ("The dam broke on 3 May.", "2025-05-03", "2025-05-03"),
        ("The dam will be mended by 1 September.", "2025-09-01", "2025-09-01"),
        ("The dam broke in December.", "2024-12-01", "2024-12-31"),
        ("The dam broke last year.", "2024-01-01", "2024-12-31"),
        ("There had been 870 a year earlier.", "2024-01-01", "2024-12-31"),
        ("The dam was built in 1931.", "1931-01-01", "1931-12-31"),
        ("In the 1990s the dam was raised.", "1990-01-01", "1999-12-31"),
    ],
)
def test_a_sentence_names_days(sentence: str, first: str, last: str) -> None:
    days = (date.fromisoformat(first), date.fromisoformat(last))
    assert days in times(sentence, PUBLISHED)


@pytest.mark.parametrize(
    ("sentence", "start", "end", "whether"),
    [
        ("The dam broke on Sunday.", "2025-06-15", "2025-06-15", True),
        ("The dam broke on Sunday.", "2025-06-09", "2025-06-15", True),
        ("The dam broke on Sunday.", "2025-06-16", "2025-06-22", False),
        ("The dam broke in 2024.", "2024-03-01", "2024-03-31", False),
        ("Six times as many as in 2020 were counted.", "2020-01-01", "2020-12-31", False),
        ("The dam broke.", "2025-06-09", "2025-06-22", False),
        ("The dam broke in 2019.", "2020-01-01", None, False),
        ("The dam broke in 2019.", None, "2019-12-31", True),
    ],
)
def test_a_sentence_is_of_a_time(
    sentence: str, start: str | None, end: str | None, whether: bool
) -> None:
    assert told_of(article(sentence), 0, len(sentence), (start, end)) is whether


def test_an_article_that_has_no_date_dates_nothing() -> None:
    undated = article("The dam broke on Sunday.", None)
    assert not told_of(undated, 0, 24, ("2025-06-15", "2025-06-15"))
    assert not leads_with(undated, 0, 24, ("2025-06-15", "2025-06-15"))
    assert begun(undated, 0, 24, PUBLISHED) and coming(undated, 0, 24)


def test_an_article_is_about_what_its_beginning_dates() -> None:
    told = article(
        "The dam broke on Sunday. Two men died.\n\nA third was hurt. On Monday it rained."
    )
    second, last = (24, 37), (61, 81)
    assert leads_with(told, *second, ("2025-06-15", "2025-06-15"))
    assert not leads_with(told, *second, ("2025-06-16", "2025-06-16"))
    # What is told of another day is not of that day.
    assert not leads_with(told, *last, ("2025-06-15", "2025-06-15"))


@pytest.mark.parametrize(
    ("sentence", "was", "will"),
    [
        ("Fares last went up in January 2024.", True, False),
        ("Fares will go up on 1 September, it was announced this morning.", False, True),
        ("Fares are high.", True, True),
    ],
)
def test_what_was_and_what_will_be_are_told_apart(sentence: str, was: bool, will: bool) -> None:
    told = article(sentence)
    assert begun(told, 0, len(sentence), date(2025, 6, 18)) is was
    assert coming(told, 0, len(sentence)) is will


def test_a_time_that_is_only_compared_with_is_known() -> None:
    sentence = "They counted 40, more than in 2020."
    assert compared(sentence, 0, len(sentence), "2020")
    assert not compared("They counted 40 in 2020.", 0, 24, "2020")
