"""Spans of a sentence that can be an answer: times, numbers, sums, durations, names.

Found by their form alone, for English and for what all languages share (digits, capitals). What is
found is a candidate; the reader decides by its neighbourhood.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from index.prior import is_known
from index.words import stem
from qa.quantities import quantities
from qa.question import Kind, Question

Span = tuple[int, int]

_MONTH = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December|"
    r"Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\b\.?"
)
_DAY = r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)days?"
_YEAR = r"(?:1[0-9]|20)\d\d(?:s\b)?(?![\d,.]*\d)"
_ONES = (
    r"(?:zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|"
    r"fifteen|sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|"
    r"ninety|hundreds?|thousands?|millions?|billions?|trillions?|dozens?|half|twice|once|thrice|"
    r"double|third|thirds|quarters?|both|none|no one|nobody|couple|several dozen)"
)
_WORDED = rf"\b{_ONES}(?:[\s-]+(?:and[\s-]+|of[\s-]+|a[\s-]+)?{_ONES})*\b"
_DIGITS = r"(?<![\w.])[-−+]?\d+(?:[,.\u00a0' ]\d{3})*(?:[.,:]\d+)?(?:\s?(?:st|nd|rd|th)\b)?[½¼¾]?"
_SCALE = r"(?:\s?(?:thousand|million|billion|trillion|bn|mn|m|k|hundred|dozen)\b)?"
_CURRENCY = r"(?:[$€£¥₹₽]|US\$|EUR|USD|GBP|CHF)"
_MONEY_WORD = (
    r"(?:euros?|dollars?|pounds?|sterling|francs?|crowns?|krona|kronor|kroner|yen|yuan|rupees?|"
    r"roubles?|cents?|pence|"
    r"pesos?|marks?|shillings?|guilders?|lire|zloty|dinars?|rand|florins?|thalers?|ducats?)"
)
_UNIT_OF_TIME = (
    r"(?:seconds?|minutes?|hours?|days?|nights?|weeks?|fortnights?|months?|years?|decades?|centuries|"
    r"century|seasons?|generations?)"
)

_FORMS: dict[Kind, re.Pattern[str]] = {
    Kind.TIME: re.compile(
        rf"\b\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?{_MONTH}(?:,?\s+{_YEAR})?"
        rf"|\b{_MONTH}\s+\d{{1,2}}(?:st|nd|rd|th)?\b(?:,?\s+{_YEAR})?"
        rf"|\b{_MONTH}\s+(?:of\s+)?{_YEAR}|\b(?:January|February|March|April|June|July|August|"
        rf"September|October|November|December)\b|\b(?:in|last|next|early|late|since|until|by|"
        rf"this|of|before|after|mid)[\s-]+May\b(?!\w)"
        rf"|\b{_DAY}\b(?:\s+(?:morning|afternoon|evening|night))?|\b{_YEAR}(?:\s*(?:BC|AD|BCE|"
        rf"CE))?|\b\d+\s*(?:BC|AD|BCE|CE)\b"
        rf"|\b\d{{1,2}}[:.]\d\d\s*(?:[ap]\.?m\b\.?)?|\b\d{{1,2}}\s*[ap]\.?m\b\.?|\b(?:noon|"
        rf"midnight|midday|dawn|dusk|sunrise|sunset)\b"
        rf"|\b(?:yesterday|today|tomorrow|tonight|overnight)\b|\b(?:last|next|this|previous|"
        rf"following|past|the same)\s+(?:day|night|week|weekend|month|year|spring|summer|autumn|"
        rf"fall|winter|morning|evening|decade|century)\b"
        rf"|\b(?:early|mid|late)?[\s-]*\b\d{{1,2}}(?:st|nd|rd|th)\s+century\b|\b(?:spring|summer|"
        rf"autumn|winter|christmas|easter)\b"
        rf"|\b(?:{_ONES}|\d+|a few|an?)\s+{_UNIT_OF_TIME}\s+(?:ago|later|earlier|before|after)\b"
        rf"|\b(?:seventh|eighth|ninth|tenth|eleventh|twelfth|thirteenth|fourteenth|fifteenth|"
        rf"sixteenth|seventeenth|eighteenth|nineteenth|twentieth)\s+century\b"
        rf"|\b(?:within|after|in|for)\s+(?:{_WORDED}|\d+)\s+{_UNIT_OF_TIME}"
        rf"|\b\d{{1,3}}(?:st|nd|rd|th)[\s-]+(?:minute|lap|round|hour)\b",
        re.IGNORECASE,
    ),
    Kind.MONEY: re.compile(
        rf"{_CURRENCY}\s?\d[\d,.'\u00a0]*\d*{_SCALE}|(?:{_DIGITS}|"
        rf"{_WORDED}){_SCALE}(?:\s+(?!per\b)\w+)?\s*(?:{_MONEY_WORD}\b|[€£$¥])"
        r"|\bfree of charge\b|\bfor free\b|\bnothing\b|\bfree\b",
        re.IGNORECASE,
    ),
    Kind.DURATION: re.compile(
        rf"(?:{_DIGITS}|{_WORDED}|\b(?:an?|several|few|"
        rf"many))[\s-]+(?:and a half[\s-]+)?(?:(?:more|full|whole|school|working|consecutive|"
        rf"straight|long|calendar)\s+)?{_UNIT_OF_TIME}\b"
        rf"|\b(?:from|between)\s+{_YEAR}\s+(?:to|and|until)\s+{_YEAR}|\b{_YEAR}\s*[–-]\s*{_YEAR}|"
        rf"\bsince\s+\w+|\buntil\s+\w+",
        re.IGNORECASE,
    ),
    Kind.NUMBER: re.compile(
        rf"{_CURRENCY}?{_DIGITS}{_SCALE}\s?(?:%|per ?cent)?|{_WORDED}", re.IGNORECASE
    ),
    Kind.REASON: re.compile(
        r"\bbecause\b|\bdue to\b|\bowing to\b|\bso that\b|\bin order\b|\bthanks to\b|"
        r"\bcaus(?:ed?|es|ing)\b|\breasons?\b|"
        r"\bblam\w+|\bfor fear\b|\bas a result\b|\bresult(?:ed|s|ing)? (?:of|from|in)\b|"
        r"\bprompt\w*|\bled to\b|\bcit(?:ed|ing)\b|"
        r"\bwhich is why\b|\btherefore\b|\bhence\b|\bargu\w+|\bexplain\w*|\bthat is why\b|"
        r"\bafter\b|\bfollowing\b|\bsince\b|, when\b|"
        r"\bamid\b|\bon the grounds?\b|\bfault\w*|\bfail(?:ed|ure)?\b|\bto (?:avoid|prevent|"
        r"protect|make|allow|keep|save|reduce|stop|help|ensure|give|let)\b|"
        r"\brefus\w+|\brather than\b|\btoo \w+|\bnot enough\b|\black(?:ed|ing)?\b|\bshortage\b|"
        r"\breject\w*|\bhad (?:not|never|to|refused|failed|asked)\b",
        re.IGNORECASE,
    ),
}
# Questions that want a number of one unit, and the forms of that unit.
_LENGTH = (
    r"(?:km|kilomet(?:er|re)s?|miles?|met(?:er|re)s?|m|cm|mm|centimet(?:er|re)s?|millimet(?:er|"
    r"re)s?|feet|foot|ft|"
    r"inch(?:es)?|yards?|fathoms?|storeys?|stor(?:y|ies)|floors?|light[- ]years?|hectares?|"
    r"acres?|pages?|blocks?)"
)
_UNITS: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...] = tuple(
    (re.compile(asked, re.IGNORECASE), re.compile(form, re.IGNORECASE))
    for asked, form in (
        (
            r"\b(?:percentage|per ?cent|share|proportion|what part|what fraction)\b",
            rf"(?:{_DIGITS}|{_WORDED})\s?(?:%|per ?cent\b|percentage points?)|\b(?:half|a third|"
            rf"two[- ]thirds|quarters?|three[- ]quarters|a fifth|a tenth)\b"
            rf"|(?:{_DIGITS}|{_WORDED})\s(?:in|out of|of)\s(?:every\s)?(?:{_DIGITS}|{_WORDED})",
        ),
        (
            r"\bhow old\b|\bwhat age\b|\bthe age of\b",
            rf"(?:{_DIGITS}|{_WORDED})[\s-](?:years?|months?|weeks?|days?|centuries|"
            rf"century)[\s-]old|\baged?\s(?:of\s)?(?:{_DIGITS}|{_WORDED})|,\s\d{{1,3}}(?=[,.;)])|"
            rf"\(\d{{1,3}}\)|\bat\s\d{{1,3}}\b"
            rf"|\b(?:born|built|founded|dates?|dating) (?:in|on|from|back to)\b",
        ),
        (
            r"\bhow (?:far|tall|high|deep|wide|big|large|long(?= (?:is|are|was|were)\b)|thick)\b|"
            r"\b(?:height|length|width|depth|distance|altitude|area|size)\b",
            rf"(?:{_DIGITS}|{_WORDED}){_SCALE}[\s-]?(?:square |cubic |nautical )?{_LENGTH}\b|"
            rf"(?:{_DIGITS}|{_WORDED})[\s-]+{_UNIT_OF_TIME}\b|\btimes\b"
            rf"|{_CURRENCY}\s?\d[\d,.]*|(?:{_DIGITS}|{_WORDED}){_SCALE}\s(?:\w+\s)?(?:people|"
            rf"members|residents|euros|dollars|pounds|per cent)|\bthe size of\b",
        ),
        (
            r"\bhow heavy\b|\bweigh\w*\b",
            rf"(?:{_DIGITS}|{_WORDED}){_SCALE}[\s-]?(?:kg|g|t|kilos?|kilogram(?:me)?s?|"
            rf"gram(?:me)?s?|tonnes?|tons?|pounds?|lbs?|ounces?|stone)\b",
        ),
        (
            r"\bhow fast\b|\bspeed\b|\bhow strong (?:were|was|are|is) the (?:winds?|gusts?)",
            rf"(?:{_DIGITS}|{_WORDED})\s?(?:mph|kph|knots?|km/h|m/s|Mbps|"
            rf"(?:[\w-]+\s){{1,2}}?(?:an?|per|each|every)\s(?:hour|minute|second)"
            rf"|/\s?(?:h|s|min))",
        ),
        (
            r"\bhow (?:strong|powerful|big)\b.*\b(?:earth)?quake\b|\bmagnitude\b",
            r"\bmagnitude(?: (?:of|was|at))? \d(?:[.,]\d)?\b"
            r"|(?<![\d.,])\d[.,]\d(?!\d|[.,]\d|\s?%|\s(?:per|k|m|[ap]\.?m))",
        ),
        (
            r"\bhow (?:hot|cold|warm)\b|\btemperatures?\b",
            rf"(?:{_DIGITS}|{_WORDED})\s?(?:°|degrees?)|\b(?:minus|below zero|above zero|"
            rf"freezing)\b",
        ),
        (
            r"\bhow (?:often|frequently)\b",
            r"\b(?:every|each|once|twice|times|daily|weekly|monthly|yearly|annually|hourly|"
            r"rarely|never|always|a (?:day|week|month|year))\b",
        ),
    )
)
_AGED = re.compile(r"(?:[- ]years?)?[- ]old\b", re.IGNORECASE)
DATES = frozenset(
    stem(word)
    for word in (
        "january february march april may june july august september october november december "
        "monday tuesday wednesday thursday friday saturday sunday spring summer autumn winter "
        "christmas easter i"
    ).split()
)
_BODIES = frozenset(
    stem(word)
    for word in (
        "trust council foundation company institute university society association agency group "
        "bank party "
        "club union ministry board committee court authority service fund office department "
        "commission"
    ).split()
)
_NAME = re.compile(
    r"(?:[^\W\d_a-zß-öø-ÿ][\w’'.-]*\w|[A-Z])"
    r"(?:\s+(?:(?:de|da|di|del|della|der|den|van|von|bin|ibn|al|el|la|le|du|dos|of|the|and|"
    r"&)\s+){0,2}"
    r"(?:[^\W\d_a-zß-öø-ÿ][\w’'.-]*\w|[A-Z]\b\.?))*"
)
_HOLDER = re.compile(
    r"\b(?:man|woman|boy|girl|child|mother|father|son|daughter|wife|husband|brother|sister|"
    r"driver|farmer|fisherman|"
    r"minister|mayor|president|chair(?:man|woman|person)?|director|captain|teacher|judge|officer|"
    r"spokes\w+|manager|"
    r"engineer|scientists?|researchers?|doctor|nurse|owner|resident|neighbour|witness|police|"
    r"pilot|keeper|author|"
    r"leader|secretary|professor|archaeologists?|volunteers?|students?|pupils?|workers?|company|"
    r"firm|team|council|group|"
    r"committee|court|prosecutors?|union|agency|government|ministry|board|crew|family|people|"
    r"residents|members?)\b",
    re.IGNORECASE,
)


def names(text: str) -> Iterator[Span]:
    """Runs of capitalised words; a common word that only starts the sentence is left out."""
    for found in _NAME.finditer(text):
        start, end = found.span()
        first = re.match(r"\S+", text[start:end])
        initial = not text[:start].strip(" \t“”\"'‘(–—-")
        if initial and first and is_known(stem(first.group().strip(".,’'"))):
            rest = text[start + first.end() : end]
            start += first.end() + len(rest) - len(rest.lstrip())
        if end > start and text[start:end].strip():
            yield start, end


def candidates(question: Question, text: str) -> list[Span]:
    """Spans of `text` of the kind that `question` wants and that the question does not hold.

    Empty for kinds without a form of their own (what, how, which): there any sentence may answer.
    """
    return list(_candidates(question, text))


# Passages are ordered, sentences chosen, and words marked by them: the same ones three times.
@lru_cache(maxsize=2048)
def _candidates(question: Question, text: str) -> tuple[Span, ...]:
    asked = set(question.words)
    if question.kind in (Kind.PERSON, Kind.PLACE, Kind.NAME):
        return tuple(new_names(question, text))
    elif question.kind in (Kind.NUMBER, Kind.DURATION) and (form := unit(question.text)):
        found = [m.span() for m in form.finditer(text)]
        if question.kind is Kind.DURATION:
            found += [m.span() for m in _FORMS[Kind.DURATION].finditer(text)]
    elif question.kind in _FORMS:
        found = [m.span() for m in _FORMS[question.kind].finditer(text)]
        if question.kind is Kind.NUMBER:
            # A year, a time of day and an age count nothing.
            counted = [q for q in quantities(text) if not _AGED.match(text, q.end)]
            found = [s for s in found if any(q.start < s[1] and s[0] < q.end for q in counted)]
    else:
        return ()
    found = [_trimmed(text, *span) for span in found]
    return tuple(s for s in found if not _repeats(text[s[0] : s[1]], asked))


def candidates_of(kind: Kind, text: str) -> list[Span]:
    """Spans of `text` in the form of a kind; none for a kind without one."""
    return [m.span() for m in _FORMS[kind].finditer(text)] if kind in _FORMS else []


def new_names(question: Question, text: str) -> list[Span]:
    """Names in `text` that are not the question's own."""
    asked = set(question.words)
    return [s for s in names(text) if _is_new(text[s[0] : s[1]], asked)]


