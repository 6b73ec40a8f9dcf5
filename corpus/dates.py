"""A date as someone wrote it -> ISO 8601 as far as it is known, or None. Nothing is guessed."""

import re
from datetime import date, datetime

_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_MONTH = (
    r"(?P<name>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>\d{4})"
_WEEKDAY = r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?\.?,?\s+)?"
# A clock time written in words is dropped: the day is what is known for certain.
_CLOCK = r"(?:,|\s+at|\s+[-–|·])?\s+\d{1,2}[:.h]\d{2}[^\n]{0,20}"

_ISO = re.compile(
    r"(\d{4})(?:([-/.])(\d{1,2})(?:\2(\d{1,2})"
    r"(?:(?:[Tt]|\s+)(\d{2}:\d{2}(?::\d{2})?)(?:[.,]\d+)?\s*(Z|z|[+-]\d{2}(?::?\d{2})?)?)?)?)?"
)
_ISO_THEN_CLOCK = re.compile(rf"(\d{{4}}-\d{{2}}-\d{{2}})(?:[Tt]\d|{_CLOCK}).{{0,40}}")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_NUMERIC = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4})")
_WRITTEN = tuple(
    re.compile(f"{_WEEKDAY}{form}(?:{_CLOCK})?", re.IGNORECASE)
    for form in (
        rf"{_DAY}\s+{_MONTH},?\s+{_YEAR}",
        rf"{_MONTH}\s+{_DAY},?\s+{_YEAR}",
        rf"{_MONTH},?\s+{_YEAR}",
    )
)
_RFC_2822 = re.compile(r"(?:[A-Za-z]{3},\s*)?\d{1,2} [A-Za-z]{3} \d{4} \d{2}:\d{2}.*")


def iso_date(value: object) -> str | None:
    """ISO 8601 of what `value` says, no more and no less: `2024`, `2024-03`, `2024-03-10T14:05`.

    Takes ISO and written English dates, `date`, `datetime` and a year as a number. None for what
    is no date, and for what could be two (`03/04/2025`). Time zones stay, fractions of a second
    go, and `Z` is written `+00:00`.
    """
    if isinstance(value, datetime):
        return value.replace(microsecond=0).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    text = " ".join(str(value)[:100].split())
    return _iso(text) or _rfc_2822(text) or _written(text) or _numeric(text)


def _iso(text: str) -> str | None:
    if compact := _COMPACT.fullmatch(text):
        return _day(*map(int, compact.groups()))
    found = _ISO.fullmatch(text)
    if not found:
        partly = _ISO_THEN_CLOCK.fullmatch(text)
        return _iso(partly.group(1)) if partly else None
    year, _, month, day, clock, zone = found.groups()
    if day:
        whole_day = _day(int(year), int(month), int(day))
        return _with_clock(whole_day, clock, zone) if whole_day and clock else whole_day
    if month:
        first = _day(int(year), int(month), 1) if len(month) == 2 else None
        return first[:7] if first else None
    return year if _day(int(year), 1, 1) else None


def _with_clock(day: str, clock: str, zone: str | None) -> str:
    zone = "+00:00" if zone in ("Z", "z") else zone or ""
    if zone and ":" not in zone:
        zone = f"{zone[:3]}:{zone[3:] or '00'}"
    try:
        datetime.fromisoformat(f"{day}T{clock}{zone}")
    except ValueError:
        return day  # a clock time that cannot be: the day still can
    return f"{day}T{clock}{zone}"


def _rfc_2822(text: str) -> str | None:
    if not _RFC_2822.fullmatch(text):
        return None
    from email.utils import parsedate_to_datetime

    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    return moment.isoformat() if _day(moment.year, 1, 1) else None


def _written(text: str) -> str | None:
    for form in _WRITTEN:
        if found := form.fullmatch(text):
            parts = found.groupdict()
            month = _MONTHS.index(parts["name"][:3].lower()) + 1
            day = _day(int(parts["year"]), month, int(parts.get("day") or 1))
            return day[:7] if day and not parts.get("day") else day
    return None


def _numeric(text: str) -> str | None:
    found = _NUMERIC.fullmatch(text)
    if not found:
        return None
    first, second, year = int(found[1]), int(found[3]), int(found[4])
    either = {_day(year, second, first), _day(year, first, second)} - {None}
    return either.pop() if len(either) == 1 else None


def _day(year: int, month: int, day: int) -> str | None:
    """The day in ISO 8601; None when there is none, or its year is a placeholder (0001)."""
    try:
        return date(year, month, day).isoformat() if 1000 <= year <= 2999 else None
    except ValueError:
        return None
