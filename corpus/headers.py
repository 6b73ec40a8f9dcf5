"""The headers of a mail -> a byline: who sent it, for whom it speaks, when, and where it stands.

They are decoded here and not by the policies of `email`, which fail on many of the headers that
are found in real mail.
"""

import re
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses

from corpus.draft import Metadata
from corpus.errors import ArticleError
from corpus.names import credit, is_name
from corpus.text import decode, has_words, one_line

_ADDRESSES = ("Archived-At", "X-URL", "X-Original-URL", "X-RSS-URL", "Content-Base",
              "Content-Location")  # fmt: skip
_FORWARDED = re.compile(r"^(?:(?:fwd?|wg|tr|rv)\s*:\s*)+", re.IGNORECASE)
_OUTLET_WORDS = re.compile(
    r"\b(?:courier|times|news|post|herald|gazette|tribune|press|journal|chronicle|observer"
    r"|guardian|daily|weekly|review|magazine|telegraph|bulletin|newsletter|digest|report)\b", re.I
)  # fmt: skip
_MAX_HEADER = 5_000


def offer_headers(message: "Message[str, str]", metadata: Metadata) -> None:
    """Offer `metadata` what the headers of `message` say."""
    metadata.offer("title", _FORWARDED.sub("", header(message, "Subject")), "mail Subject")
    outlets = [(header(message, "Organization"), "mail Organization"),
               (_list_name(header(message, "List-Id")), "mail List-Id")]  # fmt: skip
    names, origin = _senders(message, "From"), "mail From"
    if not names:
        names, origin = _senders(message, "Sender"), "mail Sender"
    authors = []
    for name, address in names:
        if _is_outlet(name, address, [outlet for outlet, _ in outlets]):
            outlets.append((name, origin))
            continue
        from_list = re.fullmatch(r"(.+?)\s+(?:(from|at|@)|[-–—|·•])\s+(.+)", name)
        if from_list and (from_list[2] or is_name(from_list[1])):
            name = from_list[1]  # "Mara Lindqvist from Harbour Letters", "... | Harbour Letters"
            outlets.append((from_list[3], origin))
        byline = credit(f"By {name}")
        authors.append(byline.author if byline else name)
        if byline and byline.outlet:
            outlets.append((byline.outlet, origin))
    metadata.offer("author", ", ".join(dict.fromkeys(authors)), origin)
    for outlet, place in outlets:
        metadata.offer("outlet", outlet, place)
    metadata.offer("published", header(message, "Date"), "mail Date")
    for name in _ADDRESSES:
        if name in message:
            metadata.offer("url", header(message, name).strip("<> "), f"mail {name}")
    metadata.offer("language", header(message, "Content-Language").split(",")[0], "mail header")


def _senders(message: "Message[str, str]", name: str) -> list[tuple[str, str]]:
    """(name, address) of those in a header that have a name; `via some list` is no part of it."""
    for key, value in message.raw_items():
        if key.lower() != name.lower():
            continue
        found: list[tuple[str, str]] = []
        for named, address in getaddresses([_unfolded(value)]):
            named = re.sub(r"\s+(?:via|über)\s+.*", "", one_line(decoded(named)))
            named = named.strip("'\" ")
            flipped = re.fullmatch(r"([^\W\d_][\w'’-]+), ([^\W\d_][\w'’. -]+)", named)
            if flipped and not _OUTLET_WORDS.search(named):
                named = f"{flipped[2]} {flipped[1]}"
            if has_words(named) and "@" not in named:
                found.append((named, address))
        return found[:20]
    return []


def _is_outlet(name: str, address: str, outlets: list[str]) -> bool:
    """Whether a sender is a paper and no person: it says so, or its mail comes from its domain."""
    if name.casefold() in (outlet.casefold() for outlet in outlets):
        return True
    if not _OUTLET_WORDS.search(name):
        return False
    squeezed = re.sub(r"^the\s+|[\W_]+", "", name.casefold())
    domain = re.sub(r"[\W_]+", "", address.rpartition("@")[2].casefold())
    return name.casefold().startswith("the ") or squeezed in domain


def _list_name(value: str) -> str:
    """`Lenton Weekly` of `"Lenton Weekly" <weekly.lenton.example>`."""
    return value.partition("<")[0].strip("\"' ") if "<" in value else ""


def header(message: "Message[str, str]", name: str) -> str:
    """The first header `name`, decoded, on one line; empty when there is none."""
    for key, value in message.raw_items():
        if key.lower() == name.lower():
            return one_line(decoded(_unfolded(value)), limit=_MAX_HEADER)
    return ""


def _unfolded(value: object) -> str:
    """A raw header on one line, its bytes as text, whatever they are."""
    raw = str(value)[:_MAX_HEADER].encode("utf-8", "surrogateescape")
    try:
        text = decode(raw) if raw.strip() else ""
    except ArticleError:
        text = raw.decode("ascii", "replace")
    return re.sub(r"\s*[\r\n]+\s*", " ", text)


def decoded(value: str) -> str:
    """`value` with its encoded words (RFC 2047) decoded, each in its charset or as it seems."""
    if "=?" not in value:
        return value
    try:
        words = decode_header(value)
    except Exception:  # broken base64, of which `email` knows several kinds of failure
        return value
    out = []
    for word, charset in words:
        if isinstance(word, str):
            out.append(word)
            continue
        try:
            out.append(decode(word, declared=charset) if word.strip() else " ")
        except ArticleError:
            out.append(word.decode("ascii", "replace"))
    return "".join(out)
