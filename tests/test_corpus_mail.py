"""Mail: one message an article, with the byline of its headers."""

import pytest

from corpus import ArticleError
from corpus.draft import Draft
from corpus.mail import read_mbox
from corpus.read import parse, reading

HEADERS = "From: Mara Lindqvist <mara@lenton.example>\nDate: Mon, 3 Mar 2025 07:15:00 +0100 (CET)\n"
TEXT = "The ferry crews walked off the job at five on Monday morning."
PAGE = f"<html><body><p>{TEXT}</p></body></html>"
MIXED = f"""Subject: =?utf-8?b?RmVycnkgY3Jld3Mgc3RyaWtlIOKAkyBkYXkgMQ==?=
Organization: The Lenton Courier
Archived-At: <https://lenton.example/mail/1>
Content-Type: multipart/mixed; boundary=B

--B
Content-Type: multipart/alternative; boundary=C

--C
Content-Type: text/html; charset=utf-8

<p>{"Something longer in HTML. " * 5}</p>
--C
Content-Type: text/plain; charset=utf-8

{TEXT}
--C--
--B
Content-Type: application/pdf
Content-Disposition: attachment; filename="timetable.pdf"
Content-Transfer-Encoding: base64

JVBERi0xLjQ=
--B
Content-Type: message/rfc822

From: Jonas Ekberg <j@x.example>
Subject: Inner

The message that was forwarded.
--B--
"""


def mail(source: str | bytes, name: str = "a.eml") -> Draft:
    (draft,) = parse(source if isinstance(source, bytes) else source.encode(), name)
    return draft


def test_headers_are_the_byline_and_the_text_part_is_the_text() -> None:
    draft = mail(HEADERS + MIXED)
    assert draft.metadata.values == {
        "title": "Ferry crews strike – day 1",
        "author": "Mara Lindqvist",
        "outlet": "The Lenton Courier",
        "published": "2025-03-03T07:15:00+01:00",
        "url": "https://lenton.example/mail/1",
    }
    assert draft.metadata.provenance["published"] == "mail Date"
    assert draft.text.startswith(TEXT)
    assert "in HTML" not in draft.text and "PDF-1" not in draft.text
    assert "Jonas Ekberg" in draft.text and "The message that was forwarded." in draft.text
    assert draft.text.endswith("Attachments: timetable.pdf")


@pytest.mark.parametrize(
    ("encoding", "charset", "body"),
    [
        ("quoted-printable", "iso-8859-1", b"The caf=E9 is=\n open."),
        ("base64", "utf-8", b"VGhlIGNhZsOpIGlzIG9wZW4u"),
        ("8bit", "no-such-charset", "The café is open.".encode()),
        ("8bit", "us-ascii", "The café is open.".encode()),
        ("no-such-encoding", "utf-8", "The café is open.".encode()),
    ],
)
def test_encodings_and_charsets_right_or_wrong(encoding: str, charset: str, body: bytes) -> None:
    head = f"{HEADERS}Content-Type: text/plain; charset={charset}\n"
    head += f"Content-Transfer-Encoding: {encoding}\n\n"
    assert mail(head.encode() + body).text == "The café is open."


def test_a_reply_holds_only_what_its_sender_wrote() -> None:
    quoted = (
        "On Monday, 3 March 2025, Jonas Ekberg\n<j@x.example> wrote:\n> Is it open?\n> Really?\n"
    )
    draft = mail(f"{HEADERS}Subject: Re: Open\nIn-Reply-To: <x>\n\nIt is.\n\n{quoted}\nMara\n")
    assert draft.text == "It is.\n\nMara"
    assert draft.metadata.get("title") == "Re: Open"


def test_quotes_in_a_mail_that_is_no_reply_stay_without_their_marks() -> None:
    assert mail(f"{HEADERS}\nShe said:\n\n> We go on.\n").text == "She said:\n\nWe go on."


def test_flowed_text_is_joined() -> None:
    head = f"{HEADERS}Content-Type: text/plain; format=flowed\n\n"
    assert (
        mail(head + "The crews \nwalked off \nthe job.\n").text == "The crews walked off the job."
    )


