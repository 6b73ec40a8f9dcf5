"""Figures: which numbers of two sentences can be of one thing, and which of them denies another.

A number counts what stands behind it, is of about the size of another of the same thing, and may
only be what that has grown to since.
"""

import re
from dataclasses import replace

from index.words import words
from qa.question import COUNTED, Kind, Question
from qa.reader import Candidate
from qa.same import clause, meanings, same_thing
from qa.values import Known, differ, equal, kind_of_value, value_of, values_in

# Two figures of one thing are hardly farther apart.
APART = 4.0
DENIED = re.compile(
    r"\b(?:not|rather than|instead of)\s(?:(?:just|only|the|by|for|in|at|on|of|to)\s){0,2}$", re.I
)
_WHOLE = re.compile(r"\b(?:of|out of)\s(?:its|their|his|her|the|all)\s(?:\w+\s)?$", re.IGNORECASE)
_RISEN = re.compile(
    r"\b(?:ris(?:en|es?)|rose|grow[ns]?|grew|climbed|climbs|increased|mounted|gone up|went up|"
    r"revised|raised|fallen|fell|dropped)\s(?:\w+\s)?(?:to|from)\b",
    re.IGNORECASE,
)
# Those who are people by another word.
_PEOPLE = frozenset(words("people persons"))
_PERSONS = frozenset(
    words(
        "villagers residents inhabitants citizens locals islanders townspeople patients pupils "
        "students children workers employees miners sailors travellers tourists customers members "
        "migrants refugees survivors hostages prisoners players voters swimmers climbers hikers"
    )
)
_TOLL = frozenset(meanings("dead injured missing"))
_TOLD = tuple(
    map(
        meanings,
        (
            "dead perished drowned casualties bodies",
            "injured hospital treated casualties burns",
            "missing trapped unaccounted traced",
        ),
    )
)
# Letters before a sentence that may say what it counts.
AROUND = 200


def other_toll(question: Question, candidate: Candidate) -> bool:
    """Whether a sentence counts others than the dead, the injured or the missing asked for."""
    asked = meanings(question.own) & _TOLL
    if question.kind is not Kind.NUMBER or not asked:
        return False
    article, span = candidate.article, candidate.span
    said = meanings(clause(candidate.text, span) if span else candidate.text) & _TOLL
    if said:
        return not said & asked
    value = value_of(question, candidate.text, span)
    # "900 people left" says whom it counts; of "the number stands at 44" it is said before.
    start = candidate.start if value and value.things else max(0, candidate.start - AROUND)
    told = meanings(article.text[start : candidate.end])
    return not any(told & group for group in _TOLD if group & asked)


def same_measure(
    question: Question,
    best: Candidate,
    given: Known,
    text: str,
    span: tuple[int, int],
    value: Known,
) -> bool:
    """Whether two figures can be of one thing: what is counted, and about how much."""
    assert given.number is not None and value.number is not None
    low, high = sorted((abs(given.number), abs(value.number)))
    if low * APART < high or (_WHOLE.search(text[: span[0]]) and differ(given, value)):
        return False
    if given.step < 1 and not given.unit:
        return True  # a magnitude or a rate counts nothing, whatever stands behind it
    if same_thing(question, given, value, text, span) != 0:
        return True
    if (value.things & _PEOPLE and given.things & _PERSONS) or (
        value.things & _PERSONS and given.things & _PEOPLE
    ):
        return True
    return bool(
        value.things & _beside(question, best.text, best.span or (0, 0))
        or given.things & _beside(question, text, span)
    )


def _beside(question: Question, text: str, span: tuple[int, int]) -> set[str]:
    """The words of a figure's clause, without what other figures of the sentence count."""
    others = [v.things for s, v in figures(question, text) if s != span]
    return set(words(clause(text, span))).difference(*others)


def updates(
    best: Candidate, given: Known, line: Candidate, span: tuple[int, int], value: Known
) -> bool:
    """Whether one of two figures is what the other has grown to since."""
    if published(best) == published(line):
        return False
    first, second = clause(best.text, best.span or (0, 0)), clause(line.text, span)
    newest, newer, older = (
        (first, given.number or 0.0, value.number or 0.0)
        if published(best) > published(line)
        else (second, value.number or 0.0, given.number or 0.0)
    )
    if _RISEN.search(newest):
        return True
    return newer > older and bool(_TOLL & meanings(f"{first} {second}"))


def denies(text: str, span: tuple[int, int]) -> bool:
    """Whether a sentence says that this value is not so."""
    return bool(DENIED.search(text[: span[0]]))


def refutes(question: Question, text: str, given: Known) -> bool:
    """Whether a sentence says that the value given is not so."""
    return any(denies(text, s) and equal(given, v) for s, v in figures(question, text))


def figures(question: Question, text: str) -> list[tuple[tuple[int, int], Known]]:
    """The values of the kind asked for; the numbers, where the kind has none."""
    if kind_of_value(question) in (*COUNTED, Kind.TIME):
        return values_in(question, text)
    return values_in(replace(question, kind=Kind.NUMBER), text)


def published(candidate: Candidate) -> str:
    """The day a candidate's article is of; "" where it has no date."""
    return (candidate.article.published or "")[:10]
