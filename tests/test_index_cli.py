"""`python -m index`: what it prints, how it exits, and one clear line for every bad input."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from index import sync as sync_module
from index.__main__ import main
from index.encoder import load_encoder
from index.lock import writing
from index.schema import create


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BYLINE_ENCODER", "hash")
    monkeypatch.delenv("BYLINE_STORE", raising=False)
    monkeypatch.setenv("PYTHONPATH", str(Path(main.__code__.co_filename).parent.parent))
    monkeypatch.setattr(sync_module, "needs_building", lambda *_: False)


@pytest.fixture
def news(tmp_path: Path) -> Path:
    folder = tmp_path / "news"
    folder.mkdir()
    (folder / "beaver.md").write_text(
        "---\ntitle: Beavers counted\nauthor: Ann Finch\noutlet: Tidewire\ndate: 2024-03-10\n---\n"
        "Wardens counted 37 beavers on the Aske.\n",
        encoding="utf-8",
    )
    (folder / "ferry.txt").write_text("Ferry crews walked out on Monday.", encoding="utf-8")
    return folder


Printed = Callable[..., tuple[int, str, str]]


@pytest.fixture
def index(capsys: pytest.CaptureFixture[str]) -> Printed:
    """Run a command: exit status, stdout, stderr."""

    def run(*arguments: object) -> tuple[int, str, str]:
        try:
            status = main([str(argument) for argument in arguments])
        except SystemExit as end:
            status = int(end.code or 0)
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return run


def one_id(index: Printed, source: str) -> str:
    _, out, _ = index("list", "--json")
    return next(str(a["article_id"]) for a in json.loads(out) if a["source"] == source)


def test_sync_says_in_words_what_it_did(index: Printed, news: Path) -> None:
    assert index("sync", "news") == (0, "Articles: 2 added\n", "")
    assert index("sync") == (0, "Articles: 2 unchanged\n", "")
    (news / "ferry.txt").unlink()
    (news / "x.png").write_bytes(b"x")
    status, out, err = index("sync")
    assert (status, out) == (1, "Articles: 1 unchanged, 1 removed, 1 failed\n")
    assert err.startswith("failed: x.png: unknown extension .png")
    assert index("sync", "--dry-run")[1] == "Would be: 1 unchanged, 1 failed\n"


def test_sync_json_acknowledges_each_commit_and_ends_with_the_counts(
    index: Printed, news: Path
) -> None:
    (news / "bad.txt").write_bytes(b"")
    status, out, _ = index("sync", "news", "--json")
    *commits, last = map(json.loads, out.splitlines())
    assert commits == [{"committed": "beaver.md"}, {"committed": "ferry.txt"}]
    (failed,) = last.pop("failed")
    assert status == 1 and failed["source"] == "bad.txt" and "empty" in failed["reason"]
    assert last == {"added": 2, "changed": 0, "unchanged": 0, "removed": 0}


def test_list_and_show_tell_the_byline_and_where_each_field_came_from(
    index: Printed, news: Path
) -> None:
    index("sync", "news")
    status, out, _ = index("list")
    assert status == 0 and "2024-03-10  Beavers counted  (Tidewire; beaver.md)" in out
    article_id = one_id(index, "beaver.md")
    status, out, _ = index("show", article_id[:8])
    assert status == 0 and "author     Ann Finch  [" in out and "37 beavers" in out
    shown = json.loads(index("show", article_id, "--json")[1])
    assert shown["author"] == "Ann Finch" and shown["provenance"].keys() >= {"author", "title"}
    assert shown["root"] == str(news) and shown["text"].startswith("Wardens")
    assert list(shown) == [
        "article_id", "root", "source", "title", "text", "author", "outlet", "published",
        "modified", "url", "language", "provenance", "also_in", "earlier",
    ]  # fmt: skip
    listed = json.loads(index("list", "--json")[1])
    assert all(set(item) == set(shown) - {"text"} for item in listed)


def test_remove_takes_one_article_out_and_says_how_long(index: Printed, news: Path) -> None:
    index("sync", "news")
    status, out, _ = index("remove", one_id(index, "ferry.txt"))
    assert status == 0 and "stays out until the file changes" in out
    assert index("sync")[1] == "Articles: 1 unchanged\n"
    assert (news / "ferry.txt").exists()


def test_edit_corrects_a_byline_and_says_where_it_came_from(index: Printed, news: Path) -> None:
    index("sync", "news")
    article_id = one_id(index, "beaver.md")
    status, out, err = index("edit", article_id[:8], "--author", "Bo Gale", "--published", "5 May "
                             "2025", "--clear", "outlet")  # fmt: skip
    assert (status, err) == (0, "") and out.startswith(f"Edited {article_id};")
    assert "author     Bo Gale  [edited by hand]\n" in out
    assert "outlet     unknown  [edited by hand]\n" in index("show", article_id)[1]
    shown = json.loads(index("show", article_id, "--json")[1])
    assert (shown["author"], shown["published"], shown["outlet"]) == ("Bo Gale", "2025-05-05", None)
    assert shown["provenance"]["published"] == "edited by hand"
    assert index("sync")[1] == "Articles: 2 unchanged\n"
    assert "author: Ann Finch" in (news / "beaver.md").read_text("utf-8")
    edited = json.loads(index("edit", article_id, "--undo", "--json")[1])
    listed = json.loads(index("list", "--json")[1])
    assert edited["author"] == "Ann Finch" and edited in listed


@pytest.mark.parametrize(
    "arguments, status, says",
    [
        ([], 2, "give what to change"),
        (["--clear", "title"], 2, "invalid choice"),
        (["--clear", "author", "--author", "Bo"], 2, "cannot go together"),
        (["--published", "soon"], 1, "published: 'soon' is not a date"),
        (["--url", "ftp://a.example"], 1, "starts with http"),
        (["--title", "\u202e"], 1, "not a usable title"),
    ],
)
def test_an_edit_that_cannot_be_is_refused(
    index: Printed, news: Path, arguments: list[str], status: int, says: str
) -> None:
    index("sync", "news")
    before = index("list", "--json")
    got, out, err = index("edit", one_id(index, "beaver.md"), *arguments)
    assert (got, out) == (status, "") and says in err
    assert status == 2 or (err.startswith("error: ") and err.count("\n") == 1)
    assert index("list", "--json") == before


def test_status_has_every_key(index: Printed, news: Path) -> None:
    index("sync", "news")
    assert index("status")[0] == 0
    status = json.loads(index("status", "--json")[1])
    assert status.pop("bytes") > 10_000
    assert status == {
        "articles": 2, "passages": 2, "failed": 0, "roots": [str(news)], "encoder": "hash-1",
        "generation": None, "young": 2, "published_from": "2024-03-10",
        "published_to": "2024-03-10",
    }  # fmt: skip


def test_list_failed_says_why_and_since_when(index: Printed, news: Path) -> None:
    (news / "bad.txt").write_bytes(b"")
    index("sync", "news")
    (failure,) = json.loads(index("list", "--failed", "--json")[1])
    assert failure.keys() == {"source", "reason", "since"}
    assert index("list", "--failed")[1].startswith("bad.txt: empty")


def test_the_store_comes_from_flag_then_environment_then_dotenv(
    index: Printed, news: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BYLINE_STORE", "")
    monkeypatch.delenv("BYLINE_STORE")
    (tmp_path / ".env").write_text("BYLINE_STORE=from-dotenv\n")
    index("sync", "news")
    assert (tmp_path / "from-dotenv").is_dir()
    monkeypatch.setenv("BYLINE_STORE", "from-environment")
    index("sync", "news")
    assert (tmp_path / "from-environment").is_dir()
    index("sync", "news", "--store", "from-flag")
    assert (tmp_path / "from-flag").is_dir() and not (tmp_path / "storage").exists()


# --- bad input -------------------------------------------------------------------------------


def a_file(path: Path) -> None:
    path.write_text("hello", encoding="utf-8")


def someone_elses(path: Path) -> None:
    path.mkdir()
    (path / "thesis.doc").write_text("years of work", encoding="utf-8")


def garbage(path: Path) -> None:
    path.mkdir()
    (path / "library.db").write_bytes(b"garbage" * 1000)


def no_bytes(path: Path) -> None:
    path.mkdir()
    (path / "library.db").write_bytes(b"")


def other_database(path: Path) -> None:
    path.mkdir()
    with closing(sqlite3.connect(path / "library.db")) as connection:
        connection.execute("CREATE TABLE article (id)")
        connection.commit()


def newer(path: Path) -> None:
    path.mkdir()
    create(path)
    with closing(sqlite3.connect(path / "library.db")) as connection:
        connection.execute("PRAGMA user_version = 99")


def torn(path: Path) -> None:
    path.mkdir()
    create(path)
    os.truncate(path / "library.db", 9_000)


def two_lines(path: Path) -> None:
    path.mkdir()
    (path / "my\nthesis.doc").touch()


def scrambled(path: Path) -> None:
    path.mkdir()
    create(path)
    content = bytearray((path / "library.db").read_bytes())
    content[100:6000] = b"\xff" * 5900
    (path / "library.db").write_bytes(content)


def zeroth(path: Path) -> None:
    path.mkdir()
    create(path)
    with closing(sqlite3.connect(path / "library.db")) as connection:
        connection.execute("PRAGMA user_version = 0")


def a_folder_for_a_database(path: Path) -> None:
    (path / "library.db").mkdir(parents=True)


STORES = {
    "a file": (a_file, "is a file, not a library's folder"),
    "someone else's folder": (someone_elses, "holds other things (thesis.doc)"),
    "a name of two lines": (two_lines, "holds other things (my\\nthesis.doc)"),
    "a garbage library.db": (garbage, "is not a library or is damaged"),
    "an empty library.db": (no_bytes, "is not a library or is damaged"),
    "another program's database": (other_database, "belongs to another program"),
    "a library of a newer version": (newer, "update Byline"),
    "a library of no version": (zeroth, "no Byline has made it so; restore a backup"),
    "a torn library.db": (torn, "damaged"),
    "a scrambled library.db": (scrambled, "damaged"),
    "a folder called library.db": (a_folder_for_a_database, "cannot be read"),
}


def everything(path: Path) -> Any:
    if path.is_file():
        return path.read_bytes()
    return {p.relative_to(path): p.is_file() and p.read_bytes() for p in path.rglob("*")}


@pytest.mark.parametrize("what", STORES)
@pytest.mark.parametrize("command", [["sync", "news"], ["list"], ["show", "a"], ["status"]])
def test_a_store_that_is_none_is_named_and_left_as_it_is(
    index: Printed, news: Path, tmp_path: Path, what: str, command: list[str]
) -> None:
    make, message = STORES[what]
    make(tmp_path / "storage")
    before = everything(tmp_path / "storage")
    status, out, err = index(*command)
    assert (status, out) == (1, "")
    assert err.startswith("error: ") and err.count("\n") == 1
    assert message in err and "storage" in err
    after = everything(tmp_path / "storage")
    if isinstance(after, dict):
        # A damaged library of ours may get a lock file; what is in it stays.
        for beside in ("lock", "library.db-wal", "library.db-shm"):
            after.pop(Path(beside), None)
    assert after == before


@pytest.mark.parametrize(
    "command, message",
    [
        (["sync"], "there is no library at storage"),
        (["list"], "there is no library at storage"),
        (["list", "--failed", "--json"], "there is no library at storage"),
        (["show", "abc"], "there is no library at storage"),
        (["remove", "abc"], "there is no library at storage"),
        (["status"], "there is no library at storage"),
        (["sync", "nowhere"], "there is nothing to read at nowhere"),
        (["sync", "news", "nowhere"], "there is nothing to read at nowhere"),
        (["sync", "new\nline"], r"there is nothing to read at new\nline"),
        (["sync", "x" * 300], "File name too long"),
        (["sync", "nul\x00byte"], "null byte"),
        (["sync", "news", "news/sub"], "lies inside"),
        (["sync", "news", "--store", "news"], "holds other things"),
        (["sync", "news", "--store", "news/ferry.txt"], "is a file"),
        (["sync", "news", "--store", "news/ferry.txt/x"], "news/ferry.txt/x"),
        (["sync", "news", "--store", "x" * 300], "File name too long"),
        (["status", "--store", "nul\x00byte"], r"there is no library at nul\x00byte"),
    ],
)
def test_bad_input_is_one_line_that_names_it(
    index: Printed, news: Path, tmp_path: Path, command: list[str], message: str
) -> None:
    (news / "sub").mkdir()
    status, out, err = index(*command)
    assert (status, out) == (1, "")
    assert err.startswith("error: ") and err.count("\n") == 1 and message in err
    assert not (tmp_path / "storage").exists()


@pytest.mark.parametrize(
    "command",
    [[], ["dance"], ["sync", "--frobnicate"], ["show"], ["list", "extra"], ["remove", "a", "b"]],
)
def test_bad_usage_exits_2(index: Printed, command: list[str]) -> None:
    status, out, err = index(*command)
    assert status == 2 and out == "" and "usage:" in err


def test_an_unknown_id_is_named(index: Printed, news: Path) -> None:
    index("sync", "news")
    for command in (
        ["show", "feed"],
        ["remove", "feed"],
        ["edit", "feed", "--undo"],
        ["show", "%"],
        ["show", "' OR 1"],
    ):
        status, _, err = index(*command)
        assert status == 1 and command[1] in err and "python -m index list" in err


def test_a_library_of_another_encoder_is_named(
    index: Printed, news: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index("sync", "news")
    with closing(sqlite3.connect("storage/library.db")) as connection:
        connection.execute("UPDATE meta SET value = 'other-1' WHERE key = 'encoder'")
        connection.commit()
    status, _, err = index("edit", one_id(index, "ferry.txt"), "--title", "Ferries")
    assert status == 1 and "other-1, not hash-1" in err and "sync --encoder" in err
    assert index("sync", "--dry-run")[1].strip().endswith("2 embedded anew")
    assert index("sync")[1].strip().endswith("2 embedded anew")
    assert index("sync")[1].strip() == "Articles: 2 unchanged"


def test_a_sync_while_another_runs_is_told_so(index: Printed, news: Path, tmp_path: Path) -> None:
    index("sync", "news")
    with writing(tmp_path / "storage"):
        article_id = one_id(index, "ferry.txt")
        for command in (["sync"], ["remove", article_id], ["edit", article_id, "--undo"]):
            status, _, err = index(*command)
            assert status == 1 and "another process" in err and str(os.getpid()) in err
        assert index("list")[0] == 0


def test_more_than_half_gone_is_one_line(index: Printed, news: Path) -> None:
    index("sync", "news")
    shutil.rmtree(news)
    news.mkdir()
    status, out, err = index("sync", "news", "--json")
    assert (status, out) == (1, "") and "2 of the 2" in err and "--yes" in err
    assert index("sync", "--yes")[1] == "Articles: 2 removed\n"


def test_an_empty_folder_is_no_error(index: Printed, tmp_path: Path) -> None:
    (tmp_path / "nothing").mkdir()
    assert index("sync", "nothing") == (0, "No articles found.\n", "")


def test_a_store_whose_folder_cannot_be_written_is_named(
    index: Printed, news: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index("sync", "news")
    real = open

    def refusing(path: Any, *args: Any, **kwargs: Any) -> Any:
        if str(path).endswith("lock"):
            raise PermissionError(13, "Permission denied")
        return real(path, *args, **kwargs)

    monkeypatch.setattr("builtins.open", refusing)
    status, _, err = index("sync")
    assert status == 1 and "cannot be written (Permission denied)" in err and "storage" in err


def test_a_store_that_may_only_be_read_is_read(
    index: Printed, news: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index("sync", "news")
    monkeypatch.setattr("index.schema.os.access", lambda *_: False)
    before = everything(tmp_path / "storage")
    assert index("list")[0] == 0
    assert everything(tmp_path / "storage") == before


def test_odd_names_are_indexed_and_printed_on_one_line(index: Printed, news: Path) -> None:
    names = ["a\nb.txt", "🙂.txt", "x" * 251 + ".txt", "\u202egnp.txt", "北京.txt", "q'\"; --.txt"]
    for name in names:
        (news / name).write_text(f"Words of {name}.", encoding="utf-8")
    with open(os.fsencode(news) + b"/\xff\xfe.txt", "w") as file:
        file.write("A name that is no UTF-8.")
    assert index("sync", "news")[:2] == (0, "Articles: 9 added\n")
    status, out, _ = index("list")
    assert status == 0 and len(out.splitlines()) == 9 and "\u202e" not in out
    for item in json.loads(index("list", "--json")[1]):
        assert index("show", item["article_id"])[0] == 0
    assert index("sync")[1] == "Articles: 9 unchanged\n"


def test_debug_shows_the_trace(news: Path) -> None:
    with pytest.raises(Exception, match="nothing to read"):
        main(["sync", "nowhere", "--debug"])


# --- whole processes -------------------------------------------------------------------------


def test_an_unchanged_sync_imports_neither_torch_nor_chromadb_nor_a_reader(
    index: Printed, news: Path
) -> None:
    first = [sys.executable, "-m", "index", "sync", "news"]
    for _ in range(2):
        subprocess.run(first, check=True, capture_output=True, timeout=60)
        for path in news.iterdir():
            os.utime(path, (1, 1))
    assert Path("storage/vectors/CURRENT").exists()
    code = (
        "import sys; from index.__main__ import main; status = main(['sync'])\n"
        "heavy = {'torch', 'chromadb', 'sentence_transformers', 'transformers', 'onnxruntime',"
        " 'tokenizers', 'trafilatura', 'tqdm', 'syntok', 'llama_index'} & set(sys.modules)\n"
        "sys.exit(f'{status} {heavy}' if status or heavy else 0)"
    )
    for encoder in ("hash", ""):
        if not encoder:
            fingerprint = load_encoder("").fingerprint
            with closing(sqlite3.connect("storage/library.db")) as connection:
                connection.execute("UPDATE meta SET value = ? WHERE key = 'encoder'", [fingerprint])
                connection.execute("UPDATE meta SET value = '' WHERE key = 'encoder_name'")
                connection.commit()
        done = subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "BYLINE_ENCODER": encoder},
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr


def test_a_reader_that_leaves_early_is_no_error(index: Printed, news: Path) -> None:
    for i in range(300):
        (news / f"{i}.txt").write_text(f"Story {i}.", encoding="utf-8")
    index("sync", "news")
    done = subprocess.run(
        f"{sys.executable} -m index list | head -1",
        shell=True,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert len(done.stdout.splitlines()) == 1 and done.stderr == ""
    subprocess.run(
        f"{sys.executable} -m index sync news --json --store other | head -1",
        shell=True,
        capture_output=True,
        timeout=60,
    )
    assert json.loads(index("status", "--json", "--store", "other")[1])["articles"] == 302


def test_an_interrupted_sync_says_so_in_one_line(
    index: Printed, news: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("index.__main__.sync", interrupted)
    status, out, err = index("sync", "news")
    assert status == 130 and out == "" and err.startswith("stopped;") and err.count("\n") == 1
