"""Named points before and after each durable step, at which a test can make a process fail.

Where nobody has set `on_reach`, reaching one is a single comparison.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

STEPS = (
    # Transactions of the truth: before and after each COMMIT.
    "claim", "group", "root added", "root forgotten", "article put", "article edited",
    "file finished", "file removed", "article removed", "failure recorded", "failure forgotten",
    "file touched", "re-embedding begun", "article embedded anew", "library switched", "repaired",
    # Renames, and what has to be on the disk before them.
    "library made", "schema migrated", "log moved", "generation filled", "generation described",
    "generation synced", "generation probed", "CURRENT written", "CURRENT replaced",
    "generations cleared",
    # A backup, and the library that takes another's place, restored or salvaged.
    "backup copied", "backup sealed", "backup named", "restore copied", "restore brought up",
    "damaged kept", "log let go", "library replaced", "vectors dropped",
    # What was removed, wiped from every file.
    "edits forgotten", "vectors cleared", "remains deleted", "words merged", "pages made anew",
    "log cut off", "wipe noted",
)  # fmt: skip

on_reach: Callable[[str], None] | None = None
"""Called with `before STEP` and `after STEP`; it may raise, or kill the process."""


def reach(point: str) -> None:
    """Fail here, if a test wants it."""
    if on_reach is not None:
        on_reach(point)


@contextmanager
def durable(step: str) -> Iterator[None]:
    """The step that is done inside, between its two points."""
    reach(f"before {step}")
    yield
    reach(f"after {step}")
