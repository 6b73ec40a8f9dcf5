"""Text -> shingles, the runs of three words by which two texts are compared.

Words stand here without case and punctuation, so that a copy that was typeset anew is a
copy. Chinese and Japanese have no spaces: there a shingle is a run of five characters, which is
about three words. Jaccard and containment are exact on 64-bit hashes of the shingles; MinHash
(Broder 1997) estimates them, and its bands and a sample find those worth comparing.
"""

import hashlib
import re
import unicodedata
import zlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.words import UNSPACED

Hashes = NDArray[np.uint64]
Signature = NDArray[np.uint32]

WORDS = 3
CHARACTERS = 5
# Shorter texts have too few shingles to tell a copy from a text of the same form.
FEWEST = 20
PERMUTATIONS = 128
BANDS = 32
# Of eight shingles one is a key as well, and of a long text the 64 lowest: a text and a longer one
# that holds it share keys, where the few bands of so different a pair would not meet.
SAMPLE = 8
MOST_SAMPLED = 64
_TOKEN = re.compile(rf"[{UNSPACED}]|(?:(?![{UNSPACED}])[^\W_])+")
_UNSPACED = re.compile(f"[{UNSPACED}]")
_BLOCK = 512  # so many hashes times 128 stay in a processor's cache


@dataclass(frozen=True, slots=True)
class Shingles:
    """`digest` is equal for equal words; `run` holds the hashes in order, `distinct` sorted, once.

    Both are empty for a text that is too short for anything but being equal.
    """

    digest: bytes
    run: Hashes
    distinct: Hashes


def shingles(text: str) -> Shingles:
    """The shingles of a text."""
    tokens = _TOKEN.findall(unicodedata.normalize("NFKC", text).casefold())
    digest = hashlib.sha256(" ".join(tokens).encode("utf-8", "surrogatepass") if tokens else
                            b"\0" + text.encode("utf-8", "surrogatepass")).digest()  # fmt: skip
    unspaced = sum(map(len, _UNSPACED.findall("".join(tokens[:2000])))) * 2 > len(tokens[:2000])
    width = CHARACTERS if unspaced else WORDS
    if len(tokens) * WORDS < FEWEST * width:
        none = np.zeros(0, np.uint64)
        return Shingles(digest, none, none)
    each = np.array(
        [zlib.crc32(token.encode("utf-8", "surrogatepass")) for token in tokens], np.uint64
    )
    run = np.zeros(len(each) - width + 1, np.uint64)
    for at in range(width):
        run = _mixed(run + each[at : at + len(run)] + np.uint64(at + 1))
    return Shingles(digest, run, np.unique(run))


def minhash(hashes: Hashes) -> Signature:
    """The 128 least values of as many hash functions over a set; its equal places are Jaccard's."""
    least = np.full(PERMUTATIONS, 0xFFFFFFFF, np.uint32)
    for at in range(0, len(hashes), _BLOCK):
        value = hashes[at : at + _BLOCK] ^ _SEEDS[:, None]
        value *= np.uint64(0x9E3779B97F4A7C15)
        value ^= value >> np.uint64(32)
        value *= np.uint64(0xD6E8FEB86659FD93)
        least = np.minimum(least, (value.min(axis=1) >> np.uint64(32)).astype(np.uint32))
    return least


def bands(signature: Signature) -> list[int]:
    """A key for each 4 rows: two sets with Jaccard .7 share one of 32 with .9998, with .3 .23."""
    key = np.arange(BANDS, dtype=np.uint64) + np.uint64(0xB4)
    for column in signature.reshape(BANDS, -1).T.astype(np.uint64):
        key = _mixed(key ^ column)
    return [int(each) for each in key.view(np.int64)]


def sample(hashes: Hashes) -> list[int]:
    """The keys by which a text is found in a longer one; of any two sets, the same shingles."""
    chosen = hashes[hashes % np.uint64(SAMPLE) == 0]
    return [int(each) for each in _mixed(chosen[:MOST_SAMPLED]).view(np.int64)]


def shared(one: Hashes, other: Hashes) -> int:
    """How many shingles two sets share."""
    return len(np.intersect1d(one, other, assume_unique=True))


def _mixed(value: Hashes) -> Hashes:
    """The finalizer of splitmix64: each bit of the value moves each of the result."""
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return value ^ (value >> np.uint64(31))


_SEEDS = _mixed(np.arange(1, PERMUTATIONS + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15))
