"""What comes in from a browser is checked, and what comes out is an answer or a clear line."""

import json
from pathlib import Path
from typing import Any

import pytest

from corpus.article import Article
from corpus.errors import LibraryEmpty, LibraryError, LibraryMissing, QuestionError
from qa.desk import SAMPLE, Desk, samples, turns
from qa.guard import LARGEST_REQUEST, Guard
from qa.render import LONGEST_QUESTION, Exchange
from qa.types import Answer, Sentence, Turn, cite

ARTICLE = Article("r", "a.md", "Beavers", "There are 41 beavers. They build dams.", outlet="Field")
ANSWER = Answer(
    question="How many?",
    standalone_question="How many?",
    text="There are 41 beavers. [1]",
    sentences=(Sentence("There are 41 beavers.", (1,)),),
    citations=(cite(1, ARTICLE, 0, 21),),
)


class ShelfOfOne:
    """A library of one article."""

    def __init__(self, article: Article = ARTICLE) -> None:
        self.held = article

    def article(self, article_id: str) -> Article:
        if article_id != self.held.id:
            raise LibraryError(f"there is no article {article_id!r}")
        return self.held


class ScriptedAssistant:
    """An Assistant that gives or raises what it was told, and keeps what it was asked."""

    def __init__(self, outcome: Answer | Exception, article: Article = ARTICLE) -> None:
        self.outcome = outcome
        self.library = ShelfOfOne(article)
        self.asked: list[tuple[str, list[Turn], dict[str, Any]]] = []

    def ask(self, question: str, history: list[Turn], **scope: Any) -> Answer:
        self.asked.append((question, history, scope))
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome


def desk_with(assistant: Any) -> Desk:
    desk = Desk(Path("nowhere"))
    desk._assistant = assistant
    return desk


def test_the_history_is_what_was_answered_before() -> None:
    assistant = ScriptedAssistant(ANSWER)
    before = [Exchange("How many?", ANSWER), Exchange("Broken?", failure="It broke.")]
    done = desk_with(assistant).exchange("And dams?", before, start=" ", outlet="Field")
    assert done.answer is ANSWER
    question, history, scope = assistant.asked[0]
    assert question == "And dams?" and history == [Turn("How many?", ANSWER)]
    assert scope == {"start": None, "end": None, "outlet": "Field", "article": None}


@pytest.mark.parametrize(
    ("error", "words", "empty"),
    [
        (QuestionError("The question is too long."), "The question is too long.", False),
        (LibraryEmpty("The library is empty."), "The library is empty.", True),
        (LibraryMissing("There is no library."), "There is no library.", True),
        (RuntimeError("secret"), "Byline itself failed (RuntimeError)", False),
    ],
)
def test_an_exchange_never_raises(error: Exception, words: str, empty: bool) -> None:
    done = desk_with(ScriptedAssistant(error)).exchange("x" * 100_000, ())
    assert done.answer is None and done.empty is empty
    assert done.failure is not None and done.failure.startswith(words)
    assert "secret" not in done.failure
    assert len(done.question) <= LONGEST_QUESTION + 1


@pytest.mark.parametrize("question", [None, 5, ["a"], {"a": 1}, b"a", True])
def test_a_question_that_is_no_text_is_a_clear_line(question: Any) -> None:
    done = desk_with(ScriptedAssistant(ANSWER)).exchange(question, ())
    if question is None:
        assert done.answer is ANSWER  # the Assistant itself refuses an empty question
    else:
        assert done.failure is not None and done.failure.startswith("question must be text")


def test_half_of_a_surrogate_pair_does_not_reach_the_assistant() -> None:
    assistant = ScriptedAssistant(ANSWER)
    desk_with(assistant).ask("How\ud800 many?")
    assert assistant.asked[0][0] == "How? many?"


@pytest.mark.parametrize(
    "history",
    [
        "text",
        5,
        [5],
        [{}],
        [{"question": "a"}],
        [{"question": "a", "answer": 5}],
        {"question": "a"},
    ],
)
def test_a_history_of_another_shape_is_a_clear_line(history: Any) -> None:
    with pytest.raises(QuestionError, match="history must be a list"):
        turns(history)


def test_a_history_takes_texts_and_earlier_answers() -> None:
    read = turns(
        [{"question": "a", "answer": "b"}, {"question": "c", "answer": ANSWER.to_dict()}],
    )
    assert read == [Turn("a", "b"), Turn("c", ANSWER.text)]
    assert turns(None) == turns([]) == []


@pytest.mark.parametrize("k", [0, -1, 101, 10**9, "3", 2.5, True, None])
def test_a_search_takes_a_sensible_number(k: Any) -> None:
    with pytest.raises(QuestionError, match="ask for 1 to 100"):
        desk_with(ScriptedAssistant(ANSWER)).search("beavers", k)


def test_a_click_on_a_citation_opens_its_article_at_the_quote() -> None:
    desk = desk_with(ScriptedAssistant(ANSWER))
    html = desk.look_up([Exchange("q", ANSWER)], {"open": "0:1"}, 0)
    assert html is not None and "<mark>There are 41 beavers.</mark>" in html
    assert "<mark>" not in (desk.look_up([], {"article": ARTICLE.id}, -1) or "")
    assert desk.look_up([], {}, -1) is None


