"""The span that answers -> a value that compares: numbers, sums, dates, names.

"€38m", "38 million euros" and "thirty-eight million" are one value; "about 40" and "41" do not
differ. Two dates differ only in what both of them tell.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from index.words import fold, words
from qa.quantities import HEDGE, Quantity, is_money, number_of, quantities
from qa.question import COUNTED, Kind, Question
from qa.spans import candidates as spans_of
from qa.speech import same_person

_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_DAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
_CENTURIES = {
    word: number
    for number, word in enumerate(
        "six seven eigh nin ten eleven twelf thirteen fourteen fifteen sixteen seventeen eighteen "
        "nineteen twentie twenty-fir".split(),
        6,
    )
}
_QUANTITY = re.compile(
    r"\b(?:rates?|toll|prices?|figures?|levels?|share|inflation|temperatures?|population|turnout|"
    r"unemployment|deficit|debt|costs?|value|growth|salary|wage|fee|fare|tax|damage|loss(?:es)?|"
    r"attendance|circulation|fines?|capacity|wingspan|yield|score)\b",
    re.IGNORECASE,
)
_FIGURE = re.compile(
    r"[€£$¥]\s?\d[\d.,]{0,15}(?:\s?(?:million|billion|trillion|bn|mn|m)\b)?"
    r"|\b\d[\d.,]{0,15}(?:\s(?:million|billion|trillion))?\s?"
    r"(?:%|per ?cent\b|euros?\b|dollars?\b|pounds?\b|crowns?\b|francs?\b|degrees?\b)"
)
# Questions for a length that could be one of time by their words.
_EXTENT = re.compile(r"\bhow long (?:is|are|was) (?:the|an?|this|that)\b", re.IGNORECASE)
_SHARE = re.compile(
    r"\b(?:rate|percentage|per ?cent|share|proportion|turnout|interest)\b", re.IGNORECASE
)
_DIFFERENCE = re.compile(r"\bby how (?:much|many)\b", re.IGNORECASE)
_COUNTS = re.compile(
    r"^\W*(?:the )?(?:number|total|count) of\b|\b(?:death toll|toll|number of|how many)\b"
    r"|\bwhat (?:does|did|do) .{1,80}\b(?:weigh|measure)\b",
    re.IGNORECASE,
)
_OF_WHOLE = re.compile(r"\b(?:of|out of)\s(?:the\s|all\s)?$", re.IGNORECASE)
_TELLING = re.compile(r"\b(?:said|says|added|told [^,.]{1,25}) (?:late |early )?(?:on )?$", re.I)
_PLACED = re.compile(r"\b(?:in|at|from|near|to)\s+(?:the\s+)?$")
# How far a number that is only about right may be from the exact one.
ABOUT = 0.1
NAMED = (Kind.PERSON, Kind.NAME, Kind.PLACE)


@dataclass(frozen=True, slots=True)
class Known:
    """A value that compares: `number` with its `unit`, or the parts of a date, or a name.

    `number` is counted in the first unit of its kind, `bare` as it is written; `step` is the last
    place that it is given to, `things` the folded words of what is counted; `period` is a
    day of the week or a century.
    """

    kind: Kind
    text: str
    number: float | None = None
    hedged: bool = False
    unit: str = ""
    day: tuple[int | None, int | None, int | None] | None = None
    clock: str = ""
    period: str = ""
    step: float = 0.0
    bare: float = 0.0
    things: frozenset[str] = frozenset()


def value_of(question: Question, sentence: str, span: tuple[int, int] | None) -> Known | None:
    """What the span of a sentence says; None where nothing there compares."""
    kind = kind_of_value(question)
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
        return _counted(kind, sentence, span)
    if kind is Kind.TIME:
        day, clock, period = _day(text), _clock(text), _period(text)
        known = any(day) or clock or period
        return Known(kind, text, day=day, clock=clock, period=period) if known else None
    return Known(kind, text) if kind in NAMED else None


def values_in(question: Question, sentence: str) -> list[tuple[tuple[int, int], Known]]:
    """All values of a sentence that a question of this kind may mean, with their spans."""
    kind = kind_of_value(question)
    if kind in COUNTED:
        spans = [(q.start, q.end) for q in quantities(sentence)]
    elif kind is Kind.THING and _QUANTITY.search(question.text):
        spans = [found.span() for found in _FIGURE.finditer(sentence)]
    else:
        spans = sorted(spans_of(question, sentence))
    if question.kind is Kind.PERSON:
        # "who drew the hall in Varn": a person is not where something is.
        spans = [s for s in spans if not _PLACED.search(sentence[: s[0]])] or spans
    if kind is Kind.TIME:  # "the hospital said on Sunday" is when it was told
        spans = [s for s in spans if not _TELLING.search(sentence[: s[0]])] or spans
    if kind is Kind.THING:
        return [(s, v) for s in spans if (v := _counted(Kind.NUMBER, sentence, s))]
    return [(s, v) for s in spans if (v := value_of(question, sentence, s))]


def pick(question: Question, sentence: str, span: tuple[int, int] | None) -> tuple[int, int] | None:
    """The span of a sentence that answers, where another than `span` does so by its unit."""
    found = values_in(question, sentence)
    if not found or kind_of_value(question) not in (*COUNTED, Kind.TIME):
        return span
    by = [s for s, _ in found if re.search(r"\bby\s(?:\w+\s)?$", sentence[: s[0]])]
    if by and _DIFFERENCE.search(question.text):
        return by[0]
    if whole := [s for s, _ in found if _OF_WHOLE.search(sentence[: s[0]])]:
        # "of the 210 species 72 are endangered": of how many are, and of how many there are
        for place, _ in found:
            told = re.match(r"\s(?:are|were|have|had|is|was)\s(\w+)", sentence[place[1] :])
            if told and place not in whole and set(words(told[1])) & set(question.words):
                return place
    inside = [(s, v) for s, v in found if span and s[0] < span[1] and span[0] < s[1]]
    wanted = _wanted(question, found)
    if wanted and not any(value in wanted for _, value in inside):
        places = [s for s, value in found if value in wanted]
        middle = sum(span) / 2 if span else 0.0
        return min(places, key=lambda s: abs(sum(s) / 2 - middle))
    return span


def _wanted(question: Question, found: Sequence[tuple[tuple[int, int], Known]]) -> list[Known]:
    """The values of the very thing or unit that the question names; none if it names none."""
    values = [value for _, value in found]
    if question.focus and (same := [v for v in values if v.things & question.focus]):
        return same
    if _EXTENT.search(question.text) and (same := [v for v in values if v.unit == "length"]):
        return same
    if _SHARE.search(question.text) and (same := [v for v in values if v.unit == "%"]):
        return same
    if question.kind is Kind.MONEY and (same := [v for v in values if is_money(v.unit)]):
        return same
    if question.kind is Kind.DURATION and (same := [v for v in values if v.unit == "duration"]):
        return same
    return values if kind_of_value(question) in COUNTED else []


def kind_of_value(question: Question) -> Kind:
    """The kind of value that a question wants: "number of injured?" wants a number too."""
    if question.kind in (Kind.TEXT, Kind.THING) and _COUNTS.search(question.text):
        return Kind.NUMBER
    return question.kind


def differ(one: Known, other: Known, *, exactly: bool = False) -> bool:
    """Whether two values cannot both be right; with `exactly` also where one is only rounded."""
    if one.number is not None and other.number is not None:
        if one.unit and other.unit and one.unit != other.unit:
            return False  # two currencies, or a share and a count: they do not compare
        first, second = one, other
        if bool(one.unit) != bool(other.unit):  # "seven months, not six"
            first, second = _bare(one), _bare(other)
        return _apart(first, second, exactly)
    if one.day is not None and other.day is not None:
        shared = [(a, b) for a, b in zip(one.day, other.day, strict=True) if a and b]
        if one.clock and other.clock:
            return one.clock != other.clock
        if one.period and other.period and not shared:
            return one.period != other.period
        return any(a != b for a, b in shared)
    if one.kind in NAMED and one.kind == other.kind:
        first_words, second_words = (set(re.findall(r"\w+", fold(v.text))) for v in (one, other))
        return not (
            first_words <= second_words
            or second_words <= first_words
            or same_person(one.text, other.text)
        )
    return False


def _tell_same(one: Known, other: Known) -> bool:
    """Whether two values tell of the same parts: of two dates, both the day, say."""
    if one.day is None or other.day is None:
        return True
    if (one.clock and other.clock) or (one.period and other.period):
        return True
    return any(a and b for a, b in zip(one.day, other.day, strict=True))


def fits(wrong: Known, right: Known) -> bool:
    """Whether a value can stand for another: of the same kind, or without a unit."""
    return not wrong.unit or not right.unit or wrong.unit == right.unit


def equal(one: Known, other: Known) -> bool:
    """Whether two values are the same to the last digit."""
    if one.kind != other.kind or not fits(one, other) or not _tell_same(one, other):
        return False
    return not differ(one, other, exactly=True)


def other_than(one: Known, other: Known) -> bool:
    """Whether two values are of one kind and not the same; "July" is less than "July 2026"."""
    if one.day is not None and other.day is not None and one.day != other.day:
        return True
    return one.kind == other.kind and differ(one, other, exactly=True)


def _apart(one: Known, other: Known, exactly: bool) -> bool:
    assert one.number is not None and other.number is not None
    most = max(abs(one.number), abs(other.number))
    gap = abs(one.number - other.number)
    if exactly:
        return gap > 1e-9 * most
    near = ABOUT * most if one.hedged or other.hedged else 1e-9 * most
    return gap > near and not _rounded(one, other) and not _rounded(other, one)


def _rounded(coarse: Known, fine: Known) -> bool:
    """Whether one value is the other, rounded: "26 miles" of 42 km, "41,000" of 41,237."""
    assert coarse.number is not None and fine.number is not None
    step = coarse.step
    if coarse.step == fine.step == 1.0:
        few, many = (len(f"{abs(v.number or 0):.0f}".rstrip("0")) for v in (coarse, fine))
        if few < 2 or many < few + 2:
            return False
        step = 10.0 ** (len(f"{abs(coarse.number):.0f}") - few)
    if step <= fine.step * (1 + 1e-9):
        return False
    return abs(coarse.number - fine.number) < step / 2


def _bare(value: Known) -> Known:
    return Known(value.kind, value.text, value.bare, value.hedged, bare=value.bare)


def _counted(kind: Kind, sentence: str, span: tuple[int, int]) -> Known | None:
    text = sentence[span[0] : span[1]]
    quantity = next(
        (q for q in quantities(sentence) if q.start < span[1] and span[0] < q.end), None
    )
    if quantity is not None:
        # A span of time is no sum of money, nor the other way round.
        other = (kind is Kind.MONEY and not is_money(quantity.of)) or (
            kind is Kind.DURATION and quantity.of not in ("duration", "length")
        )
        return None if other and quantity.of else _known(kind, text, quantity)
    number = number_of(text)
    if number is None:
        return None
    hedged = bool(HEDGE.search(sentence[: span[0]])) or bool(HEDGE.search(text[:20] + " "))
    return Known(kind, text, number, hedged, step=1.0, bare=number)


def _known(kind: Kind, text: str, q: Quantity) -> Known:
    hedged = q.hedged or bool(HEDGE.search(text[:20] + " "))
    return Known(kind, text, q.number, hedged, q.of, step=q.step, bare=q.bare, things=q.things)


def _day(text: str) -> tuple[int | None, int | None, int | None]:
    lowered = text.lower()
    year = re.search(r"\b(1[0-9]{3}|20\d\d)\b", lowered)
    month = next(
        (n for n, m in enumerate(_MONTHS, 1) if re.search(rf"\b{m}[a-z]*\b", lowered)), None
    )
    number = re.search(r"\b(\d{1,2})(?:st|nd|rd|th)?\b(?![:.]\d)", lowered) if month else None
    return (int(year[0]) if year else None, month, int(number[1]) if number else None)


def _period(text: str) -> str:
    """The day of the week or the century that a text names."""
    lowered = text.lower()
    century = re.search(r"\b(\w+?)(?:st|nd|rd|th)?[\s-]century\b", lowered)
    if century:
        number = century[1] if century[1].isdigit() else str(_CENTURIES.get(century[1], century[1]))
        return f"{number} century"
    return next((day for day in _DAYS if day in lowered), "")


def _clock(text: str) -> str:
    lowered = text.lower()
    found = re.search(r"\b(\d{1,2})(?:[:.](\d\d))?\s*([ap])\.?m|\b(\d{1,2})[:.](\d\d)\b", lowered)
    if not found:
        named = re.search(r"\b(?:noon|midday|midnight)\b", lowered)
        return "" if not named else "0:00" if named[0] == "midnight" else "12:00"
    if found[4]:
        return f"{int(found[4])}:{found[5]}"
    hour = int(found[1]) % 12 + (12 if found[3] == "p" else 0)
    return f"{hour}:{found[2] or '00'}"
