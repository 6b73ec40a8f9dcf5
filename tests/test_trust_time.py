"""Questions about a time, over invented articles with the default encoder."""

import pytest

from qa import Assistant, Turn

# Question, day it is asked on, what the first sentence says (None: refused).
CASES: tuple[tuple[str, str | None, str | None], ...] = (
    ("What is Kaldermark's key interest rate now?", "2024-06-01", "2.75"),
    ("What is the latest key interest rate of Kaldermark's central bank?", None, "2.75"),
    ("What was the key interest rate in Kaldermark in March 2022?", None, "1.5 per cent"),
    ("What was the central bank of Kaldermark's key interest rate in 2023?", None, "3.25"),
    ("As of April 2023, how high was Kaldermark's key interest rate?", None, "3.25"),
    ("What did the central bank of Kaldermark do to its key rate last year?", "2024-05-01", "3.25"),
    ("Who is currently governor of the central bank of Kaldermark?", None, "Oskar Venn"),
    ("Who is the head coach of Halden Rovers now?", "2024-01-10", "Marta Quill"),
    ("Who is the current head coach of Halden Rovers?", None, "Marta Quill"),
    ("Who was head coach of Halden Rovers before 2022?", None, "Bjarne Holt"),
    ("Who was the head coach of Halden Rovers as of September 2021?", None, "Bjarne Holt"),
    ("Who did Halden Rovers beat in the cup final in 2019?", None, "Torvik United"),
    ("What did Halden Rovers win in 2019?", None, "national cup"),
    ("How many spectators does Quarry Park hold at present?", None, "12,000"),
    ("How many spectators did Quarry Park hold in 2021?", None, "9,400"),
    ("How much snow lay at the Ardle station in January 2022?", None, "41 centimetres"),
    ("How much snow lay at the Ardle station in January 2023?", None, "86 centimetres"),
    ("How much snow was there at the Ardle at the end of January 2023?", None, "86 centimetres"),
    ("How many wolves are there in the Corrin forest now?", None, "9 wolves"),
    ("How many wolves were counted in the Corrin forest in 2021?", None, "14 wolves"),
    ("When did the wolves settle in the Corrin forest?", None, "2019"),
    ("What happened in the Corrin forest in 2019?", None, "pair of wolves"),
    ("Who is mayor of Ostrel today?", None, "Ekman"),
    ("Who was elected mayor of Ostrel in 2019?", None, "Hilde Thorn"),
    ("Who was elected mayor of Ostrel two years ago?", "2025-06-01", "Ekman"),
    ("Who was elected mayor of Ostrel in the election of 2023?", None, "Ekman"),
    ("How many people were killed in the Ostrel flood so far?", "2024-06-05", "19"),
    (
        "According to reports after 5 June 2024, how many people died in the Ostrel flood?",
        None,
        "23",
    ),
    ("What did thieves take in the past week?", "2025-03-07", "golden comb"),
    ("What did thieves take from the museum last week?", "2025-03-12", "golden comb"),
    ("Who was sentenced for taking bribes between October and December 2024?", None, "Loke"),
    ("Who was sentenced for taking bribes in the fourth quarter of 2024?", None, "Loke"),
    ("Who was convicted of taking bribes in Q4 2024?", None, "Loke"),
    ("What storm reached the coast in October 2025?", None, "Greta"),
    ("Which storm hit Torvik last month?", "2025-11-20", "Greta"),
    ("How many visitors came to the lantern festival in the summer of 2023?", None, "40,000"),
    ("What was decided about the school in Lindmoor in the first half of 2025?", None, "close"),
    ("Who was sentenced for taking bribes before 2023?", None, None),
    ("How many households lost power in 2019?", None, None),
    ("Who won the Torvik marathon in 2021?", None, None),
    ("Who was elected mayor of Ostrel last month?", "2022-03-10", None),
    ("What is the key interest rate of Kaldermark this week?", "2019-05-02", None),
    ("Is the hunting of wolves in the Corrin forest still allowed?", None, "no longer allowed"),
    ("How much was Kessock quarry fined last month?", "2025-06-18", "640,000"),
    ("When did fares on the Ebbing Valley line last go up?", "2025-06-18", "January 2024"),
    ("When do fares on the Ebbing Valley Railway go up?", "2025-06-18", "1 September"),
    ("What was announced about train fares on Monday?", "2025-06-18", "7 per cent"),
    ("How many births did the Leasowe ward have in 2015?", None, "760"),
    ("What was decided about the Leasowe ward at the end of May?", "2025-06-18", "15 September"),
    ("What's the latest on the petition against the closure at Leasowe?", "2025-06-18", "21,300"),
    ("By how much did the ice at Hofn draw back in 2023?", "2025-09-08", "96 metres"),
    ("How long did the strike at the opera in 1994 last?", None, "eleven days"),
    ("When will Sparrow fly?", "2025-09-08", "November"),
    ("How many berths does the harbour of Torvik have?", None, "41 berths"),
    (
        "How many berths did the harbour of Torvik have according to articles since 2020?",
        None,
        None,
    ),
)


