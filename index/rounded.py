"""Rounded vectors: a byte or two a number, to find what is worth comparing in full.

Each vector has a scale of its own: its largest number over the number of levels. How far a rounded
product may be off is known, so that comparing again what comes within that gives the exact order.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.encoder import Vectors

# Vectors that are turned back into floats at once: they stay in a processor's cache.
BLOCK = 1_000


@dataclass(slots=True)
class Rounded:
    """Rounded vectors `[n, dim]`, int8 or int16, and their scales `[n]`."""

    whole: NDArray[np.signedinteger[Any]]
    scales: Vectors

    @classmethod
    def of(cls, vectors: Vectors, kind: "type[np.signedinteger[Any]]" = np.int8) -> "Rounded":
        """These vectors, rounded."""
        largest = np.abs(vectors).max(axis=1, initial=0.0)
        scales = np.asarray(np.maximum(largest, 1e-12) / np.iinfo(kind).max, np.float32)
        return cls(np.rint(vectors / scales[:, None]).astype(kind), scales)

    def __len__(self) -> int:
        return len(self.whole)

    def chosen(self, rows: "NDArray[np.bool_] | NDArray[np.int64]") -> "Rounded":
        """Some of them."""
        return Rounded(self.whole[rows], self.scales[rows])

    def products(self, vector: Vectors) -> Vectors:
        """About each one's product with a vector, `[n]`."""
        result = np.empty(len(self), np.float32)
        for at in range(0, len(self), BLOCK):
            part = self.whole[at : at + BLOCK].astype(np.float32)
            np.matmul(part, vector, out=result[at : at + BLOCK])
        result *= self.scales
        return result

    def error(self, vector: Vectors) -> float:
        """How far one of the products may be off at most."""
        # Half a level in each place, and what adding in single precision loses.
        half = 0.5 * float(self.scales.max(initial=0.0))
        return half * float(np.abs(vector).sum()) + 1e-5
