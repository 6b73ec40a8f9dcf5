"""What a question is asked of: the dates, outlet, author and speaker that it names, and the flags.

"According to the Courier", "what did Brough say", "since March" say where to look. What only says
that is taken out of the question, so that it is not looked for in the sentences.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from corpus.dates import iso_date
from corpus.errors import QuestionError
from index.passages import Scope
from index.words import WORD
from qa.according import named, plain
from qa.asking import Whose, asks_who_said, whose
from qa.plainly import plainly
from qa.speech import same_person
from qa.when import When, understand

Names = Callable[[Literal["author", "outlet"]], Sequence[str]]

# A kind of piece that says what somebody thinks.
_OPINION = re.compile(
    r"(?:(?:according to|in|from) )?(?:(?:the|an?|its|their|any) )?(?:[\w-]+ )?"
    r"\b(?:opinion (?:piece|article|column)s?|op-?eds?|editorials?|columns?|columnists?|"
    r"comment pieces?|commentar(?:y|ies)|leading articles?|leaders?(?= (?:on|about)\b)|"
    r"letters?(?: to the editor)?(?= (?:in|about|on|to|from|say|says)\b))\b",
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
    whether a piece of opinion is, `writer` the author that it names without saying more. `named`
    is whether it names an outlet or an author to look under, `other` what it means if nothing
    answers it so: the words of an author, where not their articles.
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
    named: bool = False
    other: "Asked | None" = None

    def readings(self) -> Iterator["Asked"]:
        """The ways to understand it, the likeliest first."""
        yield self
        if self.other:
            yield from self.other.readings()


def asked_of(text: str, scope: Scope, names: Names, today: date) -> Asked:
    """What a question says of where to look, within the scope that the flags give."""
    rest = _REPORTED.sub("What do we know about", _NEWS.sub("What do we know of the latest", text))
    dated = rest != text
    if outlet := named(rest, names("outlet"), outlets=True):
        rest, dated = outlet.rest, dated or outlet.how == "written"
        scope = replace(scope, outlet=scope.outlet or outlet.name)

    author = named(rest, [name for name in names("author") if name != scope.outlet])

    def meant(rest: str, asks: Whose | None, scope: Scope = scope) -> Asked:
        under = outlet is not None or bool(scope.author and author)
        return _understood(text, rest, scope, asks, names, today, dated=dated, under=under)

    asks = whose(rest)
    if asks and outlet and plain(asks.who).removeprefix("the ") in plain(outlet.name):
        asks = None
    if author is None:
        return meant(rest, asks)
    inside = None
    # Their words may stand in another's article, or be all that theirs says.
    said = replace(asks, who=author.name) if asks else Whose(author.name, author.rest)
    if asks and not same_person(asks.who, author.name):
        if author.how == "said":
            return meant(rest, asks)
        inside, said = whose(author.rest), asks
    dated = dated or author.how == "written"
    by = meant(author.rest, inside, replace(scope, author=scope.author or author.name))
    if author.how == "said" or (author.how == "given" and not author.whole):
        return replace(meant(rest, said), other=by)
    return replace(by, other=meant(rest, said))


def _understood(
    text: str,
    rest: str,
    scope: Scope,
    asks: Whose | None,
    names: Names,
    today: date,
    *,
    dated: bool,
    under: bool,
) -> Asked:
    """A question of which `rest` is to be looked for, in the words of the one whom it asks for.

    `dated` is whether its dates are those of articles, `under` whether it names whose.
    """
    speaker, verb = (asks.who, asks.verb) if asks else (None, "")
    rest = asks.rest if asks else rest
    if not WORD.search(rest):
        rest = text
    opinion = bool(_OPINION.search(text))
    if speaker and _OPINION.search(speaker):
        speaker = None
    if opinion and (piece := _OPINION.search(rest)):
        less = " ".join(f"{rest[: piece.start()]} {rest[piece.end() :]}".split())
        rest = less.lstrip(" ,") if len(WORD.findall(less)) > 1 else rest
    if speaker and verb in ("", "say"):
        rest = _TO_REPORTERS.sub("", rest)
    when = understand(rest, today)
    rest, when = plainly(rest), replace(when, rest=plainly(when.rest))
    quoted = asks_who_said(rest) and not speaker
    literal = _LITERAL.search(text) if quoted else None
    words_of = literal[1] if literal and len(WORD.findall(literal[1])) > 1 else ""
    if dated:
        # "What did the papers report" asks for articles of these dates.
        when = replace(when, demanded=when.bounded)
    if quoted and not when.demanded:
        when = When(rest)  # a date is one that was spoken of
    writer = "" if speaker or scope.author else _writer(text, names("author"), scope.outlet)
    return Asked(rest, scope, when, speaker, quoted, words_of, verb, opinion, writer, under)


def _writer(text: str, authors: Sequence[str], outlet: str | None) -> str:
    """The author whose whole name a question holds: "Why will Clementine Orde vote for her?"."""
    said = f" {plain(text)} "
    every = (name for value in authors for name in value.split(", ") if name != outlet)
    return next((n for n in every if " " in plain(n) and f" {plain(n)} " in said), "")


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
