"""A store under stress: one clear line each, the old state as it was, and the chat goes on."""

import ctypes
import json
import os
import re
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
from conftest import ROOT, environment, store_of

from corpus import Article
from corpus.errors import LibraryError
from index.__main__ import main
from index.catalogue import Catalogue
from index.generations import build, current_name
from index.hashing import HashEncoder
from index.library import Library
from index.lock import writing
from index.schema import open_reading
from index.sync import sync
from index.tables import SCHEMA
from index.writer import Writer
from qa import Assistant

ENCODER = HashEncoder()
QUESTION = "How many beavers are there on the River Aske?"
TEXT = (
    "Wardens counted {} beavers on the River Aske in March. The ferry to Lenton sailed on Monday."
)
# Overwriting what it may not, and reading and listing what it may not: what root can.
_OVERRIDE, _READ_SEARCH, _DROP = 1, 2, 24


def as_anybody() -> None:
    """Let permissions hold for this process, also where it is root's."""
    if os.geteuid() == 0:
        libc = ctypes.CDLL(None)
        for capability in (_OVERRIDE, _READ_SEARCH):
            libc.prctl(_DROP, capability, 0, 0, 0)


def run(
    *arguments: object, module: str = "index", before: Callable[[], None] | None = None
) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", module, *map(str, arguments)],
        cwd=ROOT, env=environment(BYLINE_ENCODER="hash"), capture_output=True, text=True,
        preexec_fn=before,
    )  # fmt: skip


def one_line(done: "subprocess.CompletedProcess[str]", *says: str) -> None:
    """It failed, and said why in one line."""
    assert done.returncode == 1, done.stdout + done.stderr
    lines = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    assert len(lines) == 1 and "Traceback" not in done.stderr, done.stderr
    assert any(word in lines[0] for word in says), lines[0]


@pytest.fixture
def news(tmp_path: Path) -> Path:
    folder = tmp_path / "news"
    folder.mkdir()
    for i in range(3):
        (folder / f"{i}.txt").write_text(f"Title {i}\n\n{TEXT.format(30 + i)}\n", "utf-8")
    return folder


@pytest.fixture
def store(tmp_path: Path, news: Path) -> Path:
    sync(tmp_path / "storage", [news], ENCODER)
    return tmp_path / "storage"


def more(news: Path, count: int = 40) -> None:
    """Enough that it does not fit where little space is left."""
    for i in range(10, 10 + count):
        text = " ".join(TEXT.format(i * 100 + at) for at in range(40))
        (news / f"{i}.txt").write_text(f"Long story {i}\n\n{text}\n", "utf-8")


def state(store: Path) -> dict[str, str]:
    with Catalogue.browse(store) as catalogue:
        articles = catalogue.bylines(limit=-1)
        return {each.source: catalogue.article(each.id).text for each in articles}


def is_whole(store: Path) -> None:
    with Writer.open(store) as writer:
        execute = writer.connection.execute
        assert execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        execute("INSERT INTO words (words, rank) VALUES ('integrity-check', 1)")
    with Library.open(store, ENCODER, vectors=False) as library:
        assert library.search_vectors(ENCODER.encode_question(QUESTION), 3)


def small_files() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, 600_000))


def test_where_files_may_not_grow_a_sync_says_so_and_all_it_acknowledged_stays(
    store: Path, news: Path
) -> None:
    before = state(store)
    more(news, 120)
    with Assistant.open(store, encoder=ENCODER) as chat:
        answer = chat.ask(QUESTION).text
        done = run("sync", "--json", "--store", store, before=small_files)
        one_line(done, "space", "cannot be used", "disk")
        assert chat.ask(QUESTION).text and answer
    acknowledged = {json.loads(line)["committed"] for line in done.stdout.splitlines()}
    after = state(store)
    assert before.items() <= after.items() and acknowledged <= set(after)
    is_whole(store)
    assert sync(store, [news], ENCODER).failed == []
    assert len(state(store)) == 123


