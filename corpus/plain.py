"""Plain text: which line breaks separate paragraphs, which line is the title, which the byline."""

import re
from itertools import pairwise

from corpus.credits import masthead
from corpus.draft import Draft, Metadata
from corpus.fields import fields_of
from corpus.names import is_outlet
from corpus.text import clean, has_words

_LIST_ITEM = re.compile(r"(?:[-*•◦‣–—]|\(?(?:\d{1,3}|[a-zA-Z])[.)])\s")
_SENTENCE_END = re.compile(r"[.!?…。！？][\"'”’»)\]]*$")
_HEADER_LINE = re.compile(r"([A-Za-z][A-Za-z _-]{1,24}):[ ]+(\S.{0,299})")
_LEADING_RULE = re.compile(r"(?:[=\-_*~#]{3,}\n+)+")
_RULE = re.compile(r"[=\-_*~#\s]{3,}")

# Measured on nothing but convention: mail and editors wrap at 60 to 80, telegrams at 50.
_WRAP_WIDTHS = range(50, 101)
# How far from full a wrapped line may stop, beyond the word that did not fit; one that ends with
# a sentence may be the last of a paragraph.
_WRAP_SLACK, _WRAP_SLACK_AT_END = 12, 4
_LONG_LINE = 120  # a line longer than this was never wrapped by hand
_MAX_TITLE = 150
_MAX_MASTHEAD = 5  # lines between a title and the text


def draft_of_text(text: str) -> Draft:
    """The draft of decoded plain text."""
    metadata, text = header(clean(text))
    text = paragraphs(text)
    title, rest = _split_title(text)
    if title is None and metadata.get("title") is None:
        return Draft(text, metadata)
    if title is not None:
        own = metadata.get("title")
        metadata.offer("title", title, "first line")
        rest = rest if own is None or own.casefold() == title.casefold() else text
    return Draft(_take_masthead(rest, metadata), metadata)


def header(text: str) -> tuple[Metadata, str]:
    """What `Title: ...`, `Author: ...` lines at the start say, and the text below them."""
    metadata = Metadata()
    head, _, rest = text.removeprefix("---\n").partition("\n\n")
    lines = head.split("\n")
    if len(lines) > 1 and _RULE.fullmatch(lines[-1]):
        lines.pop()
    found = [_HEADER_LINE.fullmatch(line) for line in lines]
    entries = [(line[1], line[2]) for line in found if line]
    if len(entries) < 2 or len(entries) < len(lines) or not has_words(rest):
        return metadata, text
    known = list(fields_of(dict(entries)))
    if len({field for field, _, _ in known}) < 2:
        return metadata, text
    for field, value, key in known:
        metadata.offer(field, value, f"header: {key}")
    return metadata, _LEADING_RULE.sub("", rest)


def _take_masthead(text: str, metadata: Metadata) -> str:
    """`text` without the lines at its start that give byline and date, which `metadata` then has.

    A second date is no date of publication: it stays where it is.
    """
    for _ in range(_MAX_MASTHEAD):
        line, _, after = text.partition("\n")
        said = masthead(line, metadata)
        if not said and "author" in metadata.values and _is_paper(line):
            said = [("outlet", line, "byline in the text")]
        if not said or not has_words(after):
            break
        if any(field in metadata.values for field, _, _ in said):
            if not all(metadata.get(field) == value for field, value, _ in said):
                break
        for field, value, origin in said:
            metadata.offer(field, value, origin)
        text = after.lstrip("\n")
    return text


def _is_paper(line: str) -> bool:
    """Whether a line below a byline is the name of a paper and nothing else."""
    capitals = [word for word in line.split() if word[:1].isupper()]
    return is_outlet(line) and len(line.split()) <= 6 and len(capitals) >= len(line.split()) - 1


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
    stated = len(head) == 2 and masthead(head[1], Metadata())
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
    below_title = masthead(second, Metadata())
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
