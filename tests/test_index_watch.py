"""Following folders: what is read when, and what a round leaves to the next."""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from corpus.errors import LibraryBusy, SyncRefused
from corpus.read import parse
from corpus.sandbox import Sandbox
from index import sync as sync_module
from index import watch as watch_module
from index.__main__ import main
from index.catalogue import Catalogue
from index.hashing import HashEncoder
from index.lock import writing
from index.report import SyncReport
from index.sync import sync
from index.watch import Settling, follow
from index.writer import Writer

ENCODER = HashEncoder()
LONG_AGO = 1_600_000_000
SECONDS = 20


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sync_module, "needs_building", lambda *_: False)
    monkeypatch.setattr(Sandbox, "parse", lambda _, *content: parse(*content))


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "storage"


@pytest.fixture
def news(tmp_path: Path) -> Path:
    (tmp_path / "news").mkdir()
    write(tmp_path / "news" / "bridge.txt", "The bridge reopened.", LONG_AGO)
    return tmp_path / "news"


def write(path: Path, text: str, when: float = 0) -> None:
    path.write_text(text, encoding="utf-8")
    if when:
        os.utime(path, (when, when))


def sources(store: Path) -> set[str]:
    with Catalogue.browse(store) as catalogue:
        return {article.source for article in catalogue.bylines()}


