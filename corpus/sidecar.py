"""Sidecars: bylines that stand beside the articles, in `NAME.meta.json` or one `byline.csv`.

`NAME.meta.json` speaks of the file NAME (or NAME.txt, NAME.pdf ...) with an object, or with a list
that has an object for each article of the file. `byline.csv` speaks of the files of its folder, a
row for each, named in the column `file`; `file#3` is the third article of a file. What a sidecar
says goes before what the article says of itself. Of several articles one object is about the whole
file: it fills in what they lack of outlet, author, language and section.

`stamps` tells cheaply whether one changed, `gather` brings the bytes, and `apply` parses them, in
the process that parses the article.
"""

import csv
import io
import json
import os
import unicodedata
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from corpus.draft import Draft, Metadata
from corpus.errors import ArticleError
from corpus.fields import fields_of, squeezed
from corpus.files import SIDECAR_SUFFIX, SIDECAR_TABLE, content_of
from corpus.text import decode, one_line

Stamp = tuple[str, int, int]
"""Name, size in bytes and time of change in ns of a sidecar."""
Entry = tuple[int, Mapping[Any, object]]
"""Number from 1 of the article in its file, 0 for the whole file, and what is said of it."""
Row = tuple[int, Mapping[str, str], str]
"""The same for a row of a table, with the reason why it cannot be used."""

MAX_SIDECAR_BYTES = 10_000_000
_OF_WHOLE_FILE = ("outlet", "author", "language", "section")
_FILE_KEYS = ("file", "filename", "path", "filepath")
_DELIMITERS = ",;\t|"


@dataclass(frozen=True, slots=True)
class Sidecar:
    """The name and bytes of a sidecar, or the `problem` that kept it from being read."""

    name: str
    content: bytes = b""
    problem: str = ""


def stamps(path: Path, among: Container[str] | None = None) -> tuple[Stamp, ...]:
    """Those of the sidecars that may speak of the file at `path`, most trusted first; no reading.

    A file has to be read again when these differ from those it was read with. `among` are the
    names in its folder, where somebody has listed it.
    """
    found = []
    folder = os.path.dirname(path)
    for name in names_for(path.name):
        if among is not None and name not in among:
            continue
        place = os.path.join(folder, name)
        try:
            stat = os.stat(place) if os.path.exists(place) else os.lstat(place)
        except (OSError, ValueError):
            continue
        found.append((name, stat.st_size, stat.st_mtime_ns))
    return tuple(found)


def gather(path: Path, root: Path) -> tuple[Sidecar, ...]:
    """The sidecars of the file at `path`, which is the resolved `root` or below it, unparsed."""
    root = root.parent if root == path else root
    return tuple(_gathered(path.with_name(name), root) for name, _, _ in stamps(path))


def apply(drafts: Sequence[Draft], name: str, sidecars: Sequence[Sidecar]) -> None:
    """Put what `sidecars` say of the file called `name` before what its drafts say of themselves.

    What cannot be used goes into the first draft's `notice`; the articles are in without it.
    """
    if not drafts or not sidecars:
        return
    numbered = {draft.number or at: draft for at, draft in enumerate(drafts, 1)}
    said: dict[int, Metadata] = {number: Metadata() for number in (0, *numbered)}
    problems = []
    for sidecar in sidecars:
        try:
            for number, record in _entries(sidecar, name, max(numbered)):
                if number not in said:
                    raise ArticleError(f"speaks of article {number}, which is not in the file")
                problems += _offer(said[number], record, _origin(sidecar.name))
        except ArticleError as error:
            problems.append(f"{_origin(sidecar.name)}: {error}")
    for number, draft in numbered.items():
        metadata = said[number]
        if len(drafts) == 1:
            metadata.fill(said[0])
        metadata.fill(draft.metadata)
        metadata.fill(said[0], only=_OF_WHOLE_FILE)
        draft.metadata = metadata
    if problems:
        reason = "; ".join(dict.fromkeys(problems))
        own = f"{one_line(reason)}; mend it (the article is in without this)"
        drafts[0].notice = "; ".join(filter(None, (drafts[0].notice, own)))


