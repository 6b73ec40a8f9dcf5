"""What a sync reads: formats that hold several, sidecars, the sandbox around it, and pages."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import psutil
import pytest
from conftest import ROOT, environment
from test_corpus_web import PAGE, Server, serving

from corpus import Article, process
from corpus import web as web_module
from corpus.draft import Draft
from corpus.errors import SyncRefused
from corpus.files import content_of
from corpus.read import parse
from corpus.sandbox import Sandbox
from index import reading as reading_module
from index import sync as sync_module
from index.__main__ import main
from index.catalogue import Catalogue
from index.edits import edit
from index.hashing import HashEncoder
from index.lock import writing
from index.reading import Reader
from index.report import Progress, SyncReport
from index.sync import sync
from index.writer import Writer

ENCODER = HashEncoder()
LONG_AGO = 1_600_000_000
IN_A_CHILD = Sandbox.parse


@pytest.fixture(autouse=True)
def _no_vector_index(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sync_module, "needs_building", lambda *_: False)


@pytest.fixture(autouse=True)
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that were parsed, in this process: a child takes half a second."""
    names: list[str] = []

    def here(_: Sandbox, content: bytes, name: str, sidecars: Sequence[Any] = ()) -> list[Draft]:
        names.append(name)
        return parse(content, name, sidecars)

    monkeypatch.setattr(Sandbox, "parse", here)
    return names


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "storage"


@pytest.fixture
def news(tmp_path: Path) -> Path:
    folder = tmp_path / "news"
    folder.mkdir()
    write(folder / "beaver.txt", "Wardens counted 37 beavers on the Aske.")
    write(folder / "ferry.txt", "Ferry crews walked out over the winter roster.")
    return folder


def write(path: Path, text: str, at: int = LONG_AGO) -> Path:
    path.write_text(text, encoding="utf-8")
    os.utime(path, (at, at))
    return path


def run(store: Path, *paths: Path, **options: Any) -> SyncReport:
    return sync(store, paths, ENCODER, **options)


def counts(report: SyncReport) -> tuple[int, int, int, int, int]:
    return report.added, report.changed, report.unchanged, report.removed, len(report.failed)


def articles(store: Path) -> dict[str, Article]:
    with Catalogue.browse(store) as catalogue:
        return {each.source: catalogue.article(each.id) for each in catalogue.bylines(limit=-1)}


# Files that hold several


def test_records_and_messages_are_articles_of_their_own(store: Path, news: Path) -> None:
    lines = [
        {"title": "Pool stays open", "text": "The council voted by nine to four.", "author": "Bo"},
        {"title": "No text", "text": ""},
        {"title": "Line 7 opens", "body": "Trams run from Monday.", "date": "2026-03-02"},
    ]
    write(news / "wire.jsonl", "\n".join([*map(json.dumps, lines), "{broken"]))
    mail = "From: Ann Finch <a@b.example>\nDate: Mon, 02 Mar 2026 10:00:00 +0000\nSubject: {}\n\n{}"
    messages = [mail.format("Oysters", "Pale gill was found."), mail.format("Empty", "")]
    write(
        news / "box.mbox",
        "\n\n".join(f"From a@b.example Mon Mar  2 10:00:00 2026\n{each}" for each in messages),
    )
    first = run(store, news)
    assert [source for source, _ in first.failed] == ["box.mbox#2", "wire.jsonl#2", "wire.jsonl#4"]
    assert {"wire.jsonl#1", "wire.jsonl#3", "box.mbox#1"} < set(articles(store))
    second = run(store)
    assert counts(second) == (0, 0, 5, 0, 3) and second.failed == first.failed
    lines[1]["text"] = "Now it has one."
    write(news / "wire.jsonl", "\n".join(map(json.dumps, lines)), LONG_AGO + 60)
    assert counts(run(store)) == (1, 0, 5, 0, 1)
    (news / "wire.jsonl").unlink()
    assert counts(run(store)) == (0, 0, 3, 3, 1)


# Sidecars


