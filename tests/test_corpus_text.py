"""Bytes -> text -> clean text -> paragraphs, and dates."""

import time
import unicodedata
from datetime import date, datetime, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus import ArticleError
from corpus.dates import iso_date
from corpus.names import credit, names
from corpus.plain import draft_of_text, paragraphs
from corpus.text import clean, decode, is_clean, one_line

POLISH = "Zażółć gęślą jaźń. Burmistrz powiedział, że most zostanie zamknięty na trzy miesiące."
TEXTS = st.text(
    alphabet=st.one_of(
        st.characters(),
        st.sampled_from(" \n\r\t\u00a0\u00ad\u200b\u200d\u202e\u2028\u0301\u0308\u0344e\ufeff\0"),
    ),
    max_size=300,
)


@pytest.mark.parametrize(
    "content",
    [
        POLISH.encode(),
        POLISH.encode("utf-8-sig"),
        POLISH.encode("utf-16"),
        b"\xfe\xff" + POLISH.encode("utf-16-be"),
        POLISH.encode("utf-32"),
        b"\x00\x00\xfe\xff" + POLISH.encode("utf-32-be"),
        POLISH.encode("cp1250"),
    ],
)
def test_decode_finds_the_charset(content: bytes) -> None:
    assert decode(content) == POLISH


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_decode_reads_utf_16_without_its_mark(codec: str) -> None:
    text = "The mayor’s bridge will close for three months.\nIt reopens in May."
    assert decode(text.encode(codec)) == text


@pytest.mark.parametrize(
    "text",
    [
        "café au lait",
        "Der Bürgermeister sagte, die Brücke müsse für größere Reparaturen schließen.",
        "El alcalde dijo que el puente cerrará. ¿Por qué? Mañana habrá una reunión.",
        "“Quoted” — it’s the mayor’s bridge, he said.",
    ],
)
def test_decode_reads_western_single_byte_text(text: str) -> None:
    assert decode(text.encode("cp1252")) == text


def test_decode_believes_a_declared_charset() -> None:
    assert decode("мост".encode("koi8-r"), declared="KOI8-R") == "мост"


def test_decode_takes_valid_utf_8_for_what_it_is_though_latin_1_is_declared() -> None:
    assert decode("café".encode(), declared="iso-8859-1") == "café"


@pytest.mark.parametrize("label", ["punycode", "zip", "unicode_escape", "nonsense", "utf-16", ""])
def test_decode_ignores_a_charset_that_no_page_can_be_in(label: str) -> None:
    assert decode("café \\u0041".encode(), declared=label) == "café \\u0041"


def test_decode_keeps_utf_8_that_was_cut_within_a_character() -> None:
    text = "Zażółć gęślą jaźń. " * 20
    assert decode((text + "ż").encode()[:-1]).startswith(text)


@pytest.mark.parametrize(
    "content",
    [b"a\0b", b"%PDF-1.7", b"PK\x03\x04", b"\x89PNG\r\n", b"\x7fELF", bytes(range(1, 32)) * 9],
)
def test_decode_refuses_what_is_no_text(content: bytes) -> None:
    with pytest.raises(ArticleError, match="looks binary"):
        decode(content)


