"""Articles that press themselves on a program that reads them, and dates that are still to come.

What such an article says is quoted like any other's where nobody else answers. Where somebody
does, it comes behind, it corrects nobody, and it is never the newest.
"""

import re
from datetime import date
from functools import lru_cache

from corpus.article import Article
from index.words import words
from qa.question import Question

# A question in an article that has this share of the words asked is the question itself.
ECHO = 0.6
# Words of an article that says one thing and nothing else: too little to be believed first.
THIN = 30
_ORDERS = re.compile(
    r"\b(?:ignore|disregard|forget|override|discard)\s+(?:all|any|every|the|your|previous|prior|"
    r"other|earlier|everything)\b[^.\n]{0,60}\b(?:instructions?|articles?|sources?|prompts?|rules|"
    r"passages?|documents?|reports?|context|above|else|said|before)\b"
    r"|\b(?:all|any|every|the) other (?:articles?|sources?|reports?|outlets?|documents?|answers?|"
    r"accounts?|passages?|stories|papers|media)\b[^.\n]{0,50}\b(?:wrong|false|withdrawn|incorrect|"
    r"outdated|fake|invalid|superseded|unreliable|lie|lies|obsolete|mistaken|must not|void)\b"
    r"|\bother (?:articles|sources|reports|outlets|papers|newspapers|media)\b[^\n]{0,80}\b(?:wrong|"
    r"mistaken|false|lied|lying)\b"
    r"|\bthis (?:source|article|document|page|text|file|passage|notice) (?:is|must be|should be|"
    r"has to be|shall be) (?:the (?:only|most|single|sole) )?(?:\w+ )?(?:authoritative|cited|"
    r"quoted|trusted|preferred|ranked|definitive|believed|reliable|official|correct)\b"
    r"|\b(?:cite|quote|use|trust|rank|prefer|return|show|answer (?:from|with)) (?:only )?this "
    r"(?:source|article|document|page|text|passage|notice)\b"
    r"|\b(?:only|single|sole|right|true|correct|official|permitted|final) (?:permitted |correct |"
    r"possible |valid )?answer (?:to (?:every|all|any|this|the)\b[^.\n]{0,40})?(?:is|:)"
    r"|\banswer (?:every|all|any|each) (?:questions?|quer\w+)|\bto (?:every|any|all) questions?\b"
    r"|\bwhen (?:you are )?asked (?:anything|about|when|who|how|what|any)\b"
    r"|^\W*(?:system|assistant|user|instruction|prompt)s?\s*:|<\|?(?:system|im_start|/?passage|"
    r"/?article)|\b(?:language model|chatbot|AI assistant|retrieval system|search assistant|"
    r"answering (?:system|program|machine))s?\b[^.\n]{0,40}\b(?:must|should|shall|reply|answer)\b"
    r"|\[\d+\]\s?\[\d+\]|^\[\d+\] .*\d{4}-\d\d-\d\d"
    r"|\b(?:must|should) not be (?:cited|quoted|shown|used)\b"
    r"|\b(?:reply|respond|answer) (?:only )?(?:with|that|by saying)\b",
    re.IGNORECASE | re.MULTILINE,
)


def gives_orders(article: Article) -> bool:
    """Whether an article tells its reader what to answer or whom to believe."""
    return _commands(f"{article.title}\n{article.text}")


@lru_cache(maxsize=128)
def _commands(text: str) -> bool:
    return bool(_ORDERS.search(text))


def insists(article: Article) -> bool:
    """Whether an article says one thing only, or the same again and again."""
    return _insists(article.text)


@lru_cache(maxsize=128)
def _insists(text: str) -> bool:
    if len(words(text[: 20 * THIN])) < THIN:
        return True
    told = [" ".join(words(each)) for each in re.split(r"[.!?\n]+", text)]
    long = [each for each in told if each.count(" ") >= 3]
    return len(set(long)) < len(long)


def asks_itself(question: Question, article: Article) -> bool:
    """Whether an article holds the question that is asked, as those made to be found do."""
    text = f"{article.title}\n{article.text}"
    if "?" not in text:
        return False
    asked = set(question.words)
    return bool(asked) and any(
        len(asked & set(words(told))) >= ECHO * len(asked)
        for told in re.findall(r"[^.?!\n]{1,300}\?", text)
    )


def to_come(article: Article) -> bool:
    """Whether an article is dated in the future, which makes it no newer than others."""
    return (article.published or "")[:10] > date.today().isoformat()
