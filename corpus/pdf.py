"""PDF -> the article in it, page by page, with the offset at which each page starts."""

import logging
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import TYPE_CHECKING, Any

from corpus.byline import offer_site, without_outlet
from corpus.draft import Draft, Metadata
from corpus.errors import ArticleError
from corpus.heads import Line
from corpus.opening import offer_first_line, take_opening
from corpus.pages import Paragraph, assemble, paragraphs_of
from corpus.parts import part_read
from corpus.properties import author_of, title_of
from corpus.text import MAX_TEXT_BYTES, clean, has_words, kind_of
from corpus.xmp import offer_xmp

if TYPE_CHECKING:
    from pypdf import PageObject, PdfReader

_START = 1024  # bytes within which the format wants to be named
_LIGATURES = str.maketrans(
    {"\ufb00": "ff", "\ufb01": "fi", "\ufb02": "fl", "\ufb03": "ffi", "\ufb04": "ffl",
     "\ufb05": "st", "\ufb06": "st"}
)  # fmt: skip
_UNREADABLE = re.compile("[\ufffd\ue000-\uf8ff]")
_MAX_TITLE = 200
_BOUNDS = (RecursionError, MemoryError, OverflowError)


def read_pdf(content: bytes) -> Draft:
    """The draft of a PDF file.

    Raises:
        ArticleError: it is no PDF, needs a password, holds only images, or is too damaged.
    """
    if b"%PDF-" not in content[:_START]:
        kind = kind_of(content) or "something else"
        raise ArticleError(f"is no PDF but {kind}; give it its right extension")
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it warns of each oddity of a file
    with _translated():
        reader = _opened(content)
        count = len(reader.pages)
    pages: list[list[Line]] = []
    length = failed = 0
    for number in range(count):
        try:
            with _translated():
                pages.append(_lines_of(reader.pages[number]))
        except ArticleError:
            pages.append([])
            failed += 1
        length += sum(len(line.text) for line in pages[-1])
        if length > MAX_TEXT_BYTES:
            raise ArticleError(
                f"holds more than {MAX_TEXT_BYTES // 1_000_000} MB of text; split it"
            )
        part_read()
    if failed > count / 2:
        raise ArticleError(f"is damaged: {failed} of {count} pages cannot be read; save it again")
    notice = f"{failed} of its {count} pages cannot be read; save it again (the others are in)"
    _refuse_without_words(reader, pages)
    metadata = Metadata()
    with _translated():
        _offer_declared(reader, metadata)
    draft = _draft(paragraphs_of(pages), count, metadata)
    draft.notice = notice if failed else ""
    return draft


@contextmanager
def _translated() -> Iterator[None]:
    """Whatever a stranger's file makes pypdf raise, which is nearly anything, as our error."""
    try:
        yield
    except ArticleError:
        raise
    except Exception as error:
        reason = "is too large or nested" if isinstance(error, _BOUNDS) else "is damaged"
        raise ArticleError(f"{reason} and cannot be read as PDF; save it again") from error


def _opened(content: bytes) -> "PdfReader":
    from pypdf import PdfReader

    reader = PdfReader(BytesIO(content))
    if reader.is_encrypted and not reader.decrypt(""):
        raise ArticleError("is encrypted and needs a password; save a copy without it")
    return reader


def _lines_of(page: "PageObject") -> list[Line]:
    """The lines of a page in the order in which it draws them; turned ones are left out."""
    chunks: list[tuple[str, int, float, float, float]] = []

    def visit(text: str, cm: list[float], tm: list[float], _font: Any, size: float) -> None:
        if text:
            a, b, c, d, e, f = _product(tm, cm)
            turned = abs(b) > abs(a)
            angle = (1 if b > 0 else 3) if turned else (0 if d >= 0 else 2)
            x, y = ((e, f), (f, -e), (-e, -f), (-f, e))[angle]
            chunks.append((text, angle, x, y, abs(size) * max(abs(d), abs(c)) or 1.0))

    page.extract_text(visitor_text=visit)
    angles = Counter(angle for text, angle, *_ in chunks if text.strip())
    upright = max(angles, key=lambda angle: angles[angle], default=0)
    return list(_joined([chunk for chunk in chunks if chunk[1] == upright or "\n" in chunk[0]]))


def _product(m: list[float], n: list[float]) -> tuple[float, float, float, float, float, float]:
    return (
        m[0] * n[0] + m[1] * n[2], m[0] * n[1] + m[1] * n[3],
        m[2] * n[0] + m[3] * n[2], m[2] * n[1] + m[3] * n[3],
        m[4] * n[0] + m[5] * n[2] + n[4], m[4] * n[1] + m[5] * n[3] + n[5],
    )  # fmt: skip


