"""Lists of saved links, as reading services and browsers export them: they hold no article.

A list is known by the marks its service leaves, never by how many links a page has.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from corpus.draft import web_url
from corpus.errors import ArticleError
from corpus.fields import TEXT_KEYS, squeezed

_TABLES = (
    ("Pocket", {"url", "timeadded"}),
    ("Instapaper", {"url", "folder", "timestamp"}),
    ("Readwise Reader", {"url", "documenttags", "saveddate"}),
    ("Raindrop", {"url", "folder", "excerpt", "created"}),
)
_HIGHLIGHTS = {"highlight", "booktitle"}
_LINK_KEYS = ("url", "link", "href", "permalink", "canonicalurl", "resolvedurl", "givenurl")
_START = 4_096
_BOOKMARKS = re.compile(rb"\s*(?:\xef\xbb\xbf)?\s*<!doctype\s+netscape-bookmark-file-1", re.I)
_TITLE = re.compile(rb"<title>\s*(Pocket Export|Instapaper: Export)\s*</title>", re.IGNORECASE)
_ANCHOR = re.compile(rb"<a\s[^<>]{0,5000}?href\s*=", re.IGNORECASE)
_POCKET_ANCHOR = re.compile(rb"<a\s[^<>]{0,5000}?\stime_added\s*=", re.IGNORECASE)


def refuse_link_table(columns: Sequence[str], rows: int) -> None:
    """Raise ArticleError when a table with these squeezed `columns` is a list of links.

    What says so are the columns of a known service, or an address without any text.
    """
    has = set(columns)
    if has >= _HIGHLIGHTS:
        raise ArticleError(
            f"a list of {rows:,} highlights (Readwise), not articles; save the articles themselves"
        )
    for service, marks in _TABLES:
        if has >= marks and not has & set(TEXT_KEYS):
            raise _links(rows, service)
    if has & set(_LINK_KEYS) and not has & {*TEXT_KEYS, "article", "textcontent", "rawtext"}:
        raise _links(rows)


def refuse_link_page(content: bytes) -> None:
    """Raise ArticleError when this HTML is an export of links; an ordinary page never is."""
    if _BOOKMARKS.match(content[:_START]):
        raise _links(len(_ANCHOR.findall(content)), "bookmarks of a browser")
    title = _TITLE.search(content[:_START])
    if title:
        raise _links(len(_ANCHOR.findall(content)), title[1].split()[0].decode().rstrip(":"))
    if b"time_added" in content:
        links = len(_ANCHOR.findall(content))
        if links and len(_POCKET_ANCHOR.findall(content)) == links:
            raise _links(links, "Pocket")


def is_link(record: Mapping[Any, object]) -> bool:
    """Whether `record` gives the address of something."""
    return any(squeezed(k) in _LINK_KEYS and web_url(v) for k, v in record.items())


def _links(count: int, service: str = "") -> ArticleError:
    some = f"{count:,} saved link{'' if count == 1 else 's'}"
    of = f" ({service})" if service else ""
    return ArticleError(f"a list of {some}{of}, not articles; save the pages themselves")