@given(TEXTS)
@settings(max_examples=300, deadline=None)
def test_clean_is_idempotent(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@given(TEXTS)
@settings(max_examples=500, deadline=None)
def test_is_clean_tells_what_clean_would_change(text: str) -> None:
    assert is_clean(text) == (clean(text) == text)
    assert is_clean(clean(text))


def test_is_clean_of_each_character() -> None:
    """Python's notion of what is printable changes; ours must not."""
    some = (range(0x3100), range(0xFE00, 0x10000), range(0x1BC00, 0x1BD00), range(0x1D100, 0x1D200))
    codes = [code for each in (*some, range(0xDFF00, 0xE1100)) for code in each]
    texts = [f"a{chr(code)}b" for code in codes]
    assert [ascii(text) for text in texts if is_clean(text) != (clean(text) == text)] == []


@given(TEXTS)
@settings(max_examples=300, deadline=None)
def test_clean_text_is_normal_and_visible(text: str) -> None:
    cleaned = clean(text)
    assert unicodedata.is_normalized("NFC", cleaned)
    assert "  " not in cleaned and " \n" not in cleaned and "\n " not in cleaned
    assert "\n\n\n" not in cleaned and cleaned == cleaned.strip(" \n")
    for char in cleaned:
        assert char == "\n" or unicodedata.category(char) not in ("Cc", "Cs", "Zl", "Zp")
        assert unicodedata.category(char) != "Zs" or char == " "
    cleaned.encode("utf-8")


@given(TEXTS)
@settings(max_examples=200, deadline=None)
def test_paragraphs_keep_every_word_in_order(text: str) -> None:
    cleaned = clean(text)
    assert "".join(paragraphs(cleaned).split()) == "".join(cleaned.split())


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("a\r\nb\rc", "a\nb\nc"),
        ("a\u202eb\u200bc\u00add\ufeff", "abcd"),
        ("tag\U000e0041\U000e0042", "tag"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("e\u0301\u00a0x \u3000 y  \n\n\n\n z", "é x y\n\nz"),
        ("bell\x07 and \x1b[0mescape\x85next", "bell and [0mescape\nnext"),
        ("lone \ud800 surrogate", "lone surrogate"),
    ],
)
def test_clean(raw: str, expected: str) -> None:
    assert clean(raw) == expected


def test_clean_takes_linear_time_on_hostile_text() -> None:
    start = time.perf_counter()
    clean("a" + "\u0301\u0316" * 500_000)
    clean(" \n" * 1_000_000)
    clean("word " * 1_000_000)
    assert time.perf_counter() - start < 10


def test_one_line_is_capped() -> None:
    assert one_line("a\nb \u202e c") == "a b c"
    assert len(one_line("x" * 1_000)) == 300


WRAPPED = """The council voted on Tuesday to close the old harbour bridge for three
months while divers look at the bearings, which have not been greased
since a pipe was painted over. The mayor said that it was about time.

A second paragraph, wrapped at the same width as the one above it, so that
two lines will do."""


def test_wrapped_lines_are_joined() -> None:
    first, second = paragraphs(WRAPPED).split("\n\n")
    assert "\n" not in first + second
    assert "for three months while divers look" in first


def test_a_short_line_ends_a_paragraph_where_no_blank_line_does() -> None:
    indented = WRAPPED.replace("\n\n", "\n   ").replace("about time.", "time.")
    assert paragraphs(clean(indented)).count("\n\n") == 1


@pytest.mark.parametrize(
    "text",
    [
        "Roses are red,\nviolets are blue,\nsugar is sweet\nand so are you.",
        "They want:\n- a pool\n- a library that is open on five days of the week\n- a bus",
        "1. Bread\n2. Butter\n3. Jam",
        "Chair: Edwin Thorpe-Malling, of the finance committee of Lenton\nClerk: Farida Lunt",
        "We count the swans on every Sunday morning of the winter months.\n"
        "They are fewer than they were in any of the years before the war.\n"
        "Nobody in the whole of the town can say where they have all gone.",
    ],
)
def test_lines_that_someone_meant_stay_lines(text: str) -> None:
    assert paragraphs(text) == text


def test_each_long_line_is_a_paragraph() -> None:
    line = "The ferry crews walked off the job at five on Monday morning, and twelve sailings " * 2
    text = "\n".join([line.strip() + ".", line.strip() + "!", '"No," he said.', line.strip() + "."])
    assert paragraphs(text).split("\n\n") == text.split("\n")


def test_items_of_a_list_are_unwrapped_one_by_one() -> None:
    text = (
        "- the council voted on Tuesday to close the old harbour bridge for three\n"
        "months while divers look at it\n- another item"
    )
    wrapped = f"{WRAPPED}\n\n{text}"
    assert paragraphs(wrapped).endswith("for three months while divers look at it\n- another item")


