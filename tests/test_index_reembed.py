"""Another encoder or splitter: what answers meanwhile, what a stop leaves, what comes out."""

import json
import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import ROOT, environment

from corpus.errors import LibraryBusy, LibraryError
from corpus.sandbox import Sandbox
from index import failpoints, passages
from index import reembed as reembed_module
from index import sync as sync_module
from index.backup import backup, restore
from index.catalogue import Catalogue
from index.edits import edit
from index.encoder import encoder_of
from index.exact import vectors_of
from index.generations import build, fit_manifest, needs_building
from index.hashing import HashEncoder
from index.library import Library
from index.lock import embedding, writing
from index.report import Progress, SyncReport
from index.schema import open_reading
from index.sync import sync
from index.writer import Writer
from qa import Assistant

OLD, NEW = HashEncoder(), HashEncoder(64)
ARTICLES = 30
LONG_AGO = 1_600_000_000
STEPS = ("re-embedding begun", "article embedded anew", "library switched")


@pytest.fixture(autouse=True)
def _no_vector_index(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sync_module, "needs_building", lambda *_: False)
    from corpus.read import parse

    monkeypatch.setattr(Sandbox, "parse", lambda _, *content: parse(*content))


def write(path: Path, version: int = 0) -> None:
    """An article of several passages, each of which says whose it is."""
    lines = [
        f"Story {path.stem} in version {version} tells of day {i} in Lenton." for i in range(40)
    ]
    path.write_text(" ".join(lines), encoding="utf-8")
    os.utime(path, (LONG_AGO + version, LONG_AGO + version))


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder `news` and the library `storage` that the old encoder made of it."""
    place = tmp_path_factory.mktemp("built")
    (place / "news").mkdir()
    for i in range(ARTICLES):
        write(place / "news" / f"s{i:02d}.txt")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sync_module, "needs_building", lambda *_: False)
        sync(place / "storage", [place / "news"], OLD)
    return place


@pytest.fixture
def news(built: Path) -> Path:
    """The folder, which a test leaves as it is."""
    return built / "news"


@pytest.fixture
def store(built: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(built / "storage", tmp_path / "storage"))


class Counting(HashEncoder):
    """Counts the passages it has embedded."""

    def __init__(self, dim: int) -> None:
        super().__init__(dim)
        self.count = 0

    def encode_passages(self, texts: Sequence[str], progress: Any = None) -> Any:
        self.count += len(texts)
        return super().encode_passages(texts, progress)


class Stopping(Progress):
    """Stops after so many articles."""

    def __init__(self, after: int) -> None:
        self.left = after

    def reembedded(self, source: str) -> None:
        self.left -= 1
        if self.left == 0:
            raise KeyboardInterrupt


def contents(store: Path) -> dict[str, Any]:
    """What a library holds of passages, vectors and words, whatever their numbers are."""
    with closing(sqlite3.connect(store / "library.db")) as connection:
        execute = connection.execute
        meta = dict(execute("SELECT key, value FROM meta").fetchall())
        rows = execute(
            'SELECT article.id, start, "end", sentences, vector FROM passage '
            "JOIN vector ON passage = passage.number JOIN article ON article.number = article "
            "ORDER BY 1, 2"
        ).fetchall()
        matches = execute(
            "SELECT article.source, start FROM words JOIN passage ON passage.number = words.rowid "
            "JOIN article ON article.number = passage.article WHERE words MATCH 'lenton' "
            "ORDER BY 1, 2"
        ).fetchall()
        return {
            "meta": {k: v for k, v in meta.items() if k not in ("library", "unwiped")},
            "passages": rows,
            "matches": matches,
            "frequency": execute("SELECT * FROM frequency ORDER BY 1").fetchall(),
            "next": execute(
                "SELECT (SELECT count(*) FROM next_article), count(*) FROM next_passage"
            ).fetchall(),
        }  # fmt: skip


def whole(store: Path) -> str:
    """The library is sound, and all of it made by one encoder; which."""
    with Writer.open(store) as writer:
        execute = writer.connection.execute
        assert execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert execute("PRAGMA foreign_key_check").fetchall() == []
        execute("INSERT INTO words (words, rank) VALUES ('integrity-check', 1)")
        (made_by,) = execute("SELECT value FROM meta WHERE key = 'encoder'").fetchone()
        assert (
            execute("SELECT count(*) FROM vector").fetchone()
            == execute("SELECT count(*) FROM passage").fetchone()
        )
    encoder = OLD if made_by == OLD.fingerprint else NEW
    assert made_by == encoder.fingerprint
    with Library.open(store, encoder, vectors=False) as library:
        for article in library.articles(each.id for each in library.bylines(limit=3)).values():
            expected = passages.split(article, encoder)
            stored = library.passages_of(article.id)
            assert [p.text for p in stored] == [p.text for p in expected]
            question = encoder.encode_passages([passages.context(article, expected[0])])[0]
            (_, cosine), *_ = library.search_vectors(question, 1)
            assert cosine == pytest.approx(1, abs=1e-5)
    return str(made_by)


def fresh(tmp_path: Path, news: Path) -> dict[str, Any]:
    """What a library has that the new encoder made from the start."""
    sync(tmp_path / "fresh", [news], NEW)
    return contents(tmp_path / "fresh")


def test_a_library_of_another_encoder_comes_out_as_if_it_had_been_made_by_it(
    store: Path, news: Path, tmp_path: Path
) -> None:
    before = contents(store)
    report = sync(store, [news], NEW, dry_run=True)
    assert (report.reembedded, report.unchanged) == (ARTICLES, ARTICLES)
    assert contents(store) == before
    told: list[str] = []

    class Telling(Progress):
        def reembedded(self, source: str) -> None:
            told.append(source)

    report = sync(store, [news], NEW, progress=Telling())
    assert report == SyncReport(unchanged=ARTICLES, reembedded=ARTICLES)
    assert len(set(told)) == ARTICLES
    assert contents(store) == fresh(tmp_path, news) != before
    assert whole(store) == NEW.fingerprint
    assert sync(store, [news], NEW) == SyncReport(unchanged=ARTICLES)


def test_another_splitter_makes_all_passages_anew(
    store: Path, news: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passages, "TOKENS", 60)
    assert sync(store, [news], OLD, dry_run=True).reembedded == ARTICLES
    before = contents(store)["passages"]
    assert sync(store, [news], OLD).reembedded == ARTICLES
    assert len(contents(store)["passages"]) > 2 * len(before)
    sync(tmp_path / "fresh", [news], OLD)
    assert contents(store) == contents(tmp_path / "fresh")
    monkeypatch.setattr(passages, "SPLITTING", passages.SPLITTING + 1)
    assert sync(store, [news], OLD).reembedded == ARTICLES


def test_a_library_of_before_belongs_to_the_splitter_that_it_had(store: Path, news: Path) -> None:
    with closing(sqlite3.connect(store / "library.db")) as connection:
        connection.executescript(
            "DELETE FROM meta WHERE key IN ('splitter', 'encoder_name');"
            "DROP TABLE next_passage; DROP TABLE next_article; PRAGMA user_version = 2;"
        )
    assert encoder_of(store).fingerprint == OLD.fingerprint
    assert sync(store, [news], OLD) == SyncReport(unchanged=ARTICLES)
    assert whole(store) == OLD.fingerprint


def test_a_stop_keeps_what_is_done_and_nothing_is_done_twice(store: Path, news: Path) -> None:
    total = 0
    for stop in (1, 7, 12):
        encoder = Counting(64)
        with pytest.raises(KeyboardInterrupt):
            sync(store, [news], encoder, progress=Stopping(stop))
        assert whole(store) == OLD.fingerprint
        total += stop
    report = sync(store, [news], NEW, dry_run=True)
    assert report.reembedded == ARTICLES - total
    encoder = Counting(64)
    assert sync(store, [news], encoder).reembedded == ARTICLES - total
    each = len(contents(store)["passages"]) // ARTICLES
    assert encoder.count == (ARTICLES - total) * each
    assert whole(store) == NEW.fingerprint


def test_questions_are_answered_by_the_old_until_the_new_is_complete(
    store: Path, news: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = []
    with Assistant.open(store, once=True) as assistant:

        class Asking(Progress):
            def reembedded(self, source: str) -> None:
                if len(answers) < 3:
                    hits = assistant.search("Story s07 tells of day 3", 3)
                    answers.append([hit.to_dict() for hit in hits])
                    with Assistant.open(store, encoder=NEW.name, once=True) as another:
                        assert another.encoder.fingerprint == OLD.fingerprint

        before = [hit.to_dict() for hit in assistant.search("Story s07 tells of day 3", 3)]
        sync(store, [news], NEW, progress=Asking())
        assert answers == [before] * 3 and assistant.encoder.fingerprint == OLD.fingerprint
        assistant.library.refresh()  # as the page does between two questions
        after = assistant.search("Story s07 tells of day 3", 3)
        assert assistant.encoder.fingerprint == NEW.fingerprint
        assert after[0].article.source == "s07.txt"
        assert not assistant.ask("What is there in Lenton on day 3?").refused


def test_a_switch_in_the_middle_of_a_question_is_seen_by_the_next(
    store: Path, news: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Assistant.open(store, once=True) as assistant:
        encode = HashEncoder.encode_question

        def switching(self: HashEncoder, text: str) -> Any:
            monkeypatch.setattr(HashEncoder, "encode_question", encode)
            sync(store, [news], NEW)
            return encode(self, text)

        monkeypatch.setattr(HashEncoder, "encode_question", switching)
        hits = assistant.search("Story s07 tells of day 3", 3)
        assert hits[0].article.source == "s07.txt"
        assert assistant.encoder.fingerprint == OLD.fingerprint
        assert assistant.search("Story s09 tells", 3)[0].article.source == "s09.txt"
        assert assistant.encoder.fingerprint == NEW.fingerprint


def test_what_comes_goes_and_changes_between_two_runs_is_right(
    store: Path, news: Path, tmp_path: Path
) -> None:
    other = Path(shutil.copytree(news, tmp_path / "news"))
    sync(store, [], OLD)
    with closing(sqlite3.connect(store / "library.db")) as connection:
        connection.execute("DELETE FROM root")
        connection.commit()
    shutil.rmtree(store)
    sync(store, [other], OLD)
    with pytest.raises(KeyboardInterrupt):
        sync(store, [other], NEW, progress=Stopping(15))
    (other / "s01.txt").unlink()
    write(other / "s02.txt", version=1)
    write(other / "s99.txt")
    report = sync(store, [other], OLD)  # the old encoder goes on meanwhile
    assert (report.added, report.changed, report.removed, report.reembedded) == (1, 1, 1, 0)
    with Catalogue.browse(store) as catalogue:
        edited = next(a.id for a in catalogue.bylines() if a.source == "s03.txt")
        removed = next(a.id for a in catalogue.bylines() if a.source == "s04.txt")
    with Writer.open(store) as writer:
        edit(writer, edited, {"title": "Otters"}, OLD)
        writer.remove_article(removed)
    assert whole(store) == OLD.fingerprint
    with pytest.raises(KeyboardInterrupt):
        sync(store, [other], NEW, progress=Stopping(5))
    (other / "s05.txt").unlink()
    write(other / "s06.txt", version=2)
    report = sync(store, [other], NEW)
    assert (report.added, report.changed, report.removed) == (0, 1, 1)
    assert whole(store) == NEW.fingerprint
    sync(tmp_path / "fresh", [other], NEW)
    with Catalogue.browse(tmp_path / "fresh") as catalogue:
        assert removed in {a.id for a in catalogue.bylines()}
    with Writer.open(tmp_path / "fresh") as writer:
        edit(writer, edited, {"title": "Otters"}, NEW)
        writer.remove_article(removed)
    assert contents(store) == contents(tmp_path / "fresh")


def test_a_third_encoder_begins_anew_and_what_was_begun_is_gone(store: Path, news: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        sync(store, [news], NEW, progress=Stopping(9))
    third = HashEncoder(32)
    assert sync(store, [news], third, dry_run=True).reembedded == ARTICLES
    assert sync(store, [news], third).reembedded == ARTICLES
    found = contents(store)
    assert found["meta"]["encoder"] == third.fingerprint and found["next"] == [(0, 0)]
    assert all(len(row[-1]) == 4 * 32 for row in found["passages"])


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_failure_at_any_step_leaves_either_state_whole(
    store: Path, news: Path, monkeypatch: pytest.MonkeyPatch, step: str, when: str
) -> None:
    def fail(point: str) -> None:
        if point == f"{when} {step}":
            raise OSError("no power")

    monkeypatch.setattr(failpoints, "on_reach", fail)
    with pytest.raises(OSError, match="no power"):
        sync(store, [news], NEW)
    monkeypatch.setattr(failpoints, "on_reach", None)
    switched = (when, step) == ("after", "library switched")
    assert whole(store) == (NEW if switched else OLD).fingerprint
    sync(store, [news], NEW)
    assert whole(store) == NEW.fingerprint and contents(store)["next"] == [(0, 0)]


def test_a_vector_index_of_the_old_is_not_used_and_another_is_built(
    store: Path, news: Path
) -> None:
    with Writer.open(store) as writer:
        build(store, writer.connection)
    with Library.open(store, OLD) as library:
        asked = library.search_vectors(OLD.encode_question("Story s07"), 3)
        assert library._generation is not None and asked
        with Writer.open(store) as writer:
            reembed_module.begin(writer, NEW)
        reembed_module.reembed(store, NEW, Progress())
        assert library.refresh() and library.made_by == NEW.fingerprint
        found = library.search_vectors(NEW.encode_question("Story s07 tells"), 40)
        assert library._generation is None and len(found) == 40
    with closing(open_reading(store)) as connection:
        assert fit_manifest(store, connection) is None and needs_building(store, connection)
    with Writer.open(store) as writer:
        build(store, writer.connection)
    with Library.open(store, NEW) as library:
        again = library.search_vectors(NEW.encode_question("Story s07 tells"), 40)
        assert library._generation is not None
        assert [n for n, _ in again][:10] == [n for n, _ in found][:10]


def test_vectors_that_are_none_leave_the_old(store: Path, news: Path) -> None:
    class Broken(HashEncoder):
        def encode_passages(self, texts: Sequence[str], progress: Any = None) -> Any:
            return np.full((len(texts), self.dim), np.nan, np.float32)

    with pytest.raises(Exception, match="usable vectors"):
        sync(store, [news], Broken(64))
    assert whole(store) == OLD.fingerprint


class Meanwhile(HashEncoder):
    """Does something else before the passages of the second batch are embedded."""

    def __init__(self, what: Callable[[], object]) -> None:
        super().__init__(64)
        self.what = what
        self.calls = 0

    def encode_passages(self, texts: Sequence[str], progress: Any = None) -> Any:
        self.calls += 1
        if self.calls == 2:
            self.what()
        return super().encode_passages(texts, progress)


def test_other_syncs_come_in_between_and_the_switch_has_what_they_brought(
    store: Path, news: Path, tmp_path: Path
) -> None:
    other = Path(shutil.copytree(news, tmp_path / "news"))
    shutil.rmtree(store)
    sync(store, [other], OLD)

    def another() -> None:
        (other / "s01.txt").unlink()  # embedded anew already
        (other / "s28.txt").unlink()  # not yet
        write(other / "s02.txt", version=1)
        write(other / "s29.txt", version=1)
        write(other / "s99.txt")
        done = subprocess.run(
            [sys.executable, "-m", "index", "sync", "--store", str(store), "--json"],
            capture_output=True, text=True, cwd=ROOT, env=environment(),
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        counts = json.loads(done.stdout.splitlines()[-1])
        assert [counts[name] for name in ("added", "changed", "removed")] == [1, 2, 2]
        assert whole(store) == OLD.fingerprint
        with Assistant.open(store, once=True) as assistant:
            assert assistant.search("Story s99 tells", 1)[0].article.source == "s99.txt"

    encoder = Meanwhile(another)
    report = sync(store, [other], encoder)
    assert encoder.calls > 2 and report.failed == []
    assert whole(store) == NEW.fingerprint
    assert contents(store) == fresh(tmp_path, other)


def test_a_second_one_is_told_how_far_the_first_is(store: Path, news: Path) -> None:
    told = []

    def another() -> None:
        for encoder in (NEW, HashEncoder(32)):
            with pytest.raises(LibraryBusy) as busy:
                sync(store, [news], encoder)
            told.append(str(busy.value))

    assert sync(store, [news], Meanwhile(another)).reembedded == ARTICLES
    assert len(told) == 2
    for line in told:
        assert re.search(rf"anew \(with hash-1-64, [1-9]\d* of {ARTICLES} articles so far\)", line)
    assert whole(store) == NEW.fingerprint


def test_a_library_that_takes_the_place_of_the_one_that_is_embedded_is_left_as_it_is(
    store: Path, news: Path, tmp_path: Path
) -> None:
    backup(store, tmp_path / "b")
    before = contents(store)
    encoder = Meanwhile(lambda: restore(tmp_path / "b", store, replace=True))
    with pytest.raises(LibraryError, match="given up: sync again"):
        sync(store, [news], encoder)
    assert contents(store) == before
    assert sync(store, [news], NEW).reembedded == ARTICLES


def test_who_meets_the_moment_in_which_it_writes_waits_for_it(store: Path, news: Path) -> None:
    written = threading.Event()

    def hold() -> None:
        with writing(store):
            written.set()
            time.sleep(0.3)

    with embedding(store, "so far"):
        holder = threading.Thread(target=hold)
        holder.start()
        written.wait()
        assert sync(store, [news], OLD).unchanged == ARTICLES
        holder.join()
    with writing(store), pytest.raises(LibraryBusy, match="is writing to the library"):
        sync(store, [news], OLD)


def kills(store: Path, news: Path, seed: int) -> Iterator[tuple[list[str], bool]]:
    """SIGKILL a re-embedding after a few articles, again and again; what each run told."""
    rng = random.Random(seed)
    command = [sys.executable, "-m", "index", "sync", str(news), "--store", str(store), "--json"]
    while True:
        child = subprocess.Popen(
            [*command, "--encoder", NEW.name],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        assert child.stdout
        output = "".join(child.stdout.readline() for _ in range(rng.randrange(1, 14)))
        child.send_signal(signal.SIGKILL)
        output += child.stdout.read()
        child.stdout.close()
        child.wait()
        lines = [json.loads(each) for each in output.splitlines(True) if each.endswith("\n")]
        told = [line["reembedded"] for line in lines if "reembedded" in line and len(line) == 1]
        yield told, child.returncode == 0


def test_kills_lose_nothing_that_is_done_and_the_switch_comes(store: Path, news: Path) -> None:
    done: list[str] = []
    for run, (told, ended) in enumerate(kills(store, news, seed=4)):
        assert not set(told) & set(done), "an article was embedded twice"
        done += told
        if whole(store) == NEW.fingerprint:
            break
        assert not ended and run < 20
        with closing(sqlite3.connect(store / "library.db")) as connection:
            rows = connection.execute(
                "SELECT source, vector FROM next_passage JOIN article "
                "ON article.number = next_passage.article"
            ).fetchall()
        assert set(done) <= {source for source, _ in rows}
        assert vectors_of([blob for _, blob in rows], NEW.dim).shape == (len(rows), NEW.dim)
    sync(store, [news], NEW)
    assert whole(store) == NEW.fingerprint
