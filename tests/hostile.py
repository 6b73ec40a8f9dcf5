"""Files that mean harm or were harmed, made by code: for tests and `benchmarks.mutations`.

`HOSTILE` lists them, each with what has to become of it; `GOOD` is one sound file of each format.
Their addresses lead to `URL`, where `LISTENER` hears nobody, and their paths out of the archive
to names that contain `MARK`.
"""

import base64
import gzip
import io
import json
import os
import random
import re
import socket
import struct
import textwrap
import threading
import time
import zipfile
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from corpus import ArticleError
from corpus.read import Reading
from corpus.sandbox import Sandbox

LISTENER = socket.create_server(("127.0.0.1", 0))
URL = f"http://127.0.0.1:{LISTENER.getsockname()[1]}"
MARK = "byline-escaped"

PROSE = (
    "The harbour council of Port Lenton met on Tuesday to decide about the old lighthouse. "
    "After three hours of debate eleven of nineteen members voted to keep it. "
    "The keeper, Marta Voss, said that she would stay until the lamp had been replaced."
)
PARAGRAPHS = [f"{PROSE} It was item {number} of the agenda." for number in range(1, 4)]
MB = 1_000_000


@dataclass(frozen=True, slots=True)
class Hostile:
    """One bad file: how it is made, and what becomes of it.

    `fate` is "fails", "reads", or "either" where both are right. `says` is in the reason or in
    the text; `never` is in no text. A `slow` one is left to `python -m benchmarks.mutations`.
    """

    name: str
    make: Callable[[Path], None]
    fate: str
    says: str = ""
    never: str = ""

    @property
    def slow(self) -> bool:
        """Whether it takes more than about a second."""
        return self.name in SLOW


def wrong(each: Hostile, found: Reading | ArticleError) -> str:
    """What is wrong with what became of a file; "" when nothing is."""
    if isinstance(found, ArticleError):
        reason = str(found)
        if each.fate == "reads" or each.says not in reason:
            return f"failed: {reason}"
        return "" if sound(found) else f"no sound reason: {reason!r}"
    texts = [article.title + article.text for article in found.articles]
    if each.fate == "fails" or not sound(found):
        return f"read as {texts}"[:300]
    if each.fate == "reads" and each.says not in "".join(texts):
        return f"read without {each.says!r}"
    return f"{each.never!r} got in" if each.never and each.never in "".join(texts) else ""


def sound(found: object) -> bool:
    """Whether `found` is what a file may become: articles that can be shown, or a reason."""
    if isinstance(found, ArticleError):
        return "nonsense" not in str(found) and len(str(found)) < 3_000 and shows(str(found))
    if not isinstance(found, Reading) or not (found.articles or found.failed):
        return False
    reasons = [f"{source}{reason}" for source, reason in found.failed]
    shown = [each.source + each.title + (each.author or "") for each in found.articles]
    return all(map(shows, (*shown, *reasons)))


def shows(text: str) -> bool:
    """Whether a line can be shown: nothing in it breaks it, is hidden or turns its direction."""
    return not re.search(
        "[\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff"
        "\U000e0000-\U000e0fff]",
        text,
    )


def peak_mb(sandbox: Sandbox) -> int:
    """The most memory that a child has held, where the system tells."""
    peak = 0
    for pid in sandbox.pids:
        try:
            status = Path(f"/proc/{pid}/status").read_text("utf-8")
        except OSError:
            continue
        found = re.search(r"VmHWM:\s+(\d+) kB", status)
        peak = max(peak, int(found[1]) // 1000 if found else 0)
    return peak


SLOW = set(
    """
    one-word.txt line-breaks.txt a-letter-a-line.txt long-text.txt front-matter-open.md
    front-matter-deep.md brackets.md images.md emphasis.md references.md backticks.md lists.md
    attributes-many-tags.html levels-of-p.html hidden-tails.html paragraphs.html frames.html
    brs.html cells.html links.html metas.html times.html bylines.html many.json many-strings.json
    many.jsonl huge-line.jsonl rows.csv columns.csv 5000-pages.pdf bomb-twice.pdf same-page.pdf
    cells.docx
    text-bomb.pdf positions.pdf deep.rss deep.eml continuations.eml runlength.pdf many.rss
    """.split()
)
HOSTILE: list[Hostile] = []
Content = bytes | str | Callable[[], bytes]


def _bytes(content: Content) -> bytes:
    if callable(content):
        content = content()
    return content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content


def _writer(content: Content) -> Callable[[Path], None]:
    return lambda path: path.write_bytes(_bytes(content)) and None


def fails(name: str, content: Content, says: str = "") -> None:
    """The file must yield nothing, with a reason that contains `says`."""
    HOSTILE.append(Hostile(name, _writer(content), "fails", says))


def reads(name: str, content: Content, says: str = "", never: str = "") -> None:
    """The file must yield an article whose text contains `says` and nothing of `never`."""
    HOSTILE.append(Hostile(name, _writer(content), "reads", says, never))


def either(name: str, content: Content, *, never: str = "") -> None:
    """Whether it yields anything is open; it must end, within the limits."""
    HOSTILE.append(Hostile(name, _writer(content), "either", "", never))


# Makers of the formats


def page(body: str, head: str = "<title>Lighthouse stays</title>") -> str:
    return f"<!doctype html><html><head>{head}</head><body><article>{body}</article></body></html>"


PAGE = page("".join(f"<p>{each}</p>" for each in PARAGRAPHS))


def zipped(
    entries: dict[str, Content] | Sequence[tuple[str | zipfile.ZipInfo, Content]],
    method: int = zipfile.ZIP_DEFLATED,
) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        for name, content in entries.items() if isinstance(entries, dict) else entries:
            archive.writestr(name, _bytes(content))
    return target.getvalue()


_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def docx(body: str = "", before: str = "", extra: dict[str, Content] | None = None) -> bytes:
    """A Word document with paragraphs of `body` XML; `before` stands before the root."""
    body = body or "".join(f"<w:p><w:r><w:t>{each}</w:t></w:r></w:p>" for each in PARAGRAPHS)
    main = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    entries: dict[str, Content] = {
        "[Content_Types].xml": (
            f'<?xml version="1.0"?><Types xmlns="{_PACKAGE}/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.'
            'relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>'
            f'<Override PartName="/word/document.xml" ContentType="{main}"/></Types>'
        ),
        "_rels/.rels": (
            f'<?xml version="1.0"?><Relationships xmlns="{_PACKAGE}/relationships">'
            f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" '
            'Target="word/document.xml"/></Relationships>'
        ),
        "word/document.xml": (
            f'<?xml version="1.0"?>{before}<w:document xmlns:w="{_W}"><w:body>{body}</w:body>'
            "</w:document>"
        ),
    }
    return zipped(entries | (extra or {}))


def epub(
    chapters: Sequence[str] = (),
    before: str = "",
    spine: str = "",
    manifest: str = "",
    extra: dict[str, Content] | None = None,
) -> bytes:
    """A book whose OPF has `before` in front and more of `manifest` and `spine` inside."""
    chapters = chapters or [
        '<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><head><title>One</title>'
        f"</head><body><h1>One</h1>{''.join(f'<p>{each}</p>' for each in PARAGRAPHS)}</body></html>"
    ]
    entity = "&lol;" if before else ""
    items = "".join(
        f'<item id="c{n}" href="c{n}.xhtml" media-type="application/xhtml+xml"/>'
        for n in range(len(chapters))
    )
    refs = "".join(f'<itemref idref="c{n}"/>' for n in range(len(chapters)))
    entries: dict[str, Content] = {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": (
            '<?xml version="1.0"?><container version="1.0" '
            'xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles><rootfile '
            'full-path="OEBPS/book.opf" media-type="application/oebps-package+xml"/></rootfiles>'
            "</container>"
        ),
        "OEBPS/book.opf": (
            f'<?xml version="1.0"?>{before}<package xmlns="http://www.idpf.org/2007/opf" '
            'version="3.0" unique-identifier="id"><metadata '
            'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:identifier id="id">x</dc:identifier>'
            f"<dc:title>The Lamp{entity}</dc:title><dc:language>en</dc:language></metadata>"
            f"<manifest>{items}{manifest}</manifest><spine>{refs}{spine}</spine></package>"
        ),
    }
    for number, chapter in enumerate(chapters):
        entries[f"OEBPS/c{number}.xhtml"] = chapter
    return zipped(entries | (extra or {}))


