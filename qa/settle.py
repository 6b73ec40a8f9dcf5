"""Which of the sentences that answer are shown, when articles differ, correct or follow each other.

Independent articles that give different values are both shown; copies of one story are one. What a
correction corrects is not shown as the answer. A question about now is answered by the newest.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from corpus.article import Article
from index.words import words
from qa.corrections import corrected
from qa.question import Kind, Question
from qa.reader import Candidate, choose
from qa.values import Known, differ, value_of

# How far below the best a sentence of another article may score and still be its rival (tuned on
# the sample and news-tune, over 0.5..2.5: more takes another fact for another value).
RIVAL = 1.5
# How far the newest article may score below the best when the newest is wanted.
NEWEST = 2.0
# How far below the best it may score when it has all the words of the question that the best has.
ALIKE = 6.0
# The share of these words that it has at least.
SHARED = 0.7
# Characters at the start of an article that say what it is about.
LEAD = 400
# How sure an answer is that holds the words which the question quotes.
LITERAL = 0.9
# Characters after a sentence in which a quotation that it opens may end.
QUOTATION = 300
# A question in an article that has this share of the words asked is the question itself.
ECHO = 0.6
MOST_VALUES = 3


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
    found = _answers(question, found, threshold)
    if not found or found[0].probability < threshold:
        return Settled()
    standing = (group or {}).get
    effect = corrected(question, found)
    if effect.right:
        return Settled((effect.right,), otherwise=effect.wrong, why="corrected")
    found = effect.found
    if not found or found[0].probability < threshold:
        return Settled()
    found = _counting(question, found, threshold)
    rivals = _rivals(question, found, threshold, latest, standing)
    if latest:
        return _newest(question, found, rivals, threshold)
    values = _values(question, rivals)
    if len(values) > 1:
        return Settled(tuple(alike[0] for _, alike in values), values)
    if question.sweeping:
        return Settled(tuple(choose(question, found, threshold)))
    return Settled((whole(found[0]),))


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
    """The candidates that are no questions, nor lean on one where another article tells it."""
    if question.kind is Kind.STATEMENT:
        return list(found)
    told = [c for c in found if not c.text.rstrip(" ”\"’'»)").endswith("?")]
    stated = [c for c in told if not _repeated(question, c)]
    return stated if any(c.probability >= threshold for c in stated) else told


def _repeated(question: Question, candidate: Candidate) -> bool:
    """Whether an article only has the question asked, and this behind it."""
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


def _rivals(
    question: Question,
    found: Sequence[Candidate],
    threshold: float,
    latest: bool,
    standing: Callable[[str], str | None],
) -> list[Candidate]:
    """The best sentence of each independent article that answers about as well as the best."""
    best: dict[str, Candidate] = {}
    near = NEWEST if latest else RIVAL
    for candidate in found:
        if candidate.probability < threshold:
            continue
        behind = found[0].score - candidate.score
        if behind <= near or (behind <= ALIKE and _alike(question, found[0], candidate)):
            identity = standing(candidate.article.id) or candidate.article.id
            known = best.setdefault(identity, candidate)
            # Of two sentences of an article the one that says what the best says is its rival.
            if not _alike(question, found[0], known) and _alike(question, found[0], candidate):
                best[identity] = candidate
    return list(best.values())


def _alike(question: Question, best: Candidate, other: Candidate) -> bool:
    """Whether a sentence says of what is asked most that the best one says, by its very words.

    Names may stand anywhere in the title and the lead of its article.
    """
    said = set(words(f"{other.article.title} {other.text}"))
    about = said | set(words(other.article.text[:LEAD]))
    first = set(words(f"{best.article.title} {best.text}"))
    terms = [term for term in question.terms if not term.leant and term.word in first]
    shared = [t.weight for t in terms if t.word in (about if t.name else said)]
    return sum(shared) >= SHARED * sum(term.weight for term in terms)


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
