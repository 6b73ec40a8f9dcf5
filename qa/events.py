"""When something happened, by the sentence that tells it: "on Sunday" is counted from the article.

A time within a sentence becomes days, relative to the day on which its article was published.
"""

import re
from datetime import date, timedelta
from functools import lru_cache

from corpus.article import Article
from index.sentences import sentences
from qa.days import ANY, DAY, MONTH, YEAR, span

# Sentences at the start of an article that date what it is about.
LEAD = 2
# "The election takes place on 25 September": a day without a year so near is to come.
SOON = timedelta(days=120)
_TIME = re.compile(rf"\b(?:{ANY}|{DAY})(?!\w)", re.IGNORECASE)
_AHEAD = re.compile(r"\b(?:will|would|(?:is|are|due) to|plans?|until|next|coming)\b", re.I)
_YEAR_BEFORE = re.compile(r"\b(?:an?|the|one) year (?:earlier|before)\b|\bthe year before\b", re.I)
# What is only compared with that time is not told of it.
_COMPARED = re.compile(
    r"\b(?:than|as|compared (?:with|to))\s+(?:(?:in|on|at|of|during)\s+)?$"
    r"|\b(?:\w+est|first|worst|most)\b[^.;]{0,60}\bsince\s+"
    r"(?:(?:the|that|its)\s+(?:[\w’'-]+\s+){1,4}(?:of|in)\s+)?$"
)
# How far before a time that stands.
BEFORE = 100
_YEARLESS = re.compile(rf"\b(?:{MONTH})", re.IGNORECASE)
Days = tuple[date, date]


def told_of(article: Article, start: int, end: int, days: tuple[str | None, str | None]) -> bool:
    """Whether a sentence of an article dates what it tells within these days."""
    published = day_of(article.published)
    return published is not None and _within(times(article.text[start:end], published), days)


def leads_with(article: Article, start: int, end: int, days: tuple[str | None, str | None]) -> bool:
    """Whether the beginning of an article dates what it tells within these days.

    And the sentence itself does not date it otherwise.
    """
    published = day_of(article.published)
    if published is None or of_other_days(article, start, end, days):
        return False
    first = sentences(article.text[:1200])[:LEAD]
    return any(_within(times(article.text[s:e], published), days) for s, e in first)


def of_other_days(
    article: Article, start: int, end: int, days: tuple[str | None, str | None]
) -> bool:
    """Whether a sentence of an article names days, and none of these."""
    published = day_of(article.published)
    named = times(article.text[start:end], published) if published else ()
    return bool(named) and not _within(named, days)


def begun(article: Article, start: int, end: int, today: date) -> bool:
    """Whether a sentence can tell when something was: not where it names only days to come."""
    published = day_of(article.published)
    found = _told(article.text[start:end], published) if published else ()
    return not found or any(first <= today for first, _ in found)


def coming(article: Article, start: int, end: int) -> bool:
    """Whether a sentence can tell when something will be: not where it names only days past."""
    published = day_of(article.published)
    found = _told(article.text[start:end], published) if published else ()
    return published is None or not found or any(last > published for _, last in found)


def _told(sentence: str, published: date) -> tuple[Days, ...]:
    """The days of what is told: not that of the telling ("the operator announced this morning")."""
    every = times(sentence, published)
    fresh = published - timedelta(days=7)
    return tuple(days for days in every if not fresh < days[0] <= days[1] <= published) or every


@lru_cache(maxsize=4096)
def times(sentence: str, published: date) -> tuple[Days, ...]:
    """The days that a sentence names, of an article of this date."""
    found = []
    for match in _TIME.finditer(sentence):
        phrase = match[0]
        if _COMPARED.search(sentence, max(0, match.start() - BEFORE), match.start()):
            continue
        days = span(phrase, published)
        if days is None:
            continue
        if _YEARLESS.search(phrase) and not re.search(YEAR, phrase):
            days = _meant(days, published, ahead=bool(_AHEAD.search(sentence)))
        elif re.fullmatch(DAY, phrase, re.IGNORECASE) and _AHEAD.search(sentence):
            week = timedelta(days=7)
            found.append((days[0] + week, days[1] + week))  # it may also be the coming one
        found.append(days)
    if _YEAR_BEFORE.search(sentence):
        found.append((date(published.year - 1, 1, 1), date(published.year - 1, 12, 31)))
    return tuple(found)


def compared(text: str, start: int, end: int, said: str) -> bool:
    """Whether a sentence only compares with a time: "six times as many as in 2020"."""
    at = text.lower().find(said.lower(), start, end)
    return at >= 0 and bool(_COMPARED.search(text, max(start, at - BEFORE), at))


def _meant(days: Days, published: date, *, ahead: bool) -> Days:
    """Days of a month without a year: those to come where the sentence looks ahead, or soon."""
    try:
        later = (days[0].replace(year=days[0].year + 1), days[1].replace(year=days[1].year + 1))
    except ValueError:  # 29 February
        return days
    wait, past = later[0] - published, published - days[1]
    return later if wait < past and (ahead or wait < SOON) else days


def _within(found: tuple[Days, ...], days: tuple[str | None, str | None]) -> bool:
    start, end = days
    return any(
        (start is None or first.isoformat() >= start) and (end is None or last.isoformat() <= end)
        for first, last in found
    )


def day_of(published: str | None) -> date | None:
    """The day of an ISO date; None where only a month or a year is known."""
    try:
        return date.fromisoformat((published or "")[:10])
    except ValueError:
        return None
