"""The span that answers -> a value that compares: numbers, sums, dates, names.

"€38m", "38 million euros" and "thirty-eight million" are one value; "about 40" and "41" do not
differ. Two dates differ only in what both of them tell.
"""

import re
from dataclasses import dataclass

from index.words import fold
from qa.question import COUNTED, Kind, Question
from qa.speech import same_person

_SCALES = {
    "hundred": 1e2, "thousand": 1e3, "k": 1e3, "million": 1e6, "m": 1e6, "mn": 1e6, "billion": 1e9,
    "bn": 1e9, "trillion": 1e12, "dozen": 12, "dozens": 12, "hundreds": 1e2, "thousands": 1e3,
    "millions": 1e6,
}  # fmt: skip
_ONES = (
    {
        word: number
        for number, word in enumerate(
            "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
            "fifteen sixteen seventeen eighteen nineteen".split()
        )
    }
    | {
        word: 10 * number
        for number, word in enumerate(
            "twenty thirty forty fifty sixty seventy eighty ninety".split(), 2
        )
    }
    | {"a": 1, "an": 1, "half": 0.5, "twice": 2, "once": 1, "none": 0, "nobody": 0, "both": 2}
)
_NUMBER = re.compile(r"\d+(?:[,.\u00a0' ]\d{3})+(?:[.,]\d+)?|\d+(?:[.,]\d+)?")
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_HEDGE = re.compile(
    r"\b(?:about|around|some|nearly|almost|roughly|approximately|more than|over|up to|at least|"
    r"fewer than|less than|under|close to|just|an estimated|estimated|several)\W+(?:\w+\W+)?$",
    re.IGNORECASE,
)
_QUANTITY = re.compile(
    r"\b(?:rates?|toll|prices?|figures?|levels?|share|inflation|temperatures?|population|turnout|"
    r"unemployment|deficit|debt|costs?|value|growth|salary|wage|fee|fare|tax)\b",
    re.IGNORECASE,
)
_FIGURE = re.compile(
    r"[€£$¥]\s?\d[\d.,]{0,15}(?:\s?(?:million|billion|trillion|bn|mn|m)\b)?"
    r"|\b\d[\d.,]{0,15}(?:\s(?:million|billion|trillion))?\s?"
    r"(?:%|per ?cent\b|euros?\b|dollars?\b|pounds?\b|crowns?\b|francs?\b|degrees?\b)"
)
# How far a number that is only about right may be from the exact one.
ABOUT = 0.1


@dataclass(frozen=True, slots=True)
class Known:
    """A value that compares: `number` with its `unit`, or the parts of a date, or a name."""

    kind: Kind
    text: str
    number: float | None = None
    hedged: bool = False
    unit: str = ""
    day: tuple[int | None, int | None, int | None] | None = None
    clock: str = ""


def value_of(question: Question, sentence: str, span: tuple[int, int] | None) -> Known | None:
    """What the span of a sentence says; None where nothing there compares."""
    kind = question.kind
    if kind is Kind.THING and _QUANTITY.search(question.text):
        # "What is the bank's key rate?" has no form of its own, and one figure answers it.
        figures = [found.span() for found in _FIGURE.finditer(sentence)]
        if len(figures) != 1:
            return None
        kind, span = Kind.NUMBER, figures[0]
    if span is None:
        return None
    text = sentence[span[0] : span[1]]
    if kind in COUNTED:
        number = _number(text)
        if number is None:
            return None
        after = sentence[span[1] :]
        percent = bool(re.search(r"%|per ?cent", text + after[:10]))
        hedged = bool(_HEDGE.search(sentence[: span[0]])) or bool(_HEDGE.search(text[:20] + " "))
        return Known(kind, text, number, hedged, "%" if percent else _currency(text))
    if kind is Kind.TIME:
        day, clock = _day(text), _clock(text)
        return Known(kind, text, day=day, clock=clock) if any(day) or clock else None
    if kind in (Kind.PERSON, Kind.NAME, Kind.PLACE):
        return Known(kind, text)
    return None