@pytest.mark.parametrize(
    "wanted",
    [
        {"open": "0:2"},
        {"open": "1:1"},
        {"open": "-1:1"},
        {"open": "0:1:1"},
        {"open": "0"},
        {"open": 5},
        {"open": ["0:1"]},
        {"open": "99999999999:1"},
        {"article": "../../etc/passwd"},
        {"article": ""},
        {"article": 5},
        {"article": "f" * 65},
        {"article": "0123456789abcdef"},
    ],
)
def test_a_click_on_what_is_not_there_is_a_clear_line(wanted: dict[str, Any]) -> None:
    with pytest.raises((QuestionError, LibraryError)):
        desk_with(ScriptedAssistant(ANSWER)).look_up([Exchange("q", ANSWER)], wanted, 0)


def test_an_article_that_changed_since_is_not_shown_with_a_wrong_mark() -> None:
    changed = Article("r", "a.md", "Beavers", "Now there are 42 beavers.", outlet="Field")
    desk = desk_with(ScriptedAssistant(ANSWER, changed))
    with pytest.raises(QuestionError, match="changed since"):
        desk.look_up([Exchange("q", ANSWER)], {"open": "0:1"}, 0)


def test_a_missing_library_is_looked_for_again(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "none", encoder="hash")
    assert desk.status() == {} and desk.outlets() == desk.recent() == desk.samples() == []
    assert desk.exchange("Anything?", ()).empty
    assert not (tmp_path / "none").exists()
    desk._assistant = ScriptedAssistant(ANSWER)  # type: ignore[assignment]
    assert desk.exchange("Anything?", ()).answer is ANSWER


def test_the_sample_questions_offered_are_varied_and_one_has_no_answer() -> None:
    lines = (SAMPLE / "questions.jsonl").read_text("utf-8").splitlines()
    known = {each["question"]: each for each in map(json.loads, lines)}
    offered = [known[question] for question in samples()]
    assert len(offered) == 6
    assert [bool(each["answers"]) for each in offered] == [True] * 5 + [False]
    assert len({each["kind"] for each in offered}) == 6
    assert not any(each.get("history") for each in offered)


HERE = {"host": "127.0.0.1:7860"}


@pytest.mark.parametrize(
    ("method", "path", "sent", "status"),
    [
        ("GET", "/", HERE, None),
        ("GET", "/", {"host": "localhost:7860"}, None),
        ("GET", "/", {"host": "[::1]:7860"}, None),
        ("GET", "/", {**HERE, "origin": "http://127.0.0.1:7860"}, None),
        ("GET", "/", {"host": "evil.example"}, 421),
        ("GET", "/", {"host": "127.0.0.1.evil.example"}, 421),
        ("GET", "/", {}, 421),
        ("GET", "/", {**HERE, "origin": "http://evil.example"}, 403),
        ("GET", "/", {**HERE, "origin": "null"}, 403),
        ("GET", "/", {**HERE, "origin": "http://localhost:8080"}, 403),
        ("GET", "/gradio_api/info", HERE, None),
        ("GET", "/gradio_api/heartbeat/abc123", HERE, None),
        ("GET", "/gradio_api/file=http://127.0.0.1/x", HERE, 404),
        ("GET", "/gradio_api/file=/etc/passwd", HERE, 404),
        ("GET", "/gradio_api/file/etc/passwd", HERE, 404),
        ("GET", "/gradio_api/proxy=https://x.hf.space/", HERE, 404),
        ("POST", "/gradio_api/upload", {**HERE, "content-length": "5"}, 404),
        ("POST", "/gradio_api/component_server", {**HERE, "content-length": "5"}, 404),
        ("POST", "/gradio_api/call/show_page", {**HERE, "content-length": "5"}, 404),
        ("POST", "/gradio_api/call/ask", {**HERE, "content-length": "5"}, None),
        ("POST", "/gradio_api/queue/join", {**HERE, "content-length": "5"}, None),
        ("POST", "/gradio_api/queue/join", HERE, 411),
        ("POST", "/gradio_api/queue/join", {**HERE, "content-length": "-5"}, 411),
        (
            "POST",
            "/gradio_api/queue/join",
            {**HERE, "content-length": str(LARGEST_REQUEST + 1)},
            413,
        ),
        ("GET", "/monitoring", HERE, 404),
        ("GET", "/gradio_api/runs", HERE, 404),
        ("GET", "/docs", HERE, 404),
    ],
)
def test_the_guard_answers_the_page_and_nothing_else(
    method: str, path: str, sent: dict[str, str], status: int | None
) -> None:
    refusal = Guard(None, host="127.0.0.1").refusal(method, path, sent)
    assert (refusal and refusal[0]) == status


def test_the_guard_answers_any_name_where_it_was_opened_to_others() -> None:
    guard = Guard(None, host="0.0.0.0")
    assert guard.refusal("GET", "/", {"host": "news.example"}) is None
    sent = {"host": "news.example", "origin": "https://evil.example"}
    assert guard.refusal("GET", "/", sent) is not None
    behind_a_proxy = {"host": "127.0.0.1", "origin": "https://news.example"}
    forwarded = {**behind_a_proxy, "x-forwarded-host": "news.example"}
    assert guard.refusal("GET", "/", forwarded) is None
