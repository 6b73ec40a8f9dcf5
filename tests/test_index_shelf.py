"""The shelf judges as the truth does, whatever comes and goes."""

import sqlite3
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus import Article
from index.catalogue import Catalogue, condition
from index.exact import Exact
from index.hashing import HashEncoder
from index.library import Library
from index.passages import Passage, Scope
from index.rounded import Rounded
from index.shelf import Shelf
from index.writer import File, Writer

ENCODER = HashEncoder()
dates = st.sampled_from([
    None, "", "2023", "2024", "2024-03", "2024-03-10", "2024-03-11", "2024-03-10T14:05:00+00:00",
    "2024-12-31T23:59:59Z", "2025-01",
])  # fmt: skip
names = st.sampled_from([None, "", "The Courier", "Courier Évening", "Tidewire", "a%b_"])
bounds = st.sampled_from([None, "2023", "2024", "2024-03", "2024-03-10", "2025-01-01"])
parts = st.sampled_from([None, "courier", "EVENING", "tide", "%", "x"])


def connected() -> sqlite3.Connection:
    """The columns that the shelf reads."""
    connection = sqlite3.connect(":memory:")
    connection.execute(
        "CREATE TABLE article (number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT, published TEXT, "
        "outlet TEXT, author TEXT, outlet_folded TEXT, author_folded TEXT)"
    )
    return connection


def insert(connection: sqlite3.Connection, rows: list[tuple[str | None, ...]]) -> None:
    from index.words import fold

    connection.executemany(
        "INSERT INTO article (id, published, outlet, author, outlet_folded, author_folded) "
        "VALUES ('a' || ?, ?, ?, ?, ?, ?)",
        [(at, *row, fold(row[1] or ""), fold(row[2] or "")) for at, row in enumerate(rows)],
    )


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.tuples(dates, names, names), max_size=12),
    st.lists(st.tuples(dates, names, names), max_size=6),
    st.sets(st.integers(1, 12)),
    st.builds(Scope, start=bounds, end=bounds, outlet=parts, author=parts, until=bounds),
)
def test_the_shelf_allows_what_the_condition_does(
    first: list[tuple[str | None, ...]],
    later: list[tuple[str | None, ...]],
    gone: set[int],
    scope: Scope,
) -> None:
    connection = connected()
    shelf = Shelf()
    insert(connection, first)
    shelf.follow(connection)
    connection.executemany("DELETE FROM article WHERE number = ?", [(n,) for n in gone])
    insert(connection, later)
    shelf.follow(connection)
    where, parameters = condition(scope)
    rows = connection.execute(f"SELECT number FROM article WHERE {where} ORDER BY 1", parameters)
    expected = [number for (number,) in rows]
    allowed = shelf.allowed(scope, None)
    assert allowed.articles.tolist() == expected
    every = np.arange(1, 30)
    assert every[allowed.among(every)].tolist() == expected
    for field in ("outlet", "author"):
        sql = f"SELECT DISTINCT {field} FROM article WHERE {field} > '' ORDER BY 1"
        assert shelf.names(field) == [name for (name,) in connection.execute(sql)]
    ends = connection.execute("SELECT min(published), max(published) FROM article").fetchone()
    assert shelf.dates() == ends
    connection.close()


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 300), st.integers(1, 40), st.integers(0, 10**6))
def test_rounded_products_are_as_near_as_they_say(count: int, dim: int, seed: int) -> None:
    drawn = np.random.default_rng(seed)
    rows = drawn.standard_normal((count, dim)).astype(np.float32) * 10 ** drawn.uniform(-3, 1)
    vector = drawn.standard_normal(dim).astype(np.float32)
    vector /= np.linalg.norm(vector)
    rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1)
    for kind in (np.int8, np.int16):
        rounded = Rounded.of(rows, kind)
        assert np.abs(rounded.products(vector) - rows @ vector).max() <= rounded.error(vector)


def put(writer: Writer, number: int, count: int) -> None:
    drawn = np.random.default_rng(number)
    rows = drawn.standard_normal((count, ENCODER.dim)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    article = Article("/r", f"{number}.txt", "", "word")
    passages = [Passage(0, article.id, 0, 4, "word", ((0, 4),)) for _ in range(count)]
    writer.put(article, File("/r", article.source, 1, 1, "x"), passages, rows, whole=True)


def test_exact_search_follows_what_comes_and_goes_and_reads_only_what_is_new(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.exact._BLOCK", 30)
    drawn = np.random.default_rng(3)
    question = drawn.standard_normal(ENCODER.dim).astype(np.float32)
    question /= np.linalg.norm(question)
    with Writer.open(tmp_path, new=True) as writer, Catalogue.browse(tmp_path) as catalogue:
        writer.claim(ENCODER)
        exact = Exact(ENCODER.dim)
        said: list[str] = []
        for step in range(60):
            if step % 4 == 3:
                writer.remove_file(("/r", f"{drawn.integers(step)}.txt"))
            put(writer, step % 50, int(drawn.integers(1, 20)))
            catalogue._connection.set_trace_callback(said.append)
            exact.follow(catalogue._connection)
            catalogue._connection.set_trace_callback(None)
            rows = writer.connection.execute("SELECT passage, vector FROM vector").fetchall()
            scores = {n: float(np.frombuffer(blob, "<f4") @ question) for n, blob in rows}
            assert len(exact) == len(scores)
            best = sorted(scores, key=lambda n: -scores[n])[:10]
            near = exact.near(question, 10).tolist()
            assert set(best) <= set(near) and len(near) <= 14
    loads = [sql for sql in said if "LEFT JOIN vector" in sql]
    assert len(loads) == 60 and not loads[-1].rstrip().endswith("number > 0 ORDER BY number")


def test_names_dates_and_scopes_follow_what_another_process_writes(tmp_path: Path) -> None:
    def by(name: str, outlet: str, published: str) -> None:
        article = Article("/r", name, "", "word", outlet=outlet, published=published)
        passages = [Passage(0, article.id, 0, 4, "word", ((0, 4),))]
        file = File("/r", name, 1, 1, "x")
        writer.put(article, file, passages, ENCODER.encode_passages(["word"]), whole=True)

    question = ENCODER.encode_question("word")
    with Writer.open(tmp_path, new=True) as writer:
        writer.claim(ENCODER)
        by("1.txt", "Courier", "2024-03")
        with Library.open(tmp_path, ENCODER) as library:
            assert library.names("outlet") == ["Courier"]
            assert len(library.search_vectors(question, 5, Scope(outlet="tide"))) == 0
            by("2.txt", "Tidewire", "2025-01-02")
            by("3.txt", "Tidewire", "2021")
            assert library.names("outlet") == ["Courier", "Tidewire"]
            assert len(library.search_vectors(question, 5, Scope(outlet="tide"))) == 2
            assert len(library.search_words(["word"], 5, Scope(end="2024"))) == 2
            assert library.status()["published_from"] == "2021"
            writer.remove_file(("/r", "3.txt"))
            writer.remove_file(("/r", "1.txt"))
            assert library.status()["published_from"] == "2025-01-02"
            assert library.names("outlet") == ["Tidewire"]
            assert len(library.search_vectors(question, 5, Scope(outlet="tide"))) == 1
            assert library.search_words(["word"], 5, Scope(end="2024")) == []
