"""What a correction says was wrong, what is right, and which answer it replaces.

A correction repeats the mistake ("we said 312; it is 274"), so that its own sentences are read by
clauses: a value in a clause that tells the mistake answers nothing. An answer that gives this value
is replaced by what is right, and so on when the correction has been corrected.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from corpus.article import Article
from index.sentences import sentences
from index.words import words
from qa.features import starts_with_pronoun
from qa.genre import asks_of_mistake, is_correction, mistaken
from qa.question import Question, is_function
from qa.reader import Candidate
from qa.spans import candidates as spans_of
from qa.values import Known, differ, value_of

# A correction in which more than this of the question is missing is about something else.
ABOUT = 0.3
# Corrections of corrections that are followed.
MOST = 4
# Sentences after the mistake in which what is right may stand.
AFTER = 3
# How far below the best what a corrected article says may score, where it names no mistake.
NEAR = 4.0


@dataclass(frozen=True, slots=True)
class Corrected:
    """Candidates without mistakes; `right`, if any, replaces the best one, `wrong`, if shown."""

    found: tuple[Candidate, ...]
    right: Candidate | None = None
    wrong: Candidate | None = None


def corrected(question: Question, found: Sequence[Candidate]) -> Corrected:
    """Put the corrections among these candidates, the best first, into effect."""
    notices = {c.article.id: c.article for c in found if is_correction(c.article)}
    if not notices or asks_of_mistake(question.text):
        return Corrected(tuple(found))
    gaps = {c.article.id: c.gap for c in reversed(found)}
    relevant = [notice for key, notice in notices.items() if gaps[key] <= ABOUT]
    clean = [c for each in found if (c := _clean(question, each, notices)) is not None]
    best = wrong = found[0]
    changed = not clean or clean[0] != found[0]
    for _ in range(MOST):
        right = next(
            (r for notice in relevant if (r := _replaced(question, best, notice)) is not None), None
        )
        if right is None:
            break
        best, changed = right, True
    if best is found[0] and changed:
        if not clean:
            return Corrected(tuple(found))
        best = clean[0]
    if best.article.id not in notices and (newer := _newer(question, best, clean, notices)):
        best, changed = newer, True
    mistakes = [(notice, each[1]) for notice in relevant for each in _mistakes(question, notice)]
    kept = tuple(c for c in clean if not _among(question, c, mistakes))
    if not changed:
        older = best.article.id in notices and _older(question, best, clean)
        return Corrected(kept, best if older else None, older or None)
    if wrong.article.id in notices or not _older(question, best, [wrong]):
        wrong = next(
            (c for c in found if c.article.id not in notices and _older(question, best, [c])), wrong
        )
    shown = wrong if wrong.article.id not in notices and wrong is not best else None
    return Corrected(kept, best, shown)


def _clean(
    question: Question, candidate: Candidate, notices: dict[str, Article]
) -> Candidate | None:
    """The candidate with a span that is no mistake; None when all it says is one."""
    if candidate.article.id not in notices:
        return candidate
    areas = mistaken(candidate.text)
    if not areas:
        return candidate
    if candidate.span is None:
        covered = sum(end - start for start, end in areas)
        return candidate if covered < len(candidate.text.strip()) - 2 else None
    if not _within(candidate.span, areas):
        return candidate
    right = [span for span in spans_of(question, candidate.text) if not _within(span, areas)]
    return replace(candidate, span=right[-1]) if right else None


def _mistakes(question: Question, notice: Article) -> list[tuple[int, Known]]:
    """The values of the kind asked for that a correction calls wrong, with their sentences."""
    result = []
    for number, (start, end) in enumerate(sentences(notice.text)):
        text = notice.text[start:end]
        if areas := mistaken(text):
            for span in spans_of(question, text):
                value = value_of(question, text, span)
                if value and _within(span, areas):
                    result.append((number, value))
    return result


def _replaced(question: Question, best: Candidate, notice: Article) -> Candidate | None:
    """What is right instead of the best candidate, in the words of a correction; None if it is."""
    if not _not_before(notice, best.article):
        return None
    given = value_of(question, best.text, best.span)
    if given is None:
        return None if best.article.id == notice.id else _reworded(question, best, notice)
    for number, value in _mistakes(question, notice):
        if not _equal(given, value):
            continue
        lines = sentences(notice.text)
        after = range(number, min(len(lines), number + 1 + AFTER))
        for place in (*after, *range(number - 1, -1, -1)):
            text = notice.text[slice(*lines[place])]
            areas = mistaken(text)
            for span in spans_of(question, text):
                right = value_of(question, text, span)
                if right and not _within(span, areas) and _other(value, right):
                    return _at(best, notice, lines, place, span)
    return None


def _reworded(question: Question, best: Candidate, notice: Article) -> Candidate | None:
    """What is right where no value compares: the words that a correction puts in others' place."""
    asked = set(question.words)
    stated = set(words(best.text))
    lines = sentences(notice.text)
    for place, (start, end) in enumerate(lines):
        text = notice.text[start:end]
        for first, last in mistaken(text):
            wrong = {w for w in words(text[first:last]) if not is_function(w)}
            following = lines[place + 1 : place + 2]
            right = set(words(text[:first] + " " + text[last:])) or {
                w for s, e in following for w in words(notice.text[s:e])
            }
            only = wrong - right - asked
            if asked & wrong & right and only & stated and not asked & only:
                inside = bool(set(words(text[:first] + text[last:])))
                return _at(best, notice, lines, place if inside else place + 1, None)
    return None


