"""Whether two sentences of different articles tell of the same thing, by their words.

Names may stand anywhere in an article; what is counted stands beside the number, and what is told
of it in the sentence. A year, a week or a round that differs is another time.
"""

import re
from datetime import date
from functools import lru_cache

from corpus.article import Article
from index.words import words
from qa.question import Question, is_function
from qa.reader import Candidate
from qa.spans import DATES
from qa.values import Known

# The share of the asked words that two sentences have in common, which say the same.
SHARED = 0.7
# The share of the question's names that an article has as well as the best one.
NAMED_TOO = 0.4
# Characters at the start of an article that say what it is about.
LEAD = 400
# Words before a number among which is what it counts ("the number of people living in tents").
BEFORE = 9
# Names that two articles of one event have in common, whatever the question calls it.
MANY = 3
# Characters of an article among which names are looked for.
NAMED_WITHIN = 20_000
# Spaces in a clause that says something by itself.
SHORT = 3
# Days between two articles that may mean the same week by "Sunday".
WEEK = 6
_CAPITAL = re.compile(r"(?<=[^\W\d_,;] )[^\W\d_a-zß-ÿ][a-zß-ÿ’'-]{2,}")
# The place at the start of a report, "PORT TARN, May 4 (Wire) - ..." or "HOLT. They are ...".
_PLACE_LINE = re.compile(
    r"^[^\W\d_a-zß-ÿ]{3,}(?:[ -][^\W\d_a-zß-ÿ]{3,}){0,3}(?=[.,:]? )", re.MULTILINE
)
_YEAR = re.compile(
    r"(?<!built in )(?<!born in )(?<!founded in )(?<!since )(?<!opened in )(?<!dating from )"
    r"(?<![\d.,€£$])\b(?:1[5-9]|20)\d\d\b(?![\d,.]*\d|\s?(?:%|per cent|metres|people|euros))"
)
_EARLIER = re.compile(
    r"\b(?:(?:an?|the|one|two|three|five|ten) (?:years?|months?|weeks?|days?|seasons?|decades?) "
    r"(?:before|earlier|ago|previous)|(?:last|previous) (?:year|month|week|season)|"
    r"(?:the|in the) (?:year|month|week|season) before|at present|originally|previously|"
    r"(?:up|down|compared) (?:from|with)|used to)\b",
    re.IGNORECASE,
)
_NUMBERED = re.compile(
    r"\b(first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|last|\d+(?:st|nd|rd|th))"
    r"\s+(week|quarter|half|day|round|edition|stage|month|year|season|race|leg)\b",
    re.IGNORECASE,
)
_VAGUE = re.compile(r"\b(?:dozens|hundreds|thousands|millions|nobody|none)\b", re.IGNORECASE)
_CLAUSE = re.compile(
    r"[,;:]\s|[.!?][”\"’']?\s+(?=[^\Wa-z])|\s[–—-]\s|\s(?:and|but|while|whereas|after|when|because|though|although|which|who|"
    r"whom)\s"
)
_HUMAN = frozenset(
    words(
        "people persons visitors fans spectators guests residents inhabitants passengers men women "
        "participants runners concertgoers demonstrators protesters marchers attendees listeners "
        "victims dead casualties workers employees staff residents villagers inhabitants patients "
        "pupils students children miners sailors travellers tourists customers members hostages "
        "prisoners players voters"
    )
)
# What happens, by the words for it: a flood is no earthquake, though both were in one town.
_EVENTS = (
    "flood floods flooded flooding",
    "earthquake quake tremor earthquakes",
    "fire blaze fires inferno wildfire",
    "storm hurricane gale cyclone typhoon tornado",
    "crash collision derailment derailed derails pile-up",
    "avalanche landslide mudslide",
    "explosion blast exploded",
    "attack shooting bombing stabbing",
    "eruption volcano erupted erupts",
    "epidemic outbreak flu pandemic",
    "strike walkout",
    "election ballot referendum poll",
    "marathon race regatta",
    "concert festival gig",
)
# Words of the news that stand for each other.
_MEANINGS = (
    "die died dead death deaths kill killed killing toll fatalities fatal victims lives",
    "injured hurt wounded injuries injury wounds",
    "cost costs price pay worth",
    "begin began start started starts begins",
    "close closed shut shuts closes",
    "want wants wanted demand demands demanded",
    "workers strikers employees staff",
    "demonstrators protesters marchers",
    *_EVENTS,
)
# "twelve, two of them children": a part of what was counted.
_PART = re.compile(r"\s+of (?:them|whom|these|those|the|its|their)\b", re.IGNORECASE)
_MEANING = {word: words(group)[0] for group in _MEANINGS for word in words(group)}
_HAPPENS = frozenset(words(group)[0] for group in _EVENTS)
_PEOPLE = frozenset(words("people persons"))


