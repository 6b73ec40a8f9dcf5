"""The adapter of `index.joint` as it is trained: low-rank matrices beside those of the encoder.

Trained as it will be used, in int8: the encoder's matrices are rounded, and so is what goes into
them, by the largest and the smallest value of a batch; the gradient passes the rounding by (quant-
ization-aware training with the straight-through estimator: Jacob et al., CVPR 2018). Without that
the int8 graph loses what was learnt (its logits correlate at .86 with those of fp32).
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from torch.nn import GELU, Linear, Parameter, Sequential
from torch.nn import functional as F
from transformers import AutoModel

from index.encoder import Encoder
from index.joint import Joint, Reading, Sentence, reading
from index.minilm import MiniLM

RANK, SCALE, HIDDEN = 16, 2.0, 64
RATE, WARM, DECAY = 1e-3, 0.1, 0.01
# What the words that answer count in the loss beside the sentence (not swept).
OF_WORDS = 0.5
_MATRICES = (
    "attention.self.query attention.self.key attention.self.value attention.output.dense "
    "intermediate.dense output.dense"
).split()


class Pair(NamedTuple):
    """A question with a sentence, whether it answers, and the first and last piece that do."""

    question: str
    sentence: Sentence
    right: bool
    pieces: tuple[int, int] | None = None


class Adapter:
    """The encoder with trainable matrices, as they were `stored` or as training begins."""

    def __init__(self, encoder: Encoder, stored: Mapping[str, np.ndarray] | None = None) -> None:
        assert isinstance(encoder, MiniLM)
        torch.manual_seed(1)
        self.joint: Joint = encoder.joint
        self.inner = AutoModel.from_pretrained(
            str(encoder.verified()), local_files_only=True, attn_implementation="eager"
        ).requires_grad_(False)
        self.low: dict[str, _Beside] = {}
        for name, module in list(self.inner.named_modules()):
            if name.startswith("encoder.layer") and any(name.endswith(f".{m}") for m in _MATRICES):
                parent, _, own = name.rpartition(".")
                self.low[name] = _Beside(module)
                setattr(self.inner.get_submodule(parent), own, self.low[name])
        size = self.inner.config.hidden_size
        self.heads = {
            "one": Sequential(Linear(2 * size, HIDDEN), GELU(), Linear(HIDDEN, 1)),
            "ends": Sequential(Linear(size, HIDDEN), GELU(), Linear(HIDDEN, 2)),
        }
        self.trained = [p for low in self.low.values() for p in (low.down, low.up)]
        self.trained += [p for head in self.heads.values() for p in head.parameters()]
        if stored:
            self._load(stored)
        self.begin()

    def begin(self) -> None:
        """Forget what the optimizer has seen, as a stage of training begins."""
        self.optimizer = torch.optim.AdamW(self.trained, lr=RATE, weight_decay=DECAY)

    def step(self, questions: Sequence[Sequence[Pair]], done: float) -> float:
        """One step of training, `done` of all (0 to 1); its loss."""
        for group in self.optimizer.param_groups:
            group["lr"] = RATE * min(1.0, (done + 0.001) / WARM) * (1 - done)
        self.inner.train()
        every = [pair for pairs in questions for pair in pairs]
        found, ends = self._in_two(every)
        wanted = torch.tensor([float(pair.right) for pair in every])
        loss = F.binary_cross_entropy_with_logits(found, wanted)
        at = 0
        for pairs in questions:
            part = found[at : at + len(pairs)]
            at += len(pairs)
            if pairs[0].right and len(pairs) > 1:
                loss = loss + F.cross_entropy(part[None], torch.tensor([0])) / len(questions)
        marked = [(e, pair.pieces) for e, pair in zip(ends, every, strict=True) if pair.pieces]
        for logits, pieces in marked:
            loss = loss + OF_WORDS * F.cross_entropy(logits.T, torch.tensor(pieces)) / len(marked)
        self.optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.trained, 1.0)
        self.optimizer.step()
        return float(loss.detach())

    def read(self, question: str, sentences: Sequence[Sentence]) -> list[Reading]:
        """As `index.joint` reads, before its graph is made."""
        self.inner.eval()
        with torch.no_grad():
            found, ends = self._forward([Pair(question, each, False) for each in sentences])
        return [
            reading(float(logit), own.numpy(), self.joint.inputs(question, each)[2])
            for logit, own, each in zip(found, ends, sentences, strict=True)
        ]

    def stored(self) -> dict[str, np.ndarray]:
        """The arrays of `index/adapter.npz`, in half precision."""
        result = {}
        for name, low in self.low.items():
            result[f"{name}.weight down"] = low.down.detach().numpy()
            result[f"{name}.weight up"] = low.up.detach().numpy() * SCALE
        for head, (first, _, last) in self.heads.items():
            for name, layer in (("hidden", first), ("out", last)):
                result[f"{head} {name}"] = layer.weight.detach().numpy().T
                result[f"{head} {name} bias"] = layer.bias.detach().numpy()
        return {name: value.astype(np.float16) for name, value in result.items()}

    def _load(self, stored: Mapping[str, np.ndarray]) -> None:
        held = {name: torch.from_numpy(value.astype(np.float32)) for name, value in stored.items()}
        for name, low in self.low.items():
            low.down.data = held[f"{name}.weight down"]
            low.up.data = held[f"{name}.weight up"] / SCALE
        for head, (first, _, last) in self.heads.items():
            for name, layer in (("hidden", first), ("out", last)):
                layer.weight.data = held[f"{head} {name}"].T.contiguous()
                layer.bias.data = held[f"{head} {name} bias"]

    def _in_two(self, pairs: Sequence[Pair]) -> tuple[Any, list[Any]]:
        """As `_forward`, the shorter pairs apart from the longer, so that less is padded."""
        lengths = [len(p.question) + len(p.sentence.before) + len(p.sentence.text) for p in pairs]
        order = sorted(range(len(pairs)), key=lambda at: lengths[at])
        cut = len(pairs) * 6 // 10
        found: list[Any] = [None] * len(pairs)
        for part in (order[:cut], order[cut:]):
            if part:
                logits, ends = self._forward([pairs[at] for at in part])
                for at, *both in zip(part, logits, ends, strict=True):
                    found[at] = both
        return torch.stack([logit for logit, _ in found]), [ends for _, ends in found]

    def _forward(self, pairs: Sequence[Pair]) -> tuple[Any, list[Any]]:
        """The logits `[n]`, and those `[t, 2]` of the first and last piece in each sentence."""
        read = [self.joint.inputs(pair.question, pair.sentence)[:2] for pair in pairs]
        longest = max(ids.shape[1] for ids, _ in read)
        ids, types, mask = (torch.zeros(len(read), longest, dtype=torch.int64) for _ in range(3))
        for row, (own, kinds) in enumerate(read):
            count = own.shape[1]
            ids[row, :count], types[row, :count] = torch.from_numpy(own), torch.from_numpy(kinds)
            mask[row, :count] = 1
        with torch.autocast("cpu", dtype=torch.bfloat16):
            states = self.inner(
                input_ids=ids, token_type_ids=types, attention_mask=mask
            ).last_hidden_state
            second = types.unsqueeze(-1)
            mean = (states * second).sum(1) / second.sum(1).clamp(min=1)
            found = self.heads["one"](torch.cat([states[:, 0], mean], 1)).float().squeeze(-1)
            ends = self.heads["ends"](states).float()
        return found, [own[kinds == 1] for own, kinds in zip(ends, types, strict=True)]


class _Beside(torch.nn.Module):  # type: ignore[misc]
    """A matrix of the encoder, rounded to int8, with a trainable one of low rank beside it."""

    def __init__(self, own: Any) -> None:
        super().__init__()
        self.own = own
        step = own.weight.data.abs().amax(1, keepdim=True) / 127
        own.weight.data = (own.weight.data / step).round() * step
        self.down = Parameter(torch.randn(RANK, own.in_features) / own.in_features**0.5)
        self.up = Parameter(torch.zeros(own.out_features, RANK))

    def forward(self, given: Any) -> Any:
        """The sum of both, of what is given in 8 bits."""
        rounded = _Rounded.apply(given)
        return self.own(rounded) + (rounded @ self.down.T) @ self.up.T * SCALE


class _Rounded(torch.autograd.Function):  # type: ignore[misc]
    """Values as the int8 graph sees them: 256 steps from the smallest to the largest."""

    @staticmethod
    def forward(ctx: Any, given: Any) -> Any:
        low, high = (float(each) for each in torch.aminmax(given))
        low, high = min(low, 0.0), max(high, 0.0)
        step = (high - low) / 255 or 1.0
        zero = round(-low / step)
        steps = (given.float() / step).round().clamp(-zero, 255 - zero)
        return (steps * step).to(given.dtype)

    @staticmethod
    def backward(ctx: Any, *gradients: Any) -> Any:
        return gradients[0]
