"""Sync: brings the library up to date with files, one transaction an article.

Three things go on at once: threads read the next articles in the sandbox and split them, this one
embeds, another commits in order. Passages are embedded several hundred at a time, across articles,
because the encoder is fastest so; held in memory are three such batches, what is read ahead, or
large files, and no more.
"""

import ctypes
import threading
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TypeVar

import numpy as np

from corpus import ArticleError
from corpus.errors import LibraryMissing, SyncRefused
from corpus.sandbox import Sandbox
from index.encoder import Encoder, Vectors
from index.generations import build, needs_building
from index.interrupt import Interrupt
from index.lock import embedding
from index.passages import context
from index.plan import KEPT, Plan, State, Still, Wanted, make_plan, read_state
from index.reading import Reader, hash_of
from index.reembed import begin, is_due, reembed, so_far, turn, waiting
from index.report import Progress, SyncReport
from index.roots import Target, pages, resolve, root_text
from index.schema import check, folder_for, open_reading, translated
from index.steps import BATCH, Step, Steps
from index.writer import File, Writer

HEARD_SECONDS = 0.5
T = TypeVar("T")


def sync(
    store: Path,
    paths: Sequence[Path],
    encoder: Encoder,
    *,
    urls: Sequence[str] = (),
    dry_run: bool = False,
    yes: bool = False,
    still: Still | None = None,
    progress: Progress | None = None,
) -> SyncReport:
    """Bring the library at `store` up to date with `paths` and `urls`, or with all paths it knows.

    Files gone from a folder that is synced are removed; those that cannot be read are in the
    report's `failed` with the reason, and what was read of them before stays. A library that
    another encoder or splitter made is embedded anew first (`index.reembed`). Of files that
    changed only those are read that are `still`, where that is given.

    Raises:
        SyncRefused: a path is missing or overlaps a root, a URL is none that may be fetched, or
            more than half would be removed.
        LibraryError: the store cannot be used; LibraryBusy while another process writes to it.
    """
    store = Path(store)
    web = pages(urls)
    try:
        check(store, older=True)
    except LibraryMissing:
        if not paths and not web:
            raise
        # Before a folder is made for what is not there.
        targets = _targets(paths, web, State())
        if dry_run:
            return _foresee(make_plan(targets, State(), store, yes=yes), State())
        folder_for(store)
    if dry_run:
        connection = open_reading(store)
        try:
            with translated(store):
                state = read_state(connection)
                plan = make_plan(_targets(paths, web, state), state, store, yes=yes)
                report = _foresee(plan, state)
                report.reembedded = waiting(connection, encoder)
        finally:
            connection.close()
        return report
    report, progress = SyncReport(), progress or Progress()

    def planned(writer: Writer) -> tuple[State, list[Target], Plan]:
        state = read_state(writer.connection)
        targets = _targets(paths, web, state)
        return state, targets, make_plan(targets, state, store, yes=yes, still=still)

    with ExitStack() as alone:
        with Writer.open(store, new=True) as writer:
            state, targets, plan = planned(writer)
            if not is_due(writer.connection, encoder):
                return _Sync(writer, encoder, state, progress, report).run(targets, plan)
            alone.enter_context(embedding(store, so_far(writer.connection)))
            # What is gone is not embedded first, nor answered from until all is.
            report.removed = sum(writer.remove_file(key) for key in plan.gone)
            begin(writer, encoder)
        report.reembedded = reembed(store, encoder, progress)
    with turn(store) as writer:
        state, targets, plan = planned(writer)
        return _Sync(writer, encoder, state, progress, report).run(targets, plan)


def _targets(paths: Sequence[Path], web: Sequence[Target], state: State) -> list[Target]:
    files = resolve(paths, state.roots) if paths or not web else []
    targets = [*files, *web]
    if not targets:
        raise SyncRefused("the library has nothing to repeat: give the path of your articles")
    return targets


def _foresee(plan: Plan, state: State) -> SyncReport:
    report = SyncReport(unchanged=plan.unchanged, removed=sum(state.articles[k] for k in plan.gone))
    report.failed = [*plan.failing, *((file.source, reason) for file, reason in plan.skipped)]
    for wanted in plan.read:
        key = wanted.file.key
        if key not in state.files:
            report.added += 1
        elif wanted.path and _is_as_it_was(wanted, state):
            report.unchanged += state.articles[key]
            report.failed += state.parts.get(key, ())
        else:
            report.changed += 1
    report.failed.sort()
    return report