class Clock:
    """A clock that is set by hand."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_file_may_be_read_once_it_has_stood_still(store: Path, news: Path) -> None:
    clock, path = Clock(), news / "ferry.txt"
    settling = Settling(store, clock)
    write(path, "Ferry")
    settling.notice(str(path), str(news))
    assert not settling.is_due() and not settling.still(path, path.stat())
    clock.now += 1.5
    write(path, "Ferry crews")  # it grows
    settling.look()
    clock.now += 1.5
    assert not settling.is_due() and not settling.still(path, path.stat())
    clock.now += 0.5
    assert settling.is_due() and settling.still(path, path.stat())
    settling.forget(settling.settled())
    assert not settling.is_due()


def test_a_file_that_nobody_told_of_is_judged_by_its_age(store: Path, news: Path) -> None:
    clock = Clock()
    settling = Settling(store, clock)
    old, young, odd = news / "bridge.txt", news / "young.txt", news / "odd.txt"
    write(young, "New.")
    write(odd, "From a clock that is ahead.", time.time() + 5_000)
    assert settling.still(old, old.stat()) and settling.still(odd, odd.stat())
    assert not settling.still(young, young.stat())
    clock.now += 2
    assert settling.still(young, young.stat()) and settling.is_due()


def test_one_that_never_stands_still_does_not_hold_up_the_others(store: Path, news: Path) -> None:
    clock, log, path = Clock(), news / "log.txt", news / "ferry.txt"
    settling = Settling(store, clock)
    write(path, "Ferry crews.")
    settling.notice(str(path), str(news))
    due = []
    for second in range(12):
        write(log, "x" * (second + 1))
        settling.notice(str(log), str(news))
        due.append(settling.is_due())
        clock.now += 1
    assert due.index(True) == watch_module.PATIENCE_SECONDS
    assert settling.still(path, path.stat()) and not settling.still(log, log.stat())


def test_what_goes_is_noticed_and_what_is_hidden_or_the_librarys_own_is_not(
    tmp_path: Path, news: Path
) -> None:
    clock = Clock()
    settling = Settling(news / "storage", clock)
    for name in ("storage/library.db-wal", ".ferry.txt.swp", ".git/index", "sub/.cache/x.txt"):
        settling.notice(str(news / name), str(news))
    clock.now += 5
    assert not settling.is_due() and not settling.settled()
    (news / "bridge.txt").unlink()
    settling.notice(str(news / "bridge.txt"), str(news))
    clock.now += 2
    assert settling.is_due()


def test_a_sync_leaves_what_is_not_still_as_the_library_has_it(store: Path, news: Path) -> None:
    write(news / "ferry.txt", "Ferry crews.", LONG_AGO)
    write(news / "bad.txt", "", LONG_AGO)
    sync(store, [news], ENCODER)
    write(news / "ferry.txt", "Half of the n", LONG_AGO + 1)
    write(news / "new.txt", "Half of a n", LONG_AGO + 1)
    write(news / "bad.txt", "Half", LONG_AGO + 1)

    def still(path: Path, _: os.stat_result) -> bool:
        return path.name == "bridge.txt"

    report = sync(store, [news], ENCODER, still=still)
    assert report == SyncReport(unchanged=2, failed=report.failed)
    assert [source for source, _ in report.failed] == ["bad.txt"]
    assert sources(store) == {"bridge.txt", "ferry.txt"}
    report = sync(store, [news], ENCODER, still=lambda *_: True)
    assert (report.added, report.changed, report.unchanged) == (2, 1, 1)


class Followed:
    """A library that is followed in a thread, with its reports and what went wrong."""

    def __init__(self, store: Path, paths: list[Path]) -> None:
        self.store, self.paths = store, paths
        self.reports: list[SyncReport] = []
        self.errors: list[Exception] = []
        self.busy = 0
        self.ending = False
        self.thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        try:
            follow(self.store, self.paths, self._once, self.errors.append)
        except KeyboardInterrupt:
            pass

    def _once(self, still: Callable[[Path, os.stat_result], bool]) -> None:
        if self.ending:
            raise KeyboardInterrupt
        try:
            self.reports.append(sync(self.store, self.paths, ENCODER, still=still))
        except LibraryBusy:
            self.busy += 1
            raise

    def until(self, happened: Callable[[], bool]) -> None:
        """Wait for it; what is followed must go on meanwhile."""
        deadline = time.monotonic() + SECONDS
        while not happened():
            assert time.monotonic() < deadline and self.thread.is_alive(), self.reports
            time.sleep(0.02)

    def has(self, *names: str) -> None:
        """Wait until these are the articles of the library."""
        self.until(lambda: bool(self.reports) and sources(self.store) == set(names))


@pytest.fixture
def followed(
    store: Path, news: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Followed]]:
    monkeypatch.setattr(watch_module, "SETTLE_SECONDS", 0.3)
    monkeypatch.setattr(watch_module, "TICK_SECONDS", 0.1)
    started: list[Followed] = []

    def start(*paths: Path) -> Followed:
        run = Followed(store, list(paths) or [news])
        started.append(run)
        run.thread.start()
        return run

    yield start
    for run in started:
        run.ending = True
        for path in run.paths:
            place = path if path.is_dir() else path.parent
            place.mkdir(exist_ok=True)
            write(path if path.is_file() else place / "last.txt", "The end.")
        run.thread.join(SECONDS)
        assert not run.thread.is_alive()


def test_what_comes_changes_moves_and_goes_is_followed(
    followed: Callable[..., Followed], store: Path, news: Path
) -> None:
    run = followed()
    run.has("bridge.txt")
    write(news / "ferry.txt", "Ferry crews walked out.")
    run.has("bridge.txt", "ferry.txt")
    (news / "sub").mkdir()
    os.rename(news / "ferry.txt", news / "sub" / "strike.txt")
    run.has("bridge.txt", "sub/strike.txt")
    write(news / "sub" / "strike.txt", "The strike is over.")
    run.until(lambda: run.reports[-1].changed == 1)
    os.rename(news / "sub", news / "south")
    run.has("bridge.txt", "south/strike.txt")
    (news / "south" / "strike.txt").unlink()
    run.has("bridge.txt")
    assert not run.errors


def test_a_burst_is_few_syncs(followed: Callable[..., Followed], store: Path, news: Path) -> None:
    run = followed()
    run.has("bridge.txt")
    before = len(run.reports)
    for i in range(1_000):
        write(news / f"s{i:03d}.txt", f"Story {i}.")
    run.until(lambda: run.reports[-1].unchanged + run.reports[-1].added == 1_001)
    assert len(run.reports) - before <= 4


def test_others_write_between_two_rounds_and_a_busy_library_is_tried_again(
    followed: Callable[..., Followed], store: Path, news: Path
) -> None:
    run = followed()
    run.has("bridge.txt")
    with Writer.open(store) as writer:  # between two rounds nobody holds the lock
        assert writer.connection
        write(news / "ferry.txt", "Ferry crews walked out.")
        run.until(lambda: run.busy > 1)
        assert sources(store) == {"bridge.txt"}
    run.has("bridge.txt", "ferry.txt")
    assert not run.errors


def test_an_error_of_one_round_does_not_end_it(
    followed: Callable[..., Followed], store: Path, news: Path
) -> None:
    write(news / "ferry.txt", "Ferry crews.", LONG_AGO)
    run = followed()
    run.has("bridge.txt", "ferry.txt")
    kept = shutil.copytree(news, news.with_name("kept"))
    (news / "ferry.txt").unlink()
    (news / "bridge.txt").unlink()
    run.until(lambda: bool(run.errors))
    assert isinstance(run.errors[0], SyncRefused) and len(sources(store)) == 2
    shutil.copytree(kept, news, dirs_exist_ok=True)
    write(news / "new.txt", "New.")
    run.has("bridge.txt", "ferry.txt", "new.txt")


def test_a_folder_that_goes_and_comes_again_is_followed(
    followed: Callable[..., Followed], store: Path, news: Path
) -> None:
    run = followed()
    run.has("bridge.txt")
    os.rename(news, news.with_name("away"))
    run.until(lambda: bool(run.errors))
    assert sources(store) == {"bridge.txt"}
    os.rename(news.with_name("away"), news)
    rounds = len(run.reports)
    run.until(lambda: len(run.reports) > rounds)
    write(news / "ferry.txt", "Ferry crews walked out.")
    run.has("bridge.txt", "ferry.txt")


def test_a_single_file_is_followed_without_its_neighbours(
    followed: Callable[..., Followed], store: Path, news: Path
) -> None:
    run = followed(news / "bridge.txt")
    run.has("bridge.txt")
    write(news / "ferry.txt", "Ferry crews walked out.")
    write(news / "bridge.txt", "The bridge was closed again.")
    run.until(lambda: run.reports[-1].changed == 1)
    assert sources(store) == {"bridge.txt"}


def test_without_notifications_of_the_system_it_looks_by_itself(
    followed: Callable[..., Followed], news: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import watchfiles

    watch = watchfiles.watch
    tried = []

    def no_watches_left(*paths: str, force_polling: bool | None, **options: object) -> object:
        tried.append(force_polling)
        if not force_polling:
            raise OSError("OS file watch limit reached")
        return watch(*paths, force_polling=True, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(watchfiles, "watch", no_watches_left)
    monkeypatch.setattr(watch_module, "POLL_SECONDS", 0.1)
    run = followed()
    run.has("bridge.txt")
    write(news / "ferry.txt", "Ferry crews walked out.")
    run.has("bridge.txt", "ferry.txt")
    assert tried == [None, True]


def test_the_first_round_says_what_is_wrong_and_ends(
    store: Path, news: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BYLINE_ENCODER", "hash")
    missing = str(news / "nowhere")
    assert main(["sync", missing, "--store", str(store), "--watch"]) == 1
    assert "nowhere" in capsys.readouterr().err and not store.exists()
    assert main(["sync", "--store", str(store), "--watch"]) == 1
    for wrong in (["https://example.org/a"], [str(news), "--dry-run"]):
        with pytest.raises(SystemExit) as ended:
            main(["sync", *wrong, "--store", str(store), "--watch"])
        assert ended.value.code == 2


def test_as_a_command_it_prints_a_report_for_each_round_and_ctrl_c_ends_it(
    store: Path, news: Path
) -> None:
    command = [sys.executable, "-m", "index", "sync", str(news), "--store", str(store), "--watch"]
    process = subprocess.Popen(
        [*command, "--json"],
        env={**os.environ, "BYLINE_ENCODER": "hash"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # Whoever runs the tests in the background has Ctrl-C ignored, and children inherit that.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    assert process.stdout
    first = [json.loads(process.stdout.readline()) for _ in range(2)]
    assert first[0] == {"committed": "bridge.txt"} and first[1]["added"] == 1
    with writing(store):
        pass  # nobody holds it now
    write(news / "ferry.txt", "Ferry crews walked out.")
    second = [json.loads(process.stdout.readline()) for _ in range(2)]
    assert second[0] == {"committed": "ferry.txt"}
    assert (second[1]["added"], second[1]["unchanged"]) == (1, 1)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=SECONDS)
    assert process.returncode == 130 and err.count("\n") == 1 and err.startswith("stopped")
