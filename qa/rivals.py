"""Which values that articles give are of the same thing, so that they agree or differ.

A value is set against the best answer's when it measures the same, counts the same, and is of the
same time, in a sentence that says what is asked in the words of the best one or as surely. An
outlet has one voice: what it said before is older, not another opinion.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from corpus.article import Article
from index.words import words
from qa.orders import gives_orders, to_come
from qa.question import Kind, Question
from qa.reader import Candidate
from qa.same import (
    alike,
    comparable,
    days_between,
    earlier,
    of_another_time,
    same_event,
    same_names,
    same_thing,
    share_of,
    speaks_of_before,
)
from qa.values import NAMED, Known, differ, values_in

# How far below the best a sentence of another article may score and still be its rival (tuned on
# the sample and news-tune, over 0.5..2.5: more takes another fact for another value).
RIVAL = 1.5
# How far below the best it may score when it has all the words of the question that the best has.
ALIKE = 6.0
# The share of the asked words without names, which a sentence must have whose probability is low.
SAID = 0.4
# The same where what is measured tells more, and where it is a name, which tells less.
LESS, SAME_ROLE = 0.25, 0.8
# An article in which more of the question is missing is about something else.
ABOUT = 0.2
# Days between two articles of which one hardly tells of the other's event.
LONG = 180
_MEASURES = ("length", "area", "weight", "speed", "volume", "degrees")


@dataclass(frozen=True, slots=True)
class Rival:
    """A candidate whose span gives `value`; `strength` is how well it says what the best says."""

    candidate: Candidate
    value: Known
    strength: float = 0.0


@dataclass(frozen=True, slots=True)
class Compared:
    """What each independent voice says last, the best's first, and what was said before it."""

    voices: tuple[Rival, ...]
    older: tuple[Rival, ...] = ()


def compare(
    question: Question,
    found: Sequence[Candidate],
    threshold: float,
    standing: Callable[[str], str | None] = lambda _: None,
    *,
    given: Known,
    also: Sequence[Rival] = (),
    ever: bool = False,
) -> Compared:
    """Set the values of all articles against `given`, that of the best candidate, `found[0]`.

    `also` holds those that are known to be of the same thing; with `ever` it does not matter how
    long before or after the best one an article appeared.
    """
    best = found[0]
    strongest: dict[str, Rival] = {best.article.id: Rival(best, given, 9.0)}
    told = {rival.candidate.article.id: rival for rival in also}
    strongest |= told
    for candidate in found[1:]:
        if candidate.article.id == best.article.id or candidate.article.id in told:
            continue
        if not ever and _long_between(best.article, candidate.article):
            continue
        rival = _aligned(question, best, given, candidate, threshold)
        if rival is None:
            continue
        known = strongest.get(candidate.article.id)
        if known is None or rival.strength > known.strength:
            strongest[candidate.article.id] = rival
    # One that gives the best's value as well has its other value of something else.
    rivals = [
        rival
        for rival in strongest.values()
        if not differ(given, rival.value) or not _says(rival.candidate.article, given)
    ]
    return _by_voice(rivals, standing)


def _long_between(one: Article, other: Article) -> bool:
    """Whether articles of two outlets are too far apart in time to tell of one event."""
    if one.outlet and one.outlet == other.outlet:
        return False
    days = days_between(one, other)
    return days is not None and days > LONG and not same_event(one, other)


def _by_voice(rivals: Sequence[Rival], standing: Callable[[str], str | None]) -> Compared:
    """The newest of each outlet, and those that it says otherwise than before."""
    voices: dict[str, list[Rival]] = {}
    for rival in rivals:
        article = rival.candidate.article
        outlet = " ".join(words(article.outlet or ""))
        voices.setdefault(standing(article.id) or outlet or article.id, []).append(rival)
    newest, older = [], []
    for said in voices.values():
        last = max(said, key=lambda r: (_date(r) or "", r.strength))
        newest.append(last)
        for rival in said:
            if not differ(rival.value, last.value):
                continue
            if (_date(rival) or "")[:10] < (_date(last) or "")[:10]:
                older.append(rival)
            elif rival is not last:
                newest.append(rival)
    older.sort(key=lambda r: _date(r) or "", reverse=True)
    return Compared(tuple(newest), tuple(older))


