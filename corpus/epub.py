"""EPUB -> one article: its chapters in the order of the spine, each under its title.

Only members of the archive are ever read, so a path that leads elsewhere finds nothing.
"""

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from corpus.draft import Draft, Metadata
from corpus.errors import ArticleError
from corpus.markup import Element, drop, hide, parse, text_of
from corpus.opening import offer_first_line, take_opening
from corpus.opf import offer_package
from corpus.text import clean, decode, has_words, kind_of, one_line
from corpus.xmltree import local_name, parse_xml, words_in
from corpus.zipped import CheckedZip, open_zip

_CONTAINER, _ENCRYPTION = "META-INF/container.xml", "META-INF/encryption.xml"
_FONT_ALGORITHMS = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")
_CHARSET = re.compile(rb"\s*<\?xml[^>]{0,100}?encoding\s*=\s*[\"']([\w:.\-]{2,30})")
# A whole tag, quoted values with it. It always ends at the tag's own end, so it is linear.
_TAG = re.compile(r"<([a-zA-Z][\w:-]*+)((?:[^<>\"']++|\"[^\"]*+\"|'[^']*+')*+)>")
_VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())
_APART = re.compile(r"(?:^|\s)(?:cover|toc|landmarks|titlepage|title-page)(?:$|\s)")
_MARKS = ("noteref", "pagebreak")  # the 3 of "the ferry3", and the number of a printed page
_HEADINGS = ("h1", "h2", "h3")


@dataclass(frozen=True, slots=True)
class _Item:
    """One file of the book: its name in the archive, and what the package says of it."""

    name: str
    media_type: str
    properties: str


def read_epub(content: bytes) -> Draft:
    """The draft of an EPUB book or issue.

    Raises:
        ArticleError: it is none, is protected, breaks the limits of `open_zip`, or has no text.
    """
    if not content.startswith(b"PK"):
        kind = kind_of(content) or "something else"
        raise ArticleError(f"is no EPUB but {kind}; give it its right extension")
    archive = open_zip(content)
    if _CONTAINER not in archive:
        office = any(name.startswith(("word/", "xl/", "ppt/")) for name in archive.names)
        kind = "an office document" if office else "a zip archive"
        raise ArticleError(f"is no EPUB but {kind}; give it its right extension")
    place = _package_name(archive)
    package = parse_xml(archive.read(place))
    items = _manifest(package, place, archive)
    spine = _spine(package, items)
    _refuse_protected(archive, {item.name for item in spine} | {place})
    apart = _guide(package, place, archive)
    titles = _titles(archive, package, items)
    metadata = Metadata()
    offer_package(package, metadata)
    chapters = _chapters(archive, spine, apart, titles) or _chapters(archive, spine, set(), titles)
    text = "\n\n".join(chapters)
    if not has_words(text):
        raise ArticleError("holds no text; if its pages are images, run OCR over them")
    paragraphs = text.split("\n\n")
    if len(chapters) == 1:
        offer_first_line(paragraphs[:4], metadata)
    taken = take_opening(paragraphs, metadata)
    kept = [paragraph for number, paragraph in enumerate(paragraphs) if number not in taken]
    return Draft(clean("\n\n".join(kept)), metadata)


def _package_name(archive: CheckedZip) -> str:
    for root in parse_xml(archive.read(_CONTAINER)).iter("{*}rootfile", "rootfile"):
        if name := _found(root.get("full-path") or "", "", archive):
            return name
    raise ArticleError("is an EPUB whose package is missing; save it again")


def _found(href: str, beside: str, archive: CheckedZip) -> str | None:
    """The member that `href` means in the file `beside`; None when the archive has none."""
    try:
        path = urlsplit(href).path
    except ValueError:
        return None
    for written in (path, unquote(path)):
        name = posixpath.normpath(posixpath.join(posixpath.dirname(beside), written))
        if written and name in archive:
            return name
    return None


def _manifest(package: Element, place: str, archive: CheckedZip) -> dict[str, _Item]:
    """The items that are in the archive, by their ids."""
    items: dict[str, _Item] = {}
    for element in package.iter("{*}item", "item"):
        name = _found(element.get("href") or "", place, archive)
        if name:
            kind = (element.get("media-type") or "").lower()
            items[element.get("id") or ""] = _Item(name, kind, element.get("properties") or "")
    return items


