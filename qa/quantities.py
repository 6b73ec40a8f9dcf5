"""The numbers of a sentence as they compare: what each is a number of, in one unit for its kind.

"42 kilometres" and "26 miles" are lengths and the same, as far as "26 miles" can tell; "8,000
people" and "8,000 euros" are no rivals. A year, a time of day and the number of a list count
nothing.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from index.words import word_spans, words
from qa.question import is_function

SCALES = {
    "hundred": 1e2, "thousand": 1e3, "k": 1e3, "million": 1e6, "m": 1e6, "mn": 1e6, "billion": 1e9,
    "bn": 1e9, "trillion": 1e12, "dozen": 12, "dozens": 12, "hundreds": 1e2, "thousands": 1e3,
    "millions": 1e6,
}  # fmt: skip
ONES = (
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
_PARTS = {"third": 3, "thirds": 3, "quarter": 4, "quarters": 4, "fifth": 5, "fifths": 5,
          "tenth": 10, "tenths": 10, "sixth": 6, "sixths": 6, "eighth": 8, "eighths": 8,
          "half": 2, "halves": 2}  # fmt: skip
# What is measured -> its units, in how many of the first one.
_MEASURED: dict[str, dict[str, float]] = {
    "length": {
        "km kilometre kilometres kilometer kilometers": 1000, "metre metres meter meters": 1,
        "cm centimetre centimetres centimeter centimeters": 0.01,
        "mm millimetre millimetres millimeter millimeters": 0.001,
        "mile miles": 1609.344, "foot feet ft": 0.3048, "inch inches": 0.0254,
        "yard yards": 0.9144, "fathom fathoms": 1.8288,
    },
    "area": {"hectare hectares ha": 1e4, "acre acres": 4046.86},
    "weight": {
        "kg kilo kilos kilogram kilograms kilogramme kilogrammes": 1, "tonne tonnes ton tons":
        1000, "gram grams gramme grammes": 0.001, "lb lbs": 0.4536,
    },
    "speed": {"mph": 0.44704, "kph": 1 / 3.6, "knot knots": 0.51444},
    "volume": {"litre litres liter liters": 1},
    "degrees": {"degree degrees": 1},
    "duration": {
        "second seconds": 1, "minute minutes": 60, "hour hours": 3600, "day days": 86400,
        "night nights": 86400, "week weeks": 604800, "fortnight fortnights": 1209600,
        "month months": 2629800, "year years": 31557600, "decade decades": 315576000,
    },
}  # fmt: skip
_UNITS = {
    form: (kind, factor)
    for kind, units in _MEASURED.items()
    for forms, factor in units.items()
    for form in forms.split()
}
_CURRENCIES = (
    ("€", r"€|\beuros?\b|\bEUR\b"),
    ("£", r"£|\bpounds?\b|\bGBP\b|\bsterling\b"),
    ("$", r"\$|\bdollars?\b|\bUSD\b"),
    ("fr", r"\bfrancs?\b|\bCHF\b"),
    ("kr", r"\bcrowns?\b|\bkron\w+\b"),
    ("y", r"¥|\byen\b|\byuan\b"),
)
_MONEY = "€|£|$|fr|kr|y".split("|")
_DIGITS = r"\d+(?:[,.\u00a0' ]\d{3})+(?:[.,]\d+)?|\d+(?:[.,]\d+)?"
_WORD = (
    rf"(?:{'|'.join(w for w in ONES if len(w) > 2)}|{'|'.join(w for w in SCALES if len(w) > 2)})"
)
_NUMBER = re.compile(
    rf"(?<![\w.,/-])[-−+]?(?:[€£$¥]\s?|US\$|EUR |GBP |USD )?(?:{_DIGITS})"
    r"(?:\s?(?:thousand|million|billion|trillion|bn|mn|m|k|hundred|dozen)\b(?!\s?/))?(?![\w/]|[.:]\d)"
    rf"|(?<![\w-])(?:a\s(?=hundred|thousand|million|dozen))?{_WORD}"
    rf"(?:[\s-]+(?:and[\s-]+|a[\s-]+)?{_WORD})*(?![\w])",
    re.IGNORECASE,
)
_PLAIN = re.compile(_DIGITS)
_PART = re.compile(
    rf"\b(?:(?:a|one|two|three|four|five|seven|nine)[\s-])?(?:{'|'.join(_PARTS)})\b"
    r"(?=\sof\b|\sthe\b)|\b(?:(?:one|two|three|four|seven|nine)[\s-])"
    rf"(?:{'|'.join(_PARTS)})\b",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?:1[0-9]|20)\d\d")
_PERCENT = re.compile(r"\s?(?:%|per ?cent\b(?: points?)?|percentage points?)", re.IGNORECASE)
_RATE = re.compile(
    r"(?:\s(?:an?|per|each|every)\s|\s?/\s?)(hour|h|second|s|minute|min)\b", re.IGNORECASE
)
_HOUR = re.compile(r"(?:[01]?\d|2[0-3])\.[0-5]\d")
_OF_DAY = re.compile(r"\s(?:on|this|yesterday|today|local|in the|last|when)\b")
_CLOCK = re.compile(r"[.:]\d\d\s*(?:[ap]\.?m|o[’']clock)|\s*(?:[ap]\.?m\b|o[’']clock)|[:]\d\d")
_MONTH = re.compile(
    r"(?:of )?(?:January|February|March|April|May|June|July|August|September|October|November|"
    r"December|(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\b)"
)
_AFTER_MONTH = re.compile(rf"\b{_MONTH.pattern}\.?\s$")
HEDGE = re.compile(
    r"\b(?:about|around|some|nearly|almost|roughly|approximately|more than|over|up to|at least|"
    r"fewer than|less than|under|close to|just|an estimated|estimated|several)\W+(?:\w+\W+)?$",
    re.IGNORECASE,
)
# Function words that may stand between a number and what it counts ("23 of the passengers").
_BETWEEN = frozenset(words("of the more other such its their his her our all"))
# Words after a number among which is what it counts.
_COUNTED = 4


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number of a sentence, `text[start:end]` with its unit.

    `of` is what it measures ("length", "%", "€", or "" for a count), `number` how much in the first
    unit of its kind, `step` the last place that it is given to, `things` the folded words of what
    is counted, as far as they follow; `bare` is the number as it is written, without its unit.
    """

    start: int
    end: int
    number: float
    of: str = ""
    step: float = 0.0
    things: frozenset[str] = frozenset()
    hedged: bool = False
    bare: float = 0.0


