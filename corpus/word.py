"""DOCX -> the article in it: headings, paragraphs, lists, a line for each row of a table, notes.

python-docx reads the package and its styles. The body is walked here, because its paragraphs leave
out content controls and do not tell deleted and hidden text from the rest.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from corpus.draft import Draft, Metadata
from corpus.errors import ArticleError
from corpus.markup import Element
from corpus.office import open_package
from corpus.opening import offer_first_line, take_opening
from corpus.properties import author_of, title_of
from corpus.text import clean, has_words, one_line
from corpus.xmltree import local_name, parse_xml

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
# Deleted, moved away, drawn in a box, or the reading aid over a word.
_LEFT_OUT = {"del", "moveFrom", "drawing", "pict", "object", "AlternateContent", "rt", "sectPr"}
_MAX_CELL = 300  # characters; a cell that holds more is prose that a table lays out
_BETWEEN_CELLS = " | "


def read_docx(content: bytes) -> Draft:
    """The draft of a DOCX file.

    Raises:
        ArticleError: it is none, is encrypted, breaks the limits of `open_zip`, or is damaged.
    """
    package = open_package(content)
    try:
        return _draft(_Document(package))
    except ArticleError:
        raise
    except Exception as error:  # python-docx raises nearly anything over a damaged package
        raise ArticleError("is damaged and cannot be read as DOCX; save it again") from error


@dataclass(slots=True)
class _Block:
    """A paragraph or a row of a table: its text, the name of its style, and if it is a line."""

    text: str
    style: str = ""
    is_line: bool = False


@dataclass(slots=True)
class _Style:
    name: str
    based_on: str
    hidden: bool
    numbering: Element | None


@dataclass(slots=True)
class _Document:
    """A package as python-docx opens it, with what its paragraphs refer to."""

    package: io.BytesIO
    opened: Any = None
    styles: dict[str, _Style] = field(default_factory=dict)
    formats: dict[tuple[str, str], str] = field(default_factory=dict)
    counters: dict[tuple[str, int], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        import docx

        self.opened = docx.Document(self.package)
        for style in self.opened.styles.element.iter(f"{_W}style"):
            self.styles[_attribute(style, "styleId")] = _Style(
                _value(style, "name").casefold(),
                _value(style, "basedOn"),
                _is_on(style.find(f"{_W}rPr/{_W}vanish")),
                style.find(f"{_W}pPr/{_W}numPr"),
            )
        numbering = self._part("/numbering")
        if numbering is not None:
            self._read_numbering(numbering)

    def _part(self, kind: str) -> Element | None:
        """The tree of the part that the document relates to as `kind`; None without one."""
        for relation in self.opened.part.rels.values():
            if relation.reltype.endswith(kind) and not relation.is_external:
                return parse_xml(relation.target_part.blob)
        return None

    def _read_numbering(self, root: Element) -> None:
        abstract: dict[str, dict[str, str]] = {}
        for each in root.iter(f"{_W}abstractNum"):
            levels = {
                _attribute(level, "ilvl"): _value(level, "numFmt")
                for level in each.iter(f"{_W}lvl")
            }
            abstract[_attribute(each, "abstractNumId")] = levels
        for each in root.iter(f"{_W}num"):
            for level, kind in abstract.get(_value(each, "abstractNumId"), {}).items():
                self.formats[_attribute(each, "numId"), level] = kind

    def inherited(self, name: str) -> Iterator[_Style]:
        """The style `name` and those that it is based on."""
        seen: set[str] = set()
        while name in self.styles and name not in seen:
            seen.add(name)
            yield self.styles[name]
            name = self.styles[name].based_on

    def blocks(self) -> Iterator[_Block]:
        """The paragraphs and rows of the body, then its notes."""
        yield from self._blocks_in(self.opened.element.body)
        for kind in ("/footnotes", "/endnotes"):
            root = self._part(kind)
            for note in [] if root is None else root:
                if local_name(note) in ("footnote", "endnote") and not _attribute(note, "type"):
                    yield from self._blocks_in(note)

    def _blocks_in(self, parent: Element) -> Iterator[_Block]:
        for child in parent:
            name = local_name(child)
            if name == "p":
                yield self._paragraph(child)
            elif name == "tbl":
                yield from self._table(child)
            elif name not in _LEFT_OUT and name != "sdtPr":
                yield from self._blocks_in(child)  # a content control, or an insertion

    def _paragraph(self, element: Element) -> _Block:
        style_id = _value(element, "pPr/pStyle")
        style = next((each.name for each in self.inherited(style_id)), "")
        if style.startswith("toc "):
            return _Block("")
        hidden = any(each.hidden for each in self.inherited(style_id))
        text = clean("" if hidden else "".join(self._words(element)))
        mark = "" if not text or style.startswith(("heading", "title")) else self._mark(element)
        return _Block(f"{mark}{text}", style, bool(mark))

    def _words(self, paragraph: Element) -> Iterator[str]:
        from lxml import etree

        walk = etree.iterwalk(paragraph, events=("start",))
        for _, element in walk:
            name = local_name(element)
            if name in _LEFT_OUT or (name == "r" and self._is_hidden(element)):
                walk.skip_subtree()
            elif name == "t":
                yield element.text or ""
            elif name == "tab" and local_name(element.getparent()) == "r":
                yield " "
            elif name in ("br", "cr"):
                yield "\n" if _attribute(element, "type") in ("", "textWrapping") else " "
            elif name == "noBreakHyphen":
                yield "-"

    def _is_hidden(self, run: Element) -> bool:
        own = run.find(f"{_W}rPr/{_W}vanish")
        if own is not None:
            return _is_on(own)
        return any(each.hidden for each in self.inherited(_value(run, "rPr/rStyle")))

    def _mark(self, paragraph: Element) -> str:
        """What stands before an item of a list: a hyphen, or its number; else nothing."""
        properties = paragraph.find(f"{_W}pPr/{_W}numPr")
        for style in self.inherited(_value(paragraph, "pPr/pStyle")):
            properties = style.numbering if properties is None else properties
        number = "" if properties is None else _value(properties, "numId")
        if number in ("", "0") or properties is None:
            return ""
        level = _value(properties, "ilvl") or "0"
        kind = self.formats.get((number, level), "bullet")
        if kind in ("bullet", "none"):
            return "- "
        depth = int(level) if level.isdecimal() else 0
        for key in [key for key in self.counters if key[0] == number and key[1] > depth]:
            del self.counters[key]
        count = self.counters[number, depth] = self.counters.get((number, depth), 0) + 1
        return f"{count}. "

    def _table(self, table: Element) -> Iterator[_Block]:
        yield _Block("")  # so that its rows are no items of a list above
        for row in table.iter(f"{_W}tr"):
            if next(row.iterancestors(f"{_W}tbl")) is not table:
                continue  # of a table in a cell, which is part of that cell
            properties = {local_name(each) for each in row.iterfind(f"{_W}trPr/*")}
            if properties & {"del", "hidden"}:
                continue
            cells = [list(self._blocks_in(cell)) for cell in row.iterchildren(f"{_W}tc")]
            texts = [" ".join(block.text for block in cell if block.text) for cell in cells]
            if any(len(text) > _MAX_CELL for text in texts):
                yield from (block for cell in cells for block in cell)
            else:
                line = _BETWEEN_CELLS.join(one_line(text, limit=10_000) for text in texts)
                yield _Block(line if has_words(line) else "", is_line=True)
        yield _Block("")


def _draft(document: _Document) -> Draft:
    blocks = list(document.blocks())
    metadata = Metadata()
    stated = document.opened.core_properties
    metadata.offer("title", title_of(stated.title), "DOCX properties")
    metadata.offer("author", author_of(stated.author), "DOCX properties")
    metadata.offer("language", stated.language, "DOCX properties")
    texts = [(place, block) for place, block in enumerate(blocks) if block.text]
    for _, block in texts[:6]:
        if block.style == "title":
            metadata.offer("title", block.text, "title in the text")
    if texts and texts[0][1].style == "heading 1":
        metadata.offer("title", texts[0][1].text, "first heading")
    paragraphs = [block.text for _, block in texts]
    offer_first_line(paragraphs, metadata)
    taken = {texts[number][0] for number in take_opening(paragraphs, metadata)}
    return Draft(_joined([b for place, b in enumerate(blocks) if place not in taken]), metadata)


def _joined(blocks: list[_Block]) -> str:
    """Blank lines between paragraphs, none between the items of a list or the rows of a table."""
    out: list[str] = []
    line_before = False
    for block in blocks:
        if block.text:
            out += ["\n" if line_before and block.is_line else "\n\n", block.text]
        line_before = block.is_line and bool(block.text)
    return clean("".join(out))


def _value(element: Element, path: str) -> str:
    """The `w:val` of what is at `path` below `element`; empty without it."""
    found = element.find("/".join(f"{_W}{name}" for name in path.split("/")))
    return "" if found is None else _attribute(found, "val")


def _attribute(element: Element, name: str) -> str:
    return str(element.get(f"{_W}{name}") or "")


def _is_on(element: Element | None) -> bool:
    return element is not None and _attribute(element, "val") not in ("0", "false", "off")
