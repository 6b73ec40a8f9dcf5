"""Questions about the byline itself: who wrote it, when, where, and what else is there.

"Who wrote about the inquiry?", "when was it published?", "what is there by Lindqvist since March?",
"which outlets covered it?" are answered from the metadata, each with where it came from, and cite
the article's first sentence. Rules for English.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from corpus.article import Article
from index.library import Library
from index.passages import Scope
from index.words import WORD, fold, words
from qa.question import is_function

Wanted = Literal["author", "published", "modified", "outlet", "list"]

_PIECE = (
    r"(?:article|story|stories|piece|post|blog post|interview|column|coverage|correction|editorial|"
    r"opinion piece|op-ed|news item|item|obituary|review|feature|dispatch|write-up)s?"
)
_OUTLET = (
    r"(?:outlet|newspaper|paper|magazine|publication|site|website|blog|broadcaster|news agency|"
    r"agency|source|journal|newsroom)s?"
)
_WRITTEN: tuple[tuple[Wanted, str], ...] = (
    (
        "author",
        rf"\bwho (?:wrote|has written|writes|reported|reports) (?:about|on)\b"
        rf"|\bwho (?:wrote|authored|reported|filed|penned|is behind) (?:the|this|that|"
        rf"these) (?:[\w-]+ ){{0,3}}?{_PIECE}\b"
        rf"|\bwho wrote (?:it|this|that)\b|\bwho covered\b"
        rf"|\bwho (?:is|was|are|were) the (?:author|writer|reporter|journalist)s?\b(?: of| behind)?"
        rf"|\bwhich (?:author|writer|reporter|journalist)s? (?:wrote|covered|reported)(?: about|"
        rf" on)?\b"
        rf"|\bwhose (?:{_PIECE}|byline)\b",
    ),
    (
        "modified",
        rf"\bwhen (?:was|were) (?:(?:it|this|that)|(?:the|this|that|these) (?:[\w'’-]+ ){{0,4}}?"
        rf"{_PIECE}\b.*?) (?:last )?(?:updated|modified|edited|changed|revised)\b",
    ),
    (
        "published",
        rf"\bwhen (?:was|were|did) (?:(?:it|this|that)|(?:the|this|that|"
        rf"these) (?:[\w'’-]+ ){{0,4}}?{_PIECE}\b.*?) "
        rf"(?:published|posted|written|printed|appear|come out|run)\b"
        rf"|\b(?:what is|what's) the (?:publication )?date of (?:the|this|"
        rf"that) (?:[\w-]+ ){{0,3}}?{_PIECE}\b"
        rf"|\bwhen did .{{2,60}}? (?:publish|post|run|report on|write about)\b",
    ),
    (
        "outlet",
        rf"\b(?:which|what) (?:news )?{_OUTLET} (?:has |have |had )?(?:covered|reported|ran|run|"
        rf"wrote|written|published|carried|covers?|reports?|printed|wrote)(?: about| on)?\b"
        rf"|\bwhere (?:was|were) (?:(?:it|this|that)|(?:the|this|"
        rf"that) (?:[\w'’-]+ ){{0,4}}?{_PIECE}\b.*?) published\b"
        rf"|\bwho published (?:it|(?:the|this|that) (?:[\w-]+ ){{0,3}}?{_PIECE}\b)",
    ),
    (
        "list",
        rf"\b(?:what is there|what's there|what do you have|what have you got|is there anything|"
        rf"anything|everything|something|what else is there|"
        rf"what|which|list|show)\b.{{0,40}}\b(?:by|from)\b"
        rf"|\bwhat (?:did|has|have|does) .{{2,40}} (?:write|written|publish|published|cover|"
        rf"covered)\b(?! that)"
        r"|(?<!according to )(?<!according to the )"
        rf"\b{_PIECE} (?:by|from|since|before|after|in|until)\b"
        rf"|\b(?:what|which {_PIECE}|anything|everything|something) "
        rf"(?:(?:was|were|is|are|has|have) )?(?:been )?"
        rf"(?:there|published|posted|printed|new|appeared)\b|\bwhat['’]s (?:there|new)\b",
    ),
)
_FORMS = tuple((wanted, re.compile(form, re.IGNORECASE)) for wanted, form in _WRITTEN)
_MONTHS = (
    "january february march april may june july august september october november december".split()
)
_BOUND = re.compile(
    rf"\b(since|after|from|before|until|till|in|during)\s+(?:the\s+)?(?:(\d{{4}}-\d\d(?:-\d\d)?)|"
    rf"(?:(\d{{1,2}})\s+)?({'|'.join(_MONTHS)})(?:\s+(\d{{4}}))?|(\d{{4}}))\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class BylineQuestion:
    """What is wanted of the byline; `topic` is the rest of the question, "" when it is "it"."""

    wanted: Wanted
    topic: str
    scope: Scope


def recognise(
    text: str, names: Callable[[Literal["author", "outlet"]], list[str]], today: date
) -> BylineQuestion | None:
    """The byline question that `text` asks, or None for a question about what articles say.

    `names` gives the library's authors or outlets, which "by Lindqvist" is looked up in; a month
    without a year is the last one before `today`.
    """
    for wanted, form in _FORMS:
        found = form.search(text)
        if not found:
            continue
        scope = _bounds(text, today)
        if wanted == "list":
            scope = _by(text, names, scope)
            if not scope:
                continue
            return BylineQuestion(wanted, "", scope)
        rest = f"{text[: found.start()]} {text[found.end() :]} {_topic_within(found.group())}"
        topic = _BOUND.sub(" ", rest).strip(" ?.!")
        # "Which outlet published it?": what the turn before spoke of.
        told = any(not is_function(word) for word in words(topic))
        if wanted in ("published", "modified"):
            scope = (
                Scope()
            )  # "the story about the fire in March": the fire's month, not the story's
        return BylineQuestion(wanted, topic if told else "", scope)
    return None


def _topic_within(matched: str) -> str:
    """What the matched words themselves say of the subject ("the tram story")."""
    plain = re.sub(
        rf"\b(?:who|when|where|which|what|whose|was|were|did|is|are|the|this|that|it|of|wrote|"
        rf"written|reported|covered|"
        rf"published|posted|printed|about|on|author|writer|reporter|journalist|publish|post|run|"
        rf"write|appear|come|out|"
        rf"has|have|had|{_PIECE}|{_OUTLET}|news|ran|carried|s|by|date|publication)\b",
        " ",
        matched,
        flags=re.IGNORECASE,
    )
    return " ".join(plain.split())


def _by(
    text: str, names: Callable[[Literal["author", "outlet"]], list[str]], scope: Scope
) -> Scope:
    """The scope narrowed to the author or outlet that the text names, if the library knows it."""
    said = f" {_plain(text)} "
    best: tuple[int, str, str] | None = None
    fields: tuple[Literal["author", "outlet"], ...] = ("author", "outlet")
    for field in fields:
        for value in names(field):
            for name in value.split(", "):
                whole, last = _plain(name), _plain(name.split()[-1])
                for form in (whole, whole.removeprefix("the "), last if field == "author" else ""):
                    if len(form) > 2 and f" {form} " in said and (not best or len(form) > best[0]):
                        best = (len(form), field, name)
    if best is None:
        return scope
    return replace(scope, author=best[2]) if best[1] == "author" else replace(scope, outlet=best[2])


def _plain(text: str) -> str:
    """The words of `text` without case, diacritics and punctuation."""
    return " ".join(WORD.findall(fold(text)))


def _bounds(text: str, today: date) -> Scope:
    """Publication dates that a question names: "since March", "in 2025", "before 2025-06-01"."""
    start = end = None
    for preposition, iso, day, month, year, bare in _BOUND.findall(text):
        if month:
            number = _MONTHS.index(month.lower()) + 1
            known = int(year) if year else today.year - (number > today.month)
            value = f"{known}-{number:02d}" + (f"-{int(day):02d}" if day else "")
        else:
            value = iso or bare
        preposition = preposition.lower()
        if preposition in ("since", "from", "in", "during"):
            start = value
        if preposition in ("until", "till", "in", "during"):
            end = value
        # A bound is inclusive: before 2025 ends with 2024.
        if preposition == "after":
            start = _beside(value, 1)
        if preposition == "before":
            end = _beside(value, -1)
    return Scope(start=start, end=end)


def _beside(value: str, step: int) -> str:
    """The year, month or day `step` after an ISO date; one that no calendar has stays as it is."""
    year, month, day = (*map(int, value.split("-")), 0, 0)[:3]
    if not month:
        return f"{year + step:04d}"
    if not day:
        months = year * 12 + month - 1 + step
        return f"{months // 12:04d}-{months % 12 + 1:02d}"
    try:
        return (date(year, month, day) + timedelta(days=step)).isoformat()
    except (ValueError, OverflowError):
        return value


def statement(article: Article, wanted: Wanted) -> tuple[str, tuple[int, int]] | None:
    """What the metadata says, and the span in it that answers; None when it does not say."""
    if wanted == "list":
        parts = (article.author, article.outlet, day(article.published))
        known = ", ".join(part for part in parts if part)
        text = f"“{article.title}”{f' ({known})' if known else ''}."
        return text, (1, 1 + len(article.title))
    value = getattr(article, wanted)
    if not value:
        return None
    others = {
        "author": article.author,
        "outlet": article.outlet,
        "published": day(article.published),
    }
    rest = [other for field, other in others.items() if field != wanted and other]
    rest.append(f"{wanted} from {article.provenance.get(wanted, 'the metadata')}")
    return f"{value}: “{article.title}” ({'; '.join(rest)}).", (0, len(value))


def day(moment: str | None) -> str | None:
    """The day of an ISO date without the time, as far as it is known."""
    return moment and moment[:10]


def listed(library: Library, asked: BylineQuestion, scope: Scope, most: int) -> Sequence[Article]:
    """The articles that a list question asks for, newest first, with their texts."""
    wanted = replace(
        asked.scope,
        start=asked.scope.start or scope.start,
        end=asked.scope.end or scope.end,
        outlet=asked.scope.outlet or scope.outlet,
        article=scope.article,
    )
    found = library.bylines(wanted, limit=most)
    texts = library.articles([article.id for article in found])
    return [texts[article.id] for article in found if article.id in texts]
