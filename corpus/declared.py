"""What an HTML page states for machines: JSON-LD, meta tags, microdata, the canonical link.

Only fields that are meant to hold a value are read; nothing is inferred from anything else.
"""

import html
import re

from corpus.draft import Metadata, web_url
from corpus.jsonld import offer_ld
from corpus.markup import Element
from corpus.names import first_name_first, names
from corpus.text import one_line

Contents = dict[str, list[str]]

# For each field the meta names that carry it, most trusted first.
_META = {
    "language": "content-language dc.language dcterms.language citation_language og:locale",
    "title": "citation_title og:title dc.title dcterms.title twitter:title parsely-title",
    "author": "citation_author citation_authors article:author og:article:author dc.creator"
    " dcterms.creator dc.creator.personalname author parsely-author sailthru.author byl"
    " article:author_name twitter:data1",
    "published": "citation_publication_date citation_date citation_online_date"
    " article:published_time og:article:published_time og:published_time article:published"
    " og:pubdate dc.date.issued dcterms.issued dc.issued dcterms.created dc.date.created dc.date"
    " dcterms.date dc.created date pubdate publishdate publish-date publish_date"
    " publication_date publication-date published datepublished date_published"
    " originalpublicationdate"
    " govuk:first-published-at parsely-pub-date sailthru.date pdate article_date_original",
    "modified": "article:modified_time og:article:modified_time og:updated_time article:modified"
    " dcterms.modified dc.date.modified dc.modified last-modified lastmod datemodified"
    " date_modified govuk:public-updated-at",
    "outlet": "citation_journal_title citation_conference_title og:site_name dc.publisher"
    " dcterms.publisher citation_publisher publisher article:publisher application-name",
    "section": "article:section og:article:section section parsely-section citation_section"
    " dc.subject.section",
}
_URL_META = "og:url citation_public_url citation_abstract_html_url dc.identifier dcterms.identifier"
_OTHERS = {"nav", "aside", "footer"}
_MICRODATA = {
    "headline": "title",
    "author": "author",
    "datepublished": "published",
    "datemodified": "modified",
    "publisher": "outlet",
    "articlesection": "section",
}
_RDFA = {
    "schema:datepublished": "published",
    "schema:datecreated": "published",
    "dc:date": "published",
    "dc:created": "published",
    "dcterms:issued": "published",
    "schema:datemodified": "modified",
    "dc:modified": "modified",
    "schema:author": "author",
    "dc:creator": "author",
}
_INNER_ITEMS = {"comment", "review", "mentions", "citation", "itemListElement", "hasPart"}
_OTHERS_CLASS = re.compile(r"related|comment|sidebar|teaser|recommend|most-read|promo", re.I)


def declared(tree: Element, metadata: Metadata) -> None:
    """Offer `metadata` everything that the page states for machines."""
    language = tree.get("lang") or tree.get("{http://www.w3.org/XML/1998/namespace}lang")
    metadata.offer("language", language, "html lang")
    contents = _meta_contents(tree)
    titles = {text_in(h1) for h1 in tree.iterfind(".//h1")}
    titles |= {html.unescape(each) for each in contents.get("og:title", [])}
    titles.add(one_line(tree.findtext(".//title") or ""))
    urls = {url for url in (canonical(tree), *contents.get("og:url", [])) if url}
    offer_ld(tree, titles, urls, metadata)
    _offer_meta(contents, metadata)
    _offer_microdata(tree, metadata)
    metadata.offer("url", canonical(tree), "link rel=canonical")
    for key in _URL_META.split():
        for value in contents.get(key, [])[:1]:
            metadata.offer("url", html.unescape(value), f"meta {key}")


def canonical(tree: Element) -> str | None:
    """The address that the page gives as its own, if it gives one that is whole."""
    for link in tree.iterfind(".//link"):
        if "canonical" in (link.get("rel") or "").lower().split():
            return web_url(link.get("href"))
    return None


def is_of_another(element: Element) -> bool:
    """Whether `element` belongs to a teaser, a comment or the frame of the page."""
    for ancestor in (element, *element.iterancestors()):
        if ancestor.tag in _OTHERS:
            # The foot of the article itself says who wrote it.
            if ancestor.tag != "footer" or next(ancestor.iterancestors("article"), None) is None:
                return True
        if ancestor.tag not in ("body", "html", "main", "article") and _OTHERS_CLASS.search(
            f"{ancestor.get('class') or ''} {ancestor.get('id') or ''}"
        ):
            return True
    return False


def text_in(element: Element) -> str:
    """All the text of `element` on one line."""
    return one_line(" ".join(element.itertext()))


def _meta_contents(tree: Element) -> Contents:
    """What the meta tags hold, by name in lower case."""
    contents: Contents = {}
    for meta in tree.iterfind(".//meta"):
        for key in (meta.get("name"), meta.get("property"), meta.get("http-equiv")):
            if key and meta.get("content"):
                contents.setdefault(key.strip().lower(), []).append(meta.get("content"))
    labelled = "".join(contents.get("twitter:label1", [])).strip(" :").casefold()
    if labelled not in ("written by", "by", "author", "verfasst von", "écrit par", "escrito por"):
        contents.pop("twitter:data1", None)
    return contents


def _offer_meta(contents: Contents, metadata: Metadata) -> None:
    for field, keys in _META.items():
        for key in keys.split():
            values = [html.unescape(value) for value in contents.get(key, [])]
            if not values:
                continue
            if field == "author":
                values = [names([_first_name_first(value, key) for value in values]) or ""]
            if field == "outlet" and web_url(values[0]):
                continue
            metadata.offer(field, values[0], f"meta {key}")


def _first_name_first(name: str, key: str) -> str:
    """Highwire and Dublin Core may write `Lindqvist, Mara`."""
    return first_name_first(name) if key.startswith(("citation_", "dc")) else name


def _offer_microdata(tree: Element, metadata: Metadata) -> None:
    """Offer what microdata and RDFa mark; days that differ may be those of other stories."""
    found: dict[str, list[tuple[str, str]]] = {}
    for element in tree.iterfind(".//*[@itemprop]"):
        for prop in element.get("itemprop").split():
            if field := _MICRODATA.get(prop.lower()):
                _note(element, field, f"microdata {prop}", found)
    for element in tree.iterfind(".//*[@property]"):
        for prop in element.get("property").split():
            if element.tag != "meta" and (field := _RDFA.get(prop.lower())):
                _note(element, field, f"RDFa {prop}", found)
    for field, values in found.items():
        if field == "author":
            metadata.offer("author", names([value for value, _ in values]), values[0][1])
        elif field not in ("published", "modified") or len({v[:10] for v, _ in values}) == 1:
            metadata.offer(field, *values[0])


def _note(
    element: Element, field: str, origin: str, found: dict[str, list[tuple[str, str]]]
) -> None:
    if is_of_another(element) or any(
        ancestor.get("itemprop") in _INNER_ITEMS for ancestor in element.iterancestors()
    ):
        return
    value = element.get("content") or element.get("datetime")
    if element.tag == "abbr":  # as hCard and hAtom have it
        value = value or element.get("title")
    value = value or _name_in(element)
    found.setdefault(field, []).append((value, origin))


def _name_in(element: Element) -> str:
    inner = element.find(".//*[@itemprop='name']")
    chosen = element if inner is None else inner
    return chosen.get("content") or text_in(chosen)
