"""Ask: rewrite, retrieve, rerank, read, settle. Start reading here.

`Assistant` holds what is built once, the library and the encoder; `answer` is the one-line way in.
A question about the byline itself is answered from the metadata (`qa.byline`), every other from the
articles' sentences. Nothing here knows of a screen or a command line.
"""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import TracebackType

from corpus.errors import LibraryEmpty, QuestionError
from index import onnx
from index.encoder import Encoder, encoder_of
from index.library import Library
from index.passages import EVERYTHING, Scope
from index.words import WORD, words
from qa import byline, elsewhere, reader, reply, together
from qa.asking import with_speaker
from qa.attempts import Attempt, attempts, within
from qa.byline import BylineQuestion
from qa.clock import Clock
from qa.crossencoder import CrossEncoder, load_reranker
from qa.filters import Asked, asked_of, bound, day
from qa.fold import with_copies
from qa.metadata import from_metadata
from qa.question import LONGEST, Question, parse
from qa.rerank import Evidence, rerank
from qa.retrieve import retrieve
from qa.rewrite import Standalone, rewrite, with_person
from qa.settle import settle
from qa.tokens import TokenCache
from qa.types import Answer, Bounds, Hit, Turn

# Passages that are compared word by word (squad-open: the right one is among 20 for .961 of the
# questions, among 30 for .971; each costs about 6 ms).
CANDIDATES = 24
# How sure an answer must be to be shown (tuned on squad-open, news-tune* and the sample, each left
# out of the fit in turn, over 0.2..0.5: the best two by answered right and refused right together).
THRESHOLD = 0.35


