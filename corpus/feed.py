"""RSS and Atom -> articles: one article an entry.

feedparser is given a stream of bytes and nothing else, so that it opens and fetches nothing; it
drops the entities that a feed declares. Its dates are not used, only what the feed wrote.
"""

import io
import re
from collections.abc import Mapping
from itertools import islice
from typing import Any
from urllib.parse import urljoin

from corpus.draft import Draft, Metadata
from corpus.errors import ArticleError
from corpus.names import names
from corpus.parts import numbered
from corpus.records import line_of, text_of_content, without_title
from corpus.text import clean, decode, has_words, one_line

_OTHER_ROOT = re.compile(r"<(?:[\w-]+:)?([A-Za-z][\w-]*)")
_PROLOG = re.compile(
    r"\s*(?:<\?.*?\?>\s*|<!--.*?-->\s*|<!doctype[^<>\[]*(?:\[.*?\]\s*)?>\s*)*", re.S | re.I
)
_ADDRESS_FIRST = re.compile(r"[^\s()]+@[^\s()]+\s*\(([^()@]+)\)")
_ADDRESS_LAST = re.compile(r"([^<>()@]+?)\s*[(<][^\s()<>]+@[^\s()<>]+[)>]")
_MAX_ENTRIES = 20_000
_MAX_ATTRIBUTES = 1_000  # the parser takes quadratic time for those of one element
_ENTRY = re.compile(r"<(?:[\w-]+:)?(?:item|entry)[\s>]", re.IGNORECASE)
_LONG_TAG = re.compile(r"<[a-zA-Z][^<>]{3000,}")


def read_feed(content: bytes) -> list[Draft]:
    """A draft of each entry, numbered from 1; raises ArticleError when this is no feed."""
    import feedparser

    source = _source(content)
    _refuse_other(source)
    if sum(1 for _ in islice(_ENTRY.finditer(source), _MAX_ENTRIES + 1)) > _MAX_ENTRIES:
        raise ArticleError(f"a feed of more than {_MAX_ENTRIES:,} entries; split it")
    if any(tag[0].count("=") > _MAX_ATTRIBUTES for tag in _LONG_TAG.finditer(source)):
        raise ArticleError(
            f"an element of it has more than {_MAX_ATTRIBUTES:,} attributes; save the pages instead"
        )
    parsed = feedparser.parse(
        io.BytesIO(source.encode()), sanitize_html=False, resolve_relative_uris=False
    )
    if not parsed.get("version") or not isinstance(parsed.get("feed"), dict):
        raise ArticleError("XML, but no RSS or Atom feed; save the pages themselves")
    entries = parsed.get("entries") or []
    if not entries:
        raise ArticleError("a feed without entries; fetch it again")
    channel = Metadata()
    _offer_channel(parsed["feed"], channel)
    is_rss = str(parsed["version"]).startswith("rss")
    if not is_rss:  # an RSS channel names its managing editor there, who wrote nothing
        channel.offer("author", _authors(parsed["feed"]), "feed author")
    base = _string(parsed["feed"].get("link"))
    return numbered(entries, lambda entry: _draft_of_entry(entry, channel, base, is_rss))


def _source(content: bytes) -> str:
    """The feed as text, without the declaration of a charset that is now wrong."""
    found = re.match(rb"\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w:.\-]{2,30})", content[:500])
    text = decode(content, declared=found[1].decode() if found else None).lstrip("\ufeff \t\r\n")
    return re.sub(r"\A<\?xml[^>]*\?>\s*", "", text)