@pytest.fixture
def little(tmp_path: Path) -> Iterator[Path]:
    """A disk of 3 MB."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(place)]
    if not shutil.which("mount") or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("no disk can be mounted here")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def test_a_full_disk_costs_nothing_that_was_there(little: Path, news: Path) -> None:
    store = little / "storage"
    sync(store, [news], ENCODER)
    before = state(store)
    more(news, 150)
    with Assistant.open(store, encoder=ENCODER) as chat:
        chat.ask(QUESTION)
        one_line(run("sync", "--store", store), "no space is left", "cannot be used")
        assert not chat.ask(QUESTION).refused
    assert before.items() <= state(store).items()
    with suppress(OSError), (little / "rest").open("wb", buffering=0) as rest:
        while rest.write(b"x" * 4096):
            pass
    target = little / "b"
    one_line(run("backup", target, "--store", store), "cannot be written")
    assert not target.exists() and not (little / "b.new").exists()
    with Catalogue.browse(store) as catalogue:
        first = catalogue.bylines()[0].id
    for command in (["remove", first, "--now"], ["doctor"]):
        done = run(*command, "--store", store)  # it works, or says in one line why not
        assert "Traceback" not in done.stderr and done.stderr.count("error: ") == done.returncode
    (little / "rest").unlink(missing_ok=True)
    is_whole(store)


@pytest.mark.parametrize("mode", [0o500, 0o000])
def test_a_store_without_permission_is_told_in_one_line(store: Path, news: Path, mode: int) -> None:
    before = state(store)
    (news / "new.txt").write_text("Another one\n\nIt says something else.\n", "utf-8")
    everything = [store, *store.rglob("*")]
    modes = {path: path.stat().st_mode for path in everything}
    try:
        for path in reversed(everything):
            path.chmod(mode if path.is_dir() else mode & 0o400)
        for command in (["sync"], ["doctor"], ["remove", "--now"]):
            done = run(*command, "--store", store, before=as_anybody)
            one_line(done, "cannot be written", "cannot be read")
        asked = run("ask", QUESTION, "--store", store, module="qa", before=as_anybody)
        if mode:
            assert asked.returncode == 0 and "beavers" in asked.stdout, asked.stderr
        else:
            one_line(asked, "cannot be read")
    finally:
        for path in everything:
            path.chmod(modes[path])
    assert state(store) == before
    is_whole(store)


READING = """
import sys
from qa import Assistant
with Assistant.open(sys.argv[1]) as chat:
    for _ in sys.stdin:
        try:
            print(sorted(hit.article.source for hit in chat.search("ferry", 9)), flush=True)
        except Exception as error:
            print(error, flush=True)