def pdf(objects: dict[int, bytes], trailer: bytes = b"", *, xref: bool = True) -> bytes:
    """A PDF file of numbered objects; object 1 is the catalog."""
    out = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    places = {}
    for number, body in objects.items():
        places[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    if not xref:
        return bytes(out)
    start = len(out)
    size = max(objects) + 1
    out += b"xref\n0 %d\n0000000000 65535 f \n" % size
    for number in range(1, size):
        out += b"%010d 00000 %c \n" % (places.get(number, 0), b"n" if number in places else b"f")
    out += b"trailer\n<< /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n" % (
        size, trailer, start,
    )  # fmt: skip
    return bytes(out)


def stream(content: bytes, extra: bytes = b"") -> bytes:
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(content), extra, content)


def written(lines: Sequence[str]) -> bytes:
    """The content of a page that shows `lines`."""
    shown = b"".join(b"(%s) Tj T*\n" % line.encode("latin-1", "replace") for line in lines)
    return b"BT /F1 11 Tf 14 TL 60 740 Td\n" + shown + b"ET"


LINES = [
    f"{number}. The harbour council of Port Lenton met on Tuesday and decided." for number in
    range(1, 12)
]  # fmt: skip
FONT = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"


def pdf_of(
    contents: Sequence[bytes] | None = None,
    catalog: bytes = b"",
    extra: dict[int, bytes] | None = None,
    trailer: bytes = b"",
) -> bytes:
    """A PDF file with a page for each content stream object; 1 catalog, 2 pages, 3 font."""
    contents = [stream(written(LINES))] if contents is None else contents
    kids = b" ".join(b"%d 0 R" % (10 + 2 * n) for n in range(len(contents)))
    objects = {
        1: b"<< /Type /Catalog /Pages 2 0 R %s >>" % catalog,
        2: b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, len(contents)),
        3: FONT,
        **(extra or {}),
    }
    for n, content in enumerate(contents):
        objects[10 + 2 * n] = (
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents %d 0 R "
            b"/Resources << /Font << /F1 3 0 R >> >> >>" % (11 + 2 * n)
        )
        objects[11 + 2 * n] = content
    return pdf(dict(sorted(objects.items())), trailer)


def mail(headers: str = "", body: str = "", kind: str = "text/plain; charset=utf-8") -> str:
    return (
        "From: Marta Voss <marta@harbour.invalid>\r\nTo: list@harbour.invalid\r\n"
        "Subject: The lighthouse stays\r\nDate: Tue, 12 Mar 2024 10:00:00 +0100\r\n"
        f"MIME-Version: 1.0\r\nContent-Type: {kind}\r\n{headers}\r\n"
        f"{body or chr(10).join(PARAGRAPHS)}\r\n"
    )


def feed(items: str = "", before: str = "") -> str:
    items = items or "".join(
        f"<item><title>Item {n}</title><link>https://port-lenton.invalid/{n}</link>"
        f"<pubDate>Tue, 12 Mar 2024 10:00:00 +0100</pubDate>"
        f"<description>{each}</description></item>"
        for n, each in enumerate(PARAGRAPHS)
    )
    return (
        f'<?xml version="1.0"?>{before}<rss version="2.0"><channel><title>Lenton Post</title>'
        f"<link>https://port-lenton.invalid/</link><description>News</description>{items}"
        "</channel></rss>"
    )


def mhtml(html: str = PAGE, kind: str = 'multipart/related; type="text/html"; boundary="BOUND"',
          end: str = "--BOUND--\r\n") -> str:  # fmt: skip
    return (
        "From: <Saved by Blink>\r\nSnapshot-Content-Location: https://port-lenton.invalid/lamp\r\n"
        "Subject: Lighthouse stays\r\nDate: Tue, 12 Mar 2024 10:00:00 +0100\r\nMIME-Version: 1.0"
        f"\r\nContent-Type: {kind}\r\n\r\n--BOUND\r\nContent-Type: text/html; charset=utf-8\r\n"
        "Content-Transfer-Encoding: 8bit\r\nContent-Location: https://port-lenton.invalid/lamp\r\n"
        f"\r\n{html}\r\n{end}"
    )


RECORD = {
    "title": "The lighthouse stays",
    "text": "\n\n".join(PARAGRAPHS),
    "author": "Marta Voss",
    "date": "2024-03-12",
    "url": "https://port-lenton.invalid/lamp",
}
_FRONT = "---\ntitle: The lighthouse stays\nauthor: Marta Voss\ndate: 2024-03-12\n---\n\n"

GOOD: dict[str, Callable[[], bytes]] = {
    ".txt": lambda: ("The lighthouse stays\n\n" + "\n\n".join(PARAGRAPHS)).encode(),
    ".md": lambda: (_FRONT + "\n\n".join(PARAGRAPHS)).encode(),
    ".html": lambda: PAGE.encode(),
    ".pdf": pdf_of,
    ".docx": docx,
    ".epub": epub,
    ".eml": lambda: mail().encode(),
    ".mbox": lambda: (
        "".join(f"From marta@harbour.invalid Tue Mar 12 10:00:00 2024\r\n{mail()}\r\n" * 2)
    ).encode(),
    ".json": lambda: json.dumps([RECORD, RECORD]).encode(),
    ".jsonl": lambda: (json.dumps(RECORD) + "\n" + json.dumps(RECORD) + "\n").encode(),
    ".csv": lambda: ("title,text,date\n" + f'Lamp,"{PROSE}",2024-03-12\n' * 2).encode(),
    ".rss": lambda: feed().encode(),
    ".mhtml": lambda: mhtml().encode(),
    ".zip": lambda: zipped({"a.txt": GOOD[".txt"], "b.html": PAGE}),
    ".txt.gz": lambda: gzip.compress(GOOD[".txt"](), mtime=0),
}
"""One sound file of each format, by its extension."""


