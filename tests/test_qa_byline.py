"""Byline questions: recognised by their form, answered from the metadata, never guessed."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Literal

import pytest
from conftest import store_of
from hypothesis import given
from hypothesis import strategies as st

from corpus import Article
from index.hashing import HashEncoder
from index.minilm import MiniLM
from index.passages import Scope
from qa import Assistant, Turn
from qa.byline import recognise, statement

TODAY = date(2026, 6, 1)
NAMES = {
    "author": ["Ann Finch, Bo Lindqvist", "Élodie Roux"],
    "outlet": ["Kestrel Coast Broadcasting", "The Lenton Courier"],
}


def names(field: Literal["author", "outlet"]) -> list[str]:
    return NAMES[field]


@pytest.fixture(scope="module")
def sample(sample_store: Path) -> Iterator[Assistant]:
    with Assistant.open(sample_store, encoder=MiniLM(), once=True) as assistant:
        yield assistant


# Recognised


@pytest.mark.parametrize(
    ("text", "wanted", "topic"),
    [
        ("Who wrote about the inquiry?", "author", "the inquiry"),
        ("Who reported on the reopening of the bridge?", "author", "the reopening of the bridge"),
        ("Who wrote the article about the heat pump trial?", "author",
         "about the heat pump trial"),
        ("Who wrote it?", "author", ""),
        ("When was it published?", "published", ""),
        ("When was the story about the mill published?", "published", None),
        ("Which outlets covered the strike?", "outlet", "the strike"),
        ("Which outlet published it?", "outlet", ""),
        ("Where was it published?", "outlet", ""),
    ],
)  # fmt: skip
def test_a_byline_question_is_recognised_with_its_topic(
    text: str, wanted: str, topic: str | None
) -> None:
    found = recognise(text, names, TODAY)
    assert found and found.wanted == wanted
    assert "mill" in found.topic if topic is None else found.topic == topic


@pytest.mark.parametrize(
    "text",
    [
        "How many beavers are there?",
        "When was the mill built?",
        "Who wrote Don Quixote?",
        "Who published the cost of the line?",
        "What is there by the river?",
        "Which reader wrote to the bulletin?",
        "",
        "?",
    ],
)
def test_other_questions_are_not_taken_for_byline_questions(text: str) -> None:
    assert recognise(text, names, TODAY) is None


@pytest.mark.parametrize(
    ("text", "scope"),
    [
        ("What is there by Lindqvist since March?",
         Scope(start="2026-03", author="Bo Lindqvist")),
        ("What is there by Bo Lindqvist since September?",
         Scope(start="2025-09", author="Bo Lindqvist")),
        ("What do you have by elodie roux?", Scope(author="Élodie Roux")),
        ("Anything from the Lenton Courier in 2025?",
         Scope(start="2025", end="2025", outlet="The Lenton Courier")),
        ("Anything from Kestrel Coast Broadcasting before 2025?",
         Scope(end="2024", outlet="Kestrel Coast Broadcasting")),
        ("Which articles by Finch came before March 2025?",
         Scope(end="2025-02", author="Ann Finch")),
        ("Which articles by Finch came before January 2025?",
         Scope(end="2024-12", author="Ann Finch")),
        ("Articles by Finch until 2025-03-10", Scope(end="2025-03-10", author="Ann Finch")),
        ("Articles by Finch after 2024-12-31", Scope(start="2025-01-01", author="Ann Finch")),
        ("Articles by Finch after December 2024", Scope(start="2025-01", author="Ann Finch")),
        ("Articles by Finch before 1 March 2024", Scope(end="2024-02-29", author="Ann Finch")),
        ("Articles by Finch after 31 February 2024", Scope(start="2024-02-31", author="Ann Finch")),
        ("Articles by Finch since 2 May", Scope(start="2026-05-02", author="Ann Finch")),
    ],
)  # fmt: skip
def test_a_list_question_names_who_and_when(text: str, scope: Scope) -> None:
    found = recognise(text, names, TODAY)
    assert found and found.wanted == "list" and found.scope == scope


@given(st.text(max_size=200))
def test_any_text_can_be_looked_at(text: str) -> None:
    found = recognise(f"Who wrote about {text} since {text}", names, TODAY)
    assert found is None or found.wanted


# What the metadata says


def test_a_statement_says_where_the_metadata_came_from_and_marks_the_answer() -> None:
    article = Article(
        "r", "a.md", "Beavers", "x", author="Ann Finch", published="2024-03",
        provenance={"author": "front matter: author"},
    )  # fmt: skip
    text, span = statement(article, "author") or ("", (0, 0))
    assert text == "Ann Finch: “Beavers” (2024-03; author from front matter: author)."
    assert text[slice(*span)] == "Ann Finch"
    text, span = statement(article, "list") or ("", (0, 0))
    assert (text, text[slice(*span)]) == ("“Beavers” (Ann Finch, 2024-03).", "Beavers")
    assert statement(article, "outlet") is None
    bare = Article("r", "a.txt", "Beavers", "x")
    assert statement(bare, "list") == ("“Beavers”.", (1, 8))


# The sample


@pytest.mark.parametrize(
    ("question", "sources", "said"),
    [
        ("Who wrote about the oyster disease?", ["oyster-disease-kestrel-bay.md"],
         "Wenna Tregarth"),
        ("Who wrote the article about the heat pump trial?", ["heat-pump-trial-dunmere.txt"],
         "Mara Lindqvist"),
        ("Who reported on the reopening of the harbour bridge?",
         ["harbour-bridge-reopens.html"], "Priya Nandakumar"),
        ("When was the article on the Backstube am Rotbach published?",
         ["backstube-am-rotbach.html"], "2025-12-06"),
        ("When was the story about the oyster disease published?",
         ["oyster-disease-kestrel-bay.md"], "2025-03"),
        ("Which outlet covered the museum theft inquiry?", ["museum-theft-inquiry.html"],
         "Tidewire"),
        ("Which outlets covered the ferry strike?",
         ["ferry-crews-begin-walkout.html", "island-ferries-halted.md"], "Tidewire"),
        ("What is there by Tregarth since June 2025?", ["beaver-survey-river-aske.md"],
         "Forty-one and counting"),
        ("What is there by Tregarth?",
         ["beaver-survey-river-aske.md", "oyster-disease-kestrel-bay.md"], "Wenna Tregarth"),
        ("What is there by Grant-Abara since 2025?", ["beavers-on-the-aske.html"],
         "wardens count 37"),
        ("Which articles are by Béla Korda?", ["tram-line-seven-opens.html"], "Oluwaseun Pike"),
        ("Anything from the Lenton Courier before 2025?", ["harbour-bridge-reopens.html"],
         "2024-09-14"),
        ("What is there by Lindqvist?", ["heat-pump-trial-dunmere.txt"], "Mara Lindqvist"),
    ],
)  # fmt: skip
def test_the_sample_tells_its_bylines(
    sample: Assistant, question: str, sources: list[str], said: str
) -> None:
    answer = sample.ask(question, as_of=TODAY)
    assert not answer.refused, answer.text
    assert sorted(c.source for c in answer.citations) == sorted(sources)
    assert said in answer.text
    for sentence in answer.sentences:
        assert sentence.span and sentence.text[slice(*sentence.span)] in sentence.text


def test_the_articles_first_sentence_is_cited_and_the_provenance_told(sample: Assistant) -> None:
    answer = sample.ask("Who wrote about the oyster disease?")
    (citation,) = answer.citations
    article = sample.library.article(citation.article_id)
    assert citation.start == 0 and article.text.startswith(citation.quote)
    assert "author from front matter: author" in answer.text


def test_it_is_the_article_that_was_answered_from(sample: Assistant) -> None:
    question = "Who was at the controls of the first Line 7 tram?"
    before = sample.ask(question)
    assert before.citations[0].source == "tram-line-seven-opens.html"
    for follow_up, said in (
        ("Who wrote it?", "Oluwaseun Pike"),
        ("When was it published?", "2026-03-02"),
        ("Which outlet published it?", "Transit & Works Bulletin"),
    ):
        answer = sample.ask(follow_up, [Turn(question, before)])
        assert said in answer.text and len(answer.citations) == 1, follow_up


def test_it_means_nothing_without_a_turn_before(sample: Assistant) -> None:
    answer = sample.ask("When was it published?")
    assert answer.refused and answer.nearest == ()


@pytest.mark.parametrize(
    "question",
    [
        "When was the article on the Lenton council budget published?",
        "Who wrote the article about the Lenton council budget?",
        "When was the article on the Cairo talks published?",
    ],
)
def test_what_the_byline_does_not_say_is_refused_and_the_article_named(
    sample: Assistant, question: str
) -> None:
    answer = sample.ask(question)
    assert (answer.refused, answer.reason) == (True, "not_said")
    assert answer.text.startswith("The byline does not say.") and answer.nearest
    assert answer.nearest[0].title in answer.text


def test_an_author_who_wrote_nothing_then_is_refused(sample: Assistant) -> None:
    answer = sample.ask("What is there by Tregarth before 2020?")
    assert answer.refused and answer.text == "There is no such article."
    # Mara Lindqvist's one article is undated, and so outside any bound.
    assert sample.ask("What is there by Lindqvist since March?", as_of=TODAY).refused


def test_the_filters_hold_for_byline_questions(sample: Assistant) -> None:
    question = "What is there by Tregarth?"
    assert len(sample.ask(question, end="2025-04").citations) == 1
    assert len(sample.ask(question, outlet="Field").citations) == 2
    assert sample.ask(question, outlet="Tidewire").refused
    some = sample.ask(question).citations[0].article_id
    assert [c.article_id for c in sample.ask(question, article=some).citations] == [some]
    assert "Wenna Tregarth" in sample.ask("Who wrote it?", article=some).text


def test_a_list_is_cut_at_ten_newest_first(tmp_path: Path) -> None:
    articles = [
        Article("r", f"{n}.md", f"Title {n}", f"Text {n}.", author="Ann Finch",
                published=f"2024-{n:02d}-01" if n else None)
        for n in range(13)
    ]  # fmt: skip
    store = store_of(tmp_path / "store", *articles)
    with Assistant.open(store, encoder=HashEncoder(), once=True) as assistant:
        answer = assistant.ask("What is there by Finch?")
    assert [c.title for c in answer.citations] == [f"Title {n}" for n in range(12, 2, -1)]
