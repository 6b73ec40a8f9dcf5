"""EPUB: chapters in order under their titles, what the package states, and books that mean harm."""

import io
import random
import zipfile
from pathlib import Path

import pytest

from corpus import ArticleError, read
from corpus.epub import read_epub
from corpus.text import clean

PROSE = (
    "The ferry crews walked off the job at five on Monday morning, and the islands will have twelve"
    " sailings this week instead of 58."
)
CONTAINER = """<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container" version="1.0">
<rootfiles><rootfile full-path="OEBPS/book.opf" media-type="application/oebps-package+xml"/>
</rootfiles></container>"""
METADATA = """<dc:title>Ferries halted</dc:title><dc:creator>Mara Lindqvist</dc:creator>
<dc:language>en</dc:language>"""


def xhtml(body: str, head: str = "<title>A page</title>", attributes: str = "") -> str:
    return f"""<?xml version="1.0" encoding="utf-8"?><!DOCTYPE html>
<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops">
<head>{head}</head><body {attributes}>{body}</body></html>"""


def package(metadata: str, manifest: str, spine: str, more: str = "", doctype: str = "") -> str:
    return f"""<?xml version="1.0"?>{doctype}<package xmlns="http://www.idpf.org/2007/opf"
 xmlns:opf="http://www.idpf.org/2007/opf" version="3.0">
<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">{metadata}</metadata>
<manifest>{manifest}</manifest><spine>{spine}</spine>{more}</package>"""


def item(name: str, href: str, more: str = "") -> str:
    return f'<item id="{name}" href="{href}" media-type="application/xhtml+xml" {more}/>'