def holders(question: Question, text: str) -> list[Span]:
    """Words for people and bodies, not the question's own, that may answer "who" without a name."""
    asked = set(question.words)
    return [m.span() for m in _HOLDER.finditer(text) if stem(m.group()) not in asked]


def _trimmed(text: str, start: int, end: int) -> Span:
    """A span without the spaces and stops at its ends; "p.m." keeps its stop."""
    inner = text[start:end]
    inner = inner if inner.rstrip().endswith(".m.") else inner.rstrip(" .,;:")
    return start + len(inner) - len(inner.lstrip()), start + len(inner.rstrip())


def unit(text: str) -> re.Pattern[str] | None:
    """The form of the unit that a question for a number names, if it names one."""
    return next((form for asked, form in _UNITS if asked.search(text)), None)


def _is_new(name: str, asked: set[str]) -> bool:
    """Whether a name is not one of the question's with a word more ("River Aske"), nor a date."""
    parts = [
        stem(word) for word in re.findall(r"[^\W_]+", name.removesuffix("’s").removesuffix("'s"))
    ]
    new = [part for part in parts if part not in asked and part not in DATES]
    return len(new) >= 2 or len(new) == len(parts) > 0 or any(part in _BODIES for part in new)


def _repeats(span: str, asked: set[str]) -> bool:
    """Whether every word of a span is the question's own."""
    parts = [stem(word) for word in re.findall(r"[^\W_]+", span)]
    return bool(parts) and all(part in asked for part in parts)
