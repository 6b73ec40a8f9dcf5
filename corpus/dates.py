"""A date as someone wrote it -> ISO 8601 as far as it is known, or None. Nothing is guessed."""

import re
import unicodedata
from datetime import date, datetime

# English, German, French, Spanish, Italian, Portuguese, Dutch, Swedish, Danish, Norwegian, Polish
# (but for listopada, which is October in Croatian), Russian and Ukrainian, without accents.
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan januar janner janvier janv enero ene gennaio gen janeiro januari"
            " stycznia января январь січня",
            "february feb februar feber fevrier fevr fev febrero febbraio fevereiro februari"
            " lutego февраля февраль лютого",
            "march mar marz maerz mrz mars marzo marco maart mrt marts marca марта март березня",
            "april apr avril avr abril abr aprile kwietnia апреля апрель квітня",
            "may mai mayo maggio mag maio mei maj maja мая маи травня",
            "june jun juni juin junio giugno giu junho czerwca июня июнь червня",
            "july jul juli juillet juil julio luglio lug julho lipca июля июль липня",
            "august aug aout agosto ago augustus augusti sierpnia августа август серпня",
            "september sept sep septembre septiembre setiembre settembre set setembro"
            " wrzesnia сентября сентябрь вересня",
            "october oct oktober okt octobre octubre ottobre ott outubro out"
            " pazdziernika октября октябрь жовтня",
            "november nov novembre noviembre novembro ноября ноябрь листопада",
            "december dec dezember dez decembre diciembre dic dicembre dezembro dez"
            " grudnia декабря декабрь грудня",
        ),
        1,
    )
    for name in names.split()
}
_MONTH = r"(?P<name>[^\W\d_]{3,10})\.?"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th|er|º|\.)?"
_YEAR = r"(?P<year>\d{4})(?:\s*(?:г|р)\.)?"
_DAYS_OF_THE_WEEK = frozenset(
    "mon monday tue tues tuesday wed weds wednesday thu thur thurs thursday fri friday sat saturday"
    " sun sunday montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag mo di mi do"
    " fr sa so lundi mardi mercredi jeudi vendredi samedi dimanche lunes martes miercoles jueves"
    " viernes sabado domingo lunedi martedi mercoledi giovedi venerdi sabato domenica maandag"
    " dinsdag woensdag donderdag vrijdag zaterdag zondag le el den am om il".split()
)
_FIRST_WORD = re.compile(r"([^\W\d_]{2,10})\.?,?\s+(?=\S)")
# A clock time written in words is dropped: the day is what is known for certain.
_CLOCK = (
    r"(?:,|\s+at|\s+um|\s+à|\s+a las|\s+alle(?: ore)?|\s+às|\s+kl\.?|\s+в|\s+[-–|·])?"
    r"\s+\d{1,2}(?:[:.h]\d{2}|\s*h\b|\s*uhr\b|\s*[ap]\.?m)[^\n]{0,20}"
)
_CLOCK_FIRST = re.compile(
    r"(?:at\s+)?\d{1,2}(?:[:.]\d{2}(?::\d{2})?(?:\s*[ap]\.?m\b\.?)?|\s*[ap]\.?m\b\.?)"
    r"(?:\s+[A-Z]{2,4}\b)?(?:\s*,|\s+on)?\s+(?=[^\W\d]|\d{1,2}\b)",
    re.IGNORECASE,
)

