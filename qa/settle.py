"""Which of the sentences that answer are shown, when articles differ, correct or follow each other.

Independent articles that give different values are both shown; copies of one story are one. What a
correction corrects is not shown as the answer. A question about now is answered by the newest.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from index.words import words
from qa.corrections import corrected
from qa.elsewhere import Elsewhere, given_by, told_elsewhere
from qa.mistakes import put_right
from qa.orders import ECHO, asks_itself, gives_orders, insists, to_come
from qa.question import COUNTED, Kind, Question
from qa.reader import Candidate, choose
from qa.restated import restated
from qa.rivals import ALIKE, Compared, alternatives, compare, grouped
from qa.same import earlier, historic
from qa.several import SURVEYED, explained, listing, lists, reasons, survey, surveys, whole_list
from qa.values import differ, pick, value_of

# How far the newest article may score below the best when the newest is wanted.
NEWEST = 2.0
# Characters at the start of an article that say what it is about.
LEAD = 400
# How sure an answer is that holds the words which the question quotes.
LITERAL = 0.9
# Characters after a sentence in which a quotation that it opens may end.
QUOTATION = 300
MOST_VALUES = 3
NOWHERE = Elsewhere()


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
    other: Elsewhere = NOWHERE,
) -> Settled:
    """Choose among candidates, the best first; nothing when the best is not sure enough.

    `latest` is whether the newest answer is wanted, `group` the article that stands for each one's
    copies, by id, `other` what else the passages found say.
    """
    found = _answers(question, found, threshold)
    if not found:
        return Settled()
    standing = (group or {}).get
    found = restated(question, found, other, threshold)
    sure = found[0].probability >= threshold
    found = [
        replace(c, span=pick(question, c.text, c.span))
        if c.probability >= threshold or found[0].score - c.score <= ALIKE
        else c
        for c in found
    ]
    effect = corrected(question, found)
    if sure and effect.right and (effect.retracted or not surveys(question)):
        why = "retracted" if effect.retracted else "corrected"
        return Settled((effect.right,), otherwise=effect.wrong, why=why)
    found = effect.found
    if not latest and threshold <= SURVEYED and (several := _several(question, found, threshold)):
        return Settled(tuple(several))
    if not sure or not found or found[0].probability < threshold:
        return Settled()
    found = _present(question, _counting(question, found, threshold), threshold)
    best, given = given_by(question, found[0])
    compared = Compared(())
    if given:
        found = [best, *found[1:]]
        also = told_elsewhere(question, best, given, other)
        compared = compare(
            question, found, threshold, standing, given=given, also=also, ever=latest
        )
    if latest:
        near = alternatives(question, found, threshold, NEWEST, standing)
        return _newest(question, found, _aligned(near, compared), threshold)
    values = tuple(
        (known.text, tuple(alike)) for known, alike in grouped(compared.voices)[:MOST_VALUES]
    )
    said = [rival.value for rival in compared.voices]
    before = next((r for r in compared.older if all(differ(r.value, v) for v in said)), None)
    older = before.candidate if before else None
    if len(values) > 1:
        shown = tuple(alike[0] for _, alike in values)
        return Settled(shown, values, otherwise=older, why="older" if older else "")
    if older:
        return Settled((compared.voices[0].candidate,), otherwise=older, why="older")
    if question.sweeping or question.kind is Kind.REASON:
        return Settled(tuple(explained(question, found, threshold)))
    if lists(question) and (listed := listing(found[0])):
        return Settled(tuple(listed))
    return Settled((whole(found[0]),))


def _several(question: Question, found: Sequence[Candidate], threshold: float) -> list[Candidate]:
    """A survey of a subject or the whole of a list, where the question asks for one."""
    if wrong := put_right(question, found):
        return wrong
    if surveys(question) and len(shown := survey(question, found)) > 1:
        return shown
    if lists(question) and (block := whole_list(question, found)):
        return [block]
    unsure = question.kind is Kind.REASON and found and found[0].probability < threshold
    return reasons(question, found) if unsure else []


def _aligned(near: Sequence[Candidate], compared: Compared) -> list[Candidate]:
    """One sentence of each article: that whose value compares before that which scores best."""
    told = [rival.candidate for rival in (*compared.voices, *compared.older)]
    rivals = list({c.article.id: c for c in (*near, *told)}.values())
    present = [c for c in rivals if not historic(c) and not to_come(c.article)]
    return present or rivals


def _present(question: Question, found: list[Candidate], threshold: float) -> list[Candidate]:
    """The candidates, with what is told of today before what is told of years long ago.

    And what is so before what was so the year before.
    """
    if question.kind not in COUNTED or re.search(r"\d{4}", question.text) or not _past(found[0]):
        return found
    for candidate in found[1:]:
        behind = found[0].score - candidate.score
        if behind <= ALIKE and candidate.probability >= threshold and not _past(candidate):
            if value_of(question, candidate.text, candidate.span):
                return [candidate, *(c for c in found if c is not candidate)]
    return found


def _past(candidate: Candidate) -> bool:
    before = candidate.span and earlier(candidate.text, candidate.span)
    return historic(candidate) or bool(before)


def _newest(
    question: Question, found: Sequence[Candidate], rivals: Sequence[Candidate], threshold: float
) -> Settled:
    """The newest of the rivals, and the newest other that says otherwise."""
    dated = [rival for rival in rivals if rival.article.published]
    newest = max(dated, key=lambda c: (c.article.published or "", c.score), default=rivals[0])
    if question.sweeping:
        rest = [c for c in choose(question, found, threshold) if c is not newest]
        return Settled((newest, *rest[:4]))
    # Of what another article says it is the sentence most like the newest that may contradict it.
    apart = {rival.article.id for rival in rivals} - {newest.article.id}
    likeness = set(words(newest.text))
    older = [
        c
        for c in found
        if c.article.id in apart and c.probability >= threshold and _disagree(question, newest, c)
    ]
    other = max(
        older,
        key=lambda c: (c.article.published or "", len(likeness & set(words(c.text)))),
        default=None,
    )
    return Settled((newest,), otherwise=other, why="older" if other else "")


def _answers(question: Question, found: Sequence[Candidate], threshold: float) -> list[Candidate]:
    """The candidates that are no questions, nor lean on one where another article tells it.

    Those of articles that give orders, or that ask the question themselves, come behind others.
    """
    if question.kind is Kind.STATEMENT:
        told = list(found)
    else:
        told = [c for c in found if not c.text.rstrip(" ”\"’'»)").endswith("?")]
        stated = [c for c in told if not _repeated(question, c)]
        told = stated if any(c.probability >= threshold for c in stated) else told
    articles = {c.article.id: c.article for c in told}
    pressing = {
        key
        for key, article in articles.items()
        if gives_orders(article)
        or to_come(article)
        or insists(article)
        or asks_itself(question, article)
    }
    if not pressing:
        return told
    free = [c for c in told if c.article.id not in pressing]
    if not free or free[0].probability < threshold:
        return told
    # Behind, and by so much that what it says is no rival of the best by its score.
    below = free[0].score
    return [*free, *(
        replace(c, score=min(c.score, below)) for c in told if c.article.id in pressing
    )]  # fmt: skip


def _repeated(question: Question, candidate: Candidate) -> bool:
    """Whether an article only has the question asked, and this behind it."""
    if "?" not in candidate.article.text:
        return False
    asked = set(question.words)
    before = candidate.article.text[max(0, candidate.start - LEAD) : candidate.start].rstrip()
    own = asked & set(words(re.split(r"\?\s", candidate.text)[-1]))
    whole_text = f"{before} {candidate.text}"
    questions = re.findall(r"[^.?!\n]{1,300}\?", whole_text)
    return not own and any(len(asked & set(words(q))) >= ECHO * len(asked) for q in questions)


def certain(found: Sequence[Candidate]) -> list[Candidate]:
    """Candidates that hold the very words asked for, which is sure without a judgement."""
    return [replace(c, probability=max(c.probability, LITERAL)) for c in found]


def whole(candidate: Candidate) -> Candidate:
    """A candidate to the end of the quotation that it opens, if this is near."""
    text, start, end = candidate.article.text, candidate.start, candidate.end
    said = text[start:end]
    for opening, closing in ("“”", "«»", "„“", '""'):
        if opening == closing:
            left_open = said.count(opening) % 2 == 1 and not said.rstrip().endswith(opening)
        else:
            left_open = said.rfind(opening) > said.rfind(closing)
        if left_open and opening in said:
            stop = text.find(closing, end, end + QUOTATION)
            if stop >= 0 and "\n" not in text[end:stop].strip() and opening not in text[end:stop]:
                return replace(candidate, end=stop + 1)
    return candidate


def _counting(question: Question, found: Sequence[Candidate], threshold: float) -> list[Candidate]:
    """The candidates, with one that counts what is asked for before a share of it."""
    if question.kind is not Kind.NUMBER or not question.focus:
        return list(found)
    best = value_of(question, found[0].text, found[0].span)
    for candidate in found[1:]:
        if candidate.probability < threshold or found[0].score - candidate.score > ALIKE:
            continue
        value = value_of(question, candidate.text, candidate.span)
        if best and best.unit == "%" and value and not value.unit and candidate.span:
            after = words(candidate.text[candidate.span[1] :])[:3]
            if question.focus & set(after):
                return [candidate, *(c for c in found if c is not candidate)]
    return list(found)


def _disagree(question: Question, one: Candidate, other: Candidate) -> bool:
    first = value_of(question, one.text, one.span)
    second = value_of(question, other.text, other.span)
    return bool(first and second and differ(first, second))
