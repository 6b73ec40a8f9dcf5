"""Questions made of sentences by leaving a phrase out, to train `index/adapter.npz` on.

A name, time, number, sum, duration or short noun phrase is left out of a sentence and becomes the
answer; what is left, from the phrase's clause, becomes the question behind a word that asks for its
kind ("What year", "How many", "Who"). Words are dropped or put in place by near ones (input
vectors of the encoder), so that the network cannot go by equal words alone (noisy clozes: Lewis,
Denoyer and Riedel, Unsupervised Question Answering by Cloze Translation, ACL 2019). The questions
are no good English, and need not be.
"""

import random
import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from corpus.article import Article
from index.minilm import MiniLM
from index.passages import Passage
from index.words import stem
from qa.question import Kind, is_function
from qa.spans import candidates_of, names

LENGTHS = (40, 400)  # letters of a sentence that is used
LONGEST = 60  # letters of an answer
A_PASSAGE = 2  # questions of one passage
NEAR = 0.45  # cosine from which a word's input vector is near another's
_CLAUSE = re.compile(
    r"[;:]|, (?=(?:and|but|while|which|who|where|although|because|with|as)\b)|\s[–—-]\s"
)
_PHRASE = re.compile(
    r"\b(?:the|a|an|of|by|as|for|with|called|into|from|his|their|its|includes?|including|was|were|"
    r"is|are|and|to|on|in)\s+((?:[a-z][a-z-]{2,}\s+){0,2}[a-z][a-z-]{3,})(?=[\s,.;])"
)
_VAGUE = frozenset(
    "both once half none twice double one second seconds third couple today summer winter "
    "fall".split()
)
_TITLES = frozenset(
    "mr mrs dr sir king queen president pope prince princess emperor general lord saint prof "
    "professor captain colonel".split()
)
# How often a kind is drawn: sums and durations are rare in the articles.
_SHARES = {"name": 1.0, "time": 1.2, "number": 1.0, "money": 2.0, "duration": 1.5, "phrase": 0.8}
_ASKING = {
    "time": ("When", "When", "On what date", "What day", "When"),
    "year": ("When", "When", "In what year", "What year", "In which year"),
    "percentage": ("What percentage of", "What percent", "What percentage"),
    "number": ("How many", "How many", "What number of", "How much"),
    "money": ("How much", "How much money", "How much did"),
    "duration": ("How long", "For how long", "How long"),
    "place": ("Where", "Where", "What city", "What country", "In what place", "What"),
    "person": ("Who", "Who", "Who", "What person", "Who"),
    "name": ("What", "Which", "What", "Who", "What is the name of", "What organization",
             "What group", "Which", "What company", "What country"),
    "phrase": ("What", "What", "What", "Which", "What type of", "What kind of", "What is"),
}  # fmt: skip
_HELPERS = (" did", " was", " is", " were", " are", " do", " does")


class Cloze(NamedTuple):
    """A question with its answer `article.text[start:end]`, which stands in a passage."""

    question: str
    passage: int
    start: int
    end: int
    answer: str


def clozes(article: Article, passages: Sequence[Passage], draw: random.Random) -> Iterator[Cloze]:
    """Up to `A_PASSAGE` questions for each passage, kinds drawn evenly."""
    for passage in passages:
        kinds: dict[str, list[tuple[int, int, int, int]]] = {}
        for start, end in passage.sentences:
            if LENGTHS[0] <= end - start <= LENGTHS[1]:
                for kind, a, b in _answers(article.text[start:end]):
                    kinds.setdefault(kind, []).append((start, end, start + a, start + b))
        for _ in range(A_PASSAGE if kinds else 0):
            kind = draw.choices(list(kinds), [_SHARES[each] for each in kinds])[0]
            start, end, first, last = draw.choice(kinds[kind])
            sentence = article.text[start:end]
            asked = _asked(sentence, first - start, last - start, kind, passage.text, draw)
            if asked:
                yield Cloze(asked, passage.number, first, last, article.text[first:last])


