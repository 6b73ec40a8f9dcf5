"""What a sync tells while it runs, and what it did."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class SyncReport:
    """What a sync did, or with `dry_run` would do: counts of articles, and files with reasons.

    A dry run reads no article and counts each new or changed file as one. `reembedded` are stored
    articles that another encoder or splitter made anew.
    """

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0
    failed: list[tuple[str, str]] = field(default_factory=list)
    reembedded: int = 0

    def to_dict(self) -> dict[str, Any]:
        """The last line of `sync --json`."""
        failed = [{"source": source, "reason": reason} for source, reason in self.failed]
        counts = {name: getattr(self, name) for name in ("added", "changed", "unchanged")}
        anew = {"reembedded": self.reembedded} if self.reembedded else {}
        return {**counts, "removed": self.removed, **anew, "failed": failed}


class Progress:
    """What a sync tells while it runs; this one is silent. Called from several threads."""

    def start(self, files: int) -> None:
        """So many files will be read."""

    def embedded(self, passages: int) -> None:
        """So many more passages are embedded."""

    def committed(self, source: str) -> None:
        """This article is searchable, and stays so whatever happens."""

    def reembedded(self, source: str) -> None:
        """This stored article is embedded anew; the old is searched until all are."""

    def done(self) -> None:
        """One more file is dealt with."""

    def stage(self, name: str) -> None:
        """Another part of the work begins."""
