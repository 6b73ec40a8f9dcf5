"""Desk: where questions from a browser arrive, are checked, and asked of one Assistant.

What comes in may be of any type and length. What goes out is an Answer, or a BylineError whose
message is meant for the person; for the page an Exchange that holds either.
"""

import json
import logging
import re
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corpus.errors import BylineError, LibraryEmpty, LibraryMissing, QuestionError
from qa.render import LONGEST_QUESTION, Exchange
from qa.render_sources import article_page
from qa.types import Answer, Turn
from qa.update import Update

if TYPE_CHECKING:
    from qa.answer import Assistant

log = logging.getLogger("byline")

SAMPLE = Path(str(resources.files("corpus"))) / "sample"
OFFERED = 6
RECENT = 8
MOST_HITS = 100


class Desk:
    """One library and one Assistant for everybody who asks; it remembers nobody.

    The library may be missing or empty at first: it is looked for again at every question.
    """

    def __init__(self, store: Path, *, encoder: str = "", reranker: str = "") -> None:
        self.store = store
        self.encoder = encoder
        self.reranker = reranker
        self.update = Update(store)
        self._assistant: Assistant | None = None
        self._lock = threading.Lock()

    def assistant(self) -> "Assistant":
        """The Assistant, opened when it is first needed.

        Raises:
            LibraryError, EncoderError: it cannot be opened; the next call tries again.
        """
        with self._lock:
            if self._assistant is None:
                from qa import Assistant

                self._assistant = Assistant.open(
                    self.store, encoder=self.encoder, reranker=self.reranker
                )
            return self._assistant

    def warm(self) -> None:
        """Load now what the first question would wait for, and mend a damaged vector index."""
        self.update.mend()
        with suppress(BylineError):
            self.search("warm up", 1)

    def close(self) -> None:
        """Close the library, if it was opened, and end its update."""
        self.update.close()
        with self._lock:
            if self._assistant is not None:
                self._assistant.close()
                self._assistant = None

    def ask(
        self,
        question: object,
        history: object = None,
        *,
        start: object = None,
        end: object = None,
        outlet: object = None,
        article: object = None,
    ) -> Answer:
        """The answer to a question as it arrived from outside; see `Assistant.ask`."""
        return self.assistant().ask(
            _words("question", question) or "",
            turns(history),
            start=_words("start", start),
            end=_words("end", end),
            outlet=_words("outlet", outlet),
            article=_words("article", article),
        )

    def exchange(
        self,
        question: object,
        before: Sequence[Exchange],
        *,
        start: object = None,
        end: object = None,
        outlet: object = None,
    ) -> Exchange:
        """The same for the page, after the exchanges `before`; it does not raise."""
        shown = str(question)[: LONGEST_QUESTION + 1]
        history = [Turn(each.question, each.answer) for each in before if each.answer]
        try:
            answer = self.ask(question, history, start=start, end=end, outlet=outlet)
        except (LibraryMissing, LibraryEmpty) as error:
            return Exchange(shown, failure=str(error), empty=True)
        except BylineError as error:
            return Exchange(shown, failure=str(error))
        except Exception as error:
            # The page must say that it failed, whatever it was; a traceback is for the log.
            log.exception("A question failed")
            return Exchange(shown, failure=unexpected(error))
        return Exchange(answer.question, answer)

    def search(self, query: object, k: object = 10) -> list[dict[str, Any]]:
        """The best passages for a query, as `python -m qa search --json` prints them."""
        if isinstance(k, bool) or not isinstance(k, int) or not 1 <= k <= MOST_HITS:
            raise QuestionError(f"k is {k!r}: ask for 1 to {MOST_HITS} passages")
        hits = self.assistant().search(_words("query", query) or "", k=k)
        return [hit.to_dict() for hit in hits]

    def look_up(
        self, exchanges: Sequence[Exchange], wanted: Mapping[str, Any], back: int
    ) -> str | None:
        """The article that a click asks for, at its quote; None when it asks for sources.

        A citation is looked up in the session's own answers: a browser sends `turn:number`, never
        offsets. `back` is the turn whose sources the way back leads to.
        """
        identity = wanted.get("article")
        if identity is not None:
            if not isinstance(identity, str) or not re.fullmatch(r"[0-9a-f]{1,64}", identity):
                raise QuestionError("That is not the id of an article.")
            return article_page(self.assistant().library.article(identity), None, back)
        opened = wanted.get("open")
        if opened is None:
            return None
        found = re.fullmatch(r"(\d{1,4}):(\d{1,4})", opened) if isinstance(opened, str) else None
        turn, number = (int(found[1]), int(found[2])) if found else (len(exchanges), 0)
        answer = exchanges[turn].answer if turn < len(exchanges) else None
        for citation in answer.citations if answer else ():
            if citation.number == number:
                article = self.assistant().library.article(citation.article_id)
                if article.text[citation.start : citation.end] != citation.quote:
                    raise QuestionError("The article has changed since: ask again to see it now.")
                return article_page(article, (citation.start, citation.end), turn)
        raise QuestionError("That source belongs to no answer of this conversation.")

    def status(self) -> dict[str, Any]:
        """What the library holds now; empty while there is none to open."""
        try:
            library = self.assistant().library
            library.refresh()
            return dict(library.status())
        except BylineError:
            return {}

    def outlets(self) -> list[str]:
        """The outlets to choose from."""
        try:
            return list(self.assistant().library.names("outlet"))
        except BylineError:
            return []

    def recent(self) -> list[Any]:
        """A few articles to begin with, latest first."""
        try:
            return list(self.assistant().library.bylines(limit=RECENT))
        except BylineError:
            return []

    def samples(self) -> list[str]:
        """Questions to click, if this is the library of the sample articles; else none."""
        roots = {Path(root).resolve() for root in self.status().get("roots", ())}
        return samples() if roots == {SAMPLE.resolve()} else []


