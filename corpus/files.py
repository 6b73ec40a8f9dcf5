"""A directory -> its files: which are read, which are skipped and why, and the bytes of one.

Nothing is parsed here; `corpus.read` knows the formats.
"""

import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from corpus.errors import ArticleError

MAX_FILE_BYTES = 50_000_000
# What systems leave behind, and the questions that an evaluation keeps beside its articles.
_JUNK = {"thumbs.db", "desktop.ini", "__macosx", "questions.jsonl"}
EXTENSIONS = frozenset(
    ".txt .text .md .markdown .html .htm .xhtml .pdf .docx .epub .eml .mbox .mht .mhtml"
    " .json .jsonl .ndjson .csv .tsv .rss .atom .xml .gz .zip".split()
)
"""Of the files that are read; every other is skipped with a reason."""
SIDECAR_SUFFIX, SIDECAR_TABLE = ".meta.json", "byline.csv"
"""Files that stand beside articles and say whose they are; `corpus.sidecar` reads them."""

# Of a name: what breaks the line, is invisible, or turns the direction of what is shown.
_UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff"
    "\U000e0000-\U000e0fff]"
)


@dataclass(frozen=True, slots=True)
class Found:
    """One entry of a walk: a file to read, or, with a `skipped` reason, one that will not be.

    `source` is what the articles' source will be; for a directory that cannot be listed it is the
    directory's, and nothing is known of what is below.
    """

    path: Path
    source: str
    skipped: str | None = None


def walk(root: Path) -> Iterator[Found]:
    """Every file of `root` in sorted order, with a reason for each that will not be read.

    Hidden entries and the droppings of desktops are left out, and so are links to directories
    inside the root, whose files come in their own place. Raises ArticleError when `root` itself
    is missing or cannot be listed.
    """
    place = resolved_root(root)
    if not place.is_dir():
        reason = _reason_to_skip(place, place)
        if is_sidecar(place.name):
            reason = "sidecar, not an article; give the file that it speaks of, or the folder"
        yield Found(place, source_of(place, place), reason)
        return
    try:
        waiting = _listed(place)
    except ArticleError as error:
        raise ArticleError(f"{_printable(root)}: {error}") from error
    start = len(os.path.join(place, ""))
    while waiting:
        entry = waiting.pop()
        path = Path(entry.path)
        if entry.is_dir(follow_symlinks=False):
            try:
                waiting += _listed(path)
            except ArticleError as error:
                yield Found(path, source_of(path, place), str(error))
        elif entry.is_file(follow_symlinks=False) and not is_sidecar(entry.name):
            # Most are such, and what is reached without a link needs no look at where it leads.
            known = os.path.splitext(entry.name)[1].lower() in EXTENSIONS
            source = _source(entry.path[start:].replace(os.sep, "/"))
            yield Found(path, source, None if known else _unknown(path))
        elif is_sidecar(path.name):
            if not _has_article(path):
                reason = "sidecar of a file that is not here; rename or remove it"
                yield Found(path, source_of(path, place), reason)
        elif not _is_link_to_own_directory(path, place):
            yield Found(path, source_of(path, place), _reason_to_skip(path, place))


def is_sidecar(name: str) -> bool:
    """Whether a file of this name speaks of other files, rather than being an article."""
    return name == SIDECAR_TABLE or (name.endswith(SIDECAR_SUFFIX) and name != SIDECAR_SUFFIX)


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
    return _source(text)


def _source(text: str) -> str:
    text = text.encode("utf-8", "backslashreplace").decode()
    return _UNSEEN.sub(lambda char: f"\\x{ord(char[0]):02x}", text)


def resolved_root(root: Path) -> Path:
    """`root` without links; raises ArticleError when it is not there."""
    try:
        return root.resolve(strict=True)
    except (OSError, RuntimeError, ValueError) as error:
        name = _printable(root)
        raise ArticleError(f"{name}: cannot be found; give a path that exists") from error


def _listed(directory: Path) -> list[os.DirEntry[str]]:
    """What is in `directory`, the last in order first, without hidden files and junk."""
    try:
        with os.scandir(directory) as found:
            entries = sorted(found, key=lambda entry: entry.name, reverse=True)
    except OSError as error:
        raise ArticleError(f"cannot be listed ({error.strerror}); check its permissions") from error
    return [
        entry
        for entry in entries
        if not entry.name.startswith(".") and entry.name.lower() not in _JUNK
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


def _has_article(sidecar: Path) -> bool:
    """Whether there is a file that `sidecar` speaks of: NAME, or NAME with any extension."""
    name = sidecar.name.removesuffix(SIDECAR_SUFFIX)
    if sidecar.name == SIDECAR_TABLE or os.path.lexists(sidecar.with_name(name)):
        return True
    endings = {*EXTENSIONS, *(suffix.upper() for suffix in EXTENSIONS), ".txt.gz", ".html.gz"}
    return any(os.path.lexists(sidecar.with_name(name + suffix)) for suffix in endings)


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
    known = path.suffix.lower() in EXTENSIONS or is_sidecar(path.name)
    return None if known else _unknown(path)


def _unknown(path: Path) -> str:
    suffix = _printable(path.suffix.lower())
    what = f"unknown extension {suffix}" if suffix else "no extension"
    return f"{what} (known: .txt .md .html .pdf .docx .epub …); convert it, or leave it out"


def _printable(path: Path | str) -> str:
    text = str(path).encode("utf-8", "backslashreplace").decode()
    return "".join(char if char.isprintable() else "?" for char in text)


def content_of(path: Path, root: Path, *, limit: int | None = None) -> bytes:
    """The bytes of the file at `path` below the resolved `root`, at most `limit` of them.

    Raises ArticleError with the reason alone when it is none that may be read.
    """
    limit = MAX_FILE_BYTES if limit is None else limit
    reason = _reason_to_skip(path, root)
    if reason:
        raise ArticleError(reason)
    try:
        # Without waiting: what was a file when it was listed may have become a pipe.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise ArticleError("not a file any more; run again")
            content = file.read(limit + 1)
    except OSError as error:
        raise ArticleError(f"cannot be read ({error.strerror}); check its permissions") from error
    if len(content) > limit:
        raise ArticleError(f"larger than {limit // 1_000_000} MB; split it into smaller files")
    if not content.strip():
        raise ArticleError("empty; write something into it or remove it")
    return content
