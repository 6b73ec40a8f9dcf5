"""Mail -> articles: one message of an EML file, or each message of an MBOX file.

The text part is read, the HTML part where there is none that says anything, a forwarded message
where it stands. Attachments are named and never opened.
"""

import re
from dataclasses import dataclass, field
from email.message import Message
from email.parser import BytesParser
from email.policy import Compat32
from itertools import islice

from corpus.draft import Draft, Metadata
from corpus.errors import ArticleError
from corpus.headers import decoded, header, offer_headers
from corpus.names import credit
from corpus.parts import MAX_DRAFTS, numbered, refuse_too_many
from corpus.plain import paragraphs
from corpus.quoted import unflowed, without_quotes
from corpus.text import clean, decode, has_words, one_line
from corpus.webpage import read_html

_HEADER = re.compile(rb"(?:>?From [^\r\n]*\r?\n)?[\x21-\x39\x3b-\x7e]{1,80}[ \t]*:")
_USUAL = ("from", "to", "subject", "date", "message-id", "received", "mime-version", "content-type")
_SEPARATOR = re.compile(
    rb"(?:\A|(?<=\n\n)|(?<=\n\r\n))From (?:[^\s]+|\"[^\"\n]*\"[^\s]*)?"
    rb"(?:[ \t][^\n]*\d\d:\d\d[^\n]*)?\r?\n(?=[\x21-\x39\x3b-\x7e]+:|>From )"
)
_MAX_HEADER = 20_000
_EXPUNGED = 0x8  # of X-Mozilla-Status: deleted, and not yet cut out of the file
_MAX_PARTS = 1_000
_MAX_DEPTH = 8  # of parts in parts, forwarded messages included
_MAX_STUB = 400  # characters of a text part that may only say to look at the HTML part
_STUB_SHARE = 5  # how much longer the HTML part has to be then
_MAX_ATTACHMENTS = 50


@dataclass(slots=True)
class _Body:
    """What has been found in a message so far."""

    texts: list[str] = field(default_factory=list)
    attachments: list[str] = field(default_factory=list)
    page: Metadata = field(default_factory=Metadata)
    parts: int = 0
    encrypted: bool = False


class _Bounded(Compat32):
    """The policy that reads any header, without the megabytes that some are made of.

    `email` takes quadratic time for the parameters of one.
    """

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(sourcelines)
        return name, value[:_MAX_HEADER]


def read_eml(content: bytes) -> list[Draft]:
    """The draft of a message; raises ArticleError when it is none or has no text."""
    return [draft_of_message(message_of(content))]


def read_mbox(content: bytes) -> list[Draft]:
    """A draft of each message, numbered from 1; those deleted in the mail program are left out."""
    starts = [found.start() for found in islice(_SEPARATOR.finditer(content), MAX_DRAFTS + 1)]
    refuse_too_many(len(starts))
    if not starts or content[: starts[0]].strip():
        raise ArticleError("no mailbox: it does not begin with a line “From …”; save it as .eml")
    spans = list(zip(starts, [*starts[1:], len(content)], strict=True))
    return numbered(spans, lambda span: _draft_in_mailbox(content[slice(*span)]))


def message_of(content: bytes) -> "Message[str, str]":
    """The parsed message; raises ArticleError when `content` does not begin with mail headers."""
    content = content.removeprefix(b"\xef\xbb\xbf").lstrip()
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        content = decode(content).encode()
    if not _HEADER.match(content):
        decode(content)  # says so if it is binary
        raise ArticleError("no mail: it does not begin with headers; give it its right extension")
    message = BytesParser(policy=_Bounded()).parsebytes(content)
    if not any(name in message for name in _USUAL):
        raise ArticleError("no mail: it has no From, Subject or Date; give it its right extension")
    return message


def draft_of_message(message: "Message[str, str]") -> Draft:
    """The draft of a parsed message."""
    metadata = Metadata()
    offer_headers(message, metadata)
    is_reply = "In-Reply-To" in message or header(message, "Subject").lower().startswith("re:")
    body = _Body()
    _collect(message, body, 0, is_reply)
    text = "\n\n".join(filter(has_words, body.texts))
    if not has_words(text):
        raise ArticleError(_why_empty(body))
    metadata.fill(body.page)
    byline = next(filter(None, map(credit, text.split("\n", 4)[:4])), None)
    if byline:
        metadata.offer("author", byline.author, "byline in the text")
        metadata.offer("outlet", byline.outlet, "byline in the text")
    if body.attachments:
        text += f"\n\nAttachments: {', '.join(body.attachments[:_MAX_ATTACHMENTS])}"
    return Draft(text, metadata)


