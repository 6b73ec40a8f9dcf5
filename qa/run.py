"""Asking the questions of a file: an Outcome for each, and the Run that they make, to be kept."""

import json
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from corpus.errors import QuestionError
from index.passages import EVERYTHING
from qa import measures
from qa.answer import Assistant
from qa.question_file import Item
from qa.types import Answer, Hit, Turn
from qa.withhold import Withholding

DEPTH = 20
KS = (1, 5, 20)
_MOST_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Outcome:
    """One question, what came back, and the `values` of the measures that apply to it.

    `right`: the first sentence holds an accepted answer, or it was refused and there is none to
    find. `best_right` is the same of the best sentence, had it been answered however unsure.
    `rank` is that of the first passage that answers, None when none was found or there is none.
    """

    line: int
    question: str
    kind: str
    answers: tuple[str, ...]
    article: str | None
    history: tuple[str, ...]
    without: str | None
    right: bool
    best_right: bool
    refused: bool
    confidence: float
    text: str
    source: str | None
    rank: int | None
    found: tuple[str, ...]
    milliseconds: float
    values: dict[str, float] = field(default_factory=dict)

    @property
    def key(self) -> tuple[str, tuple[str, ...], str | None]:
        """What makes it the same question in another run."""
        return (self.question, self.history, self.without)


@dataclass(frozen=True, slots=True)
class Run:
    """The outcomes of all questions over one library."""

    store: str
    ks: tuple[int, ...]
    outcomes: tuple[Outcome, ...]

    @property
    def names(self) -> list[str]:
        """The measures that are taken, in the order in which they are shown."""
        ranked = [f"success@{k}" for k in self.ks] + [f"R@{k}" for k in self.ks]
        read = "sentence_accuracy exact_match f1 exact_match_when_right f1_when_right"
        decided = "answered refusal_precision refusal_recall right_article citation_validity"
        return ["correct", *ranked, "RR", "nDCG@10", *read.split(), *decided.split()]

    def measures(self, kind: str | None = None) -> dict[str, float | None]:
        """Every measure over all questions, or over those of one kind."""
        rows = [each.values for each in self.outcomes if kind in (None, each.kind)]
        return measures.means(rows, self.names)

    @property
    def kinds(self) -> list[str]:
        """The kinds of questions, the most frequent first."""
        kinds = [each.kind for each in self.outcomes]
        return sorted(set(kinds), key=lambda kind: (-kinds.count(kind), kind))

    @property
    def sure(self) -> list[tuple[float, bool]]:
        """How sure each answer was or would have been, and whether it is right; for the curves."""
        if not any(each.confidence for each in self.outcomes):
            return []  # this reader does not say how sure it is
        return [(each.confidence, each.best_right) for each in self.outcomes]

    @property
    def latency(self) -> dict[str, float]:
        """The median of the milliseconds that an answer took, and what 95 % took at most."""
        times = [each.milliseconds for each in self.outcomes]
        return {f"p{n}": round(measures.percentile(times, n / 100), 1) for n in (50, 95)}

    def to_dict(self) -> dict[str, Any]:
        """What `evaluate --json` prints."""
        counts = [each.kind for each in self.outcomes]
        return {
            "questions": len(self.outcomes),
            "measures": self.measures(),
            "by_kind": {
                kind: {"questions": counts.count(kind), **self.measures(kind)}
                for kind in self.kinds
            },
            "latency_ms": self.latency,
            "calibration_error": measures.calibration_error(measures.calibration(self.sure)),
            "store": self.store,
            "ks": list(self.ks),
            "outcomes": [asdict(each) for each in self.outcomes],
        }

    @classmethod
    def load(cls, path: Path) -> "Run":
        """The run that `evaluate --json` printed into the file at `path`.

        Raises:
            QuestionError: it cannot be read, or is no such file.
        """
        try:
            stored = json.loads(path.read_text("utf-8"))
            outcomes = [_outcome_of(each) for each in stored["outcomes"]]
            run = cls(str(stored["store"]), tuple(map(int, stored["ks"])), tuple(outcomes))
        except OSError as error:
            raise QuestionError(
                f"{path}: cannot be read ({error.strerror}); give a library or a saved run"
            ) from error
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise QuestionError(
                f"{path}: is no saved run; `python -m qa evaluate QUESTIONS --json > {path.name}`"
                " makes one"
            ) from error
        return run


def _outcome_of(stored: dict[str, Any]) -> Outcome:
    lists = {name: tuple(stored[name]) for name in ("answers", "history", "found")}
    outcome = Outcome(**stored | lists)
    if not all(isinstance(value, int | float) for value in outcome.values.values()):
        raise TypeError
    return outcome


def ask_all(assistant: Assistant, items: Sequence[Item], ks: Sequence[int] = KS) -> Run:
    """Ask every question and compare what comes back with what is accepted.

    One search before the first question loads what is loaded once; it is not timed. Articles are
    withheld only if the assistant's library is a `Withholding`.
    """
    from tqdm import tqdm

    places = places_of(assistant)
    assistant.search("warm")
    ks = tuple(sorted({*ks}))
    shown = tqdm(items, unit=" questions", disable=None, file=sys.stderr)
    outcomes = [_outcome(assistant, item, places, ks) for item in shown]
    return Run(str(assistant.library.store), ks, tuple(outcomes))


def places_of(assistant: Assistant) -> dict[str, list[str]]:
    """The ids of the articles at each source; several roots may hold the same source."""
    places: dict[str, list[str]] = {}
    for article in assistant.library.bylines(limit=-1):
        places.setdefault(article.source, []).append(article.id)
    return places


def _outcome(
    assistant: Assistant, item: Item, places: dict[str, list[str]], ks: tuple[int, ...]
) -> Outcome:
    if isinstance(assistant.library, Withholding):
        without = places.get(item.without or "", [])
        assistant.library.withhold(copies_of(assistant, without))
    history: list[Turn] = []
    for earlier in item.history:
        history.append(Turn(earlier, assistant.ask(earlier, history)))
    started = time.perf_counter()
    answer = assistant.ask(item.question, history)
    milliseconds = 1000 * (time.perf_counter() - started)
    best = assistant.ask(item.question, history, strictness=0.0) if answer.refused else answer
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
