"""What a question says of time: bounds counted from a day, the newest, and what is no time."""

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.when import understand

TODAY = date(2024, 6, 12)  # a Wednesday

BOUNDS: tuple[tuple[str, str | None, str | None], ...] = (
    ("Who won yesterday?", "2024-06-11", "2024-06-11"),
    ("Who won today's race?", None, None),
    ("What happened last week?", "2024-06-03", "2024-06-09"),
    ("What happened this week?", "2024-06-10", "2024-06-12"),
    ("What happened last month?", "2024-05-01", "2024-05-31"),
    ("What happened in the past month?", "2024-05-12", "2024-06-12"),
    ("What happened in the last three weeks?", "2024-05-22", "2024-06-12"),
    ("What happened over the past two years?", "2022-06-12", "2024-06-12"),
    ("What happened last year?", "2023-01-01", "2023-12-31"),
    ("What happened last quarter?", "2024-01-01", "2024-03-31"),
    ("What happened two years ago?", "2022-01-01", "2022-12-31"),
    ("What happened three days ago?", "2024-06-09", "2024-06-09"),
    ("What happened a fortnight ago?", "2024-05-27", "2024-06-02"),
    ("What happened last Friday?", "2024-06-07", "2024-06-07"),
    ("What happened last weekend?", "2024-06-08", "2024-06-09"),
    ("What happened last summer?", "2023-06-01", "2023-08-31"),
    ("What happened the year before last?", "2022-01-01", "2022-12-31"),
    ("What happened in March 2024?", "2024-03-01", "2024-03-31"),
    ("What happened in Lenton in March 2024?", "2024-03-01", "2024-03-31"),
    ("What happened in March?", "2024-03-01", "2024-03-31"),
    ("What happened in September?", "2023-09-01", "2023-09-30"),
    ("What happened on 10 March 2024?", "2024-03-10", "2024-03-10"),
    ("What happened on March 10, 2024?", "2024-03-10", "2024-03-10"),
    ("What happened on the 10th of March 2024?", "2024-03-10", "2024-03-10"),
    ("What happened on 2024-03-10?", "2024-03-10", "2024-03-10"),
    ("What happened in 2019?", "2019-01-01", "2019-12-31"),
    ("What happened in the first half of 2023?", "2023-01-01", "2023-06-30"),
    ("What happened in the second half of 2023?", "2023-07-01", "2023-12-31"),
    ("What happened in Q2 2024?", "2024-04-01", "2024-06-30"),
    ("What happened in the fourth quarter of 2023?", "2023-10-01", "2023-12-31"),
    ("What happened in H1 2023?", "2023-01-01", "2023-06-30"),
    ("What happened in the last week of May?", "2024-05-22", "2024-05-31"),
    ("What happened early last year?", "2023-01-01", "2023-04-30"),
    ("What happened earlier this month?", "2024-06-01", "2024-06-12"),
    ("What happened on Monday?", "2024-06-10", "2024-06-10"),
    ("What has happened since Monday?", "2024-06-10", None),
    ("What happened in summer 2022?", "2022-06-01", "2022-08-31"),
    ("What happened over the winter?", "2023-12-01", "2024-02-29"),
    ("What happened in the early 1990s?", "1990-01-01", "1993-12-31"),
    ("What happened in the 18th century?", "1701-01-01", "1800-12-31"),
    ("What happened a couple of weeks ago?", "2024-05-27", "2024-06-02"),
    ("What happened at the weekend?", "2024-06-08", "2024-06-09"),
    ("What happened in the second half of last year?", "2023-07-01", "2023-12-31"),
    ("What happens next week?", "2024-06-17", "2024-06-23"),
    ("What happens tomorrow?", "2024-06-13", "2024-06-13"),
    ("What did the Monday club do?", None, None),
    ("What did the mayor say today?", "2024-06-12", "2024-06-12"),
    ("What happened at the end of May?", "2024-05-20", "2024-05-31"),
    ("What happened at the end of 2023?", "2023-09-01", "2023-12-31"),
    ("What happened in early 2023?", "2023-01-01", "2023-04-30"),
    ("What happened in the summer of 2022?", "2022-06-01", "2022-08-31"),
    ("What happened in the 1990s?", "1990-01-01", "1999-12-31"),
    ("What happened since Easter?", "2024-03-31", None),
    ("What happened since 2020?", "2020-01-01", None),
    ("What has happened since last March?", "2024-03-01", None),
    ("What is there from last week?", "2024-06-03", "2024-06-09"),
    ("What happened after 5 June 2024?", "2024-06-06", None),
    ("What happened before 2022?", None, "2021-12-31"),
    ("What happened until May 2023?", None, "2023-05-31"),
    ("What happened between 2020 and 2022?", "2020-01-01", "2022-12-31"),
    ("What happened between October and December 2023?", "2023-10-01", "2023-12-31"),
    ("What happened from 3 May to 9 May 2024?", "2024-05-03", "2024-05-09"),
    ("Who led before the election of 2020?", None, "2020-12-31"),
    ("Who led before the 2020 election?", None, "2020-12-31"),
    ("Who led after the election of 2020?", "2020-01-01", None),
    ("Who won in the election of 2020?", "2020-01-01", "2020-12-31"),
    ("Who was coach of Halden Rovers as of September 2021?", None, "2021-09-30"),
    ("What happened no later than March 2024?", None, "2024-03-31"),
    # No time at all.
    ("How many people may vote?", None, None),
    ("Who led the march?", None, None),
    ("What is the price of 2000 eggs?", None, None),
    ("How many of over 2000 workers stayed?", None, None),
    ("What did May say?", None, None),
    ("Who won?", None, None),
    ("What happened between 2022 and 2020?", None, None),
    ("What happened on 31 February 2024?", None, None),
)