def text_of_part(part: "Message[str, str]") -> bytes:
    """The bytes of a leaf, its transfer encoding undone as far as it can be."""
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _draft_in_mailbox(content: bytes) -> Draft | None:
    content = content.partition(b"\n")[2]
    message = message_of(re.sub(rb"^>(>*From )", rb"\1", content, flags=re.MULTILINE))
    status = header(message, "X-Mozilla-Status")
    if re.fullmatch(r"[\da-fA-F]{4}", status) and int(status, 16) & _EXPUNGED:
        return None
    if "FOLDER INTERNAL DATA" in header(message, "Subject"):
        return None
    return draft_of_message(message)


def _collect(part: "Message[str, str]", body: _Body, depth: int, is_reply: bool) -> None:
    """Add to `body` what a reader of `part` sees."""
    body.parts += 1
    kind = part.get_content_type()
    if body.parts > _MAX_PARTS or depth > _MAX_DEPTH:
        return
    if kind in ("multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime"):
        body.encrypted = True
    elif kind == "message/rfc822":
        for inner in _children(part)[:1]:
            lines = (f"{name}: {header(inner, name)}" for name in ("From", "Date", "Subject")
                     if header(inner, name))  # fmt: skip
            body.texts.append("\n".join(["Forwarded message", *lines]))
            _collect(inner, body, depth + 1, is_reply)
    elif part.is_multipart():
        children = _children(part)
        if kind == "multipart/alternative":
            _collect_best(children, body, depth, is_reply)
        elif kind in ("multipart/related", "multipart/signed"):
            _collect_each(children[:1], body, depth, is_reply)
            body.attachments += (_name(child) for child in children[1:] if _attached(child))
        else:
            _collect_each(children, body, depth, is_reply)
    elif _attached(part) or part.get_filename():
        body.attachments.append(_name(part))
    elif kind == "text/html":
        draft = read_html(_with_charset(part))
        body.texts.append(draft.text)
        body.page.fill(draft.metadata, only=("author", "outlet", "url", "language", "section"))
    elif kind.startswith("text/") and kind not in ("text/calendar", "text/css"):
        body.texts.append(_plain(part, is_reply))


def _collect_each(
    parts: "list[Message[str, str]]", body: _Body, depth: int, is_reply: bool
) -> None:
    for part in parts:
        try:
            _collect(part, body, depth + 1, is_reply)
        except ArticleError:
            continue  # one part of several that is empty or no text


def _collect_best(
    parts: "list[Message[str, str]]", body: _Body, depth: int, is_reply: bool
) -> None:
    """The text of the alternatives, or the HTML where the text only says to look at it."""
    found: list[_Body] = []
    for part in sorted(parts, key=lambda part: part.get_content_type() != "text/plain"):
        if found and len("".join(found[0].texts)) > _MAX_STUB:
            break
        tried = _Body(parts=body.parts)
        _collect_each([part], tried, depth, is_reply)
        body.parts = tried.parts
        body.attachments += tried.attachments
        if has_words("".join(tried.texts)):
            found.append(tried)
    if not found:
        return
    first = found[0]
    longest = max(found, key=lambda tried: len("".join(tried.texts)))
    is_stub = len("".join(longest.texts)) > _STUB_SHARE * len("".join(first.texts))
    chosen = longest if is_stub else first
    body.texts += chosen.texts
    body.page.fill(chosen.page)


def _plain(part: "Message[str, str]", is_reply: bool) -> str:
    text = decode(text_of_part(part), declared=_charset(part)).replace("\r\n", "\n")
    if str(part.get_param("format", "")).lower() == "flowed":
        text = unflowed(text, joined=str(part.get_param("delsp", "")).lower() == "yes")
    return paragraphs(clean(without_quotes(text, is_reply=is_reply)))


def _with_charset(part: "Message[str, str]") -> bytes:
    """HTML as UTF-8 where the mail states the charset; else as it is, the page may state it."""
    content, charset = text_of_part(part), _charset(part)
    if not charset:
        return content
    return b"\xef\xbb\xbf" + decode(content, declared=charset).lstrip("\ufeff").encode(
        "utf-8", "replace"
    )


def _charset(part: "Message[str, str]") -> str | None:
    charset = part.get_param("charset")
    return charset if isinstance(charset, str) else None


def _children(part: "Message[str, str]") -> "list[Message[str, str]]":
    payload = part.get_payload()
    return (
        [child for child in payload if isinstance(child, Message)]
        if isinstance(payload, list)
        else []
    )


def _attached(part: "Message[str, str]") -> bool:
    return str(part.get("Content-Disposition", "")).strip().lower().startswith("attachment")


def _name(part: "Message[str, str]") -> str:
    name = one_line(decoded(part.get_filename() or ""), limit=100)
    return name or f"unnamed {one_line(part.get_content_type(), limit=60)}"


def _why_empty(body: _Body) -> str:
    if body.encrypted:
        return "the message is encrypted; save it decrypted"
    if body.attachments:
        names = ", ".join(body.attachments[:5])
        return f"the message has no text, only attachments ({names}); save these"
    return "the message has no text; save it again or remove it"
