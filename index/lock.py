"""One writer at a time: an advisory lock on the store that ends with the process that holds it."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from corpus.errors import LibraryBusy, LibraryError


@contextmanager
def writing(store: Path) -> Iterator[None]:
    """Hold the store's lock.

    Raises:
        LibraryBusy: another process holds it.
        LibraryError: the store cannot be written.
    """
    path = store / "lock"
    try:
        file = open(path, "a+", encoding="ascii", errors="replace")
    except OSError as error:
        raise LibraryError(
            f"the library at {store} cannot be written ({error.strerror or error}): check the "
            "folder's permissions, or name another with --store"
        ) from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            file.seek(0)
            holder = file.read(20).strip()
            raise LibraryBusy(
                f"another process{f' ({holder})' if holder else ''} is writing to the library at "
                f"{store}: wait until it ends, or stop it"
            ) from error
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
