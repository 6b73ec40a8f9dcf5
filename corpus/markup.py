"""HTML -> a tree that is safe to walk and holds nothing hidden, and a tree -> paragraphs.

Everything here is bounded: a tag's attributes, the depth of nesting, the time a hostile page takes.
"""

import re
from collections.abc import Iterator
from typing import Any

from corpus.errors import ArticleError
from corpus.text import clean

Element = Any
"""An lxml element; lxml has no type hints."""

_MAX_ATTRIBUTES = 1_000
_MAX_DEPTH = 5_000

# A run of a tag: quotes count only after `=`. It always matches, so it never starts over.
_TAG = re.compile(
    r"<(?:(!--)|(/?[a-zA-Z][\w:-]*+)((?:[^<>=]++|=\s*+(?:\"[^\"]*+\"?+|'[^']*+'?+)?+|<)*+)>?)"
)
_MAX_CELL = 300
_RAW_TEXT = {"script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes"}
_NO_NESTING = frozenset(
    "area base br col embed hr img input link meta param source track wbr p li dt dd option tr td"
    " th thead tbody tfoot colgroup html head body".split()
)
_FORMATTING_TAG = re.compile(r"</?(?:font|b|i|u|em|strong|big|small|tt|center)(?:\s[^<>]*)?>", re.I)
_XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")

_NEVER_SHOWN = frozenset(
    "script style template noscript input textarea select button option datalist iframe object"
    " embed applet canvas svg math audio video map head".split()
)
_HIDDEN = "byline-hidden"
_HIDING_STYLE = re.compile(
    r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)"
    r"|(?:font-size|opacity)\s*:\s*0*\.?0*(?:px|pt|r?em|%)?\s*(?:!|;|$)"
    r"|(?:left|right|top|bottom|text-indent|margin-left|margin-top)\s*:\s*-(?:\d{3,}px|\d{2,}r?em)"
    r"|clip\s*:\s*rect\(\s*[01](?:px)?[\s,]+[01](?:px)?[\s,]+[01](?:px)?[\s,]+[01](?:px)?\s*\)"
    r"|clip-path\s*:\s*inset\((?:50|100)%)",
    re.IGNORECASE,
)

# The names of HTML and, where they differ, those of the trees that trafilatura makes.
_BLOCKS = frozenset(
    "p div section article main header footer aside nav h1 h2 h3 h4 h5 h6 head blockquote quote pre"
    " ul ol list dl dt dd table caption figure figcaption details summary address form fieldset hr"
    " body html title center".split()
)
_ROWS = {"tr", "row"}
_CELLS = {"td", "th", "cell"}
_ITEMS = {"li", "item"}
_LISTS = {"ul", "ol", "list"}
_KEEPS_LINES = {"pre"}


def parse(text: str) -> Element:
    """The tree of an HTML page; raises ArticleError when there is none or it is out of bounds."""
    from lxml import etree, html

    text = _limited(_XML_DECLARATION.sub("", text))
    for attempt in (text, None):
        # Old pages that never close <font> nest without end, and the parser drops what is deep.
        source = attempt if attempt is not None else _FORMATTING_TAG.sub(_unless_hiding, text)
        parser = html.HTMLParser(
            huge_tree=False, no_network=True, remove_pis=True, remove_comments=True
        )
        try:
            tree = html.document_fromstring(source, parser=parser)
        except (etree.ParserError, etree.XMLSyntaxError, ValueError, AssertionError) as error:
            raise ArticleError("holds no HTML that can be read; save the page again") from error
        if not any(entry.type_name == "ERR_RESOURCE_LIMIT" for entry in parser.error_log):
            return tree
    raise ArticleError(
        "nests elements too deeply or has more than 10 MB in one; save it as text instead"
    )


def hide(tree: Element) -> None:
    """Remove from `tree` what a reader of the page does not see, comments included."""
    from lxml import etree

    for element in tree.iter(etree.Element):
        if element is not tree and (element.tag in _NEVER_SHOWN or _is_hidden(element)):
            element.tag = _HIDDEN
    # All at once: taking out one by one copies the text between them again and again.
    unseen = (_HIDDEN, etree.Comment, etree.ProcessingInstruction)
    etree.strip_elements(tree, *unseen, with_tail=False)


def drop(element: Element) -> None:
    """Take `element` out of its tree and leave the text that follows it."""
    parent = element.getparent()
    if parent is None:
        return
    tail = element.tail or ""
    if tail:
        before = element.getprevious()
        if before is not None:
            before.tail = (before.tail or "") + tail
        else:
            parent.text = (parent.text or "") + tail
    parent.remove(element)


def text_of(tree: Element) -> str:
    """The text of `tree`: blank lines between paragraphs, a line per list item and table row."""
    text = "".join(_pieces(tree))
    text = re.sub(r"[\x03\x04](?:-|\d+\.) \x01\s*\x02", "", text)  # items without any text
    text = re.sub(r"\x01\s*", "", text)
    text = re.sub(r"\x04", "\n\n", text)
    # Only from where white space starts: a long run without the mark would be tried at each place.
    return clean(re.sub(r"(?<!\s)\s*\x03", "\n", text))


