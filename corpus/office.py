"""The package of a DOCX file -> a package that holds only what is read, and nothing that harms."""

import io
import posixpath
import zipfile

from corpus.errors import ArticleError
from corpus.text import kind_of
from corpus.xmltree import parse_xml
from corpus.zipped import CheckedZip, open_zip

_OLE = b"\xd0\xcf\x11\xe0"
_PARTS = {"officeDocument", "core-properties", "styles", "numbering", "footnotes", "endnotes"}
_FOLDERS = ("[Content_Types]", "_rels/", "word/", "docProps/")
# Its tree takes up to ten times as much; the most text that a file may hold is 20 MB.
_MAX_XML = 60_000_000
_TYPES = b"application/vnd.openxmlformats-officedocument.wordprocessingml"
_MAIN = _TYPES + b".document.main+xml"
_FORMATS = b"http://schemas.openxmlformats.org/"
_DIALECTS = (
    (b"application/vnd.ms-word.document.macroEnabled.main+xml", _MAIN),
    (b"application/vnd.ms-word.template.macroEnabledTemplate.main+xml", _MAIN),
    (_TYPES + b".template.main+xml", _MAIN),
    (
        b"http://purl.oclc.org/ooxml/officeDocument/relationships",
        _FORMATS + b"officeDocument/2006/relationships",
    ),
    (
        b"http://purl.oclc.org/ooxml/wordprocessingml/main",
        _FORMATS + b"wordprocessingml/2006/main",
    ),
)
_KINDS = (
    ("xl/", "an Excel workbook"),
    ("ppt/", "a PowerPoint presentation"),
    ("META-INF/container.xml", "an EPUB book"),
    ("content.xml", "an OpenDocument file"),
)


def open_package(content: bytes) -> io.BytesIO:
    """The parts of a DOCX file that are read, packed again; as large as they are, unpacked.

    Raises:
        ArticleError: it is no DOCX, is encrypted, or breaks the limits of `open_zip`.
    """
    if content.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in content:
            raise ArticleError("is encrypted and needs a password; save a copy without it")
        raise ArticleError("is an old office document; save it as .docx")
    if not content.startswith(b"PK"):
        kind = kind_of(content) or "something else"
        raise ArticleError(f"is no DOCX but {kind}; give it its right extension")
    archive = open_zip(content)
    _refuse_others(archive)
    return _package(archive)


def _refuse_others(archive: CheckedZip) -> None:
    if any(name.startswith("word/") and name.endswith(".xml") for name in archive.names):
        return
    for start, kind in _KINDS:
        if any(name.startswith(start) for name in archive.names):
            raise ArticleError(f"is no DOCX but {kind}; give it its right extension")
    raise ArticleError("is no DOCX but a zip archive; give it its right extension")


def _package(archive: CheckedZip) -> io.BytesIO:
    """The package again, with the parts that are needed, each read under our limits.

    What relates to nothing, or elsewhere, is left out. A document with macros, a template or one
    in the strict dialect is given out as a plain one: nothing of it is run.
    """
    out = io.BytesIO()
    size = 0
    with zipfile.ZipFile(out, "w") as copy:
        for name in archive.names:
            if name.startswith(_FOLDERS) and name.endswith((".xml", ".rels")):
                part = archive.read(name)
                size += len(part)
                if size > _MAX_XML:
                    raise ArticleError(
                        f"holds more than {_MAX_XML // 1_000_000} MB of markup; split it"
                    )
                for dialect, plain in _DIALECTS:
                    part = part.replace(dialect, plain)
                copy.writestr(name, _needed(part, name, archive) if ".rels" in name else part)
    out.seek(0)
    return out


def _needed(relations: bytes, name: str, archive: CheckedZip) -> bytes:
    """The relations of a part to those that are read and that are there."""
    from lxml import etree

    root = parse_xml(relations)
    folder = posixpath.dirname(posixpath.dirname(name))
    for relation in list(root):
        target = posixpath.join("/", folder, relation.get("Target") or "")
        there = posixpath.normpath(target).lstrip("/") in archive
        kind = (relation.get("Type") or "").rpartition("/")[2]
        if not there or kind not in _PARTS or relation.get("TargetMode") == "External":
            root.remove(relation)
    return bytes(etree.tostring(root))
