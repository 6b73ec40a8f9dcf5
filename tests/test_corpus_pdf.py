"""PDF: text that flows over lines and pages, true metadata, and files that mean harm."""

import io
import random
import zlib
from pathlib import Path

import pytest
from pdfs import column, objects, pdf, stream
from pypdf import PageObject, PdfReader, PdfWriter
from reportlab.pdfgen.canvas import Canvas

import corpus.pdf
from corpus import ArticleError, read
from corpus.heads import Line
from corpus.pdf import read_pdf
from corpus.read import parse, reading
from corpus.text import clean

PROSE = (
    "The ferry crews walked off the job at five on Monday morning, and the islands will have twelve"
    " sailings this week instead of 58. Talks resume on Thursday at the harbour office.\n\n"
    "Passengers were told to telephone before travelling. Those who hold reservations will have"
    " their money back within fourteen days, the operator said, and it regretted the strike.\n\n"
    "The union wants a roster that is known four weeks ahead, and that does not change without the"
    " agreement of those who have to sail by it in the end."
)


def described(properties: dict[str, str], body: str = PROSE) -> bytes:
    writer = PdfWriter(clone_from=io.BytesIO(pdf([column(body)])))
    writer.metadata = None
    writer.add_metadata(properties)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def with_xmp(rdf: str, properties: dict[str, str] | None = None) -> bytes:
    packet = f"""<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF
 xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
 xmlns:prism="http://prismstandard.org/namespaces/basic/2.0/">{rdf}</rdf:RDF></x:xmpmeta>"""
    writer = PdfWriter(clone_from=io.BytesIO(described(properties or {})))
    from pypdf.generic import DecodedStreamObject, NameObject

    data = DecodedStreamObject()
    data.set_data(packet.encode())
    data[NameObject("/Type")] = NameObject("/Metadata")
    writer.root_object[NameObject("/Metadata")] = writer._add_object(data)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def test_lines_become_paragraphs() -> None:
    assert read_pdf(pdf([column(PROSE)])).text == PROSE


def test_lines_become_paragraphs_where_only_an_indent_tells() -> None:
    lines, y = [], 760.0
    for paragraph in PROSE.split("\n\n"):
        for number, (x, _, text) in enumerate(column(paragraph)):
            lines.append((x if number else x + 14, y, text))
            y -= 14
    assert read_pdf(pdf([lines])).text == PROSE


def test_a_page_starts_at_its_first_word_also_inside_a_paragraph() -> None:
    lines = column(PROSE)
    cut = 4  # inside the second paragraph
    second = [(x, y + 400, text) for x, y, text in lines[cut:]]
    draft = read_pdf(pdf([lines[:cut], [], second]))
    assert draft.text == PROSE
    start = draft.text.index(lines[cut][2][:20])
    assert draft.pages == (0, start, start)


def test_words_cut_at_the_end_of_a_line_are_whole_again() -> None:
    text = (
        "The well-known negotia-\ntions of Mara Grant-\nAbara were long and well-\nknown; pre-\nand"
        " post-war bridges were inter-\nnational, and the 30-\nyear lease was ended by the long-\n"
        "term plan. The mayor's coun-\ncil agreed with the co-\noperative."
    )
    page = [(72.0, 760 - 14 * n, line) for n, line in enumerate(text.split("\n"))]
    assert read_pdf(pdf([page])).text == (
        "The well-known negotiations of Mara Grant-Abara were long and well-known; pre- and"
        " post-war bridges were international, and the 30-year lease was ended by the long-term"
        " plan. The mayor's council agreed with the cooperative."
    )


def test_running_heads_and_page_numbers_go() -> None:
    parts = PROSE.split("\n\n")
    pages = [
        [
            (72.0, 810.0, "Lenton Courier" if n % 2 else f"Harbour news, no. {n + 3}"),
            *column(part),
            (290.0, 30.0, f"Page {n + 7} of 12"),
        ]
        for n, part in enumerate([*parts, "One more page ends it with these words."])
    ]
    draft = read_pdf(pdf(pages))
    assert draft.text == f"{PROSE}\n\nOne more page ends it with these words."
    assert [draft.text[start:][:3] for start in draft.pages] == ["The", "Pas", "The", "One"]


