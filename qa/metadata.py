"""Byline questions answered: the articles they are about, and what their metadata says."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from corpus.article import Article
from index.library import Library
from index.passages import Scope
from index.words import WORD
from qa import byline, reader, reply
from qa.question import Question
from qa.rerank import Evidence
from qa.rewrite import Standalone
from qa.types import Answer, Turn

Find = Callable[[Standalone, Scope], tuple[Question, list[Evidence]]]

MOST_LISTED = 10
# An article is on a byline question's topic when it meets this much of it, and nearly the best.
ON_TOPIC = 0.5
AS_MUCH_ON_TOPIC = 0.06


def from_metadata(
    library: Library,
    find: Find,
    asked: byline.BylineQuestion,
    history: Sequence[Turn],
    scope: Scope,
) -> Answer:
    """What the metadata says of the articles that a byline question is about."""
    if asked.wanted == "list":
        articles = byline.listed(library, asked, scope, MOST_LISTED)
    else:
        articles = _on_topic(library, find, asked, history, scope)
    return reply.stated(articles, asked.wanted)


def _on_topic(
    library: Library,
    find: Find,
    asked: byline.BylineQuestion,
    history: Sequence[Turn],
    scope: Scope,
) -> list[Article]:
    """The articles that a byline question is about, the best first."""
    if scope.article:
        return [library.article(scope.article)]
    before = history[-1].answer if history else None
    if not WORD.search(asked.topic) and isinstance(before, Answer):
        cited = before.citations or before.nearest
        return list(library.articles([each.article_id for each in cited[:1]]).values())
    subject = asked.topic if WORD.search(asked.topic) else ""
    if not subject and history:
        subject = history[-1].question
    if not WORD.search(subject):
        return []
    bounds = replace(
        scope, start=scope.start or asked.scope.start, end=scope.end or asked.scope.end
    )
    topic, evidence = find(Standalone(subject), bounds)
    best: dict[str, tuple[float, Article]] = {}
    for item in evidence:
        article = item.hit.article
        score = reader.topicality(topic, item)
        if article.id not in best or best[article.id][0] < score:
            best[article.id] = (score, article)
    ranked = sorted(best.values(), key=lambda pair: -pair[0])
    bar = max(ON_TOPIC, ranked[0][0] - AS_MUCH_ON_TOPIC) if ranked else 0.0
    return [article for score, article in ranked if score >= bar][:MOST_LISTED]
