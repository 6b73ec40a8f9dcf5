"""Many who ask while one writes: readers of one library, and sessions of the web chat."""

import os
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import ROOT, environment

from benchmarks.crowd import Crowd, readers, sessions
from benchmarks.victim import Victim
from index.catalogue import Catalogue
from index.hashing import HashEncoder
from index.library import Library
from index.schema import check

SECONDS = 5


@pytest.fixture(autouse=True)
def _no_probe(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.generations.probe", lambda *_: True)


@pytest.fixture(scope="module")
def victim(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Victim]:
    with Victim(tmp_path_factory.mktemp("victim"), young=60, quick=True) as victim:
        yield victim


def sync(news: Path, store: Path) -> None:
    """As a process of its own, which is the last to close the library if nobody else has it."""
    code = "from index import sync, __main__ as m; sync.needs_building = lambda *_: False"
    words = [sys.executable, "-c", f"{code}; m.main()", "sync", str(news), "--store", str(store)]
    done = subprocess.run(words, cwd=ROOT, env=environment(BYLINE_ENCODER="hash"))
    assert done.returncode == 0


def test_eight_readers_and_a_writer(victim: Victim, tmp_path: Path) -> None:
    crowd = Crowd(tmp_path, victim, 20, 1)
    readers(crowd, 8, SECONDS)
    assert crowd.wrong == []
    assert crowd.answered == crowd.asked > 0 and crowd.syncs > 1


def test_sessions_of_the_chat_hear_only_of_themselves_while_a_sync_runs(
    victim: Victim, tmp_path: Path
) -> None:
    crowd = Crowd(tmp_path, victim, 10, 4)
    sessions(crowd, 4, 4)
    assert crowd.wrong == []
    assert crowd.answered == crowd.asked == 16


@pytest.mark.parametrize("what", ["another library", "a check"])
def test_whoever_opens_a_library_twice_keeps_what_holds_its_log(what: str, tmp_path: Path) -> None:
    """Closing any descriptor of a file would drop the locks that this process has on it."""
    news, store = tmp_path / "news", tmp_path / "store"
    news.mkdir()
    (news / "a.txt").write_text("Beavers are here, and nobody else.")
    sync(news, store)
    with Library.open(store, HashEncoder(), vectors=False) as library:
        assert library.article_count == 1
        for number, name in enumerate("bc", 2):
            if what == "another library":
                Library.open(store, HashEncoder(), vectors=False).close()
            else:
                check(store)
            (news / f"{name}.txt").write_text(f"Otters are there, {random.random()} of them.")
            sync(news, store)
            assert (store / "library.db-wal").exists()
            assert library.refresh()
            assert library.article_count == number


def test_a_file_that_goes_while_the_store_is_measured_is_not_counted(
    victim: Victim, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    news, store = tmp_path / "news", tmp_path / "store"
    news.mkdir()
    (news / "a.txt").write_text("Beavers are here, and nobody else.")
    assert victim.done("sync", news, "--store", store)[0] == 0
    with Catalogue.browse(store) as catalogue:
        before = catalogue.status()["bytes"]
        walked = [*os.walk(store), (str(store / "vectors" / "gen-0007"), [], ["chroma.sqlite3"])]
        monkeypatch.setattr("os.walk", lambda _: walked)
        assert catalogue.status()["bytes"] == before > 0
