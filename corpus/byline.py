"""The metadata of an HTML page: what it declares, then what it shows.

Order of trust: JSON-LD, Highwire citation_*, OpenGraph, Dublin Core, other meta tags, microdata,
link, and last what stands visibly between the headline and the first paragraph. A date is only
ever taken from a place that is meant for one: never from a footer, a path or a sentence.
"""

import re
from collections.abc import Iterator
from itertools import pairwise

from corpus.credits import masthead
from corpus.dates import iso_date
from corpus.declared import is_of_another, text_in
from corpus.draft import Metadata
from corpus.markup import Element, text_of
from corpus.names import credit, names

_STANDFIRST = 120  # a paragraph longer than this is prose: a standfirst, or the text
_SENTENCE = 40  # a shorter one may be "Published on 3 March 2024."
_MOST = 1_000  # elements below the headline that are looked at
_PROSE = 300  # more prose than this is no standfirst: the text has begun
_AUTHOR_CLASS = re.compile(r"(?:^|[\s_-])(?:byline|author|autor|auteur)(?:$|[\s_-])", re.IGNORECASE)
_BYLINE_CLASS = re.compile(
    rf"{_AUTHOR_CLASS.pattern}|(?:^|[\s_-])(?:dateline|meta|published|posted|date|timestamp|submitted"
    r"|credit|credits|info|datum|fecha)(?:$|[\s_-])",
    re.IGNORECASE,
)
_UPDATED = re.compile(r"updated|modified|edited|aktualisiert|mis à jour|actualizad", re.IGNORECASE)
_PUBLISHED_CLASS = re.compile(
    r"(?:^|[\s_-])(?:published|entry-date|post-date|pubdate|dt-published)(?:$|[\s_-])",
    re.IGNORECASE,
)
_LINES = 12  # at the top of an old page, among which headline and byline stand
_NO_SITE = re.compile(
    r"\d|[?!:,]|^by\b|^(?:the )?(?:news|home|homepage|opinion|sports?|business|politics|culture"
    r"|world"
    r"|article|archives?|blog|analysis|technology|science|health|travel|local|economy|print|page"
    r"|features?|reviews?|interviews?|nachrichten|politik|wirtschaft|kultur|actualités?)$",
    re.IGNORECASE,
)
_SEPARATOR_AFTER = re.compile(r"\s+[|–—\-·•:»«]+\s+|\s*[_|｜]")
_SEPARATOR = re.compile(r"\s+[|–—\-·•:»«]+\s+")


def shown(tree: Element, metadata: Metadata) -> None:
    """Offer `metadata` the author and the time that a reader of the page sees at its top."""
    sure, top = begins(tree), list(_top_of_article(tree))
    if sure:
        _offer_times([element for element in top if element.tag == "time"], metadata)
    for element in top:
        if "author" in (element.get("rel") or "").lower().split():
            _offer_author(metadata, element, "rel=author")
    for element in top:
        marks = element.get("class") or ""
        if not _BYLINE_CLASS.search(marks):
            continue
        byline = credit(text_in(element))
        if byline:
            metadata.offer("author", byline.author, "byline in the page")
            metadata.offer("outlet", byline.outlet, "byline in the page")
        elif _AUTHOR_CLASS.search(marks) and credit(f"By {text_in(element)}"):
            _offer_author(metadata, element, "byline in the page")
        for field, value, _ in masthead(text_in(element), metadata) or ():
            # Where nothing tells the article from the frame, a day may be the one it was saved on.
            if sure or field not in ("published", "modified"):
                metadata.offer(field, value, "byline in the page")


def titled(tree: Element, metadata: Metadata, page_title: str | None) -> None:
    """Settle the title: the declared one, the only h1, or `<title>`; each without the outlet."""
    headings = [text_in(h1) for h1 in tree.iterfind(".//h1")]
    headings = [heading for heading in dict.fromkeys(headings) if heading]
    offer_site(page_title or "", headings or [metadata.get("title") or ""], metadata)
    title, outlet = metadata.get("title"), metadata.get("outlet")
    if title:
        metadata.values["title"] = without_outlet(title, outlet, headings)
    elif page_title:
        own = without_outlet(page_title, outlet, headings)
        # Old sites have one <title> for all their pages: the name of the site.
        if len(headings) == 1 and len(own.split()) <= 3 < len(headings[0].split()):
            metadata.offer("title", headings[0], "<h1>")
        if not headings and (line := _line_above_byline(tree, own)):
            metadata.offer("title", line, "line above the byline")
        metadata.offer("title", own, "<title>")
    if len(headings) == 1:
        metadata.offer("title", headings[0], "<h1>")


