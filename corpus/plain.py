"""Plain text: which line breaks separate paragraphs, which line is the title, which the byline."""

import re
from itertools import pairwise

from corpus.dates import iso_date
from corpus.draft import Draft
from corpus.names import credit
from corpus.text import clean, decode, has_words

_LIST_ITEM = re.compile(r"(?:[-*•◦‣–—]|\(?(?:\d{1,3}|[a-zA-Z])[.)])\s")
_SENTENCE_END = re.compile(r"[.!?…。！？][\"'”’»)\]]*$")
_DATE_LABEL = re.compile(r"(?:published(?:\s+on)?\b:?|date:)\s+(?=\S)", re.IGNORECASE)
_RULE = re.compile(r"[=\-_*~#\s]{3,}")

# Measured on nothing but convention: mail and editors wrap at 60 to 80, telegrams at 50.
_WRAP_WIDTHS = range(50, 101)
# How far from full a wrapped line may stop, beyond the word that did not fit; one that ends with
# a sentence may be the last of a paragraph.
_WRAP_SLACK, _WRAP_SLACK_AT_END = 12, 4
_LONG_LINE = 120  # a line longer than this was never wrapped by hand
_MAX_TITLE = 150
_MAX_DATE = 60


def read_plain(content: bytes) -> Draft:
    """The draft of a plain text: a short first line is its title, byline and date stand below."""
    return draft_of_text(decode(content))


def draft_of_text(text: str) -> Draft:
    """The draft of decoded plain text."""
    text = paragraphs(clean(text))
    draft = Draft(text)
    title, rest = _split_title(text)
    if title is None:
        return draft
    draft.metadata.offer("title", title, "first line")
    draft.text = _take_date(_take_byline(_take_date(rest, draft), draft), draft)
    return draft


def _take_byline(text: str, draft: Draft) -> str:
    """`text` without its first line where that is a byline, which `draft` then has."""
    line, _, after = text.partition("\n")
    byline = credit(line)
    if not byline or not has_words(after):
        return text
    draft.metadata.offer("author", byline.author, "byline in the text")
    draft.metadata.offer("outlet", byline.outlet, "byline in the text")
    return after.lstrip("\n")


def _take_date(text: str, draft: Draft) -> str:
    """`text` without its first line where that is a date, which `draft` then has."""
    line, _, after = text.partition("\n")
    day = _date_line(line)
    if not day or not has_words(after) or draft.metadata.get("published"):
        return text
    draft.metadata.offer("published", day, "date line in the text")
    return after.lstrip("\n")


def _date_line(line: str) -> str | None:
    """The day that `line` gives and nothing else; None when it could be read in two ways."""
    written = line[label.end() :] if (label := _DATE_LABEL.match(line)) else line
    day = iso_date(written) if len(written) <= _MAX_DATE and not written.isdigit() else None
    return day if day and len(day) >= len("2025-03-12") else None


def paragraphs(text: str) -> str:
    """Clean `text` with a blank line between any two paragraphs.

    Where most of the text is in long lines, each line is a paragraph. Otherwise blocks of lines
    that were wrapped at one width are joined, and lists, verse and other short lines stay lines.
    """
    lines = [line for line in text.split("\n") if line]
    long = [line for line in lines if len(line) > _LONG_LINE]
    if sum(map(len, long)) > len(text) / 2 and _share_of_sentences(long) > 0.5:
        return _line_by_line(text)
    width = _wrap_width(text)
    head, *blocks = [block.split("\n") for block in text.split("\n\n")]
    # A long title looks like a line that was full.
    stated = len(head) == 2 and (credit(head[1]) or _date_line(head[1]))
    first = "\n".join(head) if stated else _unwrap(head, width)
    return "\n\n".join([first, *(_unwrap(block, width) for block in blocks)])


def _share_of_sentences(lines: list[str]) -> float:
    return sum(bool(_SENTENCE_END.search(line[-8:])) for line in lines) / max(1, len(lines))


