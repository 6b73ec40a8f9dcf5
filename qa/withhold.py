"""A library of which some articles are kept from being found, to ask what it then says."""

from collections.abc import Iterable, Sequence

from index.encoder import Vectors
from index.library import Library
from index.passages import EVERYTHING, Scope


class Withholding(Library):
    """A library that finds nothing in the articles that are withheld from it.

    How frequent words are is still counted over all articles.
    """

    _withheld: frozenset[int] = frozenset()

    def withhold(self, articles: Iterable[str]) -> None:
        """Keep the articles with these ids, and no others, from being found."""
        self._withheld = frozenset(
            passage.number for article in articles for passage in self.passages_of(article)
        )

    def search_vectors(
        self, vector: Vectors, k: int, scope: Scope = EVERYTHING
    ) -> list[tuple[int, float]]:
        """The `k` nearest passages of the other articles."""
        return self._others(super().search_vectors(vector, k + len(self._withheld), scope), k)

    def search_words(
        self, words: Sequence[str], k: int, scope: Scope = EVERYTHING
    ) -> list[tuple[int, float]]:
        """The `k` best passages by words of the other articles."""
        return self._others(super().search_words(words, k + len(self._withheld), scope), k)

    def _others(self, found: list[tuple[int, float]], k: int) -> list[tuple[int, float]]:
        return [pair for pair in found if pair[0] not in self._withheld][:k]
