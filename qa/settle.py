"""Which of the sentences that answer are shown, when articles differ, correct or follow each other.

Independent articles that give different values are both shown; copies of one story are one. What a
correction corrects is not shown as the answer. A question about now is answered by the newest.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from corpus.article import Article
from qa.genre import is_correction, repeats_mistake
from qa.question import Question
from qa.reader import Candidate, choose
from qa.values import Known, differ, value_of

# How far below the best a sentence of another article may score and still be its rival (tuned on
# the sample and news-tune, over 0.5..2.5: more takes another fact for another value).
RIVAL = 1.5
# How far the newest article may score below the best when the newest is wanted.
NEWEST = 2.0
MOST_VALUES = 3
# A question about the mistake itself is not to be answered by what is right.
_OF_MISTAKE = re.compile(
    r"\b(?:wrong|mistakes?|errors?|correct(?:ed|ion)|mistaken|originally)\b", re.I
)


@dataclass(frozen=True, slots=True)
class Settled:
    """The sentences to show, the values on which they differ, and one that says otherwise.

    `values` holds (value, sentences) where independent articles differ; `otherwise` is a sentence
    that is not shown as an answer, with why it is named.
    """

    chosen: tuple[Candidate, ...] = ()
    values: tuple[tuple[str, tuple[Candidate, ...]], ...] = ()
    otherwise: Candidate | None = None
    why: str = ""


def settle(
    question: Question,
    found: Sequence[Candidate],
    threshold: float,
    *,
    latest: bool = False,
    group: Mapping[str, str] | None = None,
) -> Settled:
    """Choose among candidates, the best first; nothing when the best is not sure enough.

    `latest` is whether the newest answer is wanted, `group` the article that stands for each one's
    copies, by id.
    """
    if not found or found[0].probability < threshold:
        return Settled()
    standing = (group or {}).get
    rivals = _rivals(found, threshold, NEWEST if latest else RIVAL, standing)
    sure = [candidate for candidate in found if candidate.probability >= threshold]
    corrected = _corrected(question, sure, rivals)
    if corrected:
        right, wrong = corrected
        return Settled((right,), otherwise=wrong, why="corrected")
    if latest:
        dated = [rival for rival in rivals if rival.article.published]
        newest = max(dated, key=lambda c: (c.article.published or "", c.score), default=rivals[0])
        older = [c for c in rivals if c is not newest and _disagree(question, newest, c)]
        other = max(older, key=lambda c: c.article.published or "", default=None)
        if question.sweeping:
            rest = [c for c in choose(question, found, threshold) if c is not newest]
            return Settled((newest, *rest[:4]))
        return Settled((newest,), otherwise=other, why="older" if other else "")
    values = _values(question, rivals)
    if len(values) > 1:
        shown = tuple(alike[0] for _, alike in values)
        return Settled(shown, values)
    return Settled(tuple(choose(question, found, threshold)))


def _rivals(
    found: Sequence[Candidate],
    threshold: float,
    within: float,
    standing: Callable[[str], str | None],
) -> list[Candidate]:
    """The best sentence of each independent article that answers about as well as the best."""
    best: dict[str, Candidate] = {}
    for candidate in found:
        if candidate.probability >= threshold and candidate.score >= found[0].score - within:
            identity = candidate.article.id
            best.setdefault(standing(identity) or identity, candidate)
    return list(best.values())


def _values(
    question: Question, rivals: Sequence[Candidate]
) -> tuple[tuple[str, tuple[Candidate, ...]], ...]:
    """The rivals by the value they give, the best one's first; those without a value left out."""
    groups: list[tuple[Known, list[Candidate]]] = []
    for rival in rivals:
        value = value_of(question, rival.text, rival.span)
        if value is None:
            continue
        alike = next((members for known, members in groups if not differ(known, value)), None)
        if alike is not None:
            alike.append(rival)
        elif not groups or not _says(rival.article, groups[0][0]):
            groups.append((value, [rival]))
    return tuple((known.text, tuple(members)) for known, members in groups[:MOST_VALUES])


def _says(article: Article, value: Known) -> bool:
    """Whether an article also gives this very value: then its other one is of something else."""
    return bool(re.search(rf"(?<!\w){re.escape(value.text)}(?![\w%]|[.,]\d)", article.text, re.I))


def _disagree(question: Question, one: Candidate, other: Candidate) -> bool:
    first = value_of(question, one.text, one.span)
    second = value_of(question, other.text, other.span)
    return bool(first and second and differ(first, second))


def _corrected(
    question: Question, found: Sequence[Candidate], rivals: Sequence[Candidate]
) -> tuple[Candidate, Candidate | None] | None:
    """The sentence of a correction that answers, and the one it corrects; None without any."""
    best = rivals[0]
    if _OF_MISTAKE.search(question.text):
        return None
    wrong = value_of(question, best.text, best.span)
    if is_correction(best.article):
        if not repeats_mistake(best.text):
            other = _other(question, best, rivals)
            return (best, other) if other else None
        right = _right(question, found, best.article, wrong) if wrong else None
        return (right, None) if right else None
    for candidate in found:
        article = candidate.article
        if (
            article.id != best.article.id
            and is_correction(article)
            and (article.published or "9") >= (best.article.published or "")
            and (wrong is None or _says(article, wrong))
        ):
            right = _right(question, found, article, wrong)
            if right and (wrong or right.score >= best.score):
                return right, best
    return None


def _right(
    question: Question, found: Sequence[Candidate], article: Article, wrong: Known | None
) -> Candidate | None:
    """The sentence of a correction that gives another value than the wrong one."""
    for candidate in found:
        if candidate.article.id != article.id or repeats_mistake(candidate.text):
            continue
        value = value_of(question, candidate.text, candidate.span)
        if wrong is None or (value is not None and differ(wrong, value)):
            return candidate
    return None


def _other(question: Question, best: Candidate, rivals: Sequence[Candidate]) -> Candidate | None:
    """A rival that gives what the correction corrects."""
    return next((rival for rival in rivals[1:] if _disagree(question, best, rival)), None)
