"""Every file of a vector index damaged: it is noticed, answered around, and built again."""

import json
import random
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from benchmarks.damage import WAYS, differ, files, found, is_fit
from benchmarks.victim import Victim
from benchmarks.whole import faults
from benchmarks.world import World
from index.__main__ import main as index_main
from index.generations import current_name
from qa.__main__ import main as qa_main

FLIPS = 24


@pytest.fixture(autouse=True)
def _no_probe(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever opens a damaged one is the victim, in a process of its own."""
    monkeypatch.setattr("index.generations.probe", lambda *_: True)


@pytest.fixture(scope="module")
def victim(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Victim]:
    with Victim(tmp_path_factory.mktemp("victim"), quick=True) as victim:
        yield victim


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return World(tmp_path_factory.mktemp("world") / "news", random.Random(1), 12)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, victim: Victim, world: World) -> Path:
    store = tmp_path_factory.mktemp("whole") / "store"
    status, run = victim.done("sync", world.news, "--store", store)
    assert status == 0, run.errors
    assert is_fit(store) and len(files(store)) >= 5
    return store


@pytest.mark.parametrize("way", WAYS)
def test_whatever_becomes_of_a_file_the_answers_stay_and_the_next_sync_builds_anew(
    way: str, whole: Path, world: World, victim: Victim, tmp_path: Path
) -> None:
    exact = found(whole, vectors=False)
    rng = random.Random(way)
    for at, original in enumerate(files(whole)):
        store = Path(shutil.copytree(whole, tmp_path / f"{at}"))
        path = store / original.relative_to(whole)
        while path.exists() and path.read_bytes() == original.read_bytes():
            WAYS[way](path, rng)
        status, said = victim.asked(store)
        assert (status, differ(said, exact)) == (0, 0), original
        noticed = not is_fit(store)
        # Chroma's own database may have a bit that nothing depends on.
        assert noticed or path.name == "chroma.sqlite3", original
        if way == "delete" or (way == "flip" and at % 4 == 0):
            status, run = victim.done("sync", world.news, "--store", store)
            assert status == 0 and is_fit(store), run.errors
            assert differ(found(store, vectors=True), exact) == 0
            assert faults(store) == []
            assert (current_name(store) != current_name(whole)) == noticed


@pytest.mark.parametrize(
    "content",
    [b"", b"\0" * 9, b"gen-9999\n", b"gen-0001", b"../..\n", b"\xff\xfe", b"gen-0001\n" * 1000],
)
def test_a_current_that_says_anything_at_all_is_survived(
    content: bytes, whole: Path, victim: Victim, tmp_path: Path
) -> None:
    store = Path(shutil.copytree(whole, tmp_path / "store"))
    (store / "vectors" / "CURRENT").write_bytes(content)
    status, said = victim.asked(store)
    assert (status, differ(said, found(whole, vectors=False))) == (0, 0)


@pytest.mark.parametrize(
    "change",
    [
        {"count": -1}, {"count": 10**12}, {"last": 10**15}, {"last": -1}, {"dim": 3},
        {"files": {}}, {"files": None}, {"library": None}, {"count": "many"}, {"more": 1},
    ],
)  # fmt: skip
def test_a_manifest_that_says_anything_at_all_is_survived(
    change: dict[str, object], whole: Path, victim: Victim, tmp_path: Path
) -> None:
    store = Path(shutil.copytree(whole, tmp_path / "store"))
    (path,) = (path for path in files(store) if path.name == "byline.json")
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | change), "utf-8")
    status, said = victim.asked(store)
    assert (status, differ(said, found(whole, vectors=False))) == (0, 0)


def test_a_page_of_the_truth_changed_is_one_clear_line_if_it_is_noticed(
    whole: Path,
    world: World,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("BYLINE_ENCODER", "hash")
    monkeypatch.setattr("index.sync.needs_building", lambda *_: False)
    with closing(sqlite3.connect(whole / "library.db")) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    rng = random.Random(4)
    refused = 0
    for number in range(FLIPS):
        store = Path(shutil.copytree(whole, tmp_path / f"{number}"))
        shutil.rmtree(store / "vectors")
        content = bytearray((store / "library.db").read_bytes())
        page = number if number < 4 else rng.randrange(len(content) // size)
        if number % 2:
            content[page * size : (page + 1) * size] = rng.randbytes(size)
        else:
            content[page * size + rng.randrange(size)] ^= 0xFF
        (store / "library.db").write_bytes(content)
        for command in (
            ("qa", "ask", "Which ferry was delayed near place7?"),
            ("qa", "search", "ferry"),
            ("index", "status"),
            ("index", "list"),
            ("index", "sync", str(world.news)),
        ):
            main = {"qa": qa_main, "index": index_main}[command[0]]
            status = main([*command[1:], "--store", str(store), "--json"])
            said = capsys.readouterr().err.splitlines()
            errors = [line for line in said if line.startswith("error: ")]
            assert (status, len(errors)) in ((0, 0), (1, 1)), (number, command, said)
            refused += status
        shutil.rmtree(store)
    assert refused > FLIPS
