"""What a correction states, found as the answer by all that its statement stands for.

A correction is short and leans on what it corrects: "The reward is 25,000 crowns" stands below the
sentence that tells the mistake, in an article that names the rest only in its title or not at all.
So a statement is read with the mistake before it, with what else the correction says, and with the
sentence of the earlier article that makes the mistake. What covers a question in this way answers
it, though the sentence alone would not.
"""

import re
from collections.abc import Sequence, Set
from dataclasses import replace

from corpus.article import Article
from index.words import words
from qa.corrections import at_line
from qa.elsewhere import Elsewhere
from qa.features import is_heading, starts_with_pronoun
from qa.genre import asks_of_mistake, is_correction
from qa.notices import dates_report, mistakes_of, not_before, notice_lines, same_outlet
from qa.orders import gives_orders, to_come
from qa.quantities import quantities
from qa.question import COUNTED, Kind, Question, is_function
from qa.reader import Candidate
from qa.same import clause, meaning, meanings
from qa.several import lists, surveys
from qa.values import equal, kind_of_value, values_in

# How much of a question a statement covers, alone and with all that it stands for, where a word of
# the sentence that it corrects counts .8 and one of the rest of the correction .6; alone, names
# do not count.
ALONE, COVERED = 0.4, 0.7
OF_CORRECTED, OF_NOTICE = 0.8, 0.6
# How sure it is that such a statement answers.
STATED = 0.75
# Words that the statement and a sentence that it corrects have in common, the mistake among them.
COMMON = 2
# Sentences of a correction that state nothing but that something was wrong, or right already.
_SPEAKS_OF_ITSELF = re.compile(
    r"\b(?:errors?|mistakes?|wrong(?:ly)?|misst\w+|misspel\w+|apologi[sz]e\w*|put (?:this|it|"
    r"that) right|correctly|lost in editing)\b",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"[\"“][^\"“”\n]*[\"”]")
_NAME = re.compile(r"(?<=\s)[^\W\d_a-zß-ÿ]\w+")
_HOW = re.compile(r"\bhow $", re.IGNORECASE)
_HOW_MUCH = re.compile(r"\bhow (\w+)", re.IGNORECASE)
# What "how fast" and the like are measured in; of a bare number the words around it must tell.
_UNITS = {
    **dict.fromkeys("far tall deep wide thick".split(), ("length",)),
    **dict.fromkeys("hot cold warm".split(), ("degrees",)),
    "fast": ("speed",), "heavy": ("weight",),
    "old": ("duration", ""), "long": ("duration", "length"),
}  # fmt: skip
_DENIES = re.compile(r"\b(?:not|rather than|instead of|in fact)\b|:\s", re.IGNORECASE)
_FORMED = (*COUNTED, Kind.TIME, Kind.PERSON, Kind.NAME, Kind.PLACE)


def restated(
    question: Question, found: Sequence[Candidate], other: Elsewhere, threshold: float
) -> list[Candidate]:
    """The candidates, with a correction's statement first where it covers the question best.

    What answers surely stays the first, but where it makes the very mistake.
    """
    if not found or not other.anybody or question.kind is Kind.STATEMENT:
        return list(found)
    sure = found[0].probability >= threshold
    if asks_of_mistake(question.text) or surveys(question) or lists(question):
        return list(found)
    articles = {c.article.id: c.article for c in found}
    best: tuple[float, str, Candidate] | None = None
    for notice in articles.values():
        if not is_correction(notice) or gives_orders(notice) or to_come(notice):
            continue
        for stated, mistake, alone, covered in statements(question, found[0], notice, other.lines):
            rank = (round(covered, 2), notice.published or "")
            enough = alone >= ALONE and covered >= COVERED
            if sure and not (_tells_mistake(found[0]) or _makes(question, found[0], mistake)):
                continue
            if sure and stated.span is None and kind_of_value(question) in _FORMED:
                continue
            if enough and (best is None or rank > best[:2]):
                best = (*rank, stated)
    if best is None:
        return list(found)
    stated = best[2]
    rest = [c for c in found if c.article.id != stated.article.id or c.end != stated.end]
    likely = max(found[0].probability, STATED)
    return [replace(stated, probability=likely, score=found[0].score), *rest]


def _tells_mistake(best: Candidate) -> bool:
    """Whether a candidate is a sentence of a correction that tells only what was wrong."""
    areas = mistakes_of(best.article, best.text, best.start)
    return sum(end - start for start, end in areas) > len(best.text) / 2


def _makes(question: Question, best: Candidate, mistake: str) -> bool:
    """Whether what a candidate answers is this mistake, or would be if its span were right."""
    wrong = [value for _, value in values_in(question, mistake)]
    asked = {meaning(term.word) for term in question.terms}

    def told(span: tuple[int, int]) -> int:
        return len(asked & meanings(clause(best.text, span)))

    return any(
        equal(value, each) and (not best.span or told(span) >= told(best.span))
        for span, value in values_in(question, best.text)
        for each in wrong
    )


