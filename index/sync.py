"""Sync: brings the library up to date with files, one transaction an article.

Three things go on at once: a thread reads and splits the next articles, this one embeds, another
commits in order. Passages are embedded several hundred at a time, across articles, because the
encoder is fastest so; held in memory are three such batches, or large files, and no more.
"""

import hashlib
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from corpus import Article, ArticleError, read
from corpus.errors import LibraryMissing, SyncRefused
from index.encoder import Encoder, Vectors
from index.generations import build, needs_building
from index.passages import Passage, context, split
from index.plan import KEPT, Plan, State, make_plan, read_state
from index.report import Progress, SyncReport
from index.roots import Target, resolve, root_text
from index.schema import check, mismatch, open_reading, translated
from index.writer import File, Writer, folder_for

BATCH = 512  # passages embedded together
FIRST = 64
LARGE = 1_000_000  # bytes; files above come last, so that no other article waits for them


@dataclass(slots=True)
class _Step:
    """One thing to commit: an article with its passages, the end of a file, or its failure."""

    file: File
    article: Article | None = None
    state: str = ""
    passages: Sequence[Passage] = ()
    vectors: Vectors | None = None
    ids: set[str] | None = None
    reason: str = ""
    touched: bool = False


def sync(
    store: Path,
    paths: Sequence[Path],
    encoder: Encoder,
    *,
    dry_run: bool = False,
    yes: bool = False,
    progress: Progress | None = None,
) -> SyncReport:
    """Bring the library at `store` up to date with `paths`, or with all it knows.

    Files gone from a folder that is synced are removed; those that cannot be read are in the
    report's `failed` with the reason, and what was read of them before stays.

    Raises:
        SyncRefused: a path is missing or overlaps a root, or more than half would be removed.
        LibraryError: the store cannot be used; LibraryBusy while another process writes to it.
        EncoderMismatch: another encoder made its vectors.
    """
    store = Path(store)
    fingerprint = encoder.fingerprint
    try:
        check(store, older=True)
    except LibraryMissing:
        if not paths:
            raise
        # Before a folder is made for what is not there.
        targets = resolve(paths, [])
        if dry_run:
            return _foresee(make_plan(targets, State(), store, yes=yes), State())
        folder_for(store)
    if dry_run:
        connection = open_reading(store)
        try:
            state = read_state(connection)
            _check_encoder(store, connection, fingerprint)
        finally:
            connection.close()
        return _foresee(make_plan(_targets(paths, state), state, store, yes=yes), state)
    with Writer.open(store, new=True) as writer:
        state = read_state(writer.connection)
        targets = _targets(paths, state)
        writer.claim(encoder)
        plan = make_plan(targets, state, store, yes=yes)
        return _Sync(writer, encoder, state, progress or Progress()).run(targets, plan)


def _targets(paths: Sequence[Path], state: State) -> list[Target]:
    targets = resolve(paths, state.roots)
    if not targets:
        raise SyncRefused("the library has nothing to repeat: give the path of your articles")
    return targets


def _check_encoder(store: Path, connection: sqlite3.Connection, fingerprint: str) -> None:
    row = connection.execute("SELECT value FROM meta WHERE key = 'encoder'").fetchone()
    if row and row[0] != fingerprint:
        raise mismatch(store, row[0], fingerprint)


def _foresee(plan: Plan, state: State) -> SyncReport:
    report = SyncReport(unchanged=plan.unchanged, removed=sum(state.articles[k] for k in plan.gone))
    report.failed = [*plan.failing, *((file.source, reason) for file, reason in plan.skipped)]
    for path, _, file in plan.read:
        known = state.files.get(file.key)
        if known is None:
            report.added += 1
        elif _sha256(path) == known.sha256:
            report.unchanged += state.articles[file.key]
        else:
            report.changed += 1
    report.failed.sort()
    return report


