"""The web chat as a process: what it serves, to whom, and how it starts and stops."""

import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from conftest import ROOT, WebChat, environment, sync

ANSWER_KEYS = {
    "question",
    "standalone_question",
    "text",
    "refused",
    "reason",
    "sentences",
    "citations",
    "nearest",
    "timings_ms",
}
HIT_KEYS = {
    "rank",
    "score",
    "article_id",
    "source",
    "title",
    "outlet",
    "published",
    "page",
    "text",
    "start",
    "end",
}
ARTICLE = """---
title: Beavers on the Aske
author: Wenna Tregarth
published: 2025-09-06
outlet: Field & Flask
---

The survey found 41 beavers on the River Aske. They have built 27 dams in six years.
"""


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tiny")
    (folder / "articles").mkdir()
    (folder / "articles" / "beavers.md").write_text(ARTICLE, "utf-8")
    return sync(folder / "articles", folder / "store")


@pytest.fixture(scope="module")
def chat(web_chat: Callable[..., WebChat], store: Path) -> WebChat:
    return web_chat(store)


def fetch(
    chat: WebChat, path: str, body: Any = None, headers: dict[str, str] | None = None
) -> tuple[int, str, dict[str, str]]:
    """Status, text and headers (lower case) of one request; a body is sent as JSON."""
    content = None if body is None else json.dumps(body).encode()
    sent = {"Content-Type": "application/json"} if content is not None else {}
    request = Request(chat.url + path, content, sent | (headers or {}))
    try:
        with urlopen(request, timeout=60) as response:
            found = {name.lower(): value for name, value in response.headers.items()}
            return response.status, response.read().decode(), found
    except HTTPError as error:
        with error:
            found = {name.lower(): value for name, value in error.headers.items()}
            return error.code, error.read().decode(), found


def call(chat: WebChat, name: str, *arguments: Any) -> tuple[str, Any]:
    """The last event of an endpoint and what it carries: ("complete", [result]) or ("error", ..)"""
    status, text, _ = fetch(chat, f"/gradio_api/call/{name}", {"data": list(arguments)})
    assert status == 200, text
    _, stream, _ = fetch(chat, f"/gradio_api/call/{name}/{json.loads(text)['event_id']}")
    event, _, rest = stream.strip().rpartition("event: ")[2].partition("\n")
    return event, json.loads(rest.removeprefix("data: "))


def ask(chat: WebChat, question: Any, history: Any = None, *scope: Any) -> tuple[str, Any]:
    return call(chat, "ask", question, history, *(scope or (None, None, None, None)))


def join(chat: WebChat, session: str, fn_index: int, data: list[Any], event_data: Any) -> Any:
    """Run any event of the page as a browser or an attacker may, private ones too."""
    body = {"session_hash": session, "fn_index": fn_index, "data": data, "event_data": event_data}
    status, text, _ = fetch(chat, "/gradio_api/queue/join", {**body, "trigger_id": None})
    assert status == 200, text
    with urlopen(f"{chat.url}/gradio_api/queue/data?session_hash={session}", timeout=60) as stream:
        for line in stream:
            message = json.loads(line[6:]) if line.startswith(b"data: ") else {}
            if message.get("msg") == "process_completed":
                return message
    raise AssertionError("the event never completed")


def event_of(chat: WebChat, inputs: int, outputs: int) -> int:
    """The number of the page's event with so many inputs and outputs."""
    config = json.loads(fetch(chat, "/config")[1])
    shapes = {(len(d["inputs"]), len(d["outputs"])): d["id"] for d in config["dependencies"]}
    return int(shapes[inputs, outputs])


def test_there_are_exactly_two_public_endpoints(chat: WebChat) -> None:
    status, text, _ = fetch(chat, "/gradio_api/info")
    described = json.loads(text)
    assert status == 200
    assert set(described["named_endpoints"]) == {"/ask", "/search"}
    assert described["unnamed_endpoints"] == {}
    names = {
        endpoint: [
            each["parameter_name"] for each in described["named_endpoints"][endpoint]["parameters"]
        ]
        for endpoint in ("/ask", "/search")
    }
    assert names == {
        "/ask": ["question", "history", "start", "end", "outlet", "article"],
        "/search": ["query", "k"],
    }
    _, everything, _ = fetch(chat, "/gradio_api/info?all_endpoints=true")
    assert set(json.loads(everything)["named_endpoints"]) == {"/ask", "/search"}


