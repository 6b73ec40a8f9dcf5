"""Doctor: checks everything in a store against everything, and makes again what can be derived.

The truth is the text and byline of each article, with its hash, and which files they came from.
All else follows from it: passages, vectors, the word index, frequencies, groups of copies, the
generation. So only a damaged text or byline is a loss. Such an article is taken out, for a quote
must be what was written, and its file counts as unread: the next sync reads it again.
"""

import json
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from index import orphans, vector_index
from index.encoder import Encoder
from index.examine import Damaged, Examined, examine, named
from index.failures import record_failure
from index.lock import writing
from index.passages import Passage, context, made_by, split
from index.report import Progress
from index.rows import put_article
from index.salvage import DAMAGED, LOST, pages, salvage, structure
from index.schema import DATABASE, check, mismatch, translated
from index.versions import address
from index.word_counts import recount
from index.words import fold
from index.writer import Writer

MAGIC = b"SQLite format 3\0"


@dataclass(slots=True)
class Diagnosis:
    """What `doctor --json` prints."""

    checked: dict[str, int] = field(default_factory=dict)
    repaired: list[str] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)


def doctor(store: Path, encoder: Callable[[str], Encoder], told: Progress) -> Diagnosis:
    """Check the library at `store` and repair what can be derived.

    `encoder` loads the encoder whose name the library keeps; it is called where vectors are wrong.

    Raises:
        LibraryError: there is none, it cannot be written, or is of another version; LibraryBusy
            while another process writes to it.
        EncoderMismatch: vectors are wrong and the encoder is not the library's.
    """
    result = Diagnosis()
    if _beginning(store) not in (None, MAGIC):
        result.damaged = [f"{DATABASE} is no database any more and nothing of it can be read: "
                          "restore a backup with `python -m index restore FILE --yes`, or move "
                          "the folder away and sync your articles again"]  # fmt: skip
        return result
    check(store, older=True)
    with writing(store):
        told.stage("structure")
        wrong = structure(store)
        result.checked["pages"] = pages(store)
        lost = salvage(store, told.stage) if wrong else []
        if wrong:
            first = " ".join(wrong[0].split())[:120]
            result.repaired.append(f"{DATABASE}, made anew from what can be read of it: {first}")
    with Writer.open(store) as writer, translated(store):
        _Doctor(writer, encoder, told, result).run(bool(wrong))
    if lost:
        kept = f"the damaged file is kept as {DAMAGED}"
        result.damaged = [*lost, f"{_again(result)}; {kept}", *result.damaged]
    return result


def _again(result: Diagnosis) -> str:
    """How to get back what is lost; where no folder is known any more, it is to be named."""
    sync = "sync" if result.checked["roots"] else "sync DIR"
    again = f"their files count as unread: run `python -m index {sync}`, which reads them again"
    return f"{again}, or `python -m index restore` a backup"


def _beginning(store: Path) -> bytes | None:
    """What the file begins with; None where it cannot be read, which others say better."""
    try:
        with (store / DATABASE).open("rb") as file:
            return file.read(len(MAGIC))
    except OSError:
        return None


