"""Byline questions: recognised by their form, answered from the metadata, never guessed."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Literal

import pytest
from conftest import store_of
from hypothesis import given, settings
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
         Scope(start="2026-03-01", author="Bo Lindqvist")),
        ("What is there by Bo Lindqvist since September?",
         Scope(start="2025-09-01", author="Bo Lindqvist")),
        ("What do you have by elodie roux?", Scope(author="Élodie Roux")),
        ("Anything from the Lenton Courier in 2025?",
         Scope(start="2025-01-01", end="2025-12-31", outlet="The Lenton Courier")),
        ("Anything from Kestrel Coast Broadcasting before 2025?",
         Scope(end="2024-12-31", outlet="Kestrel Coast Broadcasting")),
        ("Which articles by Finch came before March 2025?",
         Scope(end="2025-02-28", author="Ann Finch")),
        ("Which articles by Finch came before January 2025?",
         Scope(end="2024-12-31", author="Ann Finch")),
        ("Articles by Finch until 2025-03-10", Scope(end="2025-03-10", author="Ann Finch")),
        ("Articles by Finch after 2024-12-31", Scope(start="2025-01-01", author="Ann Finch")),
        ("Articles by Finch after December 2024", Scope(start="2025-01-01", author="Ann Finch")),
        ("Articles by Finch before 1 March 2024", Scope(end="2024-02-29", author="Ann Finch")),
        ("Articles by Finch after 31 February 2024", Scope(author="Ann Finch")),
        ("Articles by Finch since 2 May", Scope(start="2026-05-02", author="Ann Finch")),
    ],
)  # fmt: skip
def test_a_list_question_names_who_and_when(text: str, scope: Scope) -> None:
    found = recognise(text, names, TODAY)
    assert found and found.wanted == "list" and found.scope == scope


TITLES = [
    ("1", "Beavers on the Aske: wardens count 37"),
    ("2", "Pale gill reaches Kestrel Bay"),
    ("3", "Hamlet"),
    ("4", "Who pays for the new quay?"),
    ("5", "Ferry strike"),
    ("6", "Pale gill reaches Kestrel Bay"),
]


@pytest.mark.parametrize(
    ("text", "wanted", "ids"),
    [
        ("Who wrote “Who pays for the new quay?”", "author", ("4",)),
        ('Who wrote "Pale gill reaches Kestrel Bay"?', "author", ("2", "6")),
        ("Who wrote the article 'Beavers on the Aske'?", "author", ("1",)),
        ("By whom was «Hamlet» written?", "author", ("3",)),
        ("Who was „Ferry strike“ written by?", "author", ("5",)),
        ("Who is the author of Beavers on the Aske: wardens count 37?", "author", ("1",)),
        ("Who wrote pale gill reaches kestrel bay", "author", ("2", "6")),
        ("Who wrote Ferry strike?", "author", ("5",)),
        ("When was “wardens count 37” published?", "published", ("1",)),
        ("On what date was “Hamlet” published?", "published", ("3",)),
        ("What is the date of ‘Ferry strike’?", "published", ("5",)),
        ("When was “Hamlet” last updated?", "modified", ("3",)),
        ("Which outlet ran “Beavers on the Aske”?", "outlet", ("1",)),
        ("In which newspaper did “Ferry strike” appear?", "outlet", ("5",)),
        ("Where was Beavers on the Aske published?", "outlet", ("1",)),
    ],
)
def test_a_title_names_its_articles(text: str, wanted: str, ids: tuple[str, ...]) -> None:
    found = recognise(text, names, TODAY, lambda: TITLES)
    assert found and (found.wanted, found.articles, found.topic) == (wanted, ids, "")


@pytest.mark.parametrize(
    "text",
    ["Who wrote about the ferry strike?", "Who wrote about Hamlet?", "Who covered Ferry strike?",
     "Who wrote about “the plague”?", "What did the keeper of Hamlet say?", "Who wrote it?"],
)  # fmt: skip
def test_a_subject_is_no_title(text: str) -> None:
    found = recognise(text, names, TODAY, lambda: TITLES)
    assert found is None or not found.articles


@pytest.mark.parametrize(
    ("text", "wanted", "topic", "scope", "order"),
    [
        ("How many articles are there?", "count", "", Scope(), ""),
        ("How many articles are there about beavers?", "count", "beavers", Scope(), ""),
        ("How many stories were published last month?", "count", "",
         Scope("2026-05-01", "2026-05-31"), ""),
        ("How many articles are from the Lenton Courier in 2025?", "count", "",
         Scope("2025-01-01", "2025-12-31", "The Lenton Courier"), ""),
        ("How many articles did Finch write about the strike?", "count", "the strike",
         Scope(author="Ann Finch"), ""),
        ("Which outlets are there?", "names", "", Scope(), ""),
        ("List the authors", "names", "", Scope(), ""),
        ("What is the oldest article?", "list", "", Scope(), "oldest"),
        ("Which story about beavers is the newest?", "list", "beavers", Scope(), "newest"),
        ("What's the latest piece by Roux?", "list", "", Scope(author="Élodie Roux"), "newest"),
        ("Who wrote the earliest article about the strike?", "author", "about the strike", Scope(),
         "oldest"),
        ("What articles are there about the strike?", "list", "the strike", Scope(), ""),
        ("What did Lindqvist write last month?", "list", "",
         Scope("2026-05-01", "2026-05-31", author="Bo Lindqvist"), ""),
        ("What did Lindqvist write in 2024?", "list", "",
         Scope("2024-01-01", "2024-12-31", author="Bo Lindqvist"), ""),
        ("What did Finch publish after May 2024 and before May 2025?", "list", "",
         Scope("2024-06-01", "2025-04-30", author="Ann Finch"), ""),
        ("What did Finch write for the Lenton Courier?", "list", "",
         Scope(outlet="The Lenton Courier", author="Ann Finch"), ""),
    ],
)  # fmt: skip
def test_the_library_can_be_asked_what_it_holds(
    text: str, wanted: str, topic: str, scope: Scope, order: str
) -> None:
    found = recognise(text, names, TODAY)
    assert found
    assert (found.wanted, found.topic, found.scope, found.order) == (wanted, topic, scope, order)


@pytest.mark.parametrize(
    "text",
    ["How many articles are there in the constitution?", "How many stories does the tower have?",
     "What is the newest article about?", "What sources of vitamin C are there?",
     "How many columns hold up the roof?", "What is the latest news on the strike?",
     "Which authors were fined by the court?"],
)  # fmt: skip
def test_what_only_looks_like_a_question_about_the_library(text: str) -> None:
    assert recognise(text, names, TODAY) is None


@settings(deadline=None)
@given(st.text(max_size=200))
def test_any_text_can_be_looked_at(text: str) -> None:
    for asked in (f"Who wrote about {text} since {text}", f"How many articles {text}", text):
        found = recognise(asked, names, TODAY, lambda: [*TITLES, ("7", text)])
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
    assert answer.sentences[-1].text.endswith(", and 3 more.")


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    """Twelve articles of two outlets and two authors, one of them without a byline."""
    articles = [
        Article("r", f"{n}.md", f"The quay in month {n}", f"Text {n} about stone.",
                author="Ann Finch" if n % 2 else "Bo Lindqvist",
                outlet="Tidewire" if n < 5 else "The Lenton Courier", published=f"2024-{n:02d}-01")
        for n in range(1, 12)
    ]  # fmt: skip
    bare = Article("r", "bare.txt", "Nobody signs for the harbour wall", "Text about mortar.")
    store = store_of(tmp_path_factory.mktemp("shelf") / "store", *articles, bare)
    with Assistant.open(store, encoder=HashEncoder(), once=True) as assistant:
        yield assistant


@pytest.mark.parametrize(
    ("question", "flags", "first", "citations"),
    [
        ("How many articles are there?", {}, "There are 12 articles.", 10),
        ("How many articles are there from Tidewire?", {}, "There are 4 articles.", 4),
        ("How many articles are there in March 2024?", {}, "There is 1 article.", 1),
        ("How many articles are there?", {"outlet": "tidewire"}, "There are 4 articles.", 4),
        ("How many articles are there?", {"author": "Finch", "end": "2024-06"},
         "There are 3 articles.", 3),
        ("How many articles are there by Finch?", {"outlet": "Tidewire"},
         "There are 2 articles.", 2),
        ("How many articles are there since May 2024?", {"end": "2024"},
         "There are 7 articles.", 7),
        ("Which outlets are there?", {}, "The Lenton Courier: 7 articles.", 2),
        ("Which outlets are there?", {"end": "2024-03"}, "Tidewire: 3 articles.", 1),
        ("Which authors are there?", {}, "Ann Finch: 6 articles.", 2),
        ("What is the oldest article?", {},
         "“The quay in month 1” (Ann Finch, Tidewire, 2024-01-01).", 1),
        ("What is the newest article?", {"outlet": "Tidewire"},
         "“The quay in month 4” (Bo Lindqvist, Tidewire, 2024-04-01).", 1),
        ("When was the newest article published?", {},
         "2024-11-01: “The quay in month 11” (Ann Finch; The Lenton Courier; published from "
         "the metadata).", 1),
        ("Who wrote “The quay in month 4”?", {},
         "Bo Lindqvist: “The quay in month 4” (Tidewire; 2024-04-01; author from the metadata).",
         1),
        ("When was The quay in month 7 published?", {},
         "2024-07-01: “The quay in month 7” (Ann Finch; The Lenton Courier; published from "
         "the metadata).", 1),
    ],
)  # fmt: skip
def test_a_library_tells_what_it_holds(
    shelf: Assistant, question: str, flags: dict[str, str], first: str, citations: int
) -> None:
    answer = shelf.ask(question, as_of=TODAY, **flags)
    assert not answer.refused, answer.text
    assert answer.sentences[0].text == first and len(answer.citations) == citations


def test_more_than_ten_are_counted(shelf: Assistant) -> None:
    answer = shelf.ask("How many articles are there?")
    assert answer.sentences[0].citations == tuple(range(1, 11))
    span = answer.sentences[0].span
    assert span and answer.sentences[0].text[slice(*span)] == "12"
    assert answer.sentences[-1].text.endswith(", and 2 more.")


@pytest.mark.parametrize(
    ("question", "flags"),
    [
        ("How many articles are there?", {"outlet": "Nobody"}),
        ("How many articles are there from Tidewire?", {"outlet": "Courier"}),
        ("How many articles are there by Finch?", {"author": "Lindqvist"}),
        ("How many articles are there in 2019?", {}),
        ("What is the newest article?", {"end": "2020"}),
        ("Who wrote “The quay in month 4”?", {"outlet": "Courier"}),
        ("Who wrote “The quay in month 4”?", {"author": "Finch"}),
        ("Who wrote “The quay in month 4”?", {"start": "2024-05"}),
        ("Which outlets are there?", {"start": "2030"}),
        ("Who wrote “Nobody signs for the harbour wall”?", {}),
    ],
)
def test_what_the_flags_leave_out_is_not_told(
    shelf: Assistant, question: str, flags: dict[str, str]
) -> None:
    answer = shelf.ask(question, as_of=TODAY, **flags)
    assert answer.refused, answer.text


def test_a_title_and_one_article_are_both_kept_to(shelf: Assistant) -> None:
    question = "Who wrote “The quay in month 4”?"
    meant = shelf.ask(question).citations[0].article_id
    other = shelf.ask("Who wrote “The quay in month 5”?").citations[0].article_id
    assert not shelf.ask(question, article=meant).refused
    assert shelf.ask(question, article=other).refused


def test_the_name_of_a_book_is_no_question_about_an_article_that_does_not_say(
    tmp_path: Path,
) -> None:
    text = "The play is by William Shakespeare. Shakespeare wrote Hamlet around 1600."
    store = store_of(tmp_path / "store", Article("r", "a.txt", "Hamlet", text))
    with Assistant.open(store, encoder=HashEncoder(), once=True) as assistant:
        answer = assistant.ask("Who wrote “Hamlet”?", strictness=0)
    assert "Shakespeare" in answer.text
