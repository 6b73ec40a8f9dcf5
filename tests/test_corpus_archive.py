"""gzip and zip: bounded, one level deep; and every format survives bytes that were changed."""

import gzip
import io
import json
import random
import zipfile
from collections.abc import Callable

import pytest
from test_corpus_feed import ATOM, RSS
from test_corpus_mail import HEADERS, MIXED
from test_corpus_mhtml import HEAD, PAGE
from test_corpus_records import LINES, RECORDS, TEXT

from corpus import ArticleError
from corpus.read import parse, reading


def zipped(members: dict[str, str | bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


LARGE = random.Random(1).randbytes(26_000_000).hex().encode()
BOX = f"From a@b Mon Mar  3 07:15:00 2025\n{HEADERS}{MIXED}\n" * 2
TABLE = f'title,text,date\nOne,"{TEXT}",2025-03-03\n'
SAVED = f"{HEAD}--X\nContent-Type: text/html\n\n{PAGE}\n--X--\n"
GOOD: dict[str, bytes] = {
    "a.eml": (HEADERS + MIXED).encode(),
    "a.mbox": BOX.encode(),
    "a.json": json.dumps(RECORDS).encode(),
    "a.jsonl": LINES.encode(),
    "a.csv": TABLE.encode(),
    "a.rss": RSS.encode(),
    "a.atom": ATOM.encode(),
    "a.mhtml": SAVED.encode(),
    "a.jsonl.gz": gzip.compress(LINES.encode()),
    "a.zip": zipped({"a.txt": TEXT, "b.json": json.dumps(RECORDS), "c.html": PAGE}),
}


@pytest.mark.parametrize("name", [name for name in GOOD if not name.endswith((".gz", ".zip"))])
def test_a_gzip_holds_what_its_text_holds(name: str) -> None:
    plain = reading(parse(GOOD[name], name), "/root", name)
    packed = reading(parse(gzip.compress(GOOD[name]), f"{name}.gz"), "/root", f"{name}.gz")
    assert [a.text for a in packed.articles] == [a.text for a in plain.articles]
    assert [a.source for a in packed.articles] == [
        a.source.replace(name, f"{name}.gz") for a in plain.articles
    ]


def test_the_title_comes_from_the_inner_name() -> None:
    found = reading(parse(gzip.compress(TEXT.encode()), "ferry-strike.txt.gz"), "/r", "x.txt.gz")
    assert (found.articles[0].title, found.articles[0].source) == ("Ferry strike", "x.txt.gz")


@pytest.mark.parametrize(
    ("content", "name", "reason"),
    [
        (gzip.compress(b"%PDF-1.7 x"), "a.txt.gz", "a PDF file"),
        (gzip.compress(b"%PDF-1.7 x"), "a.pdf.gz", r"a gzip of \.pdf"),
        (gzip.compress(gzip.compress(b"text")), "a.txt.gz", "a gzip archive"),
        (gzip.compress(b"text"), "a.gz", "does not name"),
        (gzip.compress(b"text"), "a.tar.gz", r"a gzip of \.tar"),
        (gzip.compress(b""), "a.txt.gz", "of nothing"),
        (gzip.compress(b"a" * 5_000_000), "a.txt.gz", "100 times"),
        (gzip.compress(LARGE, 1), "a.md.gz", "50 MB"),
        (gzip.compress(b"some text " * 9)[:-9], "a.txt.gz", "damaged or cut-off"),
        (b"plain text", "a.txt.gz", "no gzip"),
    ],
)  # fmt: skip
def test_a_gzip_that_is_not_read_says_why(content: bytes, name: str, reason: str) -> None:
    with pytest.raises(ArticleError, match=reason):
        parse(content, name)


def test_a_small_text_of_one_letter_is_no_bomb() -> None:
    assert len(parse(gzip.compress(b"word " * 100_000), "a.txt.gz")) == 1


def test_members_of_a_zip_are_numbered_in_the_order_of_their_names() -> None:
    content = zipped(
        {
            "b/two.html": PAGE,
            "a.txt": TEXT,
            "m.jsonl": LINES,
            "inner.zip": zipped({"a.txt": TEXT}),
            "odd.xyz": "x",
            "empty.txt": "",
            "__MACOSX/a.txt": TEXT,
            ".DS_Store": "x",
            "b/Thumbs.db": "x",
            "b/page_files/style.css": "x",
            "b/photo.JPG": "x",
            "a.txt.meta.json": '{"outlet": "The Quay"}',
        }
    )
    found = reading(parse(content, "pile.zip"), "/root", "pile.zip")
    assert [(a.source, a.title) for a in found.articles] == [
        ("pile.zip#1", "A"),
        ("pile.zip#2", "Café reopens"),
        ("pile.zip#5", "One & two"),
        ("pile.zip#6", "Three"),
    ]
    assert [(source, reason.partition(";")[0]) for source, reason in found.failed] == [
        ("pile.zip#3", "empty.txt: empty"),
        ("pile.zip#4", "inner.zip: an archive in an archive"),
        (
            "pile.zip#7",
            "m.jsonl: has no text (its keys are title, foo); name it text".partition(";")[0],
        ),
        ("pile.zip#8", "m.jsonl: is a number, not a record"),
        ("pile.zip#9", "odd.xyz: unknown extension .xyz"),
    ]


@pytest.mark.parametrize("members", [{}, {"__MACOSX/a.txt": "x", "b.png": "y"}])
def test_a_zip_without_articles_says_so(members: dict[str, str | bytes]) -> None:
    with pytest.raises(ArticleError, match="without articles"):
        parse(zipped(members), "a.zip")


CHANGES: list[Callable[[random.Random, bytes], bytes]] = [
    lambda r, b: bytes([r.randrange(256)]),
    lambda r, b: b"",
    lambda r, b: r.randbytes(8),
    lambda r, b: b[: r.randrange(200)],
    lambda r, b: r.choice([b"\0", b"\n\n", b"<", b"]]>", b"=?utf-8?b?", b'"', b"{", b"&#x110000;"]),
]


@pytest.mark.parametrize("name", GOOD)
def test_changed_bytes_only_ever_give_articles_or_a_reason(name: str) -> None:
    reasons = 0
    for seed in range(100):
        chance = random.Random(seed)
        content = GOOD[name]
        for _ in range(chance.choice((1, 3, 20))):
            at = chance.randrange(len(content))
            change = chance.choice(CHANGES)(chance, content[chance.randrange(len(content)) :])
            content = content[:at] + change + content[at + chance.randrange(8) :]
        try:
            reading(parse(content, name), "/root", name)
        except ArticleError as error:
            assert str(error) and "\n" not in str(error)
            reasons += 1
    assert reasons < 100 or name.endswith((".gz", ".zip"))


def test_sidecars_in_a_zip_speak_of_what_stands_beside_them() -> None:
    table = "file,title,author,published\na.txt,Rope snaps,Iris Bell,2024-04-10\n"
    members: dict[str, str | bytes] = {
        "april/a.txt": TEXT,
        "april/byline.csv": table,
        "march/a.txt": TEXT,
        "march/a.txt.meta.json": json.dumps({"title": "Crane falls", "outlet": "Berth News"}),
        "may/a.txt": TEXT,
        "may/byline.csv": "no table of files",
    }
    found = reading(parse(zipped(members), "pack.zip"), "/r", "pack.zip")
    april, march, may = found.articles
    assert (april.title, april.author, april.published) == ("Rope snaps", "Iris Bell", "2024-04-10")
    assert (march.title, march.outlet, march.author) == ("Crane falls", "Berth News", None)
    assert (may.author, may.outlet) == (None, None)
    ((place, reason),) = found.failed
    assert place == "pack.zip#3" and "byline.csv: it has no column 'file'" in reason


def test_each_member_is_told() -> None:
    told: list[int] = []
    parse(zipped({"a.txt": TEXT, "b.txt": TEXT}), "a.zip", page_read=lambda: told.append(1))
    assert len(told) == 2
