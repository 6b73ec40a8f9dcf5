"""Bytes -> text, and text -> the clean text that every offset elsewhere counts.

`decode` turns the bytes of a file into text or says that they are none; `clean` is idempotent and
is applied before any offset is taken. Neither knows of titles, paragraphs' meaning or markup.
"""

import codecs
import re
import unicodedata

from corpus.errors import ArticleError

MAX_TEXT_BYTES = 20_000_000
"""Most text, in UTF-8, that one file may yield."""

_BOMS = (  # UTF-32 first: its little-endian mark starts with that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_MAGIC = (
    (rb"%PDF-", "a PDF file"),
    (rb"PK\x03\x04|PK\x05\x06", "a zip archive or an office document"),
    (rb"\x89PNG", "a PNG image"),
    (rb"\xff\xd8\xff", "a JPEG image"),
    (rb"GIF8[79]a", "a GIF image"),
    (rb"\x1f\x8b", "a gzip archive"),
    (rb"\x7fELF", "a program"),
    (rb"MZ[\x00-\xff]{6}\x00", "a program"),
    (rb"\xd0\xcf\x11\xe0", "an old office document"),
    (rb"7z\xbc\xaf|Rar!\x1a|BZh[1-9]1AY|\xfd7zXZ|\x28\xb5\x2f\xfd", "an archive"),
    (rb"RIFF....(?:WAVE|AVI |WEBP)|ID3[\x02-\x04]|OggS\x00|fLaC", "audio, video or an image"),
    (rb"SQLite format 3\x00", "a database"),
    (rb"\{\\rtf1", "an RTF document"),
    (rb"bplist0|wOF[F2]|II\*\x00|MM\x00\*", "binary data"),
)
_MAGIC_RE = tuple((re.compile(pattern, re.DOTALL), kind) for pattern, kind in _MAGIC)

_CONTROL_BYTES = bytes(set(range(32)) - {0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x1B}) + b"\x7f"
# A page written by hand holds none; ISO-2022 text holds ESC, which is not counted.
_MAX_CONTROL_SHARE, _FEW_CONTROLS = 0.01, 3

# Python also knows "punycode" (quadratic), "unicode_escape" and the like, which no page declares.
_TEXT_CODECS = re.compile(
    r"utf-(8|16|16-le|16-be|32)|cp\d+|iso8859-\d+|koi8-[rtu]|gb\w+|big5\w*|shift_ji\w+|euc_\w+"
    r"|mac-\w+|iso2022_\w+|hz|tis-620|johab|ascii"
)
_AS_CP1252 = {"iso8859-1", "ascii"}  # what browsers do with these two labels
_SAMPLE_BYTES = 200_000

# Everything that is invisible, steers the direction of writing, or can carry hidden text.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\ufeff\ufff0-\ufffb\ufffe\uffff\ufdd0-\ufdef\ud800-\udfff"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]+"
)
_PRINTABLE_TAG = re.compile("[\U000e0000-\U000e0fff]")  # Python calls some of these printable
_LINE_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x1c\x1d\x1e\x85\u2028]")
_SPACES = re.compile("[ \t\x1f\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+")
_MARKS = (
    "[\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u0610-\u061a\u064b-\u065f"
    "\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
)
_MARK_RUN = re.compile(f"({_MARKS}{{30}}){_MARKS}+")  # UAX 15, stream-safe text


def decode(content: bytes, *, declared: str | None = None) -> str:
    """Text of `content`: by its BOM, the `declared` charset, strict UTF-8, then by detection.

    Raises ArticleError when the bytes look like anything but text.
    """
    for mark, codec in _BOMS:
        if content.startswith(mark):
            return _known(content, codec)
    wide = _utf16_without_mark(content)
    if wide is not None:
        return _known(content, wide)
    _refuse_binary(content)
    text = _declared(content, declared) if declared else None
    if text is None:
        text = _utf8(content)
    return _detected(content) if text is None else text


def kind_of(content: bytes) -> str | None:
    """What a file that starts like `content` is, in words; None when it may well be text."""
    return next((kind for pattern, kind in _MAGIC_RE if pattern.match(content)), None)


def clean(text: str) -> str:
    """The same words in NFC, without anything invisible; idempotent, in linear time.

    Spaces of every kind are one plain space and never next to a line break; there are at most two
    line breaks in a row. U+200C and U+200D stay: Persian and Hindi words need them.
    """
    text = _LINE_BREAKS.sub("\n", text).replace("\u2029", "\n\n")
    text = _INVISIBLE.sub("", text)
    # Long runs of combining marks make normalisation quadratic; it can lengthen a run, too.
    text = _MARK_RUN.sub(r"\1", text)
    text = _MARK_RUN.sub(r"\1", unicodedata.normalize("NFC", text))
    text = _SPACES.sub(" ", text)
    text = re.sub(r" ?\n ?", "\n", text)
    return re.sub(r"\n{3,}", "\n\n", text).strip(" \n")


