"""Ask: rewrite, retrieve, rerank, read. Start reading here.

`Assistant` holds what is built once, the library and the encoder; `answer` is the one-line way in.
A question about the byline itself is answered from the metadata (`qa.byline`), every other from the
articles' sentences. Nothing here knows of a screen or a command line.
"""

import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import TracebackType

from corpus.article import Article
from corpus.dates import iso_date
from corpus.errors import LibraryEmpty, QuestionError
from index import onnx
from index.encoder import Encoder, load_encoder
from index.library import Library
from index.passages import EVERYTHING, Scope
from index.words import WORD, words
from qa import byline, reader, reply
from qa.question import LONGEST, Question, parse
from qa.rerank import Evidence, rerank
from qa.retrieve import retrieve
from qa.rewrite import Standalone, rewrite
from qa.tokens import TokenCache
from qa.types import Answer, Hit, Turn

# Passages that are compared word by word (squad-open: the right one is among 20 for .961 of the
# questions, among 30 for .971; each costs about 6 ms).
CANDIDATES = 24
# How sure an answer must be to be shown (tuned on news-tune* and the sample, each left out of the
# fit in turn, over 0.35..0.7; lower answers more, of squad-open too, and refuses less).
THRESHOLD = 0.45
MOST_LISTED = 10
# An article is on a byline question's topic when it meets this much of it, and nearly the best.
ON_TOPIC = 0.5
AS_MUCH_ON_TOPIC = 0.06


class Assistant:
    """Answers questions over one library; safe to ask from several threads."""

    def __init__(self, library: Library, encoder: Encoder) -> None:
        self.library = library
        self.encoder = encoder
        self._tokens = TokenCache(encoder)
        self._lock = threading.Lock()

    @classmethod
    def open(
        cls, store: str | Path, *, encoder: str | Encoder = "", once: bool = False
    ) -> "Assistant":
        """An assistant over the library at `store`; with `once`, for a process that asks once.

        Raises:
            LibraryError: there is no library, or it cannot be used with this encoder.
            EncoderError: the encoder cannot be loaded.
        """
        # Where sync put the encoder's graph if the user's cache could not hold it.
        onnx.fallback = Path(store) / "encoder"
        loaded = load_encoder(encoder) if isinstance(encoder, str) else encoder
        return cls(Library.open(Path(store), loaded, vectors=not once), loaded)

    def close(self) -> None:
        """Let go of the library's files."""
        self.library.close()

    def __enter__(self) -> "Assistant":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def ask(
        self,
        question: str,
        history: Sequence[Turn] = (),
        *,
        start: str | date | None = None,
        end: str | date | None = None,
        outlet: str | None = None,
        article: str | None = None,
        as_of: str | date | None = None,
    ) -> Answer:
        """Answer one question of a conversation from the library's articles, or refuse.

        `start` and `end` are inclusive publication dates; undated articles are outside any bound.
        `as_of` is the day that "since March" is counted from, today by default.

        Raises:
            QuestionError: the question is empty, has no words or is too long, or a date is none.
            LibraryEmpty: there is no article to answer from.
            LibraryError: there is no article with the id `article`.
        """
        if not all(isinstance(turn, Turn) for turn in history):
            raise TypeError("the history is a sequence of Turn")
        scope = Scope(_bound(start), _bound(end), outlet or None, None, article or None)
        # "~" sorts behind every digit: 2025-03 to 2025 is the right way round.
        if scope.start and scope.end and scope.start > scope.end[: len(scope.start)] + "~":
            raise QuestionError(f"the dates are the wrong way round: from {start} to {end}")
        today = _day(as_of)
        clock = _Clock()
        with self._lock:
            self._ready(question)
            if article:
                self.library.article(article)
            standalone = rewrite(question.strip(), history)
            clock.lap("rewrite")
            asked = byline.recognise(question, self.library.names, today)
            if asked:
                answered = self._from_metadata(asked, standalone, history, scope, clock)
            else:
                answered = self._from_articles(standalone, scope, clock)
        return replace(
            answered,
            question=question,
            standalone_question=standalone.text,
            timings_ms=clock.timings(),
        )

    def search(self, query: str, k: int = 10) -> list[Hit]:
        """The `k` passages that `ask` would read for this query, best first.

        Raises:
            QuestionError: the query is empty, has no words or is too long.
            LibraryEmpty: there is nothing to search.
        """
        if not 1 <= k <= 1000:
            raise QuestionError(f"{k} passages cannot be searched for: ask for 1 to 1000")
        with self._lock:
            self._ready(query)
            _, evidence = self._find(Standalone(query.strip()), EVERYTHING, max(k, CANDIDATES))
        return [item.hit for item in evidence[:k]]

    def _ready(self, question: str) -> None:
        if not isinstance(question, str):
            raise TypeError(f"a question is a str, not {type(question).__name__}")
        if len(question) > LONGEST:
            raise QuestionError(
                f"the question has {len(question):,} characters: ask in at most {LONGEST:,}"
            )
        if not question.strip():
            raise QuestionError("the question is empty: ask something")
        if not WORD.search(question):
            raise QuestionError(f"the question {question.strip()[:40]!r} has no words: use some")
        self.library.refresh()
        if not self.library.article_count:
            raise LibraryEmpty(
                f"the library at {self.library.store} holds no article: add some with "
                f"`python -m index sync ARTICLES --store {self.library.store}`"
            )

    def _find(
        self,
        standalone: Standalone,
        scope: Scope,
        k: int = CANDIDATES,
        clock: "_Clock | None" = None,
    ) -> tuple[Question, list[Evidence]]:
        """What the question asks, and the passages that may answer it, best first."""
        frequencies = self.library.frequencies(words(standalone.text))
        question = parse(
            standalone.text, frequencies, self.library.passage_count, asked=standalone.asked
        )
        vector = self.encoder.encode_question(standalone.text)
        hits = retrieve(self.library, question, vector, k, scope)
        cosines = self.library.cosines(vector, [hit.passage.number for hit in hits])
        if clock:
            clock.lap("retrieve")
        evidence = rerank(self._tokens, question, hits, cosines)
        if clock:
            clock.lap("rerank")
        return question, evidence

    def _from_articles(self, standalone: Standalone, scope: Scope, clock: "_Clock") -> Answer:
        question, evidence = self._find(standalone, scope, clock=clock)
        found = reader.candidates(question, evidence)
        chosen = reader.choose(question, found, THRESHOLD)
        if chosen:
            answered = reply.quoted(chosen)
        elif scope.start or scope.end:
            answered = self._outside_dates(standalone, scope) or reply.refused(found, scope)
        else:
            answered = reply.refused(found, scope)
        clock.lap("read")
        return answered

    def _outside_dates(self, standalone: Standalone, scope: Scope) -> Answer | None:
        """The refusal that says so when articles outside the dates answer; None when none do."""
        anywhen = replace(scope, start=None, end=None)
        found = reader.candidates(*self._find(standalone, anywhen))
        if not found or found[0].probability < THRESHOLD:
            return None
        status = self.library.status()
        return reply.outside_dates(found, scope, status["published_from"], status["published_to"])

    def _from_metadata(
        self,
        asked: byline.BylineQuestion,
        standalone: Standalone,
        history: Sequence[Turn],
        scope: Scope,
        clock: "_Clock",
    ) -> Answer:
        if asked.wanted == "list":
            articles = byline.listed(self.library, asked, scope, MOST_LISTED)
        else:
            articles = self._on_topic(asked, standalone, history, scope)
        clock.lap("retrieve")
        return reply.stated(articles, asked.wanted)

    def _on_topic(
        self,
        asked: byline.BylineQuestion,
        standalone: Standalone,
        history: Sequence[Turn],
        scope: Scope,
    ) -> list[Article]:
        """The articles that a byline question is about, the best first."""
        if scope.article:
            return [self.library.article(scope.article)]
        before = history[-1].answer if history else None
        if not WORD.search(asked.topic) and isinstance(before, Answer):
            cited = before.citations or before.nearest
            return list(self.library.articles([each.article_id for each in cited[:1]]).values())
        subject = asked.topic if WORD.search(asked.topic) else ""
        if not subject and history:
            subject = history[-1].question
        if not WORD.search(subject):
            return []
        bounds = replace(
            scope, start=scope.start or asked.scope.start, end=scope.end or asked.scope.end
        )
        topic, evidence = self._find(Standalone(subject), bounds)
        best: dict[str, tuple[float, Article]] = {}
        for item in evidence:
            article = item.hit.article
            score = reader.topicality(topic, item)
            if article.id not in best or best[article.id][0] < score:
                best[article.id] = (score, article)
        ranked = sorted(best.values(), key=lambda pair: -pair[0])
        bar = max(ON_TOPIC, ranked[0][0] - AS_MUCH_ON_TOPIC) if ranked else 0.0
        return [article for score, article in ranked if score >= bar][:MOST_LISTED]


