"""Encoder: text -> vectors. What an encoder promises, and which one a library uses.

The default encoder lives in `index/minilm.py`; any other sentence-transformers model in
`index/transformer.py`; `hash` in `index/hashing.py` needs no weights and serves the tests. A
library knows the encoder that made its vectors, and is asked with no other.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from corpus.errors import LibraryError

Vectors = NDArray[np.float32]
Offsets = NDArray[np.int32]

log = logging.getLogger(__name__)

DEFAULT = "all-MiniLM-L6-v2"


@dataclass(frozen=True, slots=True)
class TokenVectors:
    """One text's tokens: unit vectors `[t, dim]` and their `[t, 2]` code point offsets in it."""

    vectors: Vectors
    offsets: Offsets


class Encoder(Protocol):
    """Anything that turns text into vectors of one length.

    `fingerprint` changes whenever the vectors would, so that a question is never embedded by
    another encoder than the articles. `window` is the number of tokens of one text that count.
    One that has a `name` is made again by `load_encoder(name)`; without, it is the default.
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
    """The encoder called `name`: the default, `hash`, or a sentence-transformers model.

    The default is called "" or all-MiniLM-L6-v2; `hash-64` is `hash` with 64 numbers a vector.

    Raises:
        EncoderError: the model is not on this disk, or its weights are not the known ones.
    """
    kind, _, size = name.partition("-")
    if name == "hash" or (kind == "hash" and size.isdecimal() and 0 < int(size) < 10_000):
        from index.hashing import DIM, HashEncoder

        return HashEncoder(int(size or DIM))
    if name in ("", DEFAULT):
        from index.minilm import MiniLM

        return MiniLM()
    from index.transformer import Transformer

    return Transformer(name)


def refuse_unusable(vectors: Vectors, passages: int, source: str) -> None:
    """Raise LibraryError where an encoder gave something else than a vector for each passage."""
    if len(vectors) != passages or not np.isfinite(vectors).all():
        raise LibraryError(
            f"the encoder gave {len(vectors)} usable vectors for {passages} passages of "
            f"{source}: try another in BYLINE_ENCODER"
        )


def stored_name(stored: Mapping[str, str]) -> str:
    """The name of the encoder that a library was built with, as its table `meta` has it."""
    if "encoder_name" in stored:
        return stored["encoder_name"]
    # A library that an older Byline made.
    return "hash" if stored.get("encoder") == "hash-1" else ""


def encoder_of(store: Path, name: str = "") -> Encoder:
    """The encoder for questions to the library at `store`: its own, which may be called `name`.

    A library that is being embedded anew is asked with the one before until that is done.

    Raises:
        EncoderError: it is not on this disk.
        EncoderMismatch: no encoder that is known by name is the library's.
    """
    from index.schema import mismatch

    stored = kept(store)
    own = stored.get("encoder")
    found: list[str] = []
    for each in dict.fromkeys((name or stored_name(stored), stored_name(stored))):
        encoder = load_encoder(each)
        if own in (None, encoder.fingerprint):
            if found:
                log.warning(
                    "the library at %s answers with its own encoder %s, not %s: `python -m index "
                    "sync --encoder %s` embeds it anew", store, own, found[0], name,
                )  # fmt: skip
            return encoder
        found.append(encoder.fingerprint)
    raise mismatch(store, str(own), found[0])


def kept(store: Path) -> dict[str, str]:
    """What the library at `store` keeps of how it was made; nothing where it cannot be read."""
    from index.schema import open_reading, translated

    try:
        with closing(open_reading(store, older=True)) as connection, translated(store):
            return dict(connection.execute("SELECT key, value FROM meta").fetchall())
    except LibraryError:
        return {}
