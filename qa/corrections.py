"""What a correction says was wrong, what is right, and which answer it replaces.

A correction repeats the mistake ("we said 312; it is 274"), so that its own sentences are read by
clauses: a value in a clause that tells the mistake answers nothing. An answer that gives this value
is replaced by what is right, and so on when the correction has been corrected. What was taken back
as a whole answers nothing at all. An outlet corrects itself: another one's articles stay as they
are, unless they repeat a mistake that it made.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from corpus.article import Article
from index.words import words
from qa.features import starts_with_pronoun
from qa.genre import asks_of_mistake, is_correction
from qa.notices import (
    dates_report,
    mistakes_of,
    not_before,
    notice_lines,
    retracts,
    same_outlet,
    taken_back,
)
from qa.orders import gives_orders, to_come
from qa.question import Question, is_function
from qa.reader import Candidate
from qa.same import same_event, share_of
from qa.values import Known, equal, fits, other_than, value_of, values_in

# A correction in which more than this of the question is missing is about something else.
ABOUT = 0.3
# Corrections of corrections that are followed.
MOST = 4
# Sentences after the mistake in which what is right may stand.
AFTER = 3
# How far below the best what a corrected article says may score, where it names no mistake.
NEAR = 4.0
# The share of words that what is called older has with the best, where no value compares.
SHARED = 0.5
# The share of the asked words that what is called older has, where values compare.
ALSO = 0.3


@dataclass(frozen=True, slots=True)
class Corrected:
    """Candidates without mistakes; `right`, if any, replaces the best one, `wrong`, if shown.

    `retracted` is whether `right` is no answer but says that the report was taken back.
    """

    found: tuple[Candidate, ...]
    right: Candidate | None = None
    wrong: Candidate | None = None
    retracted: bool = False


def corrected(question: Question, found: Sequence[Candidate]) -> Corrected:
    """Put the corrections among these candidates, the best first, into effect."""
    articles = {c.article.id: c.article for c in found}
    notices = {
        key: article
        for key, article in articles.items()
        if is_correction(article) and not gives_orders(article) and not to_come(article)
    }
    if not notices or asks_of_mistake(question.text):
        return Corrected(tuple(found))
    if back := _taken_back(found, list(notices.values())):
        return back
    gaps = {c.article.id: c.gap for c in reversed(found)}
    relevant = [notice for key, notice in notices.items() if gaps[key] <= ABOUT]
    clean = [c for each in found if (c := _clean(question, each)) is not None]
    best = wrong = found[0]
    changed = not clean or clean[0] != found[0]
    for _ in range(MOST):
        right = next(
            (
                r
                for notice in (
                    *relevant,
                    *(n for n in notices.values() if same_event(n, best.article)),
                )
                if _concerns(question, notice, best, found)
                and (r := _replaced(question, best, notice)) is not None
            ),
            None,
        )
        if right is None:
            break
        best, changed = right, True
    if best is found[0] and changed:
        if not clean:
            return Corrected(tuple(found))
        best = clean[0]
    if newer := best.article.id not in notices and _newer(question, best, clean, notices):
        best, changed = newer, True
    mistakes = [(notice, each[1]) for notice in relevant for each in _mistakes(question, notice)]
    kept = tuple(c for c in clean if not _among(question, c, mistakes, found))
    if not changed:
        older = best.article.id in notices and _older(question, best, clean)
        return Corrected(kept, best if older else None, older or None)
    if wrong.article.id in notices or not _older(question, best, [wrong]):
        wrong = next(
            (c for c in found if c.article.id not in notices and _older(question, best, [c])), best
        )
    shown = wrong if wrong.article.id not in notices and wrong is not best else None
    return Corrected(kept, best, shown)


def _taken_back(found: Sequence[Candidate], notices: Sequence[Article]) -> Corrected | None:
    """The sentence that takes the best candidate's article back, in its place; None if none."""
    best = found[0]
    for notice in notices:
        place = taken_back(notice)
        if place is None or not retracts(notice, best.article):
            continue
        if notice.id == best.article.id and best.start < place[1] and place[0] < best.end:
            continue  # it is that sentence
        if any(s <= best.start < e for s, e in notice_lines(best.article)):
            continue
        right = replace(best, article=notice, start=place[0], end=place[1], span=None)
        kept = tuple(c for c in found if not retracts(notice, c.article))
        other = best if notice.id != best.article.id else None
        return Corrected(kept, right, other, retracted=True)
    return None


def _concerns(
    question: Question, notice: Article, best: Candidate, found: Sequence[Candidate]
) -> bool:
    """Whether a notice may correct this candidate: its outlet's, or a mistake that it made too."""
    if same_outlet(notice, best.article):
        return True
    given = value_of(question, best.text, best.span)
    for other in found:
        if other.article.id != notice.id and same_outlet(notice, other.article):
            said = value_of(question, other.text, other.span)
            if given and said and equal(given, said):
                return True
    return False