def answer(question: str, *, store: str | Path = "storage", encoder: str = "") -> Answer:
    """Answer one question from the library at `store`; see `Assistant.ask` for what it raises."""
    with Assistant.open(store, encoder=encoder, once=True) as assistant:
        return assistant.ask(question)


def _bound(value: str | date | None) -> str | None:
    """An inclusive bound as an ISO prefix.

    Raises:
        QuestionError: it is no date.
    """
    if not value:
        return None
    if not isinstance(value, (str, date)):
        raise TypeError(f"a date is a str or a date, not {type(value).__name__}")
    text = iso_date(value.isoformat() if isinstance(value, date) else value.strip())
    if text is None:
        raise QuestionError(
            f"{str(value)[:40]!r} is no date: write it as 2026, 2026-03 or 2026-03-10"
        )
    return text


def _day(value: str | date | None) -> date:
    """The day that a question is asked on, the first of it where only a month or year is given."""
    text = (_bound(value) or date.today().isoformat())[:10]
    return date.fromisoformat(text + "-01-01"[: 10 - len(text)] if len(text) < 10 else text)


class _Clock:
    """Milliseconds of each step, for `timings_ms`."""

    def __init__(self) -> None:
        self._started = self._last = time.perf_counter()
        self._laps = dict.fromkeys(("rewrite", "retrieve", "rerank", "read"), 0.0)

    def lap(self, step: str) -> None:
        now = time.perf_counter()
        self._laps[step] += (now - self._last) * 1000
        self._last = now

    def timings(self) -> dict[str, float]:
        total = (time.perf_counter() - self._started) * 1000
        return {name: round(ms, 2) for name, ms in (*self._laps.items(), ("total", total))}