def _is_as_it_was(wanted: Wanted, state: State) -> bool:
    try:
        return hash_of(wanted) == state.files[wanted.file.key].sha256
    except ArticleError:
        return False


class _Sync:
    """One run, with what its threads share."""

    def __init__(
        self,
        writer: Writer,
        encoder: Encoder,
        state: State,
        progress: Progress,
        report: SyncReport,
    ) -> None:
        self.writer = writer
        self.encoder = encoder
        self.state = state
        self.progress = progress
        self.report = report
        self.stopping = threading.Event()
        self.interrupt = Interrupt()
        self.wrote = bool(report.removed or report.reembedded)

    def run(self, targets: Sequence[Target], plan: Plan) -> SyncReport:
        """Read, embed and commit what the plan names; then remove, then see to the vectors."""
        report, writer = self.report, self.writer
        writer.claim(self.encoder)
        writer.group()
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
        for key in plan.forgotten:
            writer.forget_failure(key)
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
        with suppress(OSError, AttributeError):  # glibc keeps what was freed, for hours of --watch
            ctypes.CDLL(None).malloc_trim(0)
        return report

    def _read_embed_commit(self, wanted: Sequence[Wanted]) -> None:
        with (
            self.interrupt,
            Sandbox() as sandbox,
            ThreadPoolExecutor(1) as splitting,
            ThreadPoolExecutor(1) as writing,
        ):
            reader = Reader(sandbox.parse, self.state.files, sandbox.children)
            steps = Steps(reader, self.writer, self.encoder, self.state.edits, self.stopping)
            batches = steps.batches(wanted)
            written: Future[None] | None = None
            try:
                upcoming = splitting.submit(next, batches, None)
                while (batch := self._awaited(upcoming)) is not None:
                    upcoming = splitting.submit(next, batches, None)
                    self._embed(batch, written)
                    if written:
                        self._awaited(written)
                    written = writing.submit(self._commit, batch)
                if written:
                    self._awaited(written)
            finally:
                self.stopping.set()
                # Children first: nobody waits for one that is at work on a long file.
                sandbox.close()
                reader.close()

    def _embed(self, batch: Sequence[Step], earlier: Future[None] | None) -> None:
        """Give each passage its vector, a slice at a time: Ctrl-C is heard between two."""
        texts = [context(s.article, p) for s in batch if s.article for p in s.passages]
        parts: list[Vectors] = []
        for at in range(0, len(texts), BATCH):
            if at and earlier:
                self._awaited(earlier)  # it is in before more is spent on this one, or says why not
            parts.append(self.encoder.encode_passages(texts[at : at + BATCH], self._embedded))
        vectors = np.concatenate(parts) if parts else np.zeros((0, 0), np.float32)
        at = 0
        for step in batch:
            if step.article:
                step.vectors = vectors[at : at + len(step.passages)]
                at += len(step.passages)

    def _commit(self, batch: Sequence[Step]) -> None:
        """Write a batch, article by article, and tell of each once it is in."""
        at = 0
        while at < len(batch):
            if self.stopping.is_set():
                return
            step = batch[at]
            following = batch[at + 1] if at + 1 < len(batch) else None
            if step.article and step.vectors is not None:
                whole = following is not None and following.is_end_of(step.article)
                self.report.removed += self.writer.put(
                    step.article,
                    step.file,
                    step.passages,
                    step.vectors,
                    declared=step.declared,
                    whole=whole,
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
                self.report.removed += self.writer.finish(step.file, step.ids, step.failed)
                self.report.failed += step.failed
                self.progress.done()
            elif step.touched:
                self.writer.touch(step.file)
                self.report.unchanged += self.state.articles[step.file.key]
                self.report.failed += self.state.parts.get(step.file.key, ())
                self.progress.done()
            else:
                kept = KEPT if self.state.articles[step.file.key] else ""
                self._fail(step.file, step.reason + kept)
                self.progress.done()
            at += 1

    def _awaited(self, future: "Future[T]") -> T:
        """Its result. Woken often: a Ctrl-C is heard only then."""
        while not future.done():
            self.interrupt.check()
            wait([future], HEARD_SECONDS)
        return future.result()

    def _embedded(self, passages: int) -> None:
        self.interrupt.check()
        self.progress.embedded(passages)

    def _fail(self, file: File, reason: str) -> None:
        if self.state.failures.get(file.key) != (reason, file.size, file.mtime_ns):
            self.writer.fail(file, reason)
        self.report.failed.append((file.source, reason))
