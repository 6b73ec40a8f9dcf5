"""Answer -> HTML: what the page shows of a conversation; `render_sources` does the panel beside it.

Every title, quote and question is escaped here, and the whole passes nh3 with a short list of tags
besides: no images, no styles, no forms, no link but the http(s) address of a known article. Nothing
here knows gradio; what can be clicked is a button whose `data-` attribute says what it opens.
"""

import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import nh3

from qa.types import Answer, Citation

LONGEST_QUESTION = 300
LONGEST_QUOTE = 4_000

MONTHS = (
    "January February March April May June July August September October November December"
).split()
REFUSALS = {
    "off_subject": "Nothing on this subject",
    "not_said": "No answer in the articles",
    "outside_dates": "Nothing within these dates",
}
TAGS = set(
    "a article b button code dd details div dl dt em h1 h2 h3 h4 header li mark ol p pre section "
    "span strong summary ul".split()
)
ATTRIBUTES = {
    "*": {"class", "dir", "id", "lang", "role", "tabindex"},
    "a": {"href", "target"},
    "button": {"type"},
}
LINK_RELATION = "noopener noreferrer nofollow"


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question on the page and what came of it: an answer, a failure, or nothing yet.

    `empty` tells the failure apart that is no fault of anybody: there is no article to ask.
    """

    question: str
    answer: Answer | None = None
    failure: str | None = None
    empty: bool = False


def clean(html: str) -> str:
    """The second wall: only the tags and attributes that this module writes survive.

    The first wall is `plain`; this one is there for the day that somebody forgets it.
    """
    return nh3.clean(
        html,
        tags=TAGS,
        clean_content_tags={"script", "style"},
        attributes=ATTRIBUTES,
        generic_attribute_prefixes={"data-", "aria-"},
        url_schemes={"http", "https"},
        link_rel=LINK_RELATION,
        strip_comments=True,
    )


def plain(text: object, longest: int | None = None) -> str:
    """`text` escaped for HTML text and quoted attributes, cut to `longest` characters.

    Half of a surrogate pair, which JSON can carry and UTF-8 cannot, becomes a question mark.
    """
    words = str(text).encode("utf-8", "replace").decode("utf-8")
    if longest is not None and len(words) > longest:
        words = words[:longest].rstrip() + " …"
    return escape(words, quote=True)


def button(kind: str, name: str, value: object, inside: str, label: str | None = None) -> str:
    """A button of class `kind` with `data-name="value"` and the HTML `inside`."""
    spoken = f' aria-label="{plain(label)}"' if label else ""
    means = f'data-{name}="{plain(value)}"'
    return f'<button type="button" class="{kind}" {means}{spoken}>{inside}</button>'


def day(published: str | None) -> str:
    """A date as it is written in a newspaper: `2024-03-10T14:05` -> `10 March 2024`."""
    found = re.match(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?", published or "")
    if not found:
        return "undated"
    year, month, date = found.groups()
    name = MONTHS[int(month) - 1] if month and 1 <= int(month) <= 12 else ""
    return " ".join(part for part in (date and str(int(date)), name, year) if part)


def credit(byline: Any) -> str:
    """`Outlet, 10 March 2024`, of anything that has an outlet and a date."""
    return ", ".join(part for part in (byline.outlet, day(byline.published)) if part)


def plural(count: int) -> str:
    """The s of any number but one."""
    return "" if count == 1 else "s"


def coverage(status: Mapping[str, Any] | None) -> str:
    """How many articles there are and the dates they cover, in words; empty without articles."""
    if not status or not status.get("articles"):
        return ""
    count = int(status["articles"])
    words = f"{count:,} article{plural(count)}"
    first, last = day(status.get("published_from")), day(status.get("published_to"))
    if "undated" in (first, last):
        return words
    return f"{words}, {first}" + ("" if first == last else f" – {last}")


def masthead(status: Mapping[str, Any] | None) -> str:
    """The top of the page: the name, what it is, and what the library holds."""
    return clean(
        '<header class="masthead"><h1>Byline</h1>'
        "<p>Answers from your articles, quoted word for word, or an honest “they do not say”.</p>"
        f'<p class="holdings">{plain(coverage(status) or "No articles yet")}</p></header>'
    )


def conversation(
    exchanges: Sequence[Exchange], *, opening: str = "", covered: str = "", store: str = ""
) -> str:
    """The questions and answers so far, oldest first; before the first there is the `opening`.

    `covered` is the `coverage` of the library, `store` its path, to say how to fill it.
    """
    turns = "".join(_exchange(turn, each, covered, store) for turn, each in enumerate(exchanges))
    return clean(
        f'<div class="talk" role="log" aria-live="polite" aria-label="Conversation">'
        f"{turns or opening}</div>"
    )


def welcome(samples: Sequence[str]) -> str:
    """What a conversation begins with: an invitation, and questions to click."""
    buttons = "".join(
        f"<li>{button('sample', 'sample', number, plain(text))}</li>"
        for number, text in enumerate(samples)
    )
    offered = f'<h3>For example</h3><ul class="samples">{buttons}</ul>' if buttons else ""
    return (
        '<section class="welcome"><h2>Ask your articles</h2>'
        "<p>Every sentence of an answer stands in an article, with its byline. "
        f"Click a number such as <b>[1]</b> to read it where it was written.</p>{offered}</section>"
    )


def nothing_here(store: str) -> str:
    """What stands in for an answer while there is no article to ask."""
    return (
        '<section class="empty"><h2>There are no articles here yet</h2>'
        "<p>Give Byline a folder of articles, in a terminal:</p>"
        "<pre><code>make run ARTICLES=DIR</code></pre>"
        "<p>or bring them into the library of this page:</p>"
        f"<pre><code>python -m index sync DIR --store {plain(shlex.quote(store))}</code></pre>"
        "<p>This page notices them at the next question.</p></section>"
    )


def failed(message: str) -> str:
    """A failure in the panel beside the conversation, with the way back."""
    return clean(
        f"{button('quiet back', 'sources', -1, '← Back to the sources')}"
        f'<div class="failure" role="alert"><h2 tabindex="-1">This did not work</h2>'
        f'<p dir="auto">{plain(message, LONGEST_QUOTE)}</p></div>'
    )


def language_note() -> str:
    """What the default encoder is good at."""
    return clean("<p>The default encoder reads English best, other languages less surely.</p>")


def _exchange(turn: int, exchange: Exchange, covered: str, store: str) -> str:
    """One question, and below it an answer, a refusal, a failure, or that it is on its way."""
    question = (
        f'<h2 class="question" id="question-{turn}" tabindex="-1" dir="auto">'
        f"{plain(exchange.question, LONGEST_QUESTION)}</h2>"
    )
    if exchange.empty:
        below = nothing_here(store)
    elif exchange.failure is not None:
        below = (
            '<div class="failure" role="alert"><h3>This did not work</h3>'
            f'<p dir="auto">{plain(exchange.failure, LONGEST_QUOTE)}</p></div>'
        )
    elif exchange.answer is None:
        below = '<p class="pending">Reading the articles …</p>'
    elif exchange.answer.refused:
        below = _refusal(exchange.answer, covered)
    else:
        below = _sentences(turn, exchange.answer)
    return f'<section class="exchange" data-turn="{turn}">{question}{below}</section>'


def _sentences(turn: int, answer: Answer) -> str:
    """The sentences of an answer, the span that answers in bold, each with its clickable number."""
    cited = {citation.number: citation for citation in answer.citations}
    lines = []
    for sentence in answer.sentences:
        text, span = sentence.text, sentence.span
        if span is None or not 0 <= span[0] < span[1] <= len(text):
            shown = plain(text, LONGEST_QUOTE)
        else:
            before, found, after = text[: span[0]], text[slice(*span)], text[span[1] :]
            shown = f"{plain(before)}<strong>{plain(found)}</strong>{plain(after)}"
        numbers = " ".join(_chip(turn, cited[n]) for n in sentence.citations if n in cited)
        said = [credit(cited[n]) for n in sentence.citations if n in cited]
        lines.append(
            f'<div class="sentence"><p dir="auto"><span class="words">{shown}</span> {numbers}</p>'
            f'<p class="credit" dir="auto">{plain("; ".join(dict.fromkeys(said)))}</p></div>'
        )
    understood = ""
    if answer.standalone_question.strip().casefold() != answer.question.strip().casefold():
        asked = plain(answer.standalone_question, LONGEST_QUESTION)
        understood = f'<p class="understood" dir="auto">Understood as: {asked}</p>'
    count = len(answer.citations)
    return (
        f'<div class="answer">{understood}{"".join(lines)}'
        f"{button('quiet', 'sources', turn, f'{count} source{plural(count)}')}</div>"
    )


def _chip(turn: int, citation: Citation) -> str:
    """The clickable `[1]` that opens an article at the quote."""
    label = f"Source {citation.number}: {citation.title}, {credit(citation)}. Open the article"
    return button("chip", "open", f"{turn}:{citation.number}", f"[{citation.number}]", label)


def _refusal(answer: Answer, covered: str) -> str:
    """Why there is no answer, what comes closest, and what the library covers."""
    nearest = "".join(
        "<li>"
        + button(
            "near",
            "article",
            near.article_id,
            f'<b dir="auto">{plain(near.title, 300)}</b> '
            f'<span class="credit" dir="auto">{plain(credit(near))}</span>',
        )
        + "</li>"
        for near in answer.nearest
    )
    closest = f'<h4>Closest to it</h4><ul class="nearest">{nearest}</ul>' if nearest else ""
    range_ = f'<p class="covered">The library holds {plain(covered)}.</p>' if covered else ""
    title = REFUSALS.get(answer.reason or "", REFUSALS["not_said"])
    return (
        f'<div class="refusal" role="note"><h3>{title}</h3>'
        f'<p dir="auto">{plain(answer.text, LONGEST_QUOTE)}</p>{closest}{range_}</div>'
    )
