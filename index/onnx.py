"""The default encoder's weights as ONNX graphs: exported once, then used without torch.

One takes token ids and returns every token's last hidden state; the other is changed by an adapter
(`index.joint`) and reads a pair of texts. The files lie in the user's cache, keyed by
the hash of all weights and of this module, so that none of it can change unnoticed.
"""

import hashlib
import logging
import os
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from corpus.errors import EncoderError

OPSET = 18

log = logging.getLogger(__name__)
_SELF = Path(__file__).read_bytes()

# Where the graph goes when the user's cache cannot be written: the store, set at the edges.
fallback: Path | None = None


def session(weights: str, model: Callable[[], Path], adapter: Path | None = None) -> Any:
    """A session over the graph of these weights (their sha256), which is exported where it is not.

    `model` gives the transformer's folder, `adapter` the file that changes its weights.

    Raises:
        EncoderError: the graph can be written nowhere, or cannot be loaded.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    for attempt in (1, 2):
        path = find(weights, adapter) or export(model(), weights, adapter)
        try:
            return onnxruntime.InferenceSession(
                str(path), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # ONNX Runtime's own exceptions share no base but this one
            path.unlink(missing_ok=True)
            if attempt == 2:
                raise EncoderError(f"the graph {path} cannot be loaded: {error}") from error
            log.warning("the graph %s was damaged and is exported again", path)
    raise AssertionError("unreachable")


def find(weights: str, adapter: Path | None = None) -> Path | None:
    """Path of the graph exported from the weights with this sha256, if there is one."""
    name = _name(weights, adapter)
    return next((folder / name for folder in _folders() if (folder / name).is_file()), None)


def export(model: Path, weights: str, adapter: Path | None = None) -> Path:
    """Export the transformer at `model` as an int8 graph, whole or not at all; its path.

    Raises:
        EncoderError: the graph can be written nowhere.
    """
    reasons, name = [], _name(weights, adapter)
    for folder in _folders():
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=folder) as scratch:
                made = _export(model, Path(scratch), adapter)
                os.replace(made, folder / name)
            return folder / name
        except OSError as error:
            reasons.append(f"{folder}: {error.strerror or error}")
    raise EncoderError(
        f"the encoder's graph can be written nowhere ({'; '.join(reasons)}): "
        "make one of these folders writable"
    )


def _name(weights: str, adapter: Path | None = None) -> str:
    parts = weights.encode() + _SELF + (adapter.read_bytes() if adapter else b"")
    return f"minilm-{hashlib.sha256(parts).hexdigest()[:16]}.onnx"


def _folders() -> list[Path]:
    """The user's cache, and where that cannot be written the folder that sync has set."""
    import platformdirs

    cache = Path(platformdirs.user_cache_dir("byline"))
    return [cache, fallback] if fallback else [cache]


def _export(model: Path, scratch: Path, adapter: Path | None = None) -> Path:
    import torch
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from transformers import AutoModel

    from index.minilm import quiet

    quiet()
    inner = AutoModel.from_pretrained(
        str(model), local_files_only=True, attn_implementation="eager"
    ).eval()
    change: dict[str, Any] = {}
    if adapter:
        with np.load(adapter) as stored:
            change = {key: torch.from_numpy(stored[key].astype("float32")) for key in stored.files}
        for name, parameter in inner.named_parameters():
            if f"{name} down" in change:
                parameter.data += change[f"{name} up"] @ change[f"{name} down"]

    class Tokens(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.inner = inner

        def forward(self, input_ids: Any, attention_mask: Any) -> Any:
            return self.inner(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state

    class Pairs(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.inner = inner

        def forward(self, input_ids: Any, token_type_ids: Any) -> Any:
            states = self.inner(
                input_ids=input_ids, token_type_ids=token_type_ids
            ).last_hidden_state
            second = token_type_ids.unsqueeze(-1).to(states.dtype)
            mean = (states * second).sum(1) / second.sum(1).clamp(min=1)
            return head("one", torch.cat([states[:, 0], mean], 1)), head("ends", states)

    def head(name: str, rows: Any) -> Any:
        hidden = rows @ change[f"{name} hidden"] + change[f"{name} hidden bias"]
        return torch.nn.functional.gelu(hidden) @ change[f"{name} out"] + change[f"{name} out bias"]

    example = torch.ones(2, 8, dtype=torch.int64)
    shape = {0: "batch", 1: "tokens"}
    second = "token_type_ids" if adapter else "attention_mask"
    outputs = {"logit": {0: "batch"}, "ends": shape} if adapter else {"states": shape}
    plain, small = scratch / "fp32.onnx", scratch / "int8.onnx"
    root = logging.getLogger()
    level = root.level
    try:
        # Both exporters warn about graphs other than these, whose output the tests check.
        root.setLevel(logging.ERROR)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            torch.onnx.export(
                Pairs() if adapter else Tokens(),
                (example, example),
                str(plain),
                input_names=["input_ids", second],
                output_names=list(outputs),
                dynamic_axes={"input_ids": shape, second: shape, **outputs},
                opset_version=OPSET,
                dynamo=False,
            )
            quantize_dynamic(plain, small, weight_type=QuantType.QInt8, per_channel=True)
    finally:
        root.setLevel(level)
    return small
