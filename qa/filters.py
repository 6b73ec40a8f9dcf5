"""What a question is asked of: the dates, outlet, author and speaker that it names, and the flags.

"According to the Courier", "what did Brough say", "since March" say where to look. What only says
that is taken out of the question, so that it is not looked for in the sentences.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from corpus.dates import iso_date
from corpus.errors import QuestionError
from index.passages import Scope
from index.words import WORD, fold
from qa.asking import asks_who_said, whose
from qa.speech import same_person
from qa.when import When, understand

Names = Callable[[Literal["author", "outlet"]], Sequence[str]]

_SAID = (
    r"(?:say|said|says|report|reported|reports|write|wrote|writes|claim|claimed|claims|tell|told|"
    r"think|argue|argued|argues|call|called|describe|described|cover|covered|mention|mentioned|"
    r"give|gave|put|explain|publish|published)"
)
_PIECE = (
    r"(?:(?:news |opinion |own )?(?:articles?|reports?|stor(?:y|ies)|coverage|pieces?|accounts?|"
    r"columns?|editorials?|posts?))"
)
# A kind of piece that says what somebody thinks.
_OPINION = re.compile(
    r"(?:(?:according to|in|from) )?(?:(?:the|an?|its|their|any) )?(?:[\w-]+ )?"
    r"\b(?:opinion (?:piece|article|column)s?|op-?eds?|editorials?|columns?|columnists?|"
    r"comment pieces?|commentar(?:y|ies)|leading articles?|leaders?(?= (?:on|about)\b)|"
    r"letters?(?: to the editor)?(?= (?:in|about|on|to|from|say|says)\b))\b",
    re.IGNORECASE,
)
# {name} is put in; what matches is only where to look, but for the last two.
_ONLY_WHERE = (
    r",?\s*\b(?:according to|as reported by|as told by|as per|in the pages of|"
    r"in the (?:words|views?|opinion|eyes|account) of)"
    r" (?:the )?{name}(?:[’']s (?:{piece}|own words)| {piece})?,?",
    r",?\s*\b(?:in|by|from|of) (?:the )?{name}(?:[’']s)? {piece}(?= |[?.!,]|$)",
    r",?\s*\bin (?:an? |the )?{piece} (?:in|by|from|of) (?:the )?{name}(?=[ ?.!,]|$),?",
    r",?\s*\bin (?:the )?{name}[’']s? (?:own )?(?:words|views?|opinion|account)(?=[ ?.!,]|$),?",
    r",?\s*\b(?:in|from) (?:the )?{name}(?=\s*[?.!,]|$),?",
    r"(?:^|(?<= ))(?:the )?{name}[’']s? {piece}(?=[ ?.!,])",
)
_WHERE = (
    r"\b(?:did|does|do|has|have|had) (?:the )?{name} (?:\w+ )?{said}\b",
    r"\b(?:the )?{name} (?:has |have |had )?{said}\b",
)


_WHO_SAID = re.compile(
    r"\b(who)(?: \w+ly)? (?:complained|insisted|noted|admitted|added|stated|explained|replied|"
    r"remarked|told \w+|joked|conceded|stressed|pointed out|maintained|acknowledged|lamented|"
    r"confirmed|declared|responded|countered|recalled|quipped|put it)\b(?= (?:that|the|it|he|she|"
    r"they|nobody|no|there|how|what|of)\b)",
    re.IGNORECASE,
)
# A toll is told by what it counts.
_TOLL = re.compile(
    r"\b(?:what|how high) (?:is|was|were|has been) the (?:\w+ )?death toll"
    r"(?: of| in| from|(?=\W*$))"
    r"",
    re.IGNORECASE,
)
# What the papers say of something is what is known of it.
_REPORTED = re.compile(
    r"\bwhat (?:(?:did|do|does|have|has|had) (?:the |any |our )?(?:\w+ )?(?:papers?|newspapers?|"
    r"press|media|news|articles?|outlets?|reports?|stor(?:y|ies)) (?:say|said|reports?|reported|"
    r"write|written|tell|told|carry|carried)(?: us)?"
    r"|(?:was|is|has been|were) (?:being )?(?:reported|written|said)(?: in the (?:papers?|press|"
    r"media|news))?) (?:about|on|of)\b",
    re.IGNORECASE,
)
_REPORTING = re.compile(
    r"^\W*what (?:did|do|does|have|has|had) (?:say|said|report|reported|write|written|tell|told)"
    r"(?= (?:about|on|of)\b)",
    re.IGNORECASE,
)
_NEWS = re.compile(
    r"\b(?:what(?:['’]?s| is| are)|is there|are there|any|give me) (?:the |any )?"
    r"(?:latest(?: news| updates?| developments?)?|news|updates?) (?:on|about|with|from|of)\b",
    re.IGNORECASE,
)
_TO_REPORTERS = re.compile(
    r"\b(?:to )?(?:the )?(?:reporters?|journalists?|press|media)\b(?!['’])", re.IGNORECASE
)
_LITERAL = re.compile(r"(?<!\w)[“\"«'‘]([^”\"»“«]{6,300}?)[”\"»'’](?!\w)")


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it is to be looked for, and where.

    `text` is what is looked for; `scope` the flags with what the question itself demands; `when`
    the time that it names; `speaker` whose words are wanted and `verb` how they say it; `quoted`
    whether only somebody's words are wanted, `literal` those that the question quotes; `opinion`
    whether a piece of opinion is, `writer` the author that it names without saying more.
    """

    text: str
    scope: Scope
    when: When
    speaker: str | None = None
    quoted: bool = False
    literal: str = ""
    verb: str = ""
    opinion: bool = False
    writer: str = ""


