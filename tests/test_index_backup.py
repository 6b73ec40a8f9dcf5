"""Backup and restore: one file, made while the library is used; the answers are the same."""

import json
import os
import resource
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from conftest import ROOT, WebChat, environment, store_of
from test_app import call

from corpus import Article
from corpus.errors import BackupError, LibraryError
from index.__main__ import main
from index.backup import backup, restore
from index.catalogue import Catalogue
from index.doctor import doctor
from index.generations import build, current_name
from index.hashing import HashEncoder
from index.library import Library
from index.report import Progress
from index.schema import open_reading
from index.words import words
from index.writer import Writer
from qa import Assistant

ENCODER = HashEncoder()
TEXT = (
    "Wardens counted {} beavers on the River Aske in March. The ferry to Lenton sailed on Monday."
)
QUESTION = "How many beavers are there on the River Aske?"


def article(i: int, text: str = TEXT) -> Article:
    return Article(
        "/r", f"{i}.txt", f"Title {i}", text.replace("NN", str(30 + i)).strip(), outlet="Tidewire"
    )


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return store_of(tmp_path / "storage", *(article(i) for i in range(4)))


def answers(store: Path) -> list[object]:
    with Assistant.open(store, encoder=ENCODER) as assistant:
        reply = assistant.ask(QUESTION).to_dict()
        del reply["timings_ms"]
        hits = [hit.to_dict() for hit in assistant.search("ferry Lenton", 5)]
        return [reply, hits]


def bytes_of(store: Path) -> dict[str, bytes]:
    return {
        path.name: path.read_bytes()
        for path in store.iterdir()
        if path.is_file() and path.name not in ("lock", "library.db-shm")
    }


def test_what_is_restored_answers_as_before(store: Path, tmp_path: Path) -> None:
    before = answers(store)
    made = backup(store, tmp_path / "b.byline")
    assert (made.articles, made.vectors) == (4, made.passages)
    assert sorted(os.listdir(tmp_path)) == ["b.byline", "storage"]
    shutil.rmtree(store)
    assert restore(tmp_path / "b.byline", store) == made
    assert answers(store) == before
    with Library.open(store, ENCODER) as library:
        library.search_vectors(ENCODER.encode_question(QUESTION), 3)
        assert library._fit_generation() is not None
        assert library.search_words(words("beavers"), 5)
    store_of(store, article(9))  # and it can be written
    assert not list(store.glob("library.db.new*"))


