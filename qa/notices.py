"""The parts of an article that correct it or another one, and what they take back as a whole.

A correction may be an article, or a line of the article that it corrects; what stands around such
a line is right already. A retraction takes back a whole report.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

from corpus.article import Article
from index.sentences import sentences
from index.words import words
from qa.genre import is_notice, is_titled_correction, mistaken
from qa.quantities import quantities
from qa.question import is_function

# A correction that says it corrects "our report" and nothing nearer may be about any article with
# this share of its title's words.
ENTITLED = 0.5
_RETRACTS = re.compile(
    r"\bwe (?:hereby |have |are |fully )?(?:retract|withdraw|take back)(?:ed|n|ing)?\b"
    r"|\b(?:has|have|is|was|been) (?:been )?(?:retracted|withdrawn by (?:us|the paper))\b"
    r"|\b(?:this|the|our) (?:original )?(?:report|story|article|piece|account) (?:was|is) "
    r"(?:entirely |completely |wholly )?(?:false|untrue|fabricated|invented|made up|a hoax)\b"
    r"|\b(?:was|were|fell for) (?:taken in by )?an? (?:[\w’']+ ){0,3}hoax\b|\btaken in by\b"
    r"|^\W{0,5}(?:retraction|retracted)\b",
    re.IGNORECASE | re.MULTILINE,
)

# A date behind this is that of a report and no part of what it said.
_OF_REPORT = re.compile(
    r"\b(?:articles?|reports?|stor(?:y|ies)|pieces?|issues?|editions?|versions?|papers?|corrections?|"
    r"published|reported|wrote|said|stated|gave) (?:of|on|from|in|last)\s(?:the\s|last\s)?$"
    r"|^\W*(?:on|in|last)\s$|\($",
    re.IGNORECASE,
)


def same_outlet(one: Article, other: Article) -> bool:
    """Whether two articles are of one outlet, as far as both name one or neither does."""
    return " ".join(words(one.outlet or "")) == " ".join(words(other.outlet or ""))


def not_before(one: Article, other: Article) -> bool:
    """Whether an article may be as new as another: by its date, as far as both have one."""
    if not one.published or not other.published:
        return True
    return one.published[:10] >= other.published[: len(one.published)][:10]


def notice_lines(article: Article) -> tuple[tuple[int, int], ...]:
    """The sentences of an article that correct something: all of a correction, or some lines."""
    return _lines(article.text, is_titled_correction(article))


@lru_cache(maxsize=64)
def _lines(text: str, whole: bool) -> tuple[tuple[int, int], ...]:
    if not whole:
        parts = [found.span() for found in re.finditer(r"[^\n]+", text)]
        told = [
            part
            for number, part in enumerate(parts)
            if is_notice(text[slice(*part)]) or _headed(text, parts, number)
        ]
        if not told:
            return ()
    every = sentences(text)
    if whole:
        return tuple(every)
    return tuple(s for s in every if any(start <= s[0] and s[1] <= end for start, end in told))


def _headed(text: str, parts: Sequence[tuple[int, int]], number: int) -> bool:
    """Whether the paragraph above is only the heading of a correction."""
    if not number:
        return False
    above = text[slice(*parts[number - 1])]
    return len(above) < 60 and is_notice(above)


def mistakes_of(article: Article, text: str, start: int) -> list[tuple[int, int]]:
    """The clauses of a sentence that tell a mistake: none outside the lines that correct."""
    end = start + len(text)
    if not any(first < end and start < last for first, last in notice_lines(article)):
        return []
    return mistaken(text)


def taken_back(article: Article) -> tuple[int, int] | None:
    """Where an article says that a report is taken back, with the sentence that follows."""
    lines = notice_lines(article)
    for number, (start, end) in enumerate(lines):
        if _RETRACTS.search(article.text[start:end]):
            following = lines[number + 1 : number + 2]
            near = following and "\n" not in article.text[end : following[0][0]]
            return start, following[0][1] if near else end
    return None


def retracts(notice: Article, article: Article) -> bool:
    """Whether what an article takes back is this one: it itself, or one with words of its title."""
    if taken_back(notice) is None:
        return False
    if notice.id == article.id:
        return not is_titled_correction(article)
    if not same_outlet(notice, article) or not not_before(notice, article):
        return False
    told = set(words(f"{notice.title} {notice.text[:400]}"))
    title = {word for word in words(article.title) if not is_function(word)}
    return len(title & told) >= ENTITLED * max(1, len(title)) and is_titled_correction(notice)


def dates_report(text: str, at: int) -> bool:
    """Whether a date at this place of a sentence is that of a report and not what it said."""
    return bool(_OF_REPORT.search(text[:at]))


def wrong_figures(notice: Article) -> set[float]:
    """The figures that a correction calls wrong and does not give as right anywhere."""
    wrong: set[float] = set()
    right: set[float] = set()
    for start, end in notice_lines(notice):
        text = notice.text[start:end]
        areas = mistakes_of(notice, text, start)
        for known in quantities(text):
            inside = any(s <= known.start and known.end <= e for s, e in areas)
            (wrong if inside else right).add(known.number)
    return wrong - right