@lru_cache(maxsize=4096)
def quantities(sentence: str) -> tuple[Quantity, ...]:
    """The numbers of a sentence in order, but for years, times of day and dates."""
    found: list[Quantity] = []
    for match in _PART.finditer(sentence):
        above, _, below = re.sub(r"\W+", " ", match.group().lower()).rpartition(" ")
        share = 100 * ONES.get(above, 1) / _PARTS[below]
        hedged = bool(HEDGE.search(sentence[: match.start()]))
        found.append(Quantity(*match.span(), share, "%", 1.0, frozenset(), hedged, share))
    for match in _NUMBER.finditer(sentence):
        if any(match.start() < q.end and q.start < match.end() for q in found):
            continue
        known = _quantity(sentence, match)
        if known is None:
            continue
        last = found[-1] if found else None
        between = sentence[last.end : known.start] if last else ""
        if last and last.of == known.of == "duration" and between.strip() in ("and", ","):
            # "6 hours and 12 minutes"
            found[-1] = Quantity(last.start, known.end, last.number + known.number, "duration",
                                 known.step, known.things, last.hedged, last.bare)  # fmt: skip
            continue
        found.append(known)
    return tuple(sorted(found, key=lambda q: q.start))


def _quantity(sentence: str, match: re.Match[str]) -> Quantity | None:
    text = match.group()
    start, end = match.span()
    after = sentence[end:]
    following = re.match(r"\s\w+", after)
    paid = currency(following.group()) if following else ""
    number = number_of(text + following.group() if following and paid else text)
    if number is None or _CLOCK.match(after):
        return None
    if _HOUR.fullmatch(text) and _OF_DAY.match(after) and re.search(r"\bat\s$", sentence[:start]):
        return None  # "at 3.17 on Tuesday"
    digits = _PLAIN.search(text)
    if _YEAR.fullmatch(text) and not re.match(r"\s?(?:%|[a-z]+\b)", after):
        return None
    if _YEAR.fullmatch(text) and re.search(
        r"\b(?:in|of|since|until|by|from|to)\s$", sentence[:start]
    ):
        return None
    if digits and (re.match(r"(?:st|nd|rd|th)\b", after) or _dates(sentence, start, after)):
        return None
    of, factor, extra = _unit(sentence, start, end)
    step = _step(text, number) * factor
    hedged = bool(HEDGE.search(sentence[:start]))
    things = frozenset() if of and of not in _MONEY else _things(sentence[end + extra :])
    return Quantity(start, end + extra, number * factor, of, step, things, hedged, number)


