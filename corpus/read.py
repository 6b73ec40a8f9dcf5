"""A file -> its articles, and a directory -> its files: the one place that knows the formats.

A format is a function from the bytes of a file to drafts, named in `READERS`. It raises
ArticleError with the reason alone; `read` puts the file's name in front.
"""

import os
import re
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpus.article import Article
from corpus.draft import Draft
from corpus.errors import ArticleError
from corpus.markdown import read_markdown
from corpus.plain import draft_of_text
from corpus.text import decode, has_words, one_line, refuse_too_long
from corpus.webpage import read_html

Reader = Callable[[bytes], list[Draft]]

MAX_FILE_BYTES = 50_000_000
# What systems leave behind, and the questions that an evaluation keeps beside its articles.
_JUNK = {"thumbs.db", "desktop.ini", "__macosx", "questions.jsonl"}
_HTML_START = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?:<!doctype html|<html[\s>])", re.IGNORECASE
)


def _read_text(content: bytes) -> list[Draft]:
    """A saved page is often called .txt; what it starts with tells."""
    if _HTML_START.match(content[:1_000]):
        return [read_html(content)]
    return [draft_of_text(decode(content))]


def _read_markdown(content: bytes) -> list[Draft]:
    return [read_html(content) if _HTML_START.match(content[:1_000]) else read_markdown(content)]


def _read_html(content: bytes) -> list[Draft]:
    return [read_html(content)]


READERS: dict[str, Reader] = {
    ".txt": _read_text,
    ".text": _read_text,
    ".md": _read_markdown,
    ".markdown": _read_markdown,
    ".html": _read_html,
    ".htm": _read_html,
    ".xhtml": _read_html,
}


@dataclass(frozen=True, slots=True)
class Found:
    """One entry of a walk: a file to read, or, with a `skipped` reason, one that will not be.

    `source` is what the articles' source will be; for a directory that cannot be listed it is the
    directory's, and nothing is known of what is below.
    """

    path: Path
    source: str
    skipped: str | None = None


def read(path: Path, root: Path) -> list[Article]:
    """The articles of the file at `path`, which is `root` or lies below it.

    Raises ArticleError, which names the file, when it yields none. Reads no other file.
    """
    place = _resolved_root(root)
    source = source_of(path, place)
    try:
        content = _content(path, place)
        drafts = _reader(path)(content)
        return [_article(draft, place, source, number) for number, draft in _numbered(drafts)]
    except ArticleError as error:
        raise ArticleError(f"{source}: {error}") from error


def walk(root: Path) -> Iterator[Found]:
    """Every file of `root` in sorted order, with a reason for each that will not be read.

    Hidden entries and the droppings of desktops are left out, and so are links to directories
    inside the root, whose files come in their own place. Raises ArticleError when `root` itself
    is missing or cannot be listed.
    """
    place = _resolved_root(root)
    if not place.is_dir():
        yield Found(place, source_of(place, place), _reason_to_skip(place, place))
        return
    try:
        waiting = _listed(place)
    except ArticleError as error:
        raise ArticleError(f"{_printable(root)}: {error}") from error
    while waiting:
        path = waiting.pop()
        if os.path.isdir(path) and not os.path.islink(path):
            try:
                waiting += _listed(path)
            except ArticleError as error:
                yield Found(path, source_of(path, place), str(error))
        elif not _is_link_to_own_directory(path, place):
            yield Found(path, source_of(path, place), _reason_to_skip(path, place))


def source_of(path: Path, root: Path) -> str:
    """The path relative to the root, posix, on one line of valid UTF-8; a lone file's name."""
    relative = path.parent.resolve() / path.name
    if root in (relative, _target(path)):
        text = root.name
    else:
        try:
            text = relative.relative_to(root).as_posix()
        except ValueError:
            text = str(path)
    text = text.encode("utf-8", "backslashreplace").decode()
    return re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]", lambda c: f"\\x{ord(c[0]):02x}", text)


def _resolved_root(root: Path) -> Path:
    try:
        return root.resolve(strict=True)
    except (OSError, RuntimeError, ValueError) as error:
        name = _printable(root)
        raise ArticleError(f"{name}: cannot be found; give a path that exists") from error