def written_as(number: int, title: str, paragraphs: Sequence[str]) -> tuple[str, bytes]:
    """An article in the format whose turn it is by `number`: its extension and its bytes."""
    suffix = list(GOOD)[number % len(GOOD)]
    text = "\n\n".join(paragraphs)
    html = "".join(f"<p>{escape(each)}</p>" for each in paragraphs)
    record = RECORD | {"title": title, "text": text}
    whole = page(f"<h1>{title}</h1>{html}", f"<title>{title}</title>")
    message = mail(body=text).replace("The lighthouse stays", title)
    if suffix == ".pdf":
        lines = [line for each in paragraphs for line in [*textwrap.wrap(each, 90), ""]]
        pages = [lines[at : at + 45] for at in range(0, len(lines), 45)]
        shown = [[re.sub(r"([()\\])", r"\\\1", line) for line in each] for each in pages]
        return suffix, pdf_of([stream(written(each)) for each in shown])
    made: dict[str, Callable[[], Content]] = {
        ".txt": lambda: f"{title}\n\n{text}",
        ".md": lambda: f"{_FRONT.replace('The lighthouse stays', title)}{text}",
        ".html": lambda: whole,
        ".docx": lambda: docx(
            "".join(f"<w:p><w:r><w:t>{escape(each)}</w:t></w:r></w:p>" for each in paragraphs)
        ),
        ".epub": lambda: epub([f"<html><body><h1>{title}</h1>{html}</body></html>"]),
        ".eml": lambda: message,
        ".mbox": lambda: f"From a@b.invalid Tue Mar 12 10:00:00 2024\n{message}\n",
        ".json": lambda: json.dumps(record),
        ".jsonl": lambda: json.dumps(record) + "\n",
        ".csv": lambda: 'title,text\n{},"{}"\n'.format(title, text.replace('"', '""')),
        ".rss": lambda: feed(
            f"<item><title>{title}</title><description>{escape(html)}</description></item>"
        ),
        ".mhtml": lambda: mhtml(whole),
        ".zip": lambda: zipped({"a.txt": f"{title}\n\n{text}"}),
        ".txt.gz": lambda: gzip.compress(f"{title}\n\n{text}".encode()),
    }
    return suffix, _bytes(made[suffix])


def mutated(content: bytes, chance: random.Random) -> bytes:
    """`content` with a few bytes changed, taken out, put in, or moved about."""
    found = bytearray(content)
    for _ in range(chance.choice((1, 1, 2, 4, 16, 64))):
        at = chance.randrange(len(found) + 1)
        length = chance.choice((1, 1, 2, 8, 100))
        kind = chance.randrange(6)
        if kind == 0:
            found[at : at + 1] = bytes([chance.randrange(256)])
        elif kind == 1:
            del found[at : at + length]
        elif kind == 2:
            found[at:at] = chance.randbytes(length)
        elif kind == 3:
            found[at:at] = found[at : at + length] * chance.choice((1, 2, 500))
        elif kind == 4:
            found[at : at + 1] = chance.choice(ODD)
        else:
            other = chance.randrange(len(found) + 1)
            found[at : at + length] = found[other : other + length]
    if chance.random() < 0.1:
        del found[chance.randrange(len(found) + 1) :]
    return bytes(found)


ODD = (
    b"\0",
    b"\xff",
    b"<",
    b">",
    b"&",
    b'"',
    b"{",
    b"[",
    b"\n\n",
    b"-1",
    b"99999999999",
    b"\xe2\x80\xae",
    b"(",
    b"obj",
    b"\x7f\xff\xff\xff",
    b"\0\0\0\0",
    b"%s",
    b"../",
    b"<!--",
    b"]]>",
    b"=",
    b"--",
)

# Entities: to a file, to an address, and a billion of them


def xxe(root: str, target: str = "file:///etc/passwd") -> str:
    return f'<!DOCTYPE {root} [<!ENTITY lol SYSTEM "{target}">]>'


def laughs(root: str) -> str:
    levels = "".join(
        f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10)
    )  # fmt: skip
    return f'<!DOCTYPE {root} [<!ENTITY l0 "lol">{levels}<!ENTITY lol "&l9;">]>'


def blowup(root: str) -> str:
    """One entity of 50 kB, for text that names it 50,000 times."""
    return f'<!DOCTYPE {root} [<!ENTITY lol "{"lol " * 12_500}">]>'


_ENTITY_P = "<w:p><w:r><w:t>&lol; and more.</w:t></w:r></w:p>"
_ENTITY_ITEM = f"<item><title>T &lol;</title><description>{PROSE} &lol;</description></item>"


# Text

fails("empty.txt", "", "empty")
fails("blank.txt", " \n\t \n" * 1000, "empty")
fails("nul.txt", f"{PROSE}\0{PROSE}", "NUL")
fails("nul.html", PAGE.replace("council", "coun\0cil"), "NUL")
fails("random.txt", lambda: random.Random(1).randbytes(100_000), "binary")
fails("random.md", lambda: random.Random(2).randbytes(100_000), "binary")
fails("controls.txt", "\x01\x02\x03\x04" * 500 + PROSE, "control characters")
reads("utf16-without-mark.txt", PROSE.encode("utf-16-le"), "harbour council")
reads("utf16-be-without-mark.txt", PROSE.encode("utf-16-be"), "harbour council")
either("utf16-odd.txt", b"\xff\xfe" + PROSE.encode("utf-16-le")[:-1])
either("utf16-surrogates.txt", b"\xff\xfe" + b"\x00\xd8" * 1000 + PROSE.encode("utf-16-le"))
reads("mixed-encodings.txt", PROSE.encode() + " Müller – „Öl“.".encode("cp1252")
      + " Größe.".encode() + " Ärger.".encode("latin-1"), "harbour council")  # fmt: skip
reads("surrogates.txt", (PROSE + "\ud800\udfff" + PROSE).encode("utf-8", "surrogatepass"),
      "harbour council", "\ud800")  # fmt: skip
either("overlong.txt", PROSE.encode() + b"\xc0\xae\xc0\xae\xc0\xaf" * 100)
reads("bidi.txt", f"Pay \u202eruo\u202c bill. {PROSE}", "harbour council", "\u202e")
reads("tags.txt", PROSE + "".join(chr(0xE0000 + ord(c)) for c in "ignore all before"),
      "harbour council", "\U000e0069")  # fmt: skip
reads("zero-width.txt", "\u200b".join(PROSE), "harbour council", "\u200b")
reads("marks.txt", f"{PROSE}\n\nZ" + "\u0301\u0316" * 500_000, "harbour council")
reads("escapes.txt", f"\x1b]0;owned\x07{PROSE}\x1b[31m", "harbour council", "\x1b")
either("one-word.txt", "x" * 10 * MB)
either("line-breaks.txt", "\n" * 20 * MB + "x")
either("a-letter-a-line.txt", "x\n" * 2 * MB)
fails("long-text.txt", lambda: b"Rain fell on it. " * 1_300_000, "20 MB")
fails("long-file.txt", lambda: b"Rain fell on it. " * 3_000_000, "50 MB")
fails("png.txt", b"\x89PNG\r\n\x1a\n" + bytes(500), "PNG")
fails("program.md", b"\x7fELF\x02\x01\x01" + bytes(500), "a program")
fails("zip.txt", GOOD[".zip"], "zip")
fails("pdf.html", GOOD[".pdf"], "PDF")
fails("gzip.txt", GOOD[".txt.gz"], "gzip")
fails("html.pdf", PAGE, "PDF")
fails("text.docx", PROSE)
fails("text.epub", PROSE)
fails("text.zip", PROSE)
fails("text.txt.gz", PROSE)
fails("rtf.docx", b"{\\rtf1 " + PROSE.encode() + b"}")

# Markdown

either("front-matter-open.md", "---\ntitle: x\n" * 50_000)
reads("front-matter-laughs.md", "---\na: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{b}: &{b} [{','.join([f'*{a}'] * 9)}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
) + "title: *i\n---\n\n" + PROSE, "harbour council")  # fmt: skip
reads("front-matter-deep.md", "---\ntitle: " + "[" * 30_000 + "\n---\n\n" + PROSE, "harbour")
reads("front-matter-python.md", "---\ntitle: !!python/object/apply:os.system ['touch "
      f"/tmp/{MARK}']\n---\n\n{PROSE}", "harbour council")  # fmt: skip