def share_of(question: Question, best: Candidate, other: Candidate, title: str = "") -> float:
    """How much of the asked words that the best sentence has stands in another, names apart."""
    said, first = meanings(f"{title} {other.text}"), meanings(best.text)
    asked = {meaning(t.word): t.weight for t in question.terms if not t.leant and not t.name}
    shared = {word: weight for word, weight in asked.items() if word in first}
    if not shared:
        return 0.0
    return sum(w for word, w in shared.items() if word in said) / sum(shared.values())


@lru_cache(maxsize=1024)
def meanings(text: str) -> frozenset[str]:
    """The folded words of a text, each as the one that stands for those of its meaning."""
    return frozenset(meaning(word) for word in words(text))


def same_names(question: Question, one: Article, other: Article) -> bool:
    """Whether an article has the names of the question that the best one has, and any in common."""
    mine, others = names_in(one), names_in(other)
    if mine and others and not mine & others:
        return False
    happened = meanings(question.text) & _HAPPENS
    elsewhere = meanings(f"{other.title} {other.text[:NAMED_WITHIN]}") & _HAPPENS
    if happened and elsewhere and not happened & elsewhere:
        return False
    if same_event(one, other):
        return True
    named = {t.word: t.weight for t in question.terms if t.name and not t.leant}
    first = set(words(f"{one.title} {one.text}"))
    shared = {word: weight for word, weight in named.items() if word in first}
    if not shared:
        return True
    second = set(words(f"{other.title} {other.text}"))
    return sum(w for word, w in shared.items() if word in second) >= NAMED_TOO * sum(
        shared.values()
    )


def same_event(one: Article, other: Article) -> bool:
    """Whether two articles have so many names in common that they tell of one event."""
    return len(names_in(one) & names_in(other)) >= MANY


def meaning(word: str) -> str:
    """A folded word as the one that stands for those of its meaning."""
    return _MEANING.get(word, word)


def names_in(article: Article) -> frozenset[str]:
    """The folded words that an article writes with a capital within a sentence, but for dates."""
    return _capitals(article.text[:NAMED_WITHIN])


@lru_cache(maxsize=256)
def _capitals(text: str) -> frozenset[str]:
    found = _CAPITAL.findall(text) + _PLACE_LINE.findall(text[:LEAD])
    return frozenset(word for word in words(" ".join(found)) if word not in DATES)


def alike(question: Question, best: Candidate, other: Candidate) -> bool:
    """Whether a sentence says of what is asked most that the best one says, by its very words.

    Names may stand anywhere in the title and the lead of its article.
    """
    said = set(words(f"{other.article.title} {other.text}"))
    about = said | set(words(other.article.text[:LEAD]))
    first = set(words(f"{best.article.title} {best.text}"))
    terms = [term for term in question.terms if not term.leant and term.word in first]
    shared = [t.weight for t in terms if t.word in (about if t.name else said)]
    return sum(shared) >= SHARED * sum(term.weight for term in terms)