def _pieces(tree: Element) -> Iterator[str]:
    """Text with marks: 4 before the first item of a list, 3 before others, 1 and 2 around each."""
    from lxml import etree

    keeps_lines = in_cell = 0
    counters: list[int] = []  # one per open list: the next number, 0 for bullets
    for event, element in etree.iterwalk(tree, events=("start", "end", "comment")):
        tag = element.tag
        if event == "comment" or not isinstance(tag, str):
            yield _flowing(element.tail, keeps_lines)
        elif event == "start":
            keeps_lines += tag in _KEEPS_LINES
            in_cell += tag in _CELLS and not _is_layout(element)
            if tag in _LISTS:
                counters.append(_first_number(element))
            yield _opening(element, counters, in_cell)
            yield _flowing(element.text, keeps_lines)
        else:
            yield _closing(element, len(counters), in_cell)
            keeps_lines -= tag in _KEEPS_LINES
            in_cell -= tag in _CELLS and not _is_layout(element)
            if tag in _LISTS:
                counters.pop()
            if element is not tree:
                yield _flowing(element.tail, keeps_lines)


def _first_number(element: Element) -> int:
    if element.tag != "ol" and element.get("rend") != "ol":
        return 0
    start = element.get("start", "1")
    return int(start) if start.isascii() and start.isdigit() and len(start) < 7 else 1


def _opening(element: Element, counters: list[int], in_cell: int) -> str:
    tag = element.tag
    if tag in _ITEMS:
        number = counters[-1] if counters else 0
        if number:
            counters[-1] += 1
        is_first = len(counters) < 2 and element.getprevious() is None
        return f"{chr(4 if is_first else 3)}{f'{number}.' if number else '-'} \x01"
    if tag in ("br", "lb"):
        return " " if in_cell else "\n"
    if tag in _BLOCKS:
        return " " if in_cell else "\n\n"
    return ""


def _closing(element: Element, lists: int, in_cell: int) -> str:
    tag = element.tag
    if tag in _ITEMS:
        return "\x02"
    if tag in _LISTS and lists > 1:
        return "\n"
    if tag in _CELLS:
        if _is_layout(element):
            return "\n\n"
        following = element.getnext()
        return " | " if following is not None and following.tag in _CELLS else ""
    if tag in _ROWS:
        return "\n"
    if tag in _BLOCKS:
        return " " if in_cell else "\n\n"
    return ""


def _is_layout(cell: Element) -> bool:
    """Whether a table's cell holds prose, as on pages that were laid out with tables."""
    length = 0
    for text in cell.itertext():
        length += len(text.strip())
        if length > _MAX_CELL:
            return True
    return False


def _flowing(text: str | None, keeps_lines: int) -> str:
    if not text:
        return ""
    return text if keeps_lines else re.sub(r"[ \t\r\n\f]+", " ", text)


def _is_hidden(element: Element) -> bool:
    if element.get("hidden") is not None:
        return True
    if (element.get("aria-hidden") or "").strip().lower() == "true":
        return True
    style = element.get("style")
    if not style:
        return False
    style = re.sub(r"/\*[^*]*\*/", "", style[:10_000])
    return _HIDING_STYLE.search(style) is not None


def _limited(text: str) -> str:
    """`text` without the attributes of tags that have absurdly many; refuses absurd depth.

    One tag with 60,000 attributes costs the parser half a minute.
    """
    out: list[str] = []
    done = position = depth = 0
    while found := _TAG.search(text, position):
        comment, name, attributes = found.groups()
        position = found.end()
        if comment:
            position = _after(text, "-->", position)
            continue
        name = name.lower()
        if len(attributes) > 2 * _MAX_ATTRIBUTES and _count(attributes) > _MAX_ATTRIBUTES:
            out += (text[done : found.start(3)],)
            done = found.end(3)
        if name in _RAW_TEXT:
            position = _after(text, f"</{name}", position)
        elif name.lstrip("/") not in _NO_NESTING and not attributes.endswith("/"):
            depth = max(0, depth + (-1 if name.startswith("/") else 1))
            if depth > _MAX_DEPTH:
                raise ArticleError(f"nests elements more than {_MAX_DEPTH:,} deep; save it as text")
    return "".join((*out, text[done:])) if out else text


def _after(text: str, end: str, position: int) -> int:
    found = re.compile(re.escape(end), re.IGNORECASE).search(text, position)
    return found.end() if found else len(text)


def _count(attributes: str) -> int:
    bare = re.sub(r"=\s*(?:\"[^\"]*\"?|'[^']*'?)", " ", attributes)
    return sum(1 for _ in re.finditer(r"[^\s/=]+(?:=[^\s]*)?", bare))


def _unless_hiding(tag: re.Match[str]) -> str:
    return tag[0] if re.search(r"style|hidden", tag[0], re.IGNORECASE) else ""
