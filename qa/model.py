"""The fitted weights of passages, of sentences and of refusal: weights.json, read once."""

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Weights = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Model:
    """Weights in the order of `rerank.NAMES`, `features.NAMES`, `refuse.NAMES` and `sure.NAMES`.

    `sure_large` is what a large library adds to `sure`.
    """

    passage: Weights
    passage_intercept: float
    rank: Weights
    refuse: Weights
    refuse_intercept: float
    sure: Weights
    sure_large: Weights


@lru_cache(maxsize=1)
def model() -> Model:
    """The weights as `benchmarks/fit_reader.py` and `benchmarks/fit_passages.py` wrote them."""
    stored = json.loads(Path(__file__).with_name("weights.json").read_text("utf-8"))

    def split(name: str) -> tuple[Weights, float]:
        values = dict(stored[name])
        intercept = float(values.pop("intercept", 0.0))
        return np.array(list(values.values())), intercept

    sure, large = (split(name)[0] for name in ("sure", "sure_large"))
    return Model(*split("passage"), split("rank")[0], *split("refuse"), sure, large)