def test_ask_returns_the_json_of_the_command(chat: WebChat) -> None:
    event, (answer,) = ask(chat, "How many beavers did the survey find?")
    assert event == "complete" and set(answer) >= ANSWER_KEYS
    event, (refused,) = ask(chat, "Who is the pope?", [{"question": "a", "answer": "b"}])
    assert event == "complete" and set(refused) >= ANSWER_KEYS


def test_search_returns_the_json_of_the_command(chat: WebChat) -> None:
    event, (hits,) = call(chat, "search", "beavers on the Aske", 3)
    assert event == "complete" and hits and all(set(hit) >= HIT_KEYS for hit in hits)


def test_the_endpoints_work_from_gradios_own_client(chat: WebChat) -> None:
    script = (
        "from gradio_client import Client\n"
        f"client = Client({chat.url!r}, verbose=False)\n"
        "answer = client.predict('How many beavers?', outlet='Field', api_name='/ask')\n"
        "hits = client.predict('beavers', api_name='/search')\n"
        "print(sorted(answer), len(hits))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert "'standalone_question'" in done.stdout, done.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("", None, None, None, None, None), "question"),
        ((5, None, None, None, None, None), "question must be text, not int"),
        (("x" * 100_000, None, None, None, None, None), ""),
        (("Who?", "history", None, None, None, None), "history must be a list"),
        (("Who?", None, "yesterday", None, None, None), "yesterday"),
        (("Who?", None, None, {"a": 1}, None, None), "end must be text, not dict"),
    ],
)
def test_a_bad_request_gets_one_clear_line(
    chat: WebChat, arguments: tuple[Any, ...], words: str
) -> None:
    event, told = call(chat, "ask", *arguments)
    assert event == "error"
    message = told if isinstance(told, str) else told["error"]
    assert words in message and "Traceback" not in message and "\n" not in message
    assert 0 < len(message) < 500


@pytest.mark.parametrize("path", ["/", "/gradio_api/info", "/nowhere", "/config"])
def test_every_response_has_the_safe_headers(chat: WebChat, path: str) -> None:
    _, _, headers = fetch(chat, path)
    policy = dict(
        directive.strip().split(" ", 1)
        for directive in headers["content-security-policy"].split(";")
    )
    assert policy["default-src"] == "'self'" and policy["object-src"] == "'none'"
    assert policy["img-src"] == "'self' data: blob:" and policy["connect-src"] == "'self'"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-frame-options"] == "SAMEORIGIN"


@pytest.mark.parametrize(
    "path",
    [
        "/gradio_api/file=http://127.0.0.1:9/x",
        "/gradio_api/file=https://evil.example/x",
        "/gradio_api/file=/etc/passwd",
        "/gradio_api/file%3Dhttp://127.0.0.1:9/x",
        "/gradio_api/proxy=https://x.hf.space/",
        "/gradio_api/upload_progress?upload_id=a",
        "/monitoring/summary",
        "/static/../../../../../../etc/passwd",
    ],
)
def test_the_server_fetches_and_hands_out_nothing(chat: WebChat, path: str) -> None:
    status, text, _ = fetch(chat, path)
    assert status in (403, 404) and "root:" not in text


def test_nothing_can_be_uploaded(chat: WebChat) -> None:
    for path in ("/gradio_api/upload", "/gradio_api/component_server", "/gradio_api/vibe-edit"):
        assert fetch(chat, path, {"data": "x"})[0] == 404


def test_the_database_of_the_library_is_not_served(chat: WebChat, store: Path) -> None:
    for path in (f"/gradio_api/file={store}/library.db", f"/static/{store}/library.db"):
        assert fetch(chat, path)[0] in (403, 404)


def test_another_site_gets_no_answer(chat: WebChat) -> None:
    evil = {"Origin": "http://evil.example"}
    assert fetch(chat, "/gradio_api/call/ask", {"data": ["Who?"]}, evil)[0] == 403
    status, _, headers = fetch(chat, "/config", headers=evil)
    assert status == 403 and "access-control-allow-origin" not in headers
    assert fetch(chat, "/", headers={"Host": "evil.example"})[0] == 421


@pytest.mark.parametrize(
    "event_data",
    [
        None,
        5,
        "text",
        [],
        {},
        {"open": "0:1"},
        {"open": {"a": 1}},
        {"article": "../../etc/passwd"},
        {"article": "0123456789abcdef"},
        {"sources": 10**12},
        {"sources": "0"},
        {"turn": -(10**9)},
        {"article": "<img src=http://evil.example/x>"},
    ],
)
def test_a_private_event_called_from_outside_shows_sources_or_a_clear_line(
    chat: WebChat, event_data: Any
) -> None:
    done = join(chat, f"raw{abs(hash(str(event_data)))}", event_of(chat, 1, 1), [None], event_data)
    assert done["success"], done
    html = done["output"]["data"][0]
    assert "<section" in html or 'class="failure"' in html
    assert "<img" not in html and "Traceback" not in html


