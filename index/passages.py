"""Article -> passages: runs of whole sentences that fit the encoder's window.

A passage never leaves its article's text: `article.text[start:end] == text`, always.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from corpus.article import Article
from index.encoder import Encoder, Offsets
from index.sentences import sentences


@dataclass(frozen=True, slots=True)
class Passage:
    """A run of whole sentences of one article.

    `number` is its key in the library, growing in order of arrival; `start`, `end` and the
    `sentences` (start, end) count code points of the article's text.
    """

    number: int
    article_id: str
    start: int
    end: int
    text: str
    sentences: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Scope:
    """Which articles a question is asked of; None leaves a bound open.

    `start` and `end` are inclusive ISO dates, compared with `published` as far as both are known;
    undated articles are outside any bound. `outlet` and `author` match without case or diacritics
    as a part of the field; `article` is an id. `until` is a last day of publication that undated
    articles are within: what is not known to be later is not left out.
    """

    start: str | None = None
    end: str | None = None
    outlet: str | None = None
    author: str | None = None
    article: str | None = None
    until: str | None = None

    def __bool__(self) -> bool:
        """Whether it bounds anything."""
        bounds = (self.start, self.end, self.outlet, self.author, self.article, self.until)
        return any(bounds)


EVERYTHING = Scope()


# Tuned on squad-open (TOKENS over 96..222, OVERLAP over 0..2).
TOKENS = 180
OVERLAP = 1
# A run without white space can be one token however long it is; nobody reads a longer sentence.
LONGEST = 2_000
# Raise it with every change here or in `index.sentences` that splits any text in another way, and
# with a release of syntok that does: the next sync then splits and embeds each article anew.
SPLITTING = 1


def made_by(encoder: Encoder) -> dict[str, str]:
    """What a library keeps of how its passages were made; `splitter` and `encoder` tell it apart.

    `encoder_name` is what `load_encoder` makes the encoder of again.
    """
    return {
        "encoder": encoder.fingerprint,
        "encoder_name": getattr(encoder, "name", ""),
        "dim": str(encoder.dim),
        "splitter": f"{SPLITTING} {TOKENS} {OVERLAP} {LONGEST}",
    }


def split(article: Article, encoder: Encoder) -> list[Passage]:
    """The passages of an article in order, numbered 0 until the library numbers them.

    Each holds as many whole sentences as fit `TOKENS`, and begins with the last sentence of the
    one before; a sentence that does not fit is cut between words. Every character of the text
    that is not white space lies in at least one passage.
    """
    spans = [
        piece
        for start, end in sentences(article.text)
        for piece in _at_most(article.text, start, end, LONGEST)
    ]
    offsets = encoder.tokens([article.text[start:end] for start, end in spans])
    fitting: list[tuple[int, int, int]] = []
    for (start, end), tokens in zip(spans, offsets, strict=True):
        fitting.extend(_cut(article.text, start, end, tokens))
    passages: list[Passage] = []
    first = 0
    while first < len(fitting):
        last, used = first, fitting[first][2]
        while last + 1 < len(fitting) and used + fitting[last + 1][2] <= TOKENS:
            last += 1
            used += fitting[last][2]
        start, end = fitting[first][0], fitting[last][1]
        inside = tuple((a, b) for a, b, _ in fitting[first : last + 1])
        passages.append(Passage(0, article.id, start, end, article.text[start:end], inside))
        if last + 1 == len(fitting):
            break
        # The overlap must leave room for at least one new sentence, or it would never end.
        overlap = OVERLAP if last - first >= OVERLAP else 0
        while overlap and sum(n for *_, n in fitting[last + 1 - overlap : last + 2]) > TOKENS:
            overlap -= 1
        first = last + 1 - overlap
    return passages


def _at_most(text: str, start: int, end: int, length: int) -> Iterator[tuple[int, int]]:
    """A span in pieces of at most `length` characters, between words where there are any."""
    while end - start > length:
        space = text.rfind(" ", start + 1, start + length)
        cut = space if space > 0 else start + length
        yield start, cut
        start = cut + 1 if space > 0 else cut
    if end > start:
        yield start, end


def _cut(text: str, start: int, end: int, tokens: Offsets) -> Iterator[tuple[int, int, int]]:
    """A sentence as (start, end, tokens), in pieces between words where it exceeds the window."""
    first = 0
    while len(tokens) - first > TOKENS:
        last = first + TOKENS
        # A token that follows the one before it without white space continues a word.
        while last > first + 1 and tokens[last][0] == tokens[last - 1][1]:
            last -= 1
        if last == first + 1:
            last = first + TOKENS
        # What stands before the first token is no token, and is text all the same.
        begin = start + int(tokens[first][0]) if first else start
        following = start + int(tokens[last][0])
        yield begin, begin + len(text[begin:following].rstrip()), last - first
        first = last
    begin = start if first == 0 else start + int(tokens[first][0])
    yield begin, end, len(tokens) - first


def context(article: Article, passage: Passage) -> str:
    """The text that is embedded for a passage: the article's title, then the passage."""
    return f"{article.title[:200]}\n{passage.text}"
