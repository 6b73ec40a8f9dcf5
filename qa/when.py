"""The time that a question names -> the publication dates that it means.

"Last week" and "since March" are counted from a day; the words that say so find nothing and are
taken out of the question. "In March 2024" may be the time of what happened rather than of what was
written: then the words stay, and the dates are preferred, not demanded. Rules for English; a date
itself may be written as `corpus.dates` or dateparser knows it.
"""

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta

from corpus.dates import iso_date

_MONTHS = tuple(name.lower() for name in calendar.month_name)
_DAYS = tuple(name.lower() for name in calendar.day_name)
_SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}
_NUMBERS = {
    word: number
    for number, word in enumerate(
        "a one two three four five six seven eight nine ten eleven twelve".split()
    )
} | {"a": 1, "an": 1, "couple of": 2, "few": 3, "several": 5}
_MONTH = "|".join((*_MONTHS[1:], *(f"{name[:3]}\\." for name in _MONTHS[1:] if len(name) > 3)))
_COUNT = rf"\d{{1,3}}|{'|'.join(sorted(_NUMBERS, key=len, reverse=True))}"
_UNIT = r"(?:day|week|month|quarter|year|decade)s?|weekend|fortnight"
_YEAR = r"(?:1[5-9]|20)\d\d"
# A day, month or year that stands for itself.
_DATE = (
    rf"\d{{4}}-\d\d(?:-\d\d)?|(?:the )?\d{{1,2}}(?:st|nd|rd|th)?(?: of)? (?:{_MONTH})"
    rf"(?:,? {_YEAR})?"
    rf"|(?:{_MONTH}) \d{{1,2}}(?:st|nd|rd|th)?(?:,? {_YEAR})?(?!\d)|(?:early |late |mid-?)?"
    rf"(?:{_MONTH})(?:,? (?:of )?{_YEAR})?|(?:the )?(?:spring|summer|autumn|fall|winter) of {_YEAR}"
    rf"|(?:early |late |mid-?)?{_YEAR}\b(?!s)"
)
# One that is counted from today.
_RELATIVE = (
    rf"yesterday|today|tonight|this (?:{_UNIT}|morning|afternoon|evening|{'|'.join(_SEASONS)})"
    rf"|(?:the )?(?:last|past|previous) (?:(?:{_COUNT}) )?(?:{_UNIT})"
    rf"|last (?:{'|'.join((*_SEASONS, *_DAYS[:7], *_MONTHS[1:], 'night'))})"
    rf"|(?:{_COUNT}) (?:{_UNIT}) ago|the day before yesterday"
)
_ANY = rf"(?:{_RELATIVE}|{_DATE})"
# "the election of 2020": what happened then stands between the preposition and the year.
_EVENT = rf"(?:the |its |his |her )?(?:[\w'’-]+ ){{1,4}}?(?:of|in) (?={_YEAR}|{_MONTH})"
_PHRASE = re.compile(
    rf"\b(?:(?P<between>between|from) (?P<one>{_ANY}) (?:and|to|until|till|through) (?P<two>{_ANY})"
    rf"|(?P<how>since|after|before|until|till|up to|by|prior to|as of|as at|from|following"
    rf"|no later than|not before|in|on|during|within|over|throughout|around|of|for|dated) "
    rf"(?P<event>{_EVENT})?(?P<when>{_ANY})|(?P<bare>{_RELATIVE}))\b",
    re.IGNORECASE,
)
_NOW = re.compile(
    r"\b(?:the )?(?:latest|newest|most recent(?:ly)?|current(?:ly)?|now(?:adays)?|at present|"
    r"at the moment|these days|right now|so far|to date|up to now|as things stand|still|"
    r"as of (?:now|today)|as at today|today)\b",
    re.IGNORECASE,
)
# What shows that a date is that of an article and not of what happened.
_OF_ARTICLES = re.compile(
    r"\b(?:articles?|stor(?:y|ies)|reports?|reported|coverage|news|pieces?|published|written|"
    r"wrote|headlines?|papers?|according to|say|said|says|write)\b",
    re.IGNORECASE,
)
_COUNTED = re.compile(
    r"\s+(?!and|or|in|at|on|about|to|by|was|were|is|are|did|do|does|say|said)[a-z]"
)
_SEASON = re.compile(rf"\b({'|'.join(_SEASONS)}) of $", re.IGNORECASE)
_NO_DATE = re.compile(r"\b(?:may|march|fall|sun|mon)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class When:
    """The dates a question means, inclusive ISO bounds, and how it means them.

    `demanded` is whether only articles of these dates may answer; else the dates may also be those
    of the event. `latest` is whether the newest answer is wanted. `rest` is the question without
    the words that only say when to look, `said` those words.
    """

    rest: str
    start: str | None = None
    end: str | None = None
    demanded: bool = False
    latest: bool = False
    said: str = ""

    @property
    def bounded(self) -> bool:
        """Whether it has any date."""
        return bool(self.start or self.end)


def understand(text: str, today: date) -> When:
    """What a question says about time, counted from `today`."""
    latest = bool(_NOW.search(text))
    if latest:
        # The words for now find nothing: an article calls its own day neither now nor latest.
        bare = re.sub(r"\s+([?.!,])", r"\1", " ".join(_NOW.sub(" ", text).split()))
        text = bare if re.search(r"\w{3}", bare) else text
    for found in _PHRASE.finditer(text):
        bounds = _bounds(found, today)
        if bounds is None:
            continue
        start, end = bounds
        how = (found["how"] or "").lower()
        phrase = found["when"] or found["one"] or found["bare"]
        relative = re.fullmatch(_RELATIVE, phrase, re.IGNORECASE)
        about = _OF_ARTICLES.search(text[: found.start()] + text[found.end() :])
        demanded = bool(relative or about)
        cut = found.start()
        if found["event"] and not _SEASON.search(found["event"]):
            # What happened then is still what is asked about; only its date goes.
            cut = text.rindex(" ", 0, found.end("event") - 1)
        rest = " ".join(f"{text[:cut]} {text[found.end() :]}".split())
        rest = re.sub(r"\s+([?.!,])", r"\1", rest)
        as_of = how in ("as of", "as at")
        return When(rest, start, end, demanded, latest or as_of, phrase)
    return When(text, latest=latest)


def _bounds(found: re.Match[str], today: date) -> tuple[str | None, str | None] | None:
    """Inclusive bounds of one phrase; None when it is no date after all."""
    if found["between"]:
        one, two = _span(found["one"], today), _span(found["two"], today)
        if one is None or two is None or one[0] > two[1]:
            return None
        return _iso(one[0]), _iso(two[1])
    how = (found["how"] or "").lower()
    # "may" and "march" alone are verbs more often than months.
    phrase = found["when"] or found["bare"]
    after = found.string[found.end() :]
    if how in ("of", "for") and phrase.isdigit() and _COUNTED.match(after):
        return None  # "the price of 2000 eggs"
    season = _SEASON.search(found["event"] or "")
    if season and found["event"]:
        phrase = f"{season[1]} of {phrase}"
    if _NO_DATE.fullmatch(phrase) and how in ("of", "for", "by", "around"):
        return None
    span = _span(phrase, today)
    if span is None:
        return None
    first, last = span
    inside = bool(found["event"]) and not season  # the event lies somewhere in its year
    if how in ("since", "from") and re.fullmatch(
        r"(?:the )?(?:last|past|previous|this) .*", phrase
    ):
        return _iso(first), _iso(last)
    if how in ("since", "from", "not before"):
        return _iso(first), None
    if how in ("after", "following"):
        return _iso(first if inside else last + timedelta(days=1)), None
    if how in ("before", "prior to"):
        return None, _iso(last if inside else first - timedelta(days=1))
    if how in ("until", "till", "up to", "by", "no later than", "as of", "as at"):
        return None, _iso(last)
    if inside:
        return None  # "in the election of 2020" is what is asked about
    return _iso(first), _iso(last)


def _iso(day: date) -> str:
    return day.isoformat()


def _span(phrase: str, today: date) -> tuple[date, date] | None:
    """First and last day of a phrase; None when it names no day that there is."""
    words = " ".join(phrase.lower().replace(".", "").split()).removeprefix("the ")
    try:
        return _relative(words, today) or _absolute(words, today)
    except (ValueError, OverflowError):
        return None


def _relative(words: str, today: date) -> tuple[date, date] | None:
    day = timedelta(days=1)
    if words in ("today", "tonight", "this morning", "this afternoon", "this evening"):
        return today, today
    if words in ("yesterday", "last night"):
        return today - day, today - day
    if words == "day before yesterday":
        return today - 2 * day, today - 2 * day
    if found := re.fullmatch(rf"({_COUNT}) ({_UNIT}) ago", words):
        then = _back(today, _number(found[1]), found[2])
        return _period(then, found[2])
    if found := re.fullmatch(rf"(?:last|past|previous) ({_COUNT}) ({_UNIT})", words):
        return _back(today, _number(found[1]), found[2]), today
    if found := re.fullmatch(rf"(last|past|previous|this) ({_UNIT})", words):
        if found[1] == "this":
            return _period(today, found[2])[0], today
        if found[1] == "past":
            return _back(today, 1, found[2]), today
        return _period(_back(_period(today, found[2])[0], 1, found[2]), found[2])
    if found := re.fullmatch(r"(last|this) (\w+)", words):
        name = found[2]
        if name in _DAYS:
            behind = (today.weekday() - _DAYS.index(name)) % 7 or 7
            return today - behind * day, today - behind * day
        if name in _SEASONS:
            return _season(name, today, this=found[1] == "this")
        if name in _MONTHS:
            return _month(today.year - (_MONTHS.index(name) >= today.month), _MONTHS.index(name))
    return None


def _absolute(words: str, today: date) -> tuple[date, date] | None:
    part = re.match(r"(early|late|mid)[ -]?", words)
    words = words[part.end() :] if part else words
    if found := re.fullmatch(rf"({'|'.join(_SEASONS)}) of ({_YEAR})", words):
        return _season_of(found[1], int(found[2]))
    year = re.search(_YEAR, words)
    month = next(
        (n for n, name in enumerate(_MONTHS) if n and re.search(rf"\b{name[:3]}", words)), 0
    )
    if month and not re.search(r"\d{4}-", words):
        number = re.search(r"\b(\d{1,2})(?:st|nd|rd|th)?\b", words)
        known = int(year[0]) if year else today.year - (month > today.month)
        if number:
            only = date(known, month, int(number[1]))
            if not year and only > today:
                only = only.replace(year=known - 1)
            return only, only
        return _month(known, month)
    known_as = iso_date(words)
    if known_as is None:
        return None
    numbers = [int(piece) for piece in known_as[:10].split("-")]
    if len(numbers) == 3:
        only = date(*numbers)
        return only, only
    if len(numbers) == 2:
        return _month(numbers[0], numbers[1])
    return date(numbers[0], 1, 1), date(numbers[0], 12, 31)


def _number(word: str) -> int:
    return int(word) if word.isdigit() else _NUMBERS[word]


def _back(day: date, count: int, unit: str) -> date:
    """The day `count` units before."""
    days = {"day": 1, "week": 7, "weekend": 7, "fortnight": 14}.get(unit.rstrip("s"))
    if days:
        return day - timedelta(days=days * count)
    months = count * {"month": 1, "quarter": 3, "year": 12, "decade": 120}[unit.rstrip("s")]
    total = day.year * 12 + day.month - 1 - months
    year, month = divmod(total, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def _period(day: date, unit: str) -> tuple[date, date]:
    """First and last day of the calendar week, month, quarter, year or decade around a day."""
    unit = unit.rstrip("s")
    if unit in ("week", "fortnight"):
        monday = day - timedelta(days=day.weekday())
        return monday, monday + timedelta(days=6)
    if unit == "weekend":
        saturday = day - timedelta(days=(day.weekday() - 5) % 7)
        return saturday, saturday + timedelta(days=1)
    if unit == "month":
        return _month(day.year, day.month)
    if unit == "quarter":
        first = 3 * ((day.month - 1) // 3) + 1
        return date(day.year, first, 1), _month(day.year, first + 2)[1]
    if unit == "year":
        return date(day.year, 1, 1), date(day.year, 12, 31)
    if unit == "decade":
        first = day.year - day.year % 10
        return date(first, 1, 1), date(first + 9, 12, 31)
    return day, day


def _month(year: int, month: int) -> tuple[date, date]:
    return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])


def _season(name: str, today: date, *, this: bool) -> tuple[date, date]:
    first, last = _season_of(name, today.year)
    if this and first <= today:
        return first, min(last, today)
    while last >= today:
        first, last = _season_of(name, first.year - 1)
    return first, last


def _season_of(name: str, year: int) -> tuple[date, date]:
    """The three months of a northern season; a winter is named after the year it begins in."""
    first = _SEASONS[name]
    end = _back(date(year, first, 1), -2, "month")
    return date(year, first, 1), _month(end.year, end.month)[1]
