"""One page or one feed from the web, when a person asks for it by its address.

This is the only code that reaches for another machine. It follows no link but a few redirects,
keeps no cookie, asks no proxy, and connects only to the public address that it has checked itself.
Neither an article nor the chat can make it run. What it brings is parsed elsewhere, like a file.
"""

import http.client
import io
import queue
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

from corpus.address import DEFAULT_PORTS, PORTS, Target, is_public, shown, target
from corpus.errors import ArticleError
from corpus.response import CODINGS, NAMES, content_of

VERSION = "0.1.0"
SECONDS = 20.0
MOST_REDIRECTS = 3
_REDIRECTS = (301, 302, 303, 307, 308)
_SECONDS_AN_ADDRESS = 5.0  # of several addresses of a name, before the next is tried

Resolve = Callable[[str, int], list[str]]


@dataclass(frozen=True, slots=True)
class Page:
    """What an address holds: the `url` that answered in the end, and the content decoded.

    `name` tells the reader the format: page.html, page.txt, feed.rss, paper.pdf and the like.
    """

    url: str
    content: bytes
    name: str


def resolved(host: str, port: int) -> list[str]:
    """Every address that the system knows for `host`."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def fetch(
    url: str,
    *,
    allow: Collection[tuple[str, int]] = (),
    seconds: float = SECONDS,
    resolve: Resolve = resolved,
    context: ssl.SSLContext | None = None,
) -> Page:
    """The page or the feed at `url`, after at most three redirects and `seconds` in all.

    `allow` holds the (address, port) pairs that may be connected to although they are not public;
    it, `resolve` and `context` are for tests with a server on this machine.

    Raises:
        ArticleError: nothing was fetched; the message is the address, the reason and what to do.
    """
    deadline = _Deadline(seconds)
    address = start = url.partition("#")[0]
    visited = {start}
    try:
        for _ in range(MOST_REDIRECTS + 1):
            asked = target(address)
            places = _pinned(asked, allow, resolve, deadline)
            answered = _ask(asked, places, deadline, context)
            if isinstance(answered, tuple):
                return Page(address, *answered)
            address = _next(address, answered)
            if address in visited:
                raise ArticleError(
                    "was asked before; pages that redirect in a circle often want a cookie: save"
                    " the page in a browser and sync the file"
                )
            visited.add(address)
        raise ArticleError(
            f"is behind more than {MOST_REDIRECTS} redirects; give the address that a browser"
            " ends at"
        )
    except TimeoutError as error:
        reason = f"took longer than {seconds:g} s; try again later"
        raise ArticleError(_about(start, address, reason)) from error
    except ArticleError as error:
        raise ArticleError(_about(start, address, str(error))) from error


def _about(start: str, address: str, reason: str) -> str:
    if address == start:
        return f"{shown(start)}: {reason}"
    return f"{shown(start)}: redirects to {shown(address)}, which {reason}"


class _Deadline:
    """One moment that everything must be over by."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        """Seconds until then; raises TimeoutError when there are none."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left


def _pinned(
    asked: Target, allow: Collection[tuple[str, int]], resolve: Resolve, deadline: _Deadline
) -> list[str]:
    """The addresses to connect to: those of the name, resolved once, if all may be connected to."""
    if asked.port not in PORTS and all(asked.port != port for _, port in allow):
        known = ", ".join(map(str, sorted(PORTS)))
        raise ArticleError(f"is on port {asked.port}; pages are fetched only from {known}")
    places = [asked.host] if asked.is_literal else _in_time(resolve, asked, deadline)
    if not places:
        raise ArticleError("names a host that has no address; check how it is spelt")
    for place in places:
        public = asked.port in PORTS and is_public(place)
        if not public and (place, asked.port) not in allow:
            raise ArticleError(
                f"is at {place}, which is not a public address; save the page in a browser and"
                " sync the file"
            )
    return places


