"""Files and pages -> what they hold, read ahead while other work is done.

The content is hashed and parsed from the same bytes; what is as it was is not parsed again.
"""

import hashlib
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace

from corpus import ArticleError, Reading
from corpus.draft import Draft
from corpus.files import content_of, resolved_root
from corpus.read import reading
from corpus.sidecar import Sidecar, gather
from index.plan import Key, Wanted, looks_of
from index.writer import File

AHEAD = 16  # files
AHEAD_BYTES = 64_000_000
# Far longer than a child takes to start: the order is that of the files unless one is slow.
LATE_SECONDS = 5.0
QUIET_SECONDS = 0.5
CHANGING = "changed while it was read; sync again when it is complete"

Parse = Callable[[bytes, str, Sequence[Sidecar]], list[Draft]]
"""The drafts of a file from its content, its name and its sidecars; raises ArticleError."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one file: its `reading`, or the `reason` that there is none.

    Neither where its content is what the library has read already.
    """

    file: File
    reading: Reading | None = None
    reason: str = ""


class Reader:
    """Reads what a plan wants in so many `threads`, parsing by `parse`.

    `known` are the files as the library has read them.
    """

    def __init__(self, parse: Parse, known: Mapping[Key, File], threads: int = 1) -> None:
        self._parse = parse
        self._known = known
        self._pool = ThreadPoolExecutor(threads, "reading")

    def read_all(self, every: Iterable[Wanted]) -> Iterator[Outcome | None]:
        """What comes of each, in order; the next are read while this one is used.

        One that takes longer than `LATE_SECONDS` lets those behind it go first. None says that
        there is nothing to go on with for a while.
        """
        ahead: dict[Future[Outcome], int] = {}  # with the files' sizes
        late: set[Future[Outcome]] = set()
        for wanted in every:
            size = max(wanted.file.size, 0)
            while ahead and (len(ahead) >= AHEAD or sum(ahead.values()) + size > AHEAD_BYTES):
                yield from _first(ahead, late)
            ahead[self._pool.submit(self._read, wanted)] = size
        while ahead:
            yield from _first(ahead, late)

    def close(self) -> None:
        """Give up what has not begun, and wait for what has."""
        self._pool.shutdown(cancel_futures=True)

    def _read(self, wanted: Wanted) -> Outcome:
        file = wanted.file
        try:
            return self._read_file(wanted) if wanted.path else self._read_page(file)
        except ArticleError as error:
            return Outcome(file, reason=str(error).removeprefix(f"{file.source}: "))
        except OSError as error:
            reason = f"cannot be read ({error.strerror}); check its permissions"
            return Outcome(file, reason=reason)

    def _read_file(self, wanted: Wanted) -> Outcome:
        path, file, place = wanted.path, wanted.file, resolved_root(wanted.folder)
        assert path
        before = path.stat()
        content, sidecars = content_of(path, place), gather(path, place) if file.sidecars else ()
        after = path.stat()
        if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
            # With a size that no file has, so that the next sync reads it again.
            return Outcome(replace(file, size=-1), reason=CHANGING)
        size, mtime_ns = looks_of(before, time.time_ns())
        if file.mtime_ns < 0:
            mtime_ns = file.mtime_ns
        file = replace(file, size=size, mtime_ns=mtime_ns, sha256=_sha256(content, sidecars))
        return self._parsed(file, content, path.name, sidecars)

    def _read_page(self, file: File) -> Outcome:
        from corpus.web import fetch

        page = fetch(file.source)
        size = len(page.content)
        file = replace(file, size=size, sha256=_sha256(page.content, (), page.name))
        outcome = self._parsed(file, page.content, page.name, ())
        if outcome.reading is None:
            return outcome
        articles = outcome.reading.articles
        if len(articles) == 1 and not articles[0].url:
            origin = {**articles[0].provenance, "url": "address it was fetched from"}
            articles = (replace(articles[0], url=page.url, provenance=origin),)
        return replace(outcome, reading=replace(outcome.reading, articles=articles))

    def _parsed(
        self, file: File, content: bytes, name: str, sidecars: Sequence[Sidecar]
    ) -> Outcome:
        known = self._known.get(file.key)
        if known and known.sha256 == file.sha256:
            return Outcome(file)
        try:
            drafts = self._parse(content, name, sidecars)
            return Outcome(file, reading(drafts, file.root, file.source))
        except ArticleError as error:
            return Outcome(file, reason=str(error))


def _first(
    ahead: dict[Future[Outcome], int], late: set[Future[Outcome]]
) -> Iterator[Outcome | None]:
    """Take the first out of what is read ahead; where that is late, the first that is done."""
    head = next(iter(ahead))
    if head not in late and not head.done() and not wait([head], LATE_SECONDS).done:
        late.add(head)
    if head in late and not wait(ahead, QUIET_SECONDS, FIRST_COMPLETED).done:
        yield None
        # One that was cancelled is done, and wakes nobody who waits for several.
        while not any(future.done() for future in ahead):
            wait(ahead, QUIET_SECONDS, FIRST_COMPLETED)
    future = next(future for future in ahead if future.done())
    late.discard(future)
    del ahead[future]
    yield future.result()


def hash_of(wanted: Wanted) -> str:
    """The `sha256` of a file as its row keeps it; raises ArticleError where it cannot be read."""
    assert wanted.path
    place = resolved_root(wanted.folder)
    content = content_of(wanted.path, place)
    return _sha256(content, gather(wanted.path, place) if wanted.file.sidecars else ())


def _sha256(content: bytes, sidecars: Sequence[Sidecar], name: str = "") -> str:
    """sha256 of a content and of what else decides what is read of it."""
    digest = hashlib.sha256(content)
    for sidecar in sidecars:
        own = hashlib.sha256(sidecar.content + sidecar.problem.encode()).hexdigest()
        digest.update(f"\0{sidecar.name}\0{own}".encode("utf-8", "surrogateescape"))
    if name:
        digest.update(f"\0{name}".encode())
    return digest.hexdigest()