def _line_by_line(text: str) -> str:
    """A paragraph per line, but for the items of a list, which stay together."""
    lines = text.split("\n")
    out = lines[:1]
    for previous, line in pairwise(lines):
        both_items = _LIST_ITEM.match(previous) and _LIST_ITEM.match(line)
        out.append("\n" if both_items else "\n\n")
        out.append(line)
    return re.sub(r"\n{3,}", "\n\n", "".join(out))


def _wrap_width(text: str) -> int:
    """The width at which the blocks of three lines and more were wrapped; 0 when none was."""
    widths = []
    for block in text.split("\n\n"):
        lines = block.split("\n")
        width = max(map(len, lines))
        if len(lines) >= 3 and width in _WRAP_WIDTHS and _is_wrapped(lines, width):
            widths.append(width)
    return sorted(widths)[len(widths) // 2] if widths else 0


def _unwrap(lines: list[str], usual_width: int) -> str:
    if len(lines) == 1:
        return lines[0]
    items = _items(lines)
    if len(items) > 1:
        return "\n".join(_unwrap(item, usual_width) for item in items)
    width = max(map(len, lines))
    if len(lines) == 2:  # too few to tell by themselves: they must fit what the others do
        width = max(width, usual_width)
        if not usual_width and not lines[1][:1].islower():
            return "\n".join(lines)
    if width not in _WRAP_WIDTHS or not _is_wrapped(lines, width):
        return "\n".join(lines)
    return _join(lines, width)


def _items(lines: list[str]) -> list[list[str]]:
    """`lines` cut before each item of a list."""
    items: list[list[str]] = [[]]
    for line in lines:
        if _LIST_ITEM.match(line) and items[-1]:
            items.append([])
        items[-1].append(line)
    return items


def _is_full(line: str, following: str, width: int) -> bool:
    """Whether `line` ends because the first word of `following` did not fit into `width`."""
    slack = _WRAP_SLACK_AT_END if _SENTENCE_END.search(line[-8:]) else _WRAP_SLACK
    return len(line) + 1 + len(following.split(" ", 1)[0]) > width - slack


def _is_wrapped(lines: list[str], width: int) -> bool:
    """Whether line breaks came from a limit on width rather than from whoever wrote them."""
    pairs = list(pairwise(lines))
    full = sum(_is_full(line, following, width) for line, following in pairs)
    if full < 0.75 * len(pairs):
        return False
    # Sentences that each fill a line are lines of their own; wrapped ones end anywhere.
    return _share_of_sentences(lines[:-1]) <= (0.5 if len(pairs) > 1 else 0)


def _join(lines: list[str], width: int) -> str:
    out = lines[:1]
    for line, following in pairwise(lines):
        if _is_full(line, following, width):
            cut_word = line.endswith("-") and line[-2:-1].isalpha() and following[:1].islower()
            out.append("" if cut_word else " ")
        else:  # a short line inside: the end of a paragraph, or a heading above one
            out.append("\n\n")
        out.append(following)
    return "".join(out)


def _split_title(text: str) -> tuple[str | None, str]:
    """The title and what follows it; no title when the first line is part of the prose."""
    first, _, rest = text.partition("\n")
    blank_follows = rest.startswith("\n")
    rest = rest.lstrip("\n")
    second, _, below = rest.partition("\n")
    if second and _RULE.fullmatch(second):  # a line that underlines the title
        rest, blank_follows = below.lstrip("\n"), True
        second = rest.partition("\n")[0]
    title = re.sub(r"^#{1,6}\s+|\s+#+$", "", first)
    prose = _SENTENCE_END.search(first[-8:]) and not re.search(r"[?!][\"'”’»)]*$", first[-8:])
    below_title = credit(second) or _date_line(second)
    followed = blank_follows or len(second) > len(first) or below_title is not None
    is_title = (
        len(first) <= _MAX_TITLE
        and not prose
        and followed
        and has_words(title)
        and has_words(rest)
        and not _LIST_ITEM.match(first)
    )
    return (title, rest) if is_title else (None, text)
