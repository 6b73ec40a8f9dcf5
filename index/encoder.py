"""Encoder: text -> vectors. What an encoder promises, and which one a library uses.

The default encoder lives in `index/minilm.py`; any other sentence-transformers model in
`index/transformer.py`; `hash` in `index/hashing.py` needs no weights and serves the tests.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
Offsets = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class TokenVectors:
    """One text's tokens: unit vectors `[t, dim]` and their `[t, 2]` code point offsets in it."""

    vectors: Vectors
    offsets: Offsets


class Encoder(Protocol):
    """Anything that turns text into vectors of one length.

    `fingerprint` changes whenever the vectors would, so that a question is never embedded by
    another encoder than the articles. `window` is the number of tokens of one text that count.
    """

    @property
    def fingerprint(self) -> str:
        """Name and hash of what makes the vectors."""

    @property
    def dim(self) -> int:
        """Length of every vector."""

    @property
    def window(self) -> int:
        """Tokens of a text that are read, without the special ones; the rest is ignored."""

    def tokens(self, texts: Sequence[str]) -> list[Offsets]:
        """Code point offsets `[t, 2]` of all tokens of each text, special ones left out."""

    def encode_passages(
        self, texts: Sequence[str], progress: Callable[[int], None] | None = None
    ) -> Vectors:
        """Unit vectors `[n, dim]`; `progress` is called with the number of texts done since."""

    def encode_question(self, text: str) -> Vectors:
        """Unit vector `[dim]` of a question."""

    def encode_tokens(self, texts: Sequence[str]) -> list[TokenVectors]:
        """Contextual unit vectors of each text's tokens, the first `window` of them."""


def load_encoder(name: str = "") -> Encoder:
    """The encoder called `name`: "" for the default, `hash`, or a sentence-transformers model.

    Raises:
        EncoderError: the model is not on this disk, or its weights are not the known ones.
    """
    if name == "hash":
        from index.hashing import HashEncoder

        return HashEncoder()
    if not name:
        from index.minilm import MiniLM

        return MiniLM()
    from index.transformer import Transformer

    return Transformer(name)
