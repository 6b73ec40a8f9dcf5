"""PDF files for tests, made by ReportLab or written by hand."""

import io
from collections.abc import Callable, Sequence

from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import simpleSplit
from reportlab.pdfgen.canvas import Canvas

Line = tuple[float, float, str]


def pdf(
    pages: Sequence[Sequence[Line]],
    size: float = 11,
    prepare: Callable[[Canvas], None] | None = None,
) -> bytes:
    """A PDF whose pages hold these (x, y, text), in Helvetica of one size."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4, invariant=1)
    if prepare:
        prepare(canvas)
    for lines in pages:
        canvas.setFont("Helvetica", size)
        for x, y, text in lines:
            canvas.drawString(x, y, text)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def column(text: str, *, x: float = 72, y: float = 760, width: float = 450) -> list[Line]:
    """Paragraphs (between blank lines) set as lines of `width` points, from `y` downwards."""
    lines: list[Line] = []
    for paragraph in text.split("\n\n"):
        for line in simpleSplit(paragraph, "Helvetica", 11, width):
            lines.append((x, y, line))
            y -= 14
        y -= 10
    return lines


def objects(*bodies: bytes, root: int = 1, extra: bytes = b"") -> bytes:
    """A PDF of these numbered objects, with a right cross-reference table."""
    out = bytearray(b"%PDF-1.7\n")
    places = []
    for number, body in enumerate(bodies, 1):
        places.append(len(out))
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(bodies) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root %d 0 R %s >>\n" % (len(bodies) + 1, root, extra)
    return bytes(out + b"startxref\n%d\n%%%%EOF\n" % start)


def stream(content: bytes, entries: bytes = b"") -> bytes:
    return b"<< /Length %d %s >>\nstream\n" % (len(content), entries) + content + b"\nendstream"