either("quotes.md", "> " * 50_000 + PROSE)
either("brackets.md", "[" * 100_000 + PROSE)
either("images.md", "![a](" * 50_000 + PROSE)
either("emphasis.md", "*a _b " * 50_000)
either("backticks.md", "".join("`" * n + " x " for n in range(1, 1500)))
either("lists.md", "".join(" " * n + "- x\n" for n in range(3_000)))
either("columns.md", "|" * 20_000 + "\n" + "|-" * 20_000 + "\n" + "|x" * 20_000)
either("html-blocks.md", "<div>\n\n" * 30_000 + PROSE)
either("references.md", "[a]: " + URL + "\n[a][a] " * 50_000)

# HTML

either("attributes.html", page("<p " + " ".join(f"a{n}=1" for n in range(200_000)) + f">{PROSE}"))
either(
    "attributes-60000.html", page("<p " + " ".join(f"a{n}" for n in range(60_000)) + ">" + PROSE)
)
either(
    "attributes-many-tags.html",
    page(
        "".join(f"<p {' '.join(f'b{k}_{n}' for k in range(900))}>{PROSE}</p>" for n in range(300))
    ),
)
fails("levels.html", page("<div>" * 20_000 + PROSE), "deep")
either("levels-4000.html", page("<div>" * 4_000 + PROSE))
either("levels-of-fonts.html", page("<font size=2>" * 100_000 + PROSE))
either("levels-of-tables.html", page("<table><tr><td>" * 2_500 + PROSE))
either("levels-of-lists.html", page("<ul><li>" * 2_400 + PROSE))
either("levels-of-p.html", page("<p>" * 300_000 + PROSE))
reads("hidden.html", page("<p hidden>secret</p>" * 100_000
      + "".join(f"<p>{each}</p>" for each in PARAGRAPHS)), "harbour council", "secret")  # fmt: skip
reads("hidden-tails.html", page("<i style='display:none'>secret</i>x " * 100_000 + f"<p>{PROSE}"),
      "", "secret")  # fmt: skip
either("comments.html", page("<!-- x -->y" * 200_000 + PROSE))
either("paragraphs.html", page("<p>x</p>" * 300_000))
either("frames.html", page("<div class='sidebar related'>x<b>y</b></div>" * 30_000 + PROSE))
either("frames-nested.html", page("<div class='sidebar'>x" * 4_500 + PROSE))
either("brs.html", page("x<br>" * 500_000))
either("cells.html", page("<table>" + "<tr>" + "<td>x" * 200_000 + "</table>" + PROSE))
either("links.html", page(f"<a href='{URL}/x'>x</a> " * 100_000 + PROSE))
either("entities.html", page("&amp;" * 1_000_000))
either("open-brackets.html", page("<" * 2_000_000))
either("open-tags.html", page("<a " * 500_000))
either("open-quotes.html", page("<a b='" * 200_000))
either("open-comment.html", page(f"{PROSE}<!-- " * 10_000))
either("open-script.html", page(f"<p>{PROSE}</p><script>" * 5_000))
either("open-cdata.html", page("<![CDATA[" * 100_000 + PROSE))
either("style.html", page(f"<p style='{'display ' * 50_000}:{' ' * 100_000}none'>{PROSE}</p>"))
either("styles.html", page(f"<p style='clip:rect({'0 ' * 3_000}'>x</p>" * 300 + PROSE))
either("attribute-10-mb.html", page(f"<p title='{'x' * 10 * MB}'>{PROSE}</p>"))
either("title-10-mb.html", page(f"<p>{PROSE}</p>", f"<title>{'x ' * 5 * MB}</title>"))
either("metas.html", page(f"<p>{PROSE}</p>", "<meta name=author content=x>" * 200_000))
either("times.html", page("<time datetime='2024-01-01'>x</time> " * 50_000 + PROSE))
either("bylines.html", page("<p class='byline'>By Marta Voss</p>" * 50_000 + PROSE))
reads("ld-deep.html", page(f"<p>{PROSE}</p>", "<script type='application/ld+json'>"
      + "[" * 100_000 + "</script>"), "harbour council")  # fmt: skip
reads("ld-graph-deep.html", page(f"<p>{PROSE}</p>", "<script type='application/ld+json'>"
      + '{"@graph":[' * 900 + "]}" * 900 + "</script>"), "harbour council")  # fmt: skip
reads("ld-nan.html", page(f"<p>{PROSE}</p>", "<script type='application/ld+json'>"
      '{"@type":"NewsArticle","headline":NaN,"datePublished":1e400,"author":Infinity}</script>'),
      "harbour council")  # fmt: skip
either(
    "ld-many.html",
    page(
        f"<p>{PROSE}</p>",
        "<script type='application/ld+json'>"
        + json.dumps({"@graph": [{"@type": "Article", "headline": "x"}] * 100_000})
        + "</script>",
    ),
)
reads("calls-home.html", page(
    f"<p>{PROSE}</p><img src='{URL}/a.png' onerror=\"fetch('{URL}/b')\"><iframe src='{URL}/c'>"
    f"</iframe><link rel=stylesheet href='{URL}/d'><object data='{URL}/e'></object>",
    f"<base href='{URL}/'><meta http-equiv=refresh content='0;url={URL}/f'>"
    f"<link rel=canonical href='{URL}/g'>"), "harbour council")  # fmt: skip
either("xxe.xhtml", '<?xml version="1.0"?>' + xxe("html") + f"<html><body><p>{PROSE}</p><p>&lol;"
       "</p></body></html>", never="root:")  # fmt: skip
either("xxe-address.xhtml", '<?xml version="1.0"?>' + xxe("html", f"{URL}/dtd")
       + f"<html><body><p>{PROSE} &lol;</p></body></html>")  # fmt: skip
either("laughs.xhtml", '<?xml version="1.0"?>' + laughs("html")
       + f"<html><body><p>{PROSE} &lol;</p></body></html>")  # fmt: skip
for label in ("utf-7", "punycode", "base64", "idna", "unicode_escape", "rot13", "zip", "x" * 29):
    either(f"charset-{label}.html", page(f"<p>{PROSE} +ADw-script+AD4- \\x00</p>",
           f"<meta charset='{label}'>"))  # fmt: skip
fails("only-scripts.html", "<html><script>alert(1)</script></html>", "no text")
fails("no-words.html", "<html><body><p>… — !</p></body></html>")
either("doctype-only.html", "<!doctype html>")
either("frameset.html", f"<frameset><frame src='{URL}/x'></frameset>")
either("svg.html", page("<svg>" * 2_000 + f"<foreignObject><p>{PROSE}"))

# Records

fails("deep.json", "[" * 100_000)
fails("deep-closed.json", "[" * 100_000 + "]" * 100_000)
fails("deep-objects.json", '{"a":' * 100_000 + "1" + "}" * 100_000)
either("deep-in-record.json", '{"title":"x","text":' + "[" * 500 + f'"{PROSE}"' + "]" * 500 + "}")
either("nan.json", f'[{{"title":"x","text":"{PROSE}","date":NaN,"n":Infinity}}]')
either("number.json", f'[{{"title":"x","text":"{PROSE}","date":1{"0" * 400},"n":1e400}}]')
either("number-4301.json", f'[{{"title":"x","text":"{PROSE}","date":1{"0" * 5_000}}}]')
either(
    "dates.json",
    json.dumps(
        [
            RECORD | {"date": d}
            for d in (
                -1,
                1e18,
                0,
                "0000-00-00",
                "9999-99-99",
                "2024-02-30",
                True,
                [1],
                {"a": 1},
                "1" * 10_000,
            )
        ]
    ),
)
either("same-keys.json", '{"text":"a","text":"b","text":"' + PROSE + '"}')
either("lone-surrogates.json", f'[{{"title":"\\ud800\\udfff\\ud800","text":"{PROSE} \\udc00"}}]',
       never="\udc00")  # fmt: skip
