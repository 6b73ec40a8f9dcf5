"""Every durable step, failing just before it and just after it, by an exception and by SIGKILL."""

import ast
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from conftest import ROOT
from test_index_migration import SCHEMA_1, put

from benchmarks.victim import Victim
from benchmarks.whole import faults, own_encoder, stored
from benchmarks.world import torn
from corpus import Article, read
from index import failpoints
from index.generations import fit_manifest
from index.schema import APPLICATION, folded, open_reading
from index.writer import File, Writer

LONG_AGO = 1_600_000_000
# Where a vector index cannot be built the sync goes on, and says 1 for the file that is broken.
HOW = {"raise": (1, 71), "kill": (-9,)}
SENTENCE = "The {} of the harbour was counted {} times before the council met again. "

# What reaches a step: by default a sync of all that the library knows.
COMMANDS = {
    "root added": ("sync", "{new}"),
    "article edited": ("edit", "{id}", "--title", "Another title"),
    "article removed": ("remove", "{id}"),
    "library made": ("sync", "{news}"),
    "schema migrated": ("sync", "{old}"),
    "repaired": ("doctor",),
    "re-embedding begun": ("sync", "--encoder", "hash-64"),
    "article embedded anew": ("sync", "--encoder", "hash-64"),
    "library switched": ("sync", "--encoder", "hash-64"),
}


def write(path: Path, text: str, at: int = LONG_AGO) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    os.utime(path, (at, at))


def older(store: Path, news: Path) -> None:
    """Make a library of schema 1."""
    store.mkdir()
    with closing(sqlite3.connect(store / "library.db", isolation_level=None)) as connection:
        connection.create_function("folded", 1, folded, deterministic=True)
        connection.executescript(
            f"PRAGMA application_id = {APPLICATION}; PRAGMA user_version = 1; BEGIN; {SCHEMA_1}"
            "COMMIT; PRAGMA journal_mode = WAL;"
        )
        execute = connection.execute
        execute("INSERT INTO meta VALUES ('library', 'x'), ('encoder', 'hash-1'), ('dim', '128')")
        execute("INSERT INTO root VALUES (?)", (str(news),))
        for path in news.iterdir():
            (article,) = read(path, news).articles
            values = (str(news), path.name, path.stat().st_size, path.stat().st_mtime_ns, "x")
            file = execute("INSERT INTO file VALUES (NULL, ?, ?, ?, ?, ?)", values).lastrowid
            put(connection, article, file or 0)


@pytest.fixture(scope="module")
def victim(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Victim]:
    with Victim(tmp_path_factory.mktemp("victim"), young=3, quick=True) as victim:
        yield victim


