"""The catalogue narrowed: which articles and passages a scope allows, and what it may be.

All of it is kept until the library changes, and then what is new is added.
"""

import json
from abc import abstractmethod
from pathlib import Path
from typing import Literal

import numpy as np

from index.catalogue import Catalogue
from index.connections import Connection
from index.exact import Numbers, numbers_of
from index.passages import Scope
from index.shelf import Allowed, Shelf

# Up to so many passages of a scope are known one by one.
LISTED = 12_000
MOST_SCOPES = 64  # kept at once


class Scoped(Catalogue):
    """A catalogue that knows what a scope allows, without scanning the truth for each."""

    def __init__(self, store: Path, connection: Connection) -> None:
        super().__init__(store, connection)
        self._shelf = Shelf()
        self._shelf_follows = False
        self._scopes: dict[Scope, tuple[Allowed, Numbers | None]] = {}
        self._names: dict[str, list[str]] = {}

    @abstractmethod
    def refresh(self) -> bool:
        """Whether the library has changed since the last look; what was kept is forgotten then."""

    def _forget(self) -> None:
        """Look again, because the library has changed."""
        self._scopes.clear()
        self._names.clear()
        self._shelf_follows = False

    def _begin_anew(self) -> None:
        super()._begin_anew()
        self._forget()
        self._shelf = Shelf()

    def _followed_shelf(self) -> Shelf:
        if not self._shelf_follows:
            self._shelf.follow(self._connection)
            self._shelf_follows = True
        return self._shelf

    def _narrowed(self, scope: Scope) -> tuple[Allowed, Numbers | None]:
        """What a scope allows, and the passages' numbers where these are few."""
        if scope not in self._scopes:
            article = None
            if scope.article:
                sql = "SELECT number FROM article WHERE id = ?"
                row = self._connection.execute(sql, (scope.article,)).fetchone()
                article = row[0] if row else 0
            allowed = self._followed_shelf().allowed(scope, article)
            numbers = None
            if len(allowed.articles) <= LISTED:
                rows = self._connection.execute(
                    "SELECT number FROM passage WHERE article IN "
                    "(SELECT value FROM json_each(?)) LIMIT ?",
                    (json.dumps(allowed.articles.tolist()), LISTED + 1),
                )
                numbers = numbers_of(rows)
            if len(self._scopes) >= MOST_SCOPES:
                self._scopes.clear()
            listed = numbers is not None and len(numbers) <= LISTED
            self._scopes[scope] = allowed, numbers if listed else None
        return self._scopes[scope]

    def names(self, field: Literal["author", "outlet"]) -> list[str]:
        """The distinct values of a field, in alphabetical order."""
        if field not in ("author", "outlet"):
            raise ValueError(f"no names of {field!r}")
        with self.snapshot():
            self.refresh()
            if field not in self._names:
                self._names[field] = self._followed_shelf().names(field)
            return list(self._names[field])

    def _dates(self) -> tuple[str | None, str | None]:
        with self.snapshot():
            self.refresh()
            return self._followed_shelf().dates()

    def _articles_of(self, numbers: Numbers) -> Numbers:
        """The article of each of these passages, by number."""
        rows = self._connection.execute(
            "SELECT number, article FROM passage WHERE number IN (SELECT value FROM json_each(?))",
            (json.dumps(numbers.tolist()),),
        )
        articles = dict(rows.fetchall())
        return np.array([articles[number] for number in numbers.tolist()], np.int64)