either("nul-escape.json", f'[{{"title":"\\u0000","text":"{PROSE}\\u0000\\u202e"}}]', never="\u202e")
fails("truncated.json", json.dumps([RECORD, RECORD])[:-200])
fails("numbers.json", "[1, 2, 3]")
fails("no-records.json", "[]")
fails("null.json", "null")
either("many.json", "[" + ",".join(["{}"] * 200_000) + "]")
either("many-strings.json", json.dumps({"text": ["x y"] * 300_000}))
either("bad-lines.jsonl", json.dumps(RECORD) + "\n{broken\n\n[[[[\n" + json.dumps(RECORD))
fails("deep.jsonl", ("[" * 20_000 + "\n") * 20)
either("many.jsonl", '{"text":"a b"}\n' * 150_000)
either("huge-line.jsonl", '{"text":"' + "x " * 5 * MB + '"}')
either("field.csv", 'title,text\nx,"' + "word " * 100_000 + '"\n')
either("open-quote.csv", 'title,text\nx,"' + f"{PROSE}\n" * 5_000)
either("columns.csv", ",".join(f"c{n}" for n in range(100_000)) + "\n" + "x," * 100_000)
either("rows.csv", "title,text\n" + "x,y z\n" * 200_000)
either("quotes.csv", '"' * 2_000_000)
either("formula.csv", f"title,text\n=cmd|' /C calc'!A0,{PROSE.replace(',', '')}\n")
fails("nul.csv", f"title,text\nx,a\0b{PROSE}\n")

# Archives


def _bomb(size: int) -> bytes:
    return bytes(size)


def _bombed(content: bytes, name: str, size: int = 400 * MB) -> bytes:
    """The archive with one more entry of so many zeros, put together without packing them all."""
    block = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = block.compress(bytes(MB)) + block.flush(zlib.Z_FULL_FLUSH)
    packed = packed * (size // MB) + b"\x03\x00"
    target = io.BytesIO(content)
    with zipfile.ZipFile(target, "a") as archive:
        archive.writestr(zipfile.ZipInfo(name), packed)
    found = bytearray(target.getvalue())
    checksum = zlib.crc32(bytes(size))
    for start, method, sizes, at_name in ((b"PK\3\4", 8, 14, 30), (b"PK\1\2", 10, 16, 46)):
        at = found.rindex(start)
        assert found[at + at_name :].startswith(name.encode())
        found[at + method : at + method + 2] = struct.pack("<H", 8)
        found[at + sizes : at + sizes + 12] = struct.pack("<III", checksum, len(packed), size)
    return bytes(found)


def _overlapping(count: int = 500) -> bytes:
    """Many directory entries for the same bytes, each with its full size."""
    content = zlib.compress(b"Rain fell. " * 200_000, 9)[2:-4]
    crc = zlib.crc32(b"Rain fell. " * 200_000)
    sizes = struct.pack("<III", crc, len(content), 11 * 200_000)
    local = struct.pack("<4sHHHHH", b"PK\3\4", 20, 0, 8, 0, 0) + sizes + struct.pack("<HH", 5, 0)
    body = local + b"a.txt" + content
    directory = b"".join(
        struct.pack("<4sHHHHHH", b"PK\1\2", 20, 20, 0, 8, 0, 0) + sizes
        + struct.pack("<HHHHHII", len(name), 0, 0, 0, 0, 0, 0) + name
        for name in (b"%05d.txt" % n for n in range(count))
    )  # fmt: skip
    end = struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, count, count, len(directory), len(body), 0)
    return body + directory + end


def _lying() -> bytes:
    """Declares one byte where there are 100 MB."""
    content = bytearray(zipped({"a.txt": _bomb(20 * MB)}))
    for start, offset in ((b"PK\3\4", 22), (b"PK\1\2", 24)):
        at = content.index(start) + offset
        content[at : at + 4] = struct.pack("<I", 1)
    return bytes(content)


def _flagged(content: bytes, flag: int = 1) -> bytes:
    """The archive with the bit for encryption set in each entry."""
    found = bytearray(content)
    for start, offset in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        at = found.find(start)
        while at >= 0:
            found[at + offset] |= flag
            at = found.find(start, at + 4)
    return bytes(found)


def _link_entry() -> bytes:
    link = zipfile.ZipInfo("link.txt")
    link.create_system, link.external_attr = 3, 0o120777 << 16
    return zipped([(link, "/etc/passwd"), ("a.txt", GOOD[".txt"])])


_PARENTS = "../" * 12
fails("bomb.zip", lambda: _bombed(zipped({}), "a.txt"))
fails("bomb-nested.zip", lambda: zipped({"a.zip": zipped({"b.zip": _bombed(zipped({}), "c.txt")})}))
fails("bomb-many.zip", lambda: zipped({f"{n}.txt": bytes(2 * MB) for n in range(110)}))
fails("bomb.docx", lambda: _bombed(docx(), "word/media/a.xml"))
fails("bomb-document.docx", lambda: docx(f"<w:p><w:r><w:t>{'x' * 25 * MB}</w:t></w:r></w:p>"))
fails("bomb.epub", lambda: _bombed(epub(), "OEBPS/x.css"))
fails("overlapping.zip", _overlapping)
fails("lying.zip", _lying)
fails("quine-depth.zip", lambda: zipped({"a.zip": GOOD[".zip"]}))
either(
    "traversal.zip",
    lambda: zipped(
        {
            f"{_PARENTS}tmp/{MARK}.txt": PROSE,
            f"/tmp/{MARK}-2.txt": PROSE,
            f"../{MARK}-3.txt": PROSE,
            f"C:\\{MARK}-4.txt": PROSE,
            f"..\\..\\{MARK}-5.txt": PROSE,
            "a.txt": GOOD[".txt"],
        }
    ),
)
either("traversal.docx", lambda: docx(extra={f"{_PARENTS}tmp/{MARK}.txt": PROSE}))
either("link-entry.zip", _link_entry, never="root:")
fails("encrypted.zip", lambda: _flagged(zipped({"a.txt": PROSE})))
fails("encrypted-entries.docx", lambda: _flagged(docx()))
fails("entries.zip", lambda: zipped({f"{n}.txt": PROSE for n in range(6_000)}, zipfile.ZIP_STORED))
fails("truncated.zip", lambda: GOOD[".zip"]()[:-40])
fails("truncated-start.zip", lambda: GOOD[".zip"]()[60:] + b"")
fails(
    "bad-crc.zip",
    lambda: zipped({"a.txt": PROSE}, zipfile.ZIP_STORED).replace(b"harbour", b"hArbour", 1),
)
fails("images.zip", lambda: zipped({"a.png": b"\x89PNG" + bytes(90), "b.jpg": b"\xff\xd8\xff\0"}))
either("same-names.zip", lambda: _renamed(zipped({"a.txt": PROSE, "b.txt": PROSE})))
either(
    "odd-names.zip",
    lambda: zipped(
        {
            "a\nb.txt": PROSE,
            "<img src=x onerror=alert(1)>.txt": PROSE,
            "\u202etxt.exe.txt": PROSE,
            "x" * 60_000 + ".txt": PROSE,
            "con.txt": PROSE,
            ".txt": PROSE,
            "a/": "",
        }
    ),
)
either("method.zip", lambda: GOOD[".zip"]().replace(b"\x08\x00", b"\x63\x00"))
fails("nothing.zip", lambda: zipped({}))
fails("macosx-only.zip", lambda: zipped({"__MACOSX/._a.txt": b"\0\5\x16\7" + bytes(50)}))
either("zip-in-front.zip", lambda: b"#!/bin/sh\nrm -rf\n" + GOOD[".zip"]())
either(
    "hostile-inside.zip",
    lambda: zipped(
        {
            "good.txt": GOOD[".txt"],
            "deep.json": "[" * 100_000,
            "laughs.rss": feed(before=laughs("rss")),
            "levels.html": page("<div>" * 20_000),
            "nul.txt": "a\0b",
            "broken.pdf": b"%PDF-1.7 broken",
        }
    ),
)
fails("bomb.txt.gz", lambda: gzip.compress(_bomb(5 * MB)) * 80)
fails("bomb.html.gz", lambda: gzip.compress(b"<p>x</p>" * MB) * 30)
fails("twice.txt.gz", lambda: gzip.compress(gzip.compress(_bomb(20 * MB)) + b"x"))
fails("truncated.txt.gz", lambda: GOOD[".txt.gz"]()[:-20])
either("garbage-behind.txt.gz", lambda: GOOD[".txt.gz"]() + b"garbage" * 100)
fails("bad-crc.txt.gz", lambda: GOOD[".txt.gz"]()[:-8] + b"\0" * 8)
either("members.txt.gz", lambda: gzip.compress(b"Rain fell. ") * 20_000)
fails("png.txt.gz", lambda: gzip.compress(b"\x89PNG\r\n\x1a\n" + bytes(100)))
either("name.txt.gz", lambda: b"\x1f\x8b\x08\x08" + bytes(6) + b"../../" + MARK.encode() + b"\0"
       + GOOD[".txt.gz"]()[10:])  # fmt: skip


