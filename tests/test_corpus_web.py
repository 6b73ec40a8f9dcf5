"""Fetching a page: what is let through, what is refused, and that nothing else is asked.

The server is a real one on this machine, let through by the argument that is there for it.
"""

import gzip
import http.server
import ipaddress
import shutil
import socket
import ssl
import subprocess
import sys
import threading
import time
import tomllib
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT
from hypothesis import given
from hypothesis import strategies as st

from corpus import ArticleError
from corpus.address import is_public, shown, target
from corpus.read import READERS, parse
from corpus.response import MAX_BYTES, NAMES
from corpus.web import Page, fetch

PAGE = "<!doctype html><title>Ferry</title><p>The ferry sails at nine, the harbour says.</p>"
Answer = Callable[["Handler"], None]


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers by the path, as the test has set it, and keeps what it was asked."""

    protocol_version = "HTTP/1.1"
    server: "Server"

    def do_GET(self) -> None:
        self.server.asked.append((self.path, dict(self.headers)))
        self.close_connection = True
        self.server.answers[self.path](self)

    def send(self, status: int, headers: dict[str, str], body: bytes = b"") -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    address_family = socket.AF_INET

    def __init__(self, host: str = "127.0.0.1", context: ssl.SSLContext | None = None) -> None:
        if ":" in host:
            self.address_family = socket.AF_INET6
        super().__init__((host, 0), Handler)
        self.answers: dict[str, Answer] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.host, self.port = host, self.server_address[1]
        if context:
            self.socket = context.wrap_socket(
                self.socket, server_side=True, do_handshake_on_connect=False
            )
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()

    def handle_error(self, *_: Any) -> None:
        pass  # a client that leaves is what is tested

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def allow(self) -> set[tuple[str, int]]:
        return {(self.host, self.port)}

    def page(self, path: str, body: bytes | str = PAGE, /, **headers: str) -> str:
        """Answer `path` with `body`; header names are written with `_` for `-`."""
        content = body.encode() if isinstance(body, str) else body
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        named = {"Content-Type": "text/html"} | named
        self.answers[path] = lambda handler: handler.send(200, named, content)
        return self.url + path

    def redirect(self, path: str, location: str, status: int = 302) -> str:
        self.answers[path] = lambda handler: handler.send(status, {"Location": location})
        return self.url + path

    def fetch(self, url: str, **options: Any) -> Page:
        return fetch(url, allow=self.allow, **options)


@pytest.fixture
def server() -> Iterator[Server]:
    yield from serving()


def serving(**options: Any) -> Iterator[Server]:
    running = Server(**options)
    yield running
    running.shutdown()
    running.server_close()


@dataclass
class Resolver:
    """Says what it was told to say, one answer after the other, and counts."""

    answers: list[list[str]]
    asked: list[str] = field(default_factory=list)

    def __call__(self, host: str, port: int) -> list[str]:
        self.asked.append(host)
        return self.answers[min(len(self.asked), len(self.answers)) - 1]


def refusal(url: str, **options: Any) -> str:
    with pytest.raises(ArticleError) as caught:
        fetch(url, **options)
    return str(caught.value)


# What is fetched


def test_a_page_is_fetched_as_it_is(server: Server) -> None:
    url = server.page("/ferry?day=1")
    assert server.fetch(url) == Page(url, PAGE.encode(), "page.html")


def test_the_server_is_told_who_asks_and_nothing_else(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    server.page("/a", Set_Cookie="who=you")
    server.redirect("/b", "/a")
    server.answers["/b"] = lambda h: h.send(302, {"Location": "/a", "Set-Cookie": "who=you"})
    server.fetch(server.url + "/b")
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    (_, first), (_, second) = server.asked
    assert first == second
    assert first.pop("Accept").startswith("text/html, ")
    assert first == {
        "Host": f"127.0.0.1:{server.port}",
        "User-Agent": f"Byline/{version}",
        "Accept-Encoding": "gzip, deflate",
        "Connection": "close",
    }


KINDS = {
    "text/html; charset=utf-8": "page.html",
    "TEXT/HTML": "page.html",
    "application/xhtml+xml": "page.xhtml",
    "text/plain": "page.txt",
    "text/markdown;variant=GFM": "page.md",
    "application/rss+xml": "feed.rss",
    "application/atom+xml; charset=utf-8": "feed.atom",
    "application/pdf": "paper.pdf",
}


@pytest.mark.parametrize(("kind", "name"), KINDS.items())
def test_the_media_type_names_the_format(server: Server, kind: str, name: str) -> None:
    assert server.fetch(server.page("/a", "words", Content_Type=kind)).name == name


@pytest.mark.parametrize(
    ("root", "name"),
    [
        ('<?xml version="1.0"?>\n<rss version="2.0">', "feed.rss"),
        ('<!-- x --><feed xmlns="http://www.w3.org/2005/Atom">', "feed.atom"),
        ('<rdf:RDF xmlns:rdf="x">', "feed.rss"),
        ('<html xmlns="http://www.w3.org/1999/xhtml">', "page.xhtml"),
        ("<other>", "feed.rss"),
    ],
)
@pytest.mark.parametrize("kind", ["text/xml", "application/xml"])
def test_xml_is_named_by_its_first_element(server: Server, kind: str, root: str, name: str) -> None:
    assert server.fetch(server.page("/a", root, Content_Type=kind)).name == name


def test_every_name_is_one_that_a_reader_takes() -> None:
    names = {*NAMES.values(), "feed.atom", "page.xhtml"}
    assert {Path(name).suffix for name in names} <= set(READERS)


@pytest.mark.parametrize("charset", ["windows-1251", '"koi8-r"', "utf-8"])
def test_a_charset_that_only_the_header_tells_is_kept(server: Server, charset: str) -> None:
    text = "Паром отходит в девять утра, сообщает порт.\n"
    content = text.encode(charset.strip('"'))
    url = server.page("/a", content, Content_Type=f"text/plain; charset={charset}")
    page = server.fetch(url)
    (draft,) = parse(page.content, page.name)
    assert draft.text == text.strip()


def test_an_xml_declaration_goes_before_the_header(server: Server) -> None:
    content = '<?xml version="1.0" encoding="iso-8859-1"?><rss>é</rss>'.encode("latin-1")
    url = server.page("/a", content, Content_Type="text/xml; charset=utf-8")
    assert server.fetch(url).content == content


def raw_deflate(content: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(content) + packer.flush()


@pytest.mark.parametrize(
    ("coding", "pack"),
    [
        ("gzip", gzip.compress),
        ("X-GZIP", gzip.compress),
        ("gzip", lambda content: gzip.compress(content[:9]) + gzip.compress(content[9:])),
        ("deflate", zlib.compress),
        ("deflate", raw_deflate),
        ("identity", bytes),
    ],
)
def test_what_is_compressed_is_unpacked(
    server: Server, coding: str, pack: Callable[[bytes], bytes]
) -> None:
    long = (PAGE * 40_000).encode()
    assert server.fetch(server.page("/a", pack(long), Content_Encoding=coding)).content == long


def test_chunks_are_put_together(server: Server) -> None:
    def chunked(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "text/plain")
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        handler.wfile.write(b"3\r\nThe\r\n6\r\n ferry\r\n0\r\n\r\n")

    server.answers["/a"] = chunked
    assert server.fetch(server.url + "/a").content == b"The ferry"


def test_spaces_and_letters_of_an_address_are_encoded(server: Server) -> None:
    server.page("/f%C3%A4hre%20a?q=%C3%A9&r=[1]")
    page = server.fetch(server.url + "/fähre%20a?q=é&r=[1]#top")
    assert page.url == server.url + "/fähre%20a?q=é&r=[1]"


# Redirects


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_followed_and_the_last_address_returned(server: Server, status: int) -> None:
    end = server.page("/news/end")
    url = server.redirect("/news/start", "end#part", status)
    assert server.fetch(url) == Page(end, PAGE.encode(), "page.html")


def test_three_redirects_are_followed_and_a_fourth_is_not(server: Server) -> None:
    server.page("/0")
    for step in range(1, 5):
        server.redirect(f"/{step}", f"/{step - 1}")
    assert server.fetch(server.url + "/3").url == server.url + "/0"
    server.asked.clear()
    assert "more than 3 redirects" in refusal(server.url + "/4", allow=server.allow)
    assert [path for path, _ in server.asked] == ["/4", "/3", "/2", "/1"]


def test_a_circle_of_redirects_is_noticed(server: Server) -> None:
    server.redirect("/a", "/b")
    server.redirect("/b", "/a#x")
    message = refusal(server.url + "/a", allow=server.allow)
    assert message.startswith(f"{server.url}/a: ") and "in a circle" in message
    assert len(server.asked) == 2


@pytest.mark.parametrize(
    "location",
    [
        "http://127.0.0.1:{other}/secret",
        "http://localhost:{other}/secret",
        "http://[::1]:{other}/secret",
        "http://169.254.169.254/latest/meta-data/",
        "http://10.0.0.1/",
        "//192.168.1.1/",
        "http://2130706433/",
        "http://[::ffff:127.0.0.1]/",
        "file:///etc/passwd",
        "ftp://example.com/a",
        "data:text/html,hello",
        "javascript:alert(1)",
        "http://who:secret@127.0.0.1/",
        "http://exa mple.com/",
        "http://[::1/",
        "http://127.0.0.1:22/",
        "http://127.0.0.1:99999/",
    ],
)
def test_a_redirect_is_checked_like_the_first_address(server: Server, location: str) -> None:
    other = Server()
    other.page("/secret")
    url = server.redirect("/a", location.format(other=other.port))
    message = refusal(url, allow=server.allow)
    assert message.startswith(f"{url}: redirects to") and "secret@" not in message
    assert len(server.asked) == 1 and not other.asked
    other.shutdown()
    other.server_close()


def test_a_redirect_resolves_its_host_anew(server: Server) -> None:
    resolve = Resolver([["127.0.0.1"], ["10.0.0.1"]])
    url = f"http://news.example:{server.port}/a"
    server.redirect("/a", "/b")
    server.page("/b")
    message = refusal(url, allow=server.allow, resolve=resolve)
    assert "10.0.0.1, which is not a public address" in message
    assert [path for path, _ in server.asked] == ["/a"]


# Where it leads


PRIVATE = (
    "127.0.0.1 127.255.255.254 10.1.2.3 172.16.0.1 172.31.255.255 192.168.0.1 169.254.169.254"
    " 100.64.0.1 100.127.255.255 0.0.0.0 0.1.2.3 192.0.0.8 192.0.2.1 198.18.0.1 198.51.100.7"
    " 203.0.113.9 224.0.0.1 239.255.255.250 240.0.0.1 255.255.255.255 192.88.99.1"
    " ::1 :: fe80::1 fe80::1%eth0 fc00::1 fd12:3456::1 fec0::1 ff02::1 100::1 2001:db8::1 2001::1"
    " ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:100.64.0.1 ::127.0.0.1 ::8.8.8.8"
    " 2002:7f00:1::1 2002:a00:1::1 2002:c0a8:101::1 64:ff9b::7f00:1 64:ff9b::10.0.0.1"
    " 64:ff9b:1::8.8.8.8 2001:10::1 3fff::1 5f00::1 4000::1 localhost"
)
PUBLIC = (
    "8.8.8.8 1.1.1.1 93.184.216.34 172.32.0.1 100.128.0.1 11.0.0.1 223.255.255.255 192.0.1.1"
    " 2606:4700::1111 2a00:1450:4001:81b::200e ::ffff:8.8.8.8 2002:808:808::1 64:ff9b::808:808"
)


@pytest.mark.parametrize("address", PRIVATE.split())
def test_an_address_that_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", PUBLIC.split())
def test_an_address_that_is_public(address: str) -> None:
    assert is_public(address)


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_is_judged_alike_in_every_form(address: ipaddress.IPv4Address) -> None:
    value = int(address)
    forms = [
        ipaddress.IPv6Address(0xFFFF << 32 | value),
        ipaddress.IPv6Address(0x2002 << 112 | value << 80 | 1),
        ipaddress.IPv6Address(0x0064FF9B << 96 | value),
    ]
    assert {is_public(str(form)) for form in forms} == {is_public(str(address))}


@given(st.ip_addresses())
def test_what_the_standard_library_calls_private_is_never_public(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> None:
    carries = isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped
    if not carries and (address.is_private or address.is_multicast or address.is_reserved):
        nat64 = address in ipaddress.ip_network("64:ff9b::/96")
        assert nat64 or not is_public(str(address))


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "[fe80::1]", "10.0.0.1", "[0:0:0:0:0:0:0:1]"],
)
def test_a_private_literal_is_refused(host: str) -> None:
    assert "is not a public address" in refusal(f"http://{host}/", resolve=Resolver([]))


@pytest.mark.parametrize(
    "host",
    [
        "0x7f.1",
        "2130706433",
        "127.1",
        "0177.0.0.1",
        "0x7f000001",
        "127.0.0.01",
        "1.2.3.4.5",
        "256.1.1.1",
        "①②⑦.⓪.⓪.①",
        "１２７.1",
        "0x",
        "134744072",
        "127.1.",
        "[fe80::1%25eth0]",
        "[::1%lo]",
        "[1.2.3.4]",
        "exa_mple..com",
        "a" * 64 + ".com",
        "exam%70le.com",
        "exam\\ple.com",
        "例え。テスト\u200b:x",
        "",
    ],
)
def test_an_odd_host_is_refused_before_it_is_resolved(host: str) -> None:
    resolve = Resolver([["8.8.8.8"]])
    refusal(f"http://{host}/", resolve=resolve)
    assert resolve.asked == []


def test_a_full_width_address_is_the_address_it_stands_for() -> None:
    assert target("http://１２７。０。０。１/").host == "127.0.0.1"
    assert target("http://[::FFFF:7F00:1]/").host == "::ffff:7f00:1"
    assert target("http://Bücher.Example./").host == "xn--bcher-kva.example"


@pytest.mark.parametrize(
    "answer",
    [
        ["127.0.0.1"],
        ["8.8.8.8", "127.0.0.1"],
        ["10.0.0.1", "8.8.8.8"],
        ["2606:4700::1111", "::1"],
        ["fe80::1%eth0"],
        ["8.8.8.8", "::ffff:192.168.0.1"],
        ["nonsense"],
        [],
    ],
)
def test_every_address_of_a_name_must_be_public(answer: list[str]) -> None:
    message = refusal("http://news.example/", resolve=Resolver([answer]))
    assert message.startswith("http://news.example/: ") and "address" in message


def test_a_real_name_of_this_machine_is_refused(server: Server) -> None:
    server.page("/")
    message = refusal(f"http://localhost:{server.port}/", allow={("192.0.2.1", server.port)})
    assert "is not a public address" in message and not server.asked


def test_the_address_that_was_checked_is_the_one_that_is_connected_to(server: Server) -> None:
    try:
        trap = Server("127.0.0.2")
    except OSError:
        pytest.skip("this machine has only one loopback address")
    resolve = Resolver([["127.0.0.1"], ["127.0.0.2"]])
    server.page("/a")
    page = fetch(f"http://news.example:{server.port}/a", allow=server.allow, resolve=resolve)
    assert page.url == f"http://news.example:{server.port}/a"
    assert resolve.asked == ["news.example"] and not trap.asked
    assert server.asked[0][1]["Host"] == f"news.example:{server.port}"
    trap.shutdown()
    trap.server_close()


def test_the_next_address_is_tried_when_one_does_not_answer(server: Server) -> None:
    server.page("/a")
    allow = {("127.0.0.3", server.port), *server.allow}
    resolve = Resolver([["127.0.0.3", "127.0.0.1"]])
    page = fetch(f"http://news.example:{server.port}/a", allow=allow, resolve=resolve)
    assert page.content == PAGE.encode()


def test_an_ipv6_literal_is_connected_to() -> None:
    try:
        running = Server("::1")
    except OSError:
        pytest.skip("this machine has no IPv6")
    running.page("/a")
    url = f"http://[0::1]:{running.port}/a"
    assert running.fetch(url).content == PAGE.encode()
    assert running.asked[0][1]["Host"] == f"[::1]:{running.port}"
    running.shutdown()
    running.server_close()


@pytest.mark.parametrize("port", [1, 21, 22, 25, 81, 3306, 6379, 8000, 65_535, 0])
def test_a_port_that_serves_no_pages_is_refused(port: int) -> None:
    resolve = Resolver([["8.8.8.8"]])
    assert f"is on port {port}" in refusal(f"http://news.example:{port}/", resolve=resolve)
    assert resolve.asked == []


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://example.com/a",
        "data:text/html,hello",
        "gopher://example.com/",
        "javascript:alert(1)",
        "//example.com/",
        "example.com",
        "",
        "http:",
        "http://",
        "http:///a",
        "https:/example.com",
        "http://example.com:http/",
        "http://example.com:-1/",
        "http://[::1/",
        "http://example.com/a b",
        "http://example.com/a\r\nHost: evil.example",
        "http://example.com\r\n/#x",
        "http://example.com/\x00",
        "http://example.com/a\tb#c",
        " http://example.com/",
        "http://example.com/\udcff",
        "http://who@example.com/",
        "http://who:secret@example.com/",
        "http://example.com\\@127.0.0.1/",
        "http://@example.com/",
        "http://example.com/" + "a" * 2_000,
        "http://foo℀bar.example/",
    ],
)
def test_what_is_no_address_to_fetch(url: str) -> None:
    resolve = Resolver([["8.8.8.8"]])
    message = refusal(url, resolve=resolve)
    assert resolve.asked == [] and "secret" not in message and message.isprintable()
    assert len(message) < 400


@given(st.text(max_size=60))
def test_any_text_is_an_address_or_is_refused(text: str) -> None:
    for url in (text, f"http://{text}", f"https://news.example/{text}"):
        try:
            found = target(url)
        except ArticleError:
            continue
        assert (found.host + found.path).isascii() and not set(found.path) & set(" \r\n\t")
        assert "@" not in found.host and shown(url).isprintable()


def test_an_unknown_host_is_said_to_be_so() -> None:
    def unknown(host: str, port: int) -> list[str]:
        raise socket.gaierror(-2, "Name or service not known")

    assert "cannot be found" in refusal("http://no.example/", resolve=unknown)


# What it answers


@pytest.mark.parametrize(
    "kind",
    ["image/png", "application/zip", "application/octet-stream", "video/mp4", "html", "", "a/b/c"],
)
def test_what_is_no_page_is_refused(server: Server, kind: str) -> None:
    message = refusal(server.page("/a", Content_Type=kind), allow=server.allow)
    assert "neither a page, a feed, text nor a PDF" in message


def test_a_page_without_a_type_is_refused(server: Server) -> None:
    server.answers["/a"] = lambda handler: handler.send(200, {}, b"words")
    assert "does not say what it is" in refusal(server.url + "/a", allow=server.allow)


@pytest.mark.parametrize("status", [204, 206, 300, 304, 404, 410, 429, 500, 503, 599])
def test_an_error_of_the_server_is_told(server: Server, status: int) -> None:
    server.answers["/a"] = lambda handler: handler.send(status, {"Content-Type": "text/html"})
    message = refusal(server.url + "/a", allow=server.allow)
    assert message.startswith(f"{server.url}/a: answered {status}")


def test_a_redirect_that_leads_nowhere_is_told(server: Server) -> None:
    server.answers["/a"] = lambda handler: handler.send(302, {})
    assert "answered 302 Found" in refusal(server.url + "/a", allow=server.allow)


@pytest.mark.parametrize("coding", ["br", "zstd", "gzip, gzip", "nonsense\u00e9"])
def test_a_coding_that_was_not_asked_for_is_refused(server: Server, coding: str) -> None:
    url = server.page("/a", b"words", Content_Encoding=coding)
    assert "is compressed as" in refusal(url, allow=server.allow)


def bomb(size: int) -> bytes:
    return gzip.compress(bytes(size))


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("gzip", bomb(200_000_000)),
        ("gzip", bomb(MAX_BYTES + 1)),
        ("gzip", bomb(MAX_BYTES // 2 + 1) * 2),
        ("deflate", raw_deflate(bytes(200_000_000))),
        ("identity", bytes(MAX_BYTES + 1)),
        # Ten million bytes that are nothing.
        ("deflate", b"\0\0\0\xff\xff" * (MAX_BYTES // 5 + 1)),
    ],
    ids=["gzip", "by one", "two members", "deflate", "plain", "empty blocks"],
)
@pytest.mark.parametrize("stated", [True, False])
def test_what_is_too_large_is_refused(
    server: Server, coding: str, body: bytes, stated: bool
) -> None:
    headers = {"Content-Type": "text/html", "Content-Encoding": coding}

    def answer(handler: Handler) -> None:
        handler.send_response(200)
        for name, value in headers.items():
            handler.send_header(name, value)
        if stated:
            handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    server.answers["/a"] = answer
    assert "more than 10 MB" in refusal(server.url + "/a", allow=server.allow)


def test_ten_megabytes_are_not_too_large(server: Server) -> None:
    body = b"a" * MAX_BYTES
    page = server.fetch(server.page("/a", gzip.compress(body), Content_Encoding="gzip"))
    assert page.content == body


def test_many_small_members_are_refused(server: Server) -> None:
    body = gzip.compress(b"") * 200_000
    message = refusal(server.page("/a", body, Content_Encoding="gzip"), allow=server.allow)
    assert "more than 100 parts" in message


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (gzip.compress(PAGE.encode())[:-9], {"Content_Encoding": "gzip"}),
        (gzip.compress(PAGE.encode())[:5], {"Content_Encoding": "gzip"}),
        (b"not compressed", {"Content_Encoding": "gzip"}),
        (b"\xff\xff\xff", {"Content_Encoding": "deflate"}),
        (b"", {"Content_Encoding": "deflate"}),
        (PAGE, {"Content_Length": "5000"}),
        (PAGE, {"Content_Length": "99999999999999999999"}),
        (b" \n", {}),
        (b"", {}),
    ],
)
def test_a_broken_page_is_refused(
    server: Server, body: bytes | str, headers: dict[str, str]
) -> None:
    message = refusal(server.page("/a", body, **headers), allow=server.allow)
    assert message.startswith(f"{server.url}/a: ")


@pytest.mark.parametrize(
    "spoken",
    [
        b"",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1 abc\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nA: " + b"b" * 100_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 200 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n9\r\na",
        b"HTTP/1.1 302 Found\r\nLocation: http://a.example/\r\n b\r\n\r\n",
        b"<html><p>No header at all.</p></html>",
    ],
)
def test_nonsense_is_refused(spoken: bytes) -> None:
    listener = socket.create_server(("127.0.0.1", 0))

    def speak() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(10_000)
            connection.sendall(spoken)

    threading.Thread(target=speak, daemon=True).start()
    port = listener.getsockname()[1]
    message = refusal(f"http://127.0.0.1:{port}/a", allow={("127.0.0.1", port)})
    assert message.startswith(f"http://127.0.0.1:{port}/a: ")
    listener.close()


# Time


def drip(handler: Handler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", "text/html")
    handler.end_headers()
    while True:
        handler.wfile.write(b"a")
        time.sleep(0.02)


def drip_headers(handler: Handler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    while True:
        handler.wfile.write(b"A")
        time.sleep(0.02)


def go_on_for_ever(handler: Handler) -> None:
    while True:
        handler.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        time.sleep(0.02)


def keep_silent(handler: Handler) -> None:
    time.sleep(3)


@pytest.mark.parametrize("slow", [drip, drip_headers, go_on_for_ever, keep_silent])
def test_the_time_is_for_everything_together(server: Server, slow: Answer) -> None:
    server.answers["/a"] = slow
    server.redirect("/b", "/a")
    message = refusal(server.url + "/b", allow=server.allow, seconds=0.3)
    assert message.endswith("which took longer than 0.3 s; try again later")


def test_a_resolver_that_hangs_is_left_alone() -> None:
    released = threading.Event()

    def hang(host: str, port: int) -> list[str]:
        released.wait(5)
        return ["8.8.8.8"]

    assert "longer than 0.1 s" in refusal("http://news.example/", resolve=hang, seconds=0.1)
    released.set()


# TLS


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for news.example that signs itself, with its key in the same file."""
    openssl = shutil.which("openssl")
    if not openssl:
        pytest.skip("there is no openssl to make a certificate")
    path = tmp_path_factory.mktemp("tls") / "news.pem"
    command = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    command += ["-subj", "/CN=news.example", "-addext", "subjectAltName=DNS:news.example"]
    subprocess.run(
        [*command, "-keyout", str(path), "-out", str(path) + ".crt"],
        check=True,
        capture_output=True,
    )
    with path.open("ab") as both:
        both.write(Path(str(path) + ".crt").read_bytes())
    return path


