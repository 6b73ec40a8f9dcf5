"""A phrase for a time -> its first and last day: "last week", "the first half of 2023".

Counted from a day where the phrase is relative. Rules for English; a date itself may be written as
`corpus.dates` knows it.
"""

import calendar
import re
from datetime import date, timedelta

from corpus.dates import iso_date

_MONTHS = tuple(name.lower() for name in calendar.month_name)
_DAYS = tuple(name.lower() for name in calendar.day_name)
SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}
_NUMBERS = {
    word: number
    for number, word in enumerate(
        "a one two three four five six seven eight nine ten eleven twelve".split()
    )
} | {"a": 1, "an": 1, "a couple of": 2, "couple of": 2, "a few": 3, "few": 3, "several": 5}
MONTH = "|".join((*_MONTHS[1:], *(f"{name[:3]}\\." for name in _MONTHS[1:] if len(name) > 3)))
_COUNT = rf"\d{{1,3}}|{'|'.join(sorted(_NUMBERS, key=len, reverse=True))}"
_UNIT = r"(?:day|week|month|quarter|year|decade)s?|weekend|fortnight"
_SEASON = "spring|summer|autumn|fall|winter"
DAY = "|".join(_DAYS)
YEAR = r"(?:1[5-9]|20)\d\d"
# A day, month or year that stands for itself.
_DATE = (
    rf"\d{{4}}-\d\d(?:-\d\d)?|(?:the )?\d{{1,2}}(?:st|nd|rd|th)?(?: of)? (?:{MONTH})"
    rf"(?:,? {YEAR})?"
    rf"|(?:{MONTH}) \d{{1,2}}(?:st|nd|rd|th)?(?:,? {YEAR})?(?!\d)|(?:early |late |mid-?)?"
    rf"(?:{MONTH})(?:,? (?:of )?{YEAR})?|(?:the )?(?:{_SEASON})(?: of)? {YEAR}(?:[/–-]\d\d)?\b"
    rf"|(?:early |late |mid-?)?{YEAR}\b(?!s)"
    rf"|(?:Q[1-4]|H[12]),? (?:of )?{YEAR}|(?:the )?(?:early |late |mid-?)?{YEAR[:-4]}\d0s"
    rf"|(?:the )?(?:1[5-9]|20|21)th century|Easter(?: {YEAR})?|Christmas(?: {YEAR})?"
)
# A part of a year or month: "the first half of 2023", "the end of May".
PART = (
    r"(?:the )?(?:beginning|start|middle|end|close|turn|first half|second half|first quarter|"
    r"second quarter|third quarter|fourth quarter|last quarter|first week|second week|"
    r"third week|fourth week|last week|week|first weekend|last weekend|first days|last days) of "
)
_DATE = rf"(?:(?:{PART})?(?:{_DATE}))"
# One that is counted from today.
RELATIVE = (
    rf"yesterday|today|tonight|tomorrow|this (?:{_UNIT}|morning|afternoon|evening|{_SEASON}|{DAY})"
    rf"|(?:early |late |earlier |later )(?:this|last) (?:{_UNIT}|{_SEASON})"
    rf"|(?:the )?(?:last|past|previous) (?:(?:{_COUNT}) )?(?:{_UNIT})(?! of\b)"
    rf"|last (?:{_SEASON}|{DAY}|{'|'.join(_MONTHS[1:])}|night)"
    rf"|(?:the )?(?:next|coming) (?:(?:{_COUNT}) )?(?:{_UNIT})|next (?:{_SEASON}|{DAY})"
    rf"|(?:{_COUNT}) (?:{_UNIT}) ago|the day before yesterday|the weekend"
    r"|(?:the )?(?:week|month|year) before last|(?:this time|the same time) last year"
)
RELATIVE = rf"{RELATIVE}|{PART}(?:this|last|the (?:past|previous)) (?:{_UNIT})"
# A weekday or a season alone means one only behind "on" or "in".
ALONE = rf"(?:{DAY})(?: (?:morning|afternoon|evening|night))?|(?:the )?(?:{_SEASON})"
ANY = rf"(?:{RELATIVE}|{_DATE})"


