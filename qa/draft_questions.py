"""A library's articles -> drafts of questions about them, for a person to edit.

A cloze question is a sentence of an article with a number, a day or a name taken out. It has the
article's own words, so it is easier than what people ask: the drafts compare two settings well and
flatter both. Every fifth is asked with its article withheld, so that nothing answers it. Only
English sentences are turned into questions.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from typing import Any

from corpus.article import Article
from index.library import Library
from index.sentences import sentences
from index.words import words
from qa.features import starts_with_pronoun
from qa.question import is_function

Draft = dict[str, Any]

# One of these is tried for each article in turn, then the next.
_TURNS = ("cloze", "headline", "cloze", "byline")
_WITHHELD_EVERY = 5
_SHORTEST, _LONGEST = 8, 32  # words of a sentence that makes a question
_MONTH = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December)"
)
_NAME = (
    r"(?:(?:Dr|Mr|Mrs|Ms|Prof|Sir|Dame)\.? )?"
    r"[A-Z][\w’'-]+(?: (?:(?:de|van|von|el|al|bin) )?[A-Z][\w’'-]+)+"
)
_SAID = r"(?:said|says|told|added|explained|warned|argued|wrote)"
# What is taken out is the group `out`; the kind of question and what stands in its place.
_GAPS = (
    ("quote", "who", re.compile(rf"[”\"],? {_SAID} (?P<out>{_NAME})")),
    ("quote", "who", re.compile(rf"[”\"],? (?P<out>{_NAME}),? {_SAID}\b")),
    ("who", "who", re.compile(rf"\b(?:{_SAID}|by|named|against|led by) (?P<out>{_NAME})")),
    ("who", "who", re.compile(rf"(?P<out>\b(?:Dr|Mr|Mrs|Ms|Prof)\.? {_NAME})")),
    (
        "how_many",
        "how many",
        re.compile(
            r"(?<![\w.,$€£-])(?P<out>(?!(?:19|20)\d\d\b)\d{1,3}(?:,\d{3})+|(?!(?:19|20)\d\d\b)\d+)"
            r" (?P<noun>(?!per\b|percent\b|and\b|or\b|to\b|of\b|in\b|at\b)[a-z]{3,})"
        ),
    ),
    (
        "when",
        "when",
        re.compile(
            rf"\b(?:in|on) (?P<out>(?:\d{{1,2}} )?{_MONTH}(?: \d{{1,2}}(?!\d))?(?:,? \d{{4}})?|"
            r"(?:19|20)\d\d)(?![\w-])"
        ),
    ),
)


def draft(library: Library, count: int) -> list[Draft]:
    """At most `count` lines of questions.jsonl from the library's articles, always the same ones.

    Articles are taken in an order that is chance to them, as many as are needed; from each as many
    questions as the others cannot give.
    """
    ids = [article.id for article in library.bylines(limit=-1)]
    ids = sorted(ids, key=lambda each: hashlib.sha256(each.encode()).digest())[:count]
    articles = library.articles(ids)
    waiting = [_Drafts(articles[each]) for each in ids if each in articles]
    lines: list[Draft] = []
    known: set[str] = set()
    turn = 0
    while waiting and len(lines) < count:
        left = []
        for position, drafts in enumerate(waiting):
            line = drafts.next(_TURNS[(turn + position) % len(_TURNS)])
            if line is None:
                continue
            left.append(drafts)
            if len(lines) % _WITHHELD_EVERY == _WITHHELD_EVERY - 1:
                line = _withheld(library, drafts, line, known)
            if line["question"] in known:
                continue
            known.add(line["question"])
            lines.append(line)
            if len(lines) == count:
                break
        waiting, turn = left, turn + 1
    return lines


class _Drafts:
    """The questions that one article gives, by kind of draft."""

    def __init__(self, article: Article) -> None:
        self.article = article
        self._left: Mapping[str, Iterator[Draft]] = {
            "cloze": cloze(article),
            "headline": headline(article),
            "byline": byline(article),
        }

    def next(self, wanted: str) -> Draft | None:
        """The next draft, of the wanted sort if there is one; None when there is no more."""
        for sort in (wanted, *self._left):
            line = next(self._left[sort], None)
            if line is not None:
                return line
        return None


def cloze(article: Article) -> Iterator[Draft]:
    """A question for each sentence that has a number, a day or a name to ask for."""
    for start, end in sentences(article.text):
        sentence = article.text[start:end]
        fits = _SHORTEST <= len(sentence.split()) <= _LONGEST and sentence.endswith((".", "”", '"'))
        if not fits or "\n" in sentence or starts_with_pronoun(sentence):
            continue
        for kind, asked, gap in _GAPS:
            found = gap.search(sentence)
            if found and not _numbers_a_name(sentence, found):
                yield _line(_question(sentence, found, asked), _accepted(found), article, kind)
                break


def _numbers_a_name(sentence: str, found: re.Match[str]) -> bool:
    """Whether what was found is the number of a thing, as in "Line 7 itself"."""
    before = sentence[: found.start("out")].split()
    named = bool(before) and before[-1][:1].isupper() and not is_function(before[-1].lower())
    return found["out"].isdigit() and named


def _question(sentence: str, found: re.Match[str], asked: str) -> str:
    start, end = found.span("out")
    before, after = sentence[:start], sentence[end:].rstrip(".”\"’' ")
    if asked == "when":
        before = re.sub(r"\b(?:[Ii]n|[Oo]n) $", "", before)
    question = f"{before}{asked}{after}?"
    return question[:1].upper() + question[1:]


def _accepted(found: re.Match[str]) -> list[str]:
    answer = found["out"]
    if noun := found.groupdict().get("noun"):
        # A lone digit stands in many a number.
        return [f"{answer} {noun}", answer] if len(answer) > 1 else [f"{answer} {noun}"]
    bare = re.sub(r"^(?:Dr|Mr|Mrs|Ms|Prof|Sir|Dame)\.? ", "", answer)
    return [answer, bare] if bare != answer else [answer]


def headline(article: Article) -> Iterator[Draft]:
    """What stands under the headline, for which the first whole sentence is accepted."""
    for start, end in sentences(article.text):
        sentence = article.text[start:end]
        if len(sentence.split()) >= _SHORTEST and "\n" not in sentence:
            question = f"What happened: {article.title.rstrip('.?! ')}?"
            yield _line(question, [sentence], article, "headline")
            return


def byline(article: Article) -> Iterator[Draft]:
    """Who wrote it, where that is known."""
    if article.author:
        authors = article.author.split(", ")
        yield _line(f"Who wrote the article “{article.title}”?", authors, article, "byline")


def _withheld(library: Library, drafts: _Drafts, line: Draft, known: set[str]) -> Draft:
    """A cloze question of the article with the article withheld, if only this article answers.

    Else `line` as it is; `known` are the questions that there are.
    """
    article = drafts.article
    for each in (line, *cloze(article)):
        is_new = each["question"] not in known and each["kind"] not in ("headline", "byline")
        if is_new and _only_here(library, article, each["answers"][0]):
            withheld: Draft = {"answers": [], "article": None, "kind": "withheld"}
            return each | withheld | {"without": article.source}
    return line


def _only_here(library: Library, article: Article, answer: str) -> bool:
    """Whether some word of `answer` is in no other article's text."""
    texts = [set(words(passage.text)) for passage in library.passages_of(article.id)]
    return any(
        count == sum(word in text for text in texts)
        for word, count in library.frequencies(words(answer)).items()
    )


def _line(question: str, answers: list[str], article: Article, kind: str) -> Draft:
    return {
        "question": question,
        "answers": answers,
        "article": article.source,
        "kind": kind,
        "history": [],
    }
