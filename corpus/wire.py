"""What crosses the pipes between a sync and the children that parse for it: JSON in frames.

The parent asks with a header and raw bytes; a child answers with messages. Nothing is ever
unpickled, and `draft_from` believes nothing: a child that a hostile file has taken over can only
say what an article could have said anyway.
"""

import json
import struct
from collections.abc import Mapping
from typing import Any

from corpus.article import METADATA_FIELDS
from corpus.draft import Draft, Metadata
from corpus.text import MAX_TEXT_BYTES, is_clean, one_line

# A line break or a quote takes two bytes in JSON; the rest is metadata.
MAX_FRAME_BYTES = 2 * MAX_TEXT_BYTES + 1_000_000
MAX_REASON = 500

_LENGTH = struct.Struct(">I")
_MAX_NUMBER = 100_000_000


class Garbled(Exception):
    """What came through the pipe is no message, or one that makes no sense."""


def frame(message: Mapping[str, Any]) -> bytes:
    """A message as it is sent: its length in four bytes, then JSON in UTF-8."""
    body = json.dumps(message, ensure_ascii=False).encode("utf-8", "replace")
    return _LENGTH.pack(len(body)) + body


def take(buffer: bytearray) -> dict[str, Any] | None:
    """Remove the first message from `buffer`; None while it is not all there.

    Raises Garbled when it is longer than any message, or none.
    """
    if len(buffer) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack_from(buffer)
    if length > MAX_FRAME_BYTES:
        raise Garbled(f"a message of {length} bytes")
    end = _LENGTH.size + length
    if len(buffer) < end:
        return None
    body = bytes(memoryview(buffer)[_LENGTH.size : end])
    del buffer[:end]
    try:
        message = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Garbled("no JSON") from error
    if not isinstance(message, dict):
        raise Garbled("no message")
    return message


def of_draft(draft: Draft) -> dict[str, Any]:
    """A draft as a message."""
    return {
        "text": draft.text,
        "values": draft.metadata.values,
        "provenance": draft.metadata.provenance,
        "pages": draft.pages,
        "number": draft.number,
        "name": draft.name,
        "problem": draft.problem,
        "notice": draft.notice,
    }


def draft_from(message: object) -> Draft:
    """The draft that a message holds, checked as if a stranger had sent it; raises Garbled."""
    if not isinstance(message, dict):
        raise Garbled("no draft")
    text = _text(message, "text")
    pages = message.get("pages")
    number = _whole(message.get("number"))
    if not is_clean(text) or len(text.encode("utf-8", "replace")) > MAX_TEXT_BYTES:
        raise Garbled("text that is not clean")
    if not isinstance(pages, list) or len(pages) > len(text) + 1:
        raise Garbled("no pages")
    starts = tuple(_whole(page) for page in pages)
    if list(starts) != sorted(starts) or (starts and starts[-1] > len(text)):
        raise Garbled("pages out of order")
    name, problem, notice = (_text(message, key) for key in ("name", "problem", "notice"))
    return Draft(
        text,
        _metadata(message),
        starts,
        number,
        one_line(name),
        one_line(problem, limit=MAX_REASON),
        one_line(notice, limit=MAX_REASON),
    )


def reason_from(message: object) -> str:
    """The reason why a file yields nothing, on one line; raises Garbled when it is none."""
    reason = one_line(message, limit=MAX_REASON) if isinstance(message, str) else ""
    if not reason:
        raise Garbled("no reason")
    return reason


def _metadata(message: Mapping[str, Any]) -> Metadata:
    values, provenance = message.get("values"), message.get("provenance")
    if not isinstance(values, dict) or not isinstance(provenance, dict):
        raise Garbled("no metadata")
    metadata = Metadata()
    for field in METADATA_FIELDS:
        if field in values:
            origin = one_line(_text(provenance, field))
            metadata.offer(field, _text(values, field), origin or "unknown")
    return metadata


def _text(message: Mapping[str, Any], key: str) -> str:
    value = message.get(key)
    if not isinstance(value, str):
        raise Garbled(f"no {key}")
    return value


def _whole(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _MAX_NUMBER:
        raise Garbled("no such number")
    return value
