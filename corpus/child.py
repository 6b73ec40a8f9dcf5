"""The child's side of the sandbox: reads requests, parses, answers; knows no file and no network.

`python -P -m corpus.child PARENT` is started by `corpus.sandbox`, never by a person.
"""

import os
import signal
import sys
import time
from dataclasses import dataclass
from typing import BinaryIO

from corpus.confine import CPU_SECONDS_IN_ALL, confine, cpu_used, grant_cpu
from corpus.draft import Draft
from corpus.errors import ArticleError
from corpus.parts import reason_of, refuse_too_many
from corpus.process import OUT_OF_MEMORY
from corpus.read import parse
from corpus.sidecar import Sidecar
from corpus.text import MAX_TEXT_BYTES, one_line, refuse_too_long
from corpus.wire import MAX_FRAME_BYTES, MAX_REASON, frame, of_draft, take

_TICK_SECONDS = 0.5
_MAX_GROWTH = 200_000_000  # bytes; beyond, a fresh child is better than this one
TOO_MUCH = f"holds more than {MAX_TEXT_BYTES // 1_000_000} MB of text; split it into smaller files"


def main() -> None:
    """Confine this process, then answer requests until there are none."""
    source, target = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    # Whatever a library prints goes nowhere.
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nowhere, number)
    os.close(nowhere)
    memory = _memory_file()
    held = confine(int(sys.argv[1]))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    target.write(frame({"ready": held}))
    target.flush()
    at_start = _resident(memory)
    while (request := _request(source)) is not None:
        _answer(request, target)
        worn = _resident(memory) - at_start > _MAX_GROWTH or cpu_used() > CPU_SECONDS_IN_ALL
        target.write(frame({"done": True, "worn": worn}))
        target.flush()
        del request


@dataclass(slots=True)
class _Request:
    name: str
    content: bytes
    sidecars: list[Sidecar]


def _request(source: BinaryIO) -> _Request | None:
    """What is to be parsed next: a header and the bytes that it announces; None at the end."""
    head = source.read(4)
    if len(head) < 4:
        return None
    buffer = bytearray(head + source.read(int.from_bytes(head, "big")))
    header = take(buffer)
    if header is None:
        return None
    content = source.read(header["size"])
    sidecars = [
        Sidecar(each["name"], source.read(each["size"]), each["problem"])
        for each in header["sidecars"]
    ]
    return _Request(header["name"], content, sidecars)


def _answer(request: _Request, target: BinaryIO) -> None:
    """Send the drafts of a file, or why there are none; MemoryError ends this process."""
    begun = grant_cpu()
    told = time.monotonic()

    def page_read() -> None:
        nonlocal told
        if time.monotonic() - told > _TICK_SECONDS:
            grant_cpu(begun + CPU_SECONDS_IN_ALL)
            target.write(frame({"page": True}))
            target.flush()
            told = time.monotonic()

    try:
        drafts = parse(request.content, request.name, request.sidecars, page_read=page_read)
        _send(drafts, target)
    except (MemoryError, BrokenPipeError):
        raise
    except Exception as error:  # whatever a parser trips over costs only this file
        if isinstance(error.__cause__, MemoryError):
            raise error.__cause__ from None  # a fresh child has more
        reason = one_line(str(reason_of(error)), limit=MAX_REASON)
        target.write(frame({"error": reason or "no reason"}))


def _send(drafts: list[Draft], target: BinaryIO) -> None:
    refuse_too_many(len(drafts))
    size = 0
    for draft in drafts:
        refuse_too_long(draft.text)
        message = frame({"draft": of_draft(draft)})
        size += len(message)
        if size > MAX_FRAME_BYTES:
            raise ArticleError(TOO_MUCH)
        target.write(message)


def _memory_file() -> int:
    """A descriptor of what tells this process's memory, or -1."""
    try:
        return os.open("/proc/self/statm", os.O_RDONLY)
    except OSError:
        return -1


def _resident(descriptor: int) -> int:
    """Bytes of memory that this process holds now, 0 where the system does not tell."""
    if descriptor < 0:
        return 0
    return int(os.pread(descriptor, 200, 0).split()[1]) * os.sysconf("SC_PAGE_SIZE")


if __name__ == "__main__":
    try:
        main()
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    except BrokenPipeError:
        os._exit(0)
