"""What `index show` says of an article's copies and versions."""

from collections.abc import Iterator
from difflib import SequenceMatcher

from corpus.article import Article
from index.catalogue import Catalogue
from index.schema import escaped
from index.sentences import sentences

# Copies named one by one.
MOST_NAMED = 20


def relations(catalogue: Catalogue, article: Article) -> Iterator[str]:
    """Lines on where else an article stands, what is newer, and how it differs from before."""
    copies = catalogue.also_in(article.id)
    named = catalogue.articles(copies[:MOST_NAMED])
    for copy in copies[:MOST_NAMED]:
        if copy in named:
            yield f"also in {_credit(named[copy])}"
    if len(copies) > MOST_NAMED:
        yield f"also in {len(copies) - MOST_NAMED} more"
    newer = catalogue.newer(article.id)
    for newest in catalogue.articles(newer[-1:]).values():
        yield f"This is an earlier version: the newest is {_credit(newest)}."
    earlier = catalogue.earlier(article.id)
    for version in earlier[1:]:
        for older in catalogue.articles([version]).values():
            yield f"earlier version: {_credit(older)}"
    for before in catalogue.articles(earlier[:1]).values():
        yield f"earlier version: {_credit(before)}. What has changed since:"
        yield f"--- {_dates(before)}"
        yield f"+++ {_dates(article)}"
        yield from difference(before, article)


def difference(before: Article, after: Article) -> Iterator[str]:
    """Title and sentences of two versions that only one has: `- ` removed, `+ ` added, in order."""
    old, new = _told(before), _told(after)
    # autojunk would take sentences that recur in a long text for noise.
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for tag, first, last, start, end in matcher.get_opcodes():
        if tag != "equal":
            yield from (f"- {escaped(sentence)}" for sentence in old[first:last])
            yield from (f"+ {escaped(sentence)}" for sentence in new[start:end])


def _told(article: Article) -> list[str]:
    told = [" ".join(article.text[a:b].split()) for a, b in sentences(article.text)]
    return [" ".join(article.title.split()), *told]


def _credit(article: Article) -> str:
    """`Lenton Courier, 2024-03-10 (0123456789abcdef)`."""
    name = article.outlet or article.source
    return f"{escaped(name)}, {article.published or 'undated'} ({article.id})"


def _dates(article: Article) -> str:
    modified = f", modified {article.modified}" if article.modified else ""
    return f"{article.id}, published {article.published or 'unknown'}{modified}"
