"""The Article: what was written, by whom, when and where it was read from."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

METADATA_FIELDS = (
    "title",
    "author",
    "outlet",
    "published",
    "modified",
    "url",
    "language",
    "section",
)


@dataclass(frozen=True, slots=True)
class Article:
    """One article, cleaned: every offset elsewhere counts code points of its `text`.

    `source` is the path relative to `root` (posix), with `#N` from 1 when a file holds several.
    `published` and `modified` are ISO 8601 as far as they are known (`2024`, `2024-03`,
    `2024-03-10`, `2024-03-10T14:05:00+00:00`) and None otherwise, never a guess. Several authors
    are joined by `, `. `pages` holds the offset at which each page starts, empty where the format
    has none. `provenance` tells for each metadata field that is set where it came from.
    """

    root: str
    source: str
    title: str
    text: str
    author: str | None = None
    outlet: str | None = None
    published: str | None = None
    modified: str | None = None
    url: str | None = None
    language: str | None = None
    section: str | None = None
    pages: tuple[int, ...] = ()
    provenance: Mapping[str, str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """16 hex digits that depend on the root and the source alone."""
        return article_id(self.root, self.source)

    def page(self, offset: int) -> int | None:
        """Page from 1 on which the code point at `offset` lies; None without pages."""
        if not self.pages:
            return None
        return max(1, sum(start <= offset for start in self.pages))


def article_id(root: str, source: str) -> str:
    """Deterministic id of the article at `source` under `root`: 16 hex digits."""
    return hashlib.sha256(f"{root}\0{source}".encode("utf-8", "surrogatepass")).hexdigest()[:16]
