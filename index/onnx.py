"""The default encoder's weights as an ONNX graph: exported once, then used without torch.

The graph takes token ids and returns every token's last hidden state. The file lies in the user's
cache, keyed by the hash of the weights and of this module, so that neither can change unnoticed.
"""

import hashlib
import logging
import os
import tempfile
import warnings
from pathlib import Path
from typing import Any

from corpus.errors import EncoderError

OPSET = 18
_SELF = Path(__file__).read_bytes()

# Where the graph goes when the user's cache cannot be written: the store, set at the edges.
fallback: Path | None = None


def find(weights: str) -> Path | None:
    """Path of the graph exported from the weights with this sha256, if there is one."""
    return next((f / _name(weights) for f in _folders() if (f / _name(weights)).is_file()), None)


def export(model: Path, weights: str) -> Path:
    """Export the transformer at `model` as an int8 graph, whole or not at all; its path.

    Raises:
        EncoderError: the graph can be written nowhere.
    """
    reasons = []
    for folder in _folders():
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=folder) as scratch:
                os.replace(_export(model, Path(scratch)), folder / _name(weights))
            return folder / _name(weights)
        except OSError as error:
            reasons.append(f"{folder}: {error.strerror or error}")
    raise EncoderError(
        f"the encoder's graph can be written nowhere ({'; '.join(reasons)}): "
        "make one of these folders writable"
    )


def _name(weights: str) -> str:
    return f"minilm-{hashlib.sha256(weights.encode() + _SELF).hexdigest()[:16]}.onnx"


def _folders() -> list[Path]:
    """The user's cache, and where that cannot be written the folder that sync has set."""
    import platformdirs

    cache = Path(platformdirs.user_cache_dir("byline"))
    return [cache, fallback] if fallback else [cache]


def _export(model: Path, scratch: Path) -> Path:
    import torch
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from transformers import AutoModel

    from index.minilm import quiet

    quiet()

    class Tokens(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.inner = AutoModel.from_pretrained(
                str(model), local_files_only=True, attn_implementation="eager"
            ).eval()

        def forward(self, input_ids: Any, attention_mask: Any) -> Any:
            return self.inner(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state

    example = torch.ones(2, 8, dtype=torch.int64)
    shape = {0: "batch", 1: "tokens"}
    plain, small = scratch / "fp32.onnx", scratch / "int8.onnx"
    root = logging.getLogger()
    level = root.level
    try:
        # Both exporters warn about graphs other than this one, whose output the tests check.
        root.setLevel(logging.ERROR)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            torch.onnx.export(
                Tokens(),
                (example, example),
                str(plain),
                input_names=["input_ids", "attention_mask"],
                output_names=["states"],
                dynamic_axes={"input_ids": shape, "attention_mask": shape, "states": shape},
                opset_version=OPSET,
                dynamo=False,
            )
            quantize_dynamic(plain, small, weight_type=QuantType.QInt8, per_channel=True)
    finally:
        root.setLevel(level)
    return small
