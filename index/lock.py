"""One writer at a time: an advisory lock on the store that ends with the process that holds it.

A library that is embedded anew is written to every few seconds, for a moment; whoever else writes
waits for that moment. That it goes on is told by a lock of its own, on the store's folder. A chat
that mends a damaged vector index when it starts was asked by nobody: it too is waited for.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from corpus.errors import LibraryBusy, LibraryError

# How long to wait for what nobody asked to write just now: an embedding's moments, and a mending.
PATIENCE_SECONDS = 30.0
TICK_SECONDS = 0.05
# Whoever has just taken the lock needs a moment to write who it is.
MOMENT_SECONDS = 4 * TICK_SECONDS
_MENDING = "mending"


@contextmanager
def writing(store: Path, *, mending: bool = False) -> Iterator[None]:
    """Hold the store's lock; others wait for it where it is held for `mending`.

    Raises:
        LibraryBusy: another process holds it.
        LibraryError: the store cannot be written.
    """
    path = store / "lock"
    try:
        file = open(path, "a+", encoding="ascii", errors="replace")
    except IsADirectoryError as error:
        raise LibraryError(
            f"the library at {store} cannot be written: {path} is a folder and should be a file; "
            "move it away"
        ) from error
    except OSError as error:
        raise LibraryError(
            f"the library at {store} cannot be written ({error.strerror or error}): check the "
            "folder's permissions, or name another with --store"
        ) from error
    with file:
        began = time.monotonic()
        while not _taken(file.fileno()):
            file.seek(0)
            holder, _, why = file.read(40).strip().partition(" ")
            patient = why == _MENDING or _is_embedded(store)
            if time.monotonic() - began > (PATIENCE_SECONDS if patient else MOMENT_SECONDS):
                raise LibraryBusy(
                    f"another process{f' ({holder})' if holder else ''} is writing to the library "
                    f"at {store}: wait until it ends, or stop it"
                )
            time.sleep(TICK_SECONDS)
        file.truncate(0)
        file.write(f"{os.getpid()} {_MENDING}" if mending else str(os.getpid()))
        file.flush()
        yield


@contextmanager
def embedding(store: Path, so_far: str) -> Iterator[None]:
    """Be the only one that embeds the library anew; others write in between.

    Raises:
        LibraryBusy: another process does; it is told how far that is.
    """
    handle = os.open(store, os.O_RDONLY)
    try:
        until = time.monotonic() + MOMENT_SECONDS
        while not _taken(handle):
            # Whoever looks whether it is held holds it for a moment.
            if time.monotonic() > until:
                raise LibraryBusy(
                    f"another process is embedding the library at {store} anew ({so_far}); "
                    "questions are answered meanwhile: wait until it ends, or stop it"
                )
            time.sleep(TICK_SECONDS)
        yield
    finally:
        os.close(handle)


def _is_embedded(store: Path) -> bool:
    """Whether a process embeds the library anew just now."""
    try:
        handle = os.open(store, os.O_RDONLY)
    except OSError:
        return False
    try:
        return not _taken(handle)
    finally:
        os.close(handle)


def _taken(handle: int) -> bool:
    """Take the lock of an open file or folder, if nobody has it."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
