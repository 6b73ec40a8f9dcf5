"""Files that hold several articles: one that fails costs only itself.

Here is also the one place where an error that no reader foresaw becomes a reason for the person.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

from corpus.draft import Draft
from corpus.errors import ArticleError
from corpus.text import one_line

Part = TypeVar("Part")

MAX_DRAFTS = 100_000
"""Most articles that one file may yield."""

# A variable of the context and no parameter: between `parse` and what reads the parts lie the
# readers of a dozen formats, and archives that hold files of these.
_told: ContextVar[Callable[[], None] | None] = ContextVar("part_read", default=None)


@contextmanager
def telling(part_read: Callable[[], None] | None) -> Iterator[None]:
    """Call `part_read` after each page, message or record that is read within."""
    if part_read is None:
        yield
        return
    token = _told.set(part_read)
    try:
        yield
    finally:
        _told.reset(token)


def part_read() -> None:
    """Tell whoever wants to know that one part of a file is read, so that a timer starts anew."""
    tell = _told.get()
    if tell is not None:
        tell()


def refuse_too_many(count: int) -> None:
    """Raise ArticleError, before anything is read, when a file holds more than may be."""
    if count > MAX_DRAFTS:
        raise ArticleError(f"holds more than {MAX_DRAFTS:,} articles; split it into smaller files")


def numbered(parts: Sequence[Part], draft_of: Callable[[Part], Draft | None]) -> list[Draft]:
    """A draft of each part, numbered from 1; one that fails has its `problem`, None is left out.

    A part that is left out counts: the numbers of the others stay theirs.
    """
    refuse_too_many(len(parts))
    drafts: list[Draft] = []
    for number, part in enumerate(parts, 1):
        try:
            draft = draft_of(part)
        except Exception as error:  # it was a stranger's bytes that a library stumbled over
            draft = Draft("", problem=str(reason_of(error)))
        if draft is not None:
            draft.number = number
            drafts.append(draft)
        part_read()
    return drafts


def reason_of(error: Exception) -> ArticleError:
    """`error` itself if it is a reason already, and otherwise the reason that it amounts to."""
    if isinstance(error, ArticleError):
        return error
    if isinstance(error, RecursionError):
        return ArticleError("nests too deeply to be read; save it as text")
    if isinstance(error, MemoryError):
        return ArticleError("takes more memory than one file may; split it into smaller files")
    said = one_line(f"{type(error).__name__}: {error}", limit=120)
    return ArticleError(f"is damaged or not what its extension says ({said}); save it again")
