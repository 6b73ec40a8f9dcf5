"""Who holds an office now: the questions for it, and the sentences that tell who came into it."""

from datetime import date

import pytest

from corpus.article import Article
from qa.holders import holds, office, succeeds


@pytest.mark.parametrize(
    ("question", "newest"),
    [
        ("Who leads Brackwater Glass?", "Who is the new head of Brackwater Glass?"),
        ("Who runs the mill?", "Who is the new head of the mill?"),
        ("Who governs Ostrel?", "Who is the new governor of Ostrel?"),
        ("Who is the mayor of Ostrel?", "Who is the new mayor of Ostrel?"),
        ("Who is Ostrel's current mayor?", "Who is Ostrel's new mayor?"),
        ("Who is the boss chosen to lead the mill?", "Who is the new head of the mill?"),
        ("Who was the mayor of Ostrel?", None),
        ("Who runs to the mill?", None),
        ("Who won the race?", None),
        ("How old is the mayor of Ostrel?", None),
    ],
)
def test_a_question_for_a_holder_asks_for_the_newest(question: str, newest: str | None) -> None:
    found = office(question)
    assert (found.asked[0] if found else None) == newest


@pytest.mark.parametrize(
    ("sentence", "today", "whether"),
    [
        ("Ida Holm has taken over from Otto Braun as head of the mill.", "2024-05-10", True),
        ("Otto Braun will be succeeded by Ida Holm.", "2024-05-10", True),
        ("The new chairwoman is Ida Holm.", "2024-05-10", True),
        ("Ida Holm was elected on Sunday.", "2024-05-10", True),
        ("Otto Braun gives up the mill.", "2024-05-10", False),
        ("Otto Braun leaves on 1 July. Ida Holm will replace him.", "2024-05-10", False),
        ("Otto Braun leaves on 1 July. Ida Holm will replace him.", "2024-07-02", True),
    ],
)
def test_a_sentence_tells_who_came_into_an_office(sentence: str, today: str, whether: bool) -> None:
    article = Article(
        root="", source="a.md", title="The mill", text=sentence, published="2024-05-07"
    )
    start = sentence.rindex(". ") + 2 if ". " in sentence else 0
    assert succeeds(article, start, len(sentence), date.fromisoformat(today)) is whether


@pytest.mark.parametrize(
    ("question", "sentence", "whether"),
    [
        ("Who leads the mill?", "The chief executive, Ida Holm, wrote to them.", True),
        ("Who leads the mill?", "Ida Holm, the head of the mill, wrote to them.", True),
        ("Who leads the mill?", "Ida Holm, who has been head of the mill since May, wrote.", True),
        ("Who leads the mill?", "The former head, Otto Braun, wrote to them.", False),
        ("Who leads the mill?", "The mayor, Otto Braun, wrote to them.", False),
        ("Who is the mayor of Ostrel?", "Mayor Otto Braun wrote to them.", True),
        ("Who is the mayor of Ostrel?", "The mayor, Otto Braun, wrote to them.", True),
    ],
)
def test_a_sentence_names_who_holds_an_office(question: str, sentence: str, whether: bool) -> None:
    article = Article(root="", source="a.md", title="The mill", text=sentence)
    found = office(question)
    assert found and holds(found, article, 0, len(sentence)) is whether