@pytest.fixture
def secure(certificate: Path) -> Iterator[Server]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    yield from serving(context=context)


def trusting(certificate: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=certificate)


def test_a_page_comes_over_tls_under_the_name_that_was_asked(
    secure: Server, certificate: Path
) -> None:
    secure.page("/a")
    resolve = Resolver([["127.0.0.1"]])
    url = f"https://news.example:{secure.port}/a"
    page = secure.fetch(url, resolve=resolve, context=trusting(certificate))
    assert page.content == PAGE.encode() and resolve.asked == ["news.example"]


def test_a_certificate_that_nobody_vouches_for_is_refused(secure: Server) -> None:
    secure.page("/a")
    resolve = Resolver([["127.0.0.1"]])
    message = refusal(f"https://news.example:{secure.port}/a", allow=secure.allow, resolve=resolve)
    assert "certificate that cannot be trusted" in message and not secure.asked


@pytest.mark.parametrize("host", ["other.example", "127.0.0.1"])
def test_a_certificate_for_another_name_is_refused(
    secure: Server, certificate: Path, host: str
) -> None:
    secure.page("/a")
    message = refusal(
        f"https://{host}:{secure.port}/a",
        allow=secure.allow,
        resolve=Resolver([["127.0.0.1"]]),
        context=trusting(certificate),
    )
    assert "certificate that cannot be trusted" in message and not secure.asked


def test_a_server_without_tls_is_refused(server: Server) -> None:
    message = refusal(f"https://127.0.0.1:{server.port}/a", allow=server.allow)
    assert "does not speak TLS" in message


def test_a_redirect_from_https_to_http_is_refused(secure: Server, certificate: Path) -> None:
    secure.redirect("/a", "http://news.example/a")
    message = refusal(
        f"https://news.example:{secure.port}/a",
        allow=secure.allow,
        resolve=Resolver([["127.0.0.1"]]),
        context=trusting(certificate),
    )
    assert "from https to http" in message


# The package


def test_neither_the_packages_nor_the_chat_load_it() -> None:
    code = "import sys, corpus, index, qa, qa.desk; print('corpus.web' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"


def test_importing_it_loads_no_http_library() -> None:
    heavy = {"httpx", "requests", "urllib3", "aiohttp", "lxml", "numpy", "charset_normalizer"}
    code = f"import sys, corpus, corpus.web; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
