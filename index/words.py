"""Words as the word index counts them: lower case, without diacritics, stemmed.

What FTS5 indexes is already folded here, and a question's words are folded by the same function,
so that a frequency and the index can never mean two different words. Chinese and Japanese are
written without spaces: each character is a word there, and so is each pair of neighbours.

Changing what this module returns changes every index: raise `index.schema.SCHEMA` with it.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

WORD = re.compile(r"[^\W_]+")
UNSPACED = (
    "\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"
)
_CHARACTER = re.compile(f"[{UNSPACED}]")
_PIECE = re.compile(rf"(?:(?![{UNSPACED}])[^\W_])+|[^\W_]")


@lru_cache(maxsize=1)
def _stemmer() -> Any:
    import Stemmer

    return Stemmer.Stemmer("porter", 0)


def fold(text: str) -> str:
    """`text` without case and diacritics: `Élections` -> `elections`."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c))


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """One word, folded: `Élections` -> `elect`; never empty and never with white space."""
    folded = "".join(fold(word).split()) or word
    return str(_stemmer().stemWord(folded)) or folded


def words(text: str) -> list[str]:
    """The folded words of `text` in order; `北京` gives `北`, `京` and `北京`."""
    if not _CHARACTER.search(text):
        return [stem(match.group()) for match in WORD.finditer(text)]
    result: list[str] = []
    before = -1  # where the unspaced character just seen ended
    for start, end, word in word_spans(text):
        result.append(word)
        unspaced = _CHARACTER.match(text, start) is not None
        if unspaced and before == start:
            result.append(stem(text[start - 1 : end]))
        before = end if unspaced else -1
    return result


def word_spans(text: str) -> Iterator[tuple[int, int, str]]:
    """Start, end and folded form of each word of `text`; none overlaps another."""
    for match in (_PIECE if _CHARACTER.search(text) else WORD).finditer(text):
        yield match.start(), match.end(), stem(match.group())