@pytest.mark.parametrize(("question", "start", "end"), BOUNDS)
def test_a_time_becomes_inclusive_bounds(question: str, start: str | None, end: str | None) -> None:
    when = understand(question, TODAY)
    assert (when.start, when.end) == (start, end)


@pytest.mark.parametrize(
    ("question", "latest"),
    [
        ("Who is the current mayor?", True),
        ("What is the latest toll?", True),
        ("Who is mayor now?", True),
        ("Is the road still closed?", True),
        ("What is the newest figure?", True),
        ("How many have died so far?", True),
        ("What was the toll as of May 2024?", True),
        ("Who was mayor?", False),
        ("Who was mayor in 2020?", False),
    ],
)
def test_the_newest_is_wanted_when_the_question_says_so(question: str, latest: bool) -> None:
    assert understand(question, TODAY).latest is latest


@pytest.mark.parametrize(
    ("question", "rest"),
    [
        ("Who won the cup last year?", "Who won the cup?"),
        ("Who won the cup in March 2024?", "Who won the cup?"),
        ("Last week, who won the cup?", "who won the cup?"),
        ("Who led the council before the election of 2020?",
         "Who led the council before the election?"),
        ("Who won the cup?", "Who won the cup?"),
    ],
)  # fmt: skip
def test_the_words_for_the_time_are_taken_out(question: str, rest: str) -> None:
    assert understand(question, TODAY).rest == rest


@pytest.mark.parametrize(
    ("question", "demanded"),
    [
        ("What did the papers report last week?", True),
        ("What was the toll as of May 2024?", True),
        ("What happened last week?", False),
        ("Which articles of March 2024 tell of the fire?", True),
        ("What did the papers report in 2019?", True),
        ("Who won the cup in 2019?", False),
    ],
)
def test_dates_are_demanded_of_articles_and_preferred_of_events(
    question: str, demanded: bool
) -> None:
    assert understand(question, TODAY).demanded is demanded


@given(st.text(max_size=300), st.dates(date(1600, 1, 1), date(2200, 1, 1)))
def test_any_text_on_any_day_has_bounds_in_order(text: str, today: date) -> None:
    when = understand(text, today)
    for value in (when.start, when.end):
        assert value is None or re.fullmatch(r"\d{4}-\d\d-\d\d", value)
    assert not (when.start and when.end) or when.start <= when.end