def span(phrase: str, today: date) -> tuple[date, date] | None:
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
    if words == "yesterday":
        return today - day, today - day
    if words == "last night":
        return today - day, today
    if words == "tomorrow":
        return today + day, today + day
    if words == "weekend":
        return _period(today - 4 * day if today.weekday() < 5 else today, "weekend")
    if found := re.match(r"(early|late|earlier|later) (?=this|last)", words):
        whole = span(words[found.end() :], today)
        return whole and _part(found[1], *whole)
    if found := re.fullmatch(rf"{_PART_OF}((?:this|last|past|previous) .+)", words):
        whole = _relative(found[2], today)
        if whole and found[2].startswith("this"):
            whole = _period(today, found[2].split()[-1])
        return whole and _part(found[1], *whole)
    if words in ("this time last year", "same time last year"):
        then = _back(today, 1, "year")
        return _month(then.year, then.month)
    if found := re.fullmatch(r"(week|month|year) before last", words):
        return _period(_back(_period(today, found[1])[0], 2, found[1]), found[1])
    if words == "day before yesterday":
        return today - 2 * day, today - 2 * day
    if found := re.fullmatch(rf"({_COUNT}) ({_UNIT}) ago", words):
        then = _back(today, _number(found[1]), found[2])
        return _period(then, found[2])
    if found := re.fullmatch(rf"(?:last|past|previous) ({_COUNT}) ({_UNIT})", words):
        return _back(today, _number(found[1]), found[2]), today
    if found := re.fullmatch(rf"(?:next|coming) ({_COUNT}) ({_UNIT})", words):
        return today, _back(today, -_number(found[1]), found[2])
    if found := re.fullmatch(rf"(?:next|coming) ({_UNIT})", words):
        return _period(_back(_period(today, found[1])[0], -1, found[1]), found[1])
    if found := re.fullmatch(rf"(last|past|previous|this) ({_UNIT})", words):
        if found[1] == "this":
            return _period(today, found[2])[0], today
        if found[1] == "past":
            return _back(today, 1, found[2]), today
        if found[2] == "weekend" and today.weekday() < 5:
            return _period(today, "weekend")
        return _period(_back(_period(today, found[2])[0], 1, found[2]), found[2])
    if found := re.fullmatch(r"(last|this|next) (\w+)", words):
        name = found[2]
        if name in _DAYS and found[1] == "next":
            ahead = (_DAYS.index(name) - today.weekday()) % 7 or 7
            return today + ahead * day, today + ahead * day
        if name in SEASONS and found[1] == "next":
            first, last = _season_of(name, today.year)
            return (first, last) if first > today else _season_of(name, today.year + 1)
        if name in _DAYS:
            behind = (today.weekday() - _DAYS.index(name)) % 7 or 7
            return today - behind * day, today - behind * day
        if name in SEASONS:
            return _season(name, today, this=found[1] == "this")
        if name in _MONTHS:
            return _month(today.year - (_MONTHS.index(name) >= today.month), _MONTHS.index(name))
    return None


