"""Generations: built aside, verified, never repaired; exact search is the oracle."""

import json
import logging
import os
import random
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from corpus import Article
from index import generations
from index.encoder import Vectors
from index.generations import (
    Manifest,
    build,
    current_name,
    fit_manifest,
    needs_building,
    open_current,
)
from index.hashing import HashEncoder
from index.library import Library
from index.passages import Passage, Scope
from index.schema import open_reading
from index.writer import File, Writer

ENCODER = HashEncoder()
N = 400


def vectors(n: int, seed: int) -> Vectors:
    rows = np.random.default_rng(seed).standard_normal((n, ENCODER.dim)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def put(writer: Writer, name: str, n: int, seed: int, published: str | None = None) -> None:
    """An article of `n` passages with vectors of their own."""
    text = " ".join(f"w{i}" for i in range(n))
    article = Article("/r", name, name, text, published=published)
    spans = [(text.index(f"w{i}"), text.index(f"w{i}") + len(f"w{i}")) for i in range(n)]
    passages = [Passage(0, article.id, a, b, text[a:b], ((a, b),)) for a, b in spans]
    writer.put(article, File("/r", name, 1, 1, "x"), passages, vectors(n, seed), whole=True)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with a generation over N passages of four articles."""
    store = tmp_path_factory.mktemp("made") / "storage"
    store.mkdir()
    with Writer.open(store, new=True) as writer:
        writer.claim(ENCODER)
        for i in range(4):
            put(writer, f"{i}.txt", N // 4, i, published=f"202{i}")
        assert needs_building(store, writer.connection)
        build(store, writer.connection)
        assert not needs_building(store, writer.connection)
    return store


@pytest.fixture
def store(made: Path, tmp_path: Path) -> Path:
    """A copy of it to damage."""
    return Path(shutil.copytree(made, tmp_path / "storage"))


def open_reading_closing(store: Path) -> closing[sqlite3.Connection]:
    return closing(open_reading(store))


def fit(store: Path) -> Manifest | None:
    with open_reading_closing(store) as connection:
        return fit_manifest(store, connection)


def nearest(store: Path, k: int, scope: Scope = Scope(), *, index: bool) -> list[int]:  # noqa: B008
    """Numbers found for ten questions, with the generation or without."""
    with Library.open(store, ENCODER, vectors=index) as library:
        if index:
            assert library._fit_generation() is not None
        found = [library.search_vectors(v, k, scope) for v in vectors(10, 99)]
    assert all(len(rows) == len({n for n, _ in rows}) for rows in found)
    assert all(rows == sorted(rows, key=lambda r: -r[1]) for rows in found)
    return [number for rows in found for number, _ in rows]


def recall(store: Path, k: int, scope: Scope = Scope()) -> float:  # noqa: B008
    truth = nearest(store, k, scope, index=False)
    found = nearest(store, k, scope, index=True)
    return len(set(enumerate_by(truth, k)) & set(enumerate_by(found, k))) / len(truth)


def enumerate_by(numbers: list[int], k: int) -> list[tuple[int, int]]:
    return [(at // k, number) for at, number in enumerate(numbers)]


def test_a_generation_finds_what_exact_search_finds(store: Path) -> None:
    assert current_name(store) == "gen-0001"
    assert recall(store, 10) >= 0.99


def test_the_young_and_the_removed_are_seen_at_once(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.library.NARROW", 10)
    with Writer.open(store) as writer:
        put(writer, "young.txt", 50, 50)
        writer.remove_file(("/r", "1.txt"))
        put(writer, "2.txt", 100, 60, published="2022")
    assert recall(store, 20) >= 0.99
    assert recall(store, 20, Scope(start="2022", end="2023")) >= 0.99


def test_a_reader_takes_up_the_next_generation(store: Path) -> None:
    with Library.open(store, ENCODER) as library:
        question = vectors(1, 7)[0]
        library.search_vectors(question, 5)
        with Writer.open(store) as writer:
            put(writer, "young.txt", 50, 50)
            build(store, writer.connection)
        assert library.refresh()
        found = library.search_vectors(question, 5)
        generation = library._fit_generation()
        assert generation is not None and generation.count == N + 50
    with Library.open(store, ENCODER, vectors=False) as library:
        assert [n for n, _ in library.search_vectors(question, 5)] == [n for n, _ in found]


def test_the_generation_before_stays_and_the_ones_before_that_go(store: Path) -> None:
    with Writer.open(store) as writer:
        for _ in range(2):
            build(store, writer.connection)
    names = sorted(path.name for path in (store / "vectors").iterdir())
    assert names == ["CURRENT", "gen-0002", "gen-0003"]


def hnsw(store: Path, name: str) -> Path:
    (path,) = (store / "vectors").glob(f"gen-0001/*/{name}")
    return path


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def tear(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


DAMAGE = {
    "a flipped bit": lambda s: flip(hnsw(s, "data_level0.bin")),
    "a torn graph": lambda s: tear(hnsw(s, "link_lists.bin")),
    "a torn header": lambda s: tear(hnsw(s, "header.bin")),
    "a missing file": lambda s: hnsw(s, "length.bin").unlink(),
    "a torn database": lambda s: tear(s / "vectors/gen-0001/chroma.sqlite3"),
    "no database": lambda s: (s / "vectors/gen-0001/chroma.sqlite3").unlink(),
    "no manifest": lambda s: (s / "vectors/gen-0001/byline.json").unlink(),
    "a torn manifest": lambda s: tear(s / "vectors/gen-0001/byline.json"),
    "a manifest of something else": lambda s: (s / "vectors/gen-0001/byline.json").write_text("[]"),
    "no CURRENT": lambda s: (s / "vectors/CURRENT").unlink(),
    "an empty CURRENT": lambda s: (s / "vectors/CURRENT").write_text(""),
    "a CURRENT that leads elsewhere": lambda s: (s / "vectors/CURRENT").write_text("../../x\n"),
}


@pytest.mark.parametrize("what", DAMAGE)
def test_damage_is_noticed_answered_around_and_built_again(
    store: Path, what: str, caplog: pytest.LogCaptureFixture
) -> None:
    DAMAGE[what](store)
    with caplog.at_level(logging.CRITICAL, "index.generations"):
        assert fit(store) is None
        with open_reading_closing(store) as connection:
            assert open_current(store, connection) is None
    with Library.open(store, ENCODER) as library:
        assert len(library.search_vectors(vectors(1, 7)[0], 5)) == 5
        assert library._fit_generation() is None
    with Writer.open(store) as writer:
        assert needs_building(store, writer.connection)


def test_a_generation_that_is_removed_under_a_reader_is_answered_around(
    store: Path, caplog: pytest.LogCaptureFixture
) -> None:
    query = vectors(1, 99)[0]
    with closing(Library.open(store, ENCODER)) as library:
        expected = [number for number, _ in library.search_vectors(query, 10)]
        folder = store / "vectors" / str(current_name(store))
        with caplog.at_level(logging.WARNING):
            library._generation._client.close()  # type: ignore[union-attr]
            shutil.rmtree(folder)
            found = [number for number, _ in library.search_vectors(query, 10)]
        assert found == expected
        assert "damaged" in caplog.text


def test_after_damage_the_next_build_is_fit_again(store: Path) -> None:
    flip(hnsw(store, "data_level0.bin"))
    with Writer.open(store) as writer:
        build(store, writer.connection)
    assert current_name(store) == "gen-0002"
    assert recall(store, 10) >= 0.99


def test_a_generation_that_brings_its_opener_down_is_not_opened_here(
    store: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The manifest is right, and opening it dies all the same: in the child."""
    script = store / "dies.py"
    script.write_text("import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)\n")
    monkeypatch.setattr(sys, "executable", str(_interpreter_that_runs(script)))
    monkeypatch.setattr(
        generations, "open_collection", lambda _: pytest.fail("it was opened in this process")
    )
    with caplog.at_level(logging.WARNING, "index.generations"):
        with open_reading_closing(store) as connection:
            assert open_current(store, connection) is None
    assert "cannot be opened" in caplog.text


def _interpreter_that_runs(script: Path) -> Path:
    wrapper = script.with_name("python")
    wrapper.write_text(f"#!/bin/sh\nexec {sys.executable} {script}\n")
    wrapper.chmod(0o755)
    return wrapper


def test_a_build_that_fails_leaves_the_current_one(
    store: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(generations, "probe", lambda *_: False)
    with Writer.open(store) as writer, caplog.at_level(logging.WARNING, "index.generations"):
        build(store, writer.connection)
    assert "exact search answers" in caplog.text
    assert current_name(store) == "gen-0001" and fit(store) is not None
    assert not (store / "vectors" / "gen-0002").exists()


def test_what_a_killed_build_left_is_cleared_away(store: Path) -> None:
    left = store / "vectors" / "gen-0002"
    left.mkdir()
    (left / "chroma.sqlite3").write_bytes(b"half")
    with Writer.open(store) as writer:
        build(store, writer.connection)
    assert current_name(store) == "gen-0003" and not left.exists()


def test_the_next_is_built_when_the_young_or_the_gone_are_many(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(generations, "YOUNG", 60)
    with Writer.open(store) as writer:
        put(writer, "young.txt", 60, 50)
        assert not needs_building(store, writer.connection)
        put(writer, "younger.txt", 1, 51)
        assert needs_building(store, writer.connection)
        writer.remove_file(("/r", "young.txt"))
        assert not needs_building(store, writer.connection)
        writer.remove_file(("/r", "0.txt"))
        assert needs_building(store, writer.connection)


def test_too_few_passages_have_no_generation(tmp_path: Path) -> None:
    with Writer.open(tmp_path, new=True) as writer:
        writer.claim(ENCODER)
        assert not needs_building(tmp_path, writer.connection)
        put(writer, "one.txt", 1, 1)
        assert not needs_building(tmp_path, writer.connection)
        put(writer, "two.txt", 1, 2)
        assert needs_building(tmp_path, writer.connection)
        build(tmp_path, writer.connection)
    assert fit(tmp_path) is not None


def test_chroma_is_told_to_send_nothing_and_stores_no_text(store: Path) -> None:
    client, collection = generations.open_collection(str(store / "vectors" / "gen-0001"))
    rows = collection.get(limit=3, include=["documents", "metadatas"])
    settings = client.get_settings()
    client.close()
    assert settings.anonymized_telemetry is False
    assert rows["documents"] == [None] * 3 and rows["metadatas"] == [None] * 3


def test_a_process_that_asks_once_does_not_import_chromadb(store: Path) -> None:
    code = (
        "import sys, numpy as np\n"
        "from pathlib import Path\n"
        "from index.library import Library\n"
        "from index.hashing import HashEncoder\n"
        f"with Library.open(Path({str(store)!r}), HashEncoder(), vectors=False) as library:\n"
        "    assert library.search_vectors(np.ones(128, np.float32), 3)\n"
        "sys.exit('chromadb' in sys.modules or 'torch' in sys.modules)\n"
    )
    assert subprocess.run([sys.executable, "-c", code], timeout=60).returncode == 0


def test_many_questions_in_many_scopes_agree_with_exact_search(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.library.NARROW", 50)
    rng = random.Random(5)
    hits = total = 0
    with (
        Library.open(store, ENCODER) as library,
        Library.open(store, ENCODER, vectors=False) as oracle,
    ):
        for vector in vectors(40, 8):
            year = rng.randrange(4)
            scope = rng.choice([Scope(), Scope(start=f"202{year}"), Scope(end=f"202{year}")])
            k = rng.choice([1, 7, 60, 500])
            expected = oracle.search_vectors(vector, k, scope)
            found = library.search_vectors(vector, k, scope)
            assert len(found) == len(expected)
            hits += len({n for n, _ in found} & {n for n, _ in expected})
            total += len(expected)
            for (_, a), (_, b) in zip(found, expected, strict=True):
                assert a <= b + 1e-6
    assert hits / total >= 0.99


def test_the_manifest_says_what_the_generation_covers(store: Path) -> None:
    stored = json.loads((store / "vectors/gen-0001/byline.json").read_text())
    assert stored["count"] == N and stored["last"] == N and stored["dim"] == ENCODER.dim
    assert {name.split("/")[1] for name in stored["files"]} >= {
        "data_level0.bin",
        "header.bin",
        "length.bin",
        "link_lists.bin",
        "index_metadata.pickle",
    }


def test_a_generation_of_another_library_is_not_used(store: Path) -> None:
    """library.db was moved away and made anew: its numbers begin again at 1."""
    (store / "library.db").rename(store.with_name("moved.db"))
    with Writer.open(store, new=True) as writer:
        writer.claim(ENCODER)
        put(writer, "other.txt", N + 100, 77)
        assert needs_building(store, writer.connection)
    assert fit(store) is None
    assert len(nearest(store, 10, index=False)) == 100


def test_a_generation_ahead_of_its_library_is_not_used(store: Path) -> None:
    """library.db was put back from a copy made before the generation."""
    shutil.copy(store / "library.db", store.with_name("copy.db"))
    with Writer.open(store) as writer:
        put(writer, "young.txt", 50, 50)
        build(store, writer.connection)
    assert fit(store) is not None
    shutil.copy(store.with_name("copy.db"), store / "library.db")
    assert fit(store) is None
