"""Records -> articles: JSON and lines of JSON, one article a record.

A record gives its text and its byline under the names in `corpus.fields`. Nothing else of it is
read, and no name is taken for another that is close to it.
"""

import html
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from corpus.draft import Draft, Metadata
from corpus.errors import ArticleError
from corpus.fields import FIELD_KEYS, TEXT_KEYS, fields_of, squeezed
from corpus.links import is_link, refuse_link_table
from corpus.names import credit
from corpus.parts import numbered
from corpus.plain import paragraphs
from corpus.text import clean, decode, has_words, one_line
from corpus.webpage import draft_of_html, visible_text

RECORD_TEXT_KEYS = (*TEXT_KEYS, "textcontent", "rawtext", "article")
_KEYS = frozenset((*RECORD_TEXT_KEYS, *(key for keys in FIELD_KEYS.values() for key in keys)))
_SUMMARY_KEYS = ("leadparagraph", "summary", "description", "abstract", "excerpt")
_MIN_SUMMARY = 200  # characters; what is shorter is a teaser, and the record a link
_LISTS = (
    "articles items entries posts results records stories documents docs news data graph".split()
)
_WRAPPERS = ("data", "response", "result", "feed", "channel", "article", "item", "post", "entry")
_MARKUP = re.compile(
    r"</(?:p|div|a|em|strong|b|i|span|h[1-6]|ul|ol|li|blockquote|article|section|body|table)\s*>"
    r"|<(?:p|br|hr)\s*/?>|<(?:p|div|article|body|html)\s[^<>]*>|<!doctype html",
    re.IGNORECASE,
)
_PAGE = re.compile(r"\s*(?:<\?xml[^>]*>\s*)?(?:<!doctype html|<html[\s>])", re.IGNORECASE)
_INLINE = re.compile(r"</?(?:i|em|b|strong|span|br|p|sup|sub|q|a|u|cite|mark)\b[^<>]*>", re.I)
_MAX_DIGITS = 18
_MAX_SHOWN_KEYS = 12
_TWICE = object()  # key of an object that names something twice, with different values


def read_json(content: bytes) -> list[Draft]:
    """A list of records, one list of them in an object, or one record, which has no number."""
    text = decode(content)
    try:
        value = _loaded(text)
    except ArticleError:
        lines = _lines(text)[:2]
        if len(lines) > 1 and all(line.startswith("{") and len(line) > 1 for line in lines):
            return _drafts_of_lines(text)
        raise
    records, defaults = _records_in(value)
    if records is None:
        return [draft_of_record(value)]
    _refuse_links(records)
    drafts = numbered(records, draft_of_record)
    for draft in drafts:
        draft.metadata.fill(defaults)
    return drafts


def read_json_lines(content: bytes) -> list[Draft]:
    """A record a line; a line that is none costs only itself."""
    text = decode(content)
    if text.lstrip().startswith("["):
        return read_json(content)
    return _drafts_of_lines(text)


def draft_of_record(record: object) -> Draft:
    """The draft of one record; raises ArticleError when it holds no text."""
    if not isinstance(record, dict):
        raise ArticleError(f"is {_kind(record)}, not a record; give it a title and a text")
    if _TWICE in record:
        raise ArticleError(f"names {_quoted(record[_TWICE])} twice; keep one of the two")
    source = _text_in(record)
    if not has_words(source):
        keys = f"its keys are {shown_keys(record)}" if record else "it is empty"
        raise ArticleError(f"has no text ({keys}); name it text, body or content")
    metadata = Metadata()
    for field, value, key in fields_of(record):
        origin = f"field {one_line(key, limit=60)}"
        if field == "title" and isinstance(value, str):
            value = line_of(value)
        byline = _credit(value) if field == "author" else None
        if byline is not None:
            metadata.offer("author", byline[0], origin)
            metadata.offer("outlet", byline[1], origin)
        else:
            metadata.offer(field, value, origin)
    text = text_of_content(source, metadata)
    return Draft(without_title(text, metadata.get("title")), metadata)


def text_of_content(source: str, metadata: Metadata) -> str:
    """The text of `source`, which is plain or HTML; a whole page fills what `metadata` lacks."""
    if _PAGE.match(source):
        draft = draft_of_html(source)
        metadata.fill(draft.metadata)
        return draft.text
    if _MARKUP.search(source):
        return visible_text(source)
    if re.search(r"&(?:#\d+|#x[\da-f]+|nbsp|quot|amp|apos|[lr][sd]quo);", source, re.IGNORECASE):
        source = html.unescape(source)
    return paragraphs(clean(source))


def line_of(value: str) -> str:
    """A title on one line without the entities and tags that some systems leave in it."""
    return one_line(_INLINE.sub("", html.unescape(html.unescape(value[:5_000]))))


def without_title(text: str, title: str | None) -> str:
    """`text` without a first paragraph that is only the title again."""
    first, _, rest = text.partition("\n")
    again = title and one_line(first).casefold() == title.casefold()
    return rest.lstrip("\n") if again and has_words(rest) else text


def _credit(author: object) -> tuple[str, str | None] | None:
    """Authors and outlet of a line such as "By A B and C D, The Courier", if it is one."""
    byline = credit(re.sub(r"(?i)\A(?:by\s+)?", "By ", author)) if isinstance(author, str) else None
    return (byline.author, byline.outlet) if byline else None


