"""The page's Update: what it runs, what it says, and that it runs once."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import WebChat, sync
from test_app_browser import SECONDS, Visit, chromium

from index.lock import writing
from qa.desk import Desk
from qa.update import Update

__all__ = ["chromium"]


@pytest.fixture
def news(tmp_path: Path) -> Path:
    (tmp_path / "news").mkdir()
    (tmp_path / "news" / "ferry.txt").write_text("Ferry crews walked out on Monday.", "utf-8")
    return tmp_path / "news"


@pytest.fixture
def store(news: Path) -> Path:
    return sync(news, news.parent / "store")


def test_it_brings_in_what_is_new_with_the_librarys_own_encoder(
    store: Path, news: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (news / "bridge.txt").write_text("The bridge reopened on Friday.", "utf-8")
    (news / "bad.txt").write_text("", "utf-8")
    monkeypatch.setenv("BYLINE_ENCODER", "hash-64")  # what a person may run, a page may not
    monkeypatch.chdir(news.parent)
    (news.parent / ".env").write_text("BYLINE_ENCODER=hash-32\n")
    desk = Desk(store)
    said = list(desk.update.run())
    assert said[0] == "Looking for new articles …"
    assert said[-1].startswith("Articles: 1 added. 1 file could not be read")
    assert desk.status()["articles"] == 2 and desk.status()["encoder"] == "hash-1"
    (news / "bad.txt").unlink()
    assert list(desk.update.run())[-1] == "Nothing new."
    desk.close()


def test_what_is_refused_is_said_in_a_line(store: Path, news: Path) -> None:
    update = Update(store)
    with writing(store):
        assert list(update.run())[-1].startswith("Not updated: another process")
    (news / "ferry.txt").unlink()
    assert "more than half" in list(update.run())[-1]
    assert "there is no library" in list(Update(news / "none").run())[-1]


@pytest.fixture
def slow(store: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """In place of the sync a process that commits one article and then goes on for ever."""
    line = json.dumps({"committed": "a.txt"})
    code = f"import time; print({line!r}, flush=True); time.sleep(600)"
    popen = subprocess.Popen
    monkeypatch.setattr(
        subprocess, "Popen", lambda _, **options: popen([sys.executable, "-c", code], **options)
    )
    yield


@pytest.mark.usefixtures("slow")
def test_a_second_one_is_refused_while_the_first_runs_and_closing_ends_it(store: Path) -> None:
    update = Update(store)
    first = update.run()
    while "(1 done)" not in next(first):
        time.sleep(0.01)
    (refused,) = update.run()
    assert refused.startswith("An update is running already (1 done); try again")
    update.close()
    assert "ended early" in list(first)[-1]


@pytest.mark.usefixtures("slow")
def test_who_leaves_the_page_does_not_end_it(store: Path) -> None:
    update = Update(store)
    first = update.run()
    next(first)
    first.close()  # type: ignore[attr-defined]
    assert "running already" in next(update.run())
    update.close()


def test_in_a_browser_new_articles_are_there_without_a_restart(
    chromium: Any, web_chat: Callable[..., WebChat], store: Path, news: Path
) -> None:
    visit = Visit(chromium, web_chat(store))
    page = visit.page
    assert "1 article" in page.inner_text("#top .holdings")
    (news / "bridge.txt").write_text("The Corran bridge reopened on Friday.", "utf-8")
    page.click("#update")
    page.wait_for_selector("#updated:has-text('1 added')", timeout=2 * SECONDS)
    page.wait_for_selector("#top .holdings:has-text('2 articles')")
    page.fill("#question textarea", "When did the Corran bridge reopen?")
    page.click("#ask")
    page.wait_for_selector(".answer, .refusal, .exchange")
    page.wait_for_function("document.querySelector('#chat').innerText.includes('Friday')")
    for width in (1400, 390):
        page.set_viewport_size({"width": width, "height": 800})
        boxes = [page.locator(each).bounding_box() for each in ("#update", "#again")]
        assert boxes[0]["x"] + boxes[0]["width"] <= boxes[1]["x"] and boxes[0]["x"] > 100
        page.screenshot(path=str(store.parent / f"update-{width}.png"))
    assert not visit.elsewhere and not visit.errors
    visit.context.close()