def _answers(sentence: str) -> Iterator[tuple[str, int, int]]:
    """What can be left out of a sentence: kind, start, end."""
    found = [("name", a, b) for a, b in names(sentence)]
    taken: list[tuple[int, int]] = []
    for kind in (Kind.TIME, Kind.MONEY, Kind.DURATION, Kind.NUMBER):
        for a, b in candidates_of(kind, sentence):
            if kind is Kind.NUMBER and any(a < y and x < b for x, y in taken):
                continue
            taken.append((a, b))
            found.append((kind.value, a, b))
    for match in _PHRASE.finditer(sentence):
        if not is_function(stem(match.group(1).split()[0])):
            found.append(("phrase", *match.span(1)))
    for kind, a, b in found:
        text = sentence[a:b]
        a, b = a + len(text) - len(text.lstrip()), b - len(text) + len(text.rstrip(" .,;"))
        text = sentence[a:b]
        short = kind == "name" and (len(text) < 3 or text[0].isdigit())
        if 0 < b - a <= LONGEST and not short and text.lower() not in _VAGUE:
            if not (
                kind == "duration" and ("centur" in text or text.startswith(("since", "unti")))
            ):
                yield kind, a, b


def _asked(
    sentence: str, start: int, end: int, kind: str, around: str, draw: random.Random
) -> str | None:
    """The question that `sentence[start:end]` answers; None where too little is left to ask."""
    low, high = 0, len(sentence)
    if draw.random() < 0.6:
        low = max([m.end() for m in _CLAUSE.finditer(sentence) if m.end() <= start], default=0)
    if draw.random() < 0.6:
        high = min(
            [m.start() for m in _CLAUSE.finditer(sentence) if m.start() >= end], default=high
        )
    if len((sentence[low:start] + sentence[end:high]).split()) < 4:
        low, high = 0, len(sentence)
    before, after = sentence[low:start].split(), sentence[end:high].strip(" .").split()
    asking = draw.choice(_ASKING[_wanted(sentence[start:end], kind, before, around)])
    most = draw.randint(7, 16)
    if len(before) + len(after) > most:
        kept = min(len(before), draw.randint(max(0, most - len(after)), most))
        before, after = before[len(before) - kept :], after[: most - kept]
    turned = draw.random() < 0.2
    said = list(_noisy(after + before if turned else before + after, draw))
    if sum(not is_function(stem(word)) for word in said) < 3:
        return None
    helped = before and not turned and kind != "number" and draw.random() < 0.5
    return f"{asking}{draw.choice(_HELPERS) if helped else ''} {' '.join(said)}?"


def _wanted(answer: str, kind: str, before: Sequence[str], around: str) -> str:
    """The row of `_ASKING` for an answer."""
    leading = before[-1].lower().strip(".") if before else ""
    if kind == "time":
        return "year" if re.fullmatch(r"(?:1\d|20)\d\d", answer) else "time"
    if kind == "number":
        return "percentage" if "%" in answer or "per" in answer else "number"
    if kind == "name":
        if leading in ("in", "at", "near"):
            return "place"
        person = 2 <= len(answer.split()) <= 3 and re.search(
            r"\b(?:he|she|his|hers?|him)\b", around
        )
        return "person" if person or leading in _TITLES else "name"
    return kind


def _noisy(words: Sequence[str], draw: random.Random) -> Iterator[str]:
    """Words with some dropped and some put in place by near ones."""
    dropped, changed = draw.choice((0, 0, 0.1, 0.25)), draw.choice((0, 0, 0.15, 0.35))
    for word in words:
        core = word.strip(".,;:()\"“”'")
        if not core:
            continue
        if is_function(stem(core)):
            if draw.random() >= 0.1:
                yield core
        elif draw.random() >= dropped:
            near = near_words()(core) if core[0].islower() and draw.random() < changed else []
            yield draw.choice(near) if near else core


@lru_cache(maxsize=1)
def near_words() -> Callable[[str], list[str]]:
    """A function from a word to those whose input vectors in the encoder are near its own."""
    from safetensors.numpy import load_file

    encoder = MiniLM()
    stored = load_file(str(encoder._folder / "model.safetensors"))
    vectors = next(v for name, v in stored.items() if "word_embeddings" in name).astype(np.float32)
    vectors -= vectors.mean(axis=0)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    numbers = encoder._tokenizer.get_vocab()
    whole = {w: n for w, n in numbers.items() if w.isalpha() and w.isascii() and len(w) > 2}
    words, rows = list(whole), np.array(list(whole.values()))

    @lru_cache(maxsize=50_000)
    def near(word: str) -> list[str]:
        if word.lower() not in whole:
            return []
        cosines = vectors[rows] @ vectors[whole[word.lower()]]
        best = [at for at in np.argsort(-cosines)[1:7] if cosines[at] > NEAR]
        return [words[at] for at in best if stem(words[at]) != stem(word)]

    return near