def test_a_sidecar_that_comes_changes_or_goes_has_its_article_read_again_and_no_other(
    store: Path, news: Path, parsed: list[str]
) -> None:
    run(store, news)
    sidecar = write(news / "beaver.txt.meta.json", '{"title": "Otters", "author": "Bo Gale"}')
    parsed.clear()
    assert counts(run(store)) == (0, 1, 1, 0, 0)
    assert parsed == ["beaver.txt"]
    assert articles(store)["beaver.txt"].author == "Bo Gale"
    assert counts(run(store)) == (0, 0, 2, 0, 0)
    write(sidecar, '{"title": "Otters", "author": "Cy Holt"}', LONG_AGO + 60)
    assert counts(run(store, dry_run=True)) == (0, 1, 1, 0, 0)
    assert counts(run(store)) == (0, 1, 1, 0, 0)
    assert articles(store)["beaver.txt"].author == "Cy Holt"
    sidecar.unlink()
    assert counts(run(store)) == (0, 1, 1, 0, 0)
    assert articles(store)["beaver.txt"].author is None
    assert parsed == ["beaver.txt"] * 3


def test_with_sidecars_that_stay_nothing_is_read(
    store: Path, news: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(news / "beaver.meta.json", '{"author": "Bo Gale"}')
    write(news / "byline.csv", "file,outlet\nferry.txt,Tidewire\n")
    assert counts(run(store, news)) == (2, 0, 0, 0, 0)
    assert articles(store)["ferry.txt"].outlet == "Tidewire"
    monkeypatch.setattr(Reader, "_read", None)
    assert counts(run(store)) == (0, 0, 2, 0, 0)


def test_a_sidecar_that_is_only_touched_changes_nothing(
    store: Path, news: Path, parsed: list[str]
) -> None:
    sidecar = write(news / "beaver.txt.meta.json", '{"author": "Bo Gale"}')
    run(store, news)
    parsed.clear()
    os.utime(sidecar, (LONG_AGO + 60, LONG_AGO + 60))
    assert counts(run(store)) == (0, 0, 2, 0, 0)
    assert parsed == []


def test_a_table_for_a_folder_changes_the_articles_whose_rows_change(
    store: Path, news: Path
) -> None:
    table = write(news / "byline.csv", "file,author\nbeaver.txt,Bo Gale\nferry.txt,Ann Finch\n")
    run(store, news)
    write(table, "file,author\nbeaver.txt,Bo Gale\nferry.txt,Cy Holt\n", LONG_AGO + 60)
    assert counts(run(store)) == (0, 1, 1, 0, 0)
    assert [articles(store)[name].author for name in ("beaver.txt", "ferry.txt")] == [
        "Bo Gale",
        "Cy Holt",
    ]


def test_a_change_of_a_sidecar_within_the_clocks_resolution_is_seen(
    store: Path, news: Path
) -> None:
    sidecar = write(news / "beaver.txt.meta.json", '{"author": "Bo Gale"}')
    now = time.time_ns()
    for name in ("Bo Gale", "Cy Holt"):
        sidecar.write_text(json.dumps({"author": name}), encoding="utf-8")
        os.utime(sidecar, ns=(now, now))
        run(store, news)
        assert articles(store)["beaver.txt"].author == name


def test_a_sidecar_that_cannot_be_used_is_named_until_it_is_mended(store: Path, news: Path) -> None:
    sidecar = write(news / "beaver.txt.meta.json", "{broken")
    for expected in ((2, 0, 0, 0, 1), (0, 0, 2, 0, 1)):
        report = run(store, news)
        assert counts(report) == expected
        assert report.failed[0][0] == "beaver.txt" and "meta.json" in report.failed[0][1]
    os.utime(news / "beaver.txt", (LONG_AGO + 60, LONG_AGO + 60))
    assert counts(run(store)) == (0, 0, 2, 0, 1)
    write(sidecar, '{"author": "Bo Gale"}', LONG_AGO + 60)
    assert counts(run(store)) == (0, 1, 1, 0, 0)
    assert counts(run(store)) == (0, 0, 2, 0, 0)


def test_an_edit_goes_before_a_sidecar(store: Path, news: Path) -> None:
    write(news / "beaver.txt.meta.json", '{"author": "Bo Gale", "outlet": "Tidewire"}')
    run(store, news)
    with Writer.open(store) as writer:
        edit(writer, articles(store)["beaver.txt"].id, {"author": "Cy Holt"}, ENCODER)
    write(
        news / "beaver.txt.meta.json", '{"author": "Di Marsh", "outlet": "Kestrel"}', LONG_AGO + 9
    )
    run(store)
    beaver = articles(store)["beaver.txt"]
    assert (beaver.author, beaver.outlet) == ("Cy Holt", "Kestrel")


# Content and children


def test_a_file_that_changes_while_it_is_read_is_read_the_next_time(
    store: Path, news: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def growing(path: Path, root: Path) -> bytes:
        content = content_of(path, root)
        if path.name == "beaver.txt":
            with path.open("a") as file:
                file.write(" More is being written.")
        return content

    with monkeypatch.context() as patch:
        patch.setattr(reading_module, "content_of", growing)
        report = run(store, news)
    assert counts(report) == (1, 0, 0, 0, 1)
    assert report.failed == [("beaver.txt", reading_module.CHANGING)]
    assert counts(run(store)) == (1, 0, 1, 0, 0)
    assert articles(store)["beaver.txt"].text.endswith("More is being written.")


def test_what_is_hashed_is_what_is_parsed(
    store: Path, news: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that is another before it is parsed is another at the next sync."""
    here = Sandbox.parse

    def later(self: Sandbox, content: bytes, name: str, sidecars: Any = ()) -> list[Draft]:
        if name == "beaver.txt":  # while another is parsed it may not have been read yet
            write(news / "beaver.txt", "Wardens counted 41 otters on the Aske.")
        return here(self, content, name, sidecars)

    with monkeypatch.context() as patch:
        patch.setattr(Sandbox, "parse", later)
        run(store, news)
    assert "37 beavers" in articles(store)["beaver.txt"].text
    assert counts(run(store)) == (0, 1, 1, 0, 0)
    assert "41 otters" in articles(store)["beaver.txt"].text


def test_a_slow_file_holds_up_no_other_and_the_rest_keep_their_order(
    store: Path, news: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("corpus.sandbox._processors", lambda: 2)
    monkeypatch.setattr(reading_module, "LATE_SECONDS", 0.3)
    monkeypatch.setattr(reading_module, "QUIET_SECONDS", 0.05)
    names = [f"n{i:02}.txt" for i in range(40)]
    for name in names:
        write(news / name, f"The council met for the {name} time.")
    here, free = Sandbox.parse, threading.Event()
    committed: list[str] = []

    def slow(self: Sandbox, content: bytes, name: str, sidecars: Any = ()) -> list[Draft]:
        if name == "beaver.txt":  # the first of all
            assert free.wait(60)
        return here(self, content, name, sidecars)

    class Telling(Progress):
        def committed(self, source: str) -> None:
            committed.append(source)
            if len(committed) == len(names) + 1:
                free.set()

    monkeypatch.setattr(Sandbox, "parse", slow)
    assert counts(run(store, news, progress=Telling())) == (42, 0, 0, 0, 0)
    assert committed == ["ferry.txt", *names, "beaver.txt"]


def test_no_child_is_started_where_nothing_has_to_be_parsed(
    store: Path, news: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def started(*_: Any, **__: Any) -> None:
        raise AssertionError("a child was started")

    run(store, news)
    monkeypatch.setattr(Sandbox, "parse", IN_A_CHILD)
    monkeypatch.setattr("corpus.process.subprocess.Popen", started)
    for path in news.iterdir():
        os.utime(path, (LONG_AGO + 60, LONG_AGO + 60))
    assert counts(run(store)) == (0, 0, 2, 0, 0)
    assert counts(run(store)) == (0, 0, 2, 0, 0)


@pytest.fixture
def hostile(monkeypatch: pytest.MonkeyPatch) -> None:
    """Children that do what their files say."""
    paths = [str(ROOT / "tests"), *filter(None, [os.environ.get("PYTHONPATH")])]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(paths))
    monkeypatch.setattr(process, "MODULE", "hostile_child")
    monkeypatch.setattr(Sandbox, "parse", IN_A_CHILD)


def test_a_file_that_kills_its_reader_costs_itself_alone(
    store: Path, news: Path, hostile: None
) -> None:
    for name in ("a", "c", "z"):
        write(news / f"{name}.txt", "crash")
    report = run(store, news)
    assert counts(report) == (2, 0, 0, 0, 3)
    assert all("crashed its reader" in reason for _, reason in report.failed)
    assert sorted(articles(store)) == ["beaver.txt", "ferry.txt"]
    assert counts(run(store)) == (0, 0, 2, 0, 3)


def children_of(pid: int) -> list[psutil.Process]:
    return [c for c in psutil.Process(pid).children() if "hostile_child" in c.cmdline()]


def until(what: Callable[[], Any], seconds: float = 30) -> Any:
    deadline = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < deadline, "it never came to that"
        time.sleep(0.02)
    return found


@pytest.fixture
def hanging(store: Path, news: Path) -> Iterator["subprocess.Popen[str]"]:
    """A sync as a process of its own, whose child hangs over one of three files."""
    write(news / "aa.txt", "hang")
    code = (
        "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from corpus import process; process.MODULE = 'hostile_child'\n"
        "from index import sync, __main__; sync.needs_building = lambda *_: False\n"
        "sys.exit(__main__.main(sys.argv[1:]))"
    )
    paths = os.pathsep.join([str(ROOT), str(ROOT / "tests")])
    running = subprocess.Popen(
        [sys.executable, "-c", code, "sync", str(news), "--store", str(store)],
        env=environment(BYLINE_ENCODER="hash", PYTHONPATH=paths),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    yield running
    with contextlib.suppress(ProcessLookupError):
        running.kill()
    running.communicate()


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_a_sync_that_is_stopped_leaves_nothing_running_and_no_lock(
    store: Path, news: Path, hanging: "subprocess.Popen[str]", how: signal.Signals
) -> None:
    children = until(lambda: children_of(hanging.pid))
    until(lambda: (store / "lock").exists())
    for child in children:
        opened = [each.path for each in child.open_files()]
        assert not [path for path in opened if path.startswith(str(store))]
    hanging.send_signal(how)
    began = time.monotonic()
    _, err = hanging.communicate(timeout=20)
    if how == signal.SIGINT:
        assert hanging.returncode == 130 and err.startswith("stopped;") and err.count("\n") == 1
    assert time.monotonic() - began < 20
    with writing(store):
        pass
    until(lambda: not any(each.is_running() and each.status() != "zombie" for each in children))
    write(news / "aa.txt", "Not hanging any more.", LONG_AGO + 60)
    assert counts(run(store, news)) == (3, 0, 0, 0, 0)


# Pages and feeds


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A server on this machine that `index sync` may fetch from."""
    for running in serving():
        monkeypatch.setattr(web_module, "fetch", running.fetch)
        yield running


FEED = (
    """<?xml version="1.0"?><rss version="2.0"><channel><title>Tidewire</title>{}</channel></rss>"""
)
ENTRY = """<item><title>{0}</title><link>https://tidewire.example/{0}</link>
<pubDate>Mon, 02 Mar 2026 10:00:00 GMT</pubDate><description>{1}</description></item>"""


def page(text: str) -> str:
    head = "<html><head><title>Beavers</title></head>"
    return f"{head}<body><article><p>{text}</p></article></body></html>"


def test_a_page_is_an_article_of_its_site_and_is_fetched_only_when_asked_for(
    store: Path, news: Path, server: Server
) -> None:
    url = server.page("/a?x=1", page("Wardens counted 37 beavers on the river Aske this week."))
    assert counts(run(store, urls=[url + "#part"])) == (1, 0, 0, 0, 0)
    (found,) = articles(store).values()
    assert (found.root, found.source, found.url) == (server.url, url, url)
    assert found.provenance["url"] == "address it was fetched from"
    asked = len(server.asked)
    assert counts(run(store, news)) == (2, 0, 0, 0, 0)
    assert counts(run(store)) == (0, 0, 2, 0, 0)
    assert url in articles(store) and len(server.asked) == asked
    assert counts(run(store, urls=[url])) == (0, 0, 1, 0, 0)
    server.page("/a?x=1", page("Wardens counted 41 otters on the river Aske this week."))
    assert counts(run(store, urls=[url])) == (0, 1, 0, 0, 0)
    assert articles(store)[url].id == found.id and "otters" in articles(store)[url].text


def test_the_entries_of_a_feed_are_articles_and_what_is_none_is_named(
    store: Path, server: Server
) -> None:
    entries = [ENTRY.format("one", "Trams run."), ENTRY.format("two", "")]
    url = server.page("/feed", FEED.format("".join(entries)), Content_Type="application/rss+xml")
    report = run(store, urls=[url])
    assert counts(report) == (1, 0, 0, 0, 1) and report.failed[0][0] == f"{url}#2"
    assert articles(store)[f"{url}#1"].title == "one"
    assert counts(run(store, urls=[url])) == (0, 0, 1, 0, 1)
    entries = [ENTRY.format(name, f"About {name}.") for name in ("one", "two", "three")]
    server.page("/feed", FEED.format("".join(entries)), Content_Type="application/rss+xml")
    assert counts(run(store, urls=[url])) == (2, 1, 0, 0, 0)


def test_a_page_that_cannot_be_fetched_is_named_and_what_was_there_stays(
    store: Path, news: Path, server: Server
) -> None:
    url = server.page("/a", page("Wardens counted 37 beavers on the river Aske this week."))
    run(store, urls=[url])
    server.answers["/a"] = lambda handler: handler.send(404, {})
    report = run(store, news, urls=[url, server.url + "/nowhere"])
    assert counts(report) == (2, 0, 0, 0, 2)
    assert [source for source, _ in report.failed] == [url, server.url + "/nowhere"]
    assert "404" in report.failed[0][1] and "version read before stays" in report.failed[0][1]
    assert url in articles(store)
    with Catalogue.browse(store) as catalogue:
        assert [each["source"] for each in catalogue.failures()] == [url, server.url + "/nowhere"]
    # Nobody repeats it, so that it is not owed either.
    assert counts(run(store)) == (0, 0, 2, 0, 0) and url in articles(store)
    with Catalogue.browse(store) as catalogue:
        assert catalogue.failures() == []


def test_a_dry_run_fetches_nothing(store: Path, server: Server) -> None:
    url = server.page("/a", PAGE)
    assert counts(run(store, urls=[url], dry_run=True)) == (1, 0, 0, 0, 0)
    assert server.asked == [] and not store.exists()
    run(store, urls=[url])
    asked = len(server.asked)
    assert counts(run(store, urls=[url], dry_run=True)) == (0, 1, 0, 0, 0)
    assert len(server.asked) == asked


@pytest.mark.parametrize("url", ["https://", "http://a b.example/", "https://me:pw@a.example/x"])
def test_an_address_that_is_none_is_refused_before_anything_is_made(store: Path, url: str) -> None:
    with pytest.raises(SyncRefused) as refused:
        run(store, urls=[url])
    assert "pw" not in str(refused.value) and not store.exists()


def test_the_command_takes_folders_and_addresses_at_once(
    store: Path, news: Path, server: Server, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setenv("BYLINE_ENCODER", "hash")
    url = server.page("/a", page("Wardens counted 37 beavers on the river Aske this week."))
    given = ["sync", str(news), url, url.replace("http", "HTTP"), "--store", str(store), "--json"]
    assert main(given) == 0
    *committed, last = map(json.loads, capsys.readouterr().out.splitlines())
    assert {"committed": url} in committed and last["added"] == 3
    assert main(["sync", server.url + "/nowhere", "--store", str(store)]) == 1
    out, err = capsys.readouterr()
    assert out == "Articles: 1 failed\n" and err.startswith(f"failed: {server.url}/nowhere: ")


def test_an_edited_page_stays_edited_when_it_is_fetched_again(store: Path, server: Server) -> None:
    url = server.page("/a", page("Wardens counted 37 beavers on the river Aske this week."))
    run(store, urls=[url])
    with Writer.open(store) as writer:
        edit(writer, articles(store)[url].id, {"author": "Bo Gale", "title": "Otters"}, ENCODER)
    assert counts(run(store, urls=[url])) == (0, 0, 1, 0, 0)
    server.page("/a", page("Wardens counted 41 beavers on the river Aske this week."))
    assert counts(run(store, urls=[url])) == (0, 1, 0, 0, 0)
    assert (articles(store)[url].author, articles(store)[url].title) == ("Bo Gale", "Otters")