def _absolute(words: str, today: date) -> tuple[date, date] | None:
    if found := re.fullmatch(rf"{_PART_OF}(.+)", words):
        whole = span(found[2], today)
        return whole and _part(found[1], *whole)
    if words.split()[0] in _DAYS:  # "on Monday"
        behind = (today.weekday() - _DAYS.index(words.split()[0])) % 7
        return today - timedelta(days=behind), today - timedelta(days=behind)
    if words in SEASONS:
        return _season(words, today, this=True)
    part = re.match(r"(early|late|mid)[ -]?", words)
    words = words[part.end() :] if part else words
    if part and re.fullmatch(YEAR, words):
        return _part(part[1], date(int(words), 1, 1), date(int(words), 12, 31))
    if found := re.fullmatch(rf"(q|h)([1-4]),? (?:of )?({YEAR})", words):
        months, which = (3 if found[1] == "q" else 6), int(found[2])
        last = months * which
        return date(int(found[3]), last - months + 1, 1), _month(int(found[3]), last)[1]
    if decade := re.fullmatch(r"(\d\d\d0)s", words):
        first, last = _THIRDS[part[1]] if part else (0, 9)
        return date(int(decade[1]) + first, 1, 1), date(int(decade[1]) + last, 12, 31)
    if century := re.fullmatch(r"(\d\d)th century", words):
        return date(int(century[1]) * 100 - 99, 1, 1), date(int(century[1]) * 100, 12, 31)
    if found := re.fullmatch(rf"(easter|christmas)(?: ({YEAR}))?", words):
        return _feast(found[1], int(found[2]) if found[2] else None, today)
    if found := re.fullmatch(rf"({_SEASON})(?: of)? ({YEAR})(?:[/–-]\d\d)?", words):
        return _season_of(found[1], int(found[2]))
    year = re.search(YEAR, words)
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
        days = _month(known, month)
        return _part(part[1], *days) if part else days
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


_PART_OF = PART.replace("(?:", "(", 2).replace("(the )?", "(?:the )?")
# The years of a decade that are early, late or in the middle; the days of a month that are.
_THIRDS = {"early": (0, 3), "mid": (3, 6), "late": (6, 9)}
_IN_MONTH = {
    "early": (1, 12), "earlier": (1, 31), "beginning": (1, 12), "start": (1, 12), "mid": (9, 22),
    "middle": (9, 22), "late": (18, 31), "later": (1, 31), "end": (20, 31), "close": (20, 31),
    "first week": (1, 8), "second week": (7, 15), "third week": (14, 22), "fourth week": (21, 29),
    "last week": (22, 31), "first weekend": (1, 7), "last weekend": (24, 31),
    "first days": (1, 7), "last days": (24, 31), "first half": (1, 16), "second half": (15, 31),
}  # fmt: skip
_IN_YEAR = {
    "early": (1, 4), "beginning": (1, 4), "start": (1, 4), "mid": (4, 9), "middle": (4, 9),
    "late": (9, 12), "end": (9, 12), "close": (9, 12), "first half": (1, 6),
    "second half": (7, 12), "first quarter": (1, 3), "second quarter": (4, 6),
    "third quarter": (7, 9), "fourth quarter": (10, 12), "last quarter": (10, 12),
    "turn": (1, 1), "earlier": (1, 12), "later": (1, 12),
}  # fmt: skip


def _part(name: str, first: date, last: date) -> tuple[date, date]:
    """A part of a year to the month, of a month to the week; all of what is shorter."""
    if name == "week":
        return _period(first, "week")
    if (last - first).days > 300 and name in _IN_YEAR:
        start, end = _IN_YEAR[name]
        return date(first.year, start, 1), min(last, _month(last.year, end)[1])
    if 27 <= (last - first).days <= 31 and name in _IN_MONTH:
        start, end = _IN_MONTH[name]
        return first.replace(day=start), min(last, first + timedelta(days=end - 1))
    return first, last


def _feast(name: str, year: int | None, today: date) -> tuple[date, date]:
    """Easter or Christmas of a year, the last one before today where none is given."""
    known = year or today.year
    day = _easter(known) if name == "easter" else date(known, 12, 25)
    if year is None and day > today:
        return _feast(name, known - 1, today)
    return day, day + timedelta(days=1)


def _easter(year: int) -> date:
    """Easter Sunday (the anonymous Gregorian computus; Nature, 20 April 1876)."""
    century, rest = divmod(year, 100)
    leap, left = divmod(century, 4)
    moon = (19 * (year % 19) + century - leap - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    week = (32 + 2 * left + 2 * (rest // 4) - moon - rest % 4) % 7
    late = (year % 19 + 11 * moon + 22 * week) // 451
    month, day = divmod(moon + week - 7 * late + 114, 31)
    return date(year, month, day + 1)


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
    first = SEASONS[name]
    end = _back(date(year, first, 1), -2, "month")
    return date(year, first, 1), _month(end.year, end.month)[1]
