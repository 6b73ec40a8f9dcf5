"""A cross-encoder, off by default: it reads the question and each candidate together.

Any sentence-transformers `CrossEncoder` with one score on this disk, by name or path; it orders
anew what `qa.rerank` has compared. More is read for each question, so that an answer takes longer.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from corpus.errors import EncoderError
from index.minilm import quiet
from index.passages import context
from qa.rerank import Evidence
from qa.types import Hit

_UNSET = "or leave --reranker and BYLINE_RERANKER unset"


class CrossEncoder:
    """A model that scores a question with a passage, loaded once; nothing is fetched."""

    def __init__(self, name: str) -> None:
        """Load the model called `name`.

        Raises:
            EncoderError: it is not on this disk, or gives more than one score.
        """
        self._model = _loaded(name)
        scores = int(self._model.config.num_labels)
        if scores != 1:
            raise EncoderError(
                f"the reranker {name!r} gives {scores} scores for a passage: name a cross-encoder "
                f"that gives one, {_UNSET}"
            )

    def reorder(self, question: str, evidence: Sequence[Evidence]) -> list[Evidence]:
        """The same passages, best first by the model's own scores (logits), as new hits."""
        if not evidence:
            return []
        import torch

        pairs = [(question, context(item.hit.article, item.hit.passage)) for item in evidence]
        scores = self._model.predict(
            pairs, activation_fn=torch.nn.Identity(), show_progress_bar=False
        )
        scored = sorted(
            zip(map(float, scores), evidence, strict=True),
            key=lambda pair: (-pair[0], pair[1].hit.rank),
        )
        return [
            replace(item, hit=Hit(item.hit.passage, item.hit.article, score, rank))
            for rank, (score, item) in enumerate(scored, 1)
        ]


def load_reranker(name: str) -> CrossEncoder | None:
    """The cross-encoder called `name`, None where it is "".

    Raises:
        EncoderError: it cannot be used.
    """
    return CrossEncoder(name) if name else None


def _loaded(name: str) -> Any:
    is_path = name.startswith((".", "/", "~")) or len(Path(name).parts) > 2
    if is_path and not Path(name).is_dir():
        raise EncoderError(
            f"there is no reranker at {name}: name a folder that holds a cross-encoder, {_UNSET}"
        )
    from sentence_transformers import CrossEncoder as Model

    quiet()
    try:
        return Model(name, local_files_only=True)
    except Exception as error:  # a missing model surfaces as any of a dozen classes
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise EncoderError(
            f"the reranker {name!r} cannot be loaded from this disk: {reason}: name a folder that "
            f"holds a cross-encoder, {_UNSET}"
        ) from error