def _joined(chunks: list[tuple[str, int, float, float, float]]) -> Iterator[Line]:
    """Chunks of text cut at their line breaks; a line is as large as most of its letters."""
    text = ""
    place: tuple[float, float] | None = None
    sizes: Counter[float] = Counter()
    for chunk, _, x, y, size in [*chunks, ("\n", 0, 0.0, 0.0, 1.0)]:
        for part in re.split(r"(?<=\n)", chunk):
            if part.strip():
                place = place or (x, y)
                sizes[round(size, 1)] += len(part.strip())
            text += part
            if part.endswith("\n"):
                line = _cleaned(text)
                if line and place:
                    yield Line(line, *place, sizes.most_common(1)[0][0] or 1.0)
                text, place = "", None
                sizes.clear()


def _cleaned(text: str) -> str:
    text = re.sub("[\u00ad\u2010]\\s*$", "-", text.translate(_LIGATURES))
    return " ".join(clean(text).split())


def _refuse_without_words(reader: "PdfReader", pages: list[list[Line]]) -> None:
    text = "".join(line.text for lines in pages for line in lines)
    if not has_words(text):
        with _translated():
            if any(_shows_image(page) for page in reader.pages):
                raise ArticleError("has only images of text; run OCR over it, then add it again")
        raise ArticleError("holds no text; write something into it or remove it")
    if len(_UNREADABLE.findall(text)) > len(text) / 3:
        raise ArticleError(
            "its fonts do not tell which letters they show; run OCR over it, then add it again"
        )


def _shows_image(page: "PageObject") -> bool:
    resources = page.get("/Resources")
    forms = resources.get_object().get("/XObject") if resources is not None else None
    if forms is not None and len(forms.get_object()):
        return True
    contents = page.get_contents()
    return contents is not None and b"BI" in contents.get_data()


def _offer_declared(reader: "PdfReader", metadata: Metadata) -> None:
    """XMP, then the document's properties. The dates of the file are not those of the article."""
    root = reader.root_object
    stated = root.get("/Metadata")
    stream: Any = stated.get_object() if stated is not None else None
    if hasattr(stream, "get_data"):
        offer_xmp(stream.get_data(), metadata)
    properties: Any = reader.metadata or {}
    metadata.offer("title", title_of(_string(properties, "/Title")), "PDF properties")
    metadata.offer("author", author_of(_string(properties, "/Author")), "PDF properties")
    metadata.offer("language", _string(root, "/Lang"), "PDF properties")


def _string(mapping: Any, key: str) -> str | None:
    value = mapping.get(key)
    value = value.get_object() if value is not None else None
    return str(value) if isinstance(value, str) else None


def _draft(paragraphs: list[Paragraph], count: int, metadata: Metadata) -> Draft:
    _offer_heading(paragraphs, metadata)
    taken = take_opening([paragraph.text for paragraph in paragraphs], metadata)
    kept = [paragraph for number, paragraph in enumerate(paragraphs) if number not in taken]
    text, pages = assemble(kept, count)
    return Draft(text, metadata, pages)


def _cut_site(metadata: Metadata, heading: str) -> None:
    """A page that was printed has the `<title>` it had: `Headline | Lenton Courier`."""
    title = metadata.get("title") or ""
    if metadata.provenance.get("title") == "PDF properties" and heading and title != heading:
        offer_site(title, [heading], metadata)
        if without_outlet(title, metadata.get("outlet"), [heading]) == heading:
            metadata.values["title"] = heading


def _offer_heading(paragraphs: list[Paragraph], metadata: Metadata) -> None:
    """The title is what is set largest at the top of the first page, if the text is smaller."""
    first = [each for each in paragraphs[:6] if each.pieces[0][0] == paragraphs[0].pieces[0][0]]
    sizes: Counter[int] = Counter()
    for paragraph in paragraphs:
        sizes[round(paragraph.size)] += len(paragraph.text)
    body = sizes.most_common(1)[0][0]
    heading = max(first, key=lambda paragraph: paragraph.size)
    _cut_site(metadata, heading.text)
    if heading.size > 1.15 * body and len(heading.text) <= _MAX_TITLE:
        metadata.offer("title", heading.text, "largest line")
    else:
        offer_first_line([paragraph.text for paragraph in paragraphs[:4]], metadata)