@cache
def samples() -> list[str]:
    """A varied few of the sample questions: of different kinds and articles, one unanswerable.

    A question that needs the one before it cannot stand alone and is left out.
    """
    lines = (SAMPLE / "questions.jsonl").read_text("utf-8").splitlines()
    alone = [each for each in map(json.loads, lines) if not each.get("history")]
    chosen: list[str] = []
    kinds: set[str] = set()
    articles: set[str] = set()
    for each in alone:
        new = each["kind"] not in kinds and each["article"] not in articles
        if each["answers"] and new and len(chosen) < OFFERED - 1:
            chosen.append(each["question"])
            kinds.add(each["kind"])
            articles.add(each["article"])
    unanswerable = [each["question"] for each in alone if not each["answers"]]
    return chosen + unanswerable[:1]


def turns(history: object) -> list[Turn]:
    """The Turns of `[{"question": .., "answer": ..}, ..]` as it arrived from outside."""
    if history is None:
        return []
    if not isinstance(history, list):
        raise QuestionError('history must be a list of {"question": .., "answer": ..}')
    read = []
    for each in history:
        if isinstance(each, Turn):
            read.append(each)
            continue
        question = each.get("question") if isinstance(each, dict) else None
        answer = each.get("answer") if isinstance(each, dict) else None
        if isinstance(answer, dict):  # the JSON of an earlier answer, handed back as it came
            answer = answer.get("text")
        if not isinstance(question, str) or not isinstance(answer, str):
            raise QuestionError('history must be a list of {"question": .., "answer": ..}')
        read.append(Turn(_words("question", question) or "", _words("answer", answer) or ""))
    return read


def unexpected(error: Exception) -> str:
    """What a person is told about an error that nobody foresaw."""
    return f"Byline itself failed ({type(error).__name__}); the terminal it runs in says more."


def _words(name: str, value: object) -> str | None:
    """A text that came from outside, blank as None, without halves of surrogate pairs."""
    if value is None:
        return None
    if not isinstance(value, str):
        raise QuestionError(f"{name} must be text, not {type(value).__name__}")
    return value.encode("utf-8", "replace").decode("utf-8").strip() or None
