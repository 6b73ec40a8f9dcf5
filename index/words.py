"""Words as the word index counts them: lower case, without diacritics, stemmed.

The same steps as the FTS5 tokenizer `porter unicode61 remove_diacritics 2`, so that document
frequencies kept beside the index belong to the same words; where the two stemmers differ, only a
frequency is off, never a hit.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

WORD = re.compile(r"[^\W_]+")


@lru_cache(maxsize=1)
def _stemmer() -> Any:
    import Stemmer

    return Stemmer.Stemmer("porter", 0)


@lru_cache(maxsize=200_000)
def stem(word: str) -> str:
    """One word, folded: `Élections` -> `elect`."""
    decomposed = unicodedata.normalize("NFKD", word.casefold())
    folded = "".join(c for c in decomposed if not unicodedata.combining(c))
    return str(_stemmer().stemWord(folded))


def words(text: str) -> list[str]:
    """The folded words of `text` in order."""
    return [stem(match.group()) for match in WORD.finditer(text)]


def word_spans(text: str) -> Iterator[tuple[int, int, str]]:
    """Start, end and folded form of each word of `text`."""
    for match in WORD.finditer(text):
        yield match.start(), match.end(), stem(match.group())
