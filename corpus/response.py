"""A response from the web -> its content, decoded and counted, and the name of its format."""

import http.client
import re
import zlib
from http import HTTPStatus
from typing import NoReturn

from corpus.address import shown
from corpus.errors import ArticleError
from corpus.text import decode

MAX_BYTES = 10_000_000
"""Most bytes of one answer, as they are sent and as they are once decompressed."""

CODINGS = "gzip, deflate"
NAMES = {
    "text/html": "page.html",
    "application/xhtml+xml": "page.xhtml",
    "text/plain": "page.txt",
    "text/markdown": "page.md",
    "text/x-markdown": "page.md",
    "application/rss+xml": "feed.rss",
    "application/rdf+xml": "feed.rss",
    "application/atom+xml": "feed.atom",
    "application/xml": "feed.rss",
    "text/xml": "feed.rss",
    "application/pdf": "paper.pdf",
    "application/x-pdf": "paper.pdf",
}
"""What is fetched, by its media type, and what the reader calls it."""

_XML_ROOT = re.compile(rb"<(?:[\w-]+:)?(rss|rdf|feed|html)[\s>/]", re.IGNORECASE)
_OF_ROOT = {b"rss": "feed.rss", b"rdf": "feed.rss", b"feed": "feed.atom", b"html": "page.xhtml"}
_XML_ENCODING = re.compile(rb"\s*<\?xml[^>]*\sencoding\s*=")
_STEP = 1_000_000
# A page may be several compressed ones in a row; each costs a copy of what follows it.
_MOST_MEMBERS = 100


def content_of(response: http.client.HTTPResponse) -> tuple[bytes, str]:
    """The decoded content of `response` and the name of its format.

    Text whose charset only the server's header tells is returned as UTF-8 with its mark.

    Raises:
        ArticleError: it is no page that is read; the reason alone.
        OSError, http.client.HTTPException: the connection broke.
    """
    name = _name(response)
    coding = (response.headers["Content-Encoding"] or "identity").strip().lower()
    if coding not in ("identity", "gzip", "x-gzip", "deflate"):
        raise ArticleError(f"is compressed as {shown(coding)}, which was not asked for; save it")
    content = _body(response)
    if coding != "identity":
        content = _inflated(content, coding)
    if not content.strip():
        raise ArticleError("is empty; try it in a browser")
    if name.startswith("feed") and (root := _XML_ROOT.search(content[:2_000])):
        name = _OF_ROOT[root[1].lower()]
    charset = response.headers.get_content_charset()
    if charset and not name.endswith(".pdf") and not _XML_ENCODING.match(content[:200]):
        content = decode(content, declared=charset).encode("utf-8-sig", "replace")
    return content, name


def _name(response: http.client.HTTPResponse) -> str:
    if response.status != HTTPStatus.OK:
        known = response.status in set(HTTPStatus)
        phrase = f" {HTTPStatus(response.status).phrase}" if known else ""
        raise ArticleError(f"answered {response.status}{phrase}; try it in a browser")
    if response.headers["Content-Type"] is None:
        raise ArticleError("does not say what it is; save it and sync the file")
    kind = response.headers["Content-Type"].partition(";")[0].strip().lower()
    if kind not in NAMES:
        raise ArticleError(
            f"is {shown(kind)}, which is neither a page, a feed, text nor a PDF; give another"
        )
    return NAMES[kind]


def _body(response: http.client.HTTPResponse) -> bytes:
    """The body as it was sent, at most `MAX_BYTES`."""
    stated = response.headers["Content-Length"]
    if stated and stated.isdigit() and int(stated[:20]) > MAX_BYTES:
        _refuse_size()
    parts, size = [], 0
    while part := response.read(65_536):
        parts.append(part)
        size += len(part)
        if size > MAX_BYTES:
            _refuse_size()
    if response.length:
        raise ArticleError("broke off before its end; try again later")
    return b"".join(parts)


def _refuse_size() -> NoReturn:
    raise ArticleError(f"holds more than {MAX_BYTES // 1_000_000} MB; save it and sync the file")


def _inflated(sent: bytes, coding: str) -> bytes:
    """What `sent` is compressed from, counted while it grows."""
    bits = 31
    if coding == "deflate":  # zlib's format by the standard, the bare stream by habit
        is_zlib = len(sent) > 1 and sent[0] & 15 == 8 and (sent[0] << 8 | sent[1]) % 31 == 0
        bits = 15 if is_zlib else -15
    parts, size, members = [], 0, 1
    stream = zlib.decompressobj(bits)
    while True:
        try:
            part = stream.decompress(sent, _STEP)
        except zlib.error as error:
            raise ArticleError("is compressed in a broken way; try again later") from error
        parts.append(part)
        size += len(part)
        if size > MAX_BYTES:
            _refuse_size()
        if stream.eof:
            sent = stream.unused_data
            if bits != 31 or not sent.startswith(b"\x1f\x8b"):
                return b"".join(parts)
            members += 1
            if members > _MOST_MEMBERS:
                raise ArticleError(f"is compressed in more than {_MOST_MEMBERS} parts; save it")
            stream = zlib.decompressobj(bits)
        elif part or stream.unconsumed_tail:
            sent = stream.unconsumed_tail
        else:
            raise ArticleError("broke off before its end; try again later")
