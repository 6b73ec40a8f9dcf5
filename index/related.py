"""Which articles belong together: copies of one text, and versions from one URL."""

import json
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from typing import Any


class Related(ABC):
    """What the catalogue knows of how its articles are related."""

    @abstractmethod
    def _rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[Any]: ...

    def group_of(self, ids: Iterable[str]) -> dict[str, str]:
        """The article that stands for the group of copies of each of these: itself without one."""
        ids = list(ids)
        rows = self._rows(
            "SELECT article.id, first.id FROM article "
            "JOIN signature ON signature.article = article.number "
            "JOIN story ON story.number = signature.story "
            "JOIN article AS first ON first.number = story.standing "
            "WHERE article.id IN (SELECT value FROM json_each(?))",
            (json.dumps(ids),),
        )
        return {each: each for each in ids} | dict(rows)

    def also_in(self, article_id: str) -> list[str]:
        """The other articles of its group of copies, but for older versions, first published first.

        Versions of the article itself are none either: see `earlier`.
        """
        rows = self._rows(
            "SELECT other.id FROM article JOIN signature AS own ON own.article = article.number "
            "JOIN signature AS its ON its.story = own.story "
            "JOIN article AS other ON other.number = its.article WHERE article.id = ? "
            "AND other.id != article.id AND other.newer IS NULL ORDER BY its.rank",
            (article_id,),
        )
        newer = set(self.newer(article_id))
        return [other for (other,) in rows if other not in newer]

    def earlier(self, article_id: str) -> list[str]:
        """The earlier versions of an article at its URL, the latest of them first."""
        return self._versions("later.newer = version.number", article_id)

    def newer(self, article_id: str) -> list[str]:
        """The newer versions of an article at its URL, the next of them first."""
        return self._versions("later.number = version.newer", article_id)

    def _versions(self, follows: str, article_id: str) -> list[str]:
        rows = self._rows(
            "WITH RECURSIVE version (number, newer, id, steps) AS ("
            "SELECT number, newer, id, 0 FROM article WHERE id = ? UNION "
            "SELECT later.number, later.newer, later.id, steps + 1 "
            f"FROM article AS later JOIN version ON {follows}) "
            "SELECT id FROM version WHERE steps > 0 ORDER BY steps, number DESC",
            (article_id,),
        )
        return [version for (version,) in rows]

    def superseded(self, ids: Iterable[str]) -> set[str]:
        """Those of these articles of which a newer version is there."""
        rows = self._rows(
            "SELECT id FROM article WHERE newer IS NOT NULL "
            "AND id IN (SELECT value FROM json_each(?))",
            (json.dumps(list(ids)),),
        )
        return {article_id for (article_id,) in rows}