def statements(
    question: Question, best: Candidate, notice: Article, lines: Sequence[Candidate]
) -> list[tuple[Candidate, str, float, float]]:
    """What a correction states of the kind asked for, with the mistake that it puts right.

    And with how much of the question it covers alone, and with all that it stands for.
    """
    told = notice_lines(notice)
    result = []
    for place, (start, end) in enumerate(told):
        text = notice.text[start:end]
        areas = mistakes_of(notice, text, start)
        right = _without(text, areas)
        if is_heading(text) or only_speaks_of_itself(notice, text, start):
            continue
        spans = _right_values(question, text, areas)
        if kind_of_value(question) in _FORMED and not spans and question.kind is not Kind.PERSON:
            continue
        span = spans[0] if spans else None
        leans = starts_with_pronoun(text) or not areas
        number = mistake_before(notice, told, place) if leans else 0
        before = notice.text[told[place - number][0] : start]
        mistake = before + " " + " ".join(text[s:e] for s, e in areas)
        unit = meanings(f"{before} {text}")
        corrected = _corrected(notice, mistake, right, lines)
        alone, covered = _covered(question, unit, corrected, notice)
        if question.kind is Kind.PERSON and not spans and not _all_told(question, unit, notice):
            continue  # "the insurers" are named by no name, if everything else is told
        result.append((at_line(best, notice, told, place, span), mistake, alone, covered))
    return result


def _right_values(
    question: Question, text: str, areas: Sequence[tuple[int, int]]
) -> list[tuple[int, int]]:
    """The spans of a sentence that give what is asked for and are no mistake."""
    found = []
    how = _HOW_MUCH.search(question.text)
    units = _UNITS.get(how.group(1).lower()) if how else None
    for span, value in values_in(question, text):
        if units and value.unit not in units:
            continue
        if any(s <= span[0] and span[1] <= e for s, e in areas) or dates_report(text, span[0]):
            continue
        if question.focus and value.number is not None and not value.unit:
            if not value.things & question.focus:
                continue
        found.append(span)
    return found


def _all_told(question: Question, unit: Set[str], notice: Article) -> bool:
    there = unit | meanings(f"{notice.title} {notice.text}")
    return all(term.leant or meaning(term.word) in there for term in question.terms)


def _without(text: str, areas: Sequence[tuple[int, int]]) -> str:
    kept = [c for at, c in enumerate(text) if not any(s <= at < e for s, e in areas)]
    return "".join(kept)


def mistake_before(notice: Article, told: Sequence[tuple[int, int]], place: int) -> int:
    """How many sentences right before one, of its paragraph, tell the mistake."""
    count = 0
    for at in range(place - 1, -1, -1):
        start, end = told[at]
        text = notice.text[start:end]
        if "\n" in notice.text[end : told[at + 1][0]] or not mistakes_of(notice, text, start):
            break
        count += 1
    return count


def only_speaks_of_itself(notice: Article, text: str, start: int) -> bool:
    """Whether a sentence of a correction states nothing: only a mistake, or that there was one."""
    right = _without(text, mistakes_of(notice, text, start))
    itself = _SPEAKS_OF_ITSELF.search(text) and not _DENIES.search(text)
    return len(words(right)) < 3 or bool(itself)


def _corrected(notice: Article, mistake: str, right: str, lines: Sequence[Candidate]) -> set[str]:
    """The words of the sentences that make the mistake, in earlier articles of the outlet."""
    plain = _QUOTED.sub(" ", mistake)
    known = set(words(right))
    wrong = {word for word in words(plain) if not is_function(word)}
    figures = {q.number for q in quantities(plain)}
    names = {word for word in words(" ".join(_NAME.findall(plain)))} - known
    found: set[str] = set()
    for line in lines:
        if line.article.id == notice.id or not same_outlet(notice, line.article):
            continue
        if not not_before(notice, line.article) or is_correction(line.article):
            continue
        said = set(words(line.text))
        makes = figures & {q.number for q in quantities(line.text)} or names & said
        if makes and len(wrong & said) >= COMMON:
            found |= meanings(line.text)
    return found


def _covered(
    question: Question, unit: Set[str], corrected: set[str], notice: Article
) -> tuple[float, float]:
    """How much of a question a statement covers, 0 to 1; nothing where a name is missing."""
    rest = meanings(f"{notice.title} {notice.text} {(notice.published or '')[:4]}")
    total = plain = alone = reached = 0.0
    for term in question.terms:
        if term.leant or _HOW.search(question.text, 0, term.start):
            continue  # of "how large" the kind of value is enough
        word = meaning(term.word)
        met = (
            1.0 if word in unit
            else OF_CORRECTED if word in corrected
            else OF_NOTICE if word in rest
            else 0.0
        )  # fmt: skip
        if term.name and not met:
            return 0.0, 0.0
        total += term.weight
        reached += met * term.weight
        if not term.name:
            plain += term.weight
            alone += term.weight * (word in unit)
    return (alone / plain if plain else 1.0, reached / total if total else 0.0)
