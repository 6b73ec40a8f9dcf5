"""A page that a browser saved as MHTML -> its article.

The page inside is read as any page; where it does not name its address, the one it was saved from
is its url. The date of the wrapping is that of the saving and never taken.
"""

from email.message import Message

from corpus.draft import Draft
from corpus.errors import ArticleError
from corpus.headers import header
from corpus.mail import message_of, text_of_part
from corpus.text import decode
from corpus.webpage import draft_of_html, read_html

_MAX_PARTS = 5_000


def read_mhtml(content: bytes) -> list[Draft]:
    """The draft of a saved page; raises ArticleError when there is no page in it."""
    if content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<":
        return [read_html(content)]  # what some programs save under this extension
    message = message_of(content)
    page = _page(message)
    charset = page.get_param("charset")
    if isinstance(charset, str):
        draft = draft_of_html(decode(text_of_part(page), declared=charset))
    else:
        draft = read_html(text_of_part(page))
    for part, name in ((page, "Content-Location"), (message, "Snapshot-Content-Location")):
        draft.metadata.offer("url", header(part, name), f"MHTML {name}")
    draft.metadata.offer("title", header(message, "Subject"), "MHTML Subject")
    return [draft]


def _page(message: "Message[str, str]") -> "Message[str, str]":
    """The part that `start` names, or else the first page."""
    start = message.get_param("start")
    pages = []
    for number, part in enumerate(message.walk()):
        if number > _MAX_PARTS:
            break
        if part.get_content_type() in ("text/html", "application/xhtml+xml"):
            if isinstance(start, str) and header(part, "Content-ID") == start.strip():
                return part
            pages.append(part)
    if not pages:
        raise ArticleError("holds no saved page; save it again as a complete page")
    return pages[0]
