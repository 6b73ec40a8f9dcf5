"""Sidecars go before what an article says of itself, and a broken one loses no article."""

import json
import os
from pathlib import Path

import pytest

from corpus import read, walk
from corpus.draft import Draft, Metadata
from corpus.sidecar import apply, gather, stamps

OWN = """---
title: Own title
author: Own Author
date: 2020-01-01
---

The tide came in at noon and the causeway was under water until four.
"""


def article(folder: Path, name: str = "tide.md", content: str = OWN) -> Path:
    path = folder / name
    path.write_text(content, encoding="utf-8")
    return path


def sidecar(folder: Path, content: object, name: str = "tide.md.meta.json") -> Path:
    path = folder / name
    text = content if isinstance(content, str) else json.dumps(content)
    path.write_text(text, encoding="utf-8")
    return path


def several(count: int) -> list[Draft]:
    return [Draft(f"Story {n}.", number=n) for n in range(1, count + 1)]


def beside(folder: Path, drafts: list[Draft], content: object, name: str) -> list[Draft]:
    path = article(folder, "digest.txt")
    sidecar(folder, content, name)
    apply(drafts, path.name, gather(path, folder.resolve()))
    return drafts


def test_a_sidecar_goes_before_front_matter_and_the_rest_stays(tmp_path: Path) -> None:
    path = article(tmp_path)
    sidecar(
        tmp_path,
        {
            "Headline": "Causeway under water",
            "authors": [{"name": "Mara Lindqvist"}, "Jan Roe"],
            "date-published": "2024-03-03",
            "source": "https://lenton.example/tide",
            "lang": "English",
            "category": ["Opinion", "Sea"],
        },
    )
    reading = read(path, tmp_path)
    (found,) = reading.articles
    assert (found.title, found.author, found.published) == (
        "Causeway under water", "Mara Lindqvist, Jan Roe", "2024-03-03",
    )  # fmt: skip
    assert (found.url, found.language) == ("https://lenton.example/tide", "en")
    assert (found.section, found.outlet) == ("Opinion, Sea", None)
    assert set(found.provenance.values()) == {"sidecar tide.md.meta.json"}
    assert reading.failed == ()


def test_what_a_sidecar_leaves_out_comes_from_the_article(tmp_path: Path) -> None:
    path = article(tmp_path)
    sidecar(tmp_path, {"outlet": "The Lenton Courier", "author": None, "title": ""})
    (found,) = read(path, tmp_path).articles
    assert (found.title, found.author, found.outlet) == (
        "Own title", "Own Author", "The Lenton Courier",
    )  # fmt: skip
    assert found.provenance["author"] == "front matter: author"


@pytest.mark.parametrize("name", ["tide.md.meta.json", "tide.meta.json"])
def test_the_name_may_have_its_extension_or_not(tmp_path: Path, name: str) -> None:
    path = article(tmp_path)
    sidecar(tmp_path, {"outlet": "Tidewire"}, name)
    assert read(path, tmp_path).articles[0].provenance["outlet"] == f"sidecar {name}"
    assert [found.source for found in walk(tmp_path)] == ["tide.md"]


@pytest.mark.parametrize(
    "table",
    [
        "file,title,author,published\ntide.md,T,Mara Lindqvist,2024-03\nother.md,X,Y Z,1999\n",
        "\ufeffFile; Title; Author; Date\r\n./tide.md ; T ; Mara Lindqvist ; 2024-03\r\n",
        "TITLE\tFileName\tBy\tPublication Date\nT\tTIDE.MD\tMara Lindqvist\tMarch 2024\n",
        'file|title|author|date\n\n"tide.md"|"T"|By Mara Lindqvist|2024-03|\n',
    ],
)
def test_a_table_for_the_folder(tmp_path: Path, table: str) -> None:
    path = article(tmp_path)
    sidecar(tmp_path, table, "byline.csv")
    reading = read(path, tmp_path)
    (found,) = reading.articles
    assert (found.title, found.author, found.published) == ("T", "Mara Lindqvist", "2024-03")
    assert found.provenance["title"] == "byline.csv"
    assert reading.failed == ()


def test_an_exact_name_goes_before_one_in_another_case(tmp_path: Path) -> None:
    path = article(tmp_path)
    sidecar(tmp_path, "file,outlet\nTide.md,Wrong\ntide.md,Right\n", "byline.csv")
    assert read(path, tmp_path).articles[0].outlet == "Right"


