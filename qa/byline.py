"""Questions about the byline itself: who wrote it, when, where, and what else is there.

"Who wrote about the inquiry?", "when was it published?", "what is there by Lindqvist since March?",
"how many articles are from the Courier?" are answered from the metadata, each with where it came
from, and cite the article's first sentence. Rules for English; `qa.byline_forms` has the forms.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from corpus.article import Article
from index.passages import Scope
from index.words import fold, words
from qa.byline_forms import (
    ABOUT,
    FILLER,
    LIST,
    OF_ARTICLES,
    ORDERED,
    OUTLET,
    PIECE,
    WHOLE,
    WROTE,
    Wanted,
    alternatives,
)
from qa.days import ANY, RELATIVE
from qa.question import is_function
from qa.titles import Titles, by_title, plain
from qa.when import When, understand

Field = Literal["author", "outlet"]
Names = Callable[[Field], list[str]]
Order = Literal["", "oldest", "newest"]
_FIELDS: tuple[Field, ...] = ("author", "outlet")
# "since March" and "until May": a question names two dates at most.
_DATES = 2
_FROM_WHOM = re.compile(rf"\b(?:from|by) (?=the )(?!{ANY}\b)", re.IGNORECASE)
_BEFORE_DATES = r"(?:since|after|from|before|until|till|in|during|on|between|by)"


@dataclass(frozen=True, slots=True)
class BylineQuestion:
    """What is wanted of the byline; `topic` is the rest of the question, "" when it is "it".

    `names` are wanted of a `field`. With an `order` the oldest or newest article alone is meant.
    `articles` are the ids of those whose title is given; where that is not `sure`, a byline that
    does not say is no answer. `second` is whether it answers only where the articles do not.
    """

    wanted: Wanted
    topic: str
    scope: Scope
    field: Field = "outlet"
    order: Order = ""
    articles: tuple[str, ...] = ()
    sure: bool = True
    second: bool = False


def recognise(
    text: str, names: Names, today: date, titles: Titles = lambda: ()
) -> BylineQuestion | None:
    """The byline question that `text` asks, or None for a question about what articles say.

    `names` gives the library's authors or outlets, which "by Lindqvist" is looked up in, `titles`
    the id and title of each article; times are counted from `today`.
    """
    if named := by_title(text, titles):
        found = _of_articles(named.text, today)
        if found and not found.topic:
            return replace(found, articles=named.articles, sure=named.sure)
    return _of_articles(text, today) or _whole(text, names, today) or _list(text, names, today)


def _of_articles(text: str, today: date) -> BylineQuestion | None:
    """A question about the byline of one article, or of those on a topic."""
    ordered = ORDERED.search(text)
    text = ORDERED.sub("the ", text)
    for wanted, form in OF_ARTICLES:
        found = form.search(text)
        if not found:
            continue
        topic = f"{text[: found.start()]} {text[found.end() :]} {_topic_within(found.group())}"
        # "The story about the fire in March": the fire's month, not the story's.
        scope = Scope()
        if wanted not in ("published", "modified"):
            scope, topic = _bounds(topic, today, demanded=False)
        else:
            topic = _bounds(topic, today, demanded=False)[1]
        topic = topic.strip(" ?.!,")
        # "Which outlet published it?": what the turn before spoke of.
        told = any(not is_function(word) for word in words(topic))
        return BylineQuestion(wanted, topic if told else "", scope, order=_order(ordered, "order"))
    return None


def _topic_within(matched: str) -> str:
    """What the matched words themselves say of the subject ("the tram story")."""
    plainly = re.sub(
        rf"\b(?:who|whom|when|where|which|what|whose|was|were|did|is|are|the|this|that|it|of|wrote|"
        rf"written|reported|covered|authored|penned|filed|behind|first|day|month|year|tell|me|name|"
        rf"published|posted|printed|about|on|in|author|writer|reporter|journalist|publish|post|run|"
        rf"write|appear|come|out|updated|modified|edited|changed|revised|last|"
        rf"has|have|had|{PIECE}|{OUTLET}|news|ran|carried|s|by|date|publication)\b",
        " ",
        matched,
        flags=re.IGNORECASE,
    )
    return " ".join(plainly.split())


def _whole(text: str, names: Names, today: date) -> BylineQuestion | None:
    """A question about what the library holds that says nothing else."""
    for wanted, form in WHOLE:
        found = form.match(text)
        if not found:
            continue
        groups = found.groupdict()
        order = _order(found, "order", "rank")
        tail = f"{groups.get('head') or ''} {found['tail']}".strip(" ?.!")
        if re.search(r"\b(?:about|on)$", tail):
            return None  # "What is the newest article about?"
        scope, rest = _bounds(tail, today)
        scope, rest, topic = _by(rest, names, scope)
        said = set(plain(rest).split()) - FILLER
        if said:
            continue
        bare = not (order or scope or topic)
        if wanted == "list" and bare:
            continue
        field: Field = "author" if groups.get("authors") else "outlet"
        return BylineQuestion(wanted, topic, scope, field, order)
    return None


def _list(text: str, names: Names, today: date) -> BylineQuestion | None:
    """A question for the articles of somebody or of a time, however it is put."""
    if not LIST.search(text):
        return None
    dates, rest = _bounds(text, today)
    scope, _, topic = _by(rest, names, dates)
    second = bool(topic and scope.author and WROTE.search(text))
    return BylineQuestion("list", topic, scope, second=second) if scope else None


def _order(found: re.Match[str] | None, *groups: str) -> Order:
    said = alternatives(found, *groups).lower() if found else ""
    if not said:
        return ""
    return "oldest" if said in ("oldest", "earliest") else "newest"


def _by(text: str, names: Names, scope: Scope) -> tuple[Scope, str, str]:
    """The scope narrowed to whom the text names, and the text without them, and its topic.

    "About the Courier" names a topic; "about the strike by Finch" a topic and an author.
    """
    about = ABOUT.search(text)
    head, topic = (text[: about.start()], text[about.end() :]) if about else (text, "")
    for field in _FIELDS:
        found = _named(head, names(field), field)
        if found and (name := found[0]):
            scope, head = _narrowed(scope, field, name), found[1]
        elif topic and (
            found := _named(topic, names(field), field, behind=r"\b(?:by|from|in|of) ")
        ):
            scope, topic = _narrowed(scope, field, found[0]), found[1]
    return scope, head, topic.strip(" ?.!,")


def _narrowed(scope: Scope, field: Field, name: str) -> Scope:
    return replace(scope, author=name) if field == "author" else replace(scope, outlet=name)


def _named(
    text: str, values: list[str], field: Field, behind: str = r"\b"
) -> tuple[str, str] | None:
    """The longest name that stands in the text, and the text without it."""
    said = f" {plain(text)} "
    best: tuple[int, str, str] | None = None
    for value in values:
        for name in value.split(", "):
            whole = plain(name)
            last = plain(name.split()[-1]) if name.split() else ""
            if field == "outlet" and f" the {last} " not in said:
                last = ""  # "in Ferrier" is no Daily Ferrier
            for form in (whole, whole.removeprefix("the "), last):
                if len(form) > 2 and f" {form} " in said and (not best or len(form) > best[0]):
                    place = re.compile(
                        behind + r"(?:the )?" + r"[\W_]+".join(form.split()) + r"\b(?:[’']s)?"
                    )
                    rest = place.sub(" ", _folded(text))
                    if rest != _folded(text):
                        best = (len(form), name, rest)
    return best[1:] if best else None


def _folded(text: str) -> str:
    """The words of `text` as names are compared, with the punctuation between them."""
    return re.sub(r"[^\W_]+", lambda word: plain(word.group()), text)


def _bounds(text: str, today: date, *, demanded: bool = True) -> tuple[Scope, str]:
    """The dates of publication that a text names, and the text without them.

    Unless they are `demanded`, those of an event ("the election of 2020") are left in it.
    """
    start = end = None
    # "From the Courier in 2024" is no time that begins with something of 2024.
    text = _FROM_WHOM.sub("of ", text)
    for _ in range(_DATES):
        when = understand(text, today)
        if not when.bounded or not (demanded or _says_when(text, when)):
            break
        start, end, text = _later(start, when.start), _earlier(end, when.end), when.rest
    return Scope(start=start, end=end), text


def _says_when(text: str, when: When) -> bool:
    said = re.escape(when.said)
    return bool(
        re.search(rf"\b{_BEFORE_DATES}\s+(?:the\s+)?{said}", text, re.IGNORECASE)
        or re.fullmatch(RELATIVE, when.said, re.IGNORECASE)
    )


def _later(one: str | None, other: str | None) -> str | None:
    return max(filter(None, (one, other)), default=None)


def _earlier(one: str | None, other: str | None) -> str | None:
    # "~" sorts behind every digit: 2024 ends after 2024-03.
    return min(filter(None, (one, other)), key=lambda bound: f"{bound}~", default=None)


def both(asked: Scope, flags: Scope) -> Scope:
    """Where both may look; where each names another outlet or author, the one that was asked for.

    What that leaves out is `allows`'s to say.
    """
    return Scope(
        _later(asked.start, flags.start),
        _earlier(asked.end, flags.end),
        asked.outlet or flags.outlet,
        asked.author or flags.author,
        flags.article,
        flags.until,
    )


def allows(flags: Scope, article: Article) -> bool:
    """Whether an article has the outlet and the author of the flags."""
    pairs = ((flags.outlet, article.outlet), (flags.author, article.author))
    return all(not name or fold(name) in fold(value or "") for name, value in pairs)


def statement(article: Article, wanted: Wanted) -> tuple[str, tuple[int, int]] | None:
    """What the metadata says, and the span in it that answers; None when it does not say."""
    if wanted in ("list", "count", "names"):
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
