"""A follow-up -> a question that stands alone: the last turn with what it leans on.

"And when did it begin?" is asked of the subject of the turn before. The words of that turn are put
in front, with less weight; measured on the follow-ups bench this finds more than either the last
turn alone or all turns (see docs/benchmarks.md). Nothing is invented: both texts are the person's.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from index.words import word_spans
from qa.question import LONGEST, Kind, is_function, kind_of
from qa.types import Answer, Turn

_LEANS = re.compile(
    r"^\W*(?:and|but|or|so|what about|how about|what else|who else|where else|anything else|then|"
    r"why\W*$|when\W*$|where\W*$|who\W*$|how\W*$)\b"
    r"|\b(?:he|she|it|they|him|them|his|her|hers|its|their|theirs|there|this|these|those|one|ones|"
    r"the same|that)\b",
    re.IGNORECASE,
)


# "What did she say": whose words are asked for.
_SPEAKS = re.compile(
    r"\b(?:did|does|do|has|have|had) (he|she|they)\b (?=(?:\w+ )?(?:say|said|think|tell|told|call|"
    r"claim|argue|warn|add|added|promise|suggest|explain|describe|react|respond)\b)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Standalone:
    """A question that needs no history: `text[asked:]` is the last turn, before it its context."""

    text: str
    asked: int = 0


def rewrite(question: str, history: Sequence[Turn] = ()) -> Standalone:
    """The question itself, or with the turn before it in front when it leans on that."""
    if not history or not leans(question):
        return Standalone(question)
    before = history[-1]
    context = before.question
    if isinstance(before.answer, Answer) and leans(context):
        context = before.answer.standalone_question or context
    context = context.strip()[: LONGEST - len(question) - 1]
    if not context:
        return Standalone(question)
    return Standalone(f"{context} {question}", len(context) + 1)


def with_person(question: str, history: Sequence[Turn]) -> str:
    """The question with whom the last answer names or quotes in the place of "she"."""
    found = _SPEAKS.search(question)
    last = history[-1] if history else None
    if not found or not last or not isinstance(last.answer, Answer) or not last.answer.sentences:
        return question
    first = last.answer.sentences[0]
    name = last.answer.citations[0].speaker if last.answer.citations else None
    if kind_of(last.question) is Kind.PERSON and first.span:
        name = first.text[slice(*first.span)]
    return f"{question[: found.start(1)]}{name}{question[found.end(1) :]}" if name else question


def leans(question: str) -> bool:
    """Whether a question cannot be understood without the one before."""
    content = [word for *_, word in word_spans(question) if not is_function(word)]
    return len(content) < 2 or bool(_LEANS.search(question))
