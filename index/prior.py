"""How common a word is before any article is read: the prior that steadies a small library's idf.

Five articles about one bridge make "bridge" look like a function word and "the" like a rare one
until enough passages are counted; so counts are blended with the shares of `prior.txt`, which
`benchmarks/make_prior.py` derives from the encoder's vocabulary.
"""

import math
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

# The prior counts as this many passages (tuned on news-tune, over 50..5,000).
WEIGHT = 500
# Share of passages that hold a word of which the prior knows nothing.
RARE = 0.0002


@lru_cache(maxsize=1)
def _shares() -> dict[str, float]:
    lines = Path(__file__).with_name("prior.txt").read_text("utf-8").split("\n")
    return {word: float(share) for share, word in (line.split(" ") for line in lines if line)}


def idf(frequencies: Mapping[str, int], passages: int) -> dict[str, float]:
    """`-ln` of the share of passages expected to hold each folded word, from 0.1 to about 9.

    `frequencies` counts the library's passages that hold the word, `passages` all of them.
    """
    shares = _shares()
    result = {}
    for word, count in frequencies.items():
        expected = (count + WEIGHT * shares.get(word, RARE)) / (passages + WEIGHT)
        result[word] = -math.log(min(expected, 0.9))
    return result


def is_known(word: str) -> bool:
    """Whether a folded word is among the common words of English that the prior holds."""
    return word in _shares()
