"""The text of a mail -> what its sender wrote: lines of others that a reply quotes are left out.

A quote of a reply would be shown with the byline of whoever replied.
"""

import re

from corpus.text import has_words

_QUOTE = re.compile(r"^[ \t]?>")
_WROTE = re.compile(r"^.{0,300}(?:wrote|writes|schrieb|a écrit|escribió)\s?.{0,60}:\s*$", re.I)
_ORIGINAL = re.compile(r"^-{2,}\s?(?:original message|ursprüngliche nachricht)\s?-{2,}\s*$", re.I)
_MAX_ATTRIBUTION = 3  # lines over which "On Monday, A B <address> wrote:" may be wrapped


def unflowed(text: str, *, joined: bool = False) -> str:
    """`text` in format=flowed (RFC 3676) with its paragraphs on one line each.

    `joined` is its DelSp: the space at a soft line break is then no part of the text.
    """
    out: list[list[str]] = []  # the pieces of each line
    depth, open_line = 0, False
    for line in text.split("\n"):
        line = line.rstrip("\r")
        marks = len(line) - len(line.lstrip(">"))
        rest = line[marks:].removeprefix(" ")
        is_soft = rest.endswith(" ") and rest != "-- "
        rest = rest[:-1] if is_soft and joined else rest
        if open_line and marks == depth and rest != "-- ":
            out[-1].append(rest)
        else:
            out.append([f"{'>' * marks}{' ' if marks else ''}{rest}"])
        depth, open_line = marks, is_soft
    return "\n".join("".join(pieces) for pieces in out)


def without_quotes(text: str, *, is_reply: bool) -> str:
    """`text` without what it quotes of other messages; in a mail that is no reply, only unmarked.

    A message that holds nothing but quotes keeps them.
    """
    lines = text.split("\n")
    bare = "\n".join(re.sub(r"^(?:[ \t]?>)+ ?", "", line) for line in lines)
    if not is_reply:
        return bare
    kept: list[str] = []
    for number, line in enumerate(lines):
        if _ORIGINAL.match(line):
            break
        if _QUOTE.match(line):
            if number and not _QUOTE.match(lines[number - 1]):
                _drop_attribution(kept)
            continue
        kept.append(line)
    own = "\n".join(kept)
    return own if has_words(own) else bare


def _drop_attribution(kept: list[str]) -> None:
    """Take the line that introduces a quote off the end of `kept`, with the blank ones after it."""
    end = len(kept)
    while end and not kept[end - 1].strip():
        end -= 1
    for length in range(1, _MAX_ATTRIBUTION + 1):
        start = end - length
        if start < 0 or not kept[start].strip():
            return
        if _WROTE.match(" ".join(kept[start:end])):
            begins = re.match(r"^(?:on|am|le|el)\b", kept[start], re.IGNORECASE)
            if begins or length == _MAX_ATTRIBUTION or start == 0 or not kept[start - 1].strip():
                del kept[start:]
                return
