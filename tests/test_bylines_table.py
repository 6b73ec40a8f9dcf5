"""The articles of tests/bylines against the table of their true bylines."""

import csv
import shutil
from pathlib import Path

import pytest

from corpus import Article, read, walk
from tests.bylines.make import make

FOLDER = Path(__file__).parent / "bylines"
EXACT = ("title", "published", "modified", "url", "language")
NEARLY = ("author", "outlet")
NO_ARTICLES = ("truth.csv", "make.py", "__pycache__")


@pytest.fixture(scope="module")
def articles(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Article]:
    root = tmp_path_factory.mktemp("bylines") / "articles"
    shutil.copytree(FOLDER, root, ignore=shutil.ignore_patterns(*NO_ARTICLES))
    make(root)
    found: dict[str, Article] = {}
    for entry in walk(root):
        assert entry.skipped is None, (entry.source, entry.skipped)
        reading = read(entry.path, root)
        assert reading.failed == (), entry.source
        found.update((article.source, article) for article in reading.articles)
    return found


def table() -> list[dict[str, str]]:
    with (FOLDER / "truth.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def misses(articles: dict[str, Article], field: str) -> list[str]:
    return [
        f"{row['source']}: {field} {(getattr(articles[row['source']], field) or '')!r}, "
        f"truly {row[field]!r}"
        for row in table()
        if (getattr(articles[row["source"]], field) or "") != row[field]
    ]


def test_each_article_is_in_the_table_and_there_are_many(articles: dict[str, Article]) -> None:
    sources = [row["source"] for row in table()]
    assert len(sources) >= 48
    assert sorted(sources) == sorted(articles)


@pytest.mark.parametrize("field", EXACT)
def test_every_title_date_address_and_language_is_right(
    articles: dict[str, Article], field: str
) -> None:
    assert misses(articles, field) == []


@pytest.mark.parametrize("field", NEARLY)
def test_authors_and_outlets_are_right_but_for_one_in_twenty(
    articles: dict[str, Article], field: str
) -> None:
    wrong = misses(articles, field)
    assert len(wrong) <= len(table()) * 0.05, wrong


def test_each_field_tells_where_it_came_from(articles: dict[str, Article]) -> None:
    for article in articles.values():
        fields = {*EXACT, *NEARLY, "section"}
        known = {field for field in fields if getattr(article, field) is not None}
        assert set(article.provenance) == known, article.source
        assert all(article.provenance.values())


def test_sections_are_kept(articles: dict[str, Article]) -> None:
    sections = {source: article.section for source, article in articles.items() if article.section}
    assert sections["opinion.html"] == "Opinion"
    assert sections["hugo.md"] == "Opinion"
    assert sections["beside/scan-0042.txt"] == "Opinion"
    assert sections["several-authors.html"] == "World news"
    assert sections["deutsch.html"] == "Lokales"