def test_the_commands_say_what_they_did(
    store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, other = tmp_path / "b", tmp_path / "new" / "storage"
    assert main(["backup", str(file), "--store", str(store)]) == 0
    assert capsys.readouterr() == (f"Backed up into {file}: 4 articles, 4 passages.\n", "")
    assert main(["backup", str(file), "--store", str(store)]) == 1
    assert "is there already" in capsys.readouterr().err
    assert main(["backup", str(file), "--store", str(store), "--yes", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["articles"] == 4
    assert main(["restore", str(file), "--store", str(other)]) == 0
    out, err = capsys.readouterr()
    assert out.startswith(f"Restored into {other}, as of 20") and err == ""
    assert main(["restore", str(file), "--store", str(other)]) == 1
    assert "--yes to replace it" in capsys.readouterr().err


def test_restore_replaces_only_when_told(store: Path, tmp_path: Path) -> None:
    backup(store, tmp_path / "b")
    store_of(store, article(7))
    with Writer.open(store) as writer:
        writer.remove_file(("/r", "0.txt"))
    with pytest.raises(BackupError, match="--yes"):
        restore(tmp_path / "b", store)
    restore(tmp_path / "b", store, replace=True)
    assert sources(store) == [f"{i}.txt" for i in range(4)] and current_name(store) == "gen-0001"


def own(i: int) -> Article:
    """An article that is nobody's copy."""
    words = [f"{word}{i * 7}" for word in ("quay", "tram", "barley", "museum", "harvest", "vault")]
    return article(i, f"Otters number {i} were seen by the {' and the '.join(words)} at Lenton.")


def sources(store: Path) -> list[str]:
    with Catalogue.browse(store) as catalogue:
        return sorted(article.source for article in catalogue.bylines())


def command(*arguments: object) -> None:
    """Run one in another process."""
    done = subprocess.run(
        [sys.executable, "-m", "index", *map(str, arguments)],
        cwd=ROOT, env=environment(BYLINE_ENCODER="hash"), capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def found(chat: Assistant, k: int = 20) -> list[tuple[str, str]]:
    return sorted((hit.article.source, hit.passage.text) for hit in chat.search("otters ferry", k))


def test_an_open_chat_sees_what_another_process_restores_at_the_next_question(
    store: Path, tmp_path: Path
) -> None:
    """Other articles under the same numbers, other names, another index of the same name."""
    shutil.rmtree(store)
    store_of(store, *map(own, range(4)))
    other = store_of(tmp_path / "other", *map(own, (2, 3, 4)))
    backup(other, tmp_path / "b")
    with Assistant.open(store, encoder=ENCODER) as chat, Assistant.open(store) as another:
        with Writer.open(store) as writer:
            build(store, writer.connection)
        assert chat.library.titles()[0][1] == "Title 0"
        assert {source for source, _ in found(chat)} == {f"{i}.txt" for i in range(4)}
        assert chat.library._generation is not None
        (gone,) = ids(store, "0.txt")
        assert another.library.article(gone).source == "0.txt"
        command("restore", tmp_path / "b", "--store", store, "--yes")
        with pytest.raises(LibraryError, match="no article"):
            another.library.article(gone)
        with Assistant.open(store, encoder=ENCODER) as fresh:
            assert found(chat) == found(fresh) == found(another)
            assert {source for source, _ in found(chat)} == {"2.txt", "3.txt", "4.txt"}
            assert chat.ask(QUESTION).text == fresh.ask(QUESTION).text
            assert chat.library.names("outlet") == ["Tidewire"] and chat.library.article_count == 3
            assert chat.library._generation is not None and chat.library.refresh() is False
        # And what comes after that, as before.
        store_of(store, own(11))
        assert "11.txt" in {source for source, _ in found(chat)}


def ids(store: Path, *names: str) -> list[str]:
    with Catalogue.browse(store) as catalogue:
        return [each.id for each in catalogue.bylines() if each.source in names]


def test_the_page_answers_from_what_is_restored(
    store: Path, tmp_path: Path, web_chat: Callable[..., WebChat]
) -> None:
    backup(store_of(tmp_path / "other", own(2), own(3)), tmp_path / "b")
    chat = web_chat(store)
    _, (before,) = call(chat, "search", "otters ferry", 5)
    assert [each["source"] for each in before] == ["0.txt"]
    command("restore", tmp_path / "b", "--store", store, "--yes")
    _, (after,) = call(chat, "search", "otters ferry", 5)
    assert sorted(each["source"] for each in after) == ["2.txt", "3.txt"]


def test_a_chat_takes_up_the_encoder_of_what_is_restored(store: Path, tmp_path: Path) -> None:
    other = store_of(tmp_path / "other", own(1), own(2), encoder=HashEncoder(64))
    with Writer.open(other) as writer:
        writer.connection.execute("INSERT OR REPLACE INTO meta VALUES ('encoder_name', 'hash-64')")
    backup(other, tmp_path / "b")
    with Assistant.open(store, encoder=ENCODER) as chat:
        assert [source for source, _ in found(chat)] == ["0.txt"]
        restore(tmp_path / "b", store, replace=True)
        assert [source for source, _ in found(chat)] == ["1.txt", "2.txt"]
        assert chat.encoder.dim == 64


def test_a_chat_goes_on_with_the_library_that_a_doctor_has_made_anew(store: Path) -> None:
    with Writer.open(store) as writer:
        writer.settle()
    with closing(open_reading(store)) as connection:
        (page,) = connection.execute(
            "SELECT min(pageno) FROM dbstat WHERE name = 'band' AND pagetype = 'leaf'"
        ).fetchone()
    with Assistant.open(store, encoder=ENCODER) as chat:
        before = found(chat)
        content = bytearray((store / "library.db").read_bytes())
        content[(page - 1) * 4096 : page * 4096] = b"\xff" * 4096
        with (store / "library.db").open("r+b") as file:
            file.write(content)
        inode = (store / "library.db").stat().st_ino
        command("doctor", "--store", store)
        assert (store / "library.db").stat().st_ino != inode
        store_of(store, own(12))
        assert sorted({*found(chat)} - {*before}) == [
            pair for pair in found(chat) if pair[0] == "12.txt"
        ]
        assert len(found(chat)) == len(before) + 1


def test_a_chat_sees_the_library_that_is_made_where_its_own_was_deleted(store: Path) -> None:
    with Assistant.open(store, encoder=ENCODER) as chat:
        before = found(chat)
        shutil.rmtree(store)
        assert found(chat) == before
        store_of(store, article(5))
        assert [source for source, _ in found(chat)] == ["5.txt"]


def test_a_question_is_answered_from_one_library_though_another_takes_its_place_meanwhile(
    store: Path, tmp_path: Path
) -> None:
    other = store_of(tmp_path / "other", article(8))
    backup(other, tmp_path / "b")
    with Library.open(store, ENCODER) as library:
        with library.snapshot():
            library.refresh()
            before = library.titles()
            with pytest.raises(LibraryError):
                library.article(ids(other, "8.txt")[0])
            shutil.rmtree(store / "vectors", ignore_errors=True)
            os.replace(other / "library.db", store / "library.db")
            assert library.refresh() is False and library.titles() == before
        assert library.titles() == [(ids(store, "8.txt")[0], "Title 8")]
        assert library.refresh() is True


def test_a_restored_library_takes_up_no_generation_of_another_state(
    store: Path, tmp_path: Path
) -> None:
    backup(store, tmp_path / "b")
    with open_reading_closing(store) as before:
        old = before.execute("SELECT value FROM meta WHERE key = 'library'").fetchone()
    restore(tmp_path / "b", store, replace=True)
    with open_reading_closing(store) as after:
        assert after.execute("SELECT value FROM meta WHERE key = 'library'").fetchone() != old


def open_reading_closing(store: Path) -> closing[sqlite3.Connection]:
    return closing(open_reading(store))


def test_backup_while_another_process_writes_is_one_committed_state(
    store: Path, tmp_path: Path
) -> None:
    stop = threading.Event()

    def write() -> None:
        i = 10
        while not stop.is_set():
            store_of(store, article(i % 30 + 10, "Version " + str(i) + " says so. " + TEXT))
            i += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for i in range(3):
            made = backup(store, tmp_path / f"b{i}")
            assert made.passages == made.vectors == made.words >= made.articles >= 4
    finally:
        stop.set()
        writer.join()
    restore(tmp_path / "b2", tmp_path / "other")
    with Writer.open(tmp_path / "other") as opened:
        opened.connection.execute("INSERT INTO words (words, rank) VALUES ('integrity-check', 1)")


@pytest.mark.parametrize("at", [0.02, 0.3, 0.6, 0.95, -200, -90, -60, -20, -1])
def test_a_backup_with_a_flipped_bit_is_refused(store: Path, tmp_path: Path, at: float) -> None:
    file = tmp_path / "b"
    backup(store, file)
    content = bytearray(file.read_bytes())
    content[int(at * len(content)) if at > 0 else int(at)] ^= 1
    file.write_bytes(content)
    before = bytes_of(store)
    for target, replace in ((store, True), (tmp_path / "other", False)):
        with pytest.raises(BackupError, match=r"damaged|not a Byline backup|schema") as refused:
            restore(file, target, replace=replace)
        assert "\n" not in str(refused.value)
    assert bytes_of(store) == before and not (tmp_path / "other" / "library.db").exists()


def test_what_is_no_backup_is_refused(store: Path, tmp_path: Path) -> None:
    backup(store, tmp_path / "b")
    whole = (tmp_path / "b").read_bytes()
    bad = {
        "empty": b"",
        "text": b"no backup at all" * 20,
        "cut": whole[: len(whole) // 2],
        "cut end": whole[:-1],
        "a library itself": (store / "library.db").read_bytes(),
        "two": whole[:4096] + whole,
    }
    for name, content in bad.items():
        (tmp_path / "bad").write_bytes(content)
        with pytest.raises(BackupError, match=r"not a Byline backup|damaged"):
            restore(tmp_path / "bad", tmp_path / "other")
        assert not (tmp_path / "other" / "library.db").exists(), name
    with pytest.raises(BackupError, match="cannot be read"):
        restore(tmp_path / "missing", tmp_path / "other")
    with pytest.raises(BackupError, match="cannot be read"):
        restore(tmp_path, tmp_path / "other")


def test_a_backup_of_a_newer_byline_is_refused(
    store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Writer.open(store) as writer:
        writer.connection.execute("PRAGMA user_version = 99")
    monkeypatch.setattr("index.schema.SCHEMA", 99)
    backup(store, tmp_path / "b")
    with pytest.raises(BackupError, match=r"schema 99.*update Byline"):
        restore(tmp_path / "b", tmp_path / "other")


def test_restore_leaves_other_peoples_folders_alone(store: Path, tmp_path: Path) -> None:
    backup(store, tmp_path / "b")
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "cat.png").write_bytes(b"x")
    (tmp_path / "file").write_bytes(b"x")
    for place in ("photos", "file"):
        with pytest.raises((BackupError, LibraryError), match=r"cat\.png|no folder"):
            restore(tmp_path / "b", tmp_path / place, replace=True)
    assert os.listdir(tmp_path / "photos") == ["cat.png"]
    for place in (store / "b", store, tmp_path):
        with pytest.raises(BackupError, match="no place for a backup"):
            backup(store, place)


def test_a_text_that_is_not_what_was_put_in_is_not_backed_up(store: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(store / "library.db")) as connection:
        connection.execute("UPDATE body SET text = replace(text, 'Monday', 'Friday')")
        connection.commit()
    (tmp_path / "b").write_bytes(b"an older backup")
    with pytest.raises(BackupError, match=r"damaged \(0\.txt .*: run `python -m index doctor`"):
        backup(store, tmp_path / "b", replace=True)
    assert (tmp_path / "b").read_bytes() == b"an older backup"
    assert sorted(os.listdir(tmp_path)) == ["b", "storage"]


def test_a_backup_that_cannot_be_written_says_why_and_touches_no_file_of_the_same_kind(
    store: Path, tmp_path: Path
) -> None:
    with pytest.raises(BackupError, match=r"there is no folder .*none: make it"):
        backup(store, tmp_path / "none" / "b")
    (tmp_path / "b.new").write_bytes(b"somebody's own")
    backup(store, tmp_path / "b")
    assert (tmp_path / "b.new").read_bytes() == b"somebody's own"
    with pytest.raises(BackupError, match="name another place"):
        backup(store, Path("/proc/b"))


@pytest.mark.parametrize("remains", ["nothing", "vectors", "a library.db without a byte"])
def test_restore_and_sync_make_a_library_where_its_file_is_lost(
    store: Path, tmp_path: Path, remains: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with Writer.open(store) as writer:
        build(store, writer.connection)
    before = answers(store)
    backup(store, tmp_path / "b")
    for path in store.glob("library.db*"):
        path.unlink()
    if remains == "nothing":
        shutil.rmtree(store / "vectors")
    if remains.startswith("a library.db"):
        (store / "library.db").write_bytes(b"")
    assert main(["doctor", "--json", "--store", str(store)]) == 1
    out, err = capsys.readouterr()
    assert (out + err).count("\n") == 1
    assert ("index restore FILE" in out + err) == (remains != "nothing"), err
    shutil.copytree(store, tmp_path / "synced")
    restore(tmp_path / "b", store, replace=True)
    assert answers(store) == before and doctor_finds_nothing(store)
    if not remains.startswith("a library.db"):
        (tmp_path / "a.txt").write_text(
            "Title\n\nOtters came back to Lenton. They stayed.", "utf-8"
        )
        given = [str(tmp_path / "a.txt"), "--encoder", "hash", "--store", str(tmp_path / "synced")]
        assert main(["sync", *given]) == 0
        assert sources(tmp_path / "synced") == ["a.txt"] and doctor_finds_nothing(
            tmp_path / "synced"
        )


def doctor_finds_nothing(store: Path) -> bool:
    found = doctor(store, lambda _: ENCODER, Progress())
    return not (found.repaired or found.damaged)


def test_restore_replaces_a_damaged_library(store: Path, tmp_path: Path) -> None:
    before = answers(store)
    backup(store, tmp_path / "b")
    content = bytearray((store / "library.db").read_bytes())
    content[:200] = b"x" * 200
    (store / "library.db").write_bytes(content)
    restore(tmp_path / "b", store, replace=True)
    assert answers(store) == before


def limited(store: Path, most: int, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run a command whose files may not grow past `most` bytes, as if the disk were full."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))

    return subprocess.run(
        [sys.executable, "-m", "index", *arguments, "--store", str(store)],
        cwd=ROOT, env=environment(BYLINE_ENCODER="hash"), preexec_fn=limit,
        capture_output=True, text=True,
    )  # fmt: skip


def test_where_no_space_is_left_nothing_is_left_behind(store: Path, tmp_path: Path) -> None:
    backup(store, tmp_path / "good")
    store_of(store, *(article(i, TEXT * 20) for i in range(10, 60)))
    (tmp_path / "there").write_bytes(b"an earlier backup")
    done = limited(store, 100_000, "backup", str(tmp_path / "there"), "--yes")
    assert done.returncode == 1 and done.stderr.count("\n") == 1, done.stderr
    assert done.stderr.startswith("error: ") and "cannot be written" in done.stderr
    assert (tmp_path / "there").read_bytes() == b"an earlier backup"
    assert sorted(os.listdir(tmp_path)) == ["good", "storage", "there"]
    before = answers(store)
    done = limited(store, 50_000, "restore", str(tmp_path / "good"), "--yes")
    assert done.returncode == 1 and done.stderr.count("\n") == 1, done.stderr
    assert answers(store) == before and not list(store.glob("library.db.new*"))
