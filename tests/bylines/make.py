"""The articles of this folder that no one can read or review as text: made, not kept."""

import gzip
import io
import zipfile
from pathlib import Path

PARAGRAPHS = [
    "The harbour board of Port Sarn voted by five to four to close the old dry dock, which had "
    "been in use since 12 May 1898.",
    "Two of the members asked for another year, because a buyer from Ostrel had written to them "
    "in January 2019 and had never been answered.",
    "The last ship to be repaired there, the trawler Good Intent, left on 30 June 2021.",
]


def make(folder: Path) -> None:
    """Write every made article into `folder`."""
    pdf(folder / "report.pdf", ["Settlement of the dry dock", "Published 17 October 2023"], {
        "author": "Rosa Vasquez", "title": "Settlement of the dry dock", "creator": "Scrivener 3",
    })  # fmt: skip
    pdf(folder / "created.pdf", ["Notes on the pumps"], {
        "author": "Microsoft Office User", "title": "Microsoft Word - pumps-final2.doc",
        "creator": "Microsoft Word",
    })  # fmt: skip
    docx(folder / "essay.docx", "A dock is a promise", [], "Margit Sollers")
    release = ["FOR IMMEDIATE RELEASE: April 2, 2024"]
    docx(folder / "release.docx", "Trust to sell the gates", release, "python-docx")
    epub(folder / "book.epub")
    text = "\n\n".join(PARAGRAPHS)
    packed = f"A packed dock\n\nBy Walt Kerrigan, The Sarn Gazette\n3 July 2021\n\n{text}\n"
    (folder / "packed.txt.gz").write_bytes(gzip.compress(packed.encode()))
    body = "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)
    with zipfile.ZipFile(folder / "pile.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        front = "---\ntitle: Dock mice\nauthor: Bea Thorsen\ndate: 2023-04-10\n---\n"
        archive.writestr("a/mice.md", front + text)
        archive.writestr(
            "b/cats.html",
            '<html lang="en"><head><meta property="og:site_name" content="Low Water">'
            '<meta property="article:published_time" content="2023-04-11T10:00:00Z">'
            '<link rel="canonical" href="https://lowwater.example/dock-cats">'
            f"<title>Dock cats</title></head><body><h1>Dock cats</h1>{body}</body></html>",
        )


def pdf(path: Path, head: list[str], properties: dict[str, str]) -> None:
    """A page with a large first line, made on another day than it was published."""
    from reportlab.lib.styles import getSampleStyleSheet
    from reportlab.platypus import Paragraph, SimpleDocTemplate

    styles = getSampleStyleSheet()
    title, *rest = head
    story = [Paragraph(title, styles["Title"])]
    story += [Paragraph(text, styles["Normal"]) for text in (*rest, *PARAGRAPHS)]
    SimpleDocTemplate(str(path), **properties).build(story)


def docx(path: Path, title: str, head: list[str], author: str) -> None:
    """A Word document whose properties were set in 2013, as those of its template."""
    import docx as python_docx

    document = python_docx.Document()
    document.core_properties.author = author
    document.add_heading(title, 0)
    for text in (*head, *PARAGRAPHS):
        document.add_paragraph(text)
    document.save(str(path))


def epub(path: Path) -> None:
    """Two chapters, and a package with two authors, a month, and when the file was changed."""
    opf = """<?xml version="1.0"?><package xmlns="http://www.idpf.org/2007/opf" version="3.0"
unique-identifier="id"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:identifier id="id">urn:isbn:9780000000000</dc:identifier><dc:title>The Last Ship</dc:title>
<dc:creator>Aud Lund</dc:creator><dc:creator>Femi Castellane</dc:creator>
<dc:publisher>Quarrel Press</dc:publisher><dc:language>en</dc:language><dc:date>2022-11</dc:date>
<meta property="dcterms:modified">2024-07-01T00:00:00Z</meta></metadata><manifest>
<item id="a" href="a.xhtml" media-type="application/xhtml+xml"/>
<item id="b" href="b.xhtml" media-type="application/xhtml+xml"/></manifest>
<spine><itemref idref="a"/><itemref idref="b"/></spine></package>"""
    container = (
        '<?xml version="1.0"?><container version="1.0" '
        'xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles><rootfile '
        'full-path="content.opf" media-type="application/oebps-package+xml"/></rootfiles>'
        "</container>"
    )
    chapter = '<html xmlns="http://www.w3.org/1999/xhtml"><head><title>{0}</title></head>'
    chapter += "<body><h1>{0}</h1><p>{1}</p></body></html>"
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("mimetype", "application/epub+zip")
        archive.writestr("META-INF/container.xml", container)
        archive.writestr("content.opf", opf)
        archive.writestr("a.xhtml", chapter.format("Ebb", PARAGRAPHS[0]))
        archive.writestr("b.xhtml", chapter.format("Flood", PARAGRAPHS[1]))
    path.write_bytes(buffer.getvalue())