_ISO = re.compile(
    r"(\d{4})(?:([-/.])(\d{1,2})(?:\2(\d{1,2})"
    r"(?:(?:[Tt]|\s+)(\d{2}:\d{2}(?::\d{2})?)(?:[.,]\d+)?\s*(Z|z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?)?)?)?"
)
_ISO_THEN_CLOCK = re.compile(rf"(\d{{4}}-\d{{2}}-\d{{2}})(?:[Tt]\d|{_CLOCK}).{{0,40}}")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:T?\d{6}Z?)?")
_EAST_ASIAN = re.compile(r"(\d{4})\s?[年년]\s?(\d{1,2})\s?[月월]\s?(?:(\d{1,2})\s?[日일])?.{0,20}")
_ZONE_NAME = re.compile(r"\[[A-Za-z_/+-]+\]$")
# What programs write when they know no date.
_PLACEHOLDER = re.compile(r"(?:1970-01-01|1969-12-31)[T ]")
_NUMERIC = re.compile(rf"(\d{{1,2}})([/.-])(\d{{1,2}})\2(\d{{4}})(?:{_CLOCK})?")
_WRITTEN = tuple(
    re.compile(f"{form}(?:{_CLOCK})?", re.IGNORECASE)
    for form in (
        rf"{_DAY}[\s-]+(?:de\s+)?{_MONTH},?[\s-]+(?:de\s+|del\s+)?{_YEAR}",
        rf"{_MONTH}\s+{_DAY},?\s+{_YEAR}",
        rf"{_MONTH},?\s+(?:de\s+)?{_YEAR}",
    )
)
_RFC_2822 = re.compile(r"(?:[A-Za-z]{3},\s*)?\d{1,2} [A-Za-z]{3} \d{4} \d{2}:\d{2}.*")


def iso_date(value: object, *, day_first: bool = False) -> str | None:
    """ISO 8601 of what `value` says, no more and no less: `2024`, `2024-03`, `2024-03-10T14:05`.

    Takes ISO and written dates in several languages, `date`, `datetime` and a year as a number.
    None for what is no date, and for what could be two: `03/04/2025`, unless it is known that the
    day comes first. Time zones stay, fractions of a second go, and `Z` is written `+00:00`.
    """
    if isinstance(value, datetime):
        return value.replace(microsecond=0).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    text = _ZONE_NAME.sub("", " ".join(str(value)[:100].split()))
    text = _CLOCK_FIRST.sub("", text, count=1) if _CLOCK_FIRST.match(text) else text
    found = _iso(text) or _rfc_2822(text) or _written(text) or _numeric(text, day_first)
    return None if found and _PLACEHOLDER.match(found) else found


def written_month(name: str) -> int | None:
    """The number of the month with this name in any of the languages that are known."""
    return _MONTHS.get(_plain(name))


def _plain(word: str) -> str:
    decomposed = unicodedata.normalize("NFKD", word.casefold())
    return "".join(char for char in decomposed if char.isalpha())


def _iso(text: str) -> str | None:
    if compact := _COMPACT.fullmatch(text):
        return _day(*map(int, compact.groups()))
    if east := _EAST_ASIAN.fullmatch(text):
        day = _day(int(east[1]), int(east[2]), int(east[3] or 1))
        return day if day is None or east[3] else day[:7]
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
    zone = "+00:00" if zone in ("Z", "z", "UTC", "GMT") else zone or ""
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
    for _ in range(2):  # "Samstag, den 3. März 2024"
        first = _FIRST_WORD.match(text)
        if first and _plain(first[1]) in _DAYS_OF_THE_WEEK:
            text = text[first.end() :]
    for form in _WRITTEN:
        found = form.fullmatch(text)
        month = written_month(found["name"]) if found else None
        if found and month:
            parts = found.groupdict()
            day = _day(int(parts["year"]), month, int(parts.get("day") or 1))
            return day[:7] if day and not parts.get("day") else day
    return None


def _numeric(text: str, day_first: bool) -> str | None:
    found = _NUMERIC.fullmatch(text)
    if not found:
        return None
    first, second, year = int(found[1]), int(found[3]), int(found[4])
    if day_first:
        return _day(year, second, first)
    either = {_day(year, second, first), _day(year, first, second)} - {None}
    return either.pop() if len(either) == 1 else None


def _day(year: int, month: int, day: int) -> str | None:
    """The day in ISO 8601; None when there is none, or its year is a placeholder (0001)."""
    try:
        return date(year, month, day).isoformat() if 1000 <= year <= 2999 else None
    except ValueError:
        return None
