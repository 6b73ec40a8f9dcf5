"""What comes back: Hits of a search, the Answer to a question with its citations, and Turns."""

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from corpus.article import Article
from index.passages import Passage

Reason = Literal["off_subject", "not_said", "outside_dates"]


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found for a question; scores compare only within one list, ranks start at 1."""

    passage: Passage
    article: Article
    score: float
    rank: int

    def to_dict(self) -> dict[str, Any]:
        """One line of `python -m qa search --json`."""
        return {
            "rank": self.rank,
            "score": self.score,
            "article_id": self.article.id,
            "source": self.article.source,
            "title": self.article.title,
            "outlet": self.article.outlet,
            "published": self.article.published,
            "page": self.article.page(self.passage.start),
            "text": self.passage.text,
            "start": self.passage.start,
            "end": self.passage.end,
        }


@dataclass(frozen=True, slots=True)
class Copy:
    """Another article of the same story in which the words quoted stand, too."""

    article_id: str
    outlet: str | None
    published: str | None


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a sentence stands: `article.text[start:end] == quote`, checked before it is shown.

    `speaker` is who says it where the article reports somebody's words; `opinion` whether the
    article is filed under opinion. `also_in` are copies of the article with the same words.
    """

    number: int
    article_id: str
    source: str
    title: str
    author: str | None
    outlet: str | None
    published: str | None
    url: str | None
    page: int | None
    quote: str
    start: int
    end: int
    speaker: str | None = None
    opinion: bool = False
    also_in: tuple[Copy, ...] = ()


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of an answer, the citations it rests on, and the span in it that answers."""

    text: str
    citations: tuple[int, ...]
    span: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Nearest:
    """An article near the question, named when the answer is refused."""

    article_id: str
    title: str
    outlet: str | None
    published: str | None
    score: float


@dataclass(frozen=True, slots=True)
class Value:
    """One of the values on which independent articles differ, and the citations that give it."""

    value: str
    citations: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a question was understood to be asked of: inclusive ISO dates, an outlet, an author."""

    start: str | None = None
    end: str | None = None
    outlet: str | None = None
    author: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """Sentences quoted word for word with their citations, or a refusal with its reason.

    `text` is what a person reads. When `refused`, it says why, `reason` names the case, and
    `sentences` and `citations` are empty; `nearest` are the articles that come closest.
    Where independent articles give different values, `disagreement` has them; `note` is a sentence
    that names an older or newer article which says otherwise. `confidence` is the calibrated
    probability, 0 to 1, that the articles answer and the first sentence is the answer.
    `timings_ms` has rewrite, retrieve, rerank, read and total, in milliseconds.
    """

    question: str
    standalone_question: str
    text: str
    refused: bool = False
    reason: Reason | None = None
    sentences: tuple[Sentence, ...] = ()
    citations: tuple[Citation, ...] = ()
    nearest: tuple[Nearest, ...] = ()
    disagreement: tuple[Value, ...] | None = None
    note: str | None = None
    scope: Bounds = Bounds()
    confidence: float = 0.0
    timings_ms: dict[str, float] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """The answer as JSON-ready data, with the keys of `python -m qa ask --json`."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Turn:
    """One question of a conversation and its answer; the history belongs to the caller."""

    question: str
    answer: Answer | str


def cite(number: int, article: Article, start: int, end: int) -> Citation:
    """A citation of `article.text[start:end]`.

    Raises:
        ValueError: the offsets do not lie in the text; a citation is exact or it is not made.
    """
    if not 0 <= start < end <= len(article.text):
        raise ValueError(f"no quote at {start}:{end} of {article.source!r}")
    return Citation(
        number=number,
        article_id=article.id,
        source=article.source,
        title=article.title,
        author=article.author,
        outlet=article.outlet,
        published=article.published,
        url=article.url,
        page=article.page(start),
        quote=article.text[start:end],
        start=start,
        end=end,
    )
