"""Files -> articles, and the walk over a folder: what is read, what is refused, and why."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from corpus import Article, ArticleError, article_id, files, read, walk
from corpus.read import parse

PROSE = (
    "The ferry crews walked off the job at five on Monday morning, and the islands will have "
    "twelve sailings this week instead of 58. Talks resume on Thursday at the harbour office."
)
PAGE = f"<!doctype html><html><head><title>T</title></head><body><p>{PROSE}</p></body></html>"
needs_permissions = pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")


def only(root: Path, name: str, content: bytes | str) -> Article:
    path = root / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    (article,) = read(path, root).articles
    return article


BAD = {
    "empty.txt": (b"", "empty"),
    "empty.md": (b"", "empty"),
    "empty.html": (b"", "empty"),
    "blank.txt": (b" \n\t \r\n", "empty"),
    "mark-only.txt": (b"\xef\xbb\xbf", "no text"),
    "invisible.txt": ("\u200b\u202e\u00ad".encode(), "no text"),
    "punctuation.txt": (b"--- *** ...", "no text"),
    "png.txt": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "PNG"),
    "pdf.txt": (b"%PDF-1.7\n1 0 obj", "PDF"),
    "pdf.html": (b"%PDF-1.7\n1 0 obj", "PDF"),
    "docx.md": (b"PK\x03\x04\x14\0\x06\0", "zip"),
    "jpeg.md": (b"\xff\xd8\xff\xe0\0\x10JFIF", "JPEG"),
    "gzip.html": (b"\x1f\x8b\x08\0\0", "gzip"),
    "elf.txt": (b"\x7fELF\x02\x01", "program"),
    "rtf.txt": (rb"{\rtf1\ansi hello}", "RTF"),
    "nul.txt": (b"a text\0with a NUL", "binary"),
    "control.txt": (b"\x01\x02\x03\x04 text " * 20, "binary"),
    "wide-nul.txt": ("a\0b".encode("utf-16"), "binary"),
    "scripts.html": (b"<html><body><script>var a = 1</script></body></html>", "no text"),
    "hidden.html": (b"<html><body><p style='display:none'>words</p></body></html>", "no text"),
    "bare.html": (b"<!doctype html>", "HTML|no text"),
    "comment.html": (b"<!-- words -->", "HTML|no text"),
    "image.html": (b"<html><body><img src=a.png alt=words></body></html>", "no text"),
    "deep.html": (b"<div>" * 6_000 + b"words", "deep"),
    "deep-enough.html": (b"<div>" * 600 + b"words", "deep"),
    "only-image.md": (b"![a picture](a.png)", "no text"),
    "only-front.md": (b"---\nauthor: A B\n---\n", "no text"),
    "broken-front.md": (b"---\ntitle: [unclosed\n---\n", "no text"),
    "rule.md": (b"---\n\n***\n", "no text"),
    "name.xyz": (b"text", r"unknown extension \.xyz"),
    "archive.zip": (b"PK", "no zip"),
    "noextension": (b"text", "no extension"),
    ("new\nline.txt"): (b"", "empty"),
    "<img src=x onerror=alert(1)>.txt": (b"", "empty"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_refused_with_name_and_reason(tmp_path: Path, name: str) -> None:
    if "/" in name:
        pytest.fail("a name is no path")
    content, reason = BAD[name]
    with pytest.raises(ArticleError, match=f"(?i){reason}") as caught:
        only(tmp_path, name, content)
    assert str(caught.value).startswith(name.replace("\n", "\\x0a") + ": ")
    assert "\n" not in str(caught.value)


def test_large_files_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ArticleError, match=r"big\.txt: .*more than 20 MB of text"):
        only(tmp_path, "big.txt", b"word " * 4_100_000)
    monkeypatch.setattr(files, "MAX_FILE_BYTES", 1_000)
    with pytest.raises(ArticleError, match=r"large\.txt: larger than"):
        only(tmp_path, "large.txt", b"a" * 1_001)


@pytest.mark.parametrize("name", ["missing.txt", "a\0b.txt", "x" * 300 + ".txt"])
def test_what_is_not_there_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ArticleError, match="txt"):
        read(tmp_path / name, tmp_path)


def test_a_directory_a_pipe_and_a_stranger_are_refused(tmp_path: Path) -> None:
    root = tmp_path / "root"
    (root / "dir.txt").mkdir(parents=True)
    os.mkfifo(root / "pipe.txt")
    (tmp_path / "outside.txt").write_text("text")
    (root / "link.txt").symlink_to(tmp_path / "outside.txt")
    (root / "loop.txt").symlink_to("loop.txt")
    for name, reason in {
        "dir.txt": "directory",
        "pipe.txt": "named pipe",
        "link.txt": "leaves the folder",
        "loop.txt": "leads nowhere",
        "../outside.txt": "leaves the folder",
    }.items():
        with pytest.raises(ArticleError, match=reason) as caught:
            read(root / name, root)
        assert Path(name).name in str(caught.value)


@needs_permissions
def test_a_file_without_permission_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text(PROSE)
    (tmp_path / "secret.txt").chmod(0)
    with pytest.raises(ArticleError, match=r"secret\.txt: cannot be read"):
        read(tmp_path / "secret.txt", tmp_path)


def test_a_file_that_fails_while_it_is_read_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    (tmp_path / "secret.txt").write_text(PROSE)
    monkeypatch.setattr(files.os, "open", refuse)
    with pytest.raises(ArticleError, match=r"secret\.txt: cannot be read \(Permission denied\)"):
        read(tmp_path / "secret.txt", tmp_path)


# --- what is read ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("latin-1.txt", f"{PROSE} Où est le café?".encode("latin-1")),
        ("utf-16.txt", f"{PROSE} Où est le café?".encode("utf-16")),
        ("no-mark.txt", f"{PROSE} Où est le café?".encode("utf-16-le")),
        ("marked.md", f"{PROSE} Où est le café?".encode("utf-8-sig")),
        ("UPPER.TXT", f"{PROSE} Où est le café?".encode()),
        ("bidi.text", f"{PROSE} O\u202eù est\u200b le ca\u00adfé?".encode()),
        ("nfd.markdown", f"{PROSE} Ou\u0300 est le cafe\u0301?".encode()),
        ("crlf.md", f"{PROSE}\r\nOù est le café?".encode()),
        ("page.txt", PAGE.replace("</p>", " Où est le café?</p>").encode()),
        ("page.md", PAGE.replace("</p>", " Où est le café?</p>").encode()),
        ("page.xhtml", b"<?xml version='1.0' encoding='iso-8859-1'?><html><body><p>"
         + f"{PROSE} Où est le café?".encode("latin-1") + b"</p></body></html>"),
        ("page.htm", b"<html><head><meta charset=windows-1252></head><body><p>"
         + f"{PROSE} Où est le café?".encode("cp1252") + b"</p></body></html>"),
        ("bad-byte.txt", f"{PROSE} Où est le café? {'é' * 30}".encode() + b"\xff"),
    ],
)  # fmt: skip
def test_charsets_and_formats_that_disagree_with_their_name(
    tmp_path: Path, name: str, content: bytes
) -> None:
    assert only(tmp_path, name, content).text.startswith(f"{PROSE} Où est le café?")


@pytest.mark.parametrize("name", ["line.txt", "line.md", "line.html"])
def test_ten_megabytes_in_one_line_take_seconds(tmp_path: Path, name: str) -> None:
    start = time.perf_counter()
    text = "The bridge is shut. " * 490_000
    article = only(tmp_path, name, text)
    assert article.text == text.strip()
    assert time.perf_counter() - start < 25


def test_hostile_markup_is_bounded_in_time(tmp_path: Path) -> None:
    start = time.perf_counter()
    attributes = " ".join(f"a{number}=1" for number in range(60_000))
    assert PROSE in only(tmp_path, "a.html", f"<body><p {attributes}>{PROSE}</p>").text
    hidden = f'<script>if (a <b) {{}}</script><a "><p {attributes}>{PROSE}</p>'
    assert PROSE in only(tmp_path, "b.html", f"<body>{hidden}").text
    for number, junk in enumerate(["<a", '<a ="', "<!--", "<script>", "&#", "<p style='/*"]):
        page = f"<body><p>{PROSE}</p>{junk * 50_000}"
        try:
            only(tmp_path, f"{number}.html", page)
        except ArticleError:
            continue
    assert time.perf_counter() - start < 30


def test_fonts_that_are_never_closed_do_not_cut_the_article(tmp_path: Path) -> None:
    page = "".join(f"<p><font size=2>Paragraph number {n} says this." for n in range(400))
    text = only(tmp_path, "old.html", f"<html><body>{page}</body></html>").text
    assert text.count("\n\n") == 399 and "number 399" in text


def test_an_article_knows_its_place(tmp_path: Path) -> None:
    (tmp_path / "news").mkdir()
    article = only(tmp_path, "news/island-ferries_halted.txt", PROSE)
    assert article.root == str(tmp_path.resolve())
    assert article.source == "news/island-ferries_halted.txt"
    assert article.title == "Island ferries halted"
    assert article.provenance == {"title": "file name"}
    assert article.id == article_id(article.root, article.source)
    assert (article.published, article.author, article.language) == (None, None, None)


def test_a_single_file_is_its_own_root(tmp_path: Path) -> None:
    path = tmp_path / "one.txt"
    path.write_text(PROSE)
    (article,) = read(path, path).articles
    assert (article.root, article.source) == (str(path.resolve()), "one.txt")
    assert [(found.source, found.skipped) for found in walk(path)] == [("one.txt", None)]


def test_a_root_may_be_relative_or_a_link(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "real").mkdir()
    only(tmp_path / "real", "a.txt", PROSE)
    (tmp_path / "link").symlink_to("real")
    monkeypatch.chdir(tmp_path)
    for root in (Path("real"), Path("link"), tmp_path / "real" / ".." / "link"):
        (found,) = walk(root)
        (article,) = read(found.path, root).articles
        assert (article.root, article.source) == (str((tmp_path / "real").resolve()), "a.txt")


@pytest.mark.parametrize(
    ("name", "source"),
    [
        (b"caf\xe9.txt", "caf\\udce9.txt"),
        (b"two\nlines.txt", "two\\x0alines.txt"),
        (b"<img src=x onerror=alert(1)>.txt", "<img src=x onerror=alert(1)>.txt"),
        (b"-rf --no.txt", "-rf --no.txt"),
        ("日本語 .txt".encode(), "日本語 .txt"),
        (b"\x1b[31mred.txt", "\\x1b[31mred.txt"),
    ],
)
def test_odd_names_are_read(tmp_path: Path, name: bytes, source: str) -> None:
    try:
        Path(os.fsdecode(os.path.join(os.fsencode(tmp_path), name))).write_text(PROSE)
    except OSError:
        pytest.skip("this file system takes no such name")
    (found,) = walk(tmp_path)
    (article,) = read(found.path, tmp_path).articles
    assert article.source == found.source == source
    assert "\n" not in article.title
    (article.source + article.title + article.root).encode("utf-8")


def test_walk_yields_files_in_order_and_reasons_for_the_others(tmp_path: Path) -> None:
    root = tmp_path / "root"
    (root / "b").mkdir(parents=True)
    (root / ".git").mkdir()
    (root / "__MACOSX").mkdir()
    for name in ("z.txt", "b/2.md", "b/1.html", "a.txt", "c.xyz", ".hidden.txt", ".git/x.txt",
                 "Thumbs.db", ".DS_Store", "__MACOSX/y.txt"):  # fmt: skip
        (root / name).write_text(PROSE)
    (tmp_path / "outside.txt").write_text(PROSE)
    (tmp_path / "elsewhere").mkdir()
    os.mkfifo(root / "pipe.txt")
    (root / "out.txt").symlink_to(tmp_path / "outside.txt")
    (root / "outdir").symlink_to(tmp_path / "elsewhere")
    (root / "in.txt").symlink_to("a.txt")
    (root / "gone.txt").symlink_to("nothing")
    (root / "circle").symlink_to(root)
    (root / "self.txt").symlink_to("self.txt")
    (root / "null.txt").symlink_to("/dev/null")
    found = {entry.source: entry.skipped for entry in walk(root)}
    assert [name for name, skipped in found.items() if skipped is None] == [
        "a.txt", "b/1.html", "b/2.md", "in.txt", "z.txt",
    ]  # fmt: skip
    assert str(found["c.xyz"]).startswith("unknown extension .xyz (known: .txt")
    assert str(found["c.xyz"]).endswith("; convert it, or leave it out")
    reasons = {name: str(skipped).split(";")[0] for name, skipped in found.items() if skipped}
    assert reasons == {
        "c.xyz": reasons["c.xyz"],
        "gone.txt": "link that leads nowhere (No such file or directory)",
        "null.txt": "link that leaves the folder",
        "out.txt": "link that leaves the folder",
        "outdir": "link that leaves the folder",
        "pipe.txt": "named pipe, not a file",
        "self.txt": reasons["self.txt"],
    }
    assert reasons["self.txt"].startswith("link that leads nowhere")


def test_walk_skips_a_socket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # the path of a socket must be short
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("s.txt")
        (found,) = walk(tmp_path)
    assert found.skipped and found.skipped.startswith("socket")


def test_walk_tells_which_directory_it_cannot_list(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "closed").mkdir()
    (tmp_path / "a.txt").write_text(PROSE)
    really = os.scandir

    def scandir(path: str | Path) -> object:
        if os.path.basename(path) == "closed":
            raise PermissionError(13, "Permission denied")
        return really(path)

    monkeypatch.setattr(os, "scandir", scandir)
    found = {entry.source: entry.skipped for entry in walk(tmp_path)}
    assert found["a.txt"] is None
    assert str(found["closed"]).startswith("cannot be listed (Permission denied)")
    with pytest.raises(ArticleError, match="closed"):  # a root: nothing is known of what is in it
        list(walk(tmp_path / "closed"))


def test_walk_refuses_a_root_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ArticleError, match="nowhere: cannot be found"):
        list(walk(tmp_path / "nowhere"))


# --- Markdown --------------------------------------------------------------------------------


def test_markdown_becomes_plain_paragraphs(tmp_path: Path) -> None:
    article = only(
        tmp_path,
        "a.md",
        "# The *title*\n\nSome **bold** and _slanted_ [link](http://x.example) text\nwrapped.\n\n"
        "## Part one\n\n- one\n- two **three**\n  - inner\n\n1. first\n2. second\n\n"
        "> A quote.\n\n    code = 1\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n![image](x.png)\n\n"
        "<div>Block <b>html</b> <span hidden>secret</span></div>\n\n<!-- note -->\n\n"
        "An <span style='display:none'>ignore all</span>end &amp; `code`.\n",
    )
    assert article.title == "The title"
    assert article.provenance["title"] == "first heading"
    assert article.text == (
        "Some bold and slanted link text wrapped.\n\nPart one\n\n- one\n- two three\n- inner\n\n"
        "1. first\n2. second\n\nA quote.\n\ncode = 1\n\na | b\n1 | 2\n\nBlock html\n\n"
        "An end & code."
    )


FRONT = """---
title: "Forty-one & counting"
authors:
  - name: Wenna Tregarth
  - Caspar Idowu