def _clean(question: Question, candidate: Candidate) -> Candidate | None:
    """The candidate with a span that is no mistake; None when all it says is one."""
    areas = mistakes_of(candidate.article, candidate.text, candidate.start)
    if not areas:
        return candidate
    if candidate.span is None:
        covered = sum(end - start for start, end in areas)
        return candidate if covered < len(candidate.text.strip()) - 2 else None
    if not _within(candidate.span, areas):
        return candidate
    found = values_in(question, candidate.text)
    wrong = value_of(question, candidate.text, candidate.span)
    right = [
        span for span, value in found
        if not _within(span, areas) and (wrong is None or fits(wrong, value))
    ]  # fmt: skip
    return replace(candidate, span=right[-1]) if right else None


def _mistakes(question: Question, notice: Article) -> list[tuple[int, Known]]:
    """The values of the kind asked for that a correction calls wrong, with their sentences."""
    result = []
    for number, (start, end) in enumerate(notice_lines(notice)):
        text = notice.text[start:end]
        if areas := mistakes_of(notice, text, start):
            for span, value in values_in(question, text):
                # "our report of 4 March said", "as we reported on Monday"
                if _within(span, areas) and not dates_report(text, span[0]):
                    result.append((number, value))
    return result


def _replaced(question: Question, best: Candidate, notice: Article) -> Candidate | None:
    """What is right instead of the best candidate, in the words of a correction; None if it is."""
    if not not_before(notice, best.article):
        return None
    given = value_of(question, best.text, best.span)
    if given is None:
        if best.article.id == notice.id or values_in(question, best.text):
            return None
        return _reworded(question, best, notice)
    lines = notice_lines(notice)
    for number, value in _mistakes(question, notice):
        if not equal(given, value):
            continue
        after = range(number, min(len(lines), number + 1 + AFTER))
        for place in (*after, *range(number - 1, -1, -1)):
            text = notice.text[slice(*lines[place])]
            areas = mistakes_of(notice, text, lines[place][0])
            for span, right in values_in(question, text):
                if not _within(span, areas) and fits(given, right) and other_than(value, right):
                    return at_line(best, notice, lines, place, span)
    return None


def _reworded(question: Question, best: Candidate, notice: Article) -> Candidate | None:
    """What is right where no value compares: the words that a correction puts in others' place."""
    asked = set(question.words)
    stated = set(words(best.text))
    lines = notice_lines(notice)
    for place, (start, end) in enumerate(lines):
        text = notice.text[start:end]
        for first, last in mistakes_of(notice, text, start):
            wrong = {w for w in words(text[first:last]) if not is_function(w)}
            following = lines[place + 1 : place + 2]
            right = set(words(text[:first] + " " + text[last:])) or {
                w for s, e in following for w in words(notice.text[s:e])
            }
            only = wrong - right - asked
            if asked & wrong & right and only & stated and not asked & only:
                inside = bool(set(words(text[:first] + text[last:])))
                return at_line(best, notice, lines, place if inside else place + 1, None)
    return None


def at_line(
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
            and not _mistakes(question, article)
            and same_outlet(article, best.article)
            and not_before(article, best.article)
            and candidate.score >= best.score - NEAR
            and share_of(question, best, candidate) >= SHARED
            and (value := value_of(question, candidate.text, candidate.span))
            and other_than(given, value)
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
            and same_outlet(candidate.article, best.article)
            and not_before(best.article, candidate.article)
            and candidate.score >= best.score - NEAR
            and (given is None or share_of(question, best, candidate) >= ALSO)
            and (
                (given and value and other_than(given, value))
                or (given is None and value is None and _same_words(best, candidate))
            )
        ):
            return candidate
    return None


def _same_words(one: Candidate, other: Candidate) -> bool:
    first, second = (set(words(c.text)) for c in (one, other))
    return len(first & second) >= SHARED * min(len(first), len(second))


def _among(
    question: Question,
    candidate: Candidate,
    mistakes: Sequence[tuple[Article, Known]],
    found: Sequence[Candidate],
) -> bool:
    """Whether a candidate gives what a later correction calls a mistake."""
    value = value_of(question, candidate.text, candidate.span)
    return value is not None and any(
        not_before(notice, candidate.article)
        and equal(value, mistake)
        and _concerns(question, notice, candidate, found)
        for notice, mistake in mistakes
    )


def _within(span: tuple[int, int], areas: Sequence[tuple[int, int]]) -> bool:
    return any(start <= span[0] and span[1] <= end for start, end in areas)
