"""Candidates and bylines -> an Answer: sentences with citations, or a refusal in words.

What the person reads of a refusal is written here; why it is one is a field.
"""

from collections.abc import Sequence
from dataclasses import replace

from corpus.article import Article
from index.passages import Scope
from index.sentences import sentences
from index.words import words
from qa.byline import day, statement
from qa.byline_forms import Wanted
from qa.filters import Asked
from qa.genre import is_opinion
from qa.question import Kind, Question, kind_of
from qa.reader import Candidate
from qa.settle import Settled
from qa.speech import name_in, quotation, speaker
from qa.types import Answer, Citation, Nearest, Reason, Sentence, Value, cite

# Articles named as nearest.
NEAREST = 3
# An article in which more than this of the question is missing is about something else.
OFF_SUBJECT = 0.3


def quoted(settled: Settled, asked: Asked) -> Answer:
    """The answer that consists of these sentences, word for word, and how articles differ."""
    shown = [*settled.chosen, *([settled.otherwise] if settled.otherwise else [])]
    citations = [_cited(number, candidate) for number, candidate in enumerate(shown, 1)]
    told = [
        Sentence(citation.quote, (citation.number,), _span(asked, citation, candidate))
        for citation, candidate in zip(citations, settled.chosen, strict=False)
    ]
    answered = _answered(told, citations)
    if settled.values:
        number = {id(candidate): n for n, candidate in enumerate(settled.chosen, 1)}
        values = []
        for value, alike in settled.values:
            shown_of = tuple(number[id(c)] for c in alike if id(c) in number)
            values.append(Value(value, shown_of))
        differing = "; ".join(
            f"{value.value} ({_dated(citations[value.citations[0] - 1])}) "
            + "".join(f"[{n}]" for n in value.citations)
            for value in values
        )
        answered = replace(
            answered,
            text=f"{answered.text} The articles differ: {differing}.",
            disagreement=tuple(values),
        )
    if settled.otherwise:
        note = _note(settled, citations[-1])
        return replace(answered, text=f"{answered.text} {note}", note=note)
    return answered


def _cited(number: int, candidate: Candidate) -> Citation:
    article = candidate.article
    return replace(
        cite(number, article, candidate.start, candidate.end),
        speaker=speaker(article.text, candidate.start, candidate.end),
        opinion=is_opinion(article),
    )


def _span(asked: Asked, citation: Citation, candidate: Candidate) -> tuple[int, int] | None:
    """What answers within a sentence: who says it, what is said, or the reader's own span."""
    if asked.quoted and citation.speaker:
        return name_in(citation.quote, citation.speaker)
    if kind_of(asked.text) is Kind.DECISION:
        return None  # the whole sentence decides
    if asked.speaker and (said := quotation(citation.quote)):
        # What is asked for is all that was said, of which the reader marks a part.
        if not candidate.span or (candidate.span[0] < said[1] and said[0] < candidate.span[1]):
            return said
    return candidate.span


def _dated(citation: Citation) -> str:
    """Who says it and when, as far as it is known."""
    known = [citation.outlet or citation.author, day(citation.published)]
    return ", ".join(part for part in known if part) or citation.title


def _note(settled: Settled, citation: Citation) -> str:
    """The sentence that another article says otherwise, with its citation."""
    when = day(citation.published)
    of = f" of {when}" if when else ""
    quote = " ".join(citation.quote.split())
    if settled.why == "corrected":
        return f"An article{of}, since corrected, says otherwise: {quote} [{citation.number}]"
    if settled.why == "retracted":
        return f"An article{of}, since withdrawn, said: {quote} [{citation.number}]"
    shown = day(settled.chosen[0].article.published)
    age = "older " if when and shown and when < shown else ""
    an = f"An {age}" if age else "Another "
    return f"{an}article{of} says otherwise: {quote} [{citation.number}]"