class Base:
    """A library whose next sync takes every kind of step."""

    def __init__(self, folder: Path, victim: Victim) -> None:
        self.news, self.new, self.store = folder / "news", folder / "new", folder / "store"
        self.old = folder / "old"
        for name in ("lock", "quay"):
            write(self.old / f"{name}.txt", SENTENCE.format(name, 2))
        for name in ("bridge", "ferry", "beaver", "pool", "tram"):
            write(self.news / f"{name}.txt", SENTENCE.format(name, 3) * 40)
        write(folder / "letter.txt", SENTENCE.format("letter", 1) * 30)
        lines = '{"title": "One", "text": "The first of two."}\n{"title": "Two", "text": "Last."}\n'
        write(self.news / "two.jsonl", lines)
        status, run = victim.done(
            "sync", self.news, folder / "letter.txt", "--store", self.store, "--json"
        )
        assert status == 0, run.errors
        self.id = min(stored(self.store))
        self.completed: dict[tuple[str, ...], dict[str, Article]] = {}
        with Writer.open(self.store) as writer:
            # A page that failed, and that nobody asks after any more.
            writer.fail(File("https://a.example", "https://a.example/x", -1, -1), "not there")
        (folder / "letter.txt").unlink()
        (self.news / "ferry.txt").unlink()
        os.utime(self.news / "beaver.txt", (LONG_AGO + 10, LONG_AGO + 10))
        write(self.news / "bridge.txt", SENTENCE.format("bridge", 4) * 60, LONG_AGO + 10)
        write(self.news / "vault.txt", SENTENCE.format("vault", 5) * 60)
        write(self.news / "two.jsonl", lines * 2, LONG_AGO + 10)
        write(self.news / "broken.pdf", "no PDF")
        write(self.new / "museum.txt", SENTENCE.format("museum", 6) * 60)

    def command(self, step: str) -> list[str]:
        words = COMMANDS.get(step, ("sync",))
        places = {
            "news": self.news,
            "new": self.new,
            "old": self.old,
            "id": min(stored(self.store)),
        }
        given = [word.format(**places) for word in words]
        return [*given, "--json", *(["--yes"] if given[0] == "sync" else [])]

    def begin(self, step: str, store: Path) -> None:
        """Put the library there that a step starts from."""
        if step == "schema migrated":
            older(store, self.old)
        elif step == "repaired":
            shutil.copytree(self.store, store)
            with closing(sqlite3.connect(store / "library.db")) as connection:
                connection.execute("UPDATE frequency SET passages = 99 WHERE passages = 3")
                connection.commit()
        elif step != "library made":
            shutil.copytree(self.store, store)

    def after(self, step: str, victim: Victim, store: Path) -> dict[str, Article]:
        """The articles once the command that reaches a step has ended."""
        command = COMMANDS.get(step, ())
        if command not in self.completed:
            self.begin(step, store)
            victim.done(*self.command(step), "--store", store)
            self.completed[command] = stored(store)
        return self.completed[command]


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory, victim: Victim) -> Base:
    return Base(tmp_path_factory.mktemp("base"), victim)


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("step", failpoints.STEPS)
def test_failing_there_loses_nothing_and_the_next_run_completes(
    step: str, when: str, how: str, base: Base, victim: Victim, tmp_path: Path
) -> None:
    store = tmp_path / "store"
    # Building a generation takes a second: only those that are about one do it.
    victim.young = 3 if "generation" in step or "CURRENT" in step else 10_000
    command = base.command(step)
    base.begin(step, store)
    after = base.after(step, victim, tmp_path / "whole")
    mended = step in ("schema migrated", "repaired")
    before = stored(store) if step != "schema migrated" else after

    status, run = victim.done(*command, "--store", store, fail=(f"{when} {step}", 1, how))
    assert f"reached {when} {step}" in run.errors
    assert status in HOW[how], run.errors
    if (store / "library.db").exists() and not mended:
        assert torn(before, after, stored(store), run.committed()) == []
        assert faults(store) == []

    status, run = victim.done(*command, "--store", store)
    assert status in (0, 1) and "Traceback" not in run.errors, run.errors
    assert stored(store) == after
    assert faults(store) == []
    assert own_encoder(store).dim == (64 if "hash-64" in command else 128)
    connection = open_reading(store)
    try:
        assert fit_manifest(store, connection) is not None
    finally:
        connection.close()
    files = {path.name for path in store.iterdir()}
    assert files <= {"library.db", "library.db-wal", "library.db-shm", "lock", "vectors"}
    names = {path.name for path in (store / "vectors").iterdir()}
    assert "CURRENT" in names and len(names) <= 3 and "CURRENT.new" not in names


def test_every_step_has_its_place_in_the_code_and_no_other_is_there() -> None:
    named = set()
    for path in (ROOT / "index").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
                name = ast.unparse(node.func).rpartition(".")[2]
                if name in ("durable", "transaction", "_transaction"):
                    named.add(node.args[0].value)
                elif name == "reach":
                    named.add(str(node.args[0].value).partition(" ")[2])
    assert named == set(failpoints.STEPS)
