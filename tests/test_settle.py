"""Which of the sentences that answer are shown: values side by side, the newest, the corrected."""

from corpus import Article
from qa.question import Question, parse
from qa.reader import Candidate
from qa.settle import Settled, certain, settle, whole

RUNNERS = "How many runners did the Torvik marathon have?"


def candidate(text: str, span: str, score: float, **fields: str) -> Candidate:
    """The whole text of an article as a candidate, with what answers in it."""
    source = fields.pop("source", text)
    article = Article("/r", source, fields.pop("title", "Torvik marathon"), text, **fields)  # type: ignore[arg-type]
    start = text.index(span)
    return Candidate(article, 0, len(text), score, 0.8, 0.0, (start, start + len(span)))


def asked(text: str = RUNNERS) -> Question:
    """A question as it is read in a library of a hundred passages."""
    return parse(text, {}, 100)


def shown(settled: Settled) -> list[str]:
    """The values that are shown, or the sentences."""
    return [value for value, _ in settled.values] or [c.text for c in settled.chosen]


def test_nothing_is_shown_when_the_best_is_not_sure() -> None:
    assert settle(asked(), [], 0.5) == Settled()
    one = candidate("The marathon had 7,300 runners.", "7,300", 9)
    assert settle(asked(), [one], 0.9) == Settled()


def test_each_value_of_independent_articles_is_shown() -> None:
    one = candidate("The Torvik marathon had 7,300 runners.", "7,300", 9)
    two = candidate("In the Torvik marathon ran 8,030 runners.", "8,030", 8.5)
    three = candidate("The marathon of Torvik had 7300 runners.", "7300", 8.2)
    settled = settle(asked(), [one, two, three], 0.5)
    assert shown(settled) == ["7,300", "8,030"]
    assert [len(alike) for _, alike in settled.values] == [2, 1]


def test_another_fact_with_a_lower_score_is_no_other_value() -> None:
    one = candidate("The Torvik marathon had 7,300 runners.", "7,300", 9)
    two = candidate("The swim had 40 starters in all.", "40", 5)
    assert shown(settle(asked(), [one, two], 0.5)) == [one.text]


def test_a_question_is_no_answer_to_itself() -> None:
    one = candidate("Q: How many runners did the Torvik marathon have, 99?", "99", 9)
    two = candidate("The Torvik marathon had 7,300 runners.", "7,300", 8)
    assert shown(settle(asked(), [one, two], 0.5)) == [two.text]


def test_copies_are_one_voice() -> None:
    one = candidate("The Torvik marathon had 7,300 runners.", "7,300", 9)
    two = candidate("The Torvik marathon had 7,301 runners.", "7,301", 8.9)
    group = {c.article.id: "story" for c in (one, two)}
    assert shown(settle(asked(), [one, two], 0.5, group=group)) == [one.text]


def test_the_newest_is_shown_with_what_an_older_one_says() -> None:
    one = candidate("The Torvik marathon had 7,300 runners.", "7,300", 9, published="2023-09-01")
    two = candidate("The Torvik marathon had 8,030 runners.", "8,030", 8.5, published="2024-09-01")
    settled = settle(asked(), [one, two], 0.5, latest=True)
    assert settled.chosen == (two,) and settled.otherwise == one and settled.why == "older"


def test_a_correction_replaces_what_it_calls_wrong() -> None:
    one = candidate("The Torvik marathon had 7,300 runners.", "7,300", 9, published="2024-09-01")
    text = "We wrongly gave the number of runners as 7,300; there were 8,300."
    two = candidate(text, "7,300", 8, title="Correction: Torvik marathon", published="2024-09-03")
    settled = settle(asked(), [one, two], 0.5)
    (right,) = settled.chosen
    assert right.article == two.article and right.span
    assert right.text[slice(*right.span)] == "8,300"
    assert settled.otherwise == one and settled.why == "corrected" and not settled.values


def test_a_correction_of_another_thing_changes_nothing() -> None:
    one = candidate("The Torvik marathon had 7,300 runners.", "7,300", 9, published="2024-09-01")
    text = "We wrongly gave the number of seats as 500; there are 600."
    two = candidate(text, "600", 1, title="Correction: opera house", published="2024-09-03")
    assert settle(asked(), [one, two], 0.5).chosen == (one,)


def test_an_older_correction_does_not_correct_what_came_after() -> None:
    one = candidate("The Torvik marathon had 7,300 runners.", "7,300", 9, published="2024-09-05")
    text = "We wrongly gave the number of runners as 7,300; there were 8,300."
    two = candidate(text, "7,300", 3, title="Correction: Torvik marathon", published="2023-09-03")
    assert settle(asked(), [one, two], 0.5).chosen[0].article == one.article


def test_a_quotation_is_shown_to_its_end() -> None:
    text = "Falk put it: “They did not break in. They walked in.” Nobody laughed."
    article = Article("/r", "a.md", "Theft", text)
    first = Candidate(article, 0, text.index(" They walked"), 9, 0.8, 0.0, None)
    assert whole(first).text == "Falk put it: “They did not break in. They walked in.”"
    last = Candidate(article, text.index("Nobody"), len(text), 9, 0.8, 0.0, None)
    assert whole(last) == last


def test_the_words_asked_for_are_sure() -> None:
    one = candidate("The Torvik marathon had 7,300 runners.", "7,300", 9)
    assert certain([one])[0].probability > one.probability
