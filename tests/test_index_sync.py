"""Sync: what it reads, what it leaves, what it removes, and what it refuses to do."""

import os
import signal
import sqlite3
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from corpus import Article, ArticleError
from corpus.draft import Draft
from corpus.errors import LibraryBusy, LibraryMissing, SyncRefused
from corpus.read import parse
from corpus.sandbox import Sandbox
from index import steps as steps_module
from index import sync as sync_module
from index.catalogue import Catalogue
from index.hashing import HashEncoder
from index.library import Library
from index.lock import writing
from index.reading import Reader
from index.report import Progress, SyncReport
from index.sync import sync
from index.words import words
from index.writer import Writer

LONG_AGO = 1_600_000_000


@pytest.fixture(autouse=True)
def _no_vector_index(monkeypatch: pytest.MonkeyPatch) -> None:
    """Generations have tests of their own; they take a second each."""
    monkeypatch.setattr(sync_module, "needs_building", lambda *_: False)


IN_A_CHILD = Sandbox.parse


@pytest.fixture(autouse=True)
def _in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """A child takes half a second to start; the tests that are about children have them."""
    monkeypatch.setattr(Sandbox, "parse", lambda _, *content: parse(*content))


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "storage"


@pytest.fixture
def news(tmp_path: Path) -> Path:
    """Four articles, older than the resolution of any time stamp."""
    for name, text in {
        "bridge.txt": "The harbour bridge reopened on Monday. Mayor Aldous Finch cut the ribbon.",
        "ferry.txt": "Ferry crews walked out over the winter roster. Talks resume on Friday.",
        "beaver.txt": "Wardens counted 37 beavers on the Aske. Two lodges were new.",
        "sub/pool.txt": "The open-air pool stays open. The council voted by nine to four.",
    }.items():
        write(tmp_path / "news" / name, text)
    return tmp_path / "news"


def write(path: Path, text: str, at: int = LONG_AGO) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    os.utime(path, (at, at))
    return path


def run(store: Path, *paths: Path, **options: Any) -> SyncReport:
    return sync(store, paths, HashEncoder(), **options)


def counts(report: SyncReport) -> tuple[int, int, int, int, int]:
    return (
        report.added,
        report.changed,
        report.unchanged,
        report.removed,
        len(report.failed),
    )


def sources(store: Path) -> list[str]:
    with Catalogue.browse(store) as catalogue:
        return sorted(article.source for article in catalogue.bylines())


def found(store: Path, word: str) -> list[str]:
    with Library.open(store, HashEncoder(), vectors=False) as library:
        numbers = [number for number, _ in library.search_words(words(word), 10)]
        ids = [passage.article_id for passage in library.passages(numbers)]
        return [article.source for article in library.articles(ids).values()]


def dump(store: Path) -> list[str]:
    with closing(sqlite3.connect(store / "library.db")) as connection:
        tables = ("root", "file", "article", "passage", "frequency", "failure")
        return [repr(r) for t in tables for r in connection.execute(f"SELECT * FROM {t}")]