@pytest.mark.parametrize(("question", "today", "says"), CASES, ids=lambda value: str(value)[:60])
def test_a_question_is_answered_of_its_time(
    trusted: Assistant, question: str, today: str | None, says: str | None
) -> None:
    answer = trusted.ask(question, as_of=today)
    if says is None:
        assert answer.refused, answer.text
    else:
        assert not answer.refused, answer.text
        assert says in answer.sentences[0].text, answer.text


# The turns before, the question, what the first sentence says.
FOLLOWED: tuple[tuple[str, str, str], ...] = (
    ("What was the key interest rate of Kaldermark in 2023?", "And in 2022?", "1.5 per cent"),
    ("What is the key interest rate of Kaldermark now?", "And in March 2023?", "3.25"),
    ("Who is the mayor of Ostrel now?", "And in 2019?", "Hilde Thorn"),
    ("How much snow lay at the Ardle station in January 2022?", "And a year later?", "86"),
    ("How much snow lay at the Ardle station in January 2023?", "And in 2022?", "41"),
    ("How many wolves were counted in the Corrin forest in 2021?", "And now?", "9 wolves"),
)


@pytest.mark.parametrize(("before", "question", "says"), FOLLOWED)
def test_a_follow_up_may_name_another_time(
    trusted: Assistant, before: str, question: str, says: str
) -> None:
    first = trusted.ask(before)
    answer = trusted.ask(question, [Turn(before, first)])
    assert not answer.refused and says in answer.sentences[0].text, answer.text


def test_last_year_of_a_follow_up_is_counted_from_the_day(trusted: Assistant) -> None:
    before = "What was the key interest rate of Kaldermark in 2022?"
    first = trusted.ask(before, as_of="2024-04-01")
    answer = trusted.ask("And last year?", [Turn(before, first)], as_of="2024-04-01")
    assert "3.25" in answer.sentences[0].text
    assert (answer.scope.start, answer.scope.end) == ("2023-01-01", "2023-12-31")


@pytest.mark.parametrize(
    ("question", "older"),
    [
        ("What is Kaldermark's key interest rate now?", "3.25"),
        ("How many spectators does Quarry Park hold now?", "9,400"),
        ("How many wolves are there in the Corrin forest now?", "14"),
    ],
)
def test_the_newest_answer_notes_that_an_older_article_says_otherwise(
    trusted: Assistant, question: str, older: str
) -> None:
    answer = trusted.ask(question)
    assert answer.note and older in answer.note and "older article of 20" in answer.note
    cited = answer.citations[-1]
    assert answer.note.endswith(f"[{cited.number}]") and older in cited.quote
    assert answer.text.endswith(answer.note)


def test_a_refusal_for_its_dates_says_so(trusted: Assistant) -> None:
    answer = trusted.ask("Who was sentenced for taking bribes before 2023?")
    assert answer.reason == "outside_dates" and answer.scope.end == "2022-12-31"


@pytest.mark.parametrize(
    ("question", "today", "says"),
    [
        ("Who is the mayor of Ostrel now?", "2023-10-15", "Hilde Thorn"),
        ("Who is the mayor of Ostrel now?", "2023-10-16", "Ekman"),
        ("How many wolves were counted in the Corrin forest?", "2024-01-01", "14"),
    ],
)
def test_nothing_published_after_the_day_of_a_question_answers_it(
    trusted: Assistant, question: str, today: str, says: str
) -> None:
    answer = trusted.ask(question, as_of=today)
    assert says in answer.sentences[0].text
    assert all((c.published or "")[:10] <= today for c in answer.citations)


def test_what_has_no_date_is_not_later_than_a_day(trusted: Assistant) -> None:
    answer = trusted.ask("How many berths does the harbour of Torvik have?", as_of="2020")
    assert "41 berths" in answer.sentences[0].text
    listed = trusted.ask("How many articles are there from the Ostrel Post?", as_of="1999")
    assert listed.refused or listed.text.startswith("There are 0")


def test_an_undated_article_is_outside_of_any_date(trusted: Assistant) -> None:
    question = "In what year was the lighthouse of the harbour of Torvik built?"
    assert "1871" in trusted.ask(question).sentences[0].text
    assert trusted.ask(question, start="1800").refused
