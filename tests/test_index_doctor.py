"""The doctor: what can be derived is made again, what cannot is named in one line each."""

import json
import random
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from corpus.errors import EncoderMismatch, LibraryError
from index.__main__ import main
from index.catalogue import Catalogue
from index.doctor import Diagnosis, doctor
from index.edits import edit
from index.encoder import load_encoder
from index.generations import build, current_name, fit_manifest
from index.hashing import HashEncoder
from index.library import Library
from index.lock import writing
from index.report import Progress
from index.schema import open_reading
from index.sync import sync
from index.words import words
from index.writer import Writer
from qa import Assistant
from qa.update import Update

ENCODER = HashEncoder()
QUESTION = "How many beavers are there on the River Aske?"
TABLES = ("root", "file", "article", "body", "passage", "vector", "frequency", "edit", "story")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with articles, of which two are copies, and their library, with an edit."""
    folder = tmp_path_factory.mktemp("made")
    news = folder / "news"
    news.mkdir()
    rng = random.Random(3)
    plain = [f"plain{i}" for i in range(200)]
    for i in range(12):
        lines = [" ".join(rng.choices(plain, k=8)).capitalize() + "." for _ in range(30)]
        lines[3] = f"Wardens counted {30 + i} beavers on the River Aske, “naïve” 北京 — ok."
        (news / f"{i:02}.md").write_text(
            f"---\ntitle: Title {i}\n---\n{' '.join(lines)}\n", "utf-8"
        )
    shutil.copy(news / "03.md", news / "copy.md")
    (news / "rows.jsonl").write_text(
        "".join(json.dumps({"title": f"Row {i}", "text": f"Row {i} says so."}) + "\n"
                for i in range(3)), "utf-8")  # fmt: skip
    store = folder / "storage"
    sync(store, [news], ENCODER)
    with Writer.open(store) as writer, Catalogue.browse(store) as catalogue:
        first = next(a.id for a in catalogue.bylines() if a.source == "05.md")
        edit(writer, first, {"author": "Bo Gale", "title": "A better title"}, ENCODER)
        build(store, writer.connection)
        writer.settle()
    return folder


@pytest.fixture
def store(made: Path, tmp_path: Path) -> Path:
    """A copy of the library to damage."""
    return Path(shutil.copytree(made / "storage", tmp_path / "storage"))


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Generations are sound in this test; no child process has to open them."""
    monkeypatch.setattr("index.vector_index.probe", lambda *_: True)
    monkeypatch.setattr("index.generations.probe", lambda *_: True)


def run(store: Path) -> Diagnosis:
    return doctor(store, lambda _: ENCODER, Progress())


def answers(store: Path) -> list[object]:
    with Assistant.open(store, encoder=ENCODER) as assistant:
        reply = assistant.ask(QUESTION).to_dict()
        del reply["timings_ms"]
        # Of equals the first that came is first, and what is put in again comes last.
        hits = sorted(str(hit.to_dict()["source"]) for hit in assistant.search("beavers Aske", 20))
        return [reply, hits]


