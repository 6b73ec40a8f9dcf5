"""MHTML: the page inside, the address it was saved from, and no date of the saving."""

import pytest

from corpus import ArticleError
from corpus.draft import Draft
from corpus.read import parse

TEXT = "The café reopened on Monday morning, a year after the flood had closed it for good."
PAGE = f"<html><head><title>Café reopens</title></head><body><p>{TEXT}</p></body></html>"
HEAD = """From: <Saved by Blink>
Snapshot-Content-Location: https://lenton.example/saved?x=1
Subject: =?utf-8?Q?Caf=C3=A9?=
Date: Mon, 3 Mar 2025 07:15:00 -0000
MIME-Version: 1.0
Content-Type: multipart/related; type="text/html"; boundary="X"

--X
Content-Type: image/png
Content-Transfer-Encoding: base64

AAAA
"""


def page(html: bytes, content_type: str = "text/html") -> Draft:
    part = f"--X\nContent-Type: {content_type}\nContent-Location: https://lenton.example/saved\n\n"
    (draft,) = parse(HEAD.encode() + part.encode() + html + b"\n--X--\n", "a.mhtml")
    return draft


def test_the_page_is_read_and_the_date_of_saving_is_not() -> None:
    draft = page(PAGE.encode())
    assert draft.text == TEXT
    assert draft.metadata.values == {
        "title": "Café reopens",
        "url": "https://lenton.example/saved",
    }
    assert draft.metadata.provenance["url"] == "MHTML Content-Location"


def test_what_the_page_states_goes_first() -> None:
    link = "<link rel=canonical href='https://lenton.example/cafe'></head>"
    assert page(PAGE.replace("</head>", link).encode()).metadata.get("url") == (
        "https://lenton.example/cafe"
    )


def test_the_charset_of_the_part_counts() -> None:
    assert page(PAGE.encode("cp1252"), "text/html; charset=windows-1252").text == TEXT


def test_html_under_this_extension_is_read() -> None:
    assert parse(PAGE.encode(), "a.mht")[0].text == TEXT


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (HEAD.encode() + b"--X--\n", "holds no saved page"),
        (b"plain words", "no mail"),
        (b"\x89PNG\r\n\x1a\n\0", "PNG"),
    ],
)
def test_what_holds_no_page_says_so(content: bytes, reason: str) -> None:
    with pytest.raises(ArticleError, match=reason):
        parse(content, "a.mhtml")
