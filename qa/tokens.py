"""Token vectors of passages, kept for the next question within a fixed budget of memory.

Encoding the candidates is most of a warm answer's time, and conversations come back to the same
articles; what was not asked for longest goes first.
"""

from collections import OrderedDict
from collections.abc import Sequence

import numpy as np

from index.encoder import Encoder, TokenVectors

BYTES = 96 * 2**20  # about 700 passages of 180 tokens by 384 in half precision


class TokenCache:
    """`encode_tokens` of an encoder that remembers; half precision moves a cosine by 1e-3."""

    def __init__(self, encoder: Encoder, budget: int = BYTES) -> None:
        self._encoder = encoder
        self._budget = budget
        self._kept: OrderedDict[str, TokenVectors] = OrderedDict()
        self._bytes = 0

    @property
    def fingerprint(self) -> str:
        """The encoder's."""
        return self._encoder.fingerprint

    def encode_tokens(self, texts: Sequence[str]) -> list[TokenVectors]:
        """Token vectors of each text, encoding only those that are not remembered."""
        missing = list(dict.fromkeys(text for text in texts if text not in self._kept))
        # Rounded before their first use, so that a text is the same the second time.
        fresh = {
            text: TokenVectors(found.vectors.astype(np.float16), found.offsets)
            for text, found in zip(missing, self._encoder.encode_tokens(missing), strict=True)
        }
        result = []
        for text in texts:
            found = fresh.get(text)
            if found is None:
                found = self._kept[text]
                self._kept.move_to_end(text)
            result.append(TokenVectors(found.vectors.astype(np.float32), found.offsets))
        for text, found in fresh.items():
            self._keep(text, found)
        return result

    def _keep(self, text: str, found: TokenVectors) -> None:
        self._kept[text] = found
        self._bytes += found.vectors.nbytes + found.offsets.nbytes
        while self._bytes > self._budget and self._kept:
            _, dropped = self._kept.popitem(last=False)
            self._bytes -= dropped.vectors.nbytes + dropped.offsets.nbytes
