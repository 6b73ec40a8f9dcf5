"""Questions for what an outlet got wrong: the statements of its correction, each with its mistake.

"Which errors did the Chronicle admit in its report?" is answered by a correction as a whole, and
"What did it get wrong about the goal?" by the paragraph about that. No single sentence answers, so
none is judged; the correction must be the one that is asked about.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from corpus.article import Article
from index.words import words
from qa.features import is_heading
from qa.genre import is_correction
from qa.notices import notice_lines
from qa.orders import gives_orders, to_come
from qa.question import Question
from qa.reader import MOST_SENTENCES, Candidate, best_of_each
from qa.restated import mistake_before, only_speaks_of_itself
from qa.same import meaning, meanings
from qa.several import SURVEYED

# The name of the outlet, and its verb, may have been taken out of the question.
_SEVERAL = re.compile(
    r"\b(?:which|what|list|name|all|every)\s(?:(?:were|are|the|of|all|any|its|their|other|two|"
    r"three|four|several|factual|main|small)\s){0,4}(?:mistakes|errors|corrections)\b"
    r"|\b(?:which|what)\b[^?]{0,20}\b(?:details|facts|points|figures)\b"
    r"[^?]*\b(?:correct(?:ed)?|put right|wrong)\b",
    re.IGNORECASE,
)
_WHAT = re.compile(
    r"\bwhat (?:did|does|has|have|had)\b[^?]*\b(?:get|got|gotten) wrong\b"
    r"|\bwhat was wrong (?:in|with|about)\b|\bwhat did\b[^?]*\b(?:correct|put right)\b",
    re.IGNORECASE,
)
# Words by which mistakes are asked for, and what they are in.
_REQUEST = frozenset(
    words(
        "mistake mistakes error errors correction corrections detail details fact facts point "
        "points make made admit admitted correct corrected put right contain contained wrong "
        "acknowledge acknowledged own owned get got list name report reports article articles "
        "story stories piece pieces paper newspaper afterwards later after since its say said"
    )
)
_MONTHS = (
    "january february march april may june july august september october november december".split()
)
# How much of the subject of a question stands in the correction that is asked about.
COVERED = 0.7


def put_right(question: Question, found: Sequence[Candidate]) -> list[Candidate]:
    """What the correction that a question asks about puts right; nothing where it asks for none."""
    several = bool(_SEVERAL.search(question.text))
    if not several and not _WHAT.search(question.text):
        return []
    best: tuple[float, str, Candidate] | None = None
    for candidate in best_of_each(found):
        notice = candidate.article
        if not is_correction(notice) or gives_orders(notice) or to_come(notice):
            continue
        rank = (_covered(question, notice), notice.published or "")
        if rank[0] >= COVERED and (best is None or rank > best[:2]):
            best = (*rank, candidate)
    if best is None:
        return []
    told = _statements(best[2])
    return told[:MOST_SENTENCES] if several else _about(question, told)[:MOST_SENTENCES]


def _statements(best: Candidate) -> list[Candidate]:
    """Each statement of a correction, from the sentence that tells its mistake on."""
    notice = best.article
    told = notice_lines(notice)
    result: list[Candidate] = []
    for place, (start, end) in enumerate(told):
        text = notice.text[start:end]
        if is_heading(text) or only_speaks_of_itself(notice, text, start):
            continue
        first = start
        if before := mistake_before(notice, told, place):
            first = told[place - before][0]
        if result and first < result[-1].end:
            first = start
        result.append(
            replace(
                best,
                start=first,
                end=end,
                span=None,
                probability=max(best.probability, SURVEYED),
            )
        )
    return result


def _about(question: Question, told: Sequence[Candidate]) -> list[Candidate]:
    """The statements whose paragraphs have most of the question's words."""
    asked = {meaning(t.word) for t in question.terms} - _REQUEST
    shared = [len(asked & meanings(_paragraph(each))) for each in told]
    most = max(shared, default=0)
    return [each for each, count in zip(told, shared, strict=True) if count == most]


def _paragraph(told: Candidate) -> str:
    text = told.article.text
    start = text.rfind("\n", 0, told.start) + 1
    stop = text.find("\n", told.end)
    return text[start : stop if stop >= 0 else len(text)]


def _covered(question: Question, notice: Article) -> float:
    """How much of what is asked about stands in a correction or its byline, 0 to 1."""
    published = notice.published or ""
    month = _MONTHS[int(published[5:7]) - 1] if published[5:7].isdigit() else ""
    there = meanings(f"{notice.title} {notice.text} {notice.outlet or ''} {published[:4]} {month}")
    asked = [t for t in question.terms if not t.leant and t.word not in _REQUEST]
    total = sum(t.weight for t in asked)
    return sum(t.weight for t in asked if meaning(t.word) in there) / total if total else 0.0