def _in_time(resolve: Resolve, asked: Target, deadline: _Deadline) -> list[str]:
    """What `resolve` says, as long as there is time; the system's resolver cannot be stopped."""
    answers: queue.SimpleQueue[list[str] | OSError | UnicodeError] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answers.put(resolve(asked.host, asked.port))
        except (OSError, UnicodeError) as error:
            answers.put(error)

    threading.Thread(target=ask, daemon=True).start()
    try:
        answer = answers.get(timeout=deadline.left())
    except queue.Empty as error:
        raise TimeoutError from error
    if isinstance(answer, Exception):
        raise ArticleError(
            "names a host that cannot be found; check how it is spelt, and the connection"
        ) from answer
    return answer


class _Reader(io.RawIOBase):
    """What comes in on a socket; every wait ends at the deadline."""

    def __init__(self, connected: socket.socket, deadline: _Deadline) -> None:
        self._socket = connected
        self._deadline = deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._socket.settimeout(self._deadline.left())
        return self._socket.recv_into(buffer)


class _Stream:
    """A connected socket as http.client uses one; whoever opened it closes it."""

    def __init__(self, connected: socket.socket, deadline: _Deadline) -> None:
        self._socket = connected
        self._deadline = deadline

    def sendall(self, content: bytes) -> None:
        self._socket.settimeout(self._deadline.left())
        self._socket.sendall(content)

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Reader(self._socket, self._deadline))

    def close(self) -> None:
        """Nothing: the answer is still to be read."""


def _connected(
    asked: Target, places: list[str], deadline: _Deadline, context: ssl.SSLContext | None
) -> socket.socket:
    """A connection to the first of `places` that takes one, its certificate checked."""
    for position, place in enumerate(places):
        left = deadline.left()
        wait = left if position == len(places) - 1 else min(left, _SECONDS_AN_ADDRESS)
        try:
            plain = socket.create_connection((place, asked.port), timeout=wait)
            break
        except OSError:
            if position == len(places) - 1:
                raise
    if asked.scheme == "http":
        return plain
    try:
        plain.settimeout(deadline.left())
        context = context or ssl.create_default_context()
        return context.wrap_socket(plain, server_hostname=asked.host)
    except BaseException:
        plain.close()
        raise


def _ask(
    asked: Target, places: list[str], deadline: _Deadline, context: ssl.SSLContext | None
) -> tuple[bytes, str] | str:
    """The content and its name, or where to ask instead."""
    try:
        connected = _connected(asked, places, deadline, context)
    except TimeoutError:
        raise
    except ssl.SSLCertVerificationError as error:
        raise ArticleError(
            f"has a certificate that cannot be trusted ({error.verify_message}); nothing was read"
        ) from error
    except ssl.SSLError as error:
        raise ArticleError("does not speak TLS as it should; nothing was read") from error
    except OSError as error:
        raise ArticleError(
            f"cannot be reached ({error.strerror or 'no connection'}); try again later"
        ) from error
    with connected:
        try:
            response = _response(asked, _Stream(connected, deadline))
            if response.status in _REDIRECTS and response.headers["Location"]:
                return str(response.headers["Location"])
            return content_of(response)
        except TimeoutError:
            raise
        except (http.client.HTTPException, OSError) as error:
            raise ArticleError("broke off or answered with nonsense; try again later") from error


def _response(asked: Target, stream: _Stream) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection(asked.host, asked.port)
    connection.default_port = DEFAULT_PORTS[asked.scheme]
    connection.sock = stream
    headers = {
        "User-Agent": f"Byline/{VERSION}",
        "Accept": ", ".join((*NAMES, "*/*;q=0.1")),
        "Accept-Encoding": CODINGS,
        "Connection": "close",
    }
    connection.putrequest("GET", asked.path, skip_accept_encoding=True)
    for field, value in headers.items():
        connection.putheader(field, value)
    connection.endheaders()
    return connection.getresponse()


def _next(address: str, location: str) -> str:
    """The address that a redirect from `address` to `location` leads to."""
    written = location.encode("latin-1", "replace").decode("utf-8", "replace").strip(" \t")
    if re.search(r"[\x00-\x20\x7f]", written):
        raise ArticleError("redirects to what is no address; try it in a browser")
    try:
        found = urljoin(address, written).partition("#")[0]
    except ValueError as error:
        raise ArticleError("redirects to what is no address; try it in a browser") from error
    if address.startswith("https:") and found.startswith("http:"):
        raise ArticleError("redirects from https to http, which others can read and change")
    return found
