"""The ways to look for an answer, in order: by dates, by whose words are wanted, or by neither.

"In March 2024" may be when something happened, which the sentence then says, or when it was
written. "What did Brough say" wants a sentence that Brough says, or one about Brough that says so.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from corpus.article import Article
from index.passages import Scope
from index.words import WORD, words
from qa.filters import Asked
from qa.rewrite import Standalone, rewrite
from qa.spans import DATES
from qa.speech import same_person, speaker
from qa.types import Turn
from qa.when import When, understand

# Times that an article counts from its own day, and a question may take over.
_COARSE = re.compile(r"(?:this|last) (?:month|quarter|year|spring|summer|autumn|fall|winter)", re.I)
Keep = Callable[[Article, int, int], bool]
BESIDE = 240
"""Characters before a sentence in which its date may stand."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """What to look for, where, and which sentences may answer (None: any).

    `literal` is whether they hold the very words that the question quotes.
    """

    standalone: Standalone
    scope: Scope
    keep: Keep | None = None
    literal: bool = False


def attempts(asked: Asked, history: Sequence[Turn], today: date | None) -> Iterator[Attempt]:
    """The attempts for a question, the most exact first; `today` bounds one about now, if given."""
    scope, when = asked.scope, asked.when
    if when.latest and today and not scope.end:
        scope = replace(scope, end=today.isoformat())
    text = _rewritten(asked.text if when.bounded else when.rest, history, when, today)
    ways: list[tuple[Standalone, Scope, Keep | None]] = [(text, scope, None)]
    if when.bounded:
        known = WORD.search(when.rest) or history
        bare = _rewritten(when.rest, history, when, today) if known else text
        ways = [(bare, within(scope, when), None)]
        if not when.demanded:
            ways.insert(0, (text, scope, _dated(asked.text, when)))
            if when.start and when.end:
                ways.insert(1, (bare, scope, _dated(asked.text, when, beside=0)))
        elif not today and _COARSE.match(when.said):
            # An article says "this year" of its own; a person who reads it asks in its words.
            ways.append((text, scope, _literal(when.said)))
    for standalone, bounds, keep in ways:
        if asked.literal:
            yield Attempt(standalone, bounds, _both(keep, _quoting(asked.literal)), literal=True)
        for said in _said(asked):
            yield Attempt(standalone, bounds, _both(keep, said))


def _rewritten(text: str, history: Sequence[Turn], when: When, today: date | None) -> Standalone:
    """The question with what it leans on; a time of its own takes the place of that before."""
    whole = rewrite(text, history)
    if not whole.asked or not (when.bounded or when.latest):
        return whole
    before = understand(whole.text[: whole.asked].strip(), today or date.today()).rest
    return Standalone(f"{before} {whole.text[whole.asked :]}".strip(), len(before) + 1)


def _quoting(said: str) -> Keep:
    """Sentences that hold words which the question quotes."""
    wanted = f" {' '.join(words(said))} "
    return lambda article, start, end: (
        wanted in f" {' '.join(words(article.text[start : end + len(said)]))} "
    )


def within(scope: Scope, when: When) -> Scope:
    """The scope narrowed to the dates that the question names; the flags where these contradict."""
    start = max(filter(None, (scope.start, when.start)), default=None)
    end = min(filter(None, (scope.end, when.end)), default=None)
    if start and end and start > end + "~":
        return scope
    return replace(scope, start=start, end=end)


def _said(asked: Asked) -> Iterator[Keep | None]:
    """Whose sentences may answer, the strictest first."""
    wanted = asked.speaker
    if wanted:
        last = wanted.split()[-1]
        mentioned = re.compile(rf"\b{re.escape(last)}\b")
        yield lambda article, start, end: _is_by(wanted, article, start, end)
        yield lambda article, start, end: bool(mentioned.search(article.text, start, end))
        return
    if asked.quoted:
        yield lambda article, start, end: speaker(article.text, start, end) is not None
    yield None


def _is_by(wanted: str, article: Article, start: int, end: int) -> bool:
    who = speaker(article.text, start, end)
    if who is None:
        authors = (article.author or "").split(", ")
        return any(same_person(wanted, author) for author in authors)
    return same_person(wanted, who)


def _dated(text: str, when: When, beside: int = BESIDE) -> Keep:
    """Sentences that say the date of the question, or stand in an article of these dates.

    The date may stand `beside` so many characters before the sentence.
    """
    gone = set(words(text)) - set(words(when.rest))
    said = {word for word in gone if word in DATES or any(c.isdigit() for c in word)}

    def keep(article: Article, start: int, end: int) -> bool:
        published = article.published or ""
        around = words(article.text[max(0, start - beside) : end])
        return bool(said) and said <= {*around, *published[:10].split("-")}

    return keep


def _literal(said: str) -> Keep:
    """Sentences that say the very words, or follow one that does."""
    phrase = re.compile(rf"\b{re.escape(said)}\b", re.IGNORECASE)
    return lambda article, start, end: bool(
        phrase.search(article.text, max(0, start - BESIDE), end)
    )


def _both(one: Keep | None, other: Keep | None) -> Keep | None:
    if one is None or other is None:
        return one or other
    return lambda article, start, end: one(article, start, end) and other(article, start, end)