def test_pages_that_repeat_nothing_but_themselves_stay() -> None:
    draft = read_pdf(pdf([[(72.0, 760.0, f"Words of page {n}.")] for n in range(6)]))
    assert [draft.text[a:][:16] for a in draft.pages] == [
        f"Words of page {n}."[:16] for n in range(6)
    ]


def test_pages_that_are_copies_stay_whole() -> None:
    text = f"{PROSE}\n\n{PROSE.replace('ferry', 'bridge')}\n\n{PROSE.replace('ferry', 'tram')}"
    draft = read_pdf(pdf([column(text)] * 3))
    assert draft.text == "\n\n".join([text] * 3)
    assert [draft.text[start:][:9] for start in draft.pages] == ["The ferry"] * 3


def test_a_headline_of_two_centred_lines_is_one_title() -> None:
    def prepare(canvas: Canvas) -> None:
        canvas.setFont("Helvetica-Bold", 20)
        canvas.drawCentredString(300, 810, "Ferries halted as crews walk out over the")
        canvas.drawCentredString(300, 786, "winter roster")

    lines = [(72.0, 760.0, "By Mara Lindqvist"), (72.0, 746.0, "3 March 2025")]
    draft = read_pdf(pdf([[*lines, *column(PROSE, y=732)]], prepare=prepare))
    assert draft.metadata.values == {
        "title": "Ferries halted as crews walk out over the winter roster",
        "author": "Mara Lindqvist",
        "published": "2025-03-03",
    }
    assert draft.text == PROSE


def test_the_properties_are_the_byline() -> None:
    draft = read_pdf(
        described({"/Title": "Ferries halted", "/Author": "Mara Lindqvist; Jonas Ekberg"})
    )
    assert draft.metadata.values == {
        "title": "Ferries halted",
        "author": "Mara Lindqvist, Jonas Ekberg",
    }
    assert set(draft.metadata.provenance.values()) == {"PDF properties"}


@pytest.mark.parametrize(
    "title", ["Microsoft Word - ferry.doc", "ferry_final.pdf", "untitled", "ferry-strike-2"]
)
def test_a_file_name_is_no_title(title: str) -> None:
    assert "title" not in read_pdf(described({"/Title": title})).metadata.values


@pytest.mark.parametrize(
    "author",
    [
        "admin",
        "jekberg",
        "Microsoft Office User",
        "python-docx",
        "CORP\\jekberg",
        "j@example.org",
        "Adobe InDesign",
        "user1",
        "HP",
    ],
)
def test_a_program_or_a_login_is_no_author(author: str) -> None:
    draft = read_pdf(
        described({"/Author": author, "/Creator": "Mara Lindqvist", "/Producer": "Jonas Ekberg"})
    )
    assert "author" not in draft.metadata.values


def test_the_dates_of_the_file_are_not_those_of_the_article() -> None:
    dates = {"/CreationDate": "D:20240301120000Z", "/ModDate": "D:20240302120000Z"}
    assert read_pdf(described(dates)).metadata.values == {}


def test_xmp_comes_before_the_properties() -> None:
    rdf = """<rdf:Description prism:publicationName="Lenton Courier">
      <dc:title><rdf:Alt><rdf:li xml:lang="de">Nein</rdf:li>
        <rdf:li xml:lang="x-default">Ferries halted</rdf:li></rdf:Alt></dc:title>
      <dc:creator><rdf:Seq><rdf:li>Mara Lindqvist</rdf:li>
        <rdf:li>Jonas Ekberg</rdf:li></rdf:Seq></dc:creator>
      <prism:publicationDate>2025-03</prism:publicationDate>
      <dc:identifier>https://example.org/ferries</dc:identifier>
      <dc:language><rdf:Bag><rdf:li>en</rdf:li></rdf:Bag></dc:language></rdf:Description>"""
    draft = read_pdf(with_xmp(rdf, {"/Title": "Other", "/Author": "Some One"}))
    assert draft.metadata.values == {
        "title": "Ferries halted",
        "author": "Mara Lindqvist, Jonas Ekberg",
        "outlet": "Lenton Courier",
        "published": "2025-03",
        "url": "https://example.org/ferries",
        "language": "en",
    }
    assert set(draft.metadata.provenance.values()) == {"PDF XMP"}