@pytest.mark.parametrize(
    ("text", "title", "author", "body"),
    [
        ("A title\n\nThe text.", "A title", None, "The text."),
        ("# A title #\n\nThe text.", "A title", None, "The text."),
        ("A title\n=======\nThe text.", "A title", None, "The text."),
        ("Why now?\n\nThe text.", "Why now?", None, "The text."),
        ("A title\nThe text is longer.", "A title", None, "The text is longer."),
        ("A sentence.\n\nThe text.", None, None, "A sentence.\n\nThe text."),
        ("Only a line", None, None, "Only a line"),
        ("x" * 151 + "\n\nThe text.", None, None, "x" * 151 + "\n\nThe text."),
        ("A title\n\nBy Mara Lindqvist\n\nThe text.", "A title", "Mara Lindqvist", "The text."),
        ("A title\nBy Mara Lindqvist\nThe text.", "A title", "Mara Lindqvist", "The text."),
        ("A title\n\nBy the way\n\nText.", "A title", None, "By the way\n\nText."),
        (WRAPPED, None, None, paragraphs(WRAPPED)),
        (f"The bridge\n\n{WRAPPED}", "The bridge", None, paragraphs(WRAPPED)),
        ("- item\n\nThe text.", None, None, "- item\n\nThe text."),
    ],
)
def test_title_and_byline_of_plain_text(
    text: str, title: str | None, author: str | None, body: str
) -> None:
    draft = draft_of_text(text)
    assert (draft.metadata.get("title"), draft.metadata.get("author")) == (title, author)
    assert draft.text == body


@pytest.mark.parametrize(
    ("head", "published"),
    [
        ("12 March 2025", "2025-03-12"),
        ("2025-03-12", "2025-03-12"),
        ("March 12, 2025", "2025-03-12"),
        ("Published 12 March 2025", "2025-03-12"),
        ("Published on March 12, 2025", "2025-03-12"),
        ("PUBLISHED: Wednesday, 12 March 2025", "2025-03-12"),
        ("Date: 2025-03-12T08:30:00+01:00", "2025-03-12T08:30:00+01:00"),
        ("25/03/2025", "2025-03-25"),
    ],
)
@pytest.mark.parametrize("gap", ["\n", "\n\n"])
@pytest.mark.parametrize("byline", ["", "above", "below"])
def test_a_date_line_is_the_date(head: str, published: str, gap: str, byline: str) -> None:
    credit_line = "By Mara Lindqvist, Lenton Courier"
    lines = {"": [head], "above": [credit_line, head], "below": [head, credit_line]}[byline]
    draft = draft_of_text(gap.join(["The bridge reopens to all", *lines, "The text."]))
    assert draft.text == "The text."
    assert draft.metadata.get("title") == "The bridge reopens to all"
    assert draft.metadata.get("published") == published
    assert draft.metadata.provenance["published"] == "date line in the text"
    if byline:
        assert draft.metadata.get("author") == "Mara Lindqvist"
        assert draft.metadata.get("outlet") == "Lenton Courier"


@pytest.mark.parametrize(
    "line",
    [
        "03/04/2025",
        "12 March",
        "March 2025",
        "2025",
        "20250312",
        "30 February 2025",
        "On 12 March 2025",
        "Lenton, 12 March 2025",
        "12 March 2025 was a Wednesday",
        "Published",
    ],
)
def test_what_may_be_no_date_line_is_text(line: str) -> None:
    draft = draft_of_text(f"The bridge reopens to all\n\n{line}\n\nThe text.")
    assert draft.metadata.get("published") is None
    assert draft.text == f"{line}\n\nThe text."


@pytest.mark.parametrize("line", ["12 March 2025", "By Mara Lindqvist"])
def test_a_long_title_is_not_joined_with_what_stands_below(line: str) -> None:
    title = "The old harbour bridge at Lenton reopens after seven long months"
    draft = draft_of_text(f"{title}\n{line}\n\n{WRAPPED}")
    assert (draft.metadata.get("title"), draft.text) == (title, paragraphs(WRAPPED))


