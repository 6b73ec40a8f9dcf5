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
from qa.speech import asked_speaker, asks_who_said, same_person
from qa.when import When, understand

Names = Callable[[Literal["author", "outlet"]], Sequence[str]]

_SAID = (
    r"(?:say|said|says|report|reported|reports|write|wrote|writes|claim|claimed|claims|tell|told|"
    r"think|argue|argued|argues|call|called|describe|described|cover|covered|mention|mentioned|"
    r"give|gave|put|explain|publish|published)"
)
_PIECE = (
    r"(?:articles?|reports?|stor(?:y|ies)|coverage|pieces?|accounts?|columns?|editorials?|posts?)"
)
# {name} is put in; what matches is only where to look, but for the last two.
_ONLY_WHERE = (
    r",?\s*\b(?:according to|as reported by|as told by|as per|in the words of|in the pages of)"
    r" (?:the )?{name}(?:[’']s (?:{piece}|own words))?,?",
    r",?\s*\b(?:in|by|from|of) (?:the )?{name}(?:[’']s)? {piece}(?= |[?.!,]|$)",
    r",?\s*\bin (?:an? |the )?{piece} (?:in|by|from|of) (?:the )?{name}(?=[ ?.!,]|$),?",
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
_LITERAL = re.compile(r"(?<!\w)[“\"«'‘]([^”\"»“«]{6,300}?)[”\"»'’](?!\w)")


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it is to be looked for, and where.

    `text` is what is looked for; `scope` the flags with what the question itself demands; `when`
    the time that it names; `speaker` whose words are wanted, `quoted` whether only somebody's are,
    `literal` the words that it quotes.
    """

    text: str
    scope: Scope
    when: When
    speaker: str | None = None
    quoted: bool = False
    literal: str = ""


def asked_of(text: str, scope: Scope, names: Names, today: date) -> Asked:
    """What a question says of where to look, within the scope that the flags give."""
    rest = text
    speaker = asked_speaker(text)
    if found := _named(text, names("outlet")):
        name, rest = found
        scope = replace(scope, outlet=scope.outlet or name)
        if speaker and _plain(speaker).removeprefix("the ") in _plain(name):
            speaker = None
    if found := _named(rest, names("author")):
        name, without = found[0], found[1]
        if re.search(rf"\b{_PIECE}\b", rest) and not re.search(rf"\b{_PIECE}\b", without):
            scope = replace(scope, author=name)
            speaker = None
        elif not speaker or same_person(speaker, name):
            speaker = name  # their article, or their words in another's
        rest = without
    if speaker:
        rest = _remove(rest, re.escape(speaker)) or rest
    if not WORD.search(rest):
        rest = text
    quoted = asks_who_said(text)
    if quoted:
        # The verb is the question's own: what is looked for is what was said.
        rest = _WHO_SAID.sub(r"\1 said", rest)
    rest = _TOLL.sub("How many people were killed in", rest)
    literal = _LITERAL.search(text) if quoted else None
    words_of = literal[1] if literal and len(WORD.findall(literal[1])) > 1 else ""
    return Asked(rest, scope, understand(rest, today), speaker, quoted, words_of)


def _named(text: str, names: Sequence[str]) -> tuple[str, str] | None:
    """The name that a question says to look under, and the question without what says it."""
    best: tuple[int, str, str] | None = None
    folded = f" {_plain(text)} "
    for value in names:
        for name in value.split(", "):
            for form in _forms(name):
                if f" {_plain(form)} " not in folded:
                    continue
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
