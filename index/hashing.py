"""HashEncoder: a real encoder of words without weights, for tests and for `BYLINE_ENCODER=hash`.

A word's vector is drawn from a generator seeded by the hash of its stem; a text's vector is the
normalised sum. Two texts are close when they share words, and nothing else is known.
"""

import hashlib
from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np

from index.encoder import Offsets, TokenVectors, Vectors
from index.words import stem, word_spans

DIM = 128


@lru_cache(maxsize=2_000)  # a kilobyte each
def _vector(word: str, dim: int) -> Vectors:
    seed = int.from_bytes(hashlib.sha256(word.encode("utf-8", "surrogatepass")).digest()[:8], "big")
    vector = np.random.default_rng(seed).standard_normal(dim).astype(np.float32)
    return vector / np.float32(np.linalg.norm(vector))


class HashEncoder:
    """Vectors from hashed words: the same text gives the same vector on every machine."""

    fingerprint = "hash-1"
    name = "hash"
    dim = DIM
    window = 254

    def __init__(self, dim: int = DIM) -> None:
        if dim != DIM:
            self.dim = dim
            self.fingerprint = f"{type(self).fingerprint}-{dim}"
            self.name = f"hash-{dim}"

    def tokens(self, texts: Sequence[str]) -> list[Offsets]:
        """One token a word."""
        return [
            np.array([(s, e) for s, e, _ in word_spans(text)], dtype=np.int32).reshape(-1, 2)
            for text in texts
        ]

    def encode_passages(
        self, texts: Sequence[str], progress: Callable[[int], None] | None = None
    ) -> Vectors:
        """Unit vectors `[n, dim]`; a text without words gets that of the empty word."""
        rows = [self.encode_question(text) for text in texts]
        if progress:
            progress(len(rows))
        return np.stack(rows) if rows else np.zeros((0, self.dim), np.float32)

    def encode_question(self, text: str) -> Vectors:
        """Unit vector `[dim]`."""
        words = [word for _, _, word in word_spans(text)] or [""]
        total = np.sum([_vector(word, self.dim) for word in words], axis=0)
        norm = max(float(np.linalg.norm(total)), 1e-6)
        return np.asarray(total / norm, dtype=np.float32)

    def encode_tokens(self, texts: Sequence[str]) -> list[TokenVectors]:
        """A word's vector wherever it stands."""
        result = []
        for text, offsets in zip(texts, self.tokens(texts), strict=True):
            offsets = offsets[: self.window]
            rows = [_vector(stem(text[start:end]), self.dim) for start, end in offsets]
            vectors = np.stack(rows) if rows else np.zeros((0, self.dim), np.float32)
            result.append(TokenVectors(vectors, offsets))
        return result