def _renamed(content: bytes) -> bytes:
    return content.replace(b"b.txt", b"a.txt")


# Word documents and books

fails("encrypted.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(3_000))
either("xxe.docx", lambda: docx(_ENTITY_P, xxe("w:document")), never="root:")
either("xxe-address.docx", lambda: docx(_ENTITY_P, xxe("w:document", f"{URL}/dtd")))
either("laughs.docx", lambda: docx(_ENTITY_P, laughs("w:document")), never="lollol")
either(
    "blowup.docx",
    lambda: docx(f"<w:p><w:r><w:t>{'&lol;' * 50_000}</w:t></w:r></w:p>", blowup("w:document")),
)
either(
    "calls-home.docx",
    lambda: docx(
        extra={
            "word/_rels/document.xml.rels": (
                f'<?xml version="1.0"?><Relationships xmlns="{_PACKAGE}/relationships">'
                "<Relationship "
                f'Id="r9" Type="{_OFFICE}/attachedTemplate" Target="{URL}/t.dotm" '
                f'TargetMode="External"/><Relationship Id="r8" '
                f'Type="{_OFFICE}/image" Target="{URL}/x.png" TargetMode="External"/>'
                f'<Relationship Id="r7" Type="{_OFFICE}/image" Target="../../../../etc/passwd"/>'
                "</Relationships>"
            )
        }
    ),
)
either(
    "tables.docx",
    lambda: docx("<w:tbl><w:tr><w:tc>" * 2_000 + "<w:p/>" + "</w:tc></w:tr></w:tbl>" * 2_000),
)
either("deep.docx", lambda: docx("<w:sdt><w:sdtContent>" * 20_000
       + "</w:sdtContent></w:sdt>" * 20_000))  # fmt: skip
either("runs.docx", lambda: docx("<w:p>" + "<w:r><w:t>x </w:t></w:r>" * 200_000 + "</w:p>"))
either("paragraphs.docx", lambda: docx("<w:p><w:r><w:t>x</w:t></w:r></w:p>" * 100_000))
either("cells.docx", lambda: docx("<w:tbl>" + ("<w:tr>" + "<w:tc><w:p/></w:tc>" * 100 + "</w:tr>")
       * 300 + "</w:tbl>"))  # fmt: skip
either("spans.docx", lambda: docx("<w:tbl><w:tr><w:tc><w:tcPr><w:gridSpan w:val='2000000000'/>"
       f"</w:tcPr><w:p><w:r><w:t>{PROSE}</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"))  # fmt: skip
fails("nothing.docx", lambda: docx("<w:p/>"))
fails("no-document.docx", lambda: zipped({"[Content_Types].xml": "<Types/>", "a.xml": "<a/>"}))
fails("truncated.docx", lambda: docx()[:-100])
fails("broken-xml.docx", lambda: docx("<w:p><w:r><w:t>x</w:p>"))
fails("bare.docx", lambda: GOOD[".zip"]())
either("properties.docx", lambda: docx(extra={"docProps/core.xml": laughs("x") + "<x>&lol;</x>"}))
either("xxe.epub", lambda: epub(before=xxe("package")), never="root:")
either("laughs.epub", lambda: epub(before=laughs("package")), never="lollol")
either("xxe-chapter.epub", lambda: epub([
    '<?xml version="1.0"?>' + xxe("html") + f"<html><body><p>{PROSE}</p>&lol;</body></html>"]),
    never="root:")  # fmt: skip
either("laughs-chapter.epub", lambda: epub([
    '<?xml version="1.0"?>' + laughs("html") + f"<html><body><p>{PROSE} &lol;</p></body></html>"]),
    never="lollol")  # fmt: skip
either(
    "traversal.epub",
    lambda: epub(
        spine='<itemref idref="x"/><itemref idref="y"/>',
        manifest=(
            '<item id="x" href="../../../../../../etc/passwd" media-type="application/xhtml+xml"/>'
            '<item id="y" href="file:///etc/passwd" media-type="application/xhtml+xml"/>'
        ),
    ),
    never="root:",
)
either(
    "calls-home.epub",
    lambda: epub(
        spine='<itemref idref="x"/>',
        manifest=(f'<item id="x" href="{URL}/c.xhtml" media-type="application/xhtml+xml"/>'),
    ),
)
either("spine.epub", lambda: epub(spine='<itemref idref="c0"/>' * 100_000))
either("manifest.epub", lambda: epub(manifest='<item id="z" href="z.png"/>' * 200_000))
either(
    "chapters.epub",
    lambda: epub([f"<html><body><p>{PROSE} {n}</p></body></html>" for n in range(1_500)]),
)
either("levels.epub", lambda: epub([f"<html><body>{'<div>' * 20_000}{PROSE}</body></html>"]))
fails(
    "encrypted.epub",
    lambda: epub(
        ["\x8f\x02garbage\x00" * 50],
        extra={
            "META-INF/encryption.xml": "<encryption "
            'xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><EncryptedData '
            'xmlns="http://www.w3.org/2001/04/xmlenc#"><CipherData><CipherReference '
            'URI="OEBPS/c0.xhtml"/></CipherData></EncryptedData></encryption>'
        },
    ),
)
fails("no-container.epub", lambda: zipped({"mimetype": "application/epub+zip", "a.html": PAGE}))
fails("no-chapters.epub", lambda: epub(["<html><body/></html>"]))
fails("truncated.epub", lambda: epub()[:-100])

# PDF

fails("header.pdf", "%PDF-1.7\n")
fails("garbage.pdf", lambda: b"%PDF-1.7\n" + random.Random(3).randbytes(100_000))
fails("truncated.pdf", lambda: pdf_of()[:300])
either("without-xref.pdf", lambda: pdf_of()[:-150])
fails("no-pages.pdf", lambda: pdf_of([]))
fails("image.pdf", lambda: pdf_of([stream(b"q 600 0 0 700 0 0 cm /I Do Q")]))
fails(
    "encrypted.pdf",
    lambda: pdf_of(
        trailer=(
            b"/Encrypt << /Filter /Standard /V 2 /R 3 /Length 128 /P -44 /O <%s> /U <%s> >> "
            b"/ID [<%s> <%s>]" % (b"61" * 32, b"62" * 32, b"63" * 16, b"63" * 16)
        )
    ),
)
fails("encrypted-unknown.pdf", lambda: pdf_of(trailer=b"/Encrypt << /Filter /Nobody /V 99 >>"))
either(
    "outline.pdf",
    lambda: pdf_of(
        catalog=b"/Outlines 4 0 R",
        extra={
            4: b"<< /Type /Outlines /First 5 0 R /Last 6 0 R /Count 2 >>",
            5: b"<< /Title (a) /Parent 4 0 R /Next 6 0 R /First 5 0 R /Last 5 0 R >>",
            6: b"<< /Title (b) /Parent 4 0 R /Next 5 0 R /Prev 5 0 R /First 4 0 R >>",
        },
    ),
)
either(
    "page-tree.pdf",
    lambda: pdf(
        {
            1: b"<< /Type /Catalog /Pages 2 0 R >>",
            2: b"<< /Type /Pages /Kids [4 0 R 2 0 R] /Count 2 >>",
            4: b"<< /Type /Pages /Parent 2 0 R /Kids [2 0 R 4 0 R] /Count 2 >>",
        }
    ),
)
either(
    "page-tree-deep.pdf",
    lambda: pdf(
        {
            1: b"<< /Type /Catalog /Pages 2 0 R >>",
            **{
                n: b"<< /Type /Pages /Kids [%d 0 R] /Count 1 /Parent %d 0 R >>" % (n + 1, n - 1)
                for n in range(2, 20_000)
            },
        }
    ),
)
either(
    "same-page.pdf",
    lambda: pdf(
        {
            1: b"<< /Type /Catalog /Pages 2 0 R >>",
            3: FONT,
            5: stream(written(LINES)),
            2: b"<< /Type /Pages /Kids [%s] /Count 3000 >>" % (b"4 0 R " * 3_000),
            4: b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 5 0 R "
            b"/Resources << /Font << /F1 3 0 R >> >> >>",
        }
    ),
)
either(
    "count.pdf",
    lambda: pdf(
        {
            1: b"<< /Type /Catalog /Pages 2 0 R >>",
            2: b"<< /Type /Pages /Kids [] /Count 2000000000 >>",
        }
    ),
)
either("5000-pages.pdf", lambda: pdf_of([stream(written([f"Page {n}.", *LINES[:2]]))
       for n in range(5_000)]))  # fmt: skip
either("bomb.pdf", lambda: pdf_of([stream(zlib.compress(bytes(150 * MB), 1),
       b"/Filter /FlateDecode")]))  # fmt: skip
either("bomb-twice.pdf", lambda: pdf_of([stream(zlib.compress(zlib.compress(bytes(1_000 * MB), 9)),
       b"/Filter [/FlateDecode /FlateDecode]")]))  # fmt: skip
either("text-bomb.pdf", lambda: pdf_of([stream(zlib.compress(written(LINES * 20_000), 9),
       b"/Filter /FlateDecode")]))  # fmt: skip
either("runlength.pdf", lambda: pdf_of([stream(b"\x81x" * 5 * MB, b"/Filter /RunLengthDecode")]))
either("predictor.pdf", lambda: pdf_of([stream(zlib.compress(written(LINES)),
       b"/Filter /FlateDecode "
       b"/DecodeParms << /Predictor 15 /Columns 2000000000 /Colors 99 >>")]))  # fmt: skip
either("xref-loop.pdf", lambda: pdf_of(trailer=b"/Prev 15"))
either("xref-self.pdf", lambda: pdf_of().replace(b"/Root 1 0 R", b"/Root 1 0 R /Prev %d"
       % pdf_of().index(b"xref\n")))  # fmt: skip
either("length.pdf", lambda: pdf_of().replace(b"/Length ", b"/Length 99999999", 1))
either("length-self.pdf", lambda: pdf_of([b"<< /Length 11 0 R >>\nstream\nBT ET\nendstream"]))
either("contents-self.pdf", lambda: pdf_of([b"[11 0 R 11 0 R]"]))
either("arrays.pdf", lambda: pdf_of(catalog=b"/X " + b"[" * 50_000 + b"]" * 50_000))
either("dictionaries.pdf", lambda: pdf_of(catalog=b"/X " + b"<</A" * 50_000 + b">>" * 50_000))
either("inline-arrays.pdf", lambda: pdf_of([stream(b"[" * 100_000)]))
either("forms.pdf", lambda: pdf_of([stream(b"/X Do")], extra={4: stream(b"/X Do " * 500,
       b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] "
       b"/Resources << /XObject << /X 4 0 R >> >>")}).replace(
       b"/Font << /F1 3 0 R >>", b"/Font << /F1 3 0 R >> /XObject << /X 4 0 R >>"))  # fmt: skip
