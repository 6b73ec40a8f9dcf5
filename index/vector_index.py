"""The generation as the doctor sees it: what it holds, against what the truth says it should."""

import shutil
import sqlite3
import sys
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from corpus.errors import BylineError
from index.cells import MAP, Cells
from index.exact import Numbers, numbers_of
from index.generations import (
    Manifest,
    build,
    current_name,
    fit_manifest,
    needs_building,
    probe,
)
from index.schema import DATABASE, open_reading, translated
from index.writer import Writer


@dataclass(frozen=True, slots=True)
class Examined:
    """How many vectors the generation holds, and what is wrong with it, or nothing."""

    count: int
    wrong: str


def examine(store: Path, connection: sqlite3.Connection) -> Examined:
    """Check the current generation's files, ids and opening."""
    (count,) = connection.execute("SELECT count(*) FROM passage").fetchone()
    name = current_name(store)
    if count < 2:
        return Examined(0, "")  # searched exactly, and whatever lies there is not asked
    if name is None:
        return Examined(0, "there was none")
    manifest = fit_manifest(store, connection)
    if manifest is None:
        return Examined(0, "its files were not those it was made with")
    folder = store / "vectors" / name
    alive = numbers_of(
        connection.execute("SELECT number FROM passage WHERE number <= ?", (manifest.last,))
    )
    if not np.isin(alive, _ids(folder, manifest)).all():
        return Examined(manifest.count, "passages were missing from it")
    if not probe(folder, manifest):
        return Examined(manifest.count, "it could not be opened")
    return Examined(manifest.count, "")


def rebuild(store: Path, connection: sqlite3.Connection) -> bool:
    """Build the next generation; whether it is there."""
    if (store / "vectors").is_file():
        (store / "vectors").unlink()  # nothing but the folder of this name is ever ours
    return build(store, connection)


def mend(store: Path) -> None:
    """Build the vector index of a library that lost its own, where nobody else writes to it."""
    with suppress(BylineError):
        with closing(open_reading(store)) as connection, translated(store):
            if fit_manifest(store, connection) or not needs_building(store, connection):
                return
        with Writer.open(store, mending=True) as writer, translated(store):
            if needs_building(store, writer.connection):
                build(store, writer.connection)


def clear_leftovers(store: Path) -> str:
    """Delete what was left half made, and generations older than the one before the current."""
    vectors, current = store / "vectors", current_name(store)
    left = [*store.glob(f"{DATABASE}.new*"), *vectors.glob("CURRENT.new")]
    names = sorted(
        (path.name for path in vectors.glob("gen-*")), key=lambda name: (len(name), name)
    )
    older = names[: names.index(current)] if current in names else []
    kept = {current, *older[-1:]}
    left += [vectors / name for name in names if name not in kept]
    left += [path for path in (store / "encoder").glob("tmp*") if path.is_dir()]
    for path in left:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
    return f"{len(left)} things left half made, deleted" if left else ""


def _ids(folder: Path, manifest: Manifest) -> Numbers:
    with closing(Cells(folder, manifest.files.get(MAP), checked=True)) as cells:
        held = cells.numbers
    if not manifest.has_graph:
        return held
    uri = (folder / "chroma.sqlite3").absolute().as_uri()
    with closing(sqlite3.connect(f"{uri}?mode=ro", uri=True)) as opened:
        ids = opened.execute("SELECT CAST(embedding_id AS INTEGER) FROM embeddings")
        return np.intersect1d(numbers_of(ids), held)


if __name__ == "__main__":
    mend(Path(sys.argv[1]))
