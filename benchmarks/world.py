"""A folder of articles that changes, and what a library of it may hold at any moment.

Files hold one article (text, Markdown, HTML) or several (JSON lines). `before` is what the library
held when an operation began, `after` what it holds once that has ended: in between an article is as
in one of them, whole, and what was acknowledged is as in `after`.
"""

import json
import os
import random
from collections.abc import Callable, Iterable
from pathlib import Path

from corpus.article import Article
from corpus.read import read
from index.edits import with_edits

SUFFIXES = (".txt", ".md", ".html", ".jsonl")
OUTLETS = ("Tidewire", "The Lenton Courier", "Field & Flask", "Kestrel Coast Broadcasting")
NOUNS = "ferry bridge beaver museum tram vault festival harbour council survey roster dam".split()
VERBS = "reopened counted delayed approved found measured cancelled painted sold moved".split()


class World:
    """The folder `news` with `size` files or so, and what a person did to its articles."""

    def __init__(self, news: Path, rng: random.Random, size: int) -> None:
        self.news = news
        self.rng = rng
        self.size = size
        self.edits: dict[str, dict[str, str | None]] = {}
        self.removed: dict[str, Article] = {}
        self._clock = 1_600_000_000
        self._serial = 0
        self._read: dict[Path, tuple[int, tuple[Article, ...]]] = {}
        news.mkdir(parents=True)
        for _ in range(size):
            self.write(self.name())

    def files(self) -> list[Path]:
        """All files there are."""
        return sorted(path for path in self.news.rglob("*") if path.is_file())

    def name(self, suffix: str = "") -> Path:
        """A path that no file had."""
        self._serial += 1
        folder = self.rng.choice((self.news, self.news / "sub"))
        folder.mkdir(exist_ok=True)
        return folder / f"f{self._serial}{suffix or self.rng.choice(SUFFIXES)}"

    def write(self, path: Path) -> None:
        """Write new articles into a file, with a time that no sync has seen."""
        self._clock += 10
        draw = self.rng
        count = draw.randrange(1, 6) if path.suffix == ".jsonl" else 1
        records = [
            {"title": f"Report {self._clock} of {path.stem} part {part}", "text": self._text(part),
             "author": draw.choice(("Mara Lindqvist", "Jonas Ekberg", "Wenna Tregarth")),
             "outlet": draw.choice(OUTLETS), "published": f"20{draw.randrange(10, 26)}-03-1{part}"}
            for part in range(count)
        ]  # fmt: skip
        path.write_text(_WRITERS[path.suffix](records), "utf-8")
        os.utime(path, (self._clock, self._clock))

    def _text(self, part: int) -> str:
        """Enough for a few passages; each sentence has the version's own word."""
        draw = self.rng
        return " ".join(
            f"The {draw.choice(NOUNS)} was {draw.choice(VERBS)} near place{draw.randrange(500)} "
            f"says version{self._clock}x{part} in sentence {at}."
            for at in range(draw.randrange(2, 60))
        )

    def change(self) -> None:
        """Replace, add, delete, rename and touch some files; most stay."""
        draw = self.rng
        for path in self.files():
            what = draw.random()
            if what < 0.25:
                self.write(path)
            elif what < 0.35:
                path.unlink()
            elif what < 0.40:
                path.rename(self.name(path.suffix))
            elif what < 0.50:
                self._clock += 10
                os.utime(path, (self._clock, self._clock))
        while len(self.files()) < self.size:
            self.write(self.name())

    def clear(self) -> None:
        """Delete all files."""
        for path in self.files():
            path.unlink()

    def declared(self) -> dict[str, Article]:
        """The articles of all files by id, as the files have them."""
        found: dict[str, Article] = {}
        for path in self.files():
            stamp = path.stat().st_mtime_ns
            known = self._read.get(path)
            if known is None or known[0] != stamp:
                known = self._read[path] = (stamp, read(path, self.news).articles)
            found |= {article.id: article for article in known[1]}
        return found

    def after(self) -> dict[str, Article]:
        """What a library holds once a sync of the folder has ended."""
        return {
            name: with_edits(article, self.edits.get(name, {}))
            for name, article in self.declared().items()
            if self.removed.get(name) != article
        }


def torn(
    before: dict[str, Article],
    after: dict[str, Article],
    held: dict[str, Article],
    acknowledged: Iterable[str],
) -> list[str]:
    """What an operation that was cut short has lost or left half, a line each."""
    wrong = []
    for name in {*before, *after, *held}:
        if held.get(name) not in (before.get(name), after.get(name)):
            what = "is neither as before nor as after" if name in held else "is lost"
            wrong.append(f"{(held.get(name) or before.get(name) or after[name]).source} {what}")
    by_source = {article.source: article for article in after.values()}
    for source in acknowledged:
        if source not in by_source or held.get(by_source[source].id) != by_source[source]:
            wrong.append(f"{source} was acknowledged and is not in")
    return wrong


def _text_file(records: list[dict[str, str]]) -> str:
    (each,) = records
    return (f"{each['title']}\nBy {each['author']}, {each['outlet']}\n{each['published']}\n\n"
            f"{each['text']}\n")  # fmt: skip


def _markdown(records: list[dict[str, str]]) -> str:
    (each,) = records
    top = "\n".join(f"{name}: {json.dumps(each[name])}" for name in each if name != "text")
    return f"---\n{top}\n---\n\n{each['text']}\n"


def _html(records: list[dict[str, str]]) -> str:
    (each,) = records
    return (f"<html><head><title>{each['title']}</title>"
            f'<meta name="author" content="{each["author"]}"></head>'
            f"<body><article><h1>{each['title']}</h1><p>{each['text']}</p></article></body></html>"
            )  # fmt: skip


def _lines(records: list[dict[str, str]]) -> str:
    return "".join(json.dumps(each) + "\n" for each in records)


_WRITERS: dict[str, Callable[[list[dict[str, str]]], str]] = {
    ".txt": _text_file,
    ".md": _markdown,
    ".html": _html,
    ".jsonl": _lines,
}
