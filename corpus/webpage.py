"""HTML -> the article on the page: no menus, cookie banners, related stories or hidden text."""

import re

from corpus.byline import begins, is_in_prose, shown, titled
from corpus.credits import masthead
from corpus.dates import iso_date
from corpus.declared import declared
from corpus.draft import Draft, Metadata
from corpus.errors import ArticleError
from corpus.markup import Element, drop, hide, parse, text_of
from corpus.names import credit
from corpus.text import decode, has_words, one_line

_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w:.\-]{2,30})", re.IGNORECASE)
_XML_CHARSET = re.compile(rb"\s*<\?xml[^>]{0,100}?encoding\s*=\s*[\"']([\w:.\-]{2,30})")
_START = 4_096

_FRAME = {"nav", "footer", "aside", "form", "dialog", "menu"}
_FRAME_ROLES = {"navigation", "banner", "contentinfo", "complementary", "dialog", "search"}
# Whole words of a class or an id: "newsletter-signup" is a frame, "shareholders" is not.
_FRAME_WORDS = frozenset(
    "cookie cookies consent gdpr newsletter subscribe subscription paywall related recommended"
    " recommendations share sharing social promo advert advertisement ads sponsored breadcrumb"
    " breadcrumbs sidebar comments disqus skip popup modal overlay teaser teasers trending outbrain"
    " taboola masthead navbar footer".split()
)
_COMMENTS = {"comments", "disqus_thread"}  # these may well be longer than the article
_MIN_SHARE = 0.5  # of what the paragraphs hold; below, the extraction lost the article
_PUBLISHED = re.compile(r"(?:first )?(?:published|updated|posted|last modified)\b", re.IGNORECASE)
_LEADING = 6  # paragraphs among which a headline, a byline and a date may stand


def read_html(content: bytes) -> Draft:
    """The draft of a page: its main text, and the metadata it declares or shows."""
    return draft_of_html(decode(content, declared=_declared_charset(content)))


def draft_of_html(source: str) -> Draft:
    """The draft of decoded HTML; raises ArticleError when the page has no text."""
    tree = parse(source)
    metadata = Metadata()
    declared(tree, metadata)
    page_title = one_line(tree.findtext(".//head/title") or tree.findtext(".//title") or "")
    hide(tree)
    shown(tree, metadata)
    titled(tree, metadata, page_title)
    sure = begins(tree)
    text = _without_headline(_main_text(tree), metadata, sure)
    if not has_words(text):
        raise ArticleError("the page has no text outside scripts and hidden parts; save it again")
    return Draft(text, metadata)


def visible_text(source: str) -> str:
    """All the text of an HTML fragment that a reader would see."""
    if not source.strip():
        return ""
    tree = parse(f"<!doctype html><html><body>{source}</body></html>")
    hide(tree)
    return text_of(tree)


def _declared_charset(content: bytes) -> str | None:
    found = _XML_CHARSET.match(content[:_START]) or _CHARSET.search(content[:_START])
    return found[1].decode("ascii", "replace") if found else None


def _main_text(tree: Element) -> str:
    """The article by trafilatura, or the text of the page without its frame when that lost it."""
    _drop_frame(tree)
    for time in list(tree.iter("time")):
        if is_in_prose(time):
            time.tag = "span"  # trafilatura drops the words of a <time>, also within a sentence
    plain = text_of(_scope(tree))
    if sum(len(p.xpath("string()")) > 80 for p in tree.iter("p")) < 2:
        return plain  # laid out with <br> or <div>, of which trafilatura drops some
    extracted = _extracted(tree)
    prose = sum(len(line) for line in plain.split("\n") if len(line) > 80)
    return extracted if len(extracted) >= max(_MIN_SHARE * prose, 1) else plain


def _extracted(tree: Element) -> str:
    import trafilatura

    try:
        document = trafilatura.bare_extraction(
            tree, include_comments=False, include_tables=True, include_images=False,
            favor_recall=True, with_metadata=False,
        )  # fmt: skip
    except Exception:  # whatever a hostile page does to it, the plain text is still there
        return ""
    body = getattr(document, "body", None)
    return "" if body is None else text_of(body)


def _scope(tree: Element) -> Element:
    """The one article of the page, or its main part, or all of it."""
    for path in (".//article", ".//main"):
        found = tree.findall(path)
        if len(found) == 1 and len(text_of(found[0])) > 200:
            return found[0]
    return tree


def _drop_frame(tree: Element) -> None:
    whole = len(tree.xpath("string()"))
    for element in list(tree.iter()):
        if element.tag in ("html", "body", "main", "article") or element.getparent() is None:
            continue
        marks = f"{element.get('class') or ''} {element.get('id') or ''}".lower()
        if not _is_frame(element, marks):
            continue
        # Some pages are one form, or call the column of the article "no-sidebar".
        if _COMMENTS.isdisjoint(marks.split()) and len(element.xpath("string()")) > whole / 2:
            continue
        drop(element)


def _is_frame(element: Element, marks: str) -> bool:
    if element.tag in _FRAME or (element.get("role") or "").lower() in _FRAME_ROLES:
        return True
    is_header = element.tag == "header" and next(element.iterancestors("article"), None) is None
    if not is_header and _FRAME_WORDS.isdisjoint(re.split(r"[\s_-]+", marks)):
        return False
    return next(element.iter("article", "main", "h1"), None) is None


def _without_headline(text: str, metadata: Metadata, sure: bool) -> str:
    """`text` without the headline, byline and date at its start: they are metadata now.

    Unless it is `sure` where the article begins, a day above the headline is not its own: papers
    put that of the visit there.
    """
    paragraphs = text.split("\n\n")
    head, body = paragraphs[:_LEADING], paragraphs[_LEADING:]
    kept: list[str] = []
    while not sure and iso_date(head[0]) and any(_is_title(each, metadata) for each in head[1:]):
        head.pop(0)
    for number, paragraph in enumerate(head):
        if len(paragraph) > 120 and not _is_title(paragraph, metadata):
            kept += head[number:]
            break
        byline = credit(paragraph)
        if byline:
            metadata.offer("author", byline.author, "byline in the text")
            metadata.offer("outlet", byline.outlet, "byline in the text")
        elif _is_title(paragraph, metadata):
            continue
        elif _is_byline(paragraph, metadata):
            for line in paragraph.split("\n"):
                for field, value, origin in masthead(line, metadata) or ():
                    metadata.offer(field, value, origin)
        else:
            kept.append(paragraph)
    rest = "\n\n".join(kept + body)
    return rest if has_words(rest) else text


def _is_title(paragraph: str, metadata: Metadata) -> bool:
    return one_line(paragraph).casefold() == (metadata.get("title") or "").casefold()


def _is_byline(paragraph: str, metadata: Metadata) -> bool:
    line = one_line(paragraph)
    authors = (metadata.get("author") or "").split(", ")
    ends = line.endswith((".", "!", "?", "”", '"')) and iso_date(line) is None
    if ends or len(line) > 120:
        return False
    named = any(author and author.casefold() in line.casefold() for author in authors)
    return named or iso_date(line) is not None or _PUBLISHED.match(line) is not None
