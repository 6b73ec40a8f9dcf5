"""What has to be committed for each file, in batches whose passages are embedded together."""

import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from corpus import Article
from index.edits import Edits, with_edits
from index.encoder import Encoder, Vectors
from index.passages import Passage, split
from index.plan import Wanted
from index.reading import Outcome, Reader
from index.writer import File, Writer

BATCH = 512  # passages embedded together
FIRST = 64
LARGE = 1_000_000  # bytes; files above come last, so that no other article waits for them


@dataclass(slots=True)
class Step:
    """One thing to commit: an article with its passages, the end of a file, or its failure.

    `declared` is the article as its file has it, before a person's edits. The end of a file has
    the `ids` of its articles, and what of it `failed`.
    """

    file: File
    article: Article | None = None
    declared: Article | None = None
    state: str = ""
    passages: Sequence[Passage] = ()
    vectors: Vectors | None = None
    ids: set[str] | None = None
    failed: Sequence[tuple[str, str]] = ()
    reason: str = ""
    touched: bool = False

    def is_end_of(self, article: Article) -> bool:
        """Whether it ends a file that is this article and nothing else."""
        return self.ids == {article.id} and not self.failed


class Steps:
    """The steps for what a plan wants to be read, until `stopping` is set."""

    def __init__(
        self,
        reader: Reader,
        writer: Writer,
        encoder: Encoder,
        edits: Mapping[str, Edits],
        stopping: threading.Event,
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._encoder = encoder
        self._edits = edits
        self._stopping = stopping

    def batches(self, every: Sequence[Wanted]) -> Iterator[list[Step]]:
        """Steps in order, together as many passages as are embedded at once.

        What waits goes before a file that is large or slow, or turns out to fill a batch by itself.
        """
        ordered = sorted(every, key=lambda wanted: max(LARGE, wanted.file.size))
        batch: list[Step] = []
        passages = 0
        enough = FIRST  # small at first, so that the first articles are in soon
        for outcome in self._reader.read_all(ordered):
            if self._stopping.is_set():
                return
            if outcome is None:
                if batch:
                    yield batch
                    batch, passages = [], 0
                continue
            if batch and outcome.file.size > LARGE:
                yield batch
                batch, passages = [], 0
            steps = list(self._of(outcome))
            more = sum(len(step.passages) for step in steps)
            if batch and more >= BATCH:
                yield batch
                batch, passages = [], 0
            batch += steps
            passages += more
            if passages >= enough or len(batch) >= BATCH:
                yield batch
                batch, passages, enough = [], 0, min(2 * enough, BATCH)
        if batch:
            yield batch

    def _of(self, outcome: Outcome) -> Iterator[Step]:
        """What has to be done for one file."""
        file = outcome.file
        if outcome.reading is None:
            yield Step(file, reason=outcome.reason, touched=not outcome.reason)
            return
        for article in outcome.reading.articles:
            if self._stopping.is_set():
                return
            state = self._writer.known(article)
            if state in ("same", "removed"):
                yield Step(file, state=state)
            else:
                edited = with_edits(article, self._edits.get(article.id, {}))
                yield Step(file, edited, article, state, split(edited, self._encoder))
        ids = {article.id for article in outcome.reading.articles}
        yield Step(file, ids=ids, failed=outcome.reading.failed)
