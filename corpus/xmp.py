"""The XMP packet of a file: what its publisher says about the document, in RDF.

A date counts only where it is meant for publication. Many programs put the moment at which they
made the file into `dc:date`; one that falls on the day of that moment is taken for it.
"""

from collections.abc import Iterator

from corpus.dates import iso_date
from corpus.draft import Metadata, web_url
from corpus.errors import ArticleError
from corpus.markup import Element
from corpus.properties import author_of, title_of
from corpus.xmltree import local_name, namespace, parse_xml, words_in

_DC, _TERMS = "http://purl.org/dc/elements/1.1/", "http://purl.org/dc/terms/"
_XMP = "http://ns.adobe.com/xap/1.0/"
_PUBLISHED = ("publicationDate", "onlinePublicationDate", "onlineDate", "coverDate")
_MAX_BYTES = 5_000_000


def offer_xmp(content: bytes, metadata: Metadata) -> None:
    """Offer what the packet states; one that is damaged or absurdly large states nothing."""
    if len(content) > _MAX_BYTES:
        return
    try:
        root = parse_xml(content.strip(b"\0 \t\r\n"))
    except ArticleError:
        return
    stated: dict[tuple[str, str], list[str]] = {}
    for field, name, values in _statements(root):
        stated.setdefault((_family(field), name), []).extend(values)

    def first(family: str, *names: str) -> str | None:
        found = (value for name in names for value in stated.get((family, name), ()))
        return next(found, None)

    metadata.offer("title", title_of(first("dc", "title")), "PDF XMP")
    authors = stated.get(("dc", "creator"), [])
    metadata.offer("author", author_of("; ".join(authors)), "PDF XMP")
    metadata.offer("outlet", first("prism", "publicationName"), "PDF XMP")
    metadata.offer("outlet", first("dc", "publisher"), "PDF XMP")
    metadata.offer("published", first("prism", *_PUBLISHED), "PDF XMP")
    metadata.offer("published", first("terms", "issued"), "PDF XMP")
    made = {
        value[:10] for name in ("CreateDate", "ModifyDate", "MetadataDate")
        for value in stated.get(("xmp", name), ())
    }  # fmt: skip
    dated = first("dc", "date")
    if dated and (day := iso_date(dated)) and not ("T" in day and day[:10] in made):
        metadata.offer("published", dated, "PDF XMP")
    metadata.offer("modified", first("prism", "modificationDate"), "PDF XMP")
    metadata.offer("url", first("prism", "url"), "PDF XMP")
    metadata.offer("url", web_url(first("dc", "identifier")), "PDF XMP")
    metadata.offer("language", first("dc", "language"), "PDF XMP")
    metadata.offer("section", first("prism", "section"), "PDF XMP")


def _family(name: str) -> str:
    if "prismstandard.org" in name:
        return "prism"
    return {_DC: "dc", _TERMS: "terms", _XMP: "xmp"}.get(name, "")


def _statements(root: Element) -> Iterator[tuple[str, str, list[str]]]:
    """(namespace, name, values) of each property, written as an element or as an attribute."""
    for description in root.iter("{*}Description"):
        for key, value in description.attrib.items():
            field, _, name = key[1:].rpartition("}")
            yield field, name, [value]
        for element in description:
            items = _items(element)
            values = [words_in(item) for item in items] if items else [words_in(element)]
            yield namespace(element), local_name(element), [value for value in values if value]


def _items(element: Element) -> list[Element]:
    """The items of a list, that in the default language first."""
    items = list(element.iter("{*}li"))
    language = "{http://www.w3.org/XML/1998/namespace}lang"
    return sorted(items, key=lambda item: item.get(language) not in (None, "x-default"))
