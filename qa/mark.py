"""Marks the words of a sentence that answer: what `qa.pointer` points at, in a form that fits.

For numbers and sums the candidate by form that stands nearest to the question's words, for people,
names and places the candidate that the pointer's span overlaps, and so for times and durations, but
where the span says a little more; for anything else that span itself, in whole words. Nothing is
marked where the pointer is unsure.
"""

import re

import numpy as np

from qa.features import Line, nearness
from qa.question import Kind, Question
from qa.spans import Span, candidates

# The least that the pointer must say for a span without a form of its own to be marked (tuned on
# squad-open by quarters, -99..3: from 0 on 86 % are marked, .44 of them exactly).
SURE = 0.0
# How long a span may be beside the form that it completes, in characters (tuned with it).
LONGER, MORE = 2, 6
_LITTLE = "the|a|an|of|in|on|at|by|to|for|from|with|as|and|or|that|which|was|were|is|are|be"
_BEFORE = re.compile(rf"(?:\W+|(?:{_LITTLE}|been|its|their|his|her)\b\s+)", re.IGNORECASE)
_AFTER = re.compile(rf"(?:\s+(?:{_LITTLE})|[\s,.;:()\"“”]+)$", re.IGNORECASE)
_COMPOUND = re.compile(r"(?:-\w+)+")


def marked(question: Question, line: Line) -> Span | None:
    """The span of a sentence that answers, by offsets in its text; None when unsure."""
    kind = question.kind
    found = candidates(question, line.text) if kind is not Kind.REASON else []
    nearest = _nearest(question, line, found)
    if (kind in (Kind.NUMBER, Kind.MONEY) and nearest) or not line.pointed:
        return nearest
    start, end = line.pointed.start - line.start, line.pointed.end - line.start
    overlapping = [(a, b) for a, b in found if a < end and start < b]
    if kind in (Kind.PERSON, Kind.NAME, Kind.PLACE) and (overlapping or nearest):
        return overlapping[0] if overlapping else nearest
    if kind in (Kind.TIME, Kind.DURATION) and nearest and not overlapping:
        return nearest
    if not overlapping and line.pointed.most < SURE:
        return None
    span = whole(line.text, start, end)
    return overlapping[0] if overlapping and not _completes(span, overlapping[0]) else span


def _completes(span: Span, form: Span) -> bool:
    """Whether a span says more than a form that it overlaps, and not another thing beside."""
    return not (form[0] <= span[0] and span[1] <= form[1]) and (
        span[1] - span[0] <= LONGER * (form[1] - form[0]) + MORE
    )


def _nearest(question: Question, line: Line, found: list[Span]) -> Span | None:
    """The candidate that stands nearest to the question's words."""
    weights = np.array([term.weight for term in question.terms])
    weights = weights / max(float(weights.sum()), 1e-6)
    return max(found, key=lambda span: (nearness(line, [span], weights), span), default=None)


def whole(text: str, start: int, end: int) -> Span:
    """A span grown to whole words and rid of little words and stops at its ends."""
    while start and text[start - 1].isalnum() and text[start].isalnum():
        start -= 1
    while end < len(text) and text[end].isalnum() and text[end - 1].isalnum():
        end += 1
    while start > 1 and text[start - 1] in "-–" and text[start - 2].isalnum():
        start -= 1
        while start and text[start - 1].isalnum():
            start -= 1
    if compound := _COMPOUND.match(text, end):
        end = compound.end()
    while (little := _BEFORE.match(text, start, end)) and little.end() < end:
        start = little.end()
    while (little := _AFTER.search(text[start:end])) and little.start():
        end = start + little.start()
    return start, end