class _Sync:
    """One run, with what its threads share."""

    def __init__(self, writer: Writer, encoder: Encoder, state: State, progress: Progress):
        self.writer = writer
        self.encoder = encoder
        self.state = state
        self.progress = progress
        self.report = SyncReport()
        self.stopping = threading.Event()
        self.wrote = False

    def run(self, targets: Sequence[Target], plan: Plan) -> SyncReport:
        """Read, embed and commit what the plan names; then remove, then see to the vectors."""
        report, writer = self.report, self.writer
        for target in targets:
            if target.path:
                absorbed = [root_text(path) for path in target.absorbs]
                writer.add_root(root_text(target.path), instead_of=absorbed)
        report.unchanged = plan.unchanged
        report.failed = list(plan.failing)
        for file, reason in plan.skipped:
            self._fail(file, reason)
        if plan.read:
            self.progress.start(len(plan.read))
            self._read_embed_commit(plan.read)
        for key in plan.gone:
            report.removed += writer.remove_file(key)
        for target in targets:
            if target.missing:
                writer.forget_root(root_text(target.folder))
        with translated(writer.store):
            if needs_building(writer.store, writer.connection):
                self.progress.stage("vector index")
                build(writer.store, writer.connection)
        if self.wrote or plan.gone:
            writer.settle()
        if self.wrote and hasattr(self.encoder, "prepare"):
            self.progress.stage("encoder for questions")
            self.encoder.prepare()
        report.failed.sort()
        return report

    def _read_embed_commit(self, files: Sequence[tuple[Path, Path, File]]) -> None:
        ordered = sorted(files, key=lambda each: max(LARGE, each[2].size))
        batches = self._batches(ordered)
        with ThreadPoolExecutor(1) as reading, ThreadPoolExecutor(1) as writing:
            written: Future[None] | None = None
            try:
                upcoming = reading.submit(next, batches, None)
                while (batch := upcoming.result()) is not None:
                    upcoming = reading.submit(next, batches, None)
                    self._embed(batch, written)
                    if written:
                        written.result()
                    written = writing.submit(self._commit, batch)
                if written:
                    written.result()
            finally:
                self.stopping.set()

    def _batches(self, files: Sequence[tuple[Path, Path, File]]) -> Iterator[list[_Step]]:
        """Steps in order, together as many passages as are embedded at once.

        What waits goes before a file that is large or turns out to fill a batch by itself.
        """
        batch: list[_Step] = []
        passages = 0
        enough = FIRST  # small at first, so that the first articles are in soon
        for path, folder, file in files:
            if self.stopping.is_set():
                return
            if batch and file.size > LARGE:
                yield batch
                batch, passages = [], 0
            steps = list(self._steps(path, folder, file))
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

    def _steps(self, path: Path, folder: Path, file: File) -> Iterator[_Step]:
        """What has to be done for one file."""
        try:
            file = replace(file, sha256=_sha256(path))
            known = self.state.files.get(file.key)
            if known and known.sha256 == file.sha256:
                yield _Step(file, touched=True)
                return
            articles = read(path, folder).articles
        except ArticleError as error:
            yield _Step(file, reason=str(error).removeprefix(f"{file.source}: "))
            return
        except OSError as error:
            reason = f"cannot be read ({error.strerror}); check its permissions"
            yield _Step(file, reason=reason)
            return
        for article in articles:
            if self.stopping.is_set():
                return
            state = self.writer.known(article)
            if state in ("same", "removed"):
                yield _Step(file, state=state)
            else:
                passages = split(article, self.encoder)
                yield _Step(file, article, state, passages)
        yield _Step(file, ids={article.id for article in articles})

    def _embed(self, batch: Sequence[_Step], earlier: Future[None] | None) -> None:
        """Give each passage its vector, a slice at a time: Ctrl-C is heard between two."""
        texts = [context(s.article, p) for s in batch if s.article for p in s.passages]
        parts: list[Vectors] = []
        for at in range(0, len(texts), BATCH):
            if at and earlier:
                earlier.result()  # it is in before more is spent on this one, or says why not
            parts.append(
                self.encoder.encode_passages(texts[at : at + BATCH], self.progress.embedded)
            )
        vectors = np.concatenate(parts) if parts else np.zeros((0, 0), np.float32)
        at = 0
        for step in batch:
            if step.article:
                step.vectors = vectors[at : at + len(step.passages)]
                at += len(step.passages)

    def _commit(self, batch: Sequence[_Step]) -> None:
        """Write a batch, article by article, and tell of each once it is in."""
        at = 0
        while at < len(batch):
            if self.stopping.is_set():
                return
            step = batch[at]
            following = batch[at + 1] if at + 1 < len(batch) else None
            if step.article and step.vectors is not None:
                whole = following is not None and following.ids == {step.article.id}
                self.report.removed += self.writer.put(
                    step.article, step.file, step.passages, step.vectors, whole=whole
                )
                self.wrote = True
                if step.state == "new":
                    self.report.added += 1
                else:
                    self.report.changed += 1
                self.progress.committed(step.article.source)
                if whole:
                    at += 1
                    self.progress.done()
            elif step.state:
                self.report.unchanged += step.state == "same"
            elif step.ids is not None:
                self.report.removed += self.writer.finish(step.file, step.ids)
                self.progress.done()
            elif step.touched:
                self.writer.touch(step.file)
                self.report.unchanged += self.state.articles[step.file.key]
                self.progress.done()
            else:
                kept = KEPT if self.state.articles[step.file.key] else ""
                self._fail(step.file, step.reason + kept)
                self.progress.done()
            at += 1

    def _fail(self, file: File, reason: str) -> None:
        if self.state.failures.get(file.key) != (reason, file.size, file.mtime_ns):
            self.writer.fail(file, reason)
        self.report.failed.append((file.source, reason))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
