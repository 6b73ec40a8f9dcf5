"""Markdown with YAML front matter -> a draft: marks gone, words kept."""

import re

from corpus.draft import Draft, Metadata, web_url
from corpus.names import names
from corpus.text import clean, decode, one_line
from corpus.webpage import visible_text

_FRONT_MATTER = re.compile(r"---[ \t]*\n(.*?)^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL | re.M)
_KEY_LINE = re.compile(r"(?:[ \t]*(?:#.*)?\n)*[ \t]*[\"']?[\w-]+[\"']?[ \t]*:(?:\s|$)")
_MAX_FRONT_MATTER = 65_536
_NOTHING = {"", "~", "null", "none"}

_KEYS = {
    "title": ("title", "headline"),
    "author": ("author", "authors", "by", "byline"),
    "published": ("date", "published", "publish_date", "pubdate", "published_at"),
    "modified": ("updated", "modified", "lastmod", "updated_at"),
    "outlet": ("outlet", "publisher", "publication", "site", "source"),
    "url": ("url", "link", "canonical", "canonical_url", "source"),
    "language": ("lang", "language"),
}


def read_markdown(content: bytes) -> Draft:
    """The draft of a Markdown file; its first `# Heading` is the title if it names no other."""
    source = decode(content).replace("\r\n", "\n").replace("\r", "\n").lstrip("\n")
    block, body = _split_front_matter(source)
    metadata = _front_matter(block)
    heading, body = _first_heading(body)
    text = _plain(body)
    if heading:
        metadata.offer("title", heading, "first heading")
        if not (metadata.get("title") or "").casefold().startswith(heading.casefold()):
            text = f"{heading}\n\n{text}"  # not the title: then it is part of the article
    return Draft(text or heading, metadata)


def _split_front_matter(source: str) -> tuple[str, str]:
    """The front matter, if there is any with an end, and the rest."""
    found = _FRONT_MATTER.match(source)
    if found and (not found[1].strip() or _KEY_LINE.match(found[1])):
        return found[1], source[found.end() :]
    return "", source


def _front_matter(block: str) -> Metadata:
    """What the front matter says; nothing when it is broken, since half of it may be wrong."""
    import yaml

    metadata = Metadata()
    if len(block) > _MAX_FRONT_MATTER:
        return metadata
    try:
        # BaseLoader builds strings, lists and mappings and nothing else: dates stay as precise as
        # they were written, "no" stays Norwegian, and aliases are shared, not copied.
        said = yaml.load(block, Loader=yaml.BaseLoader)
    except (yaml.YAMLError, RecursionError, ValueError):
        return metadata
    if not isinstance(said, dict):
        return metadata
    lowered = {key.lower(): (key, value) for key, value in said.items() if isinstance(key, str)}
    for field, keys in _KEYS.items():
        for key in keys:
            if key in lowered:
                written, value = lowered[key]
                _offer(metadata, field, value, f"front matter: {written}")
    return metadata


def _offer(metadata: Metadata, field: str, value: object, origin: str) -> None:
    if isinstance(value, str) and value.strip().lower() in _NOTHING:
        return
    if field == "author" or (field == "outlet" and not isinstance(value, str)):
        value = names(value)
    if field == "outlet" and web_url(value):
        return  # the source is given as an address: that is the url
    metadata.offer(field, value, origin)


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