def _refuse_other(source: str) -> None:
    start = _PROLOG.match(source[:50_000])
    root = _OTHER_ROOT.match(source, start.end() if start else 0)
    kind = root[1].lower() if root else ""
    if kind in ("rss", "feed", "rdf", "channel"):
        return
    if kind == "opml":
        raise ArticleError("a list of feeds (OPML), not articles; save the feeds themselves")
    if kind in ("urlset", "sitemapindex"):
        raise ArticleError("a list of addresses (sitemap), not articles; save the pages themselves")
    if kind == "html":
        raise ArticleError("a page, not a feed; give it the extension .html")
    raise ArticleError(
        f"XML, but no RSS or Atom feed (its root is {one_line(kind, limit=40)}); save it as text"
        if kind
        else "no XML; give it its right extension"
    )


def _offer_channel(feed: Mapping[str, Any], channel: Metadata) -> None:
    channel.offer("outlet", line_of(_string(feed.get("title"))), "feed title")
    channel.offer("language", feed.get("language"), "feed language")


def _draft_of_entry(entry: Mapping[str, Any], channel: Metadata, base: str, is_rss: bool) -> Draft:
    metadata = Metadata()
    metadata.offer("title", line_of(_string(entry.get("title"))), "feed entry title")
    metadata.offer("author", _authors(entry), "feed entry author")
    published, updated = (_written(entry, key) for key in ("published", "updated"))
    metadata.offer("published", published, "feed entry published")
    if is_rss and not published:
        # RSS has no time of change: this is Dublin Core's date, of which feedparser makes one.
        metadata.offer("published", updated, "feed entry date")
    else:
        metadata.offer("modified", updated, "feed entry updated")
    for key in ("feedburner_origlink", "link"):
        metadata.offer("url", _absolute(entry.get(key), base), "feed entry link")
    origin = entry.get("source")
    if isinstance(origin, dict):
        metadata.offer("outlet", line_of(_string(origin.get("title"))), "feed entry source")
    metadata.offer("language", entry.get("language"), "feed entry language")
    tags = entry.get("tags") or []
    term = tags[0].get("term") if isinstance(tags[0] if tags else None, dict) else None
    metadata.offer("section", line_of(_string(term)), "feed entry category")
    text = _text(entry, metadata)
    if not has_words(text):
        title = metadata.get("title")
        raise ArticleError(f"the entry{f' “{title}”' if title else ''} has no text; save its page")
    metadata.fill(channel)
    return Draft(without_title(text, metadata.get("title")), metadata)


def _text(entry: Mapping[str, Any], metadata: Metadata) -> str:
    """The entry's content, or else its summary, whichever of them holds words first."""
    contents = [part for part in entry.get("content") or [] if isinstance(part, dict)]
    contents.sort(key=lambda part: "html" not in str(part.get("type")))
    values = [part.get("value") for part in contents]
    for value in (*values, entry.get("summary")):
        text = text_of_content(value, metadata) if isinstance(value, str) else ""
        if has_words(text):
            return clean(text)
    return ""


def _authors(said: Mapping[str, Any]) -> str | None:
    """The names of the authors of an entry or a feed, without their addresses.

    feedparser cuts an address with a long top-level domain in two, so a lone author is taken
    as it was written: `a@b.example (A B)`, `A B <a@b.example>`, `A B (a@b.example)`.
    """
    people = [person for person in said.get("authors") or [] if isinstance(person, dict)]
    written = [_string(person.get("name")) for person in people]
    if len(written) > 1:
        return names([name for name in written if not re.search(r"[()<>@]", name)])
    lone = _string(said.get("author"))
    found = _ADDRESS_FIRST.fullmatch(lone) or _ADDRESS_LAST.fullmatch(lone)
    return names(found[1] if found else lone)


def _absolute(link: object, base: str) -> str | None:
    try:
        return urljoin(base, link.strip()) if isinstance(link, str) and link.strip() else None
    except ValueError:
        return None


def _written(entry: Mapping[str, Any], key: str) -> object:
    """A date as the feed wrote it; feedparser itself takes one of these for the other."""
    return dict.get(entry, key) if isinstance(entry, dict) else None


def _string(value: object) -> str:
    return value if isinstance(value, str) else ""