def differ(one: Known, other: Known) -> bool:
    """Whether two values cannot both be right."""
    if one.number is not None and other.number is not None:
        if one.unit and other.unit and one.unit != other.unit:
            return False  # two currencies, or a share and a count: they do not compare
        most = max(abs(one.number), abs(other.number))
        near = ABOUT * most if one.hedged or other.hedged else 1e-9 * most
        return abs(one.number - other.number) > near
    if one.day is not None and other.day is not None:
        shared = [(a, b) for a, b in zip(one.day, other.day, strict=True) if a and b]
        if one.clock and other.clock:
            return one.clock != other.clock
        return any(a != b for a, b in shared)
    if one.kind in (Kind.PERSON, Kind.NAME, Kind.PLACE) and one.kind == other.kind:
        first, second = (set(re.findall(r"\w+", fold(v.text))) for v in (one, other))
        return not (first <= second or second <= first or same_person(one.text, other.text))
    return False


def _number(text: str) -> float | None:
    lowered = text.lower().replace("-", " ")
    found = _NUMBER.search(lowered)
    if found:
        value = float(_plain(found.group()))
        rest = lowered[found.end() :]
        scale = re.match(r"\s?(" + "|".join(_SCALES) + r")\b", rest)
        if scale and scale[1] in ("m", "k", "mn") and not _currency(text):
            scale = None  # metres
        return value * (_SCALES[scale[1]] if scale else 1)
    total = current = 0.0
    known = False
    for word in re.findall(r"[a-z]+", lowered):
        if word in _ONES:
            current += _ONES[word]
            known = True
        elif word in _SCALES and len(word) > 2:
            current = (current or 1) * _SCALES[word]
            known = True
            if _SCALES[word] >= 1e3:
                total, current = total + current, 0.0
        elif word != "and" and known:
            break
    return total + current if known else None


def _plain(digits: str) -> str:
    """Digits without separators of thousands, and a point for the decimals."""
    digits = re.sub(r"[\u00a0' ](?=\d{3})", "", digits)
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", digits):
        return digits.replace(",", "")
    if re.fullmatch(r"\d{1,3}(?:\.\d{3})+(?:,\d+)?", digits):
        return digits.replace(".", "").replace(",", ".")
    return digits.replace(",", ".") if digits.count(",") <= 1 else digits.replace(",", "")


def _currency(text: str) -> str:
    for sign, form in (
        ("€", r"€|\beuros?\b|\bEUR\b"),
        ("£", r"£|\bpounds?\b|\bGBP\b"),
        ("$", r"\$|\bdollars?\b|\bUSD\b"),
        ("fr", r"\bfrancs?\b|\bCHF\b"),
        ("kr", r"\bcrowns?\b|\bkron\w+\b"),
        ("y", r"¥|\byen\b|\byuan\b"),
    ):
        if re.search(form, text):
            return sign
    unit = re.search(r"\b(second|minute|hour|day|night|week|month|year|decade)s?\b", text.lower())
    return unit[1] if unit else ""


def _day(text: str) -> tuple[int | None, int | None, int | None]:
    lowered = text.lower()
    year = re.search(r"\b(1[0-9]{3}|20\d\d)\b", lowered)
    month = next(
        (n for n, m in enumerate(_MONTHS, 1) if re.search(rf"\b{m}[a-z]*\b", lowered)), None
    )
    number = re.search(r"\b(\d{1,2})(?:st|nd|rd|th)?\b(?![:.]\d)", lowered) if month else None
    return (int(year[0]) if year else None, month, int(number[1]) if number else None)


def _clock(text: str) -> str:
    found = re.search(
        r"\b(\d{1,2})(?:[:.](\d\d))?\s*([ap])\.?m|\b(\d{1,2})[:.](\d\d)\b", text.lower()
    )
    if not found:
        return ""
    if found[4]:
        return f"{int(found[4])}:{found[5]}"
    hour = int(found[1]) % 12 + (12 if found[3] == "p" else 0)
    return f"{hour}:{found[2] or '00'}"