def test_a_date_that_a_program_put_into_xmp_is_no_publication_date() -> None:
    rdf = """<rdf:Description xmp:CreateDate="2024-03-01T12:00:00Z">
      <dc:date><rdf:Seq><rdf:li>2024-03-01T12:00:00Z</rdf:li></rdf:Seq></dc:date></rdf:Description>"""
    assert read_pdf(with_xmp(rdf)).metadata.values == {}
    stated = """<rdf:Description xmp:CreateDate="2024-03-01T12:00:00Z">
      <dc:date><rdf:Seq><rdf:li>2023-11</rdf:li></rdf:Seq></dc:date></rdf:Description>"""
    assert read_pdf(with_xmp(stated)).metadata.values == {"published": "2023-11"}


def test_what_the_first_page_states_comes_last() -> None:
    def prepare(canvas: Canvas) -> None:
        canvas.setFont("Helvetica-Bold", 20)
        canvas.drawString(72, 800, "Ferries halted as crews walk out")

    opening = "By Mara Lindqvist, Lenton Courier\n\n3 March 2025\n\n"
    draft = read_pdf(pdf([column(opening + PROSE)], prepare=prepare))
    assert draft.metadata.values == {
        "title": "Ferries halted as crews walk out",
        "author": "Mara Lindqvist",
        "outlet": "Lenton Courier",
        "published": "2025-03-03",
    }
    assert draft.text == PROSE and draft.pages == (0,)


def encrypted(user: str, algorithm: str) -> bytes:
    writer = PdfWriter(clone_from=io.BytesIO(pdf([column(PROSE)])))
    writer.encrypt(user, "owner", algorithm=algorithm)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


@pytest.mark.parametrize("algorithm", ["RC4-128", "AES-128", "AES-256"])
def test_an_encrypted_file_opens_when_its_password_is_empty(algorithm: str) -> None:
    assert read_pdf(encrypted("", algorithm)).text == PROSE
    with pytest.raises(ArticleError, match="needs a password"):
        read_pdf(encrypted("secret", algorithm))


def image_only() -> bytes:
    pixels = stream(b"\xff" * 4, b"/Type /XObject /Subtype /Image /Width 2 /Height 2 /ColorSpace"
                    b" /DeviceGray /BitsPerComponent 8")  # fmt: skip
    return objects(
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R"
        b" /Resources << /XObject << /I 5 0 R >> >> >>",
        stream(b"q 600 0 0 800 0 0 cm /I Do Q"),
        pixels,
    )


def one_page(contents: bytes, entries: bytes = b"", catalog: bytes = b"", *more: bytes) -> bytes:
    return objects(
        b"<< /Type /Catalog /Pages 2 0 R " + catalog + b" >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R"
        b" /Resources << /Font << /F << /Type /Font /Subtype /Type1 /BaseFont /Helvetica"
        b" >> >> >> >>",
        stream(contents, entries),
        *more,
    )


