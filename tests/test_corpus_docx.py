"""DOCX: what a reader of the document sees, its properties, and files that mean harm."""

import io
import random
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import docx
import pytest

from corpus import ArticleError, read
from corpus.text import clean
from corpus.word import read_docx

PROSE = (
    "The ferry crews walked off the job at five on Monday morning, and the islands will have twelve"
    " sailings this week instead of 58. Talks resume on Thursday at the harbour office."
)
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def written(fill: Callable[[Any], None]) -> bytes:
    document = docx.Document()
    fill(document)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def simple(document: Any) -> None:
    document.add_paragraph(PROSE)


def changed(content: bytes, **parts: bytes | Callable[[bytes], bytes] | None) -> bytes:
    """The package with the parts whose names end so replaced, changed, or left out (None)."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", 8) as new:
        for name in old.namelist():
            part: bytes | None = old.read(name)
            stem = Path(name).name.removesuffix(".xml").strip("[]")
            if stem in parts:
                change = parts[stem]
                part = change(part or b"") if callable(change) else change
            if part is not None:
                new.writestr(name, part)
    return out.getvalue()


def with_body(xml: str, doctype: str = "") -> bytes:
    body = f'{doctype}<w:document xmlns:w="{W}"><w:body>{xml}</w:body></w:document>'
    return changed(written(simple), document=body.encode())


def test_headings_paragraphs_lists_and_tables_are_text() -> None:
    def fill(document: Any) -> None:
        document.add_heading("Ferries halted", 0)
        document.add_paragraph("By Mara Lindqvist, Lenton Courier")
        document.add_paragraph("3 March 2025")
        document.add_paragraph(PROSE)
        document.add_heading("What the crews want", 1)
        document.add_paragraph("A roster", style="List Bullet")
        document.add_paragraph("More pay", style="List Bullet")
        document.add_paragraph("First this", style="List Number")
        document.add_paragraph("Then that", style="List Number")
        table = document.add_table(2, 2)
        for cell, text in zip(table._cells, ["Route", "Sailings", "Lenton", "12"], strict=True):
            cell.text = text
        document.add_paragraph("It ends here.")

    draft = read_docx(written(fill))
    assert draft.text == (
        f"{PROSE}\n\nWhat the crews want\n\n- A roster\n- More pay\n1. First this\n2. Then that\n\n"
        "Route | Sailings\nLenton | 12\n\nIt ends here."
    )
    assert draft.metadata.values == {
        "title": "Ferries halted",
        "author": "Mara Lindqvist",
        "outlet": "Lenton Courier",
        "published": "2025-03-03",
    }
    assert draft.metadata.provenance["title"] == "title in the text"
    assert draft.pages == ()


def test_the_properties_come_first_and_their_dates_are_not_the_article_s() -> None:
    def fill(document: Any) -> None:
        stated = document.core_properties
        stated.title, stated.author, stated.language = "Ferries halted", "Mara Lindqvist", "en-GB"
        stated.created = stated.modified = datetime(2024, 1, 2)
        document.add_paragraph("Another heading")
        document.add_paragraph("By Jonas Ekberg and Neve Halloran")
        document.add_paragraph(PROSE)

    draft = read_docx(written(fill))
    assert draft.metadata.values == {
        "title": "Ferries halted",
        "author": "Mara Lindqvist",
        "language": "en-GB",
    }
    assert set(draft.metadata.provenance.values()) == {"DOCX properties"}
    assert draft.text.startswith("Another heading")


@pytest.mark.parametrize("author", ["python-docx", "Microsoft Office User", "admin", "mlind", "HP"])
def test_a_program_is_no_author(author: str) -> None:
    def fill(document: Any) -> None:
        document.core_properties.author = author
        document.add_paragraph(PROSE)

    assert read_docx(written(fill)).metadata.values == {}


def test_a_heading_without_a_style_is_the_title() -> None:
    def fill(document: Any) -> None:
        document.add_paragraph("Ferries halted as crews walk out")
        document.add_paragraph("By Mara Lindqvist")
        document.add_paragraph(PROSE)

    draft = read_docx(written(fill))
    assert draft.text == PROSE
    assert draft.metadata.values == {
        "title": "Ferries halted as crews walk out",
        "author": "Mara Lindqvist",
    }


def test_hidden_and_deleted_text_is_left_out_and_inserted_text_is_there() -> None:
    run = "<w:r>{}<w:t xml:space='preserve'>{}</w:t></w:r>"
    draft = read_docx(
        with_body(
            "<w:p>"
            + run.format("", "The crews ")
            + run.format("<w:rPr><w:vanish/></w:rPr>", "SECRET ")
            + run.format("<w:rPr><w:vanish w:val='0'/></w:rPr>", "walked ")
            + "<w:del><w:r><w:delText>never </w:delText></w:r></w:del>"
            + f"<w:moveFrom>{run.format('', 'MOVED ')}</w:moveFrom>"
            + f"<w:ins>{run.format('', 'out ')}</w:ins>"
            + "<w:r><w:fldChar/></w:r><w:r><w:instrText>HYPERLINK x</w:instrText></w:r>"
            + f"<w:hyperlink>{run.format('', 'on')}</w:hyperlink>"
            + "<w:r><w:tab/><w:t>a</w:t><w:noBreakHyphen/><w:t>day</w:t><w:br/>"
            + "<w:t>off.</w:t></w:r><w:r><w:pict><w:txbxContent><w:p>"
            + run.format("", "BOX")
            + "</w:p></w:txbxContent></w:pict></w:r>"
            + "</w:p><w:sdt><w:sdtContent><w:p>"
            + run.format("", "A control.")
            + "</w:p></w:sdtContent></w:sdt>"
        )
    )
    assert draft.text == "The crews walked out on a-day\noff.\n\nA control."


def test_the_words_of_a_table_of_contents_are_left_out() -> None:
    def fill(document: Any) -> None:
        document.styles.add_style("TOC 1", 1)
        document.add_paragraph("What the crews want 3", style="TOC 1")
        document.add_paragraph(PROSE)

    assert read_docx(written(fill)).text == PROSE


def test_notes_come_last() -> None:
    notes = f"""<w:footnotes xmlns:w="{W}"><w:footnote w:type="separator"><w:p><w:r><w:t>LINE</w:t>
    </w:r></w:p></w:footnote><w:footnote w:id="2"><w:p><w:r><w:footnoteRef/></w:r><w:r><w:t>A note.
    </w:t></w:r></w:p></w:footnote></w:footnotes>"""
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"
    relation = f'<Relationship Id="rId90" Type="{kind}" Target="footnotes.xml"/></Relationships>'
    content = changed(
        written(simple),
        **{"document.xml.rels": lambda p: p.replace(b"</Relationships>", relation.encode())},
    )
    out = io.BytesIO(content)
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("word/footnotes.xml", notes)
    assert read_docx(out.getvalue()).text == f"{PROSE}\n\nA note."


def test_a_table_that_lays_out_prose_is_paragraphs() -> None:
    def fill(document: Any) -> None:
        cell = document.add_table(1, 2)._cells[0]
        cell.text = PROSE
        cell.add_paragraph(PROSE.replace("ferry", "bridge"))

    assert read_docx(written(fill)).text == f"{PROSE}\n\n{PROSE.replace('ferry', 'bridge')}"


LAUGHS = "<!DOCTYPE d [<!ENTITY a 'ha'>" + "".join(
    f"<!ENTITY {chr(b)} '{f'&{chr(b - 1)};' * 20}'>" for b in range(98, 106)
) + "]>"  # fmt: skip
PARAGRAPH = "<w:p><w:r><w:t>The crews walked out on Monday. {}</w:t></w:r></w:p>"


def test_entities_are_neither_fetched_nor_expanded(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("SECRET")
    external = f"<!DOCTYPE d [<!ENTITY x SYSTEM '{secret.as_uri()}'>]>"
    for doctype, entity in ((external, "&x;"), (LAUGHS, "&i;")):
        try:
            draft = read_docx(with_body(PARAGRAPH.format(entity), doctype))
        except ArticleError:
            continue
        assert draft.text.startswith("The crews walked out") and len(draft.text) < 100
        assert "SECRET" not in draft.text and "haha" not in draft.text


MAIN = b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
MACROS = b"application/vnd.ms-word.document.macroEnabled.main+xml"
STRICT = (
    (
        b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
        b"http://purl.oclc.org/ooxml/officeDocument/relationships",
    ),
    (W.encode(), b"http://purl.oclc.org/ooxml/wordprocessingml/main"),
)
ELSEWHERE = b"""<Relationship Id="rId91" TargetMode="External" Target="http://127.0.0.1:9/evil.dotm"
 Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/attachedTemplate"/>
 <Relationship Id="rId92" Target="NULL"
 Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/image"/>
 <Relationship Id="rId93" Target="../../../../etc/passwd"
 Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"/>"""


