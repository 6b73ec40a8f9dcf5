"""What an HTML page states for machines: JSON-LD, meta tags, microdata, the canonical link.

Only fields that are meant to hold a value are read; nothing is inferred from anything else.
"""

import html
import json
import re
from collections.abc import Iterator
from typing import Any

from corpus.draft import Metadata
from corpus.markup import Element
from corpus.names import first_name_first, names
from corpus.text import one_line

# For each field the meta names that carry it, most trusted first.
_META = {
    "title": "citation_title og:title dc.title dcterms.title twitter:title parsely-title",
    "author": "citation_author article:author og:article:author dc.creator dcterms.creator"
    " dc.creator.personalname author parsely-author sailthru.author byl",
    "published": "citation_publication_date citation_online_date citation_date"
    " article:published_time og:article:published_time dc.date.issued dcterms.issued"
    " dcterms.created dc.date.created dc.date dcterms.date date pubdate publishdate publish-date"
    " publish_date publication_date datepublished parsely-pub-date sailthru.date",
    "modified": "article:modified_time og:article:modified_time og:updated_time dcterms.modified"
    " dc.date.modified last-modified lastmod datemodified",
    "outlet": "citation_journal_title og:site_name dc.publisher dcterms.publisher publisher",
    "url": "og:url",
}
_LD_FIELDS = {"published": "datePublished", "modified": "dateModified", "language": "inLanguage"}
_MAX_LD_NODES = 500
_OTHERS = {"nav", "aside", "footer"}
_OTHERS_CLASS = re.compile(r"related|comment|sidebar|teaser|recommend|most-read|promo", re.I)


def declared(tree: Element, metadata: Metadata) -> None:
    """Offer `metadata` everything that the page states for machines."""
    language = tree.get("lang") or tree.get("{http://www.w3.org/XML/1998/namespace}lang")
    metadata.offer("language", language, "html lang")
    _offer_ld(tree, metadata)
    _offer_meta(tree, metadata)
    _offer_microdata(tree, metadata)
    for link in tree.iterfind(".//link"):
        if "canonical" in (link.get("rel") or "").lower().split():
            metadata.offer("url", link.get("href"), "link rel=canonical")


def is_of_another(element: Element) -> bool:
    """Whether `element` belongs to a teaser, a comment or the frame of the page."""
    for ancestor in (element, *element.iterancestors()):
        if ancestor.tag in _OTHERS:
            return True
        if ancestor.tag not in ("body", "html", "main", "article") and _OTHERS_CLASS.search(
            f"{ancestor.get('class') or ''} {ancestor.get('id') or ''}"
        ):
            return True
    return False


def text_in(element: Element) -> str:
    """All the text of `element` on one line."""
    return one_line(" ".join(element.itertext()))


def _offer_ld(tree: Element, metadata: Metadata) -> None:
    nodes = [node for script in _ld_scripts(tree) for node in _ld_nodes(script)]
    by_id = {node["@id"]: node for node in nodes if isinstance(node.get("@id"), str)}
    articles = [node for node in nodes if _is_article(node)]
    pages = [node for node in nodes if "WebPage" in _types(node) and "datePublished" in node]
    for node in (_main(articles, tree), *pages[:1]):
        if node is None:
            continue
        for key in ("headline", "name", "alternativeHeadline"):
            metadata.offer("title", _plain(node.get(key)), f"JSON-LD {key}")
        author = names(_resolved(node.get("author") or node.get("creator"), by_id))
        metadata.offer("author", _plain(author), "JSON-LD author")
        outlet = names(_resolved(node.get("publisher"), by_id))
        metadata.offer("outlet", _plain(outlet), "JSON-LD publisher")
        for field, key in _LD_FIELDS.items():
            metadata.offer(field, node.get(key), f"JSON-LD {key}")
        for key in ("mainEntityOfPage", "url"):
            value = node.get(key)
            value = (value.get("@id") or value.get("url")) if isinstance(value, dict) else value
            metadata.offer("url", value, f"JSON-LD {key}")