def names_for(name: str) -> Iterator[str]:
    """The names of the sidecars that may speak of the file `name`, most trusted first."""
    yield name + SIDECAR_SUFFIX
    stem = name.partition(".")[0] if name.lower().endswith(".gz") else Path(name).stem
    if stem and stem != name:
        yield stem + SIDECAR_SUFFIX
    yield SIDECAR_TABLE


def _origin(name: str) -> str:
    return SIDECAR_TABLE if name == SIDECAR_TABLE else f"sidecar {one_line(name)}"


def _gathered(path: Path, root: Path) -> Sidecar:
    try:
        return Sidecar(path.name, content_of(path, root, limit=MAX_SIDECAR_BYTES))
    except ArticleError as error:
        return Sidecar(path.name, problem=str(error))


def _offer(metadata: Metadata, record: Mapping[Any, object], origin: str) -> list[str]:
    """Offer what `record` says; what of it no field can take."""
    own = Metadata()
    wrong: dict[str, str] = {}
    for field, value, key in fields_of(record):
        own.offer(field, value, origin)
        wrong.setdefault(field, f"{origin}: {key} {one_line(str(value), limit=60)!r} is unclear")
    metadata.fill(own)
    if not wrong:
        return [f"{origin}: it gives none of title, author, outlet, published, url, language"]
    return [problem for field, problem in wrong.items() if own.get(field) is None]


def _entries(sidecar: Sidecar, name: str, articles: int) -> list[Entry]:
    """What the sidecar says of the file called `name`, which holds so many articles."""
    if sidecar.problem:
        raise ArticleError(sidecar.problem)
    if sidecar.name == SIDECAR_TABLE:
        return _rows_of(_table(sidecar.content), name)
    try:
        value = json.loads(_text(sidecar.content))
    except (ValueError, RecursionError) as error:
        raise ArticleError(f"it is no JSON ({one_line(str(error), limit=80)})") from error
    if isinstance(value, dict):
        return [(0, value)]
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise ArticleError("it is neither a JSON object nor a list of objects")
    if len(value) != articles:
        raise ArticleError(f"it lists {len(value)} articles, and the file holds {articles}")
    return list(enumerate(value, 1))


def _rows_of(table: Mapping[str, list[Row]], name: str) -> list[Entry]:
    """The rows about the file called `name`; failing that, about its name in another case."""
    name = _filename(name)
    rows = table.get(name) or table.get(_folded(name), [])
    for _, _, problem in rows:
        if problem:
            raise ArticleError(problem)
    return [(number, record) for number, record, _ in rows]


# A reused process parses the table of a large folder once, not once for each of its files.
@lru_cache(maxsize=2)
def _table(content: bytes) -> Mapping[str, list[Row]]:
    """The rows of a `byline.csv` by the name of their file, as it is written and folded."""
    text = _text(content)
    header = text.lstrip().partition("\n")[0]
    delimiter = max(_DELIMITERS, key=header.count)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise ArticleError(f"it is no table ({error})") from error
    rows = [row for row in rows if any(cell.strip() for cell in row)]
    columns = rows[0] if rows else []
    places = [at for at, column in enumerate(columns) if squeezed(column) in _FILE_KEYS]
    if not places:
        raise ArticleError("it has no column 'file'")
    table: dict[str, list[Row]] = {}
    for line, row in enumerate(rows[1:], 2):
        cell = row[places[0]] if len(row) > places[0] else ""
        file, _, part = cell.strip().rpartition("#")
        number = int(part) if file and part.isascii() and part.isdigit() and len(part) < 9 else 0
        name = _filename(file if number else cell)
        # A comma without quotes would put each further cell under the wrong heading.
        shifted = any(cell.strip() for cell in row[len(columns) :])
        problem = f"row {line} has more cells than the header; quote them" if shifted else ""
        record = {k: v.strip() for k, v in zip(columns, row, strict=False) if v.strip()}
        for key in (name, _folded(name)):
            table.setdefault(key, []).append((number, record, problem))
    return table


def _text(content: bytes) -> str:
    return decode(content).removeprefix("\ufeff")


def _filename(name: str) -> str:
    return unicodedata.normalize("NFC", name.strip()).removeprefix("./")


def _folded(name: str) -> str:
    return f"\0{name.casefold()}"  # apart from the names as they are written