def batches_of(passages: int, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (sync_module, steps_module):
        monkeypatch.setattr(module, "BATCH", passages)


def fail_to_read(*_: Any) -> list[Article]:
    raise AssertionError("a file was read")


def test_sync_puts_every_article_in_and_says_so(store: Path, news: Path) -> None:
    told: list[str] = []

    class Listening(Progress):
        def committed(self, source: str) -> None:
            assert source in sources(store)
            told.append(source)

    assert counts(run(store, news, progress=Listening())) == (4, 0, 0, 0, 0)
    assert told == sources(store) == ["beaver.txt", "bridge.txt", "ferry.txt", "sub/pool.txt"]
    assert found(store, "beavers") == ["beaver.txt"]


def test_a_second_sync_reads_nothing_and_changes_nothing(
    store: Path, news: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(store, news)
    before = dump(store)
    monkeypatch.setattr(Reader, "_read", fail_to_read)
    assert counts(run(store, news)) == (0, 0, 4, 0, 0)
    assert counts(run(store)) == (0, 0, 4, 0, 0)
    assert dump(store) == before


def test_a_touched_file_with_the_same_content_is_not_embedded_again(
    store: Path, news: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(store, news)
    os.utime(news / "bridge.txt", (LONG_AGO + 60, LONG_AGO + 60))
    monkeypatch.setattr(Sandbox, "parse", fail_to_read)
    assert counts(run(store, news)) == (0, 0, 4, 0, 0)
    monkeypatch.setattr(Reader, "_read", fail_to_read)
    assert counts(run(store, news)) == (0, 0, 4, 0, 0)


def test_a_changed_file_replaces_its_article_and_leaves_no_word_behind(
    store: Path, news: Path
) -> None:
    run(store, news)
    write(news / "beaver.txt", "Wardens counted 41 otters on the Aske.", LONG_AGO + 60)
    assert counts(run(store, news)) == (0, 1, 3, 0, 0)
    assert found(store, "lodges") == []
    assert found(store, "otters") == ["beaver.txt"]
    with Library.open(store, HashEncoder(), vectors=False) as library:
        assert library.frequencies(words("beavers otters")) == {"beaver": 0, "otter": 1}


def test_a_change_within_the_clocks_resolution_is_seen(store: Path, news: Path) -> None:
    now = time.time_ns()
    path = write(news / "late.txt", "The score was one to nil.")
    os.utime(path, ns=(now, now))
    run(store, news)
    path.write_text("The score was two to nil.", encoding="utf-8")
    os.utime(path, ns=(now, now))
    assert counts(run(store, news)) == (0, 1, 4, 0, 0)


def test_an_id_depends_on_root_and_source_alone(store: Path, news: Path) -> None:
    run(store, news)
    with Catalogue.browse(store) as catalogue:
        before = {article.source: article.id for article in catalogue.bylines()}
    write(news / "beaver.txt", "Entirely other words about otters.", LONG_AGO + 60)
    run(store, news)
    with Catalogue.browse(store) as catalogue:
        assert {article.source: article.id for article in catalogue.bylines()} == before


def test_a_file_that_is_gone_takes_its_article_with_it(store: Path, news: Path) -> None:
    run(store, news)
    (news / "ferry.txt").unlink()
    assert counts(run(store, news)) == (0, 0, 3, 1, 0)
    assert found(store, "roster") == []


def test_more_than_half_gone_is_refused_and_nothing_changes(store: Path, news: Path) -> None:
    run(store, news)
    for name in ("ferry.txt", "beaver.txt", "bridge.txt"):
        (news / name).unlink()
    write(news / "new.txt", "Something new that must wait.")
    before = dump(store)
    with pytest.raises(SyncRefused, match=r"3 of the 4 articles .*news.* --yes"):
        run(store, news)
    assert dump(store) == before
    assert counts(run(store, news, yes=True)) == (1, 0, 1, 3, 0)


def test_exactly_half_gone_is_not_refused(store: Path, news: Path) -> None:
    run(store, news)
    (news / "ferry.txt").unlink()
    (news / "beaver.txt").unlink()
    assert counts(run(store, news)) == (0, 0, 2, 2, 0)


def test_a_root_that_vanished_does_not_empty_the_library(store: Path, news: Path) -> None:
    run(store, news)
    news.rename(news.with_name("elsewhere"))
    with pytest.raises(SyncRefused, match="4 of the 4"):
        run(store)
    assert len(sources(store)) == 4
    assert counts(run(store, yes=True)) == (0, 0, 0, 4, 0)
    with pytest.raises(SyncRefused, match="give the path"):
        run(store)


def test_a_missing_path_is_refused_and_no_store_is_made(store: Path, tmp_path: Path) -> None:
    with pytest.raises(SyncRefused, match="nowhere"):
        run(store, tmp_path / "nowhere")
    assert not store.exists()


def test_no_path_and_no_library_is_an_error_that_makes_nothing(store: Path) -> None:
    with pytest.raises(LibraryMissing, match="sync ARTICLES"):
        run(store)
    assert not store.exists()


def test_a_single_file_leaves_its_siblings_alone(store: Path, news: Path) -> None:
    run(store, news)
    (news / "ferry.txt").unlink()
    write(news / "beaver.txt", "Otters instead.", LONG_AGO + 60)
    assert counts(run(store, news / "beaver.txt")) == (0, 1, 0, 0, 0)
    assert "ferry.txt" in sources(store)


def test_a_single_file_is_a_root_of_its_own_until_its_folder_is_given(
    store: Path, news: Path
) -> None:
    assert counts(run(store, news / "beaver.txt")) == (1, 0, 0, 0, 0)
    assert counts(run(store)) == (0, 0, 1, 0, 0)
    assert counts(run(store, news)) == (3, 0, 1, 0, 0)
    with Catalogue.browse(store) as catalogue:
        assert catalogue.status()["roots"] == [str(news)]


@pytest.mark.parametrize(
    "given",
    [
        ["news", "news"],
        ["news", "news/beaver.txt"],
        ["news/beaver.txt", "news"],
        ["news", "news/sub/../"],
        ["news/beaver.txt", "news/beaver.txt", "news"],
    ],
)
def test_what_is_given_twice_is_read_once(
    store: Path, news: Path, tmp_path: Path, given: list[str]
) -> None:
    assert counts(run(store, *(tmp_path / path for path in given))) == (4, 0, 0, 0, 0)
    with Catalogue.browse(store) as catalogue:
        assert catalogue.status()["roots"] == [str(news)]


@pytest.mark.parametrize("first, second", [("news", "news/sub"), ("news/sub", "news")])
def test_overlapping_roots_are_refused(
    store: Path, news: Path, tmp_path: Path, first: str, second: str
) -> None:
    run(store, tmp_path / first)
    with pytest.raises(SyncRefused, match="in the library already"):
        run(store, tmp_path / second)
    with pytest.raises(SyncRefused, match="in the library already"):
        run(store.with_name("other"), tmp_path / first, tmp_path / second)


def test_a_single_file_further_down_is_not_taken_in_under_another_name(
    store: Path, news: Path
) -> None:
    run(store, news / "sub" / "pool.txt")
    with pytest.raises(SyncRefused, match=r"pool\.txt"):
        run(store, news)


def test_two_roots_do_not_touch_each_other(store: Path, news: Path, tmp_path: Path) -> None:
    write(tmp_path / "more" / "bridge.txt", "Another bridge altogether.")
    run(store, news)
    assert counts(run(store, tmp_path / "more")) == (1, 0, 0, 0, 0)
    assert counts(run(store)) == (0, 0, 5, 0, 0)


def test_the_store_inside_the_articles_folder_is_not_read(news: Path) -> None:
    assert counts(run(news / "storage", news)) == (4, 0, 0, 0, 0)
    assert counts(run(news / "storage", news)) == (0, 0, 4, 0, 0)


def test_a_file_that_fails_is_named_and_the_others_are_in(store: Path, news: Path) -> None:
    write(news / "empty.txt", "")
    report = run(store, news)
    assert counts(report) == (4, 0, 0, 0, 1)
    assert report.failed[0][0] == "empty.txt" and "empty" in report.failed[0][1]
    assert "empty.txt" not in report.failed[0][1]


def test_a_failed_file_is_not_read_again_until_it_changes(
    store: Path, news: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(news / "empty.txt", "")
    first = run(store, news)
    with Catalogue.browse(store) as catalogue:
        since = catalogue.failures()[0]["since"]
    with monkeypatch.context() as patch:
        patch.setattr(Reader, "_read", fail_to_read)
        assert run(store, news).failed == first.failed
    write(news / "empty.txt", " ", LONG_AGO + 60)
    assert len(run(store, news).failed) == 1
    with Catalogue.browse(store) as catalogue:
        assert catalogue.failures()[0]["since"] == since
    write(news / "empty.txt", "Not empty any more.", LONG_AGO + 120)
    assert counts(run(store, news)) == (1, 0, 4, 0, 0)
    with Catalogue.browse(store) as catalogue:
        assert catalogue.failures() == []


def test_a_failed_file_that_is_gone_is_forgotten(store: Path, news: Path) -> None:
    write(news / "empty.txt", "")
    run(store, news)
    (news / "empty.txt").unlink()
    assert counts(run(store, news)) == (0, 0, 4, 0, 0)


def test_a_file_that_turns_bad_keeps_what_was_read_before(store: Path, news: Path) -> None:
    run(store, news)
    old = (news / "beaver.txt").read_text(encoding="utf-8")
    write(news / "beaver.txt", "", LONG_AGO + 60)
    report = run(store, news)
    assert counts(report) == (0, 0, 3, 0, 1)
    assert "the version read before stays" in report.failed[0][1]
    assert found(store, "beavers") == ["beaver.txt"]
    write(news / "beaver.txt", old)
    assert counts(run(store, news)) == (0, 0, 4, 0, 0)


def test_a_folder_that_cannot_be_listed_loses_nothing(
    store: Path, news: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(store, news)
    listing = os.scandir

    def refusing(path: str | Path) -> Any:
        if os.path.basename(path) == "sub":
            raise PermissionError(13, "Permission denied")
        return listing(path)

    monkeypatch.setattr(os, "scandir", refusing)
    report = run(store, news)
    assert counts(report) == (0, 0, 4, 0, 1)
    assert "sub/pool.txt" in sources(store)


def test_a_removed_article_stays_out_until_its_file_changes(store: Path, news: Path) -> None:
    run(store, news)
    with Catalogue.browse(store) as catalogue:
        gone = next(a.id for a in catalogue.bylines() if a.source == "ferry.txt")
    with Writer.open(store) as writer:
        writer.remove_article(gone)
    assert found(store, "roster") == []
    assert counts(run(store, news)) == (0, 0, 3, 0, 0)
    os.utime(news / "ferry.txt", (LONG_AGO + 60, LONG_AGO + 60))
    assert counts(run(store, news)) == (0, 0, 3, 0, 0)
    write(news / "ferry.txt", "The ferry strike is over.", LONG_AGO + 120)
    assert counts(run(store, news)) == (1, 0, 3, 0, 0)


def test_a_dry_run_tells_and_changes_nothing(store: Path, news: Path) -> None:
    assert counts(run(store, news, dry_run=True)) == (4, 0, 0, 0, 0)
    assert not store.exists()
    run(store, news)
    before = dump(store)
    (news / "ferry.txt").unlink()
    write(news / "beaver.txt", "Otters.", LONG_AGO + 60)
    write(news / "new.txt", "New.")
    write(news / "picture.png", "x")
    assert counts(run(store, news, dry_run=True)) == (1, 1, 2, 1, 1)
    assert dump(store) == before


def test_an_empty_library_takes_any_encoder(store: Path, tmp_path: Path) -> None:
    class Other(HashEncoder):
        fingerprint = "other-1"

    (tmp_path / "nothing").mkdir()
    assert counts(run(store, tmp_path / "nothing")) == (0, 0, 0, 0, 0)
    sync(store, [tmp_path / "nothing"], Other())
    Library.open(store, Other()).close()


def test_a_second_writer_is_told_who_the_first_is(store: Path, news: Path) -> None:
    run(store, news)
    with writing(store), pytest.raises(LibraryBusy, match=str(os.getpid())):
        run(store, news)


def lines_as_articles(_: Sandbox, content: bytes, name: str, sidecars: Any = ()) -> list[Draft]:
    """Each line is an article, but for what starts with a question mark."""
    lines = content.decode().splitlines()
    if not lines or lines == ["?"]:
        raise ArticleError("empty")
    drafts = [Draft(line, number=number) for number, line in enumerate(lines, 1)]
    for draft in drafts:
        draft.metadata.offer("title", f"Story {draft.number}", "place")
        draft.problem = "is a question" if draft.text.startswith("?") else ""
    return drafts


@pytest.fixture
def box(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file that holds several articles, in a folder of its own."""
    monkeypatch.setattr(Sandbox, "parse", lines_as_articles)
    return write(tmp_path / "box" / "all.txt", "Alpha one.\nBeta two.\nGamma three.")


def test_of_a_file_with_several_articles_only_the_changed_are_replaced(
    store: Path, box: Path
) -> None:
    assert counts(run(store, box.parent)) == (3, 0, 0, 0, 0)
    write(box, "Alpha one.\nDelta two.", LONG_AGO + 60)
    assert counts(run(store, box.parent)) == (0, 1, 1, 1, 0)
    assert sources(store) == ["all.txt#1", "all.txt#2"]
    assert counts(run(store, box.parent)) == (0, 0, 2, 0, 0)


def failures(store: Path) -> list[str]:
    with Catalogue.browse(store) as catalogue:
        return [failure["source"] for failure in catalogue.failures()]


def test_a_part_that_fails_is_named_as_long_as_it_is_there(
    store: Path, box: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(box, "Alpha one.\n?\nGamma three.\n? again")
    asked = [("all.txt#2", "is a question"), ("all.txt#4", "is a question")]
    assert run(store, box.parent).failed == asked
    assert sources(store) == ["all.txt#1", "all.txt#3"]
    with Catalogue.browse(store) as catalogue:
        since = catalogue.failures()[0]["since"]
    with monkeypatch.context() as patch:
        patch.setattr(Reader, "_read", fail_to_read)
        report = run(store)
        assert counts(report) == (0, 0, 2, 0, 2) and report.failed == asked
        assert run(store, dry_run=True).failed == asked
    os.utime(box, (LONG_AGO + 60, LONG_AGO + 60))
    assert run(store, dry_run=True).failed == asked
    report = run(store)
    assert counts(report) == (0, 0, 2, 0, 2) and report.failed == asked
    write(box, "Alpha one.\n?\nGamma three.\nDelta four.", LONG_AGO + 120)
    assert counts(run(store)) == (1, 0, 2, 0, 1)
    assert failures(store) == ["all.txt#2"]
    with Catalogue.browse(store) as catalogue:
        assert catalogue.failures()[0]["since"] == since


def test_what_failed_of_a_file_goes_with_it(store: Path, box: Path) -> None:
    write(box, "Alpha one.\n?")
    write(box.with_name("other.txt"), "Beta two.\n?")
    run(store, box.parent)
    assert failures(store) == ["all.txt#2", "other.txt#2"]
    box.unlink()
    assert counts(run(store)) == (0, 0, 1, 1, 1)
    assert failures(store) == ["other.txt#2"]
    assert dump_of(store, "file") == 1


def dump_of(store: Path, table: str) -> int:
    with closing(sqlite3.connect(store / "library.db")) as connection:
        (count,) = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
        return int(count)


def test_a_file_of_which_nothing_is_an_article_is_in_and_each_part_is_named(
    store: Path, box: Path
) -> None:
    write(box, "? one\n? two\n? three")
    for _ in range(2):
        report = run(store, box.parent)
        assert counts(report) == (0, 0, 0, 0, 3)
    write(box, "One.\n? two\n? three", LONG_AGO + 60)
    assert counts(run(store)) == (1, 0, 0, 0, 2)


def test_a_part_that_fails_is_no_article_that_is_gone(store: Path, box: Path) -> None:
    write(box, "Alpha one.\n?\n?\n?\n?")
    run(store, box.parent)
    write(box.with_name("more.txt"), "Beta two.")
    run(store)
    box.unlink()
    # One of two articles, though five of six lines.
    assert counts(run(store)) == (0, 0, 1, 1, 0)


def test_a_file_that_turns_bad_as_a_whole_keeps_its_articles_and_its_failures(
    store: Path, box: Path
) -> None:
    write(box, "Alpha one.\n?")
    run(store, box.parent)
    write(box, "?", LONG_AGO + 60)
    for _ in range(2):
        report = run(store)
        assert next(source for source, _ in report.failed) == "all.txt"
        assert sources(store) == ["all.txt#1"]
    assert failures(store) == ["all.txt", "all.txt#2"]
    write(box, "Alpha one.\nBeta two.", LONG_AGO + 120)
    assert counts(run(store)) == (1, 0, 1, 0, 0)
    assert failures(store) == []


def test_a_file_whose_name_looks_like_a_part_is_a_file(store: Path, box: Path) -> None:
    write(box, "Alpha one.\n?")
    write(box.with_name("all.txt#7"), "No format.")
    for _ in range(2):
        report = run(store, box.parent)
        assert [source for source, _ in report.failed] == ["all.txt#2", "all.txt#7"]
    box.with_name("all.txt#7").unlink()
    assert [source for source, _ in run(store).failed] == ["all.txt#2"]


def test_an_error_in_the_middle_keeps_what_was_committed_and_the_rest_comes_later(
    store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Breaking(HashEncoder):
        left = 3

        def encode_passages(self, texts: Sequence[str], progress: Any = None) -> Any:
            self.left -= 1
            if not self.left:
                raise KeyboardInterrupt
            return super().encode_passages(texts, progress)

    batches_of(2, monkeypatch)
    monkeypatch.setattr(steps_module, "FIRST", 2)
    for i in range(10):
        write(tmp_path / "news" / f"{i}.txt", f"Story number {i} is told here.")
    with pytest.raises(KeyboardInterrupt):
        sync(store, [tmp_path / "news"], Breaking())
    already = len(sources(store))
    assert 1 <= already <= 4
    assert counts(run(store)) == (10 - already, 0, already, 0, 0)


class Counting(Progress):
    """What was committed and how many passages were embedded, in the order it was told."""

    def __init__(self) -> None:
        self.told: list[str | int] = []

    def embedded(self, passages: int) -> None:
        self.told.append(passages)

    def committed(self, source: str) -> None:
        self.told.append(source)


def test_no_article_waits_for_a_large_one(
    store: Path, news: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(steps_module, "LARGE", 10_000)
    batches_of(8, monkeypatch)
    write(news / "a-larger.txt", "The tide table was read out again. " * 900)
    write(news / "b-large.txt", "The tide table was read out again. " * 600)
    progress = Counting()
    assert counts(run(store, news, progress=progress)) == (6, 0, 0, 0, 0)
    names = [each for each in progress.told if isinstance(each, str)]
    assert names[:4] == ["beaver.txt", "bridge.txt", "ferry.txt", "sub/pool.txt"]
    assert names[4:] == ["b-large.txt", "a-larger.txt"]
    slices = [each for each in progress.told if isinstance(each, int)]
    assert max(slices) == 8 and len(slices) > 5
    # The small ones are searchable before the second slice of a large one is begun.
    assert progress.told.index("sub/pool.txt") <= 4 + 2


def test_ctrl_c_is_heard_between_two_slices_and_the_others_are_in(
    store: Path, news: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(steps_module, "LARGE", 10_000)
    batches_of(8, monkeypatch)
    write(news / "a-large.txt", "The tide table was read out again. " * 900)

    class Interrupting(Counting):
        def embedded(self, passages: int) -> None:
            super().embedded(passages)
            if self.told.count(8) == 2:
                os.kill(os.getpid(), signal.SIGINT)

    progress = Interrupting()
    # A test run in the background may have been started with the signal ignored.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            run(store, news, progress=progress)
    finally:
        signal.signal(signal.SIGINT, before)
    assert progress.told.count(8) == 2
    assert sources(store) == ["beaver.txt", "bridge.txt", "ferry.txt", "sub/pool.txt"]
    assert counts(run(store)) == (1, 0, 4, 0, 0)


def test_what_waits_goes_before_a_file_that_fills_a_batch(
    store: Path, news: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    batches_of(8, monkeypatch)
    write(news / "c-long.txt", "The tide table was read out again. " * 900)
    progress = Counting()
    assert counts(run(store, news, progress=progress)) == (5, 0, 0, 0, 0)
    assert progress.told[0] == 2  # beaver and bridge, which lie before it


def test_an_encoder_that_gives_no_numbers_is_an_error_and_the_store_stays(
    store: Path, news: Path
) -> None:
    class Broken(HashEncoder):
        def encode_passages(self, texts: Sequence[str], progress: Any = None) -> Any:
            return super().encode_passages(texts) * float("nan")

    with pytest.raises(Exception, match="usable vectors"):
        sync(store, [news], Broken())
    assert sources(store) == []
    assert counts(run(store, news)) == (4, 0, 0, 0, 0)
