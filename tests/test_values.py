"""Values that compare: numbers, sums, dates and names, however they are written."""

import pytest

from qa.quantities import quantities
from qa.question import parse
from qa.values import Known, differ, value_of


def known(question: str, sentence: str, span: str) -> Known | None:
    """The value that `span`, a part of the sentence, has for a question."""
    start = sentence.index(span)
    return value_of(parse(question, {}, 100), sentence, (start, start + len(span)))


def compared(question: str, one: str, other: str) -> bool | None:
    """Whether two values as written differ; None when one of them is no value."""
    first, second = known(question, one, one), known(question, other, other)
    return None if first is None or second is None else differ(first, second)


@pytest.mark.parametrize(
    ("question", "one", "other", "different"),
    [
        ("How much did it cost?", "€1.2 billion", "1,200 million euros", False),
        ("How much did it cost?", "€38m", "38 million euros", False),
        ("How much did it cost?", "€38m", "€38 million", False),
        ("How much did it cost?", "€38m", "€41m", True),
        ("How much did it cost?", "€38m", "$38m", False),
        ("How much did it cost?", "€38m", "$44m", False),
        ("How much did it cost?", "twelve million crowns", "12m crowns", False),
        ("How much did it cost?", "200,000 crowns", "2 million crowns", True),
        ("How many came?", "41", "forty-one", False),
        ("How many came?", "41", "37", True),
        ("How many came?", "two dozen", "24", False),
        ("How many came?", "1,190", "1190", False),
        ("How many came?", "18 000", "18,000", False),
        ("How many came?", "three hundred and twelve", "312", False),
        ("How long is the bridge?", "212 m", "212 metres", False),
        ("How long is the bridge?", "212 m", "221 m", True),
        ("What share voted?", "34 per cent", "34%", False),
        ("What share voted?", "34 per cent", "31%", True),
        ("How long did it last?", "two hours", "2 hours", False),
        ("How long did it last?", "two hours", "three hours", True),
        ("When does it open?", "4 May", "14 May", True),
        ("When does it open?", "4 May", "May 4", False),
        ("When does it open?", "4 May", "4 May 2025", False),
        ("When does it open?", "May", "4 May", False),
        ("When was it built?", "1871", "1872", True),
        ("When does it begin?", "5 p.m.", "17:00", False),
        ("When does it begin?", "5 p.m.", "6 pm", True),
        ("Who won?", "Lena Osterby", "Agnes Tveter", True),
        ("Who won?", "Osterby", "Lena Osterby", False),
        ("Who won?", "Dr Lena Osterby", "Lena Osterby", False),
    ],
)
def test_values_differ_when_both_cannot_be_right(
    question: str, one: str, other: str, different: bool
) -> None:
    assert compared(question, one, other) is different
    assert compared(question, other, one) is different


@pytest.mark.parametrize(
    ("sentence", "span", "other", "different"),
    [
        ("About 40,000 people came.", "40,000", "41,000", False),
        ("More than 40 people came.", "40", "41", False),
        ("Some 40 people came.", "40", "41", False),
        ("About 40,000 people came.", "40,000", "60,000", True),
        ("In all 40,000 people came.", "40,000", "41,000", True),
    ],
)
def test_what_is_about_right_does_not_differ_from_what_is_near(
    sentence: str, span: str, other: str, different: bool
) -> None:
    one, two = known("How many came?", sentence, span), known("How many came?", other, other)
    assert one and two and differ(one, two) is different


def test_a_question_for_a_rate_has_the_one_figure_of_a_sentence() -> None:
    question = parse("What is Kaldermark's key interest rate?", {}, 100)
    one = value_of(question, "The bank cut its key rate to 2.75 per cent on Thursday.", None)
    two = value_of(question, "The rate rose to 3.25 per cent, the highest since 2008.", None)
    assert one and two and differ(one, two)
    assert value_of(question, "It rose from 2.75 per cent to 3.25 per cent.", None) is None


def test_what_does_not_compare_has_no_value() -> None:
    assert known("How many came?", "Nobody knows.", "knows") is None
    assert known("Why did it fail?", "Because of rain.", "rain") is None
    assert value_of(parse("How many came?", {}, 100), "41 came.", None) is None


def test_a_length_before_another_word_is_no_speed() -> None:
    texts = ("He runs 12 kilometres as a rule.", "It did 90 km/h.", "It did 90 kilometres an hour.")
    read = [[(q.number, q.of) for q in quantities(text)] for text in texts]
    assert read == [[(12_000.0, "length")], [(25.0, "speed")], [(25.0, "speed")]]