def _at(
    best: Candidate,
    notice: Article,
    lines: Sequence[tuple[int, int]],
    place: int,
    span: tuple[int, int] | None,
) -> Candidate:
    """A sentence of a correction as the candidate that stands for the best one."""
    start, end = lines[place]
    first = start
    if place and starts_with_pronoun(notice.text[start:end]):
        first = lines[place - 1][0]
    moved = span and (span[0] + start - first, span[1] + start - first)
    return replace(best, article=notice, start=first, end=end, span=moved)


def _newer(
    question: Question, best: Candidate, found: Sequence[Candidate], notices: dict[str, Article]
) -> Candidate | None:
    """What a corrected version says otherwise, though it does not name the mistake."""
    given = value_of(question, best.text, best.span)
    for candidate in found:
        article = candidate.article
        if (
            given is not None
            and article.id in notices
            and article.outlet == best.article.outlet
            and _not_before(article, best.article)
            and candidate.score >= best.score - NEAR
            and (value := value_of(question, candidate.text, candidate.span))
            and _other(given, value)
        ):
            return candidate
    return None


def _older(question: Question, best: Candidate, found: Sequence[Candidate]) -> Candidate | None:
    """What an earlier article of the same outlet says otherwise."""
    given = value_of(question, best.text, best.span)
    for candidate in found:
        value = value_of(question, candidate.text, candidate.span)
        if (
            candidate.article.id != best.article.id
            and candidate.article.outlet == best.article.outlet
            and _not_before(best.article, candidate.article)
            and candidate.score >= best.score - NEAR
            and (
                (given and value and _other(given, value))
                or (given is None and best is not candidate)
            )
        ):
            return candidate
    return None


def _among(
    question: Question, candidate: Candidate, mistakes: Sequence[tuple[Article, Known]]
) -> bool:
    """Whether a candidate gives what a later correction calls a mistake."""
    value = value_of(question, candidate.text, candidate.span)
    return value is not None and any(
        _not_before(notice, candidate.article) and _equal(value, mistake)
        for notice, mistake in mistakes
    )


def _equal(one: Known, other: Known) -> bool:
    """Whether two values are the same to the last digit."""
    return one.kind == other.kind and not differ(*_exact(one, other)) and _same_unit(one, other)


def _other(one: Known, other: Known) -> bool:
    """Whether two values are of one kind and not the same; "July" is less than "July 2026"."""
    if one.day is not None and other.day is not None and one.day != other.day:
        return True
    return one.kind == other.kind and differ(*_exact(one, other))


def _exact(one: Known, other: Known) -> tuple[Known, Known]:
    return replace(one, hedged=False), replace(other, hedged=False)


def _same_unit(one: Known, other: Known) -> bool:
    return not one.unit or not other.unit or one.unit == other.unit


def _not_before(one: Article, other: Article) -> bool:
    """Whether an article may be as new as another: by its date, as far as both have one."""
    if not one.published or not other.published:
        return True
    return one.published[:10] >= other.published[: len(one.published)][:10]


def _within(span: tuple[int, int], areas: Sequence[tuple[int, int]]) -> bool:
    return any(start <= span[0] and span[1] <= end for start, end in areas)
