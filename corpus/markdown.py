"""Markdown with front matter -> a draft: marks gone, words kept."""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from corpus.draft import Draft, Metadata
from corpus.fields import FIELD_KEYS, fields_of, squeezed
from corpus.plain import header
from corpus.text import clean, decode, one_line
from corpus.webpage import visible_text

if TYPE_CHECKING:
    from yaml import BaseLoader

_FRONT_MATTER = re.compile(r"---[ \t]*\n(.*?)^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL | re.M)
_TOML = re.compile(r"\+\+\+[ \t]*\n(.*?)^\+\+\+[ \t]*(?:\n|\Z)", re.DOTALL | re.M)
# The three lines of Pandoc's title block: title, authors, date, each of which may be empty.
_TITLE_BLOCK = re.compile(r"%(.*(?:\n[ \t]+\S.*)*)\n(?:%(.*(?:\n[ \t]+\S.*)*)\n(?:%(.*)\n)?)?")
_KEY_LINE = re.compile(r"(?:[ \t]*(?:#.*)?\n)*[ \t]*[\"']?[\w-]+[\"']?[ \t]*:(?:\s|$)")
_MAX_FRONT_MATTER = 65_536
_NULL = re.compile(r"(?:~|null|Null|NULL|none|None|NONE)?\Z")
_ENTRY = re.compile(r"^([\w-]+)[ \t]*:(?:[ \t]+(.*))?\n((?:[ \t-].*\n|\n)*)", re.M)


def read_markdown(content: bytes) -> Draft:
    """The draft of a Markdown file; its first `# Heading` is the title if it names no other."""
    source = decode(content).replace("\r\n", "\n").replace("\r", "\n").lstrip("\n")
    metadata, body = _said_first(source)
    heading, body = _first_heading(body)
    text = _plain(body)
    if heading:
        metadata.offer("title", heading, "first heading")
        if not (metadata.get("title") or "").casefold().startswith(heading.casefold()):
            text = f"{heading}\n\n{text}".rstrip()  # not the title: then it is part of the article
    return Draft(text or heading, metadata)


def _said_first(source: str) -> tuple[Metadata, str]:
    """What stands before the text in YAML, TOML or a title block, and the rest."""
    metadata = Metadata()
    said: Mapping[Any, object] = {}
    found = _FRONT_MATTER.match(source)
    if found and (not found[1].strip() or _KEY_LINE.match(found[1])):
        said = _front_matter(found[1])
    elif found := _TOML.match(source):
        said = _toml(found[1])
    elif found := _TITLE_BLOCK.match(source):
        title, authors, date = (" ".join((part or "").split()) for part in found.groups())
        lines = (found[2] or "").strip().split("\n")
        said = {"title": title, "author": lines if len(lines) > 1 else authors, "date": date}
    else:
        return header(source)
    for field, value, key in fields_of(said):
        metadata.offer(field, value, f"front matter: {key}")
    return metadata, source[found.end() :]


def _front_matter(block: str) -> Mapping[Any, object]:
    """What the front matter says; where it is broken, what its lines say one by one."""
    if len(block) > _MAX_FRONT_MATTER:
        return {}
    said = _yaml(block)
    return said if isinstance(said, dict) else _line_by_line(block)


def _toml(block: str) -> Mapping[Any, object]:
    try:
        return tomllib.loads(block) if len(block) <= _MAX_FRONT_MATTER else {}
    except (ValueError, RecursionError):
        return {}


def _yaml(source: str) -> object:
    """What `source` says in YAML; None when it is broken."""
    import yaml

    try:
        return yaml.load(source, Loader=_loader())
    except (yaml.YAMLError, RecursionError, ValueError):
        return None


@cache
def _loader() -> "type[BaseLoader]":
    """A loader of strings, lists, mappings and null, and nothing else.

    So dates stay as precise as they were written, "no" stays Norwegian, and aliases are shared,
    not copied.
    """
    import yaml

    class Loader(yaml.BaseLoader):
        """BaseLoader, which takes null for a word."""

    tag = "tag:yaml.org,2002:null"
    Loader.add_implicit_resolver(tag, _NULL, None)
    Loader.add_constructor(tag, lambda *_: None)
    return Loader


def _line_by_line(block: str) -> dict[str, object]:
    """The entries of a broken front matter that can be read by themselves, whole or as a line."""
    said: dict[str, object] = {}
    wanted = {key for keys in FIELD_KEYS.values() for key in keys}
    for key, line, below in _ENTRY.findall(block):
        if squeezed(key) not in wanted or key in said:
            continue
        entry = _yaml(f"{key}: {line}\n{below}")
        said[key] = entry[key] if isinstance(entry, dict) and key in entry else _unquoted(line)
    return said


def _unquoted(line: str) -> str | None:
    """The value that a line gives in plain words; None where it begins what YAML only reads."""
    value = re.sub(r"\s#\s.*", "", line).strip()
    if value[:1] in ("'", '"') and (value.count(value[0]) == 1 or value.endswith(value[0])):
        return value.strip(value[0])
    bracketed = value.startswith("[") and "]" not in value
    return None if bracketed or value[:1] in set("{&*!|>%@`") else value


def _first_heading(body: str) -> tuple[str, str]:
    """The text of the first level-one heading and `body` without it; it must come first."""
    start = re.match(r"(?:\s*<!--.*?-->)*\s*", body, re.DOTALL)
    rest = body[start.end() :] if start else body
    line, _, below = rest.partition("\n")
    heading = re.fullmatch(r"#[ \t]+(.*?)(?:[ \t]+#+)?[ \t]*", line)
    if heading:
        return one_line(_plain(heading[1])), below
    underline, _, after = below.partition("\n")
    if line.strip() and re.fullmatch(r"={2,}[ \t]*", underline):
        return one_line(_plain(line)), after
    return "", body


def _plain(markdown: str) -> str:
    """The words of `markdown`: it is rendered, and what a reader would see is kept."""
    from markdown_it import MarkdownIt

    renderer = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    return clean(visible_text(renderer.render(markdown)))
