"""Transformer: any sentence-transformers model by name or path, for passages and questions alike.

Its own prompts, pooling and dense layers are used as the model's authors set them. Nothing is
fetched: a model that is not on this disk is an error that says so.
"""

import hashlib
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from corpus.errors import EncoderError
from index.encoder import Offsets, TokenVectors, Vectors
from index.minilm import quiet

BATCH = 32


class Transformer:
    """A sentence-transformers model on this disk."""

    def __init__(self, name: str) -> None:
        # A library that this one builds is opened from other folders, too.
        self.name = str(Path(name).resolve()) if Path(name).is_dir() else name

    @cached_property
    def _model(self) -> Any:
        if _is_path(self.name) and not Path(self.name).is_dir():
            raise EncoderError(
                f"there is no encoder at {self.name}: name a folder that holds a "
                "sentence-transformers model, or leave BYLINE_ENCODER unset"
            )
        from sentence_transformers import SentenceTransformer

        quiet()
        try:
            return SentenceTransformer(self.name, local_files_only=True)
        except Exception as error:  # a missing model surfaces as any of a dozen classes
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise EncoderError(
                f"the encoder {self.name!r} cannot be loaded from this disk: {reason}: name a "
                "folder that holds a sentence-transformers model, or leave BYLINE_ENCODER unset"
            ) from error

    @property
    def fingerprint(self) -> str:
        """The name and a hash of the files' names and sizes: cheap, and it tells models apart."""
        folder = Path(self.name)
        if not folder.is_dir():
            return f"{self.name} {self.dim}"
        digest = hashlib.sha256()
        for path in sorted(p for p in folder.rglob("*") if p.is_file()):
            digest.update(f"{path.relative_to(folder)} {path.stat().st_size}\n".encode())
        return f"{folder.resolve().name} {digest.hexdigest()[:12]}"

    @cached_property
    def dim(self) -> int:
        """Length of a vector."""
        return int(self._model.get_embedding_dimension())

    @cached_property
    def window(self) -> int:
        """Tokens of a text that the model reads."""
        return int(self._model.max_seq_length or 512) - 2

    def tokens(self, texts: Sequence[str]) -> list[Offsets]:
        """Offsets `[t, 2]` by the model's own tokenizer."""
        encoded = self._model.tokenizer(
            list(texts), add_special_tokens=False, return_offsets_mapping=True, verbose=False
        )
        return [np.array(o, dtype=np.int32).reshape(-1, 2) for o in encoded["offset_mapping"]]

    def encode_passages(
        self, texts: Sequence[str], progress: Callable[[int], None] | None = None
    ) -> Vectors:
        """Unit vectors `[n, dim]`, with the model's prompt for documents if it has one."""
        result = []
        for at in range(0, len(texts), BATCH * 8):
            batch = list(texts[at : at + BATCH * 8])
            result.append(
                self._model.encode_document(
                    batch, batch_size=BATCH, normalize_embeddings=True, show_progress_bar=False
                )
            )
            if progress:
                progress(len(batch))
        return np.concatenate(result).astype(np.float32) if result else np.zeros((0, self.dim), "f")

    def encode_question(self, text: str) -> Vectors:
        """Unit vector `[dim]`, with the model's prompt for queries if it has one."""
        vector = self._model.encode_query(text, normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(vector, dtype=np.float32)

    def encode_tokens(self, texts: Sequence[str]) -> list[TokenVectors]:
        """Unit vectors of each text's tokens in their context, special ones left out."""
        result = []
        states = self._model.encode(
            list(texts), output_value="token_embeddings", show_progress_bar=False
        )
        for rows, text in zip(states, texts, strict=True):
            encoded = self._model.tokenizer(
                text, return_offsets_mapping=True, truncation=True, max_length=self.window + 2
            )
            offsets = np.array(encoded["offset_mapping"], dtype=np.int32).reshape(-1, 2)
            rows = rows.float().cpu().numpy()[: len(offsets)]
            real = offsets[:, 1] > offsets[:, 0]
            rows, offsets = rows[real[: len(rows)]], offsets[: len(rows)][real[: len(rows)]]
            norms = np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
            result.append(TokenVectors((rows / norms).astype(np.float32), offsets))
        return result


def _is_path(name: str) -> bool:
    """Whether `name` can only be a path: a model's name is `name` or `author/name`."""
    return name.startswith(("/", ".", "~")) or name.endswith("/") or name.count("/") > 1
