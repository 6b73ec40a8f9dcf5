"""A library that an earlier Byline made: it says so, is brought up to date, and is whole then."""

import hashlib
import json
import os
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from corpus import Article, read
from corpus.errors import LibraryError
from index import sync as sync_module
from index.__main__ import main
from index.backup import backup, restore
from index.catalogue import Catalogue
from index.doctor import doctor
from index.hashing import HashEncoder
from index.library import Library
from index.passages import context, split
from index.report import Progress
from index.rows import content_hash
from index.schema import APPLICATION, folded, open_reading
from index.sync import sync
from index.tables import MIGRATIONS, SCHEMA
from index.words import fold, words
from index.writer import Writer

ENCODER = HashEncoder()
LONG_AGO = 1_600_000_000

# As Byline 0.1.0 made it while its schema was 1.
SCHEMA_1 = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
-- A path that was given to sync: a folder, or one file.
CREATE TABLE root (path TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE file (
    number INTEGER PRIMARY KEY,
    root TEXT NOT NULL,
    source TEXT NOT NULL,
    size INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    UNIQUE (root, source)
);
CREATE TABLE article (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    file INTEGER NOT NULL REFERENCES file (number),
    root TEXT NOT NULL,
    source TEXT NOT NULL,
    title TEXT NOT NULL,
    author TEXT,
    outlet TEXT,
    published TEXT,
    modified TEXT,
    url TEXT,
    language TEXT,
    pages TEXT NOT NULL,
    provenance TEXT NOT NULL,
    hash TEXT NOT NULL,
    author_folded TEXT,
    outlet_folded TEXT
);
CREATE INDEX article_file ON article (file);
-- Text and vectors lie apart, so that bylines and offsets are scanned without reading past them.
CREATE TABLE body (
    article INTEGER PRIMARY KEY REFERENCES article (number) ON DELETE CASCADE,
    text TEXT NOT NULL
);
-- AUTOINCREMENT: a number is never used twice, so what is gone can never be mistaken for what is.
CREATE TABLE passage (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    article INTEGER NOT NULL REFERENCES article (number) ON DELETE CASCADE,
    start INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    sentences BLOB NOT NULL
);
CREATE INDEX passage_article ON passage (article);
CREATE TABLE vector (
    passage INTEGER PRIMARY KEY REFERENCES passage (number) ON DELETE CASCADE,
    vector BLOB NOT NULL
);
-- Passages with each folded word in their text, and in any column of the word index.
CREATE TABLE frequency (
    word TEXT PRIMARY KEY,
    passages INTEGER NOT NULL,
    postings INTEGER NOT NULL
) WITHOUT ROWID;
-- Articles that a person removed: they stay out until they change.
CREATE TABLE removed (
    id TEXT PRIMARY KEY,
    file INTEGER NOT NULL REFERENCES file (number) ON DELETE CASCADE,
    hash TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE failure (
    root TEXT NOT NULL,
    source TEXT NOT NULL,
    reason TEXT NOT NULL,
    since TEXT NOT NULL,
    size INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    PRIMARY KEY (root, source)
) WITHOUT ROWID;
-- The word index stores no text: it is folded again from here when a passage goes.
CREATE VIEW folded_passage AS
    SELECT passage.number AS number, passage.article AS article,
           folded(substr(body.text, passage.start + 1, passage."end" - passage.start)) AS text,
           folded(article.title) AS title,
           folded(article.author) AS author,
           folded(article.outlet) AS outlet
    FROM passage
    JOIN article ON article.number = passage.article
    JOIN body ON body.article = passage.article;
CREATE VIRTUAL TABLE words USING fts5 (
    text, title, author, outlet,
    content = 'folded_passage', content_rowid = 'number',
    tokenize = 'unicode61 remove_diacritics 2'
);
"""


@pytest.fixture(autouse=True)
def _no_vector_index(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sync_module, "needs_building", lambda *_: False)


@pytest.fixture
def news(tmp_path: Path) -> Path:
    folder = tmp_path / "news"
    folder.mkdir()
    for name, text in {
        "beaver.txt": "Wardens counted 37 beavers on the Aske.",
        "ferry.txt": "Ferry crews walked out over the winter roster.",
    }.items():
        (folder / name).write_text(text, encoding="utf-8")
        os.utime(folder / name, (LONG_AGO, LONG_AGO))
    return folder


@pytest.fixture
def store(tmp_path: Path, news: Path) -> Path:
    """A library of schema 1: the two articles of `news`, and a file that could not be read."""
    place = tmp_path / "storage"
    place.mkdir()
    with closing(sqlite3.connect(place / "library.db", isolation_level=None)) as connection:
        connection.create_function("folded", 1, folded, deterministic=True)
        connection.executescript(
            f"PRAGMA application_id = {APPLICATION}; PRAGMA user_version = 1; BEGIN; {SCHEMA_1}"
            "COMMIT; PRAGMA journal_mode = WAL;"
        )
        execute = connection.execute
        execute("INSERT INTO meta VALUES ('library', 'x'), ('encoder', 'hash-1')")
        execute("INSERT INTO meta VALUES ('dim', ?)", (str(ENCODER.dim),))
        execute("INSERT INTO root VALUES (?)", (str(news),))
        execute(
            "INSERT INTO failure VALUES (?, 'bad.txt', 'empty', '2025-01-01T00:00:00+00:00', 0, ?)",
            (str(news), LONG_AGO * 10**9),
        )
        (news / "bad.txt").touch()
        os.utime(news / "bad.txt", (LONG_AGO, LONG_AGO))
        for path in (news / "beaver.txt", news / "ferry.txt"):
            (article,) = read(path, news).articles
            sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
            looks = (path.stat().st_size, path.stat().st_mtime_ns)
            values = (str(news), path.name, *looks, sha256)
            file = execute("INSERT INTO file VALUES (NULL, ?, ?, ?, ?, ?)", values).lastrowid
            put(connection, article, file or 0)
    return place


def put(connection: sqlite3.Connection, article: Article, file: int) -> None:
    """The rows of an article with one passage, as they were."""
    execute = connection.execute
    values = (article.author, article.outlet, article.published, article.modified, article.url)
    number = execute(
        "INSERT INTO article VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '[]', ?, ?, ?, ?)",
        (
            *(article.id, file, article.root, article.source, article.title, *values),
            *(article.language, json.dumps(dict(article.provenance)), content_hash(article)),
            *(fold(article.author or ""), fold(article.outlet or "")),
        ),
    ).lastrowid
    execute("INSERT INTO body VALUES (?, ?)", (number, article.text))
    (passage,) = split(article, ENCODER)
    spans = b"".join(n.to_bytes(4, "little") for span in passage.sentences for n in span)
    key = execute(
        "INSERT INTO passage VALUES (NULL, ?, ?, ?, ?)", (number, passage.start, passage.end, spans)
    ).lastrowid
    vector = ENCODER.encode_passages([context(article, passage)])[0].astype("<f4").tobytes()
    execute("INSERT INTO vector VALUES (?, ?)", (key, vector))
    columns = [words(text or "") for text in (passage.text, article.title, None, None)]
    execute("INSERT INTO words (rowid, text, title, author, outlet) VALUES (?, ?, ?, ?, ?)",
            (key, *map(" ".join, columns)))  # fmt: skip
    for word in {word for column in columns for word in column}:
        execute(
            "INSERT INTO frequency VALUES (?, ?, 1) ON CONFLICT (word) DO UPDATE SET "
            "passages = passages + excluded.passages, postings = postings + 1",
            (word, int(word in columns[0])),
        )


def tables(store: Path) -> dict[str, list[str]]:
    """The columns of each table, and the names of the indexes."""
    with closing(sqlite3.connect(store / "library.db")) as connection:
        rows = connection.execute("SELECT type, name FROM sqlite_schema").fetchall()
        names = [name for kind, name in rows if kind == "table" and not name.startswith("words_")]
        found = {
            name: sorted(row[1] for row in connection.execute(f"PRAGMA table_info({name})"))
            for name in names
        }
        return found | {"indexes": sorted(name for kind, name in rows if kind == "index")}


def version(store: Path) -> int:
    with closing(sqlite3.connect(store / "library.db")) as connection:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])


def whole(store: Path) -> None:
    with Writer.open(store) as writer:
        execute = writer.connection.execute
        assert execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert execute("PRAGMA foreign_key_check").fetchall() == []
        execute("INSERT INTO words (words, rank) VALUES ('integrity-check', 1)")


def test_reading_it_is_one_line_that_says_what_to_do_and_changes_nothing(
    store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (store / "library.db").read_bytes()
    for command in ("list", "status", "show"):
        arguments = [command, *(["abc"] if command == "show" else []), "--store", str(store)]
        assert main(arguments) == 1
        out, err = capsys.readouterr()
        assert out == "" and err.count("\n") == 1
        assert "schema 1" in err and f"python -m index sync --store {store}" in err
    assert (store / "library.db").read_bytes() == before and version(store) == 1


def test_a_sync_brings_it_up_to_date_and_reads_nothing_again(store: Path, news: Path) -> None:
    report = sync(store, [], ENCODER)
    assert (report.unchanged, report.added, report.changed, report.removed) == (2, 0, 0, 0)
    assert report.failed == [("bad.txt", "empty")]
    assert version(store) == SCHEMA
    fresh = store.with_name("fresh")
    sync(fresh, [news], ENCODER)
    assert tables(store) == tables(fresh)
    whole(store)


def test_afterwards_it_is_a_library_like_any_other(
    store: Path, news: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BYLINE_ENCODER", "hash")
    sync(store, [], ENCODER)
    with Library.open(store, ENCODER, vectors=False) as library:
        articles = {article.source: article for article in library.bylines()}
        assert len(library.search_words(words("beavers"), 5)) == 1
        assert library.search_vectors(ENCODER.encode_question("winter roster"), 1)
    given = [articles["beaver.txt"].id, "--title", "Otters", "--section", "Rivers"]
    assert main(["edit", *given, "--store", str(store)]) == 0
    (news / "ferry.txt").write_text("The strike is over.", encoding="utf-8")
    assert main(["sync", "--store", str(store)]) == 1
    assert "1 changed, 1 unchanged, 1 failed" in capsys.readouterr().out
    with Catalogue.browse(store) as catalogue:
        assert catalogue.article(articles["beaver.txt"].id).section == "Rivers"
    whole(store)


def test_a_backup_of_it_is_restored_as_a_library_of_today(
    store: Path, news: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:  # as the Byline of then made one
        patch.setattr("index.backup.open_reading", lambda path: open_reading(path, older=True))
        patch.setattr("index.backup._refuse_damaged", lambda path: None)
        assert backup(store, tmp_path / "b").schema == 1
    other = tmp_path / "other"
    sync(other, [news], ENCODER)
    with Library.open(other, ENCODER) as chat:
        assert chat.article_count == 2
        restore(tmp_path / "b", other, replace=True)
        assert version(other) == SCHEMA
        assert chat.refresh() and {each.source for each in chat.bylines()} == {
            "beaver.txt",
            "ferry.txt",
        }
    whole(other)
    assert sync(other, [], ENCODER).unchanged == 2


def test_the_doctor_brings_it_up_to_date_and_finds_nothing_missing(store: Path) -> None:
    found = doctor(store, lambda _: ENCODER, Progress())
    assert found.damaged == [] and not any("made anew from" in line for line in found.repaired)
    assert version(store) == SCHEMA
    again = doctor(store, lambda _: ENCODER, Progress())
    assert (again.repaired, again.damaged) == ([], [])


@pytest.mark.parametrize("after", [1, 3, 6, 8])
def test_a_kill_between_two_statements_leaves_the_old_or_the_new_and_a_sync_goes_on(
    store: Path, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    statements = MIGRATIONS[1].split(";")
    cut = ";".join(statements[:after]) + "; SELECT no_such_function();"
    before = tables(store)
    with monkeypatch.context() as patch:
        patch.setitem(MIGRATIONS, 1, cut)
        with pytest.raises(LibraryError):
            sync(store, [], ENCODER)
    assert tables(store) == before and version(store) == 1
    assert sync(store, [], ENCODER).unchanged == 2
    assert version(store) == SCHEMA
    whole(store)


def test_every_older_schema_has_its_step() -> None:
    assert sorted(MIGRATIONS) == list(range(1, SCHEMA))


def test_a_newer_schema_is_refused_and_left_alone(
    store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with closing(sqlite3.connect(store / "library.db")) as connection:
        connection.execute(f"PRAGMA user_version = {SCHEMA + 1}")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    before = (store / "library.db").read_bytes()
    for command in ("sync", "list"):
        assert main([command, "--store", str(store)]) == 1
        out, err = capsys.readouterr()
        assert out == "" and re.fullmatch(rf"error: .*schema {SCHEMA + 1} .*update Byline\n", err)
    assert (store / "library.db").read_bytes() == before