def comparable(given: Known, value: Known, first: Article, second: Article) -> bool:
    """Whether two values are of one kind, so that they can agree or differ."""
    if given.number is not None:
        if value.number is None or given.unit != value.unit or _VAGUE.search(value.text):
            return False
        # A score, a rate or a magnitude is no count of anything.
        return bool(given.unit) or (given.step < 1) == (value.step < 1)
    if given.day is not None:
        if value.day is None:
            return False
        if given.clock and value.clock:
            return True
        if any(a and b for a, b in zip(given.day, value.day, strict=True)):
            return True
        if not given.period or not value.period:
            return False
        return "century" in given.period + value.period or _within_days(first, second)
    return given.kind == value.kind


def _within_days(one: Article, other: Article) -> bool:
    days = days_between(one, other)
    return days is not None and days <= WEEK


def days_between(one: Article, other: Article) -> int | None:
    """How many days lie between two articles; None where one has no exact date."""
    try:
        first, second = (date.fromisoformat((a.published or "")[:10]) for a in (one, other))
    except ValueError:
        return None
    return abs((first - second).days)


def same_thing(
    question: Question, given: Known, value: Known, text: str, span: tuple[int, int]
) -> float | None:
    """How surely two counts are of the same thing, 0 to 1; None where their words do not tell."""
    if given.number is None or given.unit:
        return None
    if _PART.match(text, span[1]):
        return 0.0
    things = set(given.things | question.focus) or set(question.words)
    if value.things:
        if value.things & things:
            return 1.0
        people = value.things & _PEOPLE and things & _HUMAN
        return 0.5 if people or (things & _PEOPLE and value.things & _HUMAN) else 0.0
    before = [w for w in words(text[: span[0]]) if not is_function(w)][-BEFORE:]
    asked = {w for w in question.words if w in _MEANING and meaning(w) not in _HAPPENS} | things
    near = {_MEANING.get(w, w) for w in before} & {_MEANING.get(w, w) for w in asked}
    return 1.0 if near else 0.0 if given.things else None


def of_another_time(question: Question, one: Candidate, other: Candidate) -> bool:
    """Whether two sentences are of different years or of different weeks, rounds or editions."""
    asked = _years(question.text)
    first, second = _years(one.text), _years(other.text)
    if asked:
        return bool(second) and not asked & second
    if first and second:
        return not first & second and (one.article.outlet or "") != (other.article.outlet or " ")
    if second and historic(other):
        return True
    periods = [dict((u.lower(), n.lower()) for n, u in _NUMBERED.findall(t))
               for t in (f"{question.text} {one.text}", other.text)]  # fmt: skip
    return any(periods[1].get(unit, n) != n for unit, n in periods[0].items())


def historic(candidate: Candidate) -> bool:
    """Whether a sentence tells of years long before its article was written, and of no other."""
    years = _years(candidate.text)
    published = (candidate.article.published or "")[:4]
    return bool(years and published) and max(years) < int(published) - 1


def _years(text: str) -> set[int]:
    return {int(found.group()) for found in _YEAR.finditer(text)}


def earlier(text: str, span: tuple[int, int]) -> bool:
    """Whether a value is said to have been before ("9,500 in the week before")."""
    return bool(_EARLIER.search(_between_signs(text, span)))


def speaks_of_before(text: str) -> bool:
    """Whether a text tells of a time before that of its article."""
    return bool(_EARLIER.search(text))


def _between_signs(text: str, span: tuple[int, int]) -> str:
    start = max((m.end() for m in re.finditer(r"[,;:]\s|\s[–—]\s", text[: span[0]])), default=0)
    stop = re.search(r"[,;:]\s|\s[–—]\s", text[span[1] :])
    return text[start : span[1] + stop.start() if stop else len(text)]


def clause(text: str, span: tuple[int, int]) -> str:
    """The clause of a sentence that a span is in; the sentence where that is a word or two."""
    start = max((m.end() for m in _CLAUSE.finditer(text, 0, span[0])), default=0)
    stop = _CLAUSE.search(text, span[1])
    part = text[start : stop.start() if stop else len(text)]
    return part if part.count(" ") >= SHORT else text