def _spine(package: Element, items: dict[str, _Item]) -> list[_Item]:
    """The items in reading order, once each; those beside the main flow only if all are."""
    entries = [
        (items[entry.get("idref")], entry.get("linear") != "no")
        for entry in package.iter("{*}itemref", "itemref")
        if entry.get("idref") in items
    ]
    main = [item for item, linear in entries if linear]
    return list(dict.fromkeys(main or [item for item, _ in entries]))


def _guide(package: Element, place: str, archive: CheckedZip) -> set[str]:
    """The members that the guide of an older book calls its cover or its table of contents."""
    return {
        name
        for reference in package.iter("{*}reference", "reference")
        if _APART.search((reference.get("type") or "").lower())
        and (name := _found(reference.get("href") or "", place, archive))
    }


def _refuse_protected(archive: CheckedZip, needed: set[str]) -> None:
    """Raise when what is to be read is encrypted; fonts often are, and are not needed."""
    if _ENCRYPTION not in archive:
        return
    for entry in parse_xml(archive.read(_ENCRYPTION)).iter("{*}EncryptedData"):
        methods = [each.get("Algorithm") for each in entry.iter("{*}EncryptionMethod")]
        if any(method in _FONT_ALGORITHMS for method in methods):
            continue
        for reference in entry.iter("{*}CipherReference"):
            if _found(reference.get("URI") or "", "", archive) in needed:
                raise ArticleError("is protected (DRM); get a copy without protection")


def _titles(archive: CheckedZip, package: Element, items: dict[str, _Item]) -> dict[str, str]:
    """The title of each chapter by its member, as the table of contents has it."""
    titles: dict[str, str] = {}
    for item in items.values():
        is_nav = "nav" in item.properties.split()
        if not is_nav and item.media_type != "application/x-dtbncx+xml":
            continue
        try:
            pairs = list(_nav(archive, item) if is_nav else _ncx(archive, item))
        except ArticleError:
            continue
        for href, label in pairs:
            name = _found(href, item.name, archive)
            if name and has_words(label):
                titles.setdefault(name, one_line(label))
    return titles


def _nav(archive: CheckedZip, item: _Item) -> Iterator[tuple[str, str]]:
    for nav in _page(archive.read(item.name)).iter("nav"):
        if "toc" in (nav.get("epub:type") or "toc").split():
            for link in nav.iter("a"):
                yield link.get("href") or "", words_in(link)


def _ncx(archive: CheckedZip, item: _Item) -> Iterator[tuple[str, str]]:
    for point in parse_xml(archive.read(item.name)).iter("{*}navPoint", "navPoint"):
        parts = {local_name(child): child for child in point}
        if "navLabel" in parts and "content" in parts:
            yield parts["content"].get("src") or "", words_in(parts["navLabel"])


def _chapters(
    archive: CheckedZip, spine: list[_Item], apart: set[str], titles: dict[str, str]
) -> list[str]:
    """The texts of the spine; covers, tables of contents and what is damaged are left out."""
    chapters: list[str] = []
    for item in spine:
        if item.name in apart or "nav" in item.properties.split():
            continue
        try:
            tree = _page(archive.read(item.name))
        except ArticleError:
            continue
        if _is_apart(tree):
            continue
        hide(tree)
        for element in [each for each in tree.iter() if each.get("epub:type") in _MARKS]:
            drop(element)
        text = text_of(tree)
        if not has_words(text):
            continue
        title = titles.get(item.name)
        has_heading = next(tree.iter(*_HEADINGS), None) is not None
        if title and not has_heading and title.casefold() not in text[:500].casefold():
            text = f"{title}\n\n{text}"
        chapters.append(text)
    return chapters


def _page(content: bytes) -> Element:
    """The tree of an XHTML page; its `<a/>` and `<title/>` would never end in HTML."""
    declared = _CHARSET.match(content[:500])
    source = decode(content, declared=declared[1].decode() if declared else None)
    return parse(_TAG.sub(_closed, source))


def _closed(tag: re.Match[str]) -> str:
    name, attributes = tag.groups()
    if not attributes.endswith("/") or name.lower() in _VOID:
        return tag[0]
    return f"<{name}{attributes[:-1]}></{name}>"


def _is_apart(tree: Element) -> bool:
    """Whether a page says that it is the cover or the table of contents."""
    body = tree.find(".//body")
    marked = [] if body is None else [body, *list(body)[:1]]
    return any(_APART.search((each.get("epub:type") or "").lower()) for each in marked)
