"""Shelf: what each article can be narrowed by, in memory, so that no scope scans the truth.

A date, an outlet or an author is judged once for each of its values, by the rules of
`index.catalogue.condition`. What an article is narrowed by never changes under its number.
"""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from index.passages import Scope
from index.words import fold

_Integers = NDArray[np.int64]
_FIELDS = ("published", "outlet_folded", "author_folded", "outlet", "author")


@dataclass(frozen=True, slots=True)
class Allowed:
    """The articles that a scope allows: whether, by number, and their numbers."""

    mask: NDArray[np.bool_]
    articles: _Integers

    def among(self, articles: _Integers) -> NDArray[np.bool_]:
        """Which of these are allowed."""
        return np.asarray(self.mask[np.minimum(articles, len(self.mask) - 1)])


class _Column:
    """A field's different values, and the place among them of each article's."""

    def __init__(self) -> None:
        self.places: dict[str | None, int] = {}
        self.codes = np.zeros(0, np.int32)

    def extend(self, values: list[str | None]) -> None:
        places = self.places
        codes = [places.setdefault(value, len(places)) for value in values]
        self.codes = np.concatenate([self.codes, np.array(codes, np.int32)])


class Shelf:
    """The articles of a library by what narrows a question."""

    def __init__(self) -> None:
        self._numbers = np.zeros(0, np.int64)
        self._columns = {name: _Column() for name in _FIELDS}

    def __len__(self) -> int:
        return len(self._numbers)

    def follow(self, connection: sqlite3.Connection) -> None:
        """Take in the articles that came since the last call, and drop those that are gone."""
        last = int(self._numbers[-1]) if len(self) else 0
        rows = connection.execute(
            f"SELECT number, {', '.join(_FIELDS)} FROM article WHERE number > ? ORDER BY number",
            (last,),
        ).fetchall()
        if rows:
            numbers, *columns = zip(*rows, strict=True)
            self._numbers = np.concatenate([self._numbers, np.array(numbers, np.int64)])
            for column, values in zip(self._columns.values(), columns, strict=True):
                column.extend(list(values))
        (alive,) = connection.execute("SELECT count(*) FROM article").fetchone()
        if alive != len(self):
            found = connection.execute("SELECT number FROM article")
            kept = np.isin(self._numbers, np.fromiter((row[0] for row in found), np.int64))
            self._numbers = self._numbers[kept]
            for column in self._columns.values():
                column.codes = column.codes[kept]

    def names(self, field: Literal["author", "outlet"]) -> list[str]:
        """The different values of a field, in alphabetical order."""
        column = self._columns[field]
        used = np.zeros(len(column.places), bool)
        used[column.codes] = True
        return sorted(value for value, at in column.places.items() if value and used[at])

    def dates(self) -> tuple[str | None, str | None]:
        """The first and the last date of publication, as they are written; None without any."""
        column = self._columns["published"]
        used = np.zeros(len(column.places), bool)
        used[column.codes] = True
        known = [value for value, at in column.places.items() if value is not None and used[at]]
        return min(known, default=None), max(known, default=None)

    def allowed(self, scope: Scope, article: int | None) -> Allowed:
        """What a scope allows; `article` is the number of the one that it names, 0 for none."""
        fits = np.ones(len(self), bool)
        if article is not None:
            fits &= self._numbers == article
        if scope.start or scope.end:
            fits &= self._holding("published", lambda date: _inside(date, scope))
        if scope.until:
            latest = Scope(end=scope.until)
            fits &= self._holding("published", lambda date: date is None or _inside(date, latest))
        if scope.outlet:
            outlet = fold(scope.outlet)
            fits &= self._holding("outlet_folded", lambda value: outlet in (value or ""))
        if scope.author:
            author = fold(scope.author)
            fits &= self._holding("author_folded", lambda value: author in (value or ""))
        articles = self._numbers[fits]
        # One more, that stands for all articles that came later.
        mask = np.zeros(int(self._numbers[-1]) + 2 if len(self) else 1, bool)
        mask[articles] = True
        return Allowed(mask, articles)

    def _holding(self, name: str, fits: Callable[[str | None], bool]) -> NDArray[np.bool_]:
        column = self._columns[name]
        verdicts = np.fromiter((fits(value) for value in column.places), bool)
        return np.asarray(verdicts[column.codes] if len(verdicts) else column.codes.astype(bool))


def _inside(date: str | None, scope: Scope) -> bool:
    """Whether a date is within the bounds, compared as far as both are known."""
    if date is None:
        return False
    for bound, sign in ((scope.start, 1), (scope.end, -1)):
        if bound:
            known = min(len(date), len(bound), 10)
            own, its = date[:known], bound[:known]
            if own != its and (own > its) != (sign > 0):
                return False
    return True