WORDS = b"BT /F 11 Tf 72 700 Td (The crews walked out on Monday.) Tj ET"
GIGABYTES = zlib.compress(zlib.compress(bytes(200_000_000)))
BAD = {
    "text": (b"some words", "no PDF"),
    "docx": (b"PK\x03\x04\x14\0\x06\0", "zip archive or an office"),
    "header alone": (b"%PDF-1.7\n", "damaged"),
    "images": (image_only(), "run OCR"),
    "blank": (one_page(b""), "no text"),
    "circular pages": (
        objects(b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [2 0 R] /Count 9 >>"),
        "damaged|no text",
    ),
    "no catalog": (objects(b"<< >>"), "damaged|no text"),
    "cut off": (pdf([column(PROSE)])[:400], "damaged|no text"),
    "nested": (
        b"%PDF-1.7\n1 0 obj\n" + b"[" * 50_000 + b"\nendobj\ntrailer << /Root 1 0 R >>", "PDF"
    ),
    "a stream of gigabytes": (
        one_page(GIGABYTES, b"/Filter [/FlateDecode /FlateDecode]"), "PDF|damaged|no text"
    ),
    "no letters": (one_page(WORDS.replace(b"/F 11", b"/G 11")), "OCR|no text"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_refused_with_its_reason(name: str) -> None:
    content, reason = BAD[name]
    with pytest.raises(ArticleError, match=reason):
        read_pdf(content)


def test_a_circular_outline_and_scripts_are_not_looked_at() -> None:
    content = one_page(
        WORDS, b"", b"/Outlines 5 0 R /OpenAction << /S /JavaScript /JS (app.alert(1)) >>",
        b"<< /Type /Outlines /First 6 0 R /Last 6 0 R /Count 2 >>",
        b"<< /Title (a) /Parent 5 0 R /Next 6 0 R /First 6 0 R /Last 6 0 R >>",
    )  # fmt: skip
    assert read_pdf(content).text == "The crews walked out on Monday."


def test_a_broken_table_of_objects_is_found_again() -> None:
    content = pdf([column(PROSE)])
    at = content.rindex(b"startxref")
    assert read_pdf(content[:at] + b"startxref\n77\n%%EOF").text == PROSE


def test_a_form_that_draws_itself_ends() -> None:
    content = objects(
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R /Resources 6 0 R >>",
        stream(WORDS + b" /X Do"),
        stream(b"/X Do /X Do", b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources 6 0 R"),
        b"<< /XObject << /X 5 0 R >> /Font << /F << /Type /Font /Subtype /Type1 /BaseFont"
        b" /Helvetica >> >> >>",
    )
    assert read_pdf(content).text == "The crews walked out on Monday."


def test_a_timer_is_reset_after_each_page() -> None:
    told: list[int] = []
    parse(pdf([column(PROSE)] * 3), "a.pdf", page_read=lambda: told.append(1))
    assert len(told) == 3


def test_pages_are_those_of_the_article(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(pdf([column(part) for part in PROSE.split("\n\n")]))
    (article,) = read(path, tmp_path).articles
    assert [article.page(article.text.index(word)) for word in ("Talks", "money", "roster")] == [
        1,
        2,
        3,
    ]


def test_nothing_is_printed_or_warned_about(capfd: pytest.CaptureFixture[str]) -> None:
    read_pdf(pdf([column(PROSE)]).replace(b"startxref\n", b"startxref\n9"))
    assert capfd.readouterr() == ("", "")


def test_mutations_raise_nothing_but_article_errors() -> None:
    good = [pdf([column(PROSE)] * 2), encrypted("", "AES-128"), image_only(), one_page(WORDS)]
    for seed in range(160):
        chance = random.Random(seed)
        content = bytearray(good[seed % len(good)])
        for _ in range(chance.randint(1, 12)):
            at = chance.randrange(len(content))
            content[at : at + chance.randint(0, 3)] = chance.randbytes(chance.randint(0, 3))
        if seed % 5 == 0:
            del content[chance.randrange(len(content)) :]
        try:
            draft = read_pdf(bytes(content))
        except ArticleError:
            continue
        assert clean(draft.text) == draft.text
        assert list(draft.pages) == sorted(draft.pages) and draft.pages[0] == 0
        assert draft.pages[-1] <= len(draft.text)


def test_the_files_of_these_tests_are_what_they_say() -> None:
    assert len(PdfReader(io.BytesIO(image_only())).pages) == 1


def test_a_page_that_cannot_be_read_is_told_while_the_others_are_in(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lines_of = corpus.pdf._lines_of
    seen: list[PageObject] = []

    def second_fails(page: PageObject) -> list[Line]:
        seen.append(page)
        if len(seen) == 2:
            raise KeyError("/Font")
        return lines_of(page)

    monkeypatch.setattr(corpus.pdf, "_lines_of", second_fails)
    draft = read_pdf(pdf([[(72.0, 760.0, f"Words of page {n}.")] for n in range(3)]))
    assert "Words of page 0." in draft.text and "Words of page 2." in draft.text
    assert draft.notice == "1 of its 3 pages cannot be read; save it again (the others are in)"
    assert reading([draft], "/r", "a.pdf").failed == (("a.pdf", draft.notice),)
