"""What the JSON-LD of a page says of the article on it, however its nodes are nested."""

import html
import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from corpus.draft import Metadata, web_url
from corpus.markup import Element
from corpus.names import names
from corpus.text import one_line

_LD_FIELDS = {"language": "inLanguage", "published": "datePublished", "modified": "dateModified"}
# A type that says what kind of piece it is, beside or instead of a section.
_KINDS = {
    "OpinionNewsArticle": "Opinion",
    "AnalysisNewsArticle": "Analysis",
    "ReviewNewsArticle": "Review",
    "AdvertiserContentArticle": "Advertisement",
    "SatiricalArticle": "Satire",
}
_MAX_LD_NODES = 500
_ARTICLES = {"Report", "Review", "Recipe", "Thesis", "CreativeWork", "Chapter", "Message"}
_OUTLETS = {"WebSite", "Periodical", "Newspaper", "Magazine", "Blog", "Product"}


def offer_ld(tree: Element, titles: set[str], urls: set[str], metadata: Metadata) -> None:
    """Offer `metadata` what the JSON-LD of a page with these titles and addresses says of it."""
    nodes = [node for script in _ld_scripts(tree) for node in _ld_nodes(script)]
    by_id: dict[str, dict[str, Any]] = {}
    for node in nodes:
        if isinstance(node.get("@id"), str) and len(node) > len(by_id.get(node["@id"], ())):
            by_id[node["@id"]] = node
    articles = _about_this_page([node for node in nodes if _is_article(node)], titles, urls)
    pages = [node for node in nodes if _is_page(node) and "datePublished" in node]
    for node in (*articles, *pages[:1]):
        for key in ("headline", "name", "alternativeHeadline"):
            metadata.offer("title", _plain(node.get(key)), f"JSON-LD {key}")
        for key in ("author", "creator"):
            metadata.offer("author", _names(node.get(key), by_id), f"JSON-LD {key}")
        for key in ("publisher", "sourceOrganization"):
            metadata.offer("outlet", _names(node.get(key), by_id), f"JSON-LD {key}")
        whole = _resolved(node.get("isPartOf"), by_id)
        if isinstance(whole, dict) and not _OUTLETS.isdisjoint(_types(whole)):
            metadata.offer("outlet", _names(whole, by_id), "JSON-LD isPartOf")
        for field, key in _LD_FIELDS.items():
            value = node.get(key)
            value = value.get("alternateName") if isinstance(value, dict) else value
            metadata.offer(field, value, f"JSON-LD {key}")
        for key in ("mainEntityOfPage", "url"):
            metadata.offer("url", _address(node.get(key)), f"JSON-LD {key}")
        metadata.offer("section", _section(node), "JSON-LD articleSection")


def _names(value: object, by_id: dict[str, dict[str, Any]]) -> str | None:
    return _plain(names(_resolved(value, by_id)))


def _address(value: object) -> str | None:
    """The address of a page, which is neither a part of one nor the front page of a site."""
    value = (value.get("@id") or value.get("url")) if isinstance(value, dict) else value
    url = web_url(value)
    if url is None:
        return None
    parts = urlsplit(url)
    return url if not parts.fragment and (parts.path.strip("/") or parts.query) else None


def _section(node: dict[str, Any]) -> str | None:
    value = node.get("articleSection")
    parts = [_plain(part) for part in (value if isinstance(value, list) else [value])[:5]]
    named = ", ".join(part for part in parts if part)
    kinds = [_KINDS[name] for name in _types(node) if name in _KINDS]
    kinds = [kind for kind in kinds if kind.casefold() not in named.casefold()]
    return ", ".join(filter(None, (*kinds, named))) or None


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
    return any(
        (name.endswith(("Article", "Posting")) and name != "JobPosting") or name in _ARTICLES
        for name in _types(node)
    )


def _is_page(node: dict[str, Any]) -> bool:
    return any(name.endswith("Page") for name in _types(node))


def _about_this_page(
    articles: list[dict[str, Any]], titles: set[str], urls: set[str]
) -> list[dict[str, Any]]:
    """Those of several articles that have the page's headline or address; one alone has.

    Others are teasers of other stories, and nothing of theirs may be taken for this one's.
    """
    if len(articles) < 2:
        return articles
    ours = [title.casefold() for title in titles if title]

    def fits(node: dict[str, Any]) -> bool:
        headline = (_plain(node.get("headline") or node.get("name")) or "").casefold()
        told = headline and any(title.startswith(headline) for title in ours)
        named = [_address(node.get(key)) for key in ("mainEntityOfPage", "url")]
        return bool(told or any(url in urls for url in named if url))

    return [node for node in articles if fits(node)]


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
