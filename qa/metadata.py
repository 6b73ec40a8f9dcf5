"""Byline questions answered: the articles they are about, and what their metadata says."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from corpus.article import Article
from index.library import Library
from index.passages import Scope
from index.words import WORD
from qa import reader, reply
from qa.byline import BylineQuestion, allows, both, statement
from qa.question import Question
from qa.rerank import Evidence
from qa.rewrite import Standalone
from qa.types import Answer, Turn


class Find(Protocol):
    """Retrieve and rerank, as `Assistant` does it."""

    def __call__(
        self, standalone: Standalone, scope: Scope, *, k: int = ...
    ) -> tuple[Question, list[Evidence]]:
        """The question as it is read, and its `k` best passages."""


MOST_LISTED = 10
# An article is on a byline question's topic when it meets this much of it, and nearly the best.
ON_TOPIC = 0.5
AS_MUCH_ON_TOPIC = 0.08
# Passages that are looked at for a byline's topic, and where all articles on it are wanted.
FEW, MANY = 24, 96


def from_metadata(
    library: Library, find: Find, asked: BylineQuestion, history: Sequence[Turn], scope: Scope
) -> Answer | None:
    """What the metadata says of the articles that a byline question is about.

    None where the question turns out to be about something else: a title that is also the name of
    a book, a subject that no article has.
    """
    if asked.wanted in ("list", "count", "names") or (asked.order and not asked.articles):
        return _of_many(library, find, asked, scope)
    if asked.articles:
        articles = [each for each in _kept(library, asked.articles, scope)]
    else:
        articles = _meant(library, find, asked, history, scope)
    if not asked.sure and not any(statement(article, asked.wanted) for article in articles):
        return None
    return reply.stated(articles[:MOST_LISTED], asked.wanted)


def _of_many(library: Library, find: Find, asked: BylineQuestion, scope: Scope) -> Answer | None:
    """The answer to a question for all articles of a scope, or on a topic within it."""
    wanted = both(asked.scope, scope)
    if asked.topic:
        found = _on_topic(find, asked.topic, wanted, MANY)
        if not found:
            return None
        on_topic = {article.id for article in found}
        every = [article for article in library.bylines(wanted, limit=-1) if article.id in on_topic]
    else:
        every = library.bylines(wanted, limit=-1)
    every = [article for article in every if allows(scope, article)]
    if asked.order:
        dated = [article for article in every if article.published]
        every = [dated[0 if asked.order == "newest" else -1]] if dated else every[:3]
        if not dated:
            return reply.undated(_with_texts(library, every))
    if asked.wanted == "names":
        return reply.named(*_first_of_each(library, every, asked), MOST_LISTED)
    shown = _with_texts(library, every[:MOST_LISTED])
    if asked.wanted == "count":
        return reply.counted(shown, len(every))
    return reply.stated(shown, asked.wanted, more=len(every) - len(shown))


def _first_of_each(
    library: Library, articles: Sequence[Article], asked: BylineQuestion
) -> tuple[list[tuple[str, int, Article]], int]:
    """Each name with its number of articles and the newest of them, most articles first."""
    having: dict[str, list[Article]] = {}
    for article in articles:
        for name in filter(None, (getattr(article, asked.field) or "").split(", ")):
            having.setdefault(name, []).append(article)
    ranked = sorted(having.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    shown = ranked[:MOST_LISTED]
    texts = library.articles([each[0].id for _, each in shown])
    found = [(name, len(of), texts[of[0].id]) for name, of in shown if of[0].id in texts]
    return found, len(ranked)


def _meant(
    library: Library, find: Find, asked: BylineQuestion, history: Sequence[Turn], scope: Scope
) -> list[Article]:
    """The articles that a byline question is about, the best first."""
    if scope.article:
        return _kept(library, [scope.article], scope)
    before = history[-1].answer if history else None
    if not WORD.search(asked.topic) and isinstance(before, Answer):
        cited = before.citations or before.nearest
        return _kept(library, [each.article_id for each in cited[:1]], scope)
    subject = asked.topic if WORD.search(asked.topic) else ""
    if not subject and history:
        subject = history[-1].question
    if not WORD.search(subject):
        return []
    wanted = both(asked.scope, scope)
    return [a for a in _on_topic(find, subject, wanted, FEW) if allows(scope, a)]


def _kept(library: Library, ids: Sequence[str], scope: Scope) -> list[Article]:
    """Those of these articles that the flags allow, with their texts."""
    found = library.articles(ids)
    if not scope:
        return [found[each] for each in ids if each in found]
    inside = {each.id for each in library.bylines(replace(scope, article=None), limit=-1)}
    return [
        found[each]
        for each in ids
        if each in found and each in inside and scope.article in (None, each)
    ]


def _with_texts(library: Library, articles: Sequence[Article]) -> list[Article]:
    texts = library.articles([article.id for article in articles])
    return [texts[article.id] for article in articles if article.id in texts]


def _on_topic(find: Find, subject: str, scope: Scope, k: int) -> list[Article]:
    """The articles about a subject, the best first."""
    topic, evidence = find(Standalone(subject), scope, k=k)
    best: dict[str, tuple[float, Article]] = {}
    for item in evidence:
        article = item.hit.article
        score = reader.topicality(topic, item)
        if article.id not in best or best[article.id][0] < score:
            best[article.id] = (score, article)
    ranked = sorted(best.values(), key=lambda pair: -pair[0])
    bar = max(ON_TOPIC, ranked[0][0] - AS_MUCH_ON_TOPIC) if ranked else 0.0
    return [article for score, article in ranked if score >= bar]