@pytest.mark.parametrize("typed", ["", "  ", None, 5, ["a"], {"a": "b"}])
def test_asking_with_anything_but_text_from_outside_does_no_harm(chat: WebChat, typed: Any) -> None:
    data = [typed, None, "", "", "Any outlet"]
    done = join(chat, f"typed{abs(hash(str(typed)))}", event_of(chat, 5, 5), data, {"sample": "x"})
    assert "Traceback" not in json.dumps(done)


def test_two_sessions_do_not_mix(chat: WebChat) -> None:
    """One session's answers are in no other's page, and its sources cannot be opened from there."""
    index, look = event_of(chat, 5, 5), event_of(chat, 1, 1)
    shown = {}
    for session in ("first", "second"):
        question = f"How many beavers did the {session} survey find on the Aske?"
        done = join(chat, session, index, [question, None, "", "", "Any outlet"], None)
        assert done["success"], done
        again = join(chat, session, index, ["Who built dams?", None, "", "", "Any outlet"], None)
        shown[session] = json.dumps(again)
    assert "the first survey" in shown["first"] and "the second survey" not in shown["first"]
    assert "the second survey" in shown["second"] and "the first survey" not in shown["second"]
    stranger = join(chat, "third", look, [None], {"open": "0:1"})
    assert "belongs to no answer of this conversation" in stranger["output"]["data"][0]


def test_an_empty_page_says_how_to_fill_it_and_notices_articles(
    web_chat: Callable[..., WebChat], tmp_path: Path
) -> None:
    chat = web_chat(tmp_path / "store")
    index = event_of(chat, 5, 5)
    before = json.dumps(
        join(chat, "a", index, ["How many dams?", None, "", "", "Any outlet"], None)
    )
    assert "There are no articles here yet" in before
    assert "python -m index sync DIR" in before and "make run ARTICLES=DIR" in before
    assert not (tmp_path / "store").exists()
    event, _ = ask(chat, "How many dams?")
    assert event == "error"
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "beavers.md").write_text(ARTICLE, "utf-8")
    sync(tmp_path / "articles", tmp_path / "store")
    event, (answer,) = ask(chat, "How many dams have the beavers built?")
    assert event == "complete" and set(answer) >= ANSWER_KEYS


def test_it_is_gone_within_five_seconds_of_sigterm(
    web_chat: Callable[..., WebChat], store: Path
) -> None:
    def seconds() -> float:
        chat = web_chat(store)
        with urlopen(f"{chat.url}/gradio_api/heartbeat/open", timeout=30):  # a browser that stays
            started = time.monotonic()
            chat.process.send_signal(signal.SIGTERM)
            assert chat.process.wait(timeout=30) == 0
            return time.monotonic() - started

    # What else the machine does may hold one up, not each of them.
    assert any(seconds() < 5 for _ in range(3))


def start_failing(*arguments: str, **extra: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, str(ROOT / "app.py"), *arguments]
    env = environment(BYLINE_ENCODER="hash", **extra)
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=120)


def test_a_port_in_use_is_one_clear_line(store: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = start_failing("--store", str(store), GRADIO_SERVER_PORT=port)
    assert done.returncode == 1 and port in done.stderr and "--port" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1 and not done.stdout


def test_a_store_that_is_none_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "library.db").write_text("This is not a database, whatever its name says. " * 99)
    done = start_failing("--store", str(tmp_path), "--port", "0")
    assert done.returncode == 1 and str(tmp_path) in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1 and "Traceback" not in done.stderr


def test_help_needs_neither_gradio_nor_a_store() -> None:
    script = "import sys, app\ntry: app.main(['--help'])\nexcept SystemExit: pass\n"
    script += "print([m for m in ('gradio', 'torch', 'chromadb') if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert "--store DIR" in done.stdout and done.stdout.strip().endswith("[]"), done.stderr


def test_only_app_imports_gradio() -> None:
    for path in ROOT.glob("*/*.py"):
        if path.parent.name in ("corpus", "index", "qa"):
            assert "import gradio" not in path.read_text("utf-8"), path


def test_the_page_names_no_other_host(chat: WebChat) -> None:
    """Of what the server itself sends; what a browser requests is in test_app_browser."""
    _, text, _ = fetch(chat, "/theme.css")
    bare = text.replace('"', "").replace("'", "")
    assert "@import" not in bare and "url(http" not in bare and "url(//" not in bare
