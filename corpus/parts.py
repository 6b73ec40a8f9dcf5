"""Files that hold several articles: one that fails costs only itself.

Here is also the one place where an error that no reader foresaw becomes a reason for the person.
"""

from collections.abc import Callable, Iterable
from typing import TypeVar

from corpus.draft import Draft
from corpus.errors import ArticleError
from corpus.text import one_line

Part = TypeVar("Part")


def numbered(parts: Iterable[Part], draft_of: Callable[[Part], Draft | None]) -> list[Draft]:
    """A draft of each part, numbered from 1; one that fails has its `problem`, None is left out.

    A part that is left out counts: the numbers of the others stay theirs.
    """
    drafts: list[Draft] = []
    for number, part in enumerate(parts, 1):
        try:
            draft = draft_of(part)
        except Exception as error:  # it was a stranger's bytes that a library stumbled over
            draft = Draft("", problem=str(reason_of(error)))
        if draft is not None:
            draft.number = number
            drafts.append(draft)
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
