"""Answer -> HTML: its sources as cards, and an article to read with the quote marked."""

import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from corpus.article import METADATA_FIELDS, Article
from qa.render import Exchange, button, clean, day, plain
from qa.types import Citation

# A reader gets this many characters before and after the quote; all of a 1 MB article would take
# the browser seconds to lay out.
WINDOW = 30_000


def sources(turn: int, exchange: Exchange | None, recent: Sequence[Any] = ()) -> str:
    """The panel beside the conversation: where the answer stands, or what is near a refusal.

    Before the first question it offers the `recent` articles to read.
    """
    answer = exchange.answer if exchange else None
    if answer is None:
        inside = "".join(_entry(article) for article in recent)
        head = "Latest in the library" if inside else "Sources"
        hint = "The sources of an answer appear here." if not inside else ""
    elif answer.refused:
        inside = "".join(_entry(near) for near in answer.nearest)
        head, hint = "Closest to the question", "None of these says it."
        hint = hint if inside else "Nothing comes close."
    else:
        inside = "".join(_card(turn, citation) for citation in answer.citations)
        head, hint = "Sources", ""
    asked = f'<p class="asked" dir="auto">{plain(exchange.question, 200)}</p>' if exchange else ""
    note = f'<p class="hint">{hint}</p>' if hint else ""
    return clean(
        f'<section class="sources" data-turn="{turn}" aria-label="{head}">'
        f'<h2 tabindex="-1">{head}</h2>{asked}{note}<ol class="cards">{inside}</ol></section>'
    )


def _card(turn: int, citation: Citation) -> str:
    """One source: its byline and the words quoted, as a whole a button that opens the article."""
    page = f" · page {citation.page}" if citation.page else ""
    inside = (
        f'<span class="number">[{citation.number}]</span> '
        f'<b class="title" dir="auto">{plain(citation.title, 300)}</b> '
        f'<span class="credit" dir="auto">{plain(_byline(citation) + page)}</span> '
        f'<span class="quote" dir="auto">{plain(citation.quote, 1200)}</span>{_copies(citation)}'
    )
    return f"<li>{button('card', 'open', f'{turn}:{citation.number}', inside)}</li>"


def _copies(citation: Citation) -> str:
    """Where the words quoted stand as well."""
    named = [", ".join(filter(None, (c.outlet, day(c.published)))) for c in citation.also_in]
    if not named:
        return ""
    told = "; ".join(dict.fromkeys(name or "an undated copy" for name in named))
    return f' <span class="credit" dir="auto">Also in {plain(told, 300)}</span>'


def _entry(byline: Any) -> str:
    """One article without a quote, as a button that opens it."""
    inside = (
        f'<b class="title" dir="auto">{plain(byline.title, 300)}</b> '
        f'<span class="credit" dir="auto">{plain(_byline(byline))}</span>'
    )
    identity = getattr(byline, "article_id", None) or byline.id
    return f"<li>{button('card', 'article', identity, inside)}</li>"


def _byline(byline: Any) -> str:
    """`Author, Outlet, 10 March 2024`, as far as they are known."""
    known = (getattr(byline, "author", None), byline.outlet, day(byline.published))
    return " · ".join(part for part in known if part)


def article_page(article: Article, quote: tuple[int, int] | None, back: int) -> str:
    """An article to read, with its byline and the provenance of its fields, `quote` marked.

    A long article is shown as a window of its text around the quote. `back` is the turn whose
    sources the way back leads to.
    """
    text, (start, end) = article.text, quote or (0, 0)
    first = _break(text, start - WINDOW, forward=True) if start > WINDOW else 0
    last = _break(text, end + WINDOW, forward=False) if len(text) - end > WINDOW else len(text)
    earlier = f'<p class="cut">{first:,} earlier characters are not shown.</p>' if first else ""
    rest = len(text) - last
    later = f'<p class="cut">{rest:,} later characters are not shown.</p>' if rest else ""
    language = f' lang="{plain(article.language)}"' if article.language else ""
    page = article.page(start) if quote else None
    where = f'<p class="credit">The quote is on page {page}.</p>' if page else ""
    return clean(
        f'<article class="reader" data-turn="{back}">'
        f"{button('quiet back', 'sources', back, '← Back to the sources')}"
        f'<h2 tabindex="-1" dir="auto">{plain(article.title, 500)}</h2>'
        f'<p class="credit" dir="auto">{plain(_byline(article))}{_link(article.url)}</p>'
        f"{where}{_provenance(article)}{earlier}"
        f'<div class="text"{language}>{_paragraphs(text, first, last, start, end)}</div>'
        f"{later}</article>"
    )


def _break(text: str, offset: int, *, forward: bool) -> int:
    """The end of a line or a word next to `offset`, looked for over 500 characters."""
    near = text[offset : offset + 500] if forward else text[max(0, offset - 500) : offset]
    for pattern in ("\n", " "):
        found = near.find(pattern) if forward else near.rfind(pattern)
        if found >= 0:
            return offset + found + 1 if forward else offset - len(near) + found
    return offset


def _paragraphs(text: str, first: int, last: int, start: int, end: int) -> str:
    """`text[first:last]` as paragraphs, with what lies in `text[start:end]` marked."""
    shown = []
    for found in re.finditer(r"\S.*?(?=\s*\n\s*\n|\s*\Z)", text[first:last], re.DOTALL):
        begin, finish = found.start() + first, found.end() + first
        left, right = max(begin, start), min(finish, end)
        if left < right:
            inside = (
                f"{plain(text[begin:left])}<mark>{plain(text[left:right])}</mark>"
                f"{plain(text[right:finish])}"
            )
        else:
            inside = plain(text[begin:finish])
        shown.append(f'<p dir="auto">{inside}</p>')
    return "".join(shown)


def _link(url: str | None) -> str:
    """A link to where the article was published, if its address is one of the web."""
    if not url or _scheme(url) not in ("http", "https"):
        return ""
    return f' · <a href="{plain(url)}" target="_blank">Original</a>'


def _scheme(url: str) -> str:
    """The scheme of `url`; empty when it cannot be read as an address."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return parts.scheme.lower() if parts.netloc else ""


def _provenance(article: Article) -> str:
    """Where each field of the byline was read."""
    rows = "".join(
        f'<dt>{name}</dt><dd dir="auto">{plain(getattr(article, name), 300)} '
        f"<em>{plain(article.provenance[name], 200)}</em></dd>"
        for name in METADATA_FIELDS
        if getattr(article, name) and name in article.provenance
    )
    return (
        "<details><summary>Where this byline comes from</summary>"
        f'<dl>{rows}<dt>file</dt><dd dir="auto">{plain(article.source, 300)}</dd></dl></details>'
    )
