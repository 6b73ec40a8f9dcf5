"""Zip archives: what is refused before anything in them is read."""

import io
import random
import stat
import struct
import zipfile
import zlib

import pytest

from corpus import ArticleError
from corpus.zipped import MAX_ENTRIES, open_zip


def packed(
    *members: tuple[str | zipfile.ZipInfo, bytes], method: int = zipfile.ZIP_DEFLATED
) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in members:
            if isinstance(name, zipfile.ZipInfo):
                archive.writestr(name, content, compress_type=method)
            else:
                archive.writestr(name, content)
    return out.getvalue()


def quoted_bomb() -> bytes:
    """Three entries that unpack the same bytes: their data overlaps."""
    kernel = zlib.compressobj(9, zlib.DEFLATED, -15)
    data = kernel.compress(b"a" * 50_000) + kernel.flush()
    crc = zlib.crc32(b"a" * 50_000)
    header = struct.pack("<4s5H3L2H", b"PK\3\4", 20, 0, 8, 0, 0, crc, len(data), 50_000, 1, 0)
    body = header + b"a" + data
    central = b"".join(
        struct.pack("<4s6H3L5H2L", b"PK\1\2", 20, 20, 0, 8, 0, 0, crc, len(data), 50_000, 1, 0, 0,
                    0, 0, 0, 0) + name
        for name in (b"a", b"b", b"c")
    )  # fmt: skip
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 3, 3, len(central), len(body), 0)
    return body + central + end


def link() -> zipfile.ZipInfo:
    member = zipfile.ZipInfo("link.txt")
    member.create_system, member.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    return member


def encrypted() -> bytes:
    content = bytearray(packed(("a.txt", b"words")))
    content[content.find(b"PK\1\2") + 8] |= 1
    return bytes(content)


def lying() -> bytes:
    """An entry that holds more than it declares."""
    content = bytearray(packed(("a.txt", b"words " * 100_000)))
    for signature, place in ((b"PK\1\2", 24), (b"PK\3\4", 22)):
        at = content.find(signature) + place
        content[at : at + 4] = struct.pack("<L", 100)
    return bytes(content)


BAD = {
    "no archive": (b"%PDF-1.7", "PDF"),
    "text": (b"some words", "no zip archive"),
    "cut off": (packed(("a.txt", b"words" * 100))[:60], "damaged"),
    "absolute": (packed(("/etc/passwd", b"x")), "leaves it"),
    "drive": (packed(("C:\\a.txt", b"x")), "leaves it"),
    "parent": (packed(("a/../../b.txt", b"x")), "leaves it"),
    "parent of Windows": (packed(("a\\..\\b.txt", b"x")), "leaves it"),
    "link": (packed((link(), b"/etc/passwd")), "link"),
    "encrypted": (encrypted(), "encrypted"),
    "lzma": (packed(("a.txt", b"x"), method=zipfile.ZIP_LZMA), "method 14"),
    "bomb": (packed(("a.txt", bytes(20_000_000))), "100 times"),
    "many": (packed(*((f"{n}", b"") for n in range(MAX_ENTRIES + 1))), "5,000 files"),
    "overlapping": (quoted_bomb(), "does not fit"),
}  # fmt: skip


def test_members_are_read_and_directories_are_none() -> None:
    archive = open_zip(packed(("d/", b""), ("d/a.txt", b"words"), ("überblick.txt", b"more")))
    assert archive.names == ["d/a.txt", "überblick.txt"]
    assert archive.read("d/a.txt") == b"words" and "d/a.txt" in archive and "d/" not in archive


def test_a_name_in_utf_8_that_is_not_declared_as_such_is_read_as_such() -> None:
    content = packed(("\u00e9t\u00e9.txt", b"x"))
    for signature, place in ((b"PK\1\2", 9), (b"PK\3\4", 7)):
        at = content.find(signature) + place
        content = content[:at] + b"\0" + content[at + 1 :]
    archive = open_zip(content)
    assert archive.names == ["\u00e9t\u00e9.txt"] and archive.read(archive.names[0]) == b"x"


def test_a_small_file_of_one_letter_is_no_bomb() -> None:
    assert len(open_zip(packed(("a.txt", b"a" * 500_000))).read("a.txt")) == 500_000


@pytest.mark.parametrize("name", BAD)
def test_a_bad_archive_is_refused_with_its_reason(name: str) -> None:
    content, reason = BAD[name]
    with pytest.raises(ArticleError, match=reason):
        open_zip(content)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_files_of_one_name_are_refused() -> None:
    with pytest.raises(ArticleError, match="one name"):
        open_zip(packed(("a.txt", b"one"), ("a.txt", b"two")))


def test_more_than_200_mb_are_refused_before_they_are_read() -> None:
    content = bytearray(packed(("a.txt", random.Random(1).randbytes(5_000_000))))
    at = content.find(b"PK\1\2") + 24
    content[at : at + 4] = struct.pack("<L", 300_000_000)
    with pytest.raises(ArticleError, match="200 MB"):
        open_zip(bytes(content))


def test_an_entry_that_holds_more_than_it_declares_is_refused_when_it_is_read() -> None:
    archive = open_zip(lying())
    with pytest.raises(ArticleError, match="damaged"):
        archive.read("a.txt")


def test_mutations_of_an_archive_raise_nothing_but_article_errors() -> None:
    good = packed(("a.txt", b"words " * 200), ("b/c.txt", b"more words"))
    for seed in range(400):
        chance = random.Random(seed)
        content = bytearray(good)
        for _ in range(chance.randint(1, 6)):
            content[chance.randrange(len(content))] = chance.randrange(256)
        if seed % 4 == 0:
            del content[chance.randrange(len(content)) :]
        try:
            archive = open_zip(bytes(content))
            for name in archive.names:
                archive.read(name)
        except ArticleError:
            pass