def _ld_scripts(tree: Element) -> Iterator[object]:
    for script in tree.iterfind(".//script"):
        if (script.get("type") or "").split(";")[0].strip().lower() != "application/ld+json":
            continue
        source = re.sub(r"^\s*(?:<!--|//\s*<!\[CDATA\[|<!\[CDATA\[)", "", script.text or "")
        source = re.sub(r"(?:-->|//\s*\]\]>|\]\]>|;)\s*$", "", source.rstrip())
        try:
            yield json.loads(source, strict=False)
        except (ValueError, RecursionError):
            continue  # common in the wild; the meta tags say the same


def _ld_nodes(value: object) -> list[dict[str, Any]]:
    """The nodes of a page itself: the top level, lists, `@graph` and `mainEntity`, no deeper."""
    found: list[dict[str, Any]] = []
    waiting = [value]
    while waiting and len(found) < _MAX_LD_NODES:
        item = waiting.pop(0)
        if isinstance(item, list):
            waiting[:0] = item[:_MAX_LD_NODES]
        elif isinstance(item, dict):
            found.append(item)
            waiting[:0] = [item[key] for key in ("@graph", "mainEntity") if key in item]
    return found


def _types(node: dict[str, Any]) -> list[str]:
    types = node.get("@type")
    types = types if isinstance(types, list) else [types]
    return [re.split(r"[/#:]", name)[-1] for name in types if isinstance(name, str)]


def _is_article(node: dict[str, Any]) -> bool:
    return any(name.endswith(("Article", "Posting")) or name == "Report" for name in _types(node))


def _main(articles: list[dict[str, Any]], tree: Element) -> dict[str, Any] | None:
    """The article that the page is about: the one with its headline, or else the first."""
    headings = {text_in(h1) for h1 in tree.iterfind(".//h1")}
    for node in articles:
        if _plain(node.get("headline")) in headings:
            return node
    return articles[0] if articles else None


def _resolved(value: object, by_id: dict[str, dict[str, Any]]) -> object:
    """`value` with references to other nodes of the graph replaced by these."""
    if isinstance(value, list):
        return [_resolved(item, by_id) for item in value[:50] if not isinstance(item, list)]
    if isinstance(value, dict) and "name" not in value and isinstance(value.get("@id"), str):
        return by_id.get(value["@id"], value)
    return value


def _plain(value: object) -> str | None:
    """A string without the entities and tags that some sites leave in their JSON."""
    if not isinstance(value, str):
        return None
    value = html.unescape(html.unescape(value[:5_000]))
    return one_line(re.sub(r"</?(?:i|em|b|strong|span|br|p|sup|sub|q)\b[^<>]*>", "", value))


def _offer_meta(tree: Element, metadata: Metadata) -> None:
    contents: dict[str, list[str]] = {}
    for meta in tree.iterfind(".//meta"):
        for key in (meta.get("name"), meta.get("property"), meta.get("http-equiv")):
            if key and meta.get("content"):
                contents.setdefault(key.strip().lower(), []).append(meta.get("content"))
    for field, keys in _META.items():
        for key in keys.split():
            values = [html.unescape(value) for value in contents.get(key, [])]
            if not values:
                continue
            if field == "author":
                values = [names([_first_name_first(value, key) for value in values]) or ""]
            metadata.offer(field, values[0], f"meta {key}")


def _first_name_first(name: str, key: str) -> str:
    """Highwire and Dublin Core may write `Lindqvist, Mara`."""
    return first_name_first(name) if key.startswith(("citation_", "dc")) else name


def _offer_microdata(tree: Element, metadata: Metadata) -> None:
    fields = {
        "headline": "title",
        "author": "author",
        "datepublished": "published",
        "datemodified": "modified",
        "publisher": "outlet",
    }
    authors = []
    for element in tree.iterfind(".//*[@itemprop]"):
        prop = element.get("itemprop").strip()
        field = fields.get(prop.lower())
        if field is None or is_of_another(element):
            continue
        value = element.get("content") or element.get("datetime") or _name_in(element)
        if field == "author":
            authors.append(value)
        else:
            metadata.offer(field, value, f"microdata {prop}")
    metadata.offer("author", names(authors), "microdata author")


def _name_in(element: Element) -> str:
    inner = element.find(".//*[@itemprop='name']")
    chosen = element if inner is None else inner
    return chosen.get("content") or text_in(chosen)
