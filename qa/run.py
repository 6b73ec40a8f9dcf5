"""Asking the questions of a file and comparing what comes back with what is accepted."""

import sys
import time
from collections.abc import Iterable, Sequence
from datetime import date

from index.passages import EVERYTHING
from qa import measures
from qa.answer import THRESHOLD, Assistant
from qa.outcome import Outcome, Run
from qa.question_file import Item
from qa.types import Answer, Hit, Turn
from qa.withhold import Withholding

DEPTH = 20
KS = (1, 5, 20)
_MOST_SHOWN = 3


def ask_all(
    assistant: Assistant,
    items: Sequence[Item],
    ks: Sequence[int] = KS,
    *,
    strictness: float = THRESHOLD,
    as_of: str | date | None = None,
) -> Run:
    """Ask every question, as strictly and as of the day that is given.

    One search before the first question loads what is loaded once; it is not timed. Articles are
    withheld only if the assistant's library is a `Withholding`.
    """
    from tqdm import tqdm

    places = places_of(assistant)
    assistant.search("warm")
    ks = tuple(sorted({*ks}))
    shown = tqdm(items, unit=" questions", disable=None, file=sys.stderr)
    outcomes = [_outcome(assistant, item, places, ks, strictness, as_of) for item in shown]
    return Run(str(assistant.library.store), ks, tuple(outcomes))


def places_of(assistant: Assistant) -> dict[str, list[str]]:
    """The ids of the articles at each source; several roots may hold the same source."""
    places: dict[str, list[str]] = {}
    for article in assistant.library.bylines(limit=-1):
        places.setdefault(article.source, []).append(article.id)
    return places


def _outcome(
    assistant: Assistant,
    item: Item,
    places: dict[str, list[str]],
    ks: tuple[int, ...],
    strictness: float,
    as_of: str | date | None,
) -> Outcome:
    def ask(question: str, at: float = strictness) -> Answer:
        return assistant.ask(question, history, as_of=as_of, strictness=at)

    if isinstance(assistant.library, Withholding):
        without = places.get(item.without or "", [])
        assistant.library.withhold(copies_of(assistant, without))
    history: list[Turn] = []
    for earlier in item.history:
        history.append(Turn(earlier, ask(earlier)))
    started = time.perf_counter()
    answer = ask(item.question)
    milliseconds = 1000 * (time.perf_counter() - started)
    best = ask(item.question, 0.0) if answer.refused else answer
    hits = assistant.search(answer.standalone_question, max(DEPTH, *ks))
    ranks, relevant = _ranks(assistant, item, places, hits) if item.answers else ([], 0)
    named = copies_of(assistant, places.get(item.article or "", []))
    said = measures.says(_first(answer), item.answers)
    return Outcome(
        line=item.line,
        question=item.question,
        kind=item.kind,
        answers=item.answers,
        article=item.article,
        history=item.history,
        without=item.without,
        right=bool(said) if item.answers else answer.refused,
        best_right=bool(measures.says(_first(best), item.answers)),
        refused=answer.refused,
        confidence=answer.confidence,
        text=answer.text,
        source=answer.citations[0].source if answer.citations else None,
        rank=min(ranks, default=None),
        found=tuple(_place(hit) for hit in hits[:_MOST_SHOWN]),
        milliseconds=round(milliseconds, 2),
        values=_asked_values(item, answer, assistant, named)
        | (_ranked_values(ranks, relevant, ks) if item.answers else {}),
    )


def copies_of(assistant: Assistant, articles: Sequence[str]) -> list[str]:
    """The ids of these articles and of all that tell the same in the same words."""
    return list(dict.fromkeys([*articles, *assistant.library.within(articles, EVERYTHING)]))


def _ranks(
    assistant: Assistant, item: Item, places: dict[str, list[str]], hits: Sequence[Hit]
) -> tuple[list[int], int]:
    """The ranks of the relevant passages among `hits`, and how many there are in all.

    Relevant are the passages of the right article that hold an accepted answer; all of them when
    none does, as where only the byline says it. A copy's passage is as good, but does not make
    more of them. Without an article: every passage that holds one, of which no more are known than
    were found (0 says so).
    """
    if item.article is None:
        ranks = [hit.rank for hit in hits if measures.says(hit.passage.text, item.answers)]
        return ranks, 0
    named = places.get(item.article, [])
    counts, numbers = [1], set()
    for article in copies_of(assistant, named):
        passages = assistant.library.passages_of(article)
        telling = [each for each in passages if measures.says(each.text, item.answers)] or passages
        numbers |= {passage.number for passage in telling}
        counts += [len(telling)] * (article in named)
    relevant = max(counts)
    return [hit.rank for hit in hits if hit.passage.number in numbers][:relevant], relevant


def _ranked_values(ranks: list[int], relevant: int, ks: Iterable[int]) -> dict[str, float]:
    ks = list(ks)
    values = {f"success@{k}": measures.success_at(k, ranks) for k in ks}
    values["RR"] = measures.reciprocal_rank(ranks)
    if relevant:
        values |= {f"R@{k}": measures.recall_at(k, ranks, relevant) for k in ks}
        values["nDCG@10"] = measures.ndcg_at(10, ranks, relevant)
    return values


def _asked_values(
    item: Item, answer: Answer, assistant: Assistant, named: Sequence[str]
) -> dict[str, float]:
    values: dict[str, float] = {}
    if item.answers:
        first, span = _first(answer), _span(answer)
        said = measures.says(first, item.answers)
        matched, overlap = (
            measures.exact_match(span, item.answers),
            measures.f1(span, item.answers),
        )
        values |= {"correct": said, "sentence_accuracy": said}
        values |= {"exact_match": matched, "f1": overlap, "answered": float(not answer.refused)}
        if said:
            values |= {"exact_match_when_right": matched, "f1_when_right": overlap}
        if item.article and answer.citations:
            values["right_article"] = float(answer.citations[0].article_id in named)
    else:
        values |= dict.fromkeys(("correct", "refusal_recall"), float(answer.refused))
    if answer.refused:
        values["refusal_precision"] = float(not item.answers)
    else:
        values["citation_validity"] = float(_valid(answer, assistant))
    return values


def _valid(answer: Answer, assistant: Assistant) -> bool:
    """Whether every quote is the text at its offsets."""
    stored = assistant.library.articles({citation.article_id for citation in answer.citations})
    return bool(answer.citations) and all(
        citation.article_id in stored
        and stored[citation.article_id].text[citation.start : citation.end] == citation.quote
        for citation in answer.citations
    )


def _first(answer: Answer) -> str:
    return answer.sentences[0].text if answer.sentences else ""


def _span(answer: Answer) -> str:
    first = answer.sentences[0] if answer.sentences else None
    return first.text[slice(*first.span)] if first and first.span else ""


def _place(hit: Hit) -> str:
    return f"{hit.article.title} ({hit.article.source})"
