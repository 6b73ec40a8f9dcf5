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
from index.backup import restore
from index.catalogue import Catalogue
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

# What reaches a step that looks after the library as a whole.
CARE = {
    **dict.fromkeys(
        ("backup copied", "backup sealed", "backup named"), ("backup", "{file}", "--yes")
    ),
    **dict.fromkeys(
        ("restore copied", "restore brought up", "log let go", "library replaced",
         "vectors dropped"),
        ("restore", "{made}", "--yes"),
    ),
    **dict.fromkeys(
        ("edits forgotten", "vectors cleared", "remains deleted", "words merged",
         "pages made anew", "log cut off", "wipe noted"),
        ("remove", "{id}", "--now"),
    ),
    "damaged kept": ("doctor",),
}  # fmt: skip
SAID_ONCE, STEM = "Quetzals nest in the belfry", b"belfr"


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
@pytest.mark.parametrize("step", [step for step in failpoints.STEPS if step not in CARE])
def test_failing_there_loses_nothing_and_the_next_run_completes(
    step: str, when: str, how: str, base: Base, victim: Victim, tmp_path: Path
) -> None:
    store = tmp_path / "store"
    # Building a generation takes a second: only those that are about one do it.
    victim.graph = True
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


class Cared:
    """A small library with a backup of how it was before its last article came."""

    def __init__(self, folder: Path, victim: Victim) -> None:
        self.store, self.made, self.file = folder / "store", folder / "made", folder / "file"
        news = folder / "news"
        for name in ("bridge", "ferry", "pool"):
            write(news / f"{name}.txt", SENTENCE.format(name, 3) * 10)
        assert victim.done("sync", news, "--store", self.store)[0] == 0
        assert victim.done("backup", self.made, "--store", self.store)[0] == 0
        self.earlier = stored(self.store)
        write(news / "quetzal.txt", f"{SAID_ONCE}. " + SENTENCE.format("quetzal", 4) * 10)
        assert victim.done("sync", news, "--store", self.store)[0] == 0
        self.now = stored(self.store)
        (self.id,) = set(self.now) - set(self.earlier)
        for name in ("lock", "library.db-wal", "library.db-shm"):
            (self.store / name).unlink(missing_ok=True)

    def begin(self, folder: Path, command: tuple[str, ...]) -> tuple[Path, list[str]]:
        """A copy of the library, and the command that is given to it."""
        store = Path(shutil.copytree(self.store, folder / "store"))
        places = {"file": folder / "file", "made": self.made, "id": self.id}
        if command == ("doctor",):
            with closing(open_reading(store)) as connection:
                sql = "SELECT pageno FROM dbstat WHERE name = 'body' AND pagetype = 'leaf' LIMIT 1"
                (page,) = connection.execute(sql).fetchone()
            content = bytearray((store / "library.db").read_bytes())
            content[(page - 1) * 4096 : page * 4096] = b"\xff" * 4096
            (store / "library.db").write_bytes(content)
        return store, [word.format(**places) for word in command]


@pytest.fixture(scope="module")
def cared(tmp_path_factory: pytest.TempPathFactory, victim: Victim) -> Cared:
    victim.graph = False
    return Cared(tmp_path_factory.mktemp("cared"), victim)


CASES = [*CARE.items(), ("log let go", ("doctor",)), ("library replaced", ("doctor",))]


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(("step", "command"), CASES, ids=[f"{b[0]}: {a}" for a, b in CASES])
def test_care_that_fails_there_leaves_the_library_as_before_or_as_wished(
    step: str, command: tuple[str, ...], when: str, how: str, cared: Cared, victim: Victim,
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    victim.graph, victim.young = False, 3
    monkeypatch.setattr("index.generations.GRAPH_MOST", 0)
    store, given = cared.begin(tmp_path, command)
    wished = {"backup": cared.now, "restore": cared.earlier, "remove": cared.earlier}
    (tmp_path / "file").write_bytes(b"an older backup")
    status, run = victim.done(*given, "--store", store, fail=(f"{when} {step}", 1, how))
    assert f"reached {when} {step}" in run.errors
    assert status in HOW[how], run.errors
    if given[0] != "doctor":
        assert stored(store) in (cared.now, wished[given[0]])
        assert faults(store) == []
    if given[0] == "backup" and (tmp_path / "file").read_bytes() != b"an older backup":
        restore(tmp_path / "file", tmp_path / "other")
        assert stored(tmp_path / "other") == cared.now

    status, run = victim.done(*given, "--store", store)
    # What is lost of a damaged library is told by the run that takes it out.
    assert status == 0 or (given[0] == "doctor" and "count as unread" in run.errors), run.errors
    assert faults(store) == []
    assert list(store.glob("library.db.new*")) == []
    if given[0] == "doctor":
        assert stored(store).items() <= cared.now.items()
        with Catalogue.browse(store) as catalogue:
            failed = {each["source"] for each in catalogue.failures()}
        named = {each.source for each in cared.now.values()}
        assert failed == named - {each.source for each in stored(store).values()}
    else:
        assert stored(store) == wished[given[0]]
    if given[0] == "backup":
        restore(tmp_path / "file", tmp_path / "again")
        assert stored(tmp_path / "again") == cared.now
        names = {path.name for path in tmp_path.iterdir()}
        assert names <= {"file", "store", "other", "again"}
    if given[0] in ("restore", "remove"):
        with closing(open_reading(store)) as connection:
            assert fit_manifest(store, connection) is not None
        left = [path for path in store.rglob("*") if path.is_file()]
        assert not [path for path in left if STEM in path.read_bytes().lower()]


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
