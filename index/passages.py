"""Article -> passages: runs of whole sentences that fit the encoder's window.

A passage never leaves its article's text: `article.text[start:end] == text`, always.
"""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Passage:
    """A run of whole sentences of one article.

    `number` is its key in the library, growing in order of arrival; `start`, `end` and the
    `sentences` (start, end) count code points of the article's text.
    """

    number: int
    article_id: str
    start: int
    end: int
    text: str
    sentences: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Scope:
    """Which articles a question is asked of; None leaves a bound open.

    `start` and `end` are inclusive ISO dates, compared with `published` as far as both are known;
    undated articles are outside any bound. `outlet` and `author` match without case or diacritics
    as a part of the field; `article` is an id.
    """

    start: str | None = None
    end: str | None = None
    outlet: str | None = None
    author: str | None = None
    article: str | None = None

    def __bool__(self) -> bool:
        """Whether it bounds anything."""
        return any((self.start, self.end, self.outlet, self.author, self.article))


EVERYTHING = Scope()


def split(article: Any, encoder: Any) -> list[Passage]:
    """Stand-in signature; see below."""
    raise NotImplementedError
