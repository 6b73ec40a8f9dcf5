"""The time that a question names -> the publication dates that it means.

"Last week" and "since March" are counted from a day; the words that say so find nothing and are
taken out of the question. "In March 2024" may be the time of what happened rather than of what was
written: then the words stay, and the dates are preferred, not demanded. Rules for English;
`qa.days` knows the phrases.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from qa.days import ALONE, ANY, MONTH, PART, RELATIVE, SEASONS, YEAR, span

# "the election of 2020": what happened then stands between the preposition and the year.
_EVENT = (
    rf"(?!{PART})(?:the|its|his|her|their|last) "
    rf"(?:(?!(?:in|on|at|by|since|before|after|until)\b)[^\W\d][\w'’-]* )"
    rf"{{1,4}}?(?:of|in) (?={YEAR}|{MONTH})"
)
# "the 2020 election"
_NAMED = rf"(?P<named>(?:the|its|his|her|their) (?={YEAR} (?!and\b|to\b|or\b|did\b|was\b)[a-z]))?"
_PHRASE = re.compile(
    rf"\b(?:(?P<between>between|from) (?P<one>{ANY}) (?:and|to|until|till|through) (?P<two>{ANY})"
    rf"|(?P<how>since|after|before|until|till|up to|by|prior to|as of|as at|from|following"
    rf"|no later than|not before|in|on|at|during|within|over|throughout|around|of|for|dated|"
    rf"towards?|near|from) "
    rf"(?:(?P<event>{_EVENT})|{_NAMED})(?P<when>{ANY}|{ALONE})|(?P<bare>{RELATIVE}))\b",
    re.IGNORECASE,
)
_NOW = re.compile(
    r"\b(?:the )?(?:latest|newest|most recent(?:ly)?|current(?:ly)?|now(?:adays)?|at present|"
    r"at the moment|these days|right now|so far|to date|up to now|as things stand|still|"
    r"as of (?:now|today)|as at today|as we speak|recently|lately|of late|today)\b",
    re.IGNORECASE,
)
# What shows that a date is that of an article and not of what happened.
_OF_ARTICLES = re.compile(
    r"\b(?:articles?|stor(?:y|ies)|reports?|reported|coverage|news|pieces?|published|written|"
    r"wrote|headlines?|papers?|write)\b",
    re.IGNORECASE,
)
# "What did the mayor say today" asks for that day, "what is the price today" for what is now.
_THAT_DAY = re.compile(
    r"\b(?:did|was|were|happened|announced|reported|published|decided|said|new|opened|closed|won|"
    r"lost)\b.*\btoday\b(?!['’])",
    re.IGNORECASE,
)
_COUNTED = re.compile(
    r"\s+(?!and|or|in|at|on|about|to|by|was|were|is|are|did|do|does|say|said)[a-z]"
)
_SEASON = re.compile(rf"\b({'|'.join(SEASONS)}) of $", re.IGNORECASE)
_BEFORE_ALONE = frozenset(
    ("on", "since", "until", "till", "before", "after", "from", "in", "during", "over", "by")
)
_NO_DATE = re.compile(r"\b(?:may|march|fall|sun|mon)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class When:
    """The dates a question means, inclusive ISO bounds, and how it means them.

    `demanded` is whether only articles of these dates may answer; else the dates may also be those
    of the event. `latest` is whether the newest answer is wanted. `rest` is the question without
    the words that only say when to look, `said` those words, `relative` whether they are counted
    from today.
    """

    rest: str
    start: str | None = None
    end: str | None = None
    demanded: bool = False
    latest: bool = False
    said: str = ""
    relative: bool = False

    @property
    def bounded(self) -> bool:
        """Whether it has any date."""
        return bool(self.start or self.end)


def understand(text: str, today: date) -> When:
    """What a question says about time, counted from `today`."""
    latest = bool(_NOW.search(text)) and not _THAT_DAY.search(text)
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
        relative = bool(re.fullmatch(RELATIVE, phrase, re.IGNORECASE))
        relative = relative or bool(re.fullmatch(ALONE, phrase, re.IGNORECASE))
        around = text[: found.start()] + text[found.end() :]
        as_of = how in ("as of", "as at")
        demanded = as_of or bool(_OF_ARTICLES.search(around))
        cut = found.start()
        if found["event"] and not _SEASON.search(found["event"]):
            # What happened then is still what is asked about; only its date goes.
            cut = text.rindex(" ", 0, found.end("event") - 1)
        rest = " ".join(f"{text[:cut]} {text[found.end() :]}".split())
        rest = re.sub(r"\s+([?.!,])", r"\1", rest).lstrip(", ")
        return When(rest, start, end, demanded, latest or as_of, phrase, relative)
    return When(text, latest=latest)


def _bounds(found: re.Match[str], today: date) -> tuple[str | None, str | None] | None:
    """Inclusive bounds of one phrase; None when it is no date after all."""
    if found["between"]:
        first, second = found["one"], found["two"]
        if (year := re.search(YEAR, second)) and not re.search(YEAR, first):
            first = f"{first} {year[0]}"  # "between October and December 2024"
        one, two = span(first, today), span(second, today)
        if one is None or two is None or one[0] > two[1]:
            return None
        return _iso(one[0]), _iso(two[1])
    how = (found["how"] or "").lower()
    # "may" and "march" alone are verbs more often than months.
    phrase = found["when"] or found["bare"]
    after = found.string[found.end() :]
    if how in ("at", "over", "near", "within", "towards", "toward") and phrase.isdigit():
        return None  # "over 2000"
    if how in ("of", "for") and phrase.isdigit() and _COUNTED.match(after):
        return None  # "the price of 2000 eggs"
    season = _SEASON.search(found["event"] or "")
    if season and found["event"]:
        phrase = f"{season[1]} of {phrase}"
    if re.fullmatch(ALONE, phrase, re.IGNORECASE) and how not in _BEFORE_ALONE:
        return None  # "the Monday club", "a fall of"
    if _NO_DATE.fullmatch(phrase) and how in ("of", "for", "by", "around"):
        return None
    days = span(phrase, today)
    if days is None:
        return None
    first, last = days
    # The event lies somewhere in its year.
    inside = bool(found["event"] or found["named"]) and not season
    if how == "from" and re.search(r"\bin $", found["event"] or ""):
        return _iso(first), _iso(last)  # "driven from their homes in May": it is no beginning
    if how == "from" and re.fullmatch(r"(?:the )?(?:last|past|previous|this) .*", phrase):
        return _iso(first), _iso(last)
    if how in ("since", "from", "not before"):
        return _iso(first), None
    if how in ("after", "following"):
        return _iso(first if inside else last + timedelta(days=1)), None
    if how in ("before", "prior to"):
        return None, _iso(last if inside else first - timedelta(days=1))
    if how in ("until", "till", "up to", "by", "no later than", "as of", "as at"):
        return None, _iso(last)
    return _iso(first), _iso(last)


def _iso(day: date) -> str:
    return day.isoformat()
