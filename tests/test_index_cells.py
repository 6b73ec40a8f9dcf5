"""Cells: found as by exact search, in any scope; damage is noticed, and nobody is misled by it."""

import logging
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from corpus import Article
from index import cells, generations
from index.cells import Cells, Damaged
from index.encoder import Vectors
from index.generations import build, fit_manifest, manifest_of, needs_building
from index.hashing import HashEncoder
from index.library import Library, current_mark
from index.passages import Passage, Scope
from index.rounded import Rounded
from index.writer import File, Writer

ENCODER = HashEncoder()
ARTICLES, EACH = 60, 25


def vectors(n: int, seed: int) -> Vectors:
    """Vectors that lie around twenty points, as those of articles do around their subjects."""
    drawn = np.random.default_rng(seed)
    points = np.random.default_rng(0).standard_normal((20, ENCODER.dim))
    rows = points[drawn.integers(20, size=n)] + drawn.standard_normal((n, ENCODER.dim))
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


def put(writer: Writer, number: int, outlet: str = "Courier") -> None:
    """An article of `EACH` passages with vectors of their own."""
    text = " ".join(f"w{i}" for i in range(EACH))
    article = Article("/r", f"{number}.txt", str(number), text, outlet=outlet,
                      published=f"20{number % 20:02}-03")  # fmt: skip
    spans = [(text.index(f"w{i}"), text.index(f"w{i}") + len(f"w{i}")) for i in range(EACH)]
    passages = [Passage(0, article.id, a, b, text[a:b], ((a, b),)) for a, b in spans]
    file = File("/r", article.source, 1, 1, "x")
    writer.put(article, file, passages, vectors(EACH, number), whole=True)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with many cells and no graph."""
    store = tmp_path_factory.mktemp("made") / "storage"
    store.mkdir()
    with pytest.MonkeyPatch.context() as patch, Writer.open(store, new=True) as writer:
        patch.setattr(cells, "FLAT", 100)
        patch.setattr(generations, "GRAPH_MOST", 0)
        writer.claim(ENCODER)
        for number in range(ARTICLES):
            put(writer, number, outlet="Tidewire" if number % 3 else "Courier")
        build(store, writer.connection)
        assert not needs_building(store, writer.connection)
    return store


@pytest.fixture
def store(made: Path, tmp_path: Path) -> Path:
    """A copy of it to change."""
    return Path(shutil.copytree(made, tmp_path / "storage"))


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.library.NARROW", 10)
    monkeypatch.setattr("index.library.ONCE_EXACT", 0)
    monkeypatch.setattr(generations, "GRAPH_MOST", 0)


def found(store: Path, scope: Scope, k: int, *, exact: bool, once: bool = False) -> list[set[int]]:
    with Library.open(store, ENCODER, vectors=not once) as library:
        if exact:
            library._generation_tried = current_mark(store)
        rows = [library.search_vectors(each, k, scope) for each in vectors(20, 999)]
        assert exact == (library._generation is None)
    assert all(pairs == sorted(pairs, key=lambda p: (-p[1], p[0])) for pairs in rows)
    return [{number for number, _ in pairs} for pairs in rows]


def recall(store: Path, scope: Scope, k: int = 10, *, once: bool = False) -> float:
    truth = found(store, scope, k, exact=True)
    near = found(store, scope, k, exact=False, once=once)
    assert [len(each) for each in truth] == [len(each) for each in near]
    return sum(len(a & b) for a, b in zip(truth, near, strict=True)) / sum(map(len, truth))


SCOPES = {
    "everything": Scope(),
    "half by date": Scope(end="2009"),
    "a third by outlet": Scope(outlet="courier"),
    "three articles": Scope(start="2004", end="2004-12"),
}


@pytest.mark.parametrize("listed", [0, 12_000])
@pytest.mark.parametrize("name", SCOPES)
def test_cells_find_what_exact_search_finds_in_any_scope(
    store: Path, name: str, listed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.scoped.LISTED", listed)
    assert recall(store, SCOPES[name]) >= 0.99
    assert recall(store, SCOPES[name], once=True) >= 0.99


def test_a_scope_that_allows_nothing_finds_nothing(store: Path) -> None:
    with Library.open(store, ENCODER) as library:
        for scope in (Scope(outlet="nobody"), Scope(article="0" * 16), Scope(start="2031")):
            assert library.search_vectors(vectors(1, 5)[0], 10, scope) == []
            assert library.search_words(["w3"], 10, scope) == []


def test_few_cells_are_looked_into_and_nearly_all_is_found(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cells, "SEEN", 300)
    monkeypatch.setattr(cells, "SHARE", 0.0)
    assert recall(store, Scope()) >= 0.9
    read: list[int] = []
    monkeypatch.setattr(Cells, "_cell", _noting(Cells._cell, read))
    found(store, Scope(), 10, exact=False)
    assert len(read) < 20 * 20  # of 39 cells


def _noting(read_cell: Callable[[Cells, int], Rounded], read: list[int]) -> object:
    def noting(self: Cells, cell: int) -> Rounded:
        read.append(cell)
        return read_cell(self, cell)

    return noting


def test_the_young_are_found_and_the_removed_are_not(store: Path) -> None:
    with Library.open(store, ENCODER) as library:
        library.search_vectors(vectors(1, 5)[0], 10)
        with Writer.open(store) as writer:
            put(writer, 100)
            for number in range(40):
                writer.remove_file(("/r", f"{number}.txt"))
        assert library.refresh()
        assert library._generation is not None
        alive = {p.number for a in library.bylines() for p in library.passages_of(a.id)}
        own = vectors(EACH, 100)[3]
        (best, score), *_ = library.search_vectors(own, 300)
        assert score == pytest.approx(1) and library.passages([best])[0].text == "w3"
        assert {number for number, _ in library.search_vectors(own, 1000)} == alive
    assert recall(store, Scope()) >= 0.99


def test_a_generation_of_many_passages_has_no_graph(store: Path) -> None:
    manifest = manifest_of(store)
    assert manifest is not None and not manifest.has_graph
    assert sorted(manifest.files) == ["cells/map", "cells/vectors"]


DAMAGE = {
    "the map is gone": lambda f: (f / "map").unlink(),
    "the map is empty": lambda f: (f / "map").write_bytes(b""),
    "the map is cut": lambda f: os.truncate(f / "map", 5_000),
    "a bit of the map": lambda f: flip(f / "map"),
    "the vectors are gone": lambda f: (f / "vectors").unlink(),
    "the vectors are zeroes": lambda f: (f / "vectors").write_bytes(bytes(ARTICLES * EACH * 128)),
    "the vectors are cut": lambda f: os.truncate(f / "vectors", 1_000),
    "a bit of the vectors": lambda f: flip(f / "vectors"),
}


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize("once", [False, True])
@pytest.mark.parametrize("what", DAMAGE)
def test_damage_changes_no_answer_and_is_noticed_by_a_sync(
    store: Path, what: str, once: bool, caplog: pytest.LogCaptureFixture
) -> None:
    truth = found(store, Scope(), 30, exact=True)
    DAMAGE[what](store / "vectors" / "gen-0001" / "cells")
    with caplog.at_level(logging.CRITICAL), Library.open(store, ENCODER, vectors=not once) as it:
        rows = [it.search_vectors(each, 30) for each in vectors(20, 999)]
    assert [{number for number, _ in pairs} for pairs in rows] == truth
    with Writer.open(store) as writer, caplog.at_level(logging.CRITICAL):
        assert needs_building(store, writer.connection)
        build(store, writer.connection)
        assert fit_manifest(store, writer.connection) is not None


def test_vectors_that_are_cut_while_they_are_open_end_nothing(
    store: Path, caplog: pytest.LogCaptureFixture
) -> None:
    truth = found(store, Scope(), 30, exact=True)
    with caplog.at_level(logging.CRITICAL), Library.open(store, ENCODER) as library:
        library.search_vectors(vectors(1, 5)[0], 10)
        os.truncate(store / "vectors" / "gen-0001" / "cells" / "vectors", 10)
        rows = [library.search_vectors(each, 30) for each in vectors(20, 999)]
    assert [{number for number, _ in pairs} for pairs in rows] == truth


def test_a_map_of_another_generation_is_refused(store: Path) -> None:
    with pytest.raises(Damaged):
        Cells(store / "vectors" / "gen-0001", "0" * 64, checked=True)