def is_clean(text: str) -> bool:
    """Whether `clean(text) == text`, told in a fraction of its time for nearly all clean text."""
    if text[:1] in (" ", "\n") or text[-1:] in (" ", "\n"):
        return not text
    if "  " in text or " \n" in text or "\n " in text or "\n\n\n" in text:
        return False
    # Whatever breaks lines, is invisible or a space of another kind counts as not printable.
    if not text.replace("\n", "").isprintable():
        return clean(text) == text
    if text.isascii():
        return True
    if _PRINTABLE_TAG.search(text) or _MARK_RUN.search(text):
        return False
    return unicodedata.is_normalized("NFC", text)


def one_line(text: str, *, limit: int = 300) -> str:
    """`text` cleaned, on a single line of at most `limit` code points."""
    if len(text) <= limit and text.isascii() and text.isprintable():
        return " ".join(text.split())  # nothing else to clean
    line = " ".join(clean(text[: limit * 20]).split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def has_words(text: str) -> bool:
    """Whether there is a letter or a digit in `text`."""
    return any(char.isalnum() for char in text)


def refuse_too_long(text: str) -> None:
    """Raise ArticleError when `text` takes more than `MAX_TEXT_BYTES` in UTF-8."""
    if len(text) * 4 > MAX_TEXT_BYTES and len(text.encode("utf-8", "replace")) > MAX_TEXT_BYTES:
        raise ArticleError(
            f"holds more than {MAX_TEXT_BYTES // 1_000_000} MB of text; split it into smaller files"
        )


def _known(content: bytes, codec: str) -> str:
    text = content.decode(codec, "replace")
    if "\0" in text:
        raise _looks_binary("it contains NUL characters")
    return text


def _utf16_without_mark(content: bytes) -> str | None:
    """The codec of Western text in UTF-16 that lacks its mark: every other byte is NUL."""
    sample = content[: _SAMPLE_BYTES // 2 * 2]
    even, odd = sample[0::2], sample[1::2]
    if len(sample) < 4 or len(content) % 2:
        return None
    for zeros, others, codec in ((odd, even, "utf-16-le"), (even, odd, "utf-16-be")):
        # Text alone: printable, and so few control bytes that it cannot be a table of numbers.
        if zeros.count(0) > 0.9 * len(zeros) and 0 not in others:
            text = sample.decode(codec, "replace").encode("utf-8", "replace")
            controls = len(text) - len(text.translate(None, _CONTROL_BYTES))
            return codec if controls <= _MAX_CONTROL_SHARE * len(text) else None
    return None


def _refuse_binary(content: bytes) -> None:
    if kind := kind_of(content):
        raise _looks_binary(f"it starts like {kind}")
    if b"\0" in content:
        raise _looks_binary("it contains NUL bytes")
    sample = content[:_SAMPLE_BYTES]
    controls = len(sample) - len(sample.translate(None, _CONTROL_BYTES))
    if controls > max(_FEW_CONTROLS, _MAX_CONTROL_SHARE * len(sample)):
        raise _looks_binary(f"{controls} of its first {len(sample)} bytes are control characters")


def _looks_binary(reason: str) -> ArticleError:
    return ArticleError(f"looks binary ({reason}); give it its right extension or save it as text")


def _declared(content: bytes, label: str) -> str | None:
    try:
        codec = codecs.lookup(label.strip().strip("\"'")).name
    except (LookupError, ValueError):
        return None
    if not _TEXT_CODECS.fullmatch(codec) or codec.startswith(("utf-16", "utf-32")):
        return None  # these cannot be true here: the declaration was readable as ASCII
    if codec in _AS_CP1252 or codec.startswith(("cp125", "iso8859")):
        text = _utf8(content)
        if text is not None and not text.isascii():
            return text  # Western charsets are often declared and not used; UTF-8 is no accident
        codec = "cp1252" if codec in _AS_CP1252 else codec
    try:
        return content.decode(codec)
    except (UnicodeError, LookupError):
        return None


def _utf8(content: bytes) -> str | None:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        pass
    # A few bad bytes in much good UTF-8 (a text cut short, say) do not make it another charset.
    text = content.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    good = len(content) - len(content.translate(None, bytes(range(0xC2, 0xF5)))) - bad
    return text if good >= 10 * bad else None


def _detected(content: bytes) -> str:
    from charset_normalizer import from_bytes

    matches = list(from_bytes(content[:_SAMPLE_BYTES]))
    if not matches:
        raise _looks_binary("it is text in no known charset")
    best = matches[0]
    codec = best.encoding
    for match in matches:
        # Short texts fit many charsets equally well: then the commonest one it is.
        tied = (match.chaos, match.coherence) == (best.chaos, best.coherence)
        if tied and "cp1252" in match.could_be_from_charset:
            codec = "cp1252"
    return content.decode(codec, "replace")