def change(store: Path, *statements: str) -> None:
    """Change the truth behind everybody's back."""
    with closing(sqlite3.connect(store / "library.db", isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def is_whole(store: Path) -> None:
    again = run(store)
    assert (again.repaired, again.damaged) == ([], [])
    with Library.open(store, ENCODER) as library:
        assert library.passage_count == len(library._rows("SELECT 1 FROM vector"))


def test_a_sound_library_is_left_as_it_is(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = (store / "library.db").read_bytes()
    assert main(["doctor", "--json", "--encoder", "hash", "--store", str(store)]) == 0
    out, err = capsys.readouterr()
    found = json.loads(out)
    assert found["repaired"] == found["damaged"] == [] and err == ""
    checked = found["checked"]
    assert checked["articles"] == 16 and checked["files"] == 14 and checked["edits"] == 2
    assert checked["passages"] == checked["vectors"] == checked["generation"] > 16
    assert (store / "library.db").read_bytes() == before and current_name(store) == "gen-0002"
    assert main(["doctor", "--encoder", "hash", "--store", str(store)]) == 0
    assert capsys.readouterr().out.endswith("\nAll is well.\n")


def test_a_library_without_copies_has_nothing_to_repair(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.txt").write_text("Beavers have built 27 dams on the River Aske.")
    place = ["--encoder", "hash", "--store", str(tmp_path / "store")]
    assert main(["sync", str(tmp_path / "a.txt"), *place]) == 0
    capsys.readouterr()
    assert main(["doctor", *place]) == 0
    assert capsys.readouterr().out.endswith("\nAll is well.\n")


VECTOR = "(SELECT min(passage) + 3 FROM vector)"
DERIVED = {
    "a vector is gone": f"DELETE FROM vector WHERE passage = {VECTOR}",
    "all vectors are gone": "DELETE FROM vector",
    "a vector is short": f"UPDATE vector SET vector = x'0000' WHERE passage = {VECTOR}",
    "a vector is zero": "UPDATE vector SET vector = zeroblob(length(vector)) "
                        f"WHERE passage = {VECTOR}",
    "a vector is not finite": "UPDATE vector SET vector = CAST(x'0000c07f' || "
                              f"substr(vector, 5) AS BLOB) WHERE passage = {VECTOR}",
    "a vector is text": f"UPDATE vector SET vector = CAST(vector AS TEXT) WHERE passage = {VECTOR}",
    "sentences are text": "UPDATE passage SET sentences = 'x' WHERE number = 4",
    "a passage is gone": "DELETE FROM passage WHERE number = 4",
    "an offset is out": 'UPDATE passage SET "end" = 1000000 WHERE number = 4',
    "a passage is shorter": 'UPDATE passage SET "end" = "end" - 5 WHERE number = 4',
    "a passage is no number": "UPDATE passage SET start = 'x' WHERE number = 4",
    "sentences are gone": "UPDATE passage SET sentences = x'' WHERE number = 4",
    "sentences are half": "UPDATE passage SET sentences = x'010203' WHERE number = 4",
    "words are gone": "DELETE FROM words_data WHERE id > 10",
    "words are of another": "UPDATE words_docsize SET sz = x'01010101' WHERE id = 4",
    "a count is wrong": "UPDATE frequency SET postings = postings + 1 WHERE word LIKE 'b%'",
    "all counts are gone": "DELETE FROM frequency",
    "a count too many": "INSERT INTO frequency VALUES ('zzz', 4, 4)",
    "a signature is gone": "DELETE FROM signature WHERE article = 3",
    "bands are gone": "DELETE FROM band",
    "a band is a stranger's": "INSERT INTO band VALUES (1, 4711)",
    "a signature is another's": "UPDATE signature SET digest = x'00' WHERE article = 3",
    "a story is gone": "DELETE FROM story",
    "a story is stood for by another": "UPDATE story SET standing = 9",
    "a newer one that is not there": "UPDATE article SET newer = 4711 WHERE number = 2",
    "a text without article": "INSERT INTO body VALUES (4711, 'nobody wrote this')",
    "a passage without article": "INSERT INTO passage VALUES (4711, 4711, 0, 1, x'')",
    "a vector without passage": "INSERT INTO vector VALUES (4711, x'00')",
    "a file that is not known": "DELETE FROM file WHERE source IN ('02.md', 'rows.jsonl')",
    "a filter's column": "UPDATE article SET author_folded = 'nobody' WHERE number = 2",
    "an edited author": "UPDATE article SET author = 'Mallory' WHERE author = 'Bo Gale'",
    "the encoder's name": "DELETE FROM meta WHERE key IN ('encoder', 'dim')",
    "the length of a vector": "UPDATE meta SET value = '999' WHERE key = 'dim'",
    "the library's id": "DELETE FROM meta WHERE key = 'library'",
    "no table of vectors": "DROP TABLE vector",
    "no table of counts": "DROP TABLE frequency",
    "no word index": "DROP TABLE words",
    "a word index in ruins": "DROP TABLE words_data",
    "no view of the words": "DROP VIEW folded_passage",
    "an index is gone": "DROP INDEX passage_article",
}  # fmt: skip


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("what", DERIVED)
def test_what_can_be_derived_is_made_again(store: Path, what: str) -> None:
    before = answers(store)
    change(store, DERIVED[what])
    found = run(store)
    assert found.damaged == [] and found.repaired, what
    assert answers(store) == before
    is_whole(store)


TORN: dict[str, Callable[[Path], object]] = {
    "no CURRENT": lambda v: (v / "CURRENT").unlink(),
    "a CURRENT of nothing": lambda v: (v / "CURRENT").write_text("gen-0009\n"),
    "no manifest": lambda v: (v / "gen-0002" / "byline.json").unlink(),
    "no vectors at all": lambda v: shutil.rmtree(v),
    "a file instead of the folder": lambda v: (shutil.rmtree(v), v.write_text("in the way")),
    "a flipped bit": lambda v: flip(next(v.glob("gen-0002/*/data_level0.bin")), 1000),
    "ids that are others": lambda v: other_ids(v / "gen-0002" / "chroma.sqlite3"),
}


def flip(path: Path, at: int) -> None:
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content)


def other_ids(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("UPDATE embeddings SET embedding_id = '999' WHERE embedding_id = '4'")


@pytest.mark.parametrize("what", TORN)
def test_a_generation_that_is_not_fit_is_built_anew(store: Path, what: str) -> None:
    TORN[what](store / "vectors")
    found = run(store)
    assert found.damaged == [] and found.repaired[0].startswith("the vector index, built anew: ")
    with closing(open_reading(store)) as connection:
        assert fit_manifest(store, connection) is not None
    is_whole(store)


@pytest.mark.usefixtures("quick")
def test_what_was_left_half_made_goes(store: Path) -> None:
    (store / "library.db.new").write_bytes(b"half")
    (store / "vectors" / "CURRENT.new").write_bytes(b"half")
    (store / "vectors" / "gen-0007").mkdir()
    (store / "encoder" / "tmpabc").mkdir(parents=True)
    (found,) = run(store).repaired
    assert found == "4 things left half made, deleted"
    assert [path.name for path in (store / "vectors").glob("gen-*")] == ["gen-0002"]


LOSSES = {
    "a letter of a text": "UPDATE body SET text = replace(text, '31 beavers', '81 beavers')",
    "a text that is gone": "DELETE FROM body WHERE article = 2",
    "a text that is no text": "UPDATE body SET text = CAST(x'ff00ff' AS TEXT) WHERE article = 2",
    "a title": "UPDATE article SET title = 'Titel 1' WHERE title = 'Title 1'",
    "a source": "UPDATE article SET source = '91.md' WHERE source = '01.md'",
    "a provenance": "UPDATE article SET provenance = '{' WHERE number = 2",
}


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("what", LOSSES)
def test_an_article_that_is_not_what_was_put_in_is_named_and_comes_back(
    made: Path, store: Path, what: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = answers(store)
    change(store, LOSSES[what])
    assert main(["doctor", "--encoder", "hash", "--store", str(store)]) == 1
    _, err = capsys.readouterr()
    article, remedy = err.splitlines()
    assert "01.md" in article or "91.md" in article, err
    assert "Tit" in article and "python -m index sync" in remedy and "restore" in remedy
    with Catalogue.browse(store) as catalogue:
        assert len(catalogue.bylines()) == 15
        (failed,) = catalogue.failures()
    assert failed["source"] == "01.md" and "sync again" in failed["reason"]
    is_whole(store)
    report = sync(store, [made / "news"], ENCODER)
    assert (report.added, report.changed, report.removed, report.failed) == (1, 0, 0, [])
    assert answers(store) == before
    is_whole(store)


@pytest.mark.usefixtures("quick")
def test_where_no_folder_is_known_any_more_the_remedy_asks_for_one(made: Path, store: Path) -> None:
    change(store, LOSSES["a text that is gone"])
    change(store, "PRAGMA foreign_keys = OFF", "DELETE FROM root", "DELETE FROM file")
    assert "python -m index sync DIR" in run(store).damaged[-1]


@pytest.mark.usefixtures("quick")
def test_a_damaged_row_of_several_in_a_file_and_an_edit_come_back(made: Path, store: Path) -> None:
    change(
        store,
        "UPDATE body SET text = text || 'x' WHERE article IN (SELECT number FROM article "
        "WHERE source IN ('rows.jsonl#2', '05.md'))",
    )
    found = run(store)
    assert {line.split()[0] for line in found.damaged[:2]} == {"05.md", "rows.jsonl#2"}
    report = sync(store, [made / "news"], ENCODER)
    assert (report.added, report.failed) == (2, [])
    with Catalogue.browse(store) as catalogue:
        titles = [article.title for article in catalogue.bylines() if article.author == "Bo Gale"]
    assert titles == ["A better title"]  # a person's own words are not in the file
    is_whole(store)


def pages_of(store: Path, table: str) -> list[int]:
    with closing(sqlite3.connect(store / "library.db")) as connection:
        rows = connection.execute("SELECT pageno FROM dbstat WHERE name = ?", (table,))
        return [page for (page,) in rows]


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("seed", range(24))
def test_a_page_that_is_overwritten_is_found_and_all_else_stays(
    made: Path, store: Path, seed: int
) -> None:
    before = answers(store)
    rng = random.Random(seed)
    content = bytearray((store / "library.db").read_bytes())
    size = int.from_bytes(content[16:18], "big")
    page = rng.randrange(1, len(content) // size)
    kind = seed % 3
    if kind == 0:
        content[page * size : (page + 1) * size] = rng.randbytes(size)
    elif kind == 1:
        content[page * size : (page + 1) * size] = bytes(size)
    else:
        for _ in range(8):
            content[page * size + rng.randrange(size)] ^= 1 << rng.randrange(8)
    (store / "library.db").write_bytes(content)
    found = run(store)
    for line in found.damaged + found.repaired:
        assert "\n" not in line
    is_whole(store)
    report = sync(store, [made / "news"], ENCODER)
    assert report.failed == []
    with Catalogue.browse(store) as catalogue:
        assert len(catalogue.bylines()) == 16
        edited = [article for article in catalogue.bylines() if article.author == "Bo Gale"]
    if edited:  # else the very page with the edit was the damaged one
        assert answers(store)[1] == before[1]
    is_whole(store)


def test_of_a_file_that_is_no_database_any_more_one_line_tells(
    store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (store / "library.db").write_bytes(b"\0" * 40960)
    assert main(["doctor", "--json", "--store", str(store)]) == 1
    out, err = capsys.readouterr()
    (line,) = json.loads(out)["damaged"]
    assert "restore a backup" in line and err == ""
    (store / "library.db").write_bytes(b"")
    assert main(["doctor", "--store", str(store)]) == 1
    assert capsys.readouterr().err.count("\n") == 1


def test_the_doctor_waits_for_nobody_and_makes_no_library(
    store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with writing(store):
        assert main(["doctor", "--store", str(store)]) == 1
    assert "is writing to the library" in capsys.readouterr().err
    with pytest.raises(LibraryError, match="no library"):
        run(tmp_path / "nothing")
    assert not (tmp_path / "nothing").exists()


@pytest.mark.usefixtures("quick")
def test_vectors_are_made_by_no_other_encoder(store: Path) -> None:
    change(store, DERIVED["a vector is gone"])
    with pytest.raises(EncoderMismatch):
        doctor(store, lambda _: HashEncoder(32), Progress())
    doctor(store, load_encoder, Progress())  # the library knows its name
    is_whole(store)


@pytest.mark.usefixtures("quick")
def test_all_that_is_embedded_again_is_as_it_was(store: Path) -> None:
    with closing(open_reading(store)) as connection:
        before = connection.execute("SELECT * FROM vector ORDER BY 1").fetchall()
    change(store, "DELETE FROM vector")
    run(store)
    with closing(open_reading(store)) as connection:
        after = connection.execute("SELECT * FROM vector ORDER BY 1").fetchall()
    assert [number for number, _ in before] == [number for number, _ in after]
    for (_, one), (_, other) in zip(before, after, strict=True):
        np.testing.assert_allclose(
            np.frombuffer(one, "<f4"), np.frombuffer(other, "<f4"), atol=1e-5
        )
    with Library.open(store, ENCODER) as library:
        assert library.search_words(words("beavers"), 5)


def test_a_lost_generation_is_said_to_be_built_anew(store: Path) -> None:
    with Writer.open(store) as writer:
        build(store, writer.connection)
    for folder in (store / "vectors").glob("gen-*"):
        shutil.rmtree(folder)
    found = doctor(store, lambda _: ENCODER, Progress())
    assert any("vector index, built anew" in line for line in found.repaired)
    assert found.left == []


def test_an_index_that_cannot_be_built_is_not_well(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Writer.open(store) as writer:
        build(store, writer.connection)
    for folder in (store / "vectors").glob("gen-*"):
        shutil.rmtree(folder)
    monkeypatch.setattr("index.generations.probe", lambda *_: False)
    found = doctor(store, lambda _: ENCODER, Progress())
    assert found.repaired == [] and "no vector index" in found.left[0]


def test_a_damaged_index_is_built_again_for_a_chat_that_starts(store: Path) -> None:
    with Writer.open(store) as writer:
        build(store, writer.connection)
    for damaged in (store / "vectors").glob("gen-*/cells/vectors"):
        damaged.write_bytes(b"not these")
    update = Update(store)
    update.mend()
    assert update._mending and update._mending.wait(60) == 0
    with closing(open_reading(store)) as connection:
        assert fit_manifest(store, connection)
    update.close()