def without_outlet(title: str, outlet: str | None, headings: list[str]) -> str:
    """`title` without the ` | Lenton Courier` that sites append.

    A suffix goes when it names the outlet, when a heading of the page is what stands before it,
    or when it follows `|` and is short.
    """
    for heading in headings:
        if title.startswith(heading) and re.match(r"[_|｜]\S", title[len(heading) :]):
            return heading
    cuts = list(_SEPARATOR.finditer(title))
    for cut in cuts:
        head, tail = title[: cut.start()], title[cut.end() :]
        if head in headings or (outlet and _same_name(tail, outlet)):
            return head
        if tail in headings:
            return tail
    if cuts and not any(title in heading for heading in headings):
        head, tail = title[: cuts[-1].start()], title[cuts[-1].end() :]
        words = tail.split()
        is_name = len(words) <= 5 and all(w[:1].isupper() or w in ("of", "the", "&") for w in words)
        if is_name and len(head.split()) >= (2 if "|" in cuts[-1][0] else 4):
            return head
    return title


def offer_site(page_title: str, headings: list[str], metadata: Metadata) -> None:
    """The outlet is what `<title>` has behind the headline: `Headline | Lenton Courier`."""
    for heading in headings:
        rest = page_title.removeprefix(heading)
        if not heading or rest == page_title or not _SEPARATOR_AFTER.match(rest):
            continue
        site = re.split(r"\s+[|–—\-·•:»«]\s+|\s*[_|｜]\s*", rest)[-1].strip()
        words = site.split()
        named = all(w[:1].isupper() or not w.isascii() or w in ("of", "the", "&") for w in words)
        if 0 < len(words) <= 5 and named and not _NO_SITE.search(site):
            metadata.offer("outlet", site, "<title>")


def _line_above_byline(tree: Element, page_title: str) -> str | None:
    """The headline of an old page, where `<title>` is the site's: what stands above "By A B"."""
    lines = [line for line in text_of(tree)[:3_000].split("\n") if line][:_LINES]
    if any(page_title.casefold() in line.casefold() for line in lines):
        return None
    for above, line in pairwise(lines):
        if credit(line):
            whole = len(above.split()) > 2 and len(above) <= _STANDFIRST
            return above if whole and not above.endswith((".", ":", ",")) else None
    return None


def _same_name(one: str, other: str) -> bool:
    bare = [re.sub(r"^the\s+", "", name.strip().casefold()) for name in (one, other)]
    return bare[0] == bare[1]


def _top_of_article(tree: Element) -> Iterator[Element]:
    """The elements between the h1, or the start of the only article, and the text."""
    headings = [h1 for h1 in tree.iterfind(".//h1") if text_in(h1) and not is_of_another(h1)]
    articles = tree.findall(".//article")
    within = [] if not headings else list(headings[0].iterancestors("article"))
    scope = within[0] if within else tree
    if not headings and len(articles) == 1:
        scope = articles[0]
    begun = bool(within) or scope is not tree or not begins(tree)
    prose = seen = 0
    for element in scope.iter():
        if not isinstance(element.tag, str):
            continue
        seen += begun
        if seen > _MOST:
            return
        if element.tag == "p" and len(text_in(element)) > _STANDFIRST:
            prose += len(text_in(element))
            if prose > _PROSE:
                return
            continue
        if element.tag == "h1":
            begun = True
        elif begun and not is_of_another(element) and not is_in_prose(element):
            yield element


def begins(tree: Element) -> bool:
    """Whether the page tells where its article begins, by a headline or as its only article."""
    return tree.find(".//h1") is not None or len(tree.findall(".//article")) == 1


def is_in_prose(element: Element) -> bool:
    """Whether `element` is part of a sentence, in which a day is one that something happened on."""
    for p in element.iterancestors("p"):
        text = text_in(p)
        if len(text) > _STANDFIRST or (text.endswith((".", "!", "?")) and len(text) > _SENTENCE):
            return True
    return False


def _offer_times(times: list[Element], metadata: Metadata) -> None:
    """The one time of publication among `times`; two that differ are no answer."""
    published: dict[str, str] = {}
    for time in times:
        value = time.get("datetime") or text_in(time)
        day = iso_date(value)
        if day is None:
            continue
        said = f"{_label(time)} {text_in(time)}"
        marks = time.get("class") or ""
        if not _PUBLISHED_CLASS.search(marks):  # "published updated" is both in one
            said += marks
        if _UPDATED.search(said):
            metadata.offer("modified", value, "<time>")
        elif time.get("pubdate") is not None:
            metadata.offer("published", value, "<time pubdate>")
        else:
            published[day] = value
    if len(published) == 1:
        metadata.offer("published", published.popitem()[1], "<time>")


def _label(element: Element) -> str:
    """The words right before `element`."""
    before = element.getprevious()
    words = element.getparent().text if before is None else (before.tail or text_in(before))
    return str(words or "")[-40:]


def _offer_author(metadata: Metadata, element: Element, origin: str) -> None:
    """A name that is marked as the author's, if it looks like one."""
    name = names(text_in(element))
    if name and len(name) <= 80 and not re.search(r"\d|[|:!?]", name):
        metadata.offer("author", name, origin)
