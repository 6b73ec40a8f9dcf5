"""Catalogue: what the store holds, without searching it: articles, passages, names, failures.

Reading takes no lock and creates nothing; a sync from another process may run at any time. Each
method sees one committed state, and what has gone between two calls is left out.
"""

import json
import os
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

import numpy as np

from corpus.article import METADATA_FIELDS, Article
from corpus.errors import LibraryError
from index.connections import Connection
from index.generations import current_name, manifest_of
from index.passages import EVERYTHING, Passage, Scope
from index.related import Related
from index.schema import open_reading, translated
from index.words import fold

_FIELDS = ("root", "source", *METADATA_FIELDS, "pages", "provenance")
_BYLINE = ", ".join(f"article.{name}" for name in _FIELDS)


class Catalogue(Related):
    """The articles, passages and failures of a store, for reading; threads may share one."""

    def __init__(self, store: Path, connection: Connection) -> None:
        self.store = store
        self._connection = connection
        self._lock = threading.RLock()

    @classmethod
    def browse(cls, store: Path) -> "Catalogue":
        """Open the store without an encoder; raises what `Library.open` does."""
        return Catalogue(Path(store), open_reading(Path(store)))

    def close(self) -> None:
        """Let go of the store's files."""
        with self._lock:
            self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Several statements that see one committed state, whatever a sync commits meanwhile."""
        with self._lock, translated(self.store):
            outermost = not self._connection.in_transaction
            if outermost:
                self._follow_file()
                self._connection.execute("BEGIN")
            try:
                yield
            finally:
                if outermost:
                    self._connection.execute("COMMIT")

    def _rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[Any]:
        with self._lock, translated(self.store):
            self._follow_file()
            return self._connection.execute(sql, parameters).fetchall()

    def _follow_file(self) -> None:
        """Between two states, open the library that has taken the place of the one that is open.

        A restore puts one there, a doctor, or whoever deletes the folder and syncs again.
        """
        if not self._connection.in_transaction and self._connection.is_replaced():
            connection = open_reading(self.store)
            self._connection.close()
            self._connection = connection
            self._begin_anew()

    def _begin_anew(self) -> None:
        """Forget what was known of another library."""

    def passages(self, numbers: Sequence[int]) -> list[Passage]:
        """The passages with these numbers, in this order; one that has gone is left out."""
        rows = self._rows(
            'SELECT passage.number, article.id, passage.start, passage."end", passage.sentences, '
            'substr(body.text, passage.start + 1, passage."end" - passage.start) '
            "FROM passage JOIN article ON article.number = passage.article "
            "JOIN body ON body.article = passage.article "
            "WHERE passage.number IN (SELECT value FROM json_each(?))",
            (json.dumps([int(number) for number in numbers]),),
        )
        found = {}
        for number, article_id, start, end, blob, text in rows:
            pairs = np.frombuffer(blob, "<u4").reshape(-1, 2).tolist()
            spans = tuple((first, last) for first, last in pairs)
            found[number] = Passage(number, article_id, start, end, text, spans)
        return [found[number] for number in numbers if number in found]

    def passages_of(self, article_id: str) -> list[Passage]:
        """The passages of one article in order; none when it has gone."""
        rows = self._rows(
            "SELECT passage.number FROM passage JOIN article ON article.number = passage.article "
            'WHERE article.id = ? ORDER BY passage.start, passage."end"',
            (article_id,),
        )
        return self.passages([number for (number,) in rows])

    def article(self, article_id: str) -> Article:
        """One article with its text.

        Raises:
            LibraryError: there is none with this id.
        """
        rows = self._rows(
            f"SELECT {_BYLINE}, body.text FROM article "
            "JOIN body ON body.article = article.number WHERE article.id = ?",
            (article_id,),
        )
        if not rows:
            raise LibraryError(_no_article(article_id, self.store))
        return _article(rows[0])

    def articles(self, ids: Iterable[str]) -> dict[str, Article]:
        """Articles with their text by id; one that has gone is left out."""
        rows = self._rows(
            f"SELECT {_BYLINE}, body.text FROM article "
            "JOIN body ON body.article = article.number "
            "WHERE article.id IN (SELECT value FROM json_each(?))",
            (json.dumps(sorted(set(ids))),),
        )
        return {article.id: article for article in map(_article, rows)}

    def within(self, ids: Iterable[str], scope: Scope) -> list[str]:
        """All copies of these articles that a scope allows, those that stand for a group first."""
        where, parameters = condition(scope)
        rows = self._rows(
            "SELECT DISTINCT article.id, its.rank FROM article AS asked "
            "JOIN signature AS own ON own.article = asked.number "
            "JOIN signature AS its ON its.story = own.story "
            "JOIN article ON article.number = its.article "
            f"WHERE asked.id IN (SELECT value FROM json_each(?)) AND {where} ORDER BY its.rank",
            (json.dumps(list(ids)), *parameters),
        )
        return [article_id for article_id, _ in rows]

    def bylines(
        self, scope: Scope = EVERYTHING, limit: int = 1000, newest_first: bool = True
    ) -> list[Article]:
        """Articles in order of date, undated ones last, with `text` left empty."""
        where, parameters = condition(scope)
        order = "DESC" if newest_first else "ASC"
        rows = self._rows(
            f"SELECT {_BYLINE}, '' FROM article WHERE {where} "
            f"ORDER BY article.published {order} NULLS LAST, article.number LIMIT ?",
            (*parameters, limit),
        )
        return [_article(row) for row in rows]

    def titles(self) -> list[tuple[str, str]]:
        """The id and title of each article, in order of arrival."""
        return self._rows("SELECT id, title FROM article ORDER BY number")

    def names(self, field: Literal["author", "outlet"]) -> list[str]:
        """The distinct values of a field, in alphabetical order."""
        if field not in ("author", "outlet"):
            raise ValueError(f"no names of {field!r}")
        rows = self._rows(f"SELECT DISTINCT {field} FROM article WHERE {field} > '' ORDER BY 1")
        return [name for (name,) in rows]

    def resolve(self, prefix: str) -> str:
        """The one id that begins with `prefix`.

        Raises:
            LibraryError: there is none, or there are several.
        """
        # `g` comes right after the last hex digit.
        rows = self._rows(
            "SELECT id FROM article WHERE id >= ? AND id < ? ORDER BY id LIMIT 3",
            (prefix.lower(), prefix.lower() + "g"),
        )
        ids = [article_id for (article_id,) in rows]
        if len(ids) == 1:
            return str(ids[0])
        if ids:
            raise LibraryError(
                f"the id {prefix!r} is that of several articles ({', '.join(ids)} …): give more "
                "of it"
            )
        raise LibraryError(_no_article(prefix, self.store))

    def removed(self, prefix: str) -> str | None:
        """The one id that begins with `prefix` of an article that a person removed, or None."""
        rows = self._rows(
            "SELECT id FROM removed WHERE id >= ? AND id < ? LIMIT 2",
            (prefix.lower(), prefix.lower() + "g"),
        )
        return str(rows[0][0]) if len(rows) == 1 else None

    def failures(self) -> list[dict[str, str]]:
        """Files that are not in, in order of source: `source`, `reason`, `since`."""
        rows = self._rows("SELECT source, reason, since FROM failure ORDER BY root, source")
        return [dict(zip(("source", "reason", "since"), row, strict=True)) for row in rows]

    def status(self) -> dict[str, Any]:
        """What `status --json` prints."""
        (row,) = self._rows(
            "SELECT (SELECT count(*) FROM article), (SELECT count(*) FROM passage), "
            "(SELECT count(*) FROM failure), (SELECT value FROM meta WHERE key = 'encoder')"
        )
        articles, passages, failed, encoder = row
        first, last = self._dates()
        manifest = manifest_of(self.store)
        covered = manifest.last if manifest else 0
        (young,) = self._rows("SELECT count(*) FROM passage WHERE number > ?", (covered,))[0]
        return {
            "articles": articles,
            "passages": passages,
            "failed": failed,
            "roots": [path for (path,) in self._rows("SELECT path FROM root ORDER BY path")],
            "encoder": encoder,
            "generation": current_name(self.store) if manifest else None,
            "young": young,
            "published_from": first,
            "published_to": last,
            "bytes": _bytes(self.store),
        }

    def _dates(self) -> tuple[str | None, str | None]:
        """The first and the last date of publication."""
        (row,) = self._rows("SELECT min(published), max(published) FROM article")
        return row[0], row[1]


def _article(row: Sequence[Any]) -> Article:
    fields = dict(zip((*_FIELDS, "text"), row, strict=True))
    fields["pages"] = tuple(json.loads(fields["pages"]))
    fields["provenance"] = json.loads(fields["provenance"])
    return Article(**fields)


def _bytes(store: Path) -> int:
    """Size of all files of a store; what a sync takes away meanwhile is not counted."""
    total = 0
    for folder, _, names in os.walk(store):
        for name in names:
            with suppress(FileNotFoundError):
                total += os.lstat(os.path.join(folder, name)).st_size
    return total


def _no_article(article_id: str, store: Path) -> str:
    return (
        f"there is no article {article_id!r} in {store}: `python -m index list` shows those "
        "there are"
    )


def condition(scope: Scope) -> tuple[str, list[Any]]:
    """A scope as a condition on the table article, and its parameters."""
    terms, parameters = ["TRUE"], []
    for bound, compare in ((scope.start, ">="), (scope.end, "<=")):
        if bound:
            # Dates compare as far as both are known: 2024-03 lies inside 2024-03-10 and after.
            known = f"min(length(article.published), {min(len(bound), 10)})"
            terms.append(f"substr(article.published, 1, {known}) {compare} substr(?, 1, {known})")
            parameters.append(bound)
    if scope.until:
        dated, latest = condition(Scope(end=scope.until))
        terms.append(f"(article.published IS NULL OR ({dated}))")
        parameters.extend(latest)
    for column, name in (("outlet_folded", scope.outlet), ("author_folded", scope.author)):
        if name:
            terms.append(f"instr(article.{column}, ?) > 0")
            parameters.append(fold(name))
    if scope.article:
        terms.append("article.id = ?")
        parameters.append(scope.article)
    return " AND ".join(terms), parameters
