"""Purge: what was removed goes from every file of the store, not from the answers alone.

SQLite overwrites what it deletes, but the word index keeps a removed word until its segments are
merged, the log keeps a page until it is cut off, and a generation keeps its vectors. `wipe` sees
to the first two whenever a sync has built the next generation, `purge` to all of it at once.
"""

import logging
import shutil
import sqlite3
from pathlib import Path

from corpus.errors import BylineError, LibraryBusy, LibraryError
from index.failpoints import durable
from index.generations import build, current_name, manifest_of
from index.schema import DATABASE, escaped, translated
from index.wipe import is_due, wipe

log = logging.getLogger(__name__)


def purge(store: Path, connection: sqlite3.Connection) -> None:
    """Leave nothing of what was removed in any file of the store.

    The vector index is built anew where it holds a removed passage.

    Raises:
        LibraryBusy: a reader kept the log from being cut off; all else is done, call it again.
        LibraryError: the store cannot be written.
    """
    try:
        _purge(store, connection)
    except OSError as error:
        raise LibraryError(
            f"the removed text is still in files of {escaped(store)} ({error.strerror or error}): "
            "see to it, then run `python -m index remove --now` again"
        ) from error


def _purge(store: Path, connection: sqlite3.Connection) -> None:
    vectors = store / "vectors"
    with translated(store):
        with durable("edits forgotten"):
            # Those of articles that are there stay, as the articles do.
            connection.execute("DELETE FROM edit WHERE id NOT IN (SELECT id FROM article)")
        if vectors.exists():
            stale = _holds_removed(store, connection)
            (count,) = connection.execute("SELECT count(*) FROM passage").fetchone()
            built = stale and count >= 2 and build(store, connection)
            with durable("vectors cleared"):
                if stale and not built:
                    # Exact search answers until a sync builds the next one.
                    shutil.rmtree(vectors)
                for path in vectors.glob("gen-*"):
                    if path.name != current_name(store):
                        shutil.rmtree(path)
        with durable("remains deleted"):
            # What a repair has kept, and what a restore that was killed has not finished.
            for pattern in ("damaged", "new"):
                for path in store.glob(f"{DATABASE}.{pattern}*"):
                    path.unlink()
        try:
            wipe(connection)
        except LibraryBusy as error:
            raise LibraryBusy(
                f"the removed text is still in the log of {escaped(store)}, which somebody reads: "
                "run `python -m index remove --now` again in a moment"
            ) from error


def purge_small(store: Path, connection: sqlite3.Connection) -> None:
    """Wipe a library that is searched exactly, which has no next generation to wait for."""
    if not is_due(connection):
        return
    (count,) = connection.execute("SELECT count(*) FROM passage").fetchone()
    if count >= 2 and current_name(store) is not None:
        return
    if count < 2:
        shutil.rmtree(store / "vectors", ignore_errors=True)
    try:
        wipe(connection)
    except (sqlite3.Error, BylineError) as error:
        log.warning("what was removed is still in the files of %s (%s)", store, error)


def _holds_removed(store: Path, connection: sqlite3.Connection) -> bool:
    """Whether the current generation holds a vector of what is gone, or cannot be told."""
    manifest = manifest_of(store)
    if manifest is None:
        return True
    (alive,) = connection.execute(
        "SELECT count(*) FROM passage WHERE number <= ?", (manifest.last,)
    ).fetchone()
    return bool(alive != manifest.count)
