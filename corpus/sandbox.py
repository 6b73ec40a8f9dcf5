"""Files read in child processes that can be killed: a hostile file costs itself and nothing else.

    with Sandbox() as sandbox:
        for reading in sandbox.read_all(jobs): ...

This side opens the files and sends their bytes; a child (`corpus.child`), confined by
`corpus.confine`, parses them; what it answers is checked here (`corpus.wire`). Children are
started when the first file comes, never forked, and replaced when they die, hang or grow.
"""

import os
import sys
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from pathlib import Path
from threading import Lock, Semaphore

from corpus.draft import Draft
from corpus.errors import ArticleError
from corpus.files import content_of, resolved_root, source_of
from corpus.process import Child, Dead
from corpus.read import Reading, reading
from corpus.sidecar import Sidecar, gather

FILES_PER_CHILD = 2_000
AHEAD_BYTES = 64_000_000
"""Of files that are read before somebody asks for them."""


class Sandbox:
    """A pool of at most `children` processes that parse; as many as processors, at most 4.

    `parse`, `read` and `close` may be called from any thread.
    """

    def __init__(self, children: int = 0) -> None:
        self.children = children or min(4, _processors())
        self._lock = Lock()
        self._room = Semaphore(self.children)
        self._idle: list[Child] = []
        self._alive: set[Child] = set()
        self._closed = False
        # A child dies with the thread that started it: this one lives as long as the pool.
        self._starter = ThreadPoolExecutor(1, "sandbox")

    def __enter__(self) -> "Sandbox":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def pids(self) -> list[int]:
        """Process ids of the children that are alive."""
        with self._lock:
            return [child.pid for child in self._alive]

    def parse(self, content: bytes, name: str, sidecars: Sequence[Sidecar] = ()) -> list[Draft]:
        """As `corpus.read.parse`, in a child; raises ArticleError when the file yields nothing.

        A child that dies over its first file dies of it. One that has read others may have been
        harmed by those: then a fresh one decides. RuntimeError once the sandbox is closed.
        """
        with self._room:
            while True:
                child = self._take()
                is_fresh = child.files == 0
                try:
                    drafts = child.parse(content, name, sidecars)
                except Dead as death:
                    self._remove(child)
                    if self._closed:
                        raise RuntimeError("the sandbox is closed") from death
                    if is_fresh or child.late:
                        raise ArticleError(str(death)) from death
                except ArticleError:
                    self._put_back(child)
                    raise
                except BaseException:
                    self._remove(child)
                    raise
                else:
                    self._put_back(child)
                    return drafts

    def read(self, path: Path, root: Path) -> Reading:
        """As `corpus.read.read`, in a child; raises ArticleError when the file yields nothing."""
        place = resolved_root(root)
        source = source_of(path, place)
        try:
            drafts = self.parse(content_of(path, place), path.name, gather(path, place))
            return reading(drafts, place, source)
        except ArticleError as error:
            raise ArticleError(f"{source}: {error}") from error

    def read_all(self, jobs: Iterable[tuple[Path, Path]]) -> Iterator[Reading | ArticleError]:
        """What each (path, root) yields, in order; the next are read while this one is used.

        As many files are ahead as keep the children at work, and no more than `AHEAD_BYTES`.
        """
        ahead: deque[tuple[Future[Reading], int]] = deque()
        held = 0
        threads = ThreadPoolExecutor(self.children, "reading")
        try:
            for path, root in jobs:
                size = _size(path)
                while ahead and (len(ahead) >= 4 * self.children or held + size > AHEAD_BYTES):
                    future, before = ahead.popleft()
                    held -= before
                    yield _outcome(future)
                ahead.append((threads.submit(self.read, path, root), size))
                held += size
            while ahead:
                yield _outcome(ahead.popleft()[0])
        finally:
            threads.shutdown(wait=False, cancel_futures=True)

    def close(self) -> None:
        """Kill the children and wait until they are gone; what is being read is given up."""
        with self._lock:
            self._closed = True
            children, idle = list(self._alive), self._idle
            self._alive, self._idle = set(), []
        for child in children:
            child.kill()  # whoever is using it buries it
        self._starter.shutdown()
        for child in idle:
            child.close()
        for child in children:
            child.wait()

    def _take(self) -> Child:
        with self._lock:
            if self._closed:
                raise RuntimeError("the sandbox is closed")
            if self._idle:
                return self._idle.pop()
            child = self._starter.submit(Child).result()
            self._alive.add(child)
            return child

    def _put_back(self, child: Child) -> None:
        with self._lock:
            if not (self._closed or child.worn or child.files >= FILES_PER_CHILD):
                self._idle.append(child)
                return
        self._remove(child)

    def _remove(self, child: Child) -> None:
        child.kill()
        child.wait()
        child.close()
        with self._lock:
            self._alive.discard(child)


def _processors() -> int:
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _outcome(future: "Future[Reading]") -> Reading | ArticleError:
    try:
        return future.result()
    except ArticleError as error:
        return error
    except CancelledError:
        raise RuntimeError("the sandbox is closed") from None


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