def test_a_date_is_not_all_there_is_and_only_the_first_counts() -> None:
    assert draft_of_text("The bridge\n\n12 March 2025").text.endswith("12 March 2025")
    draft = draft_of_text("The bridge\n\n12 March 2025\n\n13 March 2025\n\nThe text.")
    assert draft.metadata.get("published") == "2025-03-12"
    assert draft.text == "13 March 2025\n\nThe text."


@pytest.mark.parametrize(
    ("line", "author", "outlet"),
    [
        ("By Mara Lindqvist", "Mara Lindqvist", None),
        ("BY MARA LINDQVIST", "MARA LINDQVIST", None),
        ("By Mara Lindqvist, Lenton Courier", "Mara Lindqvist", "Lenton Courier"),
        ("By Mara Lindqvist, Staff Writer", "Mara Lindqvist", None),
        ("By Mara Lindqvist and Jan de Vries", "Mara Lindqvist, Jan de Vries", None),
        ("By Ann O’Neil, J. K. Poe and Li-Mei Wu", "Ann O’Neil, J. K. Poe, Li-Mei Wu", None),
        ("Von Lukas Zingg", "Lukas Zingg", None),
    ],
)
def test_a_byline_is_read(line: str, author: str, outlet: str | None) -> None:
    found = credit(line)
    assert found and (found.author, found.outlet) == (author, outlet)


@pytest.mark.parametrize(
    "line",
    [
        "By Tuesday the bridge was shut",
        "By midnight",
        "By Mara",
        "By Mara Lindqvist, Port Hallam",  # a second author, or a place?
        "Bystander Mara Lindqvist",
        "By Mara Lindqvist " + "and Jan de Vries " * 6,
        "By 2030 Lenton Will Swim",
        "By",
        "",
    ],
)
def test_what_may_be_no_byline_is_none(line: str) -> None:
    assert credit(line) is None


def test_names_look_only_so_far_into_shared_and_cyclic_lists() -> None:
    cyclic: list[object] = ["Mara Lindqvist"]
    cyclic += [cyclic] * 9
    assert names(cyclic) == "Mara Lindqvist"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (2024, "2024"),
        ("2024", "2024"),
        ("2025-03", "2025-03"),
        ("2025-03-14", "2025-03-14"),
        ("2025/03/14", "2025-03-14"),
        ("20250314", "2025-03-14"),
        (date(2025, 3, 14), "2025-03-14"),
        (datetime(2025, 3, 14, 8, 30, tzinfo=timezone.utc), "2025-03-14T08:30:00+00:00"),  # noqa: UP017
        ("2025-03-14T08:30", "2025-03-14T08:30"),
        ("2025-03-14 08:30", "2025-03-14T08:30"),
        ("2025-03-14T08:30:00.123Z", "2025-03-14T08:30:00+00:00"),
        ("2025-03-14T08:30:00+0100", "2025-03-14T08:30:00+01:00"),
        ("2025-03-14 08:30:00 CET", "2025-03-14"),
        ("Fri, 14 Mar 2025 08:30:00 +0100", "2025-03-14T08:30:00+01:00"),
        ("14 March 2025", "2025-03-14"),
        ("Friday, 14th Mar. 2025", "2025-03-14"),
        ("March 14, 2025", "2025-03-14"),
        ("March 14, 2025 at 8:30 AM EST", "2025-03-14"),
        ("March 2025", "2025-03"),
        ("14/03/2025", "2025-03-14"),
        ("03/04/2025", None),
        ("03/03/2025", "2025-03-03"),
        ("2025-13-01", None),
        ("2025-02-30", None),
        ("0001-01-01", None),
        ("0000-00-00 00:00:00", None),
        ("© 2019", None),
        ("last Tuesday", None),
        ("14/3/25", None),
        ("", None),
        (True, None),
        (1741941000, None),
        (None, None),
        (["2025"], None),
    ],
)
def test_dates_are_kept_as_far_as_known(value: object, expected: str | None) -> None:
    assert iso_date(value) == expected
