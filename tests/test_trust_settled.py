"""What is shown of many reports, over invented articles with the default encoder.

An outlet's last figure before its earlier ones, what was corrected or taken back, whole lists, and
surveys of a subject.
"""

import pytest

from qa import Assistant


def test_what_an_outlet_said_last_comes_before_what_it_said_first(trusted: Assistant) -> None:
    answer = trusted.ask("How many people died in the Quarn valley earthquake?")
    assert "44" in answer.sentences[0].text and answer.disagreement is None, answer.text
    assert answer.note and "31" in answer.note, answer.text


# Question, what the first sentence says, what is not marked as the answer.
CORRECTED: tuple[tuple[str, str, str], ...] = (
    ("How much will the new pool in Skelby cost?", "4.7 million", "7.4"),
    ("How many council members voted for the Skelby pool?", "21", "19"),
    ("When will the Skelby pool open?", "May 2027", "2025"),
    ("How long will the Brenn tunnel be closed?", "seven months", "nine"),
    ("How many kilometres longer is the pass road than the Brenn tunnel?", "13", "31"),
    ("What do the works in the Brenn tunnel cost?", "58 million", "13"),
    ("How high is the television tower on Mount Sele?", "187", "210"),
    ("How many steps lead to the platform of the tower on Mount Sele?", "912", "210"),
    ("How heavy is the stolen bronze heron?", "80 kilograms", "180"),
    ("What is the heron worth?", "40,000", "80"),
    ("How many nights did Gerald Moss spend on Mount Ardle?", "four", "five"),
    ("What will the toll on the Esk bridge be from July?", "3.50", "3.20"),
)


@pytest.mark.parametrize(("question", "right", "wrong"), CORRECTED)
def test_what_is_right_is_marked_and_what_is_wrong_is_not(
    trusted: Assistant, question: str, right: str, wrong: str
) -> None:
    answer = trusted.ask(question)
    assert not answer.refused and right in answer.sentences[0].text, answer.text
    assert answer.disagreement is None, answer.text
    span = answer.sentences[0].span
    assert not span or wrong not in answer.sentences[0].text[slice(*span)], answer.text


@pytest.mark.parametrize(
    ("question", "says"),
    [
        ("How many gold coins were found in Lake Orr?", "We retract"),
        ("Did a diver find gold coins in Lake Orr?", "We retract"),
        ("How far did the whale swim up the Corran river?", "This report was false"),
    ],
)
def test_what_was_taken_back_is_said_to_be(trusted: Assistant, question: str, says: str) -> None:
    answer = trusted.ask(question)
    assert not answer.refused and says in answer.sentences[0].text, answer.text


@pytest.mark.parametrize(
    ("question", "items"),
    [
        ("List the demands of the teachers' union in Dalby.",
         ("24 pupils", "second adult", "two paid hours", "roofs of four schools")),
        ("What are the strikers' demands at the glass factory?",
         ("six per cent more", "Bruno Tilke back", "cooling rooms", "five night shifts")),
    ],
)  # fmt: skip
def test_a_list_is_quoted_whole(trusted: Assistant, question: str, items: tuple[str, ...]) -> None:
    answer = trusted.ask(question)
    assert all(item in answer.text for item in items), answer.text


@pytest.mark.parametrize(
    ("question", "says"),
    [
        ("What happened at Hask Junction?", "injured"),
        ("Summarise the earthquake in the Quarn valley.", "died"),
        ("Give an overview of the strike at the glass factory in Garn.", "strike"),
        ("What is known about the new stadium in Corran?", "stadium"),
    ],
)
def test_a_survey_takes_from_several_articles_in_order_of_date(
    trusted: Assistant, question: str, says: str
) -> None:
    answer = trusted.ask(question)
    assert 2 <= len(answer.sentences) <= 5 and says in answer.text, answer.text
    assert len({cited.article_id for cited in answer.citations}) > 1, answer.text
    dates = [cited.published or "9" for cited in answer.citations]
    assert dates == sorted(dates), answer.text
    assert len({sentence.text for sentence in answer.sentences}) == len(answer.sentences)