"""


@pytest.mark.skipif(
    os.geteuid() != 0, reason="two people are played by root with and without leave"
)
def test_who_may_only_read_sees_what_others_write(store: Path, news: Path) -> None:
    for i, word in enumerate(("quay", "tram", "vault")):
        (news / f"{i}.txt").write_text(f"Title {i}\n\nThe ferry took a {word} to {word}burg.\n")
    sync(store, [news], ENCODER)
    for path in (*store.rglob("*"), store):
        path.chmod(0o555 if path.is_dir() else 0o444)
    with subprocess.Popen(
        [sys.executable, "-c", READING, str(store)], cwd=ROOT, text=True, preexec_fn=as_anybody,
        env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    ) as reader:  # fmt: skip
        asking, said = reader.stdin, reader.stdout
        assert asking and said

        def sources() -> list[str]:
            asking.write("\n")
            asking.flush()
            return re.findall(r"\d\.txt", said.readline())

        assert sources() == ["0.txt", "1.txt", "2.txt"]
        (news / "3.txt").write_text("Title 3\n\nThe ferry took a museum to museumburg.\n")
        assert sync(store, [news], ENCODER).added == 1
        assert sources() == ["0.txt", "1.txt", "2.txt", "3.txt"]
        with Writer.open(store) as writer:
            sql = "SELECT id FROM article WHERE source = '0.txt'"
            writer.remove_article(*writer.connection.execute(sql).fetchone())
            assert sources() == ["1.txt", "2.txt", "3.txt"]  # this is in the log alone
        assert sources() == ["1.txt", "2.txt", "3.txt"]
        asking.close()


def test_two_syncs_at_once_one_of_them_says_who_is_at_work(store: Path) -> None:
    with writing(store):
        done = run("sync", "--store", store)
        one_line(done, f"({os.getpid()}) is writing to the library")
        for command in (["remove", "--now"], ["doctor"]):
            one_line(run(*command, "--store", store), "is writing to the library")
        with Assistant.open(store, encoder=ENCODER) as chat:
            assert not chat.ask(QUESTION).refused
    assert run("sync", "--store", store).returncode == 0


def test_a_command_waits_for_a_chat_that_mends_the_vector_index(store: Path) -> None:
    held = threading.Event()

    def mend() -> None:
        with writing(store, mending=True):
            held.set()
            time.sleep(1)

    mender = threading.Thread(target=mend)
    mender.start()
    assert held.wait(10)
    with writing(store):
        assert (store / "lock").read_text() == str(os.getpid())
    mender.join()


def test_the_lock_of_a_process_that_is_dead_holds_nobody(store: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from index.lock import writing\n"
        "with writing(Path(sys.argv[1])): print('held', flush=True); time.sleep(60)"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", code, str(store)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout and holder.stdout.readline() == "held\n"
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    holder.stdout.close()
    assert (store / "lock").read_text() == str(holder.pid)
    with Writer.open(store):
        assert (store / "lock").read_text() == str(os.getpid())


def test_a_store_of_a_newer_byline_is_left_alone_by_every_command(
    store: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    with closing(sqlite3.connect(store / "library.db")) as connection:
        connection.execute(f"PRAGMA user_version = {SCHEMA + 1}")
    before = (store / "library.db").read_bytes()
    for command in (["sync"], ["doctor"], ["status"], ["remove", "--now"],
                    ["backup", str(tmp_path / "b")]):  # fmt: skip
        assert main([*command, "--store", str(store)]) == 1
        err = capsys.readouterr().err
        assert err.count("\n") == 1 and "update Byline" in err, err
    assert (store / "library.db").read_bytes() == before


@pytest.mark.parametrize("name", ["a?b#c%41&d ;", 'ünï 北京 it\'s "so"', "-new\nline"])
def test_a_store_may_have_any_name(tmp_path: Path, news: Path, name: str) -> None:
    store = tmp_path / name
    sync(store, [news], ENCODER)
    with Assistant.open(store, encoder=ENCODER) as chat:
        assert not chat.ask(QUESTION).refused
    file = tmp_path / f"{name}.backup"
    argument = f"--store={store}"
    assert main(["doctor", "--encoder=hash", argument]) == 0
    assert main(["backup", argument, "--", str(file)]) == 0
    assert main(["restore", argument, "--yes", "--", str(file)]) == 0
    first = next(iter(sorted(state(store))))
    with Catalogue.browse(store) as catalogue:
        identity = next(each.id for each in catalogue.bylines() if each.source == first)
    assert main(["remove", identity, "--now", argument]) == 0
    assert len(state(store)) == 2


def test_a_chat_goes_on_with_what_it_has_when_its_store_is_deleted(store: Path) -> None:
    with Writer.open(store) as writer:
        build(store, writer.connection)
    with Assistant.open(store, encoder=ENCODER) as chat:
        before = chat.ask(QUESTION)
        shutil.rmtree(store)
        after = chat.ask(QUESTION)
        assert after.text == before.text and not after.refused
        assert chat.search("ferry Lenton", 3)
    with pytest.raises(LibraryError, match="no library"):
        Assistant.open(store, encoder=ENCODER)
    assert not store.exists()


def test_a_chat_goes_on_while_its_generation_goes(store: Path) -> None:
    with Writer.open(store) as writer:
        build(store, writer.connection)
    with Assistant.open(store, encoder=ENCODER) as chat:
        before = chat.ask(QUESTION).text
        shutil.rmtree(store / "vectors")
        assert chat.ask(QUESTION).text == before
    assert current_name(store) is None
    assert sync(store, [], ENCODER).failed == [] and current_name(store) is not None


def test_a_clock_that_was_set_back_hides_no_change(store: Path, news: Path) -> None:
    """Times of files in the future, in the past, and going backwards."""
    now = time.time()
    for at, offset in enumerate((86_400 * 400, -86_400 * 9_000, 3_600)):
        path = news / f"{at}.txt"
        path.write_text(f"Title {at}\n\nChanged, {at} says, on a clock that is off.\n", "utf-8")
        os.utime(path, (now + offset, now + offset))
    assert sync(store, [news], ENCODER).changed == 3
    report = sync(store, [news], ENCODER)
    assert (report.changed, report.unchanged, report.failed) == (0, 3, [])
    path = news / "0.txt"
    path.write_text("Title 0\n\nChanged again, of another length, before the last change.\n")
    os.utime(path, (now - 1_000_000, now - 1_000_000))
    assert sync(store, [news], ENCODER).changed == 1
    assert "Changed again" in state(store)["0.txt"]


def test_failures_keep_their_order_and_their_since_on_a_clock_that_was_set_back(
    store: Path, news: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (news / "bad.txt").write_bytes(b"")
    sync(store, [news], ENCODER)
    with Catalogue.browse(store) as catalogue:
        (first,) = catalogue.failures()
    with closing(sqlite3.connect(store / "library.db")) as connection:
        connection.execute("UPDATE failure SET since = '2099-01-01T00:00:00+00:00'")
        connection.commit()
    (news / "aaa.txt").write_bytes(b"")
    os.utime(news / "bad.txt", (1, 1))
    sync(store, [news], ENCODER)
    with Catalogue.browse(store) as catalogue:
        failures = catalogue.failures()
    assert [each["source"] for each in failures] == ["aaa.txt", "bad.txt"]
    assert failures[1]["since"].startswith("2099") and failures[1]["reason"] == first["reason"]


def test_what_cannot_be_built_is_no_error_of_a_sync(
    store: Path, news: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A file lies where the folder of the vector index should be."""
    shutil.rmtree(store / "vectors")
    (store / "vectors").write_bytes(b"in the way")
    (news / "new.txt").write_text("Another one\n\nIt says something else.\n", "utf-8")
    assert sync(store, [news], ENCODER).added == 1
    assert "exact search answers" in caplog.text
    with Assistant.open(store, encoder=ENCODER) as chat:
        assert not chat.ask(QUESTION).refused


def test_a_page_of_the_truth_that_is_damaged_costs_a_chat_one_clear_line(tmp_path: Path) -> None:
    store = store_of(
        tmp_path / "storage",
        *(Article("/r", f"{i}.txt", f"Title {i}", TEXT.format(i)) for i in range(50)),
    )
    with closing(open_reading(store)) as connection:
        pages = connection.execute(
            "SELECT pageno FROM dbstat WHERE name = 'body' AND pagetype = 'leaf'"
        ).fetchall()
    with Writer.open(store) as writer:
        writer.settle()
    content = bytearray((store / "library.db").read_bytes())
    for (page,) in pages:
        content[(page - 1) * 4096 : page * 4096] = b"\xff" * 4096
    (store / "library.db").write_bytes(content)
    one_line(run("ask", QUESTION, "--store", store, module="qa"), "is damaged")
    done = run("doctor", "--json", "--store", store)
    found = json.loads(done.stdout)
    assert done.returncode == 1 and len(found["damaged"]) > 1 and found["repaired"]
    assert done.stderr == ""
