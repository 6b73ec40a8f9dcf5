"""Generations: the vector index, rebuilt aside and never changed once it is current.

`vectors/gen-NNNN/` is one generation and `vectors/CURRENT` names the one in use: the vectors in
cells and, up to `GRAPH_MOST`, Chroma's HNSW graph. Chroma rewrites its files in place without a
checksum, so ours has a manifest with their sha256, and whoever opens a graph has a child process
open it first. What is not fit is never repaired, only built again.
"""

import hashlib
import json
import logging
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from corpus.errors import LibraryBusy
from index.cells import MAP, Cells, Damaged, write
from index.connections import fsync
from index.encoder import Vectors
from index.exact import Numbers
from index.failpoints import durable, reach
from index.graph import count_of, fill, open_collection
from index.shelf import Allowed
from index.wipe import is_due, wipe

MANIFEST = "byline.json"
YOUNG = 5_000
PROBE_SECONDS = 60
# Where the young are more than YOUNG and more than this share, a sync builds the next generation.
SHARE = 0.10
# Above this many passages a generation has cells alone. At 100,000 a graph took 183 s of processor
# time to build against 1.2 s, and whoever asks holds 250 MB more; recall@10 was 1.000 against .994.
GRAPH_MOST = 50_000

_NAME = re.compile(r"gen-(\d{4,9})")

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a generation holds: `count` vectors of passages of `library` up to number `last`."""

    library: str
    count: int
    last: int
    dim: int
    files: dict[str, str]

    @property
    def has_graph(self) -> bool:
        """Whether it has an HNSW graph beside its cells."""
        return any(not name.startswith("cells/") for name in self.files)


class Generation:
    """An open generation: its cells, and its graph where there is one."""

    def __init__(
        self, manifest: Manifest, cells: Cells, client: Any = None, collection: Any = None
    ) -> None:
        self._cells = cells
        self._client = client
        self._collection = collection
        self.count = manifest.count
        self.last = manifest.last

    def nearest(
        self, vector: Vectors, k: int, allowed: Allowed | None = None, times: int = 1
    ) -> Numbers:
        """Numbers of about the `k` nearest passages; some may be gone from the truth.

        `times` looks so much further than usual.

        Raises:
            Damaged: the files have changed.
        """
        near = self._cells.near(vector, k, allowed, times)
        if self._collection is None or allowed is not None:
            return near
        try:
            found = self._collection.query(
                query_embeddings=[vector], n_results=min(k, self.count), include=[]
            )
        except Exception as error:  # Chroma's errors have no class of their own
            raise Damaged(f"Chroma cannot search: {error}") from error
        # A graph over many texts that are nearly the same has corners that no path leads to.
        return np.union1d(near, np.array([int(number) for number in found["ids"][0]], np.int64))

    def nearest_among(self, vector: Vectors, k: int, numbers: Numbers) -> Numbers:
        """Numbers of about the `k` nearest of these passages; raises what `nearest` does."""
        return self._cells.near_among(vector, k, numbers)

    def close(self) -> None:
        """Let go of the files; Chroma would keep its client for this path otherwise."""
        self._cells.close()
        if self._client is not None:
            self._client.close()


def current_name(store: Path) -> str | None:
    """Name of the current generation, or None."""
    try:
        name = (store / "vectors" / "CURRENT").read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return None
    return name if _NAME.fullmatch(name) else None


def manifest_of(store: Path) -> Manifest | None:
    """The current generation's manifest, unchecked."""
    name = current_name(store)
    if name is None:
        return None
    try:
        stored = json.loads((store / "vectors" / name / MANIFEST).read_text(encoding="utf-8"))
        return Manifest(**stored)
    except (OSError, ValueError, TypeError):
        return None


def fit_manifest(
    store: Path, connection: sqlite3.Connection, *, whole: bool = True
) -> Manifest | None:
    """The current generation's manifest if its files are, byte for byte, those it names.

    Without `whole` the files are not looked at.

    It must also be of this very library: one that was moved away, or put back from a copy, gives
    its numbers to other passages.
    """
    manifest = manifest_of(store)
    if manifest is None or manifest.library != _library(connection):
        return None
    row = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'passage'").fetchone()
    if row is None or row[0] < manifest.last:
        return None
    (first,) = connection.execute("SELECT min(number) FROM passage").fetchone()
    if first is None or first > manifest.last:
        return None  # every passage it holds is gone, as when another encoder made all of them anew
    folder = store / "vectors" / str(current_name(store))
    try:
        if whole and _hashes(folder) != manifest.files:
            return None
        if whole and manifest.has_graph and count_of(folder) != manifest.count:
            return None
    except (OSError, sqlite3.Error):
        return None
    return manifest