def test_html_is_read_where_the_text_only_says_to_look_at_it() -> None:
    parts = f"--C\n\nSee the web page.\n--C\nContent-Type: text/html\n\n<p>{TEXT * 9}</p>\n--C--\n"
    head = f"{HEADERS}Content-Type: multipart/alternative; boundary=C\n\n"
    assert mail(head + parts).text == TEXT * 9


@pytest.mark.parametrize(
    ("sender", "author", "outlet"),
    [
        ('"Ekberg, Jonas" <j@x.example>', "Jonas Ekberg", None),
        ("A B <a@x.example>, C D <c@x.example>", "A B, C D", None),
        ("j@x.example", None, None),
        ("The Lenton Courier <news@x.example>", None, "The Lenton Courier"),
        ("Lenton Courier <news@lentoncourier.example>", None, "Lenton Courier"),
        ("Emily Post <emily@x.example>", "Emily Post", None),
        ("'Mara Lindqvist' via Lenton <list@x.example>", "Mara Lindqvist", None),
    ],
)
def test_senders(sender: str, author: str | None, outlet: str | None) -> None:
    metadata = mail(f"From: {sender}\nDate: nonsense\n\n{TEXT}").metadata
    assert (metadata.get("author"), metadata.get("outlet")) == (author, outlet)
    assert metadata.get("published") is None


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (b"no headers at all", "no mail"),
        (b"X-Nothing: usual\n\ntext", "no mail"),
        (b"%PDF-1.7 1 0 obj", "PDF"),
        (HEADERS.encode() + b"\n", "no text"),
        (
            HEADERS.encode() + b"Content-Type: multipart/encrypted; boundary=b\n\n--b\n\nx\n--b--",
            "encrypted",
        ),
        (
            HEADERS.encode() + b"Content-Type: image/png; name=a.png\n\nx",
            r"only attachments \(a\.png\)",
        ),
        (b"From: a\nContent-Type: multipart/mixed; boundary=b\n\n" + b"--b\n" * 9, "no text"),
    ],
)
def test_what_is_no_mail_or_has_no_text_says_so(source: bytes, reason: str) -> None:
    with pytest.raises(ArticleError, match=reason):
        mail(source)


def test_headers_of_megabytes_and_nesting_without_end_are_survived() -> None:
    nested = "".join(
        f"Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n" for n in range(200)
    )
    huge = "Content-Type: text/plain; " + "a*0=b; " * 100_000
    assert mail(f"{HEADERS}{huge}\n\n{TEXT}").text == TEXT
    with pytest.raises(ArticleError):
        mail(f"{HEADERS}{nested}\n{TEXT}")


def test_a_mailbox_holds_a_message_after_each_separator() -> None:
    start = "From mara@x Mon Mar  3 07:15:00 2025\n"
    box = (
        f"{start}{HEADERS}Subject: One\n\nOne stands here.\n>From the start it rained.\n\n"
        "From here on it is text.\n\n"
        f"{start}{HEADERS}Subject: Two\n\n\n"
        f"{start}X-Mozilla-Status: 0009\n{HEADERS}Subject: Deleted\n\ngone\n\n"
        f"From - Mon Mar  3 07:15:00 2025\n{HEADERS}Subject: Four\n\nFour stands here.\n"
    )
    for source in (box.encode(), box.replace("\n", "\r\n").encode()):
        read = reading(parse(source, "a.mbox"), "/root", "a.mbox")
        assert [(a.source, a.title) for a in read.articles] == [
            ("a.mbox#1", "One"),
            ("a.mbox#4", "Four"),
        ]
        assert read.failed == (("a.mbox#2", "the message has no text; save it again or remove it"),)
        assert "\nFrom the start it rained." in read.articles[0].text
        assert "From here on it is text." in read.articles[0].text
    with pytest.raises(ArticleError, match="no mailbox"):
        parse(HEADERS.encode(), "b.mbox")


def test_too_many_messages_are_refused_before_any_is_read() -> None:
    with pytest.raises(ArticleError, match="more than 100,000 articles"):
        read_mbox(b"From a@b 10:10\nA: b\n\n" * 100_001)
