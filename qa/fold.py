"""Copies count once: of passages that say the same, that of the article that stands for them stays.

Two passages of one group of copies say the same when nearly all shingles are common and each
sentence has the same numbers, dates and negations as the one most like it, and its names.
Where one word of these differs, both stay: neither is lost behind the other.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from index.library import Library
from index.passages import Passage, Scope
from index.shingles import Shingles, shared, shingles
from qa.types import Citation, Copy

# Of a passage's shingles so many stand in the other article.
COMMON = 0.8
# Copies that are named beside a quotation.
MOST_NAMED = 10
# Articles of one group with which a passage is compared.
MOST_VOICES = 8
_TOKEN = re.compile(r"[+−-]?\d[\d.,:/]*%?|[^\W\d_]+")
_TOLD = frozenset(
    "january february march april may june july august september october november december jan "
    "feb mar apr jun jul aug sep sept oct nov dec monday tuesday wednesday thursday friday "
    "saturday sunday yesterday today tomorrow zero one two three four five six seven eight nine "
    "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty thirty "
    "forty fifty sixty seventy eighty ninety hundred thousand million billion trillion dozen half "
    "quarter third first second fourth fifth twice once double triple no not never none nobody "
    "neither nor without cannot nicht kein keine nie ne pas jamais sin nunca".split()
)


@dataclass(slots=True)
class _Sentence:
    """A sentence's words, and of them what must not differ: in order, names apart."""

    words: list[str]
    told: tuple[str, ...]
    names: frozenset[str]


@dataclass(slots=True)
class _Voice:
    """An article of a group as it was first met, to compare others with."""

    article_id: str
    passages: list[Passage]
    sentences: list[_Sentence] = field(default_factory=list)
    shingled: list[Shingles] = field(default_factory=list)

    def covering(self, passage: Passage) -> list[Passage]:
        """The passages that say what `passage` of another article does; none if it does not."""
        # Once for a voice: a long one is compared with many passages of its copies.
        self.shingled = self.shingled or [shingles(each.text) for each in self.passages]
        own, every = shingles(passage.text), self.shingled
        if not len(own.distinct):
            return [p for p, each in zip(self.passages, every, strict=True)
                    if each.digest == own.digest][:1]  # fmt: skip
        chosen: list[Passage] = []
        left = set(own.distinct.tolist())
        ranked = sorted(range(len(every)), key=lambda at: -shared(own.distinct, every[at].distinct))
        for at in ranked:
            found = left & set(every[at].distinct.tolist())
            if len(found) < 0.2 * len(own.distinct):
                break
            chosen.append(self.passages[at])
            left -= found
        if len(left) > (1 - COMMON) * len(own.distinct):
            return []
        # Each once: a text may say one thing ten thousand times.
        self.sentences = self.sentences or _different(self.passages)
        if not all(self._says(sentence) for sentence in _different([passage])):
            return []
        return chosen

    def _says(self, sentence: _Sentence) -> bool:
        words = set(sentence.words)
        best = max(self.sentences, key=lambda each: (
            len(words.intersection(each.words)) / (len(words.union(each.words)) or 1),
            each.told == sentence.told,
        ))  # fmt: skip
        return best.told == sentence.told and sentence.names <= set(best.words)


def fold(
    library: Library, ranked: Sequence[tuple[int, float]], k: int, scope: Scope
) -> tuple[list[tuple[Passage, float]], bool]:
    """The first `k` different passages of `ranked` (number, score), and whether any was left out.

    What an older version of an article says is left out, unless the scope names that article.
    """
    kept: dict[int, tuple[Passage, float]] = {}
    voices: dict[str, list[_Voice]] = {}
    left_out = False
    for at in range(0, len(ranked), k):
        scores = dict(ranked[at : at + k])
        passages = library.passages(list(scores))
        if scope.article:
            return [(each, scores[each.number]) for each in passages], False
        ids = {passage.article_id for passage in passages}
        older = library.superseded(ids)
        standing = library.group_of(ids)
        for passage in passages:
            if passage.article_id in older:
                left_out = True
                continue
            group = standing[passage.article_id]
            if group not in voices and group != passage.article_id:
                first = [group] if not scope else library.within([group], scope)[:1]
                voices[group] = [_Voice(each, library.passages_of(each)) for each in first]
            said = _voiced(library, voices.setdefault(group, []), passage)
            for each in said:
                left_out |= each.number in kept or each is not passage
                kept.setdefault(each.number, (each, scores[passage.number]))
        if len(kept) >= k:
            break
    return list(kept.values())[:k], left_out


def with_copies(library: Library, citations: Sequence[Citation]) -> tuple[Citation, ...]:
    """The same citations, each with the copies of its article in which its words stand."""
    named = []
    for citation in citations:
        copies = library.also_in(citation.article_id)[: 2 * MOST_NAMED]
        articles = library.articles(copies)
        quote = _plain(citation.quote)
        named.append(replace(citation, also_in=tuple(
            Copy(copy, articles[copy].outlet, articles[copy].published)
            for copy in copies if copy in articles and quote in _plain(articles[copy].text)
        )[:MOST_NAMED]))  # fmt: skip
    return tuple(named)


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()


def _voiced(library: Library, voices: list[_Voice], passage: Passage) -> list[Passage]:
    """The passage itself, or those of an article of its group that say the same."""
    for voice in voices[:MOST_VOICES]:
        if voice.article_id == passage.article_id:
            return [passage]
        if found := voice.covering(passage):
            return found
    if len(voices) < MOST_VOICES:
        voices.append(_Voice(passage.article_id, library.passages_of(passage.article_id)))
    return [passage]


def _different(passages: Iterable[Passage]) -> list[_Sentence]:
    found = {(*each.words, "", *sorted(each.names)): each for each in _sentences(passages)}
    return list(found.values())


def _sentences(passages: Iterable[Passage]) -> Iterable[_Sentence]:
    for passage in passages:
        for start, end in passage.sentences:
            text = passage.text[start - passage.start : end - passage.start]
            tokens = [each.rstrip(".,:/") for each in _TOKEN.findall(text)]
            words = [token.casefold() for token in tokens]
            told = tuple(w for w in words if w in _TOLD or any(c.isdigit() for c in w))
            # The first word is always capital; where all are, none is a name.
            named = [token for token in tokens[1:] if token[:1].isupper() and not token.isupper()]
            yield _Sentence(words, told, frozenset(name.casefold() for name in named))
