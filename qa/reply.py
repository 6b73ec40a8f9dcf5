"""Candidates and bylines -> an Answer: sentences with citations, or a refusal in words.

What the person reads of a refusal is written here; why it is one is a field.
"""

from collections.abc import Sequence

from corpus.article import Article
from index.passages import Scope
from index.sentences import sentences
from qa.byline import Wanted, day, statement
from qa.reader import Candidate
from qa.types import Answer, Citation, Nearest, Reason, Sentence, cite

# Articles named as nearest.
NEAREST = 3
# An article in which more than this of the question is missing is about something else.
OFF_SUBJECT = 0.3


def quoted(chosen: Sequence[Candidate]) -> Answer:
    """The answer that consists of these sentences, word for word."""
    told: list[Sentence] = []
    citations: list[Citation] = []
    for number, candidate in enumerate(chosen, 1):
        citation = cite(number, candidate.article, candidate.start, candidate.end)
        citations.append(citation)
        told.append(Sentence(citation.quote, (number,), candidate.span))
    return _answered(told, citations)


def stated(articles: Sequence[Article], wanted: Wanted) -> Answer:
    """What the bylines of these articles say, each citing the article's first sentence."""
    told: list[Sentence] = []
    citations: list[Citation] = []
    # When the article that was meant does not say, what another one says would be misleading.
    for article in articles if articles and statement(articles[0], wanted) else ():
        said = statement(article, wanted)
        if said:
            text, span = said
            start, end = sentences(article.text)[0]
            citations.append(cite(len(citations) + 1, article, start, end))
            told.append(Sentence(text, (len(citations),), span))
    if told:
        return _answered(told, citations)
    if articles:
        return _refused("not_said", "The byline does not say.", nearest_of(articles))
    text = "There is no such article." if wanted == "list" else "No article here is about that."
    return _refused("off_subject", text, ())


def refused(found: Sequence[Candidate], scope: Scope) -> Answer:
    """The refusal when the best of these sentences does not answer; there may be none."""
    nearest = _nearest(found)
    if not found:
        among = f" from an outlet named “{scope.outlet}”" if scope.outlet else ""
        return _refused("off_subject", f"No article{among} has anything on this.", nearest)
    if min(candidate.gap for candidate in found[:NEAREST]) > OFF_SUBJECT:
        return _refused("off_subject", "None of the articles is about this.", nearest)
    return _refused("not_said", "The articles do not say.", nearest)


def outside_dates(
    found: Sequence[Candidate], scope: Scope, first: str | None, last: str | None
) -> Answer:
    """The refusal when only articles outside the dates answer; all are from `first` to `last`."""
    bounds = [f"from {scope.start}"] if scope.start else []
    bounds += [f"to {scope.end}"] if scope.end else []
    covered = f"the library covers {day(first)} to {day(last)}" if first else "none here has a date"
    text = f"No article dated {' '.join(bounds)} says this; {covered}."
    return _refused("outside_dates", text, _nearest(found))


def _refused(reason: Reason, text: str, nearest: Sequence[Nearest]) -> Answer:
    return Answer(
        "", "", f"{text}{_name(nearest)}", refused=True, reason=reason, nearest=tuple(nearest)
    )


def _answered(told: Sequence[Sentence], citations: Sequence[Citation]) -> Answer:
    text = " ".join(
        f"{' '.join(sentence.text.split())} {''.join(f'[{n}]' for n in sentence.citations)}"
        for sentence in told
    )
    return Answer("", "", text, sentences=tuple(told), citations=tuple(citations))


def nearest_of(articles: Sequence[Article], scores: Sequence[float] = ()) -> tuple[Nearest, ...]:
    """The first few of these articles, as they are named beside a refusal."""
    scored = zip(articles, [*scores, *[0.0] * len(articles)], strict=False)
    return tuple(Nearest(a.id, a.title, a.outlet, a.published, s) for a, s in scored)[:NEAREST]


def _nearest(found: Sequence[Candidate]) -> tuple[Nearest, ...]:
    best: dict[str, Candidate] = {}
    for candidate in found:
        best.setdefault(candidate.article.id, candidate)
    return nearest_of([c.article for c in best.values()], [c.probability for c in best.values()])


def _name(nearest: Sequence[Nearest]) -> str:
    """The nearest article in words, to stand behind a refusal."""
    if not nearest:
        return ""
    known = ", ".join(part for part in (nearest[0].outlet, day(nearest[0].published)) if part)
    return f" The nearest is “{nearest[0].title}”{f' ({known})' if known else ''}."
