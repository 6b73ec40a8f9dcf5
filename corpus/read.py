"""A file -> its articles: the one place that knows the formats.

A format is a function from the bytes of a file to drafts, named in `READERS`. It raises
ArticleError with the reason alone; `read` puts the file's name in front. `parse` is the part that
meets strangers' bytes: a sync runs it in a child process, `corpus.sandbox`.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpus.archive import read_gzip, read_zip
from corpus.article import Article
from corpus.credits import from_text
from corpus.draft import Draft
from corpus.epub import read_epub
from corpus.errors import ArticleError
from corpus.feed import read_feed
from corpus.files import content_of, resolved_root, source_of
from corpus.links import refuse_link_page
from corpus.mail import read_eml, read_mbox
from corpus.markdown import read_markdown
from corpus.mhtml import read_mhtml
from corpus.parts import reason_of, telling
from corpus.pdf import read_pdf
from corpus.plain import draft_of_text
from corpus.records import read_json, read_json_lines
from corpus.sidecar import Sidecar, apply, gather
from corpus.table import read_table
from corpus.text import decode, has_words, one_line, refuse_too_long
from corpus.webpage import read_html
from corpus.word import read_docx

Reader = Callable[[bytes], list[Draft]]

_HTML_START = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?:<!doctype html|<html[\s>])", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file yields: its articles, and (source, reason) of each part that is none."""

    articles: tuple[Article, ...]
    failed: tuple[tuple[str, str], ...] = ()


def _read_text(content: bytes) -> list[Draft]:
    """A saved page is often called .txt; what it starts with tells."""
    if _HTML_START.match(content[:1_000]):
        return _read_html(content)
    return [draft_of_text(decode(content))]


def _read_markdown(content: bytes) -> list[Draft]:
    if _HTML_START.match(content[:1_000]):
        return _read_html(content)
    return [read_markdown(content)]


def _read_html(content: bytes) -> list[Draft]:
    refuse_link_page(content)
    return [read_html(content)]


def _read_pdf(content: bytes) -> list[Draft]:
    return [read_pdf(content)]


def _read_docx(content: bytes) -> list[Draft]:
    return [read_docx(content)]


def _read_epub(content: bytes) -> list[Draft]:
    return [read_epub(content)]


READERS: dict[str, Reader] = {
    ".txt": _read_text,
    ".text": _read_text,
    ".md": _read_markdown,
    ".markdown": _read_markdown,
    ".html": _read_html,
    ".htm": _read_html,
    ".xhtml": _read_html,
    ".pdf": _read_pdf,
    ".docx": _read_docx,
    ".epub": _read_epub,
    ".eml": read_eml,
    ".mbox": read_mbox,
    ".mht": read_mhtml,
    ".mhtml": read_mhtml,
    ".json": read_json,
    ".jsonl": read_json_lines,
    ".ndjson": read_json_lines,
    ".csv": read_table,
    ".tsv": read_table,
    ".rss": read_feed,
    ".atom": read_feed,
    ".xml": read_feed,
}
ARCHIVES = {".gz": read_gzip, ".zip": read_zip}
"""Their readers are given the name of the file and `parse` too, for what is inside."""


def parse(
    content: bytes,
    name: str,
    sidecars: Sequence[Sidecar] = (),
    *,
    page_read: Callable[[], None] | None = None,
) -> list[Draft]:
    """The drafts of the file called `name` with this content; touches nothing else.

    What `sidecars`, which `corpus.sidecar.gather` brings, say of it goes first. `page_read` is
    called after each page, message or record of a format that has several.

    Raises:
        ArticleError: it yields none, for this reason.
    """
    suffix = Path(name).suffix.lower()
    try:
        with telling(page_read):
            if suffix in ARCHIVES:
                drafts = ARCHIVES[suffix](content, name, parse)
            elif suffix in READERS:
                drafts = READERS[suffix](content)
            else:
                suffix = one_line(suffix)
                raise ArticleError(f"unknown extension {suffix}; convert it, or leave it out")
    except ArticleError:
        raise
    except Exception as error:  # what a library raises over bytes that nobody foresaw
        raise reason_of(error) from error
    apply(drafts, name, sidecars)
    for draft in drafts:
        from_text(draft)
    return drafts


def read(path: Path, root: Path) -> Reading:
    """The articles of the file at `path`, which is `root` or lies below it, in this process.

    Raises ArticleError, which names the file, when it yields none. Reads no other file but its
    sidecars.
    """
    place = resolved_root(root)
    source = source_of(path, place)
    try:
        drafts = parse(content_of(path, place), path.name, gather(path, place))
        return reading(drafts, place, source)
    except ArticleError as error:
        raise ArticleError(f"{source}: {error}") from error


def reading(drafts: Sequence[Draft], root: Path | str, source: str) -> Reading:
    """Give drafts their place: `source`, or `source#N` where the file holds several.

    A draft that has a number keeps it; others are numbered where there are several. One that
    cannot become an article is among `failed`, unless it is the only one.

    Raises:
        ArticleError: there is no draft, or the only one is no article, for this reason.
    """
    if not drafts:
        raise ArticleError("holds no article; write something into it or remove it")
    articles: list[Article] = []
    # What is said of a member of an archive belongs to that member.
    failed = [
        (f"{source}#{draft.number}", f"{one_line(draft.name)}: {draft.notice}")
        if draft.name and draft.number
        else (source, draft.notice)
        for draft in drafts
        if draft.notice
    ]
    for position, draft in enumerate(drafts, 1):
        number = draft.number or (position if len(drafts) > 1 else 0)
        place = f"{source}#{number}" if number else source
        try:
            if draft.problem:
                raise ArticleError(draft.problem)
            articles.append(_article(draft, root, place, draft.name or source))
        except ArticleError as error:
            inside = f"{one_line(draft.name)}: " if draft.name else ""
            if len(drafts) == 1:
                raise ArticleError(f"{inside}{error}") from error
            failed.append((place, f"{inside}{error}"))
    return Reading(tuple(articles), tuple(failed))


def _article(draft: Draft, root: Path | str, source: str, name: str) -> Article:
    if not has_words(draft.text):
        raise ArticleError("holds no text; write something into it or remove it")
    refuse_too_long(draft.text)
    metadata = draft.metadata
    metadata.offer("title", _title_from(name), "file name")
    metadata.offer("title", "Untitled", "nothing")
    values: dict[str, Any] = dict(metadata.values)
    return Article(
        root=str(root).encode("utf-8", "backslashreplace").decode(),
        source=source,
        title=values.pop("title"),
        text=draft.text,
        pages=draft.pages,
        provenance=dict(metadata.provenance),
        **values,
    )


def _title_from(name: str) -> str:
    """`news/island-ferries_halted.md` -> `Island ferries halted`."""
    stem = Path(name).stem
    words = re.sub(r"[-_\s]+", " ", re.sub(r"(?<=\w)\.(?=\w)", " ", stem)).strip()
    return one_line(words[:1].upper() + words[1:])