Date: 2025-03
updated: 14 March 2025
publisher: Field & Flask
source: https://www.fieldandflask.example/a
lang: en_GB
---

# Forty-one & counting

The beavers are back.
"""


def test_front_matter_is_metadata_with_provenance(tmp_path: Path) -> None:
    article = only(tmp_path, "a.md", FRONT)
    assert article.text == "The beavers are back."
    assert article.author == "Wenna Tregarth, Caspar Idowu"
    assert (article.published, article.modified) == ("2025-03", "2025-03-14")
    assert (article.outlet, article.language) == ("Field & Flask", "en-GB")
    assert article.url == "https://www.fieldandflask.example/a"
    assert article.provenance["published"] == "front matter: Date"
    assert article.provenance["url"] == "front matter: source"


@pytest.mark.parametrize(
    ("front", "published"),
    [
        ("date: 2024", "2024"),
        ("date: 2025-03-14", "2025-03-14"),
        ("date: 2025-03-14T08:30:00+01:00", "2025-03-14T08:30:00+01:00"),
        ("date: 2025-03-14 08:30:00", "2025-03-14T08:30:00"),
        ("date: March 2025", "2025-03"),
        ("date: 03/04/2025", None),
        ("date: 2025-02-30", None),
        ("date: soon", None),
        ("date:", None),
        ("date: null\npublished: 2024-01-02", "2024-01-02"),
        ("date: [2025-03-14]", None),
    ],
)
def test_dates_of_front_matter(tmp_path: Path, front: str, published: str | None) -> None:
    article = only(tmp_path, "a.md", f"---\ntitle: T\n{front}\n---\nThe beavers are back.")
    assert (article.published, article.title) == (published, "T")


@pytest.mark.parametrize(
    "front",
    [
        "title: [unclosed",
        "title: {unclosed: yes",
        "title: !!python/object/apply:os.system ['true']\n: : :",
        "a: &a [x, x]\nb: &b [*a, *a]\nauthor: [*b, *b, *b",
        "title: " + "[" * 3_000,
        "title: \x01",
        "\ttitle: x\n\t- y",
    ],
)
def test_broken_front_matter_is_neither_believed_nor_shown(tmp_path: Path, front: str) -> None:
    article = only(tmp_path, "my-file.md", f"---\n{front}\n---\n\nThe beavers are back.")
    assert article.text == "The beavers are back."
    assert article.title == "My file"


@pytest.mark.parametrize(
    ("front", "title", "author", "published"),
    [
        ("title: Bees: a story\nauthor: Ann Poe\ndate: 2025-03-14", "Bees: a story", "Ann Poe",
         "2025-03-14"),
        ("title: 'Bees: a story'\nauthor: \"Ann Poe\ndate: '2025-03-14'", "Bees: a story",
         "Ann Poe", "2025-03-14"),
        ("title: Bees\ntags: [a, b\nauthor: Ann Poe\ndate: 14 March 2025 # draft", "Bees",
         "Ann Poe", "2025-03-14"),
        ("title: [Updated] Bees\nauthors:\n  - Ann Poe\n  - Jan de Vries\ndate: 2025",
         "[Updated] Bees", "Ann Poe, Jan de Vries", "2025"),
        ("title: Bees: a story\nauthor: [Ann Poe\ndate: soon", "Bees: a story", None, None),
        ("title: Bees: a story\nauthor: null\ntags:\n  date: 2025", "Bees: a story", None, None),
    ],
)  # fmt: skip
def test_of_broken_front_matter_the_simple_lines_are_read(
    tmp_path: Path, front: str, title: str, author: str | None, published: str | None
) -> None:
    article = only(tmp_path, "my-file.md", f"---\n{front}\n---\n\nThe beavers are back.")
    assert article.text == "The beavers are back."
    assert (article.title, article.author, article.published) == (title, author, published)
    assert article.provenance["title"] == "front matter: title"
    if author:
        assert article.provenance["author"].startswith("front matter: author")


@pytest.mark.parametrize(
    ("front", "author"),
    [
        ("author: null", None),
        ("author: ~", None),
        ("author:", None),
        ("author: None", None),
        ("authors: [null, ~]", None),
        ("authors:\n  - null\n  -\n  - Ann Poe", "Ann Poe"),
        ("author: {name: null}", None),
        ("authors:\n  - name: NULL\n  - name: Ann Poe", "Ann Poe"),
        ("author: null\nauthors: [Ann Poe]", "Ann Poe"),
        ("author: Nullah Poe", "Nullah Poe"),
    ],
)
def test_null_is_no_name(tmp_path: Path, front: str, author: str | None) -> None:
    article = only(tmp_path, "a.md", f"---\ntitle: T\n{front}\n---\nThe beavers are back.")
    assert (article.author, article.title) == (author, "T")


def test_a_yaml_bomb_is_harmless(tmp_path: Path) -> None:
    levels = ["a0: &a0 [boom, boom]"]
    levels += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    front = "\n".join([*levels, "author: *a11", "title: *a11", "outlet: *a11"])
    start = time.perf_counter()
    article = only(tmp_path, "a.md", f"---\n{front}\n---\nThe beavers are back.")
    assert article.text == "The beavers are back."
    assert time.perf_counter() - start < 5


@pytest.mark.parametrize(
    "text", ["---\ntitle: x\n\nNo end.", "---\n\nA rule, then prose.\n\n---\n\nMore."]
)
def test_front_matter_without_an_end_is_text(tmp_path: Path, text: str) -> None:
    words = [word for word in text.split() if word != "---"]
    assert only(tmp_path, "a.md", text).text.split() == words


def test_a_heading_that_is_not_the_title_stays(tmp_path: Path) -> None:
    article = only(tmp_path, "a.md", "---\ntitle: Other\n---\n# Heading\n\nText.")
    assert (article.title, article.text) == ("Other", "Heading\n\nText.")


# --- the package -----------------------------------------------------------------------------


def test_importing_corpus_loads_no_parser() -> None:
    heavy = "trafilatura lxml yaml charset_normalizer markdown_it"
    code = f"import corpus, sys; print([m for m in '{heavy}'.split() if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parent.parent,
    )
    assert done.stdout.strip() == "[]"


def test_exported_names_exist() -> None:
    import corpus

    assert all(hasattr(corpus, name) for name in corpus.__all__)
    assert sorted(corpus.__all__) == sorted(set(corpus.__all__))


SAMPLE = Path(__file__).parent.parent / "corpus" / "sample"


@pytest.mark.skipif(not SAMPLE.is_dir(), reason="there are no sample articles")
def test_sample_articles_are_clean() -> None:
    sources = [found for found in walk(SAMPLE) if found.skipped is None]
    assert sources
    for found in sources:
        (article,) = read(found.path, SAMPLE).articles
        assert "title" in article.provenance and article.provenance["title"] != "file name"
        assert len(article.text) > 800, found.source
        if found.path.suffix != ".txt":
            assert article.author and article.outlet and article.published, found.source
        for junk in ("cookie", "newsletter", "©", "Read more", "**", "---", "<p", "Subscribe"):
            assert junk not in article.text, (found.source, junk)


def test_a_heading_that_is_all_of_a_markdown_file_is_clean_text() -> None:
    """Its title is another; a file that is cut off in its heading looks so."""
    (draft,) = parse(b"---\ntitle: Another\n---\n\n# A town by the sea", "a.md")
    assert draft.text == "A town by the sea"