either(
    "cmap.pdf",
    lambda: pdf_of(
        extra={
            3: b"<< /Type /Font /Subtype /Type0 /BaseFont /A /Encoding /Identity-H "
            b"/ToUnicode 4 0 R /DescendantFonts [5 0 R] >>",
            4: stream(
                b"1 begincodespacerange <0000> <ffffffff> endcodespacerange\n1 beginbfrange "
                b"<00000000> <7fffffff> <0041> endbfrange"
            ),
            5: b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /A /W [0 2000000000 500] >>",
        }
    ),
)
either(
    "actions.pdf",
    lambda: pdf_of(
        catalog=(
            b"/OpenAction << /S /Launch /F (/bin/sh) >> /AA << /O << /S /URI /URI (%s/a) >> >> "
            b"/Names << /JavaScript << /Names [(x) << /S /JavaScript /JS (x\\(1\\)) >>] >> >>"
            % URL.encode()
        )
    ),
)
either(
    "external-stream.pdf",
    lambda: pdf_of(
        [b"<< /Length 0 /F << /FS /URL /F (%s/x) >> >>\nstream\n\nendstream" % URL.encode()]
    ),
)
either(
    "external-file.pdf",
    lambda: pdf_of([b"<< /Length 0 /F (/etc/passwd) >>\nstream\n\nendstream"]),
    never="root:",
)
either(
    "numbers.pdf", lambda: pdf_of([stream(b"BT /F1 1e400 Tf " + b"9" * 5_000 + b" 0 Td (x) Tj")])
)
either(
    "positions.pdf",
    lambda: pdf_of(
        [
            stream(
                b"BT /F1 9 Tf "
                + b"".join(b"1 0 0 1 %d 700 Tm (a) Tj " % (n % 600) for n in range(50_000))
                + b"ET"
            )
        ]
    ),
)
either(
    "xmp.pdf",
    lambda: pdf_of(
        catalog=b"/Metadata 4 0 R",
        extra={
            4: stream(
                b"<?xpacket begin=''?>" + laughs("x").encode() + b"<x>&lol;</x>",
                b"/Type /Metadata /Subtype /XML",
            )
        },
    ),
)
either("info.pdf", lambda: pdf_of(extra={4: b"<< /Title (%s) /CreationDate (D:99999999999999) "
       b"/Author [1 2 3] >>" % (b"x" * MB)}, trailer=b"/Info 4 0 R"))  # fmt: skip

# Mail


def _parts(depth: int) -> str:
    start = "".join(f'--b{n}\r\nContent-Type: multipart/mixed; boundary="b{n + 1}"\r\n\r\n'
                    for n in range(depth))  # fmt: skip
    return start + f"--b{depth}\r\nContent-Type: text/plain\r\n\r\n{PROSE}\r\n"


either("deep.eml", mail(body=_parts(2_000), kind='multipart/mixed; boundary="b0"'))
either("deep-90.eml", mail(body=_parts(90), kind='multipart/mixed; boundary="b0"'))
either("parts.eml", mail(body=("--b\r\nContent-Type: text/plain\r\n\r\nx y\r\n" * 20_000),
       kind='multipart/mixed; boundary="b"'))  # fmt: skip
