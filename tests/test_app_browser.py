"""The web chat in a browser: ask, read, click, and not one request to another host."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, WebChat, sync

playwright = pytest.importorskip("playwright.sync_api")

CHROMIUM = shutil.which("chromium")
SECONDS = 30_000  # of patience, in Playwright's milliseconds: CI is slow
HOSTILE = """<html><head><title>The lighthouse of Corran is sold</title></head><body><article>
<h1>The lighthouse of Corran is sold</h1>
<p>The lighthouse of Corran was sold to the painter Ada Quill for 90,000 crowns
&lt;img src=http://evil.example/a.png onerror=alert(1)&gt; on Friday. The sale took eleven minutes,
and nobody made an offer &lt;script&gt;fetch("http://evil.example/b")&lt;/script&gt; for it.</p>
<p>The keeper said that the lamp would be lit again in spring {{value}} ${alert(1)}, as it had been
for a century &lt;style&gt;body{background:url(http://evil.example/c)}&lt;/style&gt; before.</p>
</article></body></html>
"""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    if CHROMIUM is None:
        if os.environ.get("CI") == "true":
            pytest.fail("chromium is not installed, and CI must test the page in a browser")
        pytest.skip("chromium is not installed: apt-get install chromium")
    with playwright.sync_playwright() as driver:
        # --no-sandbox: chromium refuses to run as root with its sandbox.
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def sample_chat(
    web_chat: Callable[..., WebChat], tmp_path_factory: pytest.TempPathFactory
) -> WebChat:
    """The sample articles, read by the real encoder."""
    store = tmp_path_factory.mktemp("sample") / "store"
    return web_chat(sync(ROOT / "corpus" / "sample", store, encoder=""), encoder="")


@pytest.fixture(scope="module")
def hostile_chat(
    web_chat: Callable[..., WebChat], tmp_path_factory: pytest.TempPathFactory
) -> WebChat:
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "articles").mkdir()
    (folder / "articles" / "lighthouse.html").write_text(HOSTILE, "utf-8")
    return web_chat(sync(folder / "articles", folder / "store"))


class Visit:
    """One browser window at the page; it records and stops every request to another host."""

    def __init__(self, browser: Any, chat: WebChat, width: int = 1400, height: int = 900) -> None:
        self.elsewhere: list[str] = []
        self.errors: list[str] = []
        self.context = browser.new_context(viewport={"width": width, "height": height})
        self.page = self.context.new_page()
        self.page.set_default_timeout(SECONDS)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("dialog", lambda dialog: self.errors.append(dialog.message))
        self.origin = chat.url + "/"
        self.context.route("**/*", self._route)
        self.page.goto(chat.url)
        self.page.wait_for_selector("#chat .welcome, #chat .empty")

    def _route(self, route: Any) -> None:
        url = route.request.url
        if url.startswith((self.origin, "data:", "blob:")):
            route.continue_()
        else:
            self.elsewhere.append(url)
            route.abort()

    def ask(self, question: str) -> Any:
        """Type a question, press Enter; what stands below it on the page once it is settled."""
        exchanges = self.page.locator(".exchange")
        before = exchanges.count()
        self.page.locator("#question textarea").fill(question)
        self.page.keyboard.press("Enter")
        settled = exchanges.nth(before).locator(".answer, .refusal, .failure, .empty")
        settled.wait_for()
        return settled

    def close(self) -> None:
        """Leave, having seen no error and no other host."""
        self.context.close()
        assert self.elsewhere == []
        assert self.errors == []


@pytest.fixture
def visit(chromium: Any) -> Iterator[Callable[..., Visit]]:
    visits: list[Visit] = []

    def start(chat: WebChat, **size: int) -> Visit:
        visits.append(Visit(chromium, chat, **size))
        return visits[-1]

    yield start
    for each in visits:
        each.close()


def in_view(element: Any) -> bool:
    """Whether the element's first line is soon on the screen, in the window and in its panel."""
    seen = """async element => {
        for (let frame = 0; frame < 120; frame++) {
            const line = element.getClientRects()[0];
            const top = document.elementFromPoint(line.left + 4, line.top + line.height / 2);
            if (top && (element === top || element.contains(top))) return true;
            await new Promise(requestAnimationFrame);
        }
        return false;
    }"""
    return bool(element.evaluate(seen))


def test_ask_then_click_the_citation_and_see_the_quote(
    visit: Callable[..., Visit], sample_chat: WebChat
) -> None:
    here = visit(sample_chat)
    answer = here.ask("How were the individual beavers told apart?")
    assert answer.get_attribute("class") == "answer"
    words = answer.locator(".words").first.inner_text()
    assert "scars and notches" in words
    assert "Field & Flask" in here.page.locator("#beside .card").first.inner_text()
    answer.locator("button.chip").first.click()
    quote = here.page.locator("#beside .reader mark").first
    quote.wait_for()
    assert " ".join(quote.inner_text().split()) in " ".join(words.split())
    assert in_view(quote)
    assert "Wenna Tregarth" in here.page.locator(".reader > .credit").first.inner_text()
    here.page.locator(".reader summary").click()
    assert "front matter" in here.page.locator(".reader dl").inner_text().lower()
    here.page.locator(".reader .back").click()
    here.page.locator("#beside .card").first.wait_for()


def test_an_unanswerable_question_is_refused_and_names_what_is_near(
    visit: Callable[..., Visit], sample_chat: WebChat
) -> None:
    here = visit(sample_chat)
    refusal = here.ask("What is the boiling point of tungsten?")
    assert refusal.get_attribute("class") == "refusal"
    assert "The library holds" in refusal.inner_text()
    near = refusal.locator("button.near").first
    if near.count():
        title = near.locator("b").inner_text()
        near.click()
        here.page.locator(".reader").wait_for()
        assert here.page.locator(".reader h2").inner_text() == title


def test_a_sample_question_is_asked_by_a_click_and_a_new_conversation_begins_again(
    visit: Callable[..., Visit], sample_chat: WebChat
) -> None:
    here = visit(sample_chat)
    samples = here.page.locator("button.sample")
    assert samples.count() == 6
    question = samples.first.inner_text()
    samples.first.click()
    here.page.locator(".answer, .refusal").first.wait_for()
    assert here.page.locator(".question").first.inner_text() == question
    here.page.locator("#again").click()
    here.page.locator(".welcome").wait_for()
    assert here.page.locator(".exchange").count() == 0


def test_an_outlet_and_dates_bound_the_question(
    visit: Callable[..., Visit], sample_chat: WebChat
) -> None:
    here = visit(sample_chat)
    here.page.locator("#bounds button").first.click()
    here.page.get_by_label("From").fill("2030-01-01")
    refusal = here.ask("How were the individual beavers told apart?")
    assert refusal.get_attribute("class") == "refusal"
    here.page.get_by_label("From").fill("the day before")
    failure = here.ask("How were the individual beavers told apart?")
    assert failure.get_attribute("class") == "failure"
    assert "the day before"[:10] in failure.inner_text()
    here.page.get_by_label("From").fill("")
    here.page.get_by_label("Outlet").click()
    here.page.get_by_role("option", name="Field & Flask").click()
    answer = here.ask("How were the individual beavers told apart?")
    assert "Field & Flask" in answer.inner_text()


def test_a_hostile_article_shows_as_text_and_requests_nothing(
    visit: Callable[..., Visit], hostile_chat: WebChat
) -> None:
    here = visit(hostile_chat)
    here.ask('Who bought the lighthouse of Corran? <img src="http://evil.example/q.png">')
    here.page.locator("#beside .card").first.click()
    reader = here.page.locator(".reader .text")
    reader.wait_for()
    text = reader.inner_text()
    assert "<img" in text and "<script>" in text and "${alert(1)}" in text and "{{value}}" in text
    for tag in ("img", "script", "style", "form", "iframe", "svg"):
        assert here.page.locator(f"#chat {tag}, #panel {tag}").count() == 0
    here.page.wait_for_timeout(500)  # time enough for what must not be requested


def test_a_narrow_window_shows_the_chat_and_below_it_the_article(
    visit: Callable[..., Visit], sample_chat: WebChat
) -> None:
    here = visit(sample_chat, width=420, height=800)
    answer = here.ask("How were the individual beavers told apart?")
    chat, beside = here.page.locator("#talk"), here.page.locator("#beside")
    assert chat.bounding_box()["y"] < beside.bounding_box()["y"]
    wide = here.page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 420
    here.page.mouse.move(200, 200)
    here.page.mouse.wheel(0, -9_999)
    here.page.wait_for_function(
        "document.querySelector('.masthead').getBoundingClientRect().top >= 0"
    )
    here.page.mouse.wheel(0, 9_999)
    card = here.page.locator("#beside .card").last
    card.evaluate(
        "async card => { while (card.getBoundingClientRect().bottom > innerHeight) "
        "await new Promise(requestAnimationFrame); }"
    )
    answer.locator("button.chip").first.click()
    quote = here.page.locator(".reader mark").first
    quote.wait_for()
    assert in_view(quote)


def test_the_keyboard_alone_asks_opens_and_goes_back(
    visit: Callable[..., Visit], sample_chat: WebChat
) -> None:
    here = visit(sample_chat)
    here.ask("How were the individual beavers told apart?")
    focused = "document.activeElement.className + ' ' + document.activeElement.tagName"
    for _ in range(40):
        here.page.keyboard.press("Shift+Tab")
        if here.page.evaluate(focused).startswith("chip"):
            break
    assert here.page.evaluate(focused).startswith("chip")
    here.page.keyboard.press("Enter")
    here.page.locator(".reader mark").first.wait_for()
    here.page.wait_for_function("document.activeElement.tagName === 'H2'")
    here.page.keyboard.press("Shift+Tab")
    assert "back" in here.page.evaluate(focused)
    here.page.keyboard.press("Enter")
    here.page.locator("#beside .card").first.wait_for()


def test_a_follow_up_keeps_the_conversation_and_another_window_has_its_own(
    visit: Callable[..., Visit], sample_chat: WebChat
) -> None:
    here, there = visit(sample_chat), visit(sample_chat)
    here.ask("How were the individual beavers told apart?")
    here.ask("Who led the survey?")
    assert here.page.locator(".exchange").count() == 2
    assert there.page.locator(".exchange").count() == 0


def test_an_empty_library_says_how_to_fill_it(
    visit: Callable[..., Visit], web_chat: Callable[..., WebChat], tmp_path: Path
) -> None:
    here = visit(web_chat(tmp_path / "none"))
    assert "python -m index sync DIR" in here.page.locator("#chat .empty").inner_text()
    assert here.ask("Anything?").get_attribute("class") == "empty"
