"""Marks the words of a sentence that answer: what `index.joint` reads, in whole words.

Where that is not sure, and a number, a sum, a time or a person is asked for, the words of that form
that it overlaps are marked, or those that stand nearest to the question's words. Nothing is marked
where it is unsure and there is no form to go by.
"""

import re

import numpy as np

from qa.features import Line, nearness
from qa.question import COUNTED, Kind, Question
from qa.spans import Span, candidates

# How likely a span must be to be marked at all, and to be marked whatever its form (tuned on half
# of squad-open, read by adapters that had not seen it, 0..0.5 and 0.3..0.8).
LEAST, SURE = 0.05, 0.5
_FORMED = (*COUNTED, Kind.TIME, Kind.PERSON)
_LITTLE = "the|a|an|of|in|on|at|by|to|for|from|with|as|and|or|that|which|was|were|is|are|be"
_BEFORE = re.compile(rf"(?:\W+|(?:{_LITTLE}|been|its|their|his|her)\b\s+)", re.IGNORECASE)
_AFTER = re.compile(rf"(?:\s+(?:{_LITTLE})|[\s,.;:()\"“”]+)$", re.IGNORECASE)
_COMPOUND = re.compile(r"(?:-\w+)+")


def marked(question: Question, line: Line) -> Span | None:
    """The span of a sentence that answers, by offsets in its text; None when unsure."""
    found = candidates(question, line.text) if question.kind is not Kind.REASON else []
    nearest = _nearest(question, line, found)
    if not line.read or line.read.certain < LEAST:
        return nearest
    start, end = whole(line.text, line.read.start, line.read.end)
    if question.kind in _FORMED and nearest and line.read.certain < SURE:
        overlapping = [form for form in found if form[0] < end and start < form[1]]
        return max(overlapping, key=lambda f: min(f[1], end) - max(f[0], start), default=nearest)
    return start, end


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