class _Doctor:
    """One run over a library whose file is sound."""

    def __init__(
        self, writer: Writer, encoder: Callable[[str], Encoder], told: Progress, result: Diagnosis
    ) -> None:
        self.writer = writer
        self.store = writer.store
        self.connection = writer.connection
        self.load = encoder
        self.loaded: Encoder | None = None
        self.told = told
        self.result = result
        self.checked = result.checked
        self.regroup = False

    def run(self, salvaged: bool) -> None:
        """Each thing after what it is derived from."""
        self._orphans()
        self.regroup = salvaged
        if not salvaged:
            self.writer.group()
        self._articles()
        self._word_index()
        self._frequencies()
        self._twins(told=not salvaged)
        self.told.stage("vector index")
        found = vector_index.examine(self.store, self.connection)
        self.checked["generation"] = found.count
        if found.wrong:
            if vector_index.rebuild(self.store, self.connection):
                self._say(f"the vector index, built anew: {found.wrong}")
            else:
                self.result.left.append(f"no vector index, exact search answers: {found.wrong}")
        self._say(vector_index.clear_leftovers(self.store))

    def _say(self, line: str) -> None:
        if line:
            self.result.repaired.append(line)

    def _orphans(self) -> None:
        self.told.stage("orphans")
        for table in ("root", "file", "failure", "edit"):
            (self.checked[f"{table}s"],) = self.connection.execute(
                f"SELECT count(*) FROM {table}"
            ).fetchone()
        with self.writer.transaction("repaired"):
            for line in orphans.sort_out(self.connection):
                self._say(line)

    def _articles(self) -> None:
        """Each article with what is derived from it alone."""
        numbers = [
            number for (number,) in self.connection.execute("SELECT number FROM article ORDER BY 1")
        ]
        dim = self._dim()
        lost: list[str] = []
        again = vectors = folded = passages = 0
        self.told.stage("articles")
        self.told.start(len(numbers))
        for number in numbers:
            self.told.done()
            try:
                found = examine(self.connection, number, dim)
            except Damaged as error:
                lost.append(f"{named(self.connection, number)}: {error}")
                self._take_out(number)
                continue
            passages += found.passages
            self.regroup |= found.twins
            if found.split:
                again += 1
                self._put_again(found)
            elif found.vectors:
                vectors += len(found.vectors)
                self._embed_again(found)
            if found.folded and not found.split:
                folded += 1
                self._fold_again(found)
        self.checked |= {"articles": len(numbers), "passages": passages, "vectors": passages}
        self._say(f"{again} articles split and embedded again" if again else "")
        self._say(f"{vectors} vectors embedded again" if vectors else "")
        self._say(f"{folded} articles folded again for filters" if folded else "")
        if lost:
            self.result.damaged += [*lost, f"{len(lost)} articles taken out; {_again(self.result)}"]

    def _dim(self) -> int:
        stored = dict(self.connection.execute("SELECT key, value FROM meta").fetchall())
        has = self.connection.execute("SELECT 1 FROM article LIMIT 1").fetchone()
        if has and not (stored.get("encoder") and stored.get("dim", "").isdecimal()):
            wanted = made_by(self.load(""))
            with self.writer.transaction("repaired") as execute:
                for pair in wanted.items():
                    execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", pair)
            self._say(f"the library's encoder, which is {wanted['encoder']} from now on")
            return int(wanted["dim"])
        dim = int(stored.get("dim", "0"))
        most = self.connection.execute(
            "SELECT length(vector) / 4 FROM vector GROUP BY 1 ORDER BY count(*) DESC LIMIT 1"
        ).fetchone()
        if most and most[0] != dim and dim != self._encoder().dim:
            dim = self._encoder().dim
            with self.writer.transaction("repaired") as execute:
                execute("UPDATE meta SET value = ? WHERE key = 'dim'", (str(dim),))
            self._say("the length of a vector, as the library's encoder has it")
        return dim

    def _encoder(self) -> Encoder:
        """The library's encoder, loaded when it is first needed."""
        if self.loaded is None:
            stored = dict(self.connection.execute("SELECT key, value FROM meta").fetchall())
            self.loaded = self.load(stored.get("encoder_name", ""))
            if self.loaded.fingerprint != stored["encoder"]:
                raise mismatch(self.store, stored["encoder"], self.loaded.fingerprint)
        return self.loaded

    def _take_out(self, number: int) -> None:
        """Take a damaged article out; its words and its group are put right further on."""
        with self.writer.transaction("repaired") as execute:
            row = execute(
                "SELECT file.number, file.root, file.source FROM article "
                "JOIN file ON file.number = article.file WHERE article.number = ?",
                (number,),
            ).fetchone()
            execute("DELETE FROM article WHERE number = ?", (number,))
            if row:
                execute(
                    "UPDATE file SET size = -1, mtime_ns = -1, sha256 = '' WHERE number = ?",
                    row[:1],
                )
                record_failure(execute, (row[1], row[2]), LOST, (-1, -1))
        self.regroup = True

    def _put_again(self, found: Examined) -> None:
        """Split and embed an article again, and put it in with what a person made of it."""
        encoder, article = self._encoder(), found.article
        passages = split(article, encoder)
        vectors = encoder.encode_passages([context(article, each) for each in passages])
        with self.writer.transaction("repaired") as execute:
            file, *kept = execute(
                "SELECT file, hash, declared FROM article WHERE number = ?", (found.number,)
            ).fetchone()
            # Not as a sync does it: what it would take out of the word index may not be there.
            execute("DELETE FROM article WHERE number = ?", (found.number,))
            put_article(self.connection, article, file, passages, vectors)
            execute("UPDATE article SET hash = ?, declared = ? WHERE id = ?", (*kept, article.id))
        self.regroup = True

    def _embed_again(self, found: Examined) -> None:
        article = found.article
        rows = self.connection.execute(
            'SELECT number, start, "end" FROM passage WHERE number IN '
            "(SELECT value FROM json_each(?)) ORDER BY number",
            (json.dumps(found.vectors),),
        ).fetchall()
        texts = [
            context(article, Passage(n, article.id, a, b, article.text[a:b], ()))
            for n, a, b in rows
        ]
        vectors = self._encoder().encode_passages(texts)
        with self.writer.transaction("repaired") as execute:
            for (number, _, _), vector in zip(rows, vectors, strict=True):
                execute("INSERT OR REPLACE INTO vector VALUES (?, ?)",
                        (number, vector.astype("<f4").tobytes()))  # fmt: skip

    def _fold_again(self, found: Examined) -> None:
        article = found.article
        with self.writer.transaction("repaired") as execute:
            execute(
                "UPDATE article SET author_folded = ?, outlet_folded = ?, address = ? "
                "WHERE number = ?",
                (fold(article.author or ""), fold(article.outlet or ""), address(article.url),
                 found.number),
            )  # fmt: skip

    def _word_index(self) -> None:
        """FTS5's own check, against the words that the articles' texts give."""
        self.told.stage("word index")
        (self.checked["words"],) = self.connection.execute(
            "SELECT count(*) FROM frequency"
        ).fetchone()
        try:
            self.connection.execute("INSERT INTO words (words, rank) VALUES ('integrity-check', 1)")
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError):
                raise
            with self.writer.transaction("repaired") as execute:
                execute("INSERT INTO words (words) VALUES ('rebuild')")
            self._say("the word index, made anew")

    def _frequencies(self) -> None:
        self.told.stage("word counts")
        wrong = recount(self.writer)
        self._say(f"how often {wrong} words occur, counted again" if wrong else "")

    def _twins(self, *, told: bool) -> None:
        """The groups of copies, and which articles are versions of each other."""
        self.told.stage("copies")
        (self.checked["stories"],) = self.connection.execute(
            "SELECT count(*) FROM story"
        ).fetchone()
        if not (self.regroup or orphans.groups_are_wrong(self.connection)):
            return
        with self.writer.transaction("repaired") as execute:
            execute("DELETE FROM meta WHERE key = 'twins'")
        self.writer.group()
        if told:
            self._say("the groups of copies and versions, made anew")
