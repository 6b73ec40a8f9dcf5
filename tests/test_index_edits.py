"""A person's edit of a byline: kept in the library, true everywhere, taken back without a file."""

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus import METADATA_FIELDS, Article
from corpus.errors import EditRefused, EncoderMismatch, LibraryError
from index import sync as sync_module
from index.catalogue import Catalogue
from index.edits import checked, edit, with_edits
from index.hashing import HashEncoder
from index.library import Library
from index.passages import Scope, context
from index.sync import sync
from index.words import words
from index.writer import BY_HAND, Writer

ENCODER = HashEncoder()
LONG_AGO = 1_600_000_000


@pytest.fixture(autouse=True)
def _no_vector_index(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sync_module, "needs_building", lambda *_: False)


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "storage"


@pytest.fixture
def news(tmp_path: Path, store: Path) -> Path:
    """Two articles, in the library already."""
    folder = tmp_path / "news"
    folder.mkdir()
    write(folder / "beaver.md", "Wardens counted 37 beavers on the Aske. " * 60)
    write(folder / "ferry.txt", "Ferry crews walked out over the winter roster.")
    sync(store, [folder], ENCODER)
    return folder


def write(path: Path, text: str, at: int = LONG_AGO) -> None:
    if path.suffix == ".md":
        byline = "title: Beavers counted\nauthor: Ann Finch\noutlet: Tidewire\ndate: 2024-03-10\n"
        text = f"---\n{byline}---\n{text}\n"
    path.write_text(text, encoding="utf-8")
    os.utime(path, (at, at))


def article(store: Path, source: str = "beaver.md") -> Article:
    with Catalogue.browse(store) as catalogue:
        (found,) = [each for each in catalogue.bylines() if each.source == source]
        return catalogue.article(found.id)


def change(store: Path, source: str = "beaver.md", *, undo: bool = False, **to: str | None) -> None:
    found = article(store, source)
    with Writer.open(store) as writer:
        assert edit(writer, found.id, to, ENCODER, undo=undo) == article(store, source)


def whole(store: Path) -> None:
    """What is derived from an article is that of the article as it is."""
    with Library.open(store, ENCODER, vectors=False) as library:
        for each in library.articles(a.id for a in library.bylines(limit=-1)).values():
            mine = [p for p in library.passages(range(1, 1000)) if p.article_id == each.id]
            for passage in mine:
                vector = ENCODER.encode_passages([context(each, passage)])[0]
                best = library.search_vectors(vector, 100)
                assert dict(best)[passage.number] == pytest.approx(1, abs=1e-5)
    with Writer.open(store) as writer:
        writer.connection.execute("INSERT INTO words (words, rank) VALUES ('integrity-check', 1)")
        assert writer.connection.execute("PRAGMA foreign_key_check").fetchall() == []


def found(store: Path, word: str, scope: Scope | None = None) -> set[str]:
    with Library.open(store, ENCODER, vectors=False) as library:
        numbers = [n for n, _ in library.search_words(words(word), 10, scope or Scope())]
        ids = {passage.article_id for passage in library.passages(numbers)}
        return {each.source for each in library.articles(ids).values()}


def test_an_edit_is_true_at_once_for_bylines_filters_words_and_vectors(
    store: Path, news: Path
) -> None:
    change(store, title="Otters counted", author="Bo Gale", outlet="Kestrel", published="May 2025")
    edited = article(store)
    assert (edited.title, edited.author, edited.outlet) == ("Otters counted", "Bo Gale", "Kestrel")
    assert edited.published == "2025-05"
    assert {edited.provenance[f] for f in ("title", "author", "outlet", "published")} == {BY_HAND}
    assert found(store, "otters") == found(store, "gale") == {"beaver.md"} == found(store, "aske")
    assert found(store, "finch") == set()
    assert found(store, "aske", Scope(start="2025-01-01", outlet="kestrel", author="gale"))
    assert not found(store, "aske", Scope(end="2024-12-31"))
    whole(store)


def test_an_edited_article_is_unchanged_at_the_next_sync(store: Path, news: Path) -> None:
    change(store, title="Otters counted", author=None)
    before = article(store)
    os.utime(news / "beaver.md", (LONG_AGO + 60, LONG_AGO + 60))
    for _ in range(2):
        report = sync(store, [news], ENCODER)
        assert (report.unchanged, report.changed) == (2, 0)
    assert article(store) == before
    # Also where its file is read again as a whole.
    with closing(sqlite3.connect(store / "library.db")) as connection:
        connection.execute("UPDATE file SET sha256 = '', mtime_ns = -1")
        connection.commit()
    report = sync(store, [news], ENCODER)
    assert (report.unchanged, report.changed) == (2, 0)
    assert article(store) == before


def test_an_edit_wins_over_what_the_file_says_later(store: Path, news: Path) -> None:
    change(store, author="Bo Gale")
    path = news / "beaver.md"
    path.write_text(path.read_text("utf-8").replace("Ann Finch", "Cy Holt") + "New end.\n", "utf-8")
    assert sync(store, [news], ENCODER).changed == 1
    assert article(store).author == "Bo Gale" and "New end." in article(store).text
    change(store, undo=True)
    assert article(store).author == "Cy Holt"
    whole(store)


