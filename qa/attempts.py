"""The ways to look for an answer, in order: by dates, by whose words are wanted, or by neither.

"In March 2024" may be when something happened, which the sentence then says, or when it was
written. "What did Brough say" wants a sentence that Brough says, or one about Brough that says so.
"""

import itertools
import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from corpus.article import Article
from index.passages import Scope
from index.words import WORD, stem, word_spans, words
from qa.asking import ASKS, is_name, says, tells_of
from qa.days import ALONE, DAY
from qa.events import begun, coming, compared, leads_with, of_other_days, told_of
from qa.features import has_form
from qa.figures import other_toll
from qa.filters import Asked
from qa.genre import is_opinion
from qa.holders import holds, office, succeeds
from qa.question import Kind, Question, is_function, kind_of, parse
from qa.reader import Candidate
from qa.rewrite import Standalone, rewrite
from qa.settle import certain
from qa.several import asks_survey
from qa.spans import DATES
from qa.speech import speaker
from qa.types import Turn
from qa.when import When, understand

# A question that names an outlet or an author is likelier to have an answer there: by how much the
# log of the odds grows (the questions of news-tune* and of the sample, each asked of the right
# outlet or author and of another, and those without an answer of the nearest; over 0..3).
NAMED = 1.0
# The same for a time, over the same questions asked within the month of the article and another.
DATED = 0.5
# Times that an article counts from its own day, and a question may take over.
_COARSE = re.compile(
    rf"(?:this|last) (?:month|quarter|year|spring|summer|autumn|fall|winter)|{ALONE}", re.IGNORECASE
)
_SHORT = re.compile(rf"yesterday|today|tonight|last night|{DAY}|weekend|days? ago", re.IGNORECASE)
# Questions for the time of what has been, and of what is to come.
_WAS = re.compile(
    r"\b(?:when|(?:on |in )?(?:what|which) (?:day|date|month|year)) (?:exactly |last )?"
    r"(?:did|was|were|had)\b",
    re.IGNORECASE,
)
_WILL = re.compile(
    r"\b(?:when|(?:by|in|on|until) (?:what|which) (?:day|date|month|year))\b.{0,12}"
    r"\b(?:will|going to|due|must)\b|\bwhen (?:is|are|do|does)\b",
    re.IGNORECASE,
)
_WHY = re.compile(
    r"^\W*(?:why|how come)(?: (?:is|are|was|were|do|does|did|has|have|had|will))?\b", re.I
)
_AHEAD = re.compile(
    r"\b(?:will|would|going to|plan|plans|planned|next|due|propos\w+|expect\w*)\b", re.I
)
# A sentence that somebody says and that has so many and such a share of the words asked is meant.
ENOUGH, NEARLY = 4, 0.8
BRIEF = timedelta(days=100)
AFTERWARDS = timedelta(days=2)
Keep = Callable[[Article, int, int], bool]
BESIDE = 240
"""Characters before a sentence in which its date may stand."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """What to look for, where, and which sentences may answer (None: any).

    `sure` is whether any of them does: it holds the words that the question quotes, or is said by
    the one of whom nothing else is asked; `more` by how much the log of the odds is greater, since
    the question names whose articles, or of what time; `latest` whether the newest is wanted.
    """

    standalone: Standalone
    scope: Scope
    keep: Keep | None = None
    sure: bool = False
    more: float = 0.0
    latest: bool = False

    def weighed(self, question: Question, found: Sequence[Candidate]) -> list[Candidate]:
        """Candidates with what the attempt itself says of how likely they answer.

        Those that count the injured where the dead are asked for are left out.
        """
        found = [c for c in found if not other_toll(question, c)]
        if self.sure:
            return certain(found)
        return [_likelier(c, self.more) for c in found] if self.more else list(found)


def attempts(asked: Asked, history: Sequence[Turn], today: date | None) -> Iterator[Attempt]:
    """The attempts for a question, the most exact first; `today` bounds one about now, if given."""
    latest, named = asked.when.latest, NAMED if asked.named else 0.0
    now = today or date.today()
    if not asked.when.bounded and (post := office(asked.when.rest)):
        came: Keep = lambda article, start, end: succeeds(article, start, end, now)  # noqa: E731
        held: Keep = lambda article, start, end: holds(post, article, start, end)  # noqa: E731
        for text, told in (*((text, came) for text in post.asked), (asked.when.rest, held)):
            wording = _rewritten(asked, text, history, today)
            yield Attempt(wording, asked.scope, told, more=named, latest=True)
    for standalone, bounds, keep in _times(asked, history, today):
        dated = asked.when.bounded and bounds != asked.scope
        more = named or (DATED if dated else 0.0)
        if asked.literal:
            yield Attempt(standalone, bounds, _both(keep, _quoting(asked.literal)), sure=True)
        if asked.quoted and len(WORD.findall(asked.text)) >= ENOUGH:
            yield Attempt(standalone, bounds, _both(keep, _telling(asked.text)), sure=True)
        for then in _tenses(asked, now):
            for said, sure in _said(asked):
                within_ = _both(_both(keep, then), said)
                yield Attempt(standalone, bounds, within_, sure, more, latest)


def _times(
    asked: Asked, history: Sequence[Turn], today: date | None
) -> Iterator[tuple[Standalone, Scope, Keep | None]]:
    """What to look for by the time that is meant: of what happened, or of what was written."""
    scope, when = asked.scope, asked.when
    if when.latest and today and not scope.end:
        scope = replace(scope, end=today.isoformat())
    if not when.bounded:
        yield _rewritten(asked, when.rest, history, today), scope, None
        if asked.speaker and _WHY.search(when.rest):
            # The reason that somebody gives need not be put as one.
            said = _WHY.sub("What is said about", when.rest)
            yield _rewritten(asked, said, history, today), scope, None
        return
    text = _rewritten(asked, asked.text, history, today)
    known = WORD.search(when.rest) or history
    bare = _rewritten(asked, when.rest, history, today) if known else text
    days = (when.start, when.end)
    ways: list[tuple[Standalone, Scope, Keep | None]] = [(bare, within(scope, when), None)]
    if not when.demanded:
        told: Keep = lambda article, start, end: told_of(article, start, end, days)  # noqa: E731
        # "Last week" is first of all when it was in the paper, "in 2019" when it happened.
        ways.insert(1 if when.relative and _brief(days) else 0, (bare, scope, told))
        if not when.relative:
            ways.insert(0, (text, scope, _dated(asked.text, when)))
        if when.start and when.end:
            ways.append((bare, scope, lambda a, s, e: leads_with(a, s, e, days)))
            if when.relative and _SHORT.search(when.said):
                # What happened on Monday is in Tuesday's paper.
                late = date.fromisoformat(when.end) + AFTERWARDS
                ways.append((bare, within(scope, replace(when, end=late.isoformat())), None))
    if asks_survey(asked.text) and not when.relative:
        # What there is of a time is first of all what was written then.
        ways.sort(key=lambda way: way[1] == scope)
    yield from ways
    ahead = when.start and when.start > (today or date.today()).isoformat()
    if ahead or (not today and when.relative and _COARSE.match(when.said)):
        # An article says "this year" of its own; a person who reads it asks in its words.
        yield text, scope, None if ahead else _literal(when.said)


def _brief(days: tuple[str | None, str | None]) -> bool:
    """Whether days are fewer than a season."""
    start, end = days
    if not start or not end:
        return False
    return date.fromisoformat(end) - date.fromisoformat(start) < BRIEF


def _rewritten(asked: Asked, text: str, history: Sequence[Turn], today: date | None) -> Standalone:
    """The question with what it leans on; a time of its own takes the place of that before.

    Whoever is to say it is looked for with it, but need not be named where they speak.
    """
    whole = rewrite(text, history)
    if not whole.asked and asked.speaker:
        said = f"{asked.speaker} {asked.verb}".strip()
        return Standalone(f"{said} {text}", len(said) + 1)
    if not whole.asked or not (asked.when.bounded or asked.when.latest):
        return whole
    before = understand(whole.text[: whole.asked].strip(), today or date.today()).rest
    return Standalone(f"{before} {whole.text[whole.asked :]}".strip(), len(before) + 1)


def _likelier(candidate: Candidate, more: float) -> Candidate:
    """A candidate whose log of the odds is greater by `more`."""
    odds = candidate.probability / max(1 - candidate.probability, 1e-9)
    return replace(candidate, probability=1 - 1 / (1 + odds * math.exp(more)))


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


def _said(asked: Asked) -> Iterator[tuple[Keep | None, bool]]:
    """Whose sentences may answer, the strictest first, and whether any of them does."""
    wanted = asked.speaker
    if wanted:
        all_ = not any(not is_function(word) for *_, word in word_spans(asked.when.rest))
        own: Keep = lambda article, start, end: says(wanted, article, start, end)  # noqa: E731
        if asked.verb:
            verb = stem(asked.verb)
            yield _both(own, lambda a, start, end: verb in words(a.text[start:end])), all_
        yield own, all_
        yield lambda article, start, end: tells_of(wanted, article, start, end), False
        if not is_name(wanted) and wanted.islower():
            yield None, False  # "the government" may be "the ministry" in an article
        return
    if asked.writer:
        yield lambda article, start, end: asked.writer in (article.author or ""), False
    if asked.opinion:
        yield lambda article, start, end: is_opinion(article), False
    if asked.quoted:
        yield lambda article, start, end: speaker(article.text, start, end) is not None, False
    yield None, False


def _telling(question: str) -> Keep:
    """Sentences that somebody says, with nearly all the words of the question."""
    asked = {word for *_, word in word_spans(question) if not is_function(word)}
    asked -= {stem(word) for word in ASKS}

    def keep(article: Article, start: int, end: int) -> bool:
        held = asked & set(words(article.text[start:end]))
        nearly = len(held) >= NEARLY * len(asked)
        return len(held) >= ENOUGH and nearly and speaker(article.text, start, end) is not None

    return keep


def _tenses(asked: Asked, today: date) -> Iterator[Keep | None]:
    """Sentences that may tell when something was, or will be: by the days that they name."""
    text = asked.text
    timed: Keep | None = None
    if kind_of(text) is Kind.TIME:
        question = parse(text, {}, 1)
        timed = lambda article, start, end: has_form(question, article.text[start:end])  # noqa: E731
    if _WAS.search(text) or (asked.when.latest and not _AHEAD.search(text)):
        yield _both(timed, lambda article, start, end: begun(article, start, end, today))
        return
    if _WILL.search(text):
        yield _both(timed, coming)
    yield timed


def _dated(text: str, when: When, beside: int = BESIDE) -> Keep:
    """Sentences that say the date of the question, or stand in an article of these dates.

    The date may stand `beside` so many characters before the sentence.
    """
    gone = set(words(text)) - set(words(when.rest))
    said = {word for word in gone if word in DATES or any(c.isdigit() for c in word)}
    exact = when.start and when.end and not asks_survey(text)

    def keep(article: Article, start: int, end: int) -> bool:
        published = article.published or ""
        if compared(article.text, start, end, when.said):
            return False
        if exact and of_other_days(article, start, end, (when.start, when.end)):
            return False
        around = words(article.text[max(0, start - beside) : end])
        # "17 March 2024" is no March of 2023.
        years = {
            after
            for word, after in itertools.pairwise(around)
            if word in said and word in DATES and len(after) == 4 and after.isdigit()
        }
        if years and not years & said:
            return False
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
