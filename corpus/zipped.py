"""A zip archive that was checked before anything in it is read; nothing is ever written to disk.

What is refused is the archive as a whole: one that lies about its contents is not worth guessing.
"""

import io
import re
import stat
import struct
import zipfile
import zlib
from itertools import pairwise

from corpus.errors import ArticleError
from corpus.text import kind_of, one_line

MAX_ENTRIES = 5_000
MAX_BYTES = 200_000_000
"""Most that all members of an archive may hold, by what it declares and by what is read."""
MAX_RATIO = 100
_RATIO_COUNTS_FROM = 1_000_000  # bytes: a small file of one repeated letter is no bomb
_PIECE = 1 << 20
_CENTRAL, _LOCAL = b"PK\x01\x02", b"PK\x03\x04"
_LOCAL_HEADER = struct.Struct("<4s22xHH")  # signature, lengths of the name and of the extra field
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}  # others may ask for gigabytes to be read
_ENCRYPTED = 0x1 | 0x40 | 0x2000
_UTF8_NAME = 0x800


class CheckedZip:
    """The members of an archive that passed every check; made by `open_zip`."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._members = {_name_of(m): m for m in archive.infolist() if not m.is_dir()}
        self._left = MAX_BYTES
        self.names: list[str] = list(self._members)

    def __contains__(self, name: object) -> bool:
        return name in self._members

    def read(self, name: str) -> bytes:
        """The bytes of the member `name`, which is one of `names`.

        Raises ArticleError when it is damaged or holds more than it declares.
        """
        out = bytearray()
        try:
            with self._archive.open(self._members[name]) as member:
                # In pieces: a whole read unpacks all there is before it looks at the declared size.
                while piece := member.read(_PIECE):
                    out += piece
                    self._left -= len(piece)
                    if self._left < 0:
                        raise _too_large()
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, struct.error,
                NotImplementedError, RuntimeError) as error:  # fmt: skip
            raise ArticleError(
                f"the archive is damaged at {_shown(name)}; copy or save it again"
            ) from error
        return bytes(out)


def open_zip(content: bytes) -> CheckedZip:
    """The archive with these bytes, checked; raises ArticleError with the reason when it fails."""
    if not content.startswith((_LOCAL, b"PK\x05\x06")):
        kind = kind_of(content) or "something else"
        raise ArticleError(f"is no zip archive but {kind}; give it its right extension")
    # Before the directory is parsed, which takes memory and time for each entry.
    if content.count(_CENTRAL) > 10 * MAX_ENTRIES:
        raise _too_many()
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, EOFError, struct.error,
            OverflowError, IndexError) as error:  # fmt: skip
        raise ArticleError("is a damaged or cut-off zip archive; copy or save it again") from error
    entries = archive.infolist()
    if len(entries) > MAX_ENTRIES:
        raise _too_many()
    for entry in entries:
        _check_entry(entry)
    _check_sizes(entries, len(content))
    _check_layout(entries, content, archive.start_dir)
    checked = CheckedZip(archive)
    if len(checked.names) != sum(not entry.is_dir() for entry in entries):
        raise ArticleError("the archive holds two files of one name; pack it again")
    return checked


def _check_entry(entry: zipfile.ZipInfo) -> None:
    name = _name_of(entry)
    parts = re.split(r"[/\\]", name)
    if parts[0] == "" or re.match(r"[A-Za-z]:", name) or ".." in parts or "\0" in name:
        raise ArticleError(
            f"the archive holds a path that leaves it ({_shown(name)}); pack it again"
        )
    if entry.flag_bits & _ENCRYPTED:
        raise ArticleError("the archive is encrypted; unpack it with its password")
    if entry.compress_type not in _METHODS:
        raise ArticleError(
            f"the archive is compressed by method {entry.compress_type}, which is not read;"
            " pack it again with deflate"
        )
    # Only Unix writes a file type there; 0 is no statement.
    kind = stat.S_IFMT(entry.external_attr >> 16) if entry.create_system == 3 else 0
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise ArticleError(
            f"the archive holds a link or a device ({_shown(name)}); pack the file itself"
        )


def _check_sizes(entries: list[zipfile.ZipInfo], size: int) -> None:
    declared = sum(entry.file_size for entry in entries)
    packed = min(size, sum(entry.compress_size for entry in entries))
    if declared > MAX_BYTES:
        raise _too_large()
    if declared > max(_RATIO_COUNTS_FROM, MAX_RATIO * packed):
        raise ArticleError(
            f"the archive unpacks to more than {MAX_RATIO} times its size, as zip bombs do;"
            " unpack it yourself if you trust it"
        )


def _check_layout(entries: list[zipfile.ZipInfo], content: bytes, directory: int) -> None:
    """Raise unless each entry has bytes of its own, before the directory, under its own header.

    Entries that share bytes are how a small archive unpacks to petabytes
    (https://www.bamsoftware.com/hacks/zipbomb/).
    """
    damaged = ArticleError("the archive's directory does not fit its files; pack it again")
    spans: list[tuple[int, int]] = []
    for entry in entries:
        start = entry.header_offset
        if not 0 <= start <= directory - _LOCAL_HEADER.size:
            raise damaged
        signature, name, extra = _LOCAL_HEADER.unpack_from(content, start)
        if signature != _LOCAL:
            raise damaged
        spans.append((start, start + _LOCAL_HEADER.size + name + extra + entry.compress_size))
    spans.sort()
    spans.append((directory, directory))
    if any(end > following for (_, end), (following, _) in pairwise(spans)):
        raise damaged


def _name_of(entry: zipfile.ZipInfo) -> str:
    """The entry's name; many writers put UTF-8 there and do not say so."""
    name = entry.orig_filename
    if not entry.flag_bits & _UTF8_NAME:
        try:
            return name.encode("cp437").decode("utf-8")
        except UnicodeError:
            pass
    return name


def _shown(name: str) -> str:
    return one_line(name.encode("utf-8", "backslashreplace").decode(), limit=80)


def _too_many() -> ArticleError:
    return ArticleError(f"the archive holds more than {MAX_ENTRIES:,} files; split it")


def _too_large() -> ArticleError:
    return ArticleError(f"the archive unpacks to more than {MAX_BYTES // 1_000_000} MB; split it")