def _dates(sentence: str, start: int, after: str) -> bool:
    """Whether a number is the day of a month."""
    return bool(_MONTH.match(after.lstrip()) or _AFTER_MONTH.search(sentence[:start]))


def _unit(sentence: str, start: int, end: int) -> tuple[str, float, int]:
    """What a number measures, in how many of the first unit, and how far the unit reaches."""
    after, text = sentence[end:], sentence[start:end]
    sum_of = re.match(r"\s\w+", after)
    if re.search(r"\d\s?m$", text) and not currency(text + (sum_of.group() if sum_of else "")):
        return "length", 1.0, 0
    if percent := _PERCENT.match(after):
        return "%", 1.0, percent.end()
    if sign := next((s for s in ("€", "£", "$", "¥", "EUR", "USD", "GBP") if s in text), None):
        return currency(sign), 1.0, 0
    found = re.match(r"[\s-](?:square |cubic |nautical )?([A-Za-z]+)\b|([a-z]+)\b", after)
    word = (found[1] or found[2]).lower() if found else ""
    if found and (money := currency(word)):
        return money, 1.0, found.end()
    if found and re.match(r"[\s-]\w+\s\w+", after):
        further = re.match(r"\s\w+\s(\w+)", after)
        if further and (money := currency(further[1])) and further[1] not in ("y",):
            return money, 1.0, further.end()
    if not found or word not in _UNITS or (word == "m" and not text[-1:].isdigit()):
        return ("degrees", 1.0, 1) if after.startswith("°") else ("", 1.0, 0)
    of, factor = _UNITS[word]
    if "square" in found.group() or "cubic" in found.group():
        power = 2 if "square" in found.group() else 3
        return ("area" if power == 2 else "volume"), factor**power, found.end()
    if "nautical" in found.group():
        factor = 1852.0
    if of == "length" and (rate := _RATE.match(after, found.end())):
        seconds = {"h": 3600, "s": 1, "m": 60}[rate[1][0].lower()]
        return "speed", factor / seconds, rate.end()
    return of, factor, found.end()


def _step(text: str, number: float) -> float:
    """The last place to which a number is given: 0.1 million in "4.2 million"."""
    digits = _PLAIN.search(text)
    if not digits:
        return 1.0
    plain = plain_digits(digits.group())
    scale = number / float(plain) if float(plain) else 1.0
    decimals = len(plain.partition(".")[2])
    return float(scale * 10.0**-decimals)


def _things(after: str) -> frozenset[str]:
    """The folded content words that follow a number, up to the next sign or function word."""
    piece = re.split(r"[;:!?()\"“”]|[,.](?!\d)|\s[–—-]\s", after, maxsplit=1)[0]
    things: list[str] = []
    told = [word for _, _, word in word_spans(piece) if not word.isdigit()]
    for count, word in enumerate(told):
        if count >= _COUNTED or (is_function(word) and (things or word not in _BETWEEN)):
            break
        if not is_function(word):
            things.append(word)
    return frozenset(things)


def number_of(text: str) -> float | None:
    """The number that a text begins with or holds, in digits or words; None without any."""
    lowered = text.lower().replace("-", " ")
    found = _PLAIN.search(lowered)
    if found:
        value = float(plain_digits(found.group()))
        scale = re.match(r"\s?(" + "|".join(SCALES) + r")\b", lowered[found.end() :])
        if scale and scale[1] in ("m", "k", "mn") and not currency(text):
            scale = None  # metres
        return value * (SCALES[scale[1]] if scale else 1)
    total = current = 0.0
    known = False
    for word in re.findall(r"[a-z]+", lowered):
        if word in ONES:
            current += ONES[word]
            known = True
        elif word in SCALES and len(word) > 2:
            current = (current or 1) * SCALES[word]
            known = True
            if SCALES[word] >= 1e3:
                total, current = total + current, 0.0
        elif word != "and" and known:
            break
    return total + current if known else None


def plain_digits(digits: str) -> str:
    """Digits without separators of thousands, and a point for the decimals."""
    digits = re.sub(r"[\u00a0' ](?=\d{3})", "", digits)
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", digits):
        return digits.replace(",", "")
    if re.fullmatch(r"\d{1,3}(?:\.\d{3})+(?:,\d+)?", digits):
        return digits.replace(".", "").replace(",", ".")
    return digits.replace(",", ".") if digits.count(",") <= 1 else digits.replace(",", "")


def currency(text: str) -> str:
    """The sign of the currency that a text names; empty without any."""
    return next((sign for sign, form in _CURRENCIES if re.search(form, text)), "")


def is_money(of: str) -> bool:
    """Whether a quantity is a sum of money."""
    return of in _MONEY
