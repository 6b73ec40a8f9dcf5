"""Archives -> articles: gzip of one text, and a zip of files, one level deep.

What a member holds is read by the reader of its own extension, which is passed in.
"""

import gzip
import io
import zlib
from collections.abc import Callable, Sequence
from pathlib import PurePosixPath

from corpus.draft import Draft
from corpus.errors import ArticleError
from corpus.files import MAX_FILE_BYTES, SIDECAR_SUFFIX, SIDECAR_TABLE
from corpus.parts import part_read, reason_of, refuse_too_many
from corpus.sidecar import MAX_SIDECAR_BYTES, Sidecar, names_for
from corpus.text import kind_of
from corpus.zipped import CheckedZip, open_zip

Parse = Callable[[bytes, str, Sequence[Sidecar]], list[Draft]]

TEXT_SUFFIXES = frozenset(
    ".txt .text .md .markdown .html .htm .xhtml .json .jsonl .ndjson .csv .tsv .xml .rss .atom"
    " .eml .mbox .mht .mhtml".split()
)
"""Of the formats that are worth a gzip; those of others are compressed themselves."""

_MAX_RATIO = 100
_RATIO_COUNTS_FROM = 1_000_000  # bytes: a small file of one repeated letter is no bomb
_PIECE = 1 << 18
_ARCHIVES = frozenset(".zip .gz .tgz .tar .bz2 .xz .7z .rar .zst".split())
_BESIDE = frozenset(
    ".jpg .jpeg .png .gif .webp .svg .ico .bmp .tif .tiff .avif .css .js .map .woff .woff2 .ttf"
    " .otf .eot .mp3 .mp4 .webm .ogg .wav".split()
)
"""Of what a saved page brings along; left out without a word."""
_JUNK = {"thumbs.db", "desktop.ini", "questions.jsonl", SIDECAR_TABLE}


def read_gzip(content: bytes, name: str, parse: Parse) -> list[Draft]:
    """The drafts of the text in the gzip called `name`; its inner name is `name` without `.gz`."""
    inner = PurePosixPath(name).stem
    suffix = PurePosixPath(inner).suffix.lower()
    if suffix not in TEXT_SUFFIXES:
        what = f"a gzip of {suffix}" if suffix else "a gzip that does not name what it holds"
        raise ArticleError(f"{what}; unpack it (texts are read, as in news.txt.gz)")
    unpacked = _unpacked(content)
    kind = kind_of(unpacked)
    if kind:
        raise ArticleError(f"a gzip of {kind}, not of {suffix}; unpack it")
    drafts = parse(unpacked, inner, ())
    for draft in drafts:
        draft.name = draft.name or inner
    return drafts


def read_zip(content: bytes, name: str, parse: Parse) -> list[Draft]:
    """The drafts of all members in the order of their names, numbered from 1 throughout.

    Sidecars in the archive speak of the members beside them.
    """
    archive = open_zip(content)
    drafts: list[Draft] = []
    beside: dict[str, Sidecar] = {}
    for member in sorted(filter(_is_article, archive.names)):
        try:
            sidecars = _sidecars(archive, member, beside)
            found = _read_member(archive.read(member), member, sidecars, parse)
        except Exception as error:  # as in `corpus.parts`: a member costs only itself
            found = [Draft("", problem=str(reason_of(error)))]
        for draft in found:
            draft.name = member
            draft.number = len(drafts) + 1
            drafts.append(draft)
        part_read()
        refuse_too_many(len(drafts))
    if not drafts:
        raise ArticleError("a zip archive without articles; put articles into it or remove it")
    return drafts


def _sidecars(archive: CheckedZip, member: str, read: dict[str, Sidecar]) -> list[Sidecar]:
    """What stands beside `member`; each is unpacked once, and kept in `read`."""
    found = []
    for name in names_for(PurePosixPath(member).name):
        place = str(PurePosixPath(member).with_name(name))
        if place not in archive:
            continue
        if place not in read:
            try:
                content = archive.read(place)
                problem = "" if len(content) <= MAX_SIDECAR_BYTES else "it is too large; shorten it"
                read[place] = Sidecar(name, b"" if problem else content, problem)
            except ArticleError as error:
                read[place] = Sidecar(name, problem=str(error))
        found.append(read[place])
    return found


def _read_member(
    content: bytes, member: str, sidecars: Sequence[Sidecar], parse: Parse
) -> list[Draft]:
    if PurePosixPath(member).suffix.lower() in _ARCHIVES:
        raise ArticleError("an archive in an archive; unpack it")
    if len(content) > MAX_FILE_BYTES:
        raise ArticleError(
            f"larger than {MAX_FILE_BYTES // 1_000_000} MB; split it into smaller files"
        )
    if not content.strip():
        raise ArticleError("empty; write something into it or remove it")
    drafts = parse(content, PurePosixPath(member).name, sidecars)
    if not drafts:
        raise ArticleError("holds no article; write something into it or remove it")
    return drafts


def _is_article(member: str) -> bool:
    """Whether somebody may have put `member` there to be read."""
    parts = [part.lower() for part in member.replace("\\", "/").split("/")]
    if any(part.startswith(".") or part == "__macosx" for part in parts):
        return False
    last = parts[-1]
    if last in _JUNK or last.endswith(SIDECAR_SUFFIX):
        return False
    return PurePosixPath(last).suffix not in _BESIDE


def _unpacked(content: bytes) -> bytes:
    """What the gzip holds, counted while it is read."""
    if not content.startswith(b"\x1f\x8b"):
        kind = kind_of(content) or "something else"
        raise ArticleError(f"is no gzip but {kind}; give it its right extension")
    out = bytearray()
    allowed = max(_RATIO_COUNTS_FROM, _MAX_RATIO * len(content))
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(content)) as file:
            while piece := file.read(_PIECE):
                out += piece
                if len(out) > MAX_FILE_BYTES:
                    raise ArticleError(
                        f"unpacks to more than {MAX_FILE_BYTES // 1_000_000} MB; split it"
                    )
                if len(out) > allowed:
                    raise ArticleError(
                        f"unpacks to more than {_MAX_RATIO} times its size, as bombs do;"
                        " unpack it yourself if you trust it"
                    )
    except (OSError, EOFError, zlib.error) as error:
        raise ArticleError("is a damaged or cut-off gzip; copy or save it again") from error
    if not out.strip():
        raise ArticleError("a gzip of nothing; write something into it or remove it")
    return bytes(out)
