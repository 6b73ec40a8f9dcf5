"""One child process that parses, as its parent sees it: started, asked, timed, killed, buried."""

import os
import select
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from corpus.draft import Draft
from corpus.errors import ArticleError
from corpus.parts import MAX_DRAFTS
from corpus.sidecar import Sidecar
from corpus.wire import MAX_FRAME_BYTES, Garbled, draft_from, frame, reason_from, take

WALL_SECONDS = 60
PAGE_SECONDS = 30
SECONDS_IN_ALL = 600
"""For a file; for each page of one that is read page by page; and for all of those."""
START_SECONDS = 60
MODULE = "corpus.child"
OUT_OF_MEMORY = 77
"""Exit status of a child that has no memory left, not even to say so."""

_CHUNK = 1 << 20
_KEPT = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH",
         "PYTHONHOME", "VIRTUAL_ENV", "SYSTEMROOT")  # fmt: skip
_SMALLER = "split it or save it as text"


class Dead(Exception):
    """The child has ended, or said what no child says; the message is the reason."""


class Child:
    """One process that parses file after file; used by one thread at a time.

    `files` it has been given, whether it was too `late` with one, and whether it is `worn`.
    """

    def __init__(self) -> None:
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", MODULE, str(os.getpid())],
                env=_environment(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                bufsize=0,
                start_new_session=True,  # Ctrl-C is for the parent
            )
        except OSError as error:
            raise ArticleError(
                f"no process can be started to read it ({error.strerror})"
            ) from error
        assert self._process.stdin and self._process.stdout
        self.pid = self._process.pid
        self._in, self._out = self._process.stdin.fileno(), self._process.stdout.fileno()
        os.set_blocking(self._in, False)
        os.set_blocking(self._out, False)
        self._poll = select.poll()
        self._poll.register(self._out, select.POLLIN)
        self._deadline, self._allowed = time.monotonic() + START_SECONDS, f"{START_SECONDS} s"
        self._buffer = bytearray()
        self._ready = False
        self.files = 0
        self.late = self.worn = False

    def parse(self, content: bytes, name: str, sidecars: Sequence[Sidecar] = ()) -> list[Draft]:
        """As `corpus.read.parse`; raises ArticleError with the reason, or Dead."""
        told = [
            {"name": each.name, "size": len(each.content), "problem": each.problem}
            for each in sidecars
        ]
        header = frame({"name": name, "size": len(content), "sidecars": told})
        try:
            if not self._ready:
                if "ready" not in next(self._messages([]), {}):
                    raise Garbled("no greeting")
                self._ready = True
            return self._parse([content, *(each.content for each in sidecars)], header)
        except Garbled as error:
            raise Dead(f"made its reader answer nonsense ({error}); {_SMALLER}") from error
        finally:
            self.files += 1

    def _parse(self, parts: Sequence[bytes], header: bytes) -> list[Draft]:
        begun = time.monotonic()
        self._deadline, self._allowed = begun + WALL_SECONDS, f"{WALL_SECONDS} s"
        drafts: list[Draft] = []
        size = 0
        reason = ""
        for message in self._messages([header, *filter(None, parts)]):
            if "page" in message:
                now = time.monotonic()
                self._deadline = min(now + PAGE_SECONDS, begun + SECONDS_IN_ALL)
                self._allowed = (
                    f"{PAGE_SECONDS} s a page or part, or {SECONDS_IN_ALL // 60} minutes in all"
                )
            elif "draft" in message:
                drafts.append(draft_from(message["draft"]))
                size += len(drafts[-1].text)
                if len(drafts) > MAX_DRAFTS or size > MAX_FRAME_BYTES:
                    raise Garbled("too much")
            elif "error" in message:
                reason = reason_from(message["error"])
            elif "done" in message:
                self.worn = bool(message.get("worn"))
                if self._buffer:
                    raise Garbled("more than was asked")
                if reason:
                    raise ArticleError(reason)
                _refuse_doubles(drafts)
                return drafts
            else:
                raise Garbled("an unknown message")
        raise Dead("ended its reader; " + _SMALLER)

    def _messages(self, request: Iterable[bytes]) -> Iterator[dict[str, Any]]:
        """What the child says while `request` goes out, until the deadline; it may be moved."""
        waiting = deque(memoryview(part) for part in request)
        # What is small goes out at once, and nothing has to be waited for but the answer.
        watched = bool(waiting) and self._write(waiting)
        if watched:
            self._poll.register(self._in, select.POLLOUT)
        try:
            while True:
                left = self._deadline - time.monotonic()
                if left <= 0:
                    self.late = True
                    raise Dead(f"takes longer than {self._allowed} to read; {_SMALLER}")
                for descriptor, _ in self._poll.poll(left * 1_000):
                    if descriptor == self._in:
                        if not self._write(waiting):
                            self._poll.unregister(self._in)
                            watched = False
                    else:
                        self._receive()
                        while (message := take(self._buffer)) is not None:
                            yield message
        finally:
            if watched:
                self._poll.unregister(self._in)

    def _write(self, waiting: "deque[memoryview]") -> bool:
        """Send what the pipe takes; whether there is more."""
        try:
            sent = os.write(self._in, waiting[0][:_CHUNK])
        except BlockingIOError:
            return True
        except OSError:
            return False  # it has ended: reading from it says so
        waiting[0] = waiting[0][sent:]
        if not waiting[0]:
            waiting.popleft()
        return bool(waiting)

    def _receive(self) -> None:
        try:
            chunk = os.read(self._out, _CHUNK)
        except BlockingIOError:
            return
        if not chunk:
            raise Dead(self._cause())
        self._buffer += chunk

    def _cause(self) -> str:
        """Why the child has ended, as the person is told."""
        try:
            status = self._process.wait(5)
        except subprocess.TimeoutExpired:
            return f"stopped its reader; {_SMALLER}"
        if status == OUT_OF_MEMORY:
            return f"needs more than 1 GB of memory to read; {_SMALLER}"
        if status == -signal.SIGXCPU:
            self.late = True
            return f"takes more than 30 s of computing to read; {_SMALLER}"
        if status == -signal.SIGKILL:
            return f"its reader was killed (signal 9), maybe for want of memory; {_SMALLER}"
        if status < 0:
            return f"crashed its reader (signal {-status}); save it again, or as text"
        return f"ended its reader (exit status {status}); save it again, or as text"

    def kill(self) -> None:
        """Kill it, from whichever thread."""
        with suppress(OSError):
            self._process.kill()

    def wait(self) -> None:
        """Return once it is gone."""
        self._process.wait()

    def close(self) -> None:
        """Close the pipes; only for the thread that uses it."""
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                with suppress(OSError):
                    pipe.close()


def _environment() -> dict[str, str]:
    """What a child needs to find its code, and nothing that is secret."""
    package = str(Path(__file__).resolve().parent.parent)
    paths = [package, *filter(None, [os.environ.get("PYTHONPATH")])]
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return kept | {"PYTHONPATH": os.pathsep.join(paths), "PYTHONWARNINGS": "ignore"}


def _refuse_doubles(drafts: list[Draft]) -> None:
    """Raise Garbled where two drafts would be at one place."""
    places = [draft.number or position for position, draft in enumerate(drafts, 1)]
    if len(set(places)) != len(places):
        raise Garbled("two articles at one place")
