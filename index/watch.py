"""Watching: a sync, and another whenever what is in the folders has changed and stood still.

The library's lock is held during a sync only, so that other commands work in between. A file is
read once its size and time have stood still for `SETTLE_SECONDS`: half of it is no article.
"""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

from corpus.errors import BylineError, LibraryBusy
from index.plan import Still
from index.schema import DATABASE, open_reading

SETTLE_SECONDS = 2.0
# One file that never stands still does not hold up the others for longer than this.
PATIENCE_SECONDS = 10.0
TICK_SECONDS = 0.5
# Where the system tells nothing, folders are listed again and again: less often.
POLL_SECONDS = 2.0

Looks = tuple[int, int] | None
"""Size and time of change in ns; None of what is not there."""


class Settling:
    """What has changed and since when it stands still; the plan asks it of each file it would read.

    Nothing in `store` counts, nor what is hidden.
    """

    def __init__(self, store: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._store = store.resolve()
        self._clock = clock
        self._seen: dict[str, tuple[Looks, float]] = {}
        self._waiting_since = 0.0

    def notice(self, path: str, folder: str = "") -> None:
        """Something happened at `path`, which lies in `folder`."""
        below = path[len(folder) :] if path.startswith(folder) else path
        if "/." not in below and not Path(path).is_relative_to(self._store):
            self._mark(path, _looks(path))

    def _mark(self, path: str, looks: Looks) -> None:
        if not self._seen:
            self._waiting_since = self._clock()
        self._seen[path] = (looks, self._clock())

    def look(self) -> None:
        """See whether what has changed goes on changing."""
        for path, (before, _) in list(self._seen.items()):
            looks = _looks(path)
            if looks != before:
                self._mark(path, looks)

    def still(self, path: Path, stat: os.stat_result) -> bool:
        """Whether a file may be read: it is not being written, as far as can be seen."""
        looks = (stat.st_size, stat.st_mtime_ns)
        before = self._seen.get(str(path))
        if before is None:
            if abs(time.time() - stat.st_mtime) >= SETTLE_SECONDS:
                return True
        elif before[0] == looks:
            return self._clock() - before[1] >= SETTLE_SECONDS
        self._mark(str(path), looks)
        return False

    def settled(self) -> dict[str, tuple[Looks, float]]:
        """What has changed and stands still since."""
        now = self._clock()
        return {k: seen for k, seen in self._seen.items() if now - seen[1] >= SETTLE_SECONDS}

    def is_due(self) -> bool:
        """Whether to sync: all stands still, or what does has waited long enough for the rest."""
        settled = len(self.settled())
        waited = self._clock() - self._waiting_since
        return bool(settled) and (settled == len(self._seen) or waited >= PATIENCE_SECONDS)

    def forget(self, settled: dict[str, tuple[Looks, float]]) -> None:
        """A sync has seen these, unless they have changed since."""
        for path, seen in settled.items():
            if self._seen.get(path) == seen:
                del self._seen[path]
        self._waiting_since = self._clock()


def follow(
    store: Path,
    paths: Sequence[Path],
    sync_once: Callable[[Still], None],
    tell: Callable[[Exception], None],
) -> None:
    """Sync, then again after each change, until KeyboardInterrupt.

    `paths` are followed, or where there are none the library's own. `sync_once` is told which
    files may be read. Whatever fails after the first sync goes to `tell`, and the next change is
    waited for; a library that another process writes to is tried again without a word.

    Raises:
        BylineError: the first sync cannot be done.
    """
    settling = Settling(store)
    begun, due = False, True
    while True:
        places = _places(store, paths)
        known = [_identity(place) for place in places]
        files = {str(place): _looks(str(place)) for place in places if not place.is_dir()}
        for changes in _changes([place for place in places if place.is_dir()]):
            for path, folder in changes:
                settling.notice(path, folder)
            for path, before in list(files.items()):
                files[path] = _looks(path)
                if files[path] != before:
                    settling.notice(path)
            settling.look()
            if due or settling.is_due():
                settled = settling.settled()
                try:
                    sync_once(settling.still)
                except LibraryBusy:
                    due = True
                    continue
                except (BylineError, OSError) as error:
                    if not begun:
                        raise
                    tell(error)
                settling.forget(settled)
                begun, due = True, False
                if _places(store, paths) != places:
                    break
            if [_identity(place) for place in places] != known:
                due = True
                break


def _places(store: Path, paths: Sequence[Path]) -> list[Path]:
    """The folders and files to follow, without links."""
    if paths:
        return [path.resolve() for path in paths]
    if not (store / DATABASE).exists():
        return []
    with closing(open_reading(store, older=True)) as connection:
        return [Path(path) for (path,) in connection.execute("SELECT path FROM root ORDER BY 1")]


def _changes(folders: Sequence[Path]) -> Iterator[list[tuple[str, str]]]:
    """What changes, with the folder it is in, every TICK_SECONDS; nothing where nothing does."""
    if not folders:
        while True:
            yield []
            time.sleep(TICK_SECONDS)
    from watchfiles import watch

    roots = [str(folder) for folder in folders]
    for polling in (None, True):
        try:
            for changes in watch(
                *roots,
                watch_filter=None,
                debounce=int(TICK_SECONDS * 1000),
                rust_timeout=int(TICK_SECONDS * 1000),
                yield_on_timeout=True,
                force_polling=polling,
                poll_delay_ms=int(POLL_SECONDS * 1000),
                ignore_permission_denied=True,
            ):
                yield [
                    (path, next((root for root in roots if path.startswith(root)), ""))
                    for _, path in changes
                ]
        except FileNotFoundError:
            time.sleep(TICK_SECONDS)
            return  # a folder has just gone: whoever asks looks again
        except OSError:
            # The system has no watches left, or has none on this kind of disk.
            if polling:
                raise


def _looks(path: str) -> Looks:
    try:
        stat = os.stat(path)
    except (OSError, ValueError):
        return None
    return stat.st_size, stat.st_mtime_ns


def _identity(place: Path) -> tuple[int, int] | None:
    """What tells a folder from another that comes in its place."""
    try:
        stat = place.stat()
    except OSError:
        return None
    return (stat.st_dev, stat.st_ino) if place.is_dir() else (0, 0)