either("messages.eml", mail(body="Content-Type: message/rfc822\r\n\r\n" * 3_000 + PROSE,
       kind="message/rfc822"))  # fmt: skip
either("no-boundary.eml", mail(kind="multipart/mixed"))
either("broken-base64.eml", mail("Content-Transfer-Encoding: base64\r\n", "!!!! not base64 ===="))
either("charset.eml", mail(kind="text/plain; charset=unicode_escape", body="\\x00 " + PROSE))
either("charset-unknown.eml", mail(kind="text/plain; charset=\u202ex-nobody"))
either("header.eml", mail(f"X-Long: {'x' * 2 * MB}\r\n"))
either("headers.eml", mail("X-Many: x\r\n" * 100_000))
either("subject.eml", mail().replace("Subject: ", "Subject: " + "=?utf-8?b?eA==?= " * 20_000))
either("subject-open.eml", mail().replace("Subject: ", "Subject: " + "=?utf-8?q?" * 50_000))
either("addresses.eml", mail().replace("From: ", "From: " + "a@b.invalid, " * 30_000))
either("address-parens.eml", mail().replace("From: ", "From: " + "(" * 20_000))
either("date.eml", mail().replace("Tue, 12 Mar 2024", "Tue, 99 Xyz 999999999999"))
either(
    "continuations.eml",
    mail(kind="text/plain; " + "; ".join(f"name*{n}*=utf-8''%00" for n in range(20_000))),
)
either(
    "attachment.eml",
    mail(
        kind='multipart/mixed; boundary="b"',
        body=(
            f"--b\r\nContent-Type: text/plain\r\n\r\n{PROSE}\r\n--b\r\nContent-Type: text/plain\r\n"
            f'Content-Disposition: attachment; filename="{_PARENTS}tmp/{MARK}"\r\n\r\nx\r\n--b--'
        ),
    ),
)
either("external-body.eml", mail(kind=f'message/external-body; access-type=URL; URL="{URL}/x"'))
either(
    "calls-home.eml",
    mail(kind="text/html", body=PAGE.replace("<p>", f"<p><img src='{URL}/pixel.png'>")),
)
fails("attachment-only.eml", mail(kind="application/octet-stream", body="AAAA"))
fails("nul.eml", b"\0\0\0\0" * 500)
either("levels.eml", mail(kind="text/html", body="<div>" * 20_000 + PROSE))
either("froms.mbox", "From x Tue Mar 12 10:00:00 2024\n" * 100_000)
either("one-bad.mbox", "From x Tue Mar 12 10:00:00 2024\n" + mail() + "\n\nFrom x Tue Mar 12 "
       "10:00:00 2024\nContent-Type: multipart/mixed\n\n\0\0\0")  # fmt: skip
fails("no-message.mbox", PROSE)

# Feeds, and pages saved whole

either("xxe.rss", feed(_ENTITY_ITEM, xxe("rss")), never="root:")
either("xxe-address.rss", feed(_ENTITY_ITEM, xxe("rss", f"{URL}/x")))
either("dtd-address.rss", feed(before=f'<!DOCTYPE rss SYSTEM "{URL}/rss.dtd">'))
either(
    "parameter-entity.rss", feed(before=f'<!DOCTYPE rss [<!ENTITY % x SYSTEM "{URL}/x.dtd"> %x;]>')
)
either("laughs.rss", feed(_ENTITY_ITEM, laughs("rss")), never="lollol")
either(
    "blowup.rss",
    feed(
        f"<item><title>x</title><description>{'&lol;' * 50_000}</description></item>", blowup("rss")
    ),
)
either("laughs.atom", '<?xml version="1.0"?>' + laughs("feed") + '<feed xmlns="http://www.w3.org/'
       f'2005/Atom"><title>x</title><entry><title>&lol;</title><content>{PROSE}&lol;</content>'
       "</entry></feed>", never="lollol")  # fmt: skip
fails("deep.rss", feed("<a>" * 100_000))
either("many.rss", feed("<item><title>x</title><description>y z</description></item>" * 50_000))
either("levels.rss", feed("<item><title>x</title><description>"
       + "&lt;div&gt;" * 20_000 + PROSE + "</description></item>"))  # fmt: skip
fails("no-items.rss", feed("<x/>"))
fails("truncated.rss", feed()[:150])
fails("text.rss", PROSE)
fails("text.mhtml", PROSE)
fails("no-html.mhtml", mhtml().replace("text/html; charset", "image/png; charset"))
either("truncated.mhtml", mhtml()[:-300])
either("levels.mhtml", mhtml(page("<div>" * 20_000)))
either("calls-home.mhtml", mhtml(PAGE.replace("<p>", f"<img src='{URL}/x.png'><p>")))
either("base64.mhtml", mhtml(base64.b64encode(bytes(3 * MB)).decode()).replace("8bit", "base64"))

# Names, and things that are no files


def _named(name: str) -> None:
    HOSTILE.append(Hostile(name, _writer(GOOD[".txt"]), "reads", "harbour council"))


_named("n" * 251 + ".txt")
_named("é" * 125 + "x.txt")
_named("line\nbreak.txt")
_named("<img src=x onerror=alert(1)>.txt")
_named("\u202etxt.exe.txt")
_named("'; DROP TABLE article; --.txt")
_named("$(touch evil).txt")
_named("%s%n%(x)s{0}.txt")
_named("-rf.txt")
_named(os.fsdecode(b"\xff\xfe\x80.txt"))
_named(" .txt")


def special(name: str, make: Callable[[Path], object], fate: str = "fails", says: str = "") -> None:
    """Something that is made otherwise than by writing bytes."""
    HOSTILE.append(Hostile(name, lambda path: make(path) and None, fate, says))


def _socket(path: Path) -> None:
    here = os.getcwd()
    with socket.socket(socket.AF_UNIX) as made:
        os.chdir(path.parent)  # the path of a socket has 108 bytes at most
        try:
            made.bind(path.name)
        finally:
            os.chdir(here)


def _growing(path: Path) -> None:
    """A file that somebody writes to for the next half second."""
    path.write_text(PROSE)

    def grow() -> None:
        until = time.monotonic() + 0.5
        with path.open("a") as file:
            while time.monotonic() < until:
                file.write(f"\n\n{PROSE}")
                file.flush()

    threading.Thread(target=grow, daemon=True).start()


def _replaced(path: Path) -> None:
    """A file that is swapped for a pipe and back for the next half second."""
    path.write_text(PROSE)

    def swap() -> None:
        until = time.monotonic() + 0.5
        other = path.with_name(f".{path.name}.other")
        while time.monotonic() < until:
            os.mkfifo(other)
            os.replace(other, path)
            other.write_text(PROSE)
            os.replace(other, path)

    threading.Thread(target=swap, daemon=True).start()


special("pipe.txt", os.mkfifo, says="pipe")
special("socket.txt", _socket, says="socket")
special("device.txt", lambda path: path.symlink_to("/dev/zero"), says="leaves the folder")
special("outside.txt", lambda path: path.symlink_to("/etc/passwd"), says="leaves the folder")
special("loop.txt", lambda path: path.symlink_to(path.name))
special("nowhere.txt", lambda path: path.symlink_to("missing.txt"), says="nowhere")
special("folder.txt", lambda path: path.mkdir(), says="directory")
special("missing.txt", lambda path: None)
special("growing.txt", _growing, "either")
special("replaced.txt", _replaced, "either")
special("sparse.txt", lambda path: (path.touch(), os.truncate(path, 10**12)), says="50 MB")