def packed(members: dict[str, str | bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", 8) as archive:
        archive.writestr("mimetype", "application/epub+zip", zipfile.ZIP_STORED)
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def book(
    metadata: str = METADATA, more: str = "", doctype: str = "", **chapters: str | bytes
) -> bytes:
    chapters = chapters or {"one": xhtml(f"<h1>One</h1><p>{PROSE}</p>")}
    manifest = "".join(item(name, f"{name}.xhtml") for name in chapters)
    spine = "".join(f'<itemref idref="{name}"/>' for name in chapters)
    return packed(
        {
            "META-INF/container.xml": CONTAINER,
            "OEBPS/book.opf": package(metadata, manifest, spine, more, doctype),
            **{f"OEBPS/{name}.xhtml": text for name, text in chapters.items()},
        }
    )


def test_chapters_come_in_the_order_of_the_spine_under_their_titles() -> None:
    nav = xhtml(
        '<nav epub:type="toc"><ol><li><a href="text/two%20b.xhtml">The <i>second</i> part</a></li>'
        '<li><a href="one.xhtml#x">The first</a></li></ol></nav>'
    )
    content = packed(
        {
            "META-INF/container.xml": CONTAINER,
            "OEBPS/book.opf": package(
                METADATA,
                item("c", "cover.xhtml") + item("n", "nav.xhtml", 'properties="nav"')
                + item("one", "one.xhtml") + item("two", "text/two%20b.xhtml")
                + item("gone", "gone.xhtml") + item("out", "../../../etc/passwd")
                + item("aside", "aside.xhtml"),
                "".join(
                    f'<itemref idref="{name}"/>'
                    for name in ("c", "n", "two", "gone", "out", "one", "two", "nothing")
                )
                + '<itemref idref="aside" linear="no"/>',
            ),
            "OEBPS/nav.xhtml": nav,
            "OEBPS/cover.xhtml": xhtml("<p>COVER</p>", attributes='epub:type="cover"'),
            "OEBPS/one.xhtml": xhtml(f"<h2>Chapter one</h2><p>{PROSE}</p>"),
            "OEBPS/text/two b.xhtml": xhtml("<p>They came back on Friday.</p>"),
            "OEBPS/aside.xhtml": xhtml("<p>ASIDE</p>"),
        }
    )  # fmt: skip
    draft = read_epub(content)
    assert draft.text == (f"The second part\n\nThey came back on Friday.\n\nChapter one\n\n{PROSE}")
    assert draft.pages == ()


def test_older_books_have_a_guide_and_an_ncx() -> None:
    ncx = """<ncx xmlns="http://www.daisy.org/z3986/2005/ncx/"><navMap><navPoint><navLabel>
    <text>The strike</text></navLabel><content src="one.xhtml#a"/></navPoint></navMap></ncx>"""
    content = packed(
        {
            "META-INF/container.xml": CONTAINER,
            "OEBPS/book.opf": package(
                METADATA,
                item("t", "toc.xhtml") + item("one", "one.xhtml")
                + '<item id="ncx" href="toc.ncx" media-type="application/x-dtbncx+xml"/>',
                '<itemref idref="t"/><itemref idref="one"/>',
                '<guide><reference type="toc" href="toc.xhtml"/></guide>',
            ),
            "OEBPS/toc.ncx": ncx,
            "OEBPS/toc.xhtml": xhtml("<p>CONTENTS</p>"),
            "OEBPS/one.xhtml": xhtml(f"<p>{PROSE}</p>"),
        }
    )  # fmt: skip
    assert read_epub(content).text == f"The strike\n\n{PROSE}"


def test_elements_without_an_end_tag_entities_and_marks_do_not_harm_the_text() -> None:
    page = xhtml(
        f'<a id="p1"/><h1>One</h1><p>Caf&eacute; &mdash; {PROSE}'
        '<sup epub:type="noteref">3</sup></p>'
        '<div/><script src="a.js"/><p hidden="hidden">HIDDEN</p><p>It<br/>ends.</p>',
        head='<title/><style/><meta name="a" content="x"/>',
    )
    assert read_epub(book(one=page)).text == f"One\n\nCafé — {PROSE}\n\nIt\nends."


def test_the_package_is_the_byline() -> None:
    draft = read_epub(
        book("""<dc:title id="s">A subtitle</dc:title><dc:title id="t">Ferries halted</dc:title>
        <meta refines="#t" property="title-type">main</meta>
        <dc:creator id="a">Lindqvist, Mara</dc:creator>
        <meta refines="#a" property="role">aut</meta>
        <dc:creator id="e">Some Editor</dc:creator><meta refines="#e" property="role">edt</meta>
        <dc:creator>Jonas Ekberg</dc:creator>
        <dc:publisher>Lenton Courier</dc:publisher><dc:date>2025-03</dc:date>
        <meta property="dcterms:modified">2025-04-01T10:00:00Z</meta>
        <dc:language>en-GB</dc:language><dc:identifier>urn:uuid:1</dc:identifier>
        <dc:source>https://example.org/ferries</dc:source>""")
    )
    assert draft.metadata.values == {
        "title": "Ferries halted",
        "author": "Mara Lindqvist, Jonas Ekberg",
        "outlet": "Lenton Courier",
        "published": "2025-03",
        "modified": "2025-04-01T10:00:00+00:00",
        "language": "en-GB",
        "url": "https://example.org/ferries",
    }
    assert set(draft.metadata.provenance.values()) == {"EPUB OPF"}


@pytest.mark.parametrize(
    ("stated", "published"),
    [
        ('<dc:date opf:event="publication">2019-05-06</dc:date>', "2019-05-06"),
        ('<dc:date opf:event="creation">2019-05-06</dc:date>', None),
        ('<dc:date opf:event="conversion">2019-05-06</dc:date><dc:date>2018</dc:date>', "2018"),
        ("<dc:date>0101-01-01T00:00:00+00:00</dc:date>", None),
        ("<dc:date>2024-02-03T10:11:12Z</dc:date>", "2024-02-03T10:11:12+00:00"),
        (
            "<dc:date>2024-02-03T10:11:12Z</dc:date>"
            '<meta property="dcterms:modified">2024-02-03T10:11:12Z</meta>',
            None,
        ),
    ],
)
def test_a_date_is_that_of_publication_only_where_it_is_meant_so(
    stated: str, published: str | None
) -> None:
    assert read_epub(book(stated)).metadata.values.get("published") == published


def test_a_program_is_neither_author_nor_publisher() -> None:
    stated = """<dc:creator>Unknown</dc:creator><dc:publisher>calibre (7.2.0)</dc:publisher>
    <dc:contributor opf:role="bkp">calibre</dc:contributor>
    <dc:creator opf:role="bkp">Jonas Ekberg</dc:creator>"""
    assert {"author", "outlet"}.isdisjoint(read_epub(book(stated)).metadata.values)


def encrypted(uri: str, algorithm: str) -> bytes:
    statement = f"""<encryption xmlns:enc="http://www.w3.org/2001/04/xmlenc#"><enc:EncryptedData>
    <enc:EncryptionMethod Algorithm="{algorithm}"/><enc:CipherData><enc:CipherReference
    URI="{uri}"/></enc:CipherData></enc:EncryptedData></encryption>"""
    with zipfile.ZipFile(io.BytesIO(book())) as archive:
        members = {name: archive.read(name) for name in archive.namelist()[1:]}
    return packed({**members, "META-INF/encryption.xml": statement})


def test_a_protected_book_is_refused_and_one_with_hidden_fonts_is_not() -> None:
    aes = "http://www.w3.org/2001/04/xmlenc#aes128-cbc"
    with pytest.raises(ArticleError, match="DRM"):
        read_epub(encrypted("OEBPS/one.xhtml", aes))
    assert read_epub(encrypted("OEBPS/font.otf", aes)).text.endswith(PROSE)
    fonts = "http://www.idpf.org/2008/embedding"
    assert read_epub(encrypted("OEBPS/font.otf", fonts)).text.endswith(PROSE)


def test_a_damaged_chapter_costs_only_itself() -> None:
    content = book(
        one=xhtml(f"<h1>One</h1><p>{PROSE}</p>"), two=b"\0\1\2" * 100, three=xhtml("<p>End.</p>")
    )
    assert read_epub(content).text == f"One\n\n{PROSE}\n\nEnd."


def test_entities_are_neither_fetched_nor_expanded(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("SECRET")
    laughs = "<!ENTITY a 'ha'>" + "".join(
        f"<!ENTITY {chr(b)} '{f'&{chr(b - 1)};' * 20}'>" for b in range(98, 106)
    )
    doctype = f"<!DOCTYPE html [<!ENTITY x SYSTEM '{secret.as_uri()}'>{laughs}]>"
    page = xhtml(f"<h1>One &x;</h1><p>{PROSE} &i;</p>").replace("<!DOCTYPE html>", doctype)
    title = "<dc:title>Ferries &x;</dc:title>"
    draft = read_epub(book(title, doctype=doctype, one=page))
    said = f"{draft.text} {draft.metadata.values}"
    assert PROSE in said and len(said) < 600 and "SECRET" not in said and "haha" not in said
    assert draft.metadata.values["title"] == "Ferries"
    for bomb in ("<dc:title>&i;</dc:title>", "<dc:date opf:event='&i;'>2024</dc:date>"):
        with pytest.raises(ArticleError):
            read_epub(book(bomb, doctype=doctype))


BAD = {
    "text": (b"some words", "no EPUB"),
    "pdf": (b"%PDF-1.7", "PDF"),
    "zip": (packed({"a.txt": "words"}), "a zip archive"),
    "docx": (packed({"word/document.xml": "<a/>"}), "office"),
    "container of nothing": (packed({"META-INF/container.xml": "<a/>"}), "package is missing"),
    "no container XML": (packed({"META-INF/container.xml": b"\0"}), "XML"),
    "no package": (packed({"META-INF/container.xml": CONTAINER}), "package is missing"),
    "empty spine": (
        packed({"META-INF/container.xml": CONTAINER, "OEBPS/book.opf": package("", "", "")}),
        "no text",
    ),
    "only images": (book(one=xhtml('<img src="a.jpg" alt="words"/>')), "OCR"),
    "cut off": (book()[:500], "damaged or cut-off"),
    "leaves the archive": (
        packed({"META-INF/container.xml": CONTAINER, "../evil.xhtml": "x"}), "leaves it"
    ),
    "bomb": (book(one="<p>" + " " * 30_000_000 + "</p>"), "100 times"),
    "deep": (book(one=xhtml("<div>" * 30_000)), "no text"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_a_bad_book_is_refused_with_its_reason(name: str) -> None:
    content, reason = BAD[name]
    with pytest.raises(ArticleError, match=reason):
        read_epub(content)


def test_a_book_is_one_article(tmp_path: Path) -> None:
    path = tmp_path / "a.epub"
    path.write_bytes(book(one=xhtml(f"<h1>One</h1><p>{PROSE}</p>"), two=xhtml("<p>End.</p>")))
    (article,) = read(path, tmp_path).articles
    assert (article.source, article.title, article.author) == (
        "a.epub",
        "Ferries halted",
        "Mara Lindqvist",
    )


def test_mutations_raise_nothing_but_article_errors() -> None:
    with zipfile.ZipFile(io.BytesIO(book())) as archive:
        members = {name: archive.read(name) for name in archive.namelist()[1:]}
    for seed in range(200):
        chance = random.Random(seed)

        def mutated(content: bytes, chance: random.Random = chance) -> bytes:
            out = bytearray(content)
            for _ in range(chance.randint(1, 10)):
                at = chance.randrange(len(out))
                out[at : at + chance.randint(0, 8)] = chance.randbytes(chance.randint(0, 3))
            return bytes(out)

        name = [*members, ""][seed % (len(members) + 1)]
        changed = {**members, name: mutated(members[name])} if name else members
        content = packed(changed) if name else mutated(packed(members))
        try:
            draft = read_epub(content)
        except ArticleError:
            continue
        assert clean(draft.text) == draft.text