def _date(rival: Rival) -> str | None:
    """When an article appeared; one of the future, or one that gives orders, is newer than none."""
    article = rival.candidate.article
    return None if to_come(article) or gives_orders(article) else article.published


def _aligned(
    question: Question, best: Candidate, given: Known, other: Candidate, threshold: float
) -> Rival | None:
    """The value of another candidate that is of the same thing as the best's; None without any."""
    sure = other.probability >= threshold and (
        best.score - other.score <= RIVAL
        or (best.score - other.score <= ALIKE and alike(question, best, other))
    )
    if not sure and other.gap > ABOUT:
        return None
    if question.kind not in (Kind.TIME, *NAMED) and of_another_time(question, best, other):
        return None
    share = share_of(question, best, other)
    least = SAME_ROLE if question.kind in NAMED else LESS if given.unit in _MEASURES else SAID
    said = share >= least
    # A count says itself what it counts; the title may say the rest.
    titled = said or share_of(question, best, other, other.article.title) >= least
    dated = question.kind is Kind.TIME and same_event(best.article, other.article)
    told = given.number is None and (titled or dated) and other.probability >= threshold
    sure = sure or told
    if not (sure or titled) or not same_names(question, best.article, other.article):
        return None
    chosen: Rival | None = None
    for span, value in values_in(question, other.text):
        if not comparable(given, value, best.article, other.article):
            continue
        same = same_thing(question, given, value, other.text, span)
        if same == 0:
            continue
        if earlier(other.text, span) and not speaks_of_before(f"{question.text} {best.text}"):
            continue
        counted = given.number is not None and not given.unit
        if not sure and (not same if counted else not said):
            continue
        here = 0.3 * (
            other.span is not None and span[0] < other.span[1] and other.span[0] < span[1]
        )
        strength = 2 * share + bool(same) + here + 0.05 * (other.score - best.score)
        if chosen is None or strength > chosen.strength:
            chosen = Rival(replace(other, span=span), value, strength)
    return chosen


def _says(article: Article, value: Known) -> bool:
    """Whether an article gives this very value too, of the same thing as far as can be told."""
    form = rf"(?<!\w){re.escape(value.text)}(?![\w%]|[.,]\d)(.{{0,60}})"
    for found in re.finditer(form, article.text, re.IGNORECASE):
        if value.number is None or value.unit or not value.things:
            return True
        if value.things & set(words(found[1])):
            return True
    return False


def grouped(voices: Sequence[Rival]) -> list[tuple[Known, list[Candidate]]]:
    """The voices by the value they give, in their order."""
    groups: list[tuple[Known, list[Candidate]]] = []
    for rival in voices:
        told = next((told for known, told in groups if not differ(known, rival.value)), None)
        if told is None:
            groups.append((rival.value, [rival.candidate]))
        else:
            told.append(rival.candidate)
    return groups


def alternatives(
    question: Question,
    found: Sequence[Candidate],
    threshold: float,
    near: float,
    standing: Callable[[str], str | None],
) -> list[Candidate]:
    """The best sentence of each independent article that answers about as well as the best.

    About as well is at most `near` below it, or with the same words of the question.
    """
    best: dict[str, Candidate] = {}
    for candidate in found:
        if candidate.probability < threshold:
            continue
        behind = found[0].score - candidate.score
        if behind <= near or (behind <= ALIKE and alike(question, found[0], candidate)):
            identity = standing(candidate.article.id) or candidate.article.id
            known = best.setdefault(identity, candidate)
            # Of two sentences of an article the one that says what the best says is its rival.
            if not alike(question, found[0], known) and alike(question, found[0], candidate):
                best[identity] = candidate
    return list(best.values())