def strict(part: bytes) -> bytes:
    for plain, other in STRICT:
        part = part.replace(plain, other)
    return part


def test_macros_are_not_run_and_relations_to_elsewhere_not_followed() -> None:
    content = changed(
        written(simple),
        **{
            "Content_Types": lambda part: part.replace(MAIN, MACROS),
            "document.xml.rels": lambda part: part.replace(
                b"</Relationships>", ELSEWHERE + b"</Relationships>"
            ),
        },
    )
    assert read_docx(content).text == PROSE


def test_the_strict_dialect_is_read() -> None:
    parts = {name: strict for name in ("document", "document.xml.rels", ".rels", "styles")}
    assert read_docx(changed(written(simple), **parts)).text == PROSE


@pytest.mark.parametrize("part", ["styles", "numbering", "core", "document.xml.rels"])
def test_a_part_that_is_missing_costs_nothing_else(part: str) -> None:
    assert read_docx(changed(written(simple), **{part: None})).text == PROSE


def packed(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", 8) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/").replace("_", "."), content)
    return out.getvalue()


BAD = {
    "text": (b"some words", "no DOCX"),
    "pdf": (b"%PDF-1.7", "PDF"),
    "old": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "old office document"),
    "encrypted": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le"),
        "password",
    ),
    "cut off": (written(simple)[:900], "damaged or cut-off"),
    "zip": (packed(a_txt=b"words"), "a zip archive"),
    "workbook": (packed(xl__workbook_xml=b"<x/>"), "Excel"),
    "slides": (packed(ppt__presentation_xml=b"<x/>"), "PowerPoint"),
    "book": (packed(mimetype=b"x", **{"META-INF__container_xml": b"<x/>"}), "EPUB"),
    "no parts": (packed(word__document_xml=b"<x/>"), "damaged"),
    "no XML": (changed(written(simple), document=b"\0\1\2"), "damaged"),
    "other XML": (changed(written(simple), document=b"<a/>"), "damaged"),
    "no types": (changed(written(simple), Content_Types=None), "damaged"),
    "deep": (with_body("<w:sdt>" * 60_000 + "</w:sdt>" * 60_000), "damaged|no text"),
    "bomb": (changed(written(simple), document=b"<a>" + b" " * 90_000_000 + b"</a>"), "100 times"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_refused_with_its_reason(name: str) -> None:
    content, reason = BAD[name]
    with pytest.raises(ArticleError, match=reason):
        read_docx(content)


def test_a_document_without_words_is_no_article(tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    path.write_bytes(written(lambda document: None))
    with pytest.raises(ArticleError, match="no text"):
        read(path, tmp_path)


def test_the_file_name_is_the_title_of_last_resort(tmp_path: Path) -> None:
    path = tmp_path / "ferries-halted.docx"
    path.write_bytes(written(simple))
    (article,) = read(path, tmp_path).articles
    assert (article.title, article.text) == ("Ferries halted", PROSE)
    assert article.provenance["title"] == "file name"


def test_mutations_raise_nothing_but_article_errors() -> None:
    whole = written(simple)
    for seed in range(120):
        chance = random.Random(seed)

        def mutate(part: bytes, chance: random.Random = chance) -> bytes:
            out = bytearray(part)
            for _ in range(chance.randint(1, 8)):
                at = chance.randrange(len(out))
                out[at : at + chance.randint(0, 6)] = chance.randbytes(chance.randint(0, 3))
            return bytes(out)

        names = ["document", "styles", "numbering", "Content_Types", "core", ""]
        part = names[seed % len(names)]
        content = changed(whole, **{part: mutate}) if part else mutate(whole)
        try:
            draft = read_docx(content)
        except ArticleError:
            continue
        assert clean(draft.text) == draft.text