def test_an_edit_outlives_its_file(store: Path, news: Path) -> None:
    change(store, title="Otters counted", author="Bo Gale")
    aside = news.parent / "beaver.md"
    shutil.move(news / "beaver.md", aside)
    assert sync(store, [news], ENCODER).removed == 1
    shutil.move(aside, news / "beaver.md")
    assert sync(store, [news], ENCODER).added == 1
    assert (article(store).title, article(store).author) == ("Otters counted", "Bo Gale")
    whole(store)


def test_undo_gives_back_what_the_file_said_without_the_file(store: Path, news: Path) -> None:
    before = article(store)
    shutil.rmtree(news)
    change(store, title="Otters counted", author=None)
    change(store, outlet="Kestrel", title="Otters again")
    assert article(store).author is None and article(store).provenance["author"] == BY_HAND
    change(store, undo=True)
    assert article(store) == before
    whole(store)


def test_undo_with_a_change_leaves_only_that_change(store: Path, news: Path) -> None:
    change(store, author="Bo Gale", outlet="Kestrel")
    change(store, undo=True, outlet="Gull Radio")
    assert (article(store).author, article(store).outlet) == ("Ann Finch", "Gull Radio")


def test_a_byline_that_keeps_its_title_needs_no_encoder(store: Path, news: Path) -> None:
    class Absent(HashEncoder):
        fingerprint = "absent-1"

        def encode_passages(self, *_: object) -> np.ndarray:
            raise AssertionError("nothing is to be embedded")

    with Writer.open(store) as writer:
        edit(writer, article(store).id, {"author": "Bo Gale"}, Absent())
        with pytest.raises(EncoderMismatch):
            edit(writer, article(store).id, {"title": "Otters"}, Absent())
    assert article(store).title == "Beavers counted" and article(store).author == "Bo Gale"
    whole(store)


def test_an_article_removed_by_hand_stays_out_though_it_was_edited(store: Path, news: Path) -> None:
    change(store, author="Bo Gale")
    with Writer.open(store) as writer:
        writer.remove_article(article(store).id)
    os.utime(news / "beaver.md", (LONG_AGO + 60, LONG_AGO + 60))
    assert sync(store, [news], ENCODER).added == 0
    write(news / "beaver.md", "Another text.", LONG_AGO + 120)
    assert sync(store, [news], ENCODER).added == 1
    assert article(store).author == "Bo Gale"


def test_other_articles_are_not_touched(store: Path, news: Path) -> None:
    before = article(store, "ferry.txt")
    change(store, title="Otters counted")
    assert article(store, "ferry.txt") == before


@pytest.mark.parametrize(
    "field, value, says",
    [
        ("published", "yesterday", "not a date: write it as 2026"),
        ("published", "2024-02-30", "not a date"),
        ("published", "03/04/2025", "not a date"),
        ("modified", "", "not a date"),
        ("url", "example.org/a", "starts with http"),
        ("url", "javascript:alert(1)", "starts with http"),
        ("language", "English please", "en or pt-BR"),
        ("title", " \u200b ", "not a usable title"),
        ("author", "...", "--clear author"),
    ],
)
def test_what_is_no_such_field_is_refused_and_nothing_changes(
    store: Path, news: Path, field: str, value: str, says: str
) -> None:
    before = article(store)
    with Writer.open(store) as writer, pytest.raises(EditRefused, match=says) as refused:
        edit(writer, before.id, {field: value, "section": "Rivers"}, ENCODER)
    assert field in str(refused.value)
    assert article(store) == before


def test_a_title_cannot_be_cleared_and_an_article_must_be_there(store: Path, news: Path) -> None:
    with Writer.open(store) as writer:
        with pytest.raises(EditRefused, match="--title"):
            edit(writer, article(store).id, {"title": None}, ENCODER)
        with pytest.raises(LibraryError, match="no article"):
            edit(writer, "0" * 16, {"author": "Bo"}, ENCODER)


def test_an_edit_that_is_cut_short_leaves_the_article_as_it_was(
    store: Path, news: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut(*_: object) -> None:
        raise KeyboardInterrupt

    before = article(store)
    monkeypatch.setattr("index.writer._declare", cut)
    with Writer.open(store) as writer, pytest.raises(KeyboardInterrupt):
        edit(writer, before.id, {"title": "Otters"}, ENCODER)
    assert article(store) == before
    whole(store)


FIELDS = st.sampled_from(METADATA_FIELDS)
VALUES = st.one_of(st.text(max_size=30), st.sampled_from(["2024", "de", "https://a.example/x"]))


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(FIELDS, VALUES))
def test_an_edit_changes_its_fields_and_no_other(edits: dict[str, str]) -> None:
    usable: dict[str, str | None] = {}
    for name, value in edits.items():
        try:
            usable[name] = checked(name, value)
        except EditRefused:
            continue
    before = Article("/r", "s", "Title", "Text.", outlet="O", provenance={"outlet": "x"})
    after = with_edits(before, usable)
    for name in METADATA_FIELDS:
        assert getattr(after, name) == usable.get(name, getattr(before, name))
        assert after.provenance.get(name) == (
            BY_HAND if name in usable else before.provenance.get(name)
        )
    assert (after.id, after.text) == (before.id, before.text)
