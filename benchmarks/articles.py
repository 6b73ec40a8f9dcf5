"""The articles that are measured on, and stores of them that are kept for the next run.

squad-open is not part of the project: 490 Wikipedia articles of SQuAD, one text file each with a
paragraph a line (from deepset-ai/haystack-evaluation), and `questions.jsonl` with questions of
XQuAD, where `paragraph` holds an answer at `answer_start`. Where it is missing, what can be
measured on the project's own articles is.
"""

import hashlib
import json
import os
import random
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from benchmarks.result import ROOT, Skipped, note
from corpus import read
from corpus.article import Article
from corpus.text import clean
from index.encoder import Encoder
from index.sentences import sentences
from index.sync import sync

SAMPLE = ROOT / "corpus" / "sample"
PILE = 2_000
FOLDS = 4
READ = (".txt", ".md", ".html")
# What decides what a store holds: one that was made by other code is not used again.
_STORED_BY = [*sorted((ROOT / "corpus").glob("*.py")), *(ROOT / "index" / f"{name}.py" for name in (
    "generations", "hashing", "minilm", "passages", "rows", "schema", "sentences", "sync",
    "words", "writer",
))]  # fmt: skip


class Asked(NamedTuple):
    """A question of squad-open, its accepted answers, and where one stands in its article."""

    text: str
    source: str
    answers: list[str]
    paragraph: str
    starts: list[int]


def squad_open(bench: Path | None) -> Path:
    """The folder of squad-open.

    Raises:
        Skipped: it is not there.
    """
    if bench is None:
        raise Skipped("squad-open is wanted: name the folder that holds it with --bench DIR")
    folder = Path(bench) / "squad-open"
    if not (folder / "questions.jsonl").is_file():
        raise Skipped("there is no squad-open in the folder that --bench names")
    return folder


def fold_of(source: str, sources: Sequence[str]) -> int:
    """The quarter of the articles that one is in."""
    return sorted(sources).index(source) % FOLDS


def has_squad_open(bench: Path | None) -> bool:
    """Whether squad-open is there."""
    try:
        return bool(squad_open(bench))
    except Skipped:
        return False


def asked_of(bench: Path | None) -> list[Asked]:
    """All questions of squad-open, in the order of the file."""
    file = squad_open(bench) / "questions.jsonl"
    asked = []
    for item in map(json.loads, file.read_text("utf-8").splitlines()):
        start = item["answer_start"]
        starts = start if isinstance(start, list) else [start]
        asked.append(
            Asked(item["question"], item["article"], item["answers"], item["paragraph"], starts)
        )
    return asked


def spans(asked: Asked, article: Article) -> list[tuple[int, int]]:
    """Where the accepted answers stand in an article's text; white space may have changed.

    Raises:
        ValueError: the paragraph is not in the text.
    """
    places = [at for at, letter in enumerate(article.text) if not letter.isspace()]
    letters = "".join(article.text[at] for at in places)
    start = letters.find(_letters(asked.paragraph))
    if start < 0:
        raise ValueError(f"{asked.source} does not hold the paragraph of {asked.text!r}")
    found = []
    for answer, offset in zip(asked.answers, asked.starts, strict=False):
        first = start + len(_letters(asked.paragraph[:offset]))
        last = first + len(_letters(answer)) - 1
        found.append((places[first], places[last] + 1))
    return found


def _letters(text: str) -> str:
    return "".join(clean(text).split())


def subset(bench: Path | None, count: int, cache: Path) -> Path:
    """A folder of `count` articles of squad-open: those that are asked about, then the first."""
    every = squad_open(bench) / "articles"
    names = sorted(path.name for path in every.glob("*.txt"))
    if count >= len(names):
        return every
    wanted = {asked.source for asked in asked_of(bench)}
    chosen = sorted(names, key=lambda name: (name not in wanted, name))[:count]
    folder = cache / f"squad-open-{count}"
    if not folder.is_dir() or sorted(path.name for path in folder.iterdir()) != sorted(chosen):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for name in chosen:
            shutil.copyfile(every / name, folder / name)
    return folder


def own() -> list[Path]:
    """The folders of the project's own articles."""
    return [SAMPLE, *sorted((ROOT / "benchmarks").glob("news-*"))]


def some(bench: Path | None, count: int, cache: Path) -> tuple[list[Path], str]:
    """Folders to index, `count` articles of squad-open if it is there, and their name."""
    if has_squad_open(bench):
        return [subset(bench, count, cache)], f"{count} articles of squad-open"
    return own(), "the sample and the news articles"


def pile(cache: Path, count: int = PILE) -> Path:
    """A folder of `count` different short texts, made of the sample's sentences; always the same.

    Their times lie in the past: a file that was written just now is read again at the next sync.
    """
    folder = cache / f"pile-{count}"
    if folder.is_dir() and sum(1 for _ in folder.iterdir()) == count:
        return folder
    texts = [read(path, SAMPLE).articles[0].text for path in sorted(SAMPLE.glob("*.txt"))]
    every = [text[a:b] for text in texts for a, b in sentences(text) if b - a > 40]
    drawn = random.Random(2)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for number in range(count):
        body = " ".join(drawn.sample(every, 5))
        path = folder / f"{number:04}.txt"
        path.write_text(f"Report {number}\n\n{body}\n", "utf-8")
        os.utime(path, (1.7e9, 1.7e9))
    return folder


def place_of(name: str, folders: Sequence[Path], cache: Path) -> Path:
    """Where the store of these folders is kept; those that other code made are thrown away."""
    key = hashlib.sha256()
    for path in _STORED_BY:
        key.update(path.read_bytes())
    key.update("\n".join(str(folder.resolve()) for folder in folders).encode())
    store = cache.resolve() / f"store-{name}-{key.hexdigest()[:12]}"
    for old in cache.glob(f"store-{name}-*"):
        if old.name != store.name and len(old.name) == len(store.name):
            shutil.rmtree(old)
    return store


def store_of(name: str, folders: Sequence[Path], cache: Path, encoder: Encoder) -> Path:
    """A store of these folders, synced by this process; that of an earlier run is used again.

    Raises:
        RuntimeError: an article could not be read.
    """
    store = place_of(name, folders, cache)
    note(f"syncing {name} …")
    report = sync(store, list(folders), encoder)
    failed = [source for source, _ in report.failed if source.endswith(READ)]
    if failed:
        raise RuntimeError(f"these articles could not be read: {', '.join(failed)}")
    return store


def questions(folder: Path, *, answerable: bool = True) -> list[str]:
    """The questions of a folder's questions.jsonl that stand alone."""
    items = map(json.loads, (folder / "questions.jsonl").read_text("utf-8").splitlines())
    return [q["question"] for q in items if not q["history"] and bool(q["answers"]) >= answerable]