def stated(articles: Sequence[Article], wanted: Wanted, more: int = 0) -> Answer:
    """What the bylines of these articles say, each citing the article's first sentence.

    `more` articles are not among them, which the last sentence says.
    """
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
    if told and more > 0:
        told[-1] = replace(told[-1], text=f"{told[-1].text[:-1]}, and {more:,} more.")
    if told:
        return _answered(told, citations)
    if articles:
        return _refused("not_said", "The byline does not say.", nearest_of(articles))
    text = "There is no such article." if wanted == "list" else "No article here is about that."
    return _refused("off_subject", text, ())


def counted(articles: Sequence[Article], count: int) -> Answer:
    """How many articles there are, and the first of them; the rest is counted only."""
    listed = stated(articles, "list", more=count - len(articles))
    if listed.refused:
        return listed
    number = f"{count:,}"
    what = "There is" if count == 1 else "There are"
    text = f"{what} {number} article{'s' if count != 1 else ''}."
    span = (len(what) + 1, len(what) + 1 + len(number))
    every = tuple(citation.number for citation in listed.citations)
    return _answered([Sentence(text, every, span), *listed.sentences], listed.citations)


def named(names: Sequence[tuple[str, int, Article]], count: int, most: int) -> Answer:
    """Outlets or authors with the number of their articles, citing one of each.

    There are `count` of them, of which the first `most` are named.
    """
    citations, told = [], []
    for number, (name, articles, article) in enumerate(names, 1):
        start, end = sentences(article.text)[0]
        citations.append(cite(number, article, start, end))
        more = f", and {count - most:,} more" if number == len(names) and count > most else ""
        text = f"{name}: {articles:,} article{'s' if articles != 1 else ''}{more}."
        told.append(Sentence(text, (number,), (0, len(name))))
    if told:
        return _answered(told, citations)
    return _refused("not_said", "The bylines do not say.", ())


def undated(articles: Sequence[Article]) -> Answer:
    """The refusal when the order of articles is asked for that have no date."""
    if not articles:
        return _refused("off_subject", "There is no such article.", ())
    return _refused("not_said", "None of these articles has a date.", nearest_of(articles))


def refused(found: Sequence[Candidate], scope: Scope, question: Question) -> Answer:
    """The refusal when the best of these sentences does not answer; there may be none."""
    nearest = _nearest(by_own_words(question, found))
    if not found:
        among = f" from an outlet named “{scope.outlet}”" if scope.outlet else ""
        return _refused("off_subject", f"No article{among} has anything on this.", nearest)
    lacking = min(candidate.gap for candidate in found[:NEAREST]) > OFF_SUBJECT
    if lacking and not _named(question, found[:NEAREST]):
        return _refused("off_subject", "None of the articles is about this.", nearest)
    return _refused("not_said", "The articles do not say.", nearest)


def _named(question: Question, found: Sequence[Candidate]) -> bool:
    """Whether one of the articles has every name that is asked about, so that it is of these."""
    names = {term.word for term in question.terms if term.name}
    return bool(names) and any(
        names <= set(words(f"{each.article.title} {each.article.text}")) for each in found
    )


def by_own_words(question: Question, found: Sequence[Candidate]) -> list[Candidate]:
    """Candidates, those first whose articles have most of what a follow-up itself asks about.

    What it leans on may be of something else, and finds the articles of the turn before.
    """
    terms = [term for term in question.terms if not term.leant]
    own = {term.word: term.weight for term in terms}
    # "And when did it begin?" has one word of its own, which is about nothing.
    if len(terms) == len(question.terms) or (len(own) < 2 and not any(t.name for t in terms)):
        return list(found)

    def told(article: Article) -> float:
        return sum(own[word] for word in own.keys() & set(words(f"{article.title} {article.text}")))

    known = {c.article.id: told(c.article) for c in {c.article.id: c for c in found}.values()}
    return sorted(found, key=lambda c: -known[c.article.id])


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
