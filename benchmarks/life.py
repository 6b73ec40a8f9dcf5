"""One library and its model in plain Python: what may happen to it, and what holds then."""

import random
import shutil
import tempfile
from contextlib import closing
from pathlib import Path

import numpy as np
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from benchmarks.folder import OUTLETS, Folder, Record
from benchmarks.whole import faults, stored
from index import failpoints
from index import sync as sync_module
from index.edits import edit
from index.encoder import load_encoder
from index.exact import vectors_of
from index.library import Library
from index.passages import Scope
from index.schema import open_reading
from index.sync import sync
from index.words import words
from index.writer import Writer
from qa import Assistant

PLACES = st.integers(0, 10**6)
counted = {"steps": 0, "kills": 0, "generations": 0}


class Killed(BaseException):
    """Stands for SIGKILL: nobody catches it."""


class Life(RuleBasedStateMachine):
    """One library and its model: `held` is what the library should hold, by source."""

    @initialize(seed=st.integers(0, 10**9))
    def begin(self, seed: int) -> None:
        """An empty folder and no library."""
        self.place = Path(tempfile.mkdtemp(prefix="byline-model-"))
        self.store = self.place / "store"
        self.folder = Folder(self.place / "news", random.Random(seed))
        self.held: dict[str, Record] = {}
        self.edits: dict[str, dict[str, str]] = {}
        self.removed: dict[str, Record] = {}
        self.encoder = load_encoder("hash")
        self.library: Library | None = None
        self.folder.add()
        self.sync()

    # What a person does to the files

    @rule()
    def add(self) -> None:
        """A file comes."""
        self.folder.add()

    @rule(at=PLACES)
    def replace(self, at: int) -> None:
        """A file changes."""
        self.folder.replace(at)

    @rule(at=PLACES)
    def touch(self, at: int) -> None:
        """A file gets another time, and is what it was."""
        self.folder.touch(at)

    @rule(at=PLACES)
    def delete(self, at: int) -> None:
        """A file goes."""
        self.folder.delete(at)

    @rule()
    def put_back(self) -> None:
        """The file that went last comes back as it was."""
        self.folder.put_back()

    @rule(at=PLACES, into=st.sampled_from(["", "sub/", "sub/deep/"]))
    def move(self, at: int, into: str) -> None:
        """A file is renamed or moved; it is another article then."""
        self.folder.move(at, into)

    @rule(at=PLACES)
    def copy(self, at: int) -> None:
        """A file comes whose text stands in another one already."""
        self.folder.copy(at)

    # What a person does to the library

    @rule()
    def sync(self) -> None:
        """The library is brought up to date."""
        self._sync()

    @rule(at=st.integers(1, 12))
    def kill(self, at: int) -> None:
        """A sync is cut short at one of its durable steps, and another one ends."""
        before, reached = stored(self.store), 0
        left = self.place / "left"

        def reach(point: str) -> None:
            nonlocal reached
            reached += 1
            if reached == at:
                # What a kill leaves of the store: its files as they are now.
                shutil.copytree(self.store, left)
                raise Killed(point)

        failpoints.on_reach = reach
        try:
            self._sync(expected=False)
        except Killed:
            self._close()
            shutil.rmtree(self.store)
            left.rename(self.store)
            counted["kills"] += 1
        finally:
            failpoints.on_reach = None
        assert faults(self.store) == []
        between = stored(self.store)
        self._sync()
        after = stored(self.store)
        for name in {*before, *between}:
            assert between.get(name) in (before.get(name), after.get(name))

    @precondition(lambda self: self.held)
    @rule(at=PLACES, outlet=st.sampled_from(OUTLETS))
    def edit(self, at: int, outlet: str) -> None:
        """An article's byline is corrected."""
        source = sorted(self.held)[at % len(self.held)]
        title = f"Corrected {at}"
        with Writer.open(self.store) as writer:
            edit(writer, self._id(source), {"title": title, "outlet": outlet}, self.encoder)
        self.edits[source] = {"title": title, "outlet": outlet}
        self.held[source] = self.held[source]._replace(title=title, outlet=outlet)

    @precondition(lambda self: self.held)
    @rule(at=PLACES)
    def remove(self, at: int) -> None:
        """An article is removed by hand."""
        source = sorted(self.held)[at % len(self.held)]
        with Writer.open(self.store) as writer:
            writer.remove_article(self._id(source))
        del self.held[source]
        self.removed[source] = self.synced[source]

    @precondition(lambda self: len(self.held) > 1)
    @rule()
    def compact(self) -> None:
        """The vector index is made anew."""
        self._sync(build=True)
        counted["generations"] += 1

    @rule()
    def change_encoder(self) -> None:
        """The library is embedded anew."""
        self.encoder = load_encoder("hash" if self.encoder.dim == 64 else "hash-64")
        self._sync()
        self._close()

    @rule()
    def restart(self) -> None:
        """Whoever reads begins anew."""
        self._close()

    @precondition(lambda self: self.held)
    @rule(at=PLACES)
    def ask(self, at: int) -> None:
        """A question is asked; what is cited is in the library, as it is there."""
        source = sorted(self.held)[at % len(self.held)]
        record = self.held[source]
        name = "hash" if self.encoder.dim == 128 else "hash-64"
        with Assistant.open(self.store, encoder=name) as assistant:
            reply = assistant.ask(f"Where was {record.word} seen?")
        for citation in reply.citations:
            cited = self.held[citation.source]
            assert citation.quote in cited.text and citation.title == cited.title
        texts = {
            each.text for each in map(self.held.__getitem__, (c.source for c in reply.citations))
        }
        assert reply.refused or record.text in texts

    def _sync(self, *, build: bool = False, expected: bool = True) -> None:
        sync_module.needs_building = lambda *_: build  # type: ignore[assignment]
        report = sync(self.store, [self.folder.news], self.encoder, yes=True)
        assert report.failed == []
        if not expected:
            return
        now = self.folder.records()
        files = {source.partition("#")[0] for source in now}
        self.removed = {
            source: record
            for source, record in self.removed.items()
            if source.partition("#")[0] in files and now.get(source, record) == record
        }
        self.synced = now
        self.held = {
            source: record._replace(**self.edits.get(source, {}))
            for source, record in now.items()
            if source not in self.removed
        }

    def _id(self, source: str) -> str:
        with closing(open_reading(self.store)) as connection:
            row = connection.execute("SELECT id FROM article WHERE source = ?", (source,))
            return str(row.fetchone()[0])

    def _close(self) -> None:
        if self.library:
            self.library.close()
            self.library = None

    # What holds after each step

    @invariant()
    def is_the_model(self) -> None:
        """The library holds what the model holds, and finds it."""
        counted["steps"] += 1
        assert faults(self.store) == []
        if self.library is None:
            self.library = Library.open(self.store, self.encoder)
        library = self.library
        library.refresh()
        articles = {each.source: each for each in stored(self.store).values()}
        found = {s: Record(a.title, a.outlet, a.published, a.text) for s, a in articles.items()}
        assert found == self.held
        assert library.article_count == len(self.held)
        listed = [each.source for each in library.bylines(limit=-1)]
        assert sorted(listed) == sorted(self.held)
        by_text: dict[str, set[str]] = {}
        for source, record in self.held.items():
            by_text.setdefault(record.text, set()).add(source)
        for source, record in self.held.items():
            numbers = [n for n, _ in library.search_words(words(record.word), 1000)]
            owners = {each.article_id for each in library.passages(numbers)}
            assert owners == {articles[each].id for each in by_text[record.text]}
            copies = {articles[each].id for each in by_text[record.text]} - {articles[source].id}
            assert set(library.also_in(articles[source].id)) == copies
        self._vectors(library)
        self._filters(library)

    def _vectors(self, library: Library) -> None:
        """What is found by meaning is what a comparison with every stored vector finds."""
        with closing(open_reading(self.store)) as connection:
            rows = connection.execute("SELECT passage, vector FROM vector").fetchall()
        assert library.passage_count == len(rows)
        if not rows:
            return
        matrix = vectors_of([blob for _, blob in rows], self.encoder.dim)
        question = self.encoder.encode_question("Who was seen near the old harbour?")
        best = np.sort(matrix @ question)[::-1][:5]
        found = library.search_vectors(question, 5)
        assert np.allclose([score for _, score in found], best, atol=1e-4)
        assert {number for number, _ in found} <= {number for number, _ in rows}

    def _filters(self, library: Library) -> None:
        outlet, year = OUTLETS[len(self.held) % len(OUTLETS)], f"20{10 + len(self.held) % 15}"
        scope = Scope(start=year, outlet=outlet)
        expected = {
            source
            for source, record in self.held.items()
            if record.outlet == outlet and (record.published or "") >= year
        }
        assert {each.source for each in library.bylines(scope, limit=-1)} == expected
        question = self.encoder.encode_question("Who was seen near the old harbour?")
        numbers = [number for number, _ in library.search_vectors(question, 1000, scope)]
        ids = {passage.article_id for passage in library.passages(numbers)}
        assert {each.source for each in library.articles(ids).values()} == expected

    def teardown(self) -> None:
        """Take the library away."""
        if hasattr(self, "place"):
            self._close()
            shutil.rmtree(self.place)
