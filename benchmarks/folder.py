"""A folder of small articles and what is in each, known without reading them."""

import json
import os
import random
from pathlib import Path
from typing import NamedTuple

OUTLETS = ("Tidewire", "The Lenton Courier", "Field & Flask")


class Record(NamedTuple):
    """What is known of an article; its text begins with a word that no other text has."""

    title: str
    outlet: str | None
    published: str | None
    text: str

    @property
    def word(self) -> str:
        """The first word of its text."""
        return self.text.partition(" ")[0]


class Folder:
    """The folder `news`: Markdown with one article a file, JSON lines with several."""

    def __init__(self, news: Path, rng: random.Random) -> None:
        self.news = news
        self.rng = rng
        self.files: dict[str, list[Record]] = {}
        self._gone: list[tuple[str, list[Record]]] = []
        self._clock = 1_600_000_000
        self._serial = 0
        news.mkdir(parents=True)

    def records(self) -> dict[str, Record]:
        """All articles by their source."""
        return {
            f"{name}#{number}" if name.endswith(".jsonl") else name: record
            for name, records in self.files.items()
            for number, record in enumerate(records, 1)
        }

    def add(self) -> None:
        """Put a new file in."""
        self._serial += 1
        name = f"f{self._serial}{self.rng.choice(('.md', '.md', '.jsonl'))}"
        self._write(name, self._new(name))

    def replace(self, at: int) -> None:
        """Write other articles into a file."""
        if name := self._name(at):
            self._write(name, self._new(name))

    def touch(self, at: int) -> None:
        """Give a file another time."""
        if name := self._name(at):
            self._write(name, self.files[name])

    def delete(self, at: int) -> None:
        """Take a file away."""
        if name := self._name(at):
            (self.news / name).unlink()
            self._gone.append((name, self.files.pop(name)))

    def put_back(self) -> None:
        """Put the last that was taken away back, as it was."""
        if self._gone and self._gone[-1][0] not in self.files:
            self._write(*self._gone.pop())

    def move(self, at: int, into: str) -> None:
        """Give a file another name, in another folder or in its own."""
        if name := self._name(at):
            self._serial += 1
            other = f"{into}m{self._serial}{Path(name).suffix}"
            (self.news / other).parent.mkdir(parents=True, exist_ok=True)
            (self.news / name).rename(self.news / other)
            self.files[other] = self.files.pop(name)

    def copy(self, at: int) -> None:
        """Put a file in with the text of another and a byline of its own."""
        if name := self._name(at):
            self._serial += 1
            other = self._new(".md")[0]
            text = self.rng.choice(self.files[name]).text
            self._write(f"c{self._serial}.md", [other._replace(text=text)])

    def _name(self, at: int) -> str | None:
        return sorted(self.files)[at % len(self.files)] if self.files else None

    def _new(self, name: str) -> list[Record]:
        return [self._record() for _ in range(self.rng.randrange(1, 4) if "jsonl" in name else 1)]

    def _record(self) -> Record:
        draw = self.rng
        self._serial += 1
        own = f"w{self._serial}q"
        sentences = [
            " ".join([own, "was", "seen", *(f"x{draw.randrange(10**6)}" for _ in range(8))]) + "."
            for _ in range(draw.choice((1, 4, 30)))
        ]
        date = f"20{draw.randrange(10, 26)}-0{draw.randrange(1, 10)}-11"
        return Record(f"Title {self._serial}", draw.choice(OUTLETS), draw.choice((date, None)),
                      " ".join(sentences))  # fmt: skip

    def _write(self, name: str, records: list[Record]) -> None:
        path = self.news / name
        path.parent.mkdir(parents=True, exist_ok=True)
        fields = [
            {k: v for k, v in zip(Record._fields, record, strict=True) if v} for record in records
        ]
        if name.endswith(".jsonl"):
            path.write_text("".join(json.dumps(each) + "\n" for each in fields), "utf-8")
        else:
            text = fields[0].pop("text")
            top = "\n".join(f"{key}: {json.dumps(value)}" for key, value in fields[0].items())
            path.write_text(f"---\n{top}\n---\n\n{text}\n", "utf-8")
        self._clock += 10
        os.utime(path, (self._clock, self._clock))
        self.files[name] = records
