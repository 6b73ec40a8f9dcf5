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
from importlib import resources
from typing import Any

import nh3

from qa.types import Answer

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
ICON = (
    "<link rel=icon href=\"data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' "
    "viewBox='0 0 32 32'><rect width='32' height='32' rx='5' fill='%2314506e'/><path d='M8 10h16"
    "M8 16h16M8 22h9' stroke='white' stroke-width='3'/></svg>\">"
)


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question on the page and what came of it: an answer, a failure, or nothing yet.

    `empty` tells the failure apart that is no fault of anybody: there is no article to ask.
    """

    question: str
    answer: Answer | None = None
    failure: str | None = None
    empty: bool = False


def asset(name: str) -> str:
    """The text of a file that ships with this package."""
    return resources.files("qa").joinpath(name).read_text("utf-8")


def head() -> str:
    """What stands in the page's head: its icon and its styles."""
    return f"{ICON}<style>{asset('page.css')}</style>"


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


def progress(said: str) -> str:
    """What an update of the library says of itself."""
    return clean(f'<p role="status">{plain(said, LONGEST_QUOTE)}</p>')


def language_note() -> str:
    """What the default encoder is good at."""
    return clean("<p>The default encoder reads English best, other languages less surely.</p>")