class Assistant:
    """Answers questions over one library; safe to ask from several threads."""

    def __init__(
        self, library: Library, encoder: Encoder, reranker: CrossEncoder | None = None
    ) -> None:
        self.library = library
        self.encoder = encoder
        self.reranker = reranker
        self._tokens = TokenCache(encoder)
        self._lock = threading.Lock()

    @classmethod
    def open(
        cls,
        store: str | Path,
        *,
        encoder: str | Encoder = "",
        reranker: str = "",
        once: bool = False,
    ) -> "Assistant":
        """An assistant over the library at `store`; with `once`, for a process that asks once.

        `reranker` is the name or path of a cross-encoder that orders the passages found.
        A library that another encoder than the one called `encoder` built is asked with its own.

        Raises:
            LibraryError: there is no library, or it cannot be used with this encoder.
            EncoderError: the encoder or the reranker cannot be loaded.
        """
        # Where sync put the encoder's graph if the user's cache could not hold it.
        onnx.fallback = Path(store) / "encoder"
        loaded = encoder_of(Path(store), encoder) if isinstance(encoder, str) else encoder
        ranking = load_reranker(reranker)
        return cls(Library.open(Path(store), loaded, vectors=not once), loaded, ranking)

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
        author: str | None = None,
        article: str | None = None,
        as_of: str | date | None = None,
        strictness: float = THRESHOLD,
    ) -> Answer:
        """Answer one question of a conversation from the library's articles, or refuse.

        `start` and `end` are inclusive publication dates; undated articles are outside any bound.
        `as_of` is the day that "last week" is counted from, today by default; where it is given,
        nothing that was published later answers. `strictness`, 0 to 1, is how sure an answer must
        be: it is refused where its confidence is below.

        Raises:
            QuestionError: the question is empty, has no words or is too long, or a date is none.
            LibraryEmpty: there is no article to answer from.
            LibraryError: there is no article with the id `article`.
        """
        if not all(isinstance(turn, Turn) for turn in history):
            raise TypeError("the history is a sequence of Turn")
        if not 0 <= strictness <= 1:
            raise QuestionError(f"a strictness of {strictness} is not possible: give 0 to 1")
        scope = Scope(bound(start), bound(end), outlet or None, author or None, article or None)
        # "~" sorts behind every digit: 2025-03 to 2025 is the right way round.
        if scope.start and scope.end and scope.start > scope.end[: len(scope.start)] + "~":
            raise QuestionError(f"the dates are the wrong way round: from {start} to {end}")
        scope = replace(scope, until=bound(as_of))
        today, clock = day(as_of), Clock()
        with self._lock, self._ready(question):
            if article:
                self.library.article(article)
            standalone = rewrite(question.strip(), history)
            names, titles = self.library.names, self.library.titles
            metadata = byline.recognise(question, names, today, titles)
            asked = asked_of(with_person(question.strip(), history), scope, names, today)
            clock.lap("rewrite")
            told = self._told(metadata, history, scope, clock) if metadata else None
            answered = None if metadata and metadata.second else told
            if answered is None:
                read = self._read(asked, history, today if as_of else None, strictness, clock)
                answered = told if told and read.refused else read
            citations = with_copies(self.library, answered.citations)
        return replace(
            answered,
            citations=citations,
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
        with self._lock, self._ready(query):
            most = max(k, CANDIDATES)
            _, evidence = self._find(Standalone(query.strip()), EVERYTHING, k=most, read=False)
        return [item.hit for item in evidence[:k]]

    @contextmanager
    def _ready(self, question: str) -> Iterator[None]:
        """One state of the library for the whole question, with the encoder that it has there."""
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
        with self.library.snapshot():
            self.library.refresh()
            if self.library.made_by not in (None, self.encoder.fingerprint):
                # A sync has embedded it anew; from now on it answers with that encoder.
                self.encoder = encoder_of(self.library.store)
                self._tokens = TokenCache(self.encoder)
            if not self.library.article_count:
                raise LibraryEmpty(
                    f"the library at {self.library.store} holds no article: add some with "
                    f"`python -m index sync ARTICLES --store {self.library.store}`"
                )
            yield

    def _find(
        self,
        standalone: Standalone,
        scope: Scope,
        *,
        k: int = CANDIDATES,
        clock: Clock | None = None,
        read: bool = True,
    ) -> tuple[Question, list[Evidence]]:
        """What the question asks, and the passages that may answer it, best first."""
        clock = clock or Clock()
        frequencies = self.library.frequencies(words(standalone.text))
        question = parse(
            standalone.text, frequencies, self.library.passage_count, asked=standalone.asked
        )
        vector = self.encoder.encode_question(standalone.text)
        hits = retrieve(self.library, question, vector, k, scope)
        cosines = self.library.cosines(vector, [hit.passage.number for hit in hits])
        clock.lap("retrieve")
        evidence = rerank(self._tokens, question, hits, cosines)
        if self.reranker:
            evidence = self.reranker.reorder(standalone.text, evidence)
        clock.lap("rerank")
        return question, together.read(self.encoder, question, evidence) if read else evidence

    def _told(
        self, asked: BylineQuestion, history: Sequence[Turn], scope: Scope, clock: Clock
    ) -> Answer | None:
        """What the bylines say, which nothing makes uncertain; None where they do not."""
        stated = from_metadata(self.library, self._find, asked, history, scope)
        clock.lap("retrieve")
        looked = byline.both(asked.scope, scope)
        return stated and _within(stated, float(not stated.refused), looked)

    def _read(
        self,
        asked: Asked,
        history: Sequence[Turn],
        until: date | None,
        strictness: float,
        clock: Clock,
    ) -> Answer:
        """What the articles say, to the first reading of the question that they answer."""
        refusals = []
        for meant in asked.readings():
            ways = list(attempts(meant, history, until))
            answered = self._from_articles(meant, ways, strictness, clock)
            refusals.append(_within(answered, answered.confidence, within(meant.scope, meant.when)))
            if not answered.refused:
                return refusals[-1]
        return refusals[0]

    def _from_articles(
        self, asked: Asked, ways: Sequence[Attempt], strictness: float, clock: Clock
    ) -> Answer:
        looked: dict[tuple[Standalone, Scope], tuple[Question, list[Evidence]]] = {}
        sure = 0.0
        for way in ways:
            place = (way.standalone, way.scope)
            if place not in looked:
                looked[place] = self._find(*place, clock=clock)
            question, evidence = looked[place]
            found = way.weighed(question, reader.candidates(question, evidence, way.keep))
            other = elsewhere.others(evidence, asked, way.keep, self.encoder)
            settled = settle(question, found, strictness, latest=way.latest, other=other)
            sure = max([sure, *(c.probability for c in (*found[:1], *settled.chosen))])
            if settled.chosen:
                if (asked.speaker or asked.quoted) and not settled.values:
                    # Whose words they are is part of the answer.
                    settled = replace(settled, chosen=tuple(map(with_speaker, settled.chosen)))
                answered = reply.quoted(settled, asked)
                break
        else:
            nearest = next(filter(None, (reader.candidates(*e) for e in looked.values())), [])
            bounded = replace(way, scope=within(asked.scope, asked.when))
            outside = self._outside_dates(bounded, strictness, nothing=not nearest)
            answered = outside or reply.refused(nearest, way.scope, question)
        clock.lap("read")
        return replace(answered, confidence=round(sure, 4))

    def _outside_dates(self, way: Attempt, strictness: float, *, nothing: bool) -> Answer | None:
        """The refusal that says so when articles outside the dates answer; None when none do.

        Where the dates hold `nothing` at all, articles on the subject are enough.
        """
        if not (way.scope.start or way.scope.end):
            return None
        anywhen = replace(way.scope, start=None, end=None)
        found = reader.candidates(*self._find(way.standalone, anywhen), way.keep)
        answers = bool(found) and found[0].probability >= strictness
        if not answers and not (found and nothing and found[0].gap <= reply.OFF_SUBJECT):
            return None
        told = self.library.status()
        return reply.outside_dates(found, way.scope, told["published_from"], told["published_to"])


def answer(question: str, *, store: str | Path = "storage", encoder: str = "") -> Answer:
    """Answer one question from the library at `store`; see `Assistant.ask` for what it raises."""
    with Assistant.open(store, encoder=encoder, once=True) as assistant:
        return assistant.ask(question)


def _within(answer: Answer, confidence: float, scope: Scope) -> Answer:
    """An answer with how sure it is and where it was looked for."""
    bounds = Bounds(scope.start, scope.end, scope.outlet, scope.author)
    return replace(answer, confidence=confidence, scope=bounds)