def _listed(directory: Path) -> list[Path]:
    """What is in `directory`, the last in order first, without hidden files and junk."""
    try:
        entries = sorted(directory.iterdir(), key=lambda path: path.name, reverse=True)
    except OSError as error:
        raise ArticleError(f"cannot be listed ({error.strerror}); check its permissions") from error
    return [
        path for path in entries if not path.name.startswith(".") and path.name.lower() not in _JUNK
    ]


def _target(path: Path) -> Path | None:
    """Where `path` leads in the end; None when that is nowhere."""
    try:
        return path.resolve(strict=True)
    except (OSError, RuntimeError, ValueError):
        return None


def _is_link_to_own_directory(path: Path, root: Path) -> bool:
    target = _target(path) if os.path.islink(path) else None
    return target is not None and os.path.isdir(target) and target.is_relative_to(root)


def _reason_to_skip(path: Path, root: Path) -> str | None:
    """Why the file at `path` cannot be read, as far as its directory entry tells; or None."""
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        kind = "link that leads nowhere" if os.path.islink(path) else "cannot be reached"
        return f"{kind} ({reason}); remove or repair it"
    target = _target(path)
    if target is None or not target.is_relative_to(root):
        return "link that leaves the folder; copy the file into it"
    kinds = {
        stat.S_IFIFO: "named pipe",
        stat.S_IFSOCK: "socket",
        stat.S_IFCHR: "device",
        stat.S_IFBLK: "device",
        stat.S_IFDIR: "directory",
    }
    if not stat.S_ISREG(mode):
        kind = kinds.get(stat.S_IFMT(mode), "special file")
        return f"{kind}, not a file; move it out of the folder"
    return None if path.suffix.lower() in READERS else _unknown(path)


def _unknown(path: Path) -> str:
    suffix = _printable(path.suffix.lower())
    what = f"unknown extension {suffix}" if suffix else "no extension"
    return f"{what} (known: .txt .md .html); convert it, or leave it out"


def _printable(path: Path | str) -> str:
    text = str(path).encode("utf-8", "backslashreplace").decode()
    return "".join(char if char.isprintable() else "?" for char in text)


def _content(path: Path, root: Path) -> bytes:
    reason = _reason_to_skip(path, root)
    if reason:
        raise ArticleError(reason)
    try:
        # Without waiting: what was a file when it was listed may have become a pipe.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise ArticleError("not a file any more; run again")
            content = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise ArticleError(f"cannot be read ({error.strerror}); check its permissions") from error
    if len(content) > MAX_FILE_BYTES:
        raise ArticleError(
            f"larger than {MAX_FILE_BYTES // 1_000_000} MB; split it into smaller files"
        )
    if not content.strip():
        raise ArticleError("empty; write something into it or remove it")
    return content


def _reader(path: Path) -> Reader:
    return READERS[path.suffix.lower()]


def _numbered(drafts: list[Draft]) -> list[tuple[int, Draft]]:
    """Drafts with their numbers from 1; a lone one has 0, for its source needs none."""
    return list(enumerate(drafts, start=1 if len(drafts) > 1 else 0))


def _article(draft: Draft, root: Path, source: str, number: int) -> Article:
    if not has_words(draft.text):
        raise ArticleError("holds no text; write something into it or remove it")
    refuse_too_long(draft.text)
    metadata = draft.metadata
    metadata.offer("title", _title_from(source), "file name")
    metadata.offer("title", "Untitled", "nothing")
    values: dict[str, Any] = dict(metadata.values)
    return Article(
        root=_root_text(root),
        source=f"{source}#{number}" if number else source,
        title=values.pop("title"),
        text=draft.text,
        provenance=dict(metadata.provenance),
        **values,
    )


def _root_text(root: Path) -> str:
    return str(root).encode("utf-8", "backslashreplace").decode()


def _title_from(source: str) -> str:
    """`news/island-ferries_halted.md` -> `Island ferries halted`."""
    stem = Path(source).stem
    words = re.sub(r"[-_\s]+", " ", re.sub(r"(?<=\w)\.(?=\w)", " ", stem)).strip()
    return one_line(words[:1].upper() + words[1:])