def _text_in(record: Mapping[Any, object]) -> str:
    """What the most trusted text key holds that holds words; empty when none does."""
    levels: list[dict[str, object]] = [{}]
    for key, value in record.items():
        levels[0].setdefault(squeezed(key), value)
    for nested in ("fields", "attributes"):
        inner = levels[0].get(nested)
        if isinstance(inner, dict):
            levels.append({squeezed(key): value for key, value in inner.items()})
    for level in levels:
        for key in RECORD_TEXT_KEYS:
            text = _string(level.get(key))
            if has_words(text):
                return text
    # What stands for a text that an export left out, where it is more than a teaser.
    summaries = [_string(level.get(key)) for level in levels for key in _SUMMARY_KEYS]
    return next((text for text in summaries if len(text) >= _MIN_SUMMARY), "")


def _string(value: object) -> str:
    if isinstance(value, list):
        return "\n\n".join(item for item in value if isinstance(item, str))
    if isinstance(value, dict):  # {"rendered": "<p>..."}, {"type": "html", "value": "..."}
        value = next((value[key] for key in ("rendered", "value", "#text") if key in value), None)
    return value if isinstance(value, str) else ""


def _loaded(text: str) -> Any:
    try:
        return json.loads(
            text,
            strict=False,
            object_pairs_hook=record_of,
            parse_constant=lambda _: None,  # NaN: a table's empty cell
            parse_int=lambda digits: int(digits) if len(digits) <= _MAX_DIGITS else None,
        )
    except RecursionError as error:
        raise ArticleError("nests lists and objects too deeply; save it flat") from error
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise ArticleError(f"no valid JSON ({where}: {error.msg}); export it again") from error
    except ValueError as error:
        raise ArticleError(f"no valid JSON ({one_line(str(error))}); export it again") from error


def record_of(pairs: Iterable[tuple[str, Any]]) -> dict[Any, Any]:
    """The object of these pairs, which knows when one of our names stands there twice."""
    made: dict[Any, Any] = {}
    for key, value in pairs:
        if key in made and made[key] != value and squeezed(key) in _KEYS:
            made[_TWICE] = key
        made[key] = value
    return made


def _records_in(value: Any) -> tuple[list[Any] | None, Metadata]:
    """The list of records in `value` and what holds for all of them; None for a lone record."""
    if isinstance(value, list):
        if not value:
            raise ArticleError("an empty list; write something into it or remove it")
        if not any(isinstance(item, dict) for item in value):
            raise ArticleError(f"a list of {_kind(value[0])}, not of records; give each a text")
        return value, Metadata()
    if not isinstance(value, dict):
        raise ArticleError(f"holds {_kind(value)}, no record; give it a title and a text")
    if _text_in(value):
        return None, Metadata()
    levels = [value, *(v for k, v in value.items() if squeezed(k) in _WRAPPERS and _is(v))]
    for level in levels:
        lists = {
            k: v
            for k, v in level.items()
            if squeezed(k) in _LISTS and isinstance(v, list) and any(map(_is, v))
        }
        with_text = {k: v for k, v in lists.items() if any(_is(i) and _text_in(i) for i in v)}
        if len(with_text) > 1:
            raise ArticleError(
                f"holds several lists ({shown_keys(with_text)}); save each by itself"
            )
        for found in (with_text or lists).values():
            return found, _of_all(level)
        if level is not value and _text_in(level):
            return [level], Metadata()
    return None, Metadata()


def _is(value: object) -> bool:
    return isinstance(value, dict)


def _of_all(level: Mapping[Any, Any]) -> Metadata:
    """What a JSON Feed says of all its items."""
    metadata = Metadata()
    if "jsonfeed.org" in str(level.get("version"))[:200]:
        metadata.offer("outlet", level.get("title"), "feed title")
        metadata.offer("author", level.get("author"), "feed author")
        metadata.offer("language", level.get("language"), "feed language")
    return metadata


def _lines(text: str) -> list[str]:
    return [line.strip() for line in re.split(r"\r\n|[\r\n]", text) if line.strip()]


def _drafts_of_lines(text: str) -> list[Draft]:
    lines = _lines(text)
    drafts = numbered(lines, lambda line: draft_of_record(_loaded(line)))
    if not any(line.startswith("{") for line in lines):
        raise ArticleError("no line of it is a JSON record; export it again or rename it")
    if all(draft.problem for draft in drafts):
        _refuse_links([_loaded(line) for line, d in zip(lines, drafts, strict=True)
                       if d.problem.startswith("has no text")])  # fmt: skip
    return drafts


def _refuse_links(records: Sequence[Any]) -> None:
    """Raise when every record is the address of an article and none holds its text."""
    if records and all(_is(r) and not _text_in(r) and is_link(r) for r in records):
        refuse_link_table(["url"], len(records))


def _kind(value: object) -> str:
    kinds = {str: "a text", list: "a list", bool: "a truth value", type(None): "nothing"}
    return kinds.get(type(value), "a number" if isinstance(value, int | float) else "an object")


def shown_keys(keys: Any) -> str:
    """The first names among `keys`, for a message."""
    named = [one_line(str(key), limit=40) for key in keys if isinstance(key, str)]
    more = f" and {len(named) - _MAX_SHOWN_KEYS} more" if len(named) > _MAX_SHOWN_KEYS else ""
    return ", ".join(named[:_MAX_SHOWN_KEYS]) + more


def _quoted(key: object) -> str:
    return f"“{one_line(str(key), limit=40)}”"