def open_current(
    store: Path, connection: sqlite3.Connection, *, graph: bool = True
) -> Generation | None:
    """The current generation, verified and probed; None where exact search has to do.

    Without `graph` its cells alone, each of which is verified when it is first read.
    """
    manifest = fit_manifest(store, connection, whole=graph)
    if manifest is None:
        if (store / "vectors").exists():
            log.warning("the vector index of %s is not fit: exact search until a sync", store)
        return None
    folder = store / "vectors" / str(current_name(store))
    try:
        if graph and not probe(folder, manifest):
            log.warning("the vector index %s cannot be opened: exact search answers", folder)
            return None
        cells = Cells(folder, manifest.files.get(MAP), checked=graph)
        if not (graph and manifest.has_graph):
            return Generation(manifest, cells)
        return Generation(manifest, cells, *open_collection(str(folder)))
    except Exception as error:  # whatever it is that Chroma raises, the truth answers
        log.warning("the vector index %s cannot be opened: %s", folder, error)
        return None


def probe(folder: Path, manifest: Manifest) -> bool:
    """Whether a child process opens the graph, if any, and finds what the manifest promises."""
    if not manifest.has_graph:
        return True
    package = str(Path(__file__).resolve().parent.parent)
    paths = [package, *filter(None, [os.environ.get("PYTHONPATH")])]
    try:
        child = subprocess.run(
            [sys.executable, "-P", "-m", "index.probe", str(folder), str(manifest.dim)],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=PROBE_SECONDS,
        )
        count, found = json.loads(child.stdout)
    except (subprocess.TimeoutExpired, OSError, ValueError):
        return False
    return bool(
        child.returncode == 0 and count == manifest.count and found == min(10, manifest.count)
    )


def needs_building(store: Path, connection: sqlite3.Connection) -> bool:
    """Whether a sync should build a generation: there is none that is fit, or it is too old."""
    (count,) = connection.execute("SELECT count(*) FROM passage").fetchone()
    if count < 2:
        return False  # Chroma flushes nothing below two, and exact search is at its best
    manifest = fit_manifest(store, connection)
    if manifest is None:
        return True
    (young,) = connection.execute(
        "SELECT count(*) FROM passage WHERE number > ?", (manifest.last,)
    ).fetchone()
    gone = manifest.count - (count - young)
    return bool(young + gone > max(YOUNG, SHARE * count))


def build(store: Path, connection: sqlite3.Connection) -> bool:
    """Build the next generation aside, probe it and make it current; the one before it stays.

    Whatever fails leaves the current one as it is; false, then. Only who holds the writer's lock
    calls it.
    """
    vectors = store / "vectors"
    current = current_name(store)
    names = [path.name for path in vectors.glob("gen-*")]
    number = max((int(match[1]) for match in map(_NAME.fullmatch, names) if match), default=0) + 1
    folder = vectors / f"gen-{number:04d}"
    scratch = vectors / "CURRENT.new"
    try:
        vectors.mkdir(exist_ok=True)
        with durable("generation filled"):
            manifest = _fill(folder, connection)
        with durable("generation described"):
            (folder / MANIFEST).write_text(json.dumps(asdict(manifest)), encoding="utf-8")
        with durable("generation synced"):
            for path in [*folder.rglob("*"), folder]:
                fsync(path)
        with durable("generation probed"):
            if not probe(folder, manifest):
                raise RuntimeError("it cannot be opened in a child process")
        with durable("CURRENT written"):
            scratch.write_text(folder.name + "\n", encoding="ascii")
            fsync(scratch)
        reach("before CURRENT replaced")
        os.replace(scratch, vectors / "CURRENT")
    except Exception as error:  # Chroma's exceptions share no base; the truth answers without it
        log.warning("the vector index was not built (%s); exact search answers", error)
        shutil.rmtree(folder, ignore_errors=True)
        with suppress(OSError):
            scratch.unlink(missing_ok=True)
        return False
    fsync(vectors)
    reach("after CURRENT replaced")
    due = is_due(connection)
    with durable("generations cleared"):
        for name in names:
            # The one before is there for who reads it just now, unless what was removed is in it.
            if name != current or due:
                shutil.rmtree(vectors / name, ignore_errors=True)
    if due:
        try:
            wipe(connection)
        except (sqlite3.Error, LibraryBusy) as error:
            log.warning("what was removed is still in the files of %s (%s)", store, error)
    return True


def _fill(folder: Path, connection: sqlite3.Connection) -> Manifest:
    count, last = connection.execute("SELECT count(*), max(number) FROM passage").fetchone()
    dim = int(connection.execute("SELECT value FROM meta WHERE key = 'dim'").fetchone()[0])
    if count <= GRAPH_MOST:
        fill(folder, connection, count, last, dim)
    write(folder, connection, last, dim)
    return Manifest(_library(connection), count, last, dim, _hashes(folder))


def _library(connection: sqlite3.Connection) -> str:
    """The id that the library was given when it was made."""
    row = connection.execute("SELECT value FROM meta WHERE key = 'library'").fetchone()
    return str(row[0]) if row else ""


def _hashes(folder: Path) -> dict[str, str]:
    """sha256 of each file but one; chroma.sqlite3 changes whenever it is opened."""
    result = {}
    for path in sorted(folder.glob("*/*")):
        with path.open("rb") as file:
            result[path.relative_to(folder).as_posix()] = hashlib.file_digest(
                file, "sha256"
            ).hexdigest()
    return result