def test_its_own_sidecar_goes_before_the_table(tmp_path: Path) -> None:
    path = article(tmp_path)
    sidecar(tmp_path, "file,title,outlet\ntide.md,Table,Tidewire\n", "byline.csv")
    sidecar(tmp_path, {"title": "Sidecar"})
    (found,) = read(path, tmp_path).articles
    assert (found.title, found.outlet) == ("Sidecar", "Tidewire")


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        ("{broken", "tide.md.meta.json", "no JSON"),
        ("[" * 100_000, "tide.md.meta.json", "no JSON"),
        ("7", "tide.md.meta.json", "neither a JSON object"),
        ([{"title": "A"}, {"title": "B"}], "tide.md.meta.json", "lists 2 articles"),
        ({"published": "03/04/2024"}, "tide.md.meta.json", "'03/04/2024' is unclear"),
        ({"colour": "red"}, "tide.md.meta.json", "gives none of title"),
        ("title,author\nA,B\n", "byline.csv", "no column 'file'"),
        ("file,author,date\ntide.md,Lindqvist, Mara,2024-03-03\n", "byline.csv", "more cells"),
        ('file,title\ntide.md,"open\n', "byline.csv", "no table"),
        ("file,title\ntide.md#4,T\n", "byline.csv", "article 4"),
        ("\0\0", "byline.csv", "looks binary"),
        ("  ", "tide.md.meta.json", "empty"),
    ],
)
def test_a_broken_sidecar_is_reported_and_the_article_is_in(
    tmp_path: Path, content: object, name: str, said: str
) -> None:
    path = article(tmp_path)
    sidecar(tmp_path, content, name)
    reading = read(path, tmp_path)
    (found,) = reading.articles
    assert (found.title, found.author, found.published) == (
        "Own title", "Own Author", "2020-01-01",
    )  # fmt: skip
    ((source, reason),) = reading.failed
    assert source == "tide.md"
    assert name in reason and said in reason and "the article is in" in reason


def test_a_table_that_is_wrong_about_another_file_does_not_matter(tmp_path: Path) -> None:
    path = article(tmp_path)
    sidecar(tmp_path, "file,title\nother.md,A,B\ntide.md,T\n", "byline.csv")
    reading = read(path, tmp_path)
    assert (reading.articles[0].title, reading.failed) == ("T", ())


def test_a_list_speaks_of_articles_by_position(tmp_path: Path) -> None:
    drafts = beside(tmp_path, several(2), [{"title": "A"}, {"title": "B"}], "digest.txt.meta.json")
    assert [draft.metadata.get("title") for draft in drafts] == ["A", "B"]


def test_rows_speak_of_articles_by_number(tmp_path: Path) -> None:
    table = "file,title,outlet\ndigest.txt#2,Second,\ndigest.txt,Whole,Tidewire\n"
    drafts = beside(tmp_path, several(3), table, "byline.csv")
    assert [draft.metadata.get("title") for draft in drafts] == [None, "Second", None]
    assert [draft.metadata.get("outlet") for draft in drafts] == ["Tidewire"] * 3


def test_an_object_fills_what_several_articles_lack(tmp_path: Path) -> None:
    own = Metadata()
    own.offer("outlet", "Own Outlet", "record: outlet")
    drafts = several(2)
    drafts[0].metadata = own
    said = {"outlet": "Tidewire", "title": "Digest", "date": "2024-03-03", "language": "de"}
    drafts = beside(tmp_path, drafts, said, "digest.txt.meta.json")
    assert [draft.metadata.get("outlet") for draft in drafts] == ["Own Outlet", "Tidewire"]
    assert [draft.metadata.get("published") for draft in drafts] == [None, None]
    assert [draft.metadata.get("language") for draft in drafts] == ["de", "de"]


def test_stamps_tell_that_a_sidecar_came_changed_or_went(tmp_path: Path) -> None:
    path = article(tmp_path)
    assert stamps(path) == ()
    beside = sidecar(tmp_path, {"title": "A"})
    first = stamps(path)
    assert [(name, size) for name, size, _ in first] == [("tide.md.meta.json", 14)]
    os.utime(beside, ns=(1, 1))
    assert stamps(path) != first
    sidecar(tmp_path, "file,title\n", "byline.csv")
    assert [name for name, _, _ in stamps(path)] == ["tide.md.meta.json", "byline.csv"]
    beside.unlink()
    assert [name for name, _, _ in stamps(path)] == ["byline.csv"]


def test_sidecars_are_no_articles_and_one_without_its_file_is_reported(tmp_path: Path) -> None:
    article(tmp_path)
    sidecar(tmp_path, {"title": "A"})
    sidecar(tmp_path, {"title": "A"}, "gone.md.meta.json")
    sidecar(tmp_path, "file,title\n", "byline.csv")
    found = {entry.source: entry.skipped or "" for entry in walk(tmp_path)}
    assert set(found) == {"tide.md", "gone.md.meta.json"}
    assert "not here" in found["gone.md.meta.json"]


def test_a_sidecar_outside_the_folder_is_not_read(tmp_path: Path) -> None:
    folder = tmp_path / "news"
    folder.mkdir()
    path = article(folder)
    (folder / "tide.md.meta.json").symlink_to(sidecar(tmp_path, {"title": "Outside"}, "x.json"))
    reading = read(path, folder)
    assert reading.articles[0].title == "Own title"
    assert "leaves the folder" in reading.failed[0][1]


def test_a_lone_file_has_its_sidecar(tmp_path: Path) -> None:
    path = article(tmp_path)
    sidecar(tmp_path, {"title": "Beside"})
    assert read(path, path).articles[0].title == "Beside"