def asked_of(text: str, scope: Scope, names: Names, today: date) -> Asked:
    """What a question says of where to look, within the scope that the flags give."""
    given, text = text, _NEWS.sub("What do we know of the latest", text)
    text = _REPORTED.sub("What do we know about", text)
    rest, asks = text, whose(text)
    speaker, verb = (asks.who, asks.verb) if asks else (None, "")
    if found := _named(text, names("outlet"), outlets=True):
        name, rest = found
        scope = replace(scope, outlet=scope.outlet or name)
        asks = whose(rest)
        speaker, verb = (asks.who, asks.verb) if asks else (None, "")
        if speaker and _plain(speaker).removeprefix("the ") in _plain(name):
            speaker = asks = None
        rest = _REPORTING.sub("What do we know", rest)
    if found := _named(rest, names("author")):
        name, without = found[0], found[1]
        if re.search(rf"\b{_PIECE}\b", rest) and not re.search(rf"\b{_PIECE}\b", without):
            scope = replace(scope, author=name)
            speaker = asks = None
        elif not speaker or same_person(speaker, name):
            speaker = name  # their article, or their words in another's
        rest = asks.rest if asks else without
    elif asks:
        rest = asks.rest
    if not WORD.search(rest):
        rest = text
    opinion = bool(_OPINION.search(text))
    if speaker and _OPINION.search(speaker):
        speaker = None
    if opinion and (piece := _OPINION.search(rest)):
        less = " ".join(f"{rest[: piece.start()]} {rest[piece.end() :]}".split())
        rest = less.lstrip(" ,") if len(WORD.findall(less)) > 1 else rest
    if speaker and asks and asks.verb in ("", "say"):
        rest = _TO_REPORTERS.sub("", rest)
    quoted = asks_who_said(text) and not speaker
    if quoted:
        # The verb is the question's own: what is looked for is what was said.
        rest = _WHO_SAID.sub(r"\1 said", rest)
    rest = _TOLL.sub("How many people were killed in", rest)
    literal = _LITERAL.search(text) if quoted else None
    words_of = literal[1] if literal and len(WORD.findall(literal[1])) > 1 else ""
    when = understand(rest, today)
    if text != given:
        # "What did the papers report" asks for articles of these dates.
        when = replace(when, demanded=when.bounded)
    if quoted and not when.demanded:
        when = When(rest)  # a date is one that was spoken of
    writer = "" if speaker or scope.author else _writer(text, names("author"))
    return Asked(rest, scope, when, speaker, quoted, words_of, verb, opinion, writer)


def _writer(text: str, authors: Sequence[str]) -> str:
    """The author whose whole name a question holds: "Why will Clementine Orde vote for her?"."""
    said = f" {_plain(text)} "
    every = (name for value in authors for name in value.split(", "))
    return next((n for n in every if " " in _plain(n) and f" {_plain(n)} " in said), "")


def _named(text: str, names: Sequence[str], *, outlets: bool = False) -> tuple[str, str] | None:
    """The name that a question says to look under, and the question without what says it."""
    best: tuple[int, str, str] | None = None
    # The last words of the outlets that have several: "the Courier".
    of_outlets = {form for name in names for form in _forms(name)[1:]} if outlets else set()
    folded = f" {_plain(text)} "
    for value in names:
        for name in value.split(", "):
            for form in _forms(name):
                if f" {_plain(form)} " not in folded:
                    continue
                if form in of_outlets and f" the {_plain(form)} " not in folded:
                    continue  # "in Ferrier" is no Daily Ferrier
                pattern = re.escape(form).replace(r"\ ", r"\s+")
                rest = _remove(text, pattern)
                if rest is None and not any(
                    re.search(where.format(name=pattern, said=_SAID), text, re.IGNORECASE)
                    for where in _WHERE
                ):
                    continue
                if best is None or len(form) > best[0]:
                    # "What did the Post say of the bridge?" finds nothing by the Post's name.
                    left = re.sub(rf"\b(?:the )?{pattern}[’']?s?(?!\w) ?", "", text, flags=re.I)
                    best = (len(form), name, rest if rest is not None else left)
    return None if best is None else best[1:]


def _forms(name: str) -> list[str]:
    """How a name may be said: whole, without "The", and by its last word."""
    bare = re.sub(r"^the\s+", "", name, flags=re.IGNORECASE)
    last = bare.split()[-1] if bare.split() else ""
    return [form for form in dict.fromkeys((bare, last)) if len(form) > 3]


def _remove(text: str, pattern: str) -> str | None:
    """The question without a phrase that only says where to look; None where there is none."""
    for where in _ONLY_WHERE:
        found = re.search(where.format(name=pattern, piece=_PIECE), text, re.IGNORECASE)
        if found:
            rest = f"{text[: found.start()]} {text[found.end() :]}"
            return re.sub(r"\s+([?.!,])", r"\1", " ".join(rest.split())).lstrip(" ,")
    return None


def _plain(text: str) -> str:
    return " ".join(WORD.findall(fold(text)))


def bound(value: str | date | None) -> str | None:
    """A bound that a person gave, as an ISO prefix.

    Raises:
        QuestionError: it is no date.
    """
    if not value:
        return None
    if not isinstance(value, (str, date)):
        raise TypeError(f"a date is a str or a date, not {type(value).__name__}")
    text = iso_date(value.isoformat() if isinstance(value, date) else value.strip())
    if text is None:
        raise QuestionError(
            f"{str(value)[:40]!r} is no date: write it as 2026, 2026-03 or 2026-03-10"
        )
    return text


def day(value: str | date | None) -> date:
    """The day that a question is asked on, the first of it where only a month or year is given."""
    text = (bound(value) or date.today().isoformat())[:10]
    return date.fromisoformat(text + "-01-01"[: 10 - len(text)] if len(text) < 10 else text)
