"""The network of qa/pointer.npz as it is trained, in torch; `qa.pointer` runs it in numpy.

A token's vector and the question's are taken to `INNER` numbers each; the token's own, its products
with what the question asks for (attention over its tokens) and with what it means (its words by
weight), and how its surroundings meet the question's words are mixed, and once more with the
tokens before and behind it.
"""

import random
import time
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from index.encoder import Vectors

# The token vectors' main directions, of 384, that the network sees (.71 of their variance).
DIRECTIONS = 128
INNER, HIDDEN = 48, 64
# Passages without the answer beside the one that holds it.
NEGATIVES = 2


class Read(NamedTuple):
    """A passage beside a question: what the network sees, and the tokens that answer."""

    vectors: Vectors
    seen: Vectors
    title: int
    answers: list[tuple[int, int]]


class Example(NamedTuple):
    """A question `[m, DIRECTIONS]` with its weights, the passages that answer and others."""

    vectors: Vectors
    weights: Vectors
    right: list[Read]
    wrong: list[Read]
    group: str


def network() -> Any:
    """The network, in torch; `stored` makes of it what `qa.pointer` reads."""
    import torch

    class Network(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.p, self.q = (torch.nn.Linear(DIRECTIONS, INNER) for _ in range(2))
            self.pool = torch.nn.Linear(DIRECTIONS, 1)
            self.mix = torch.nn.Linear(4 * INNER + 8, HIDDEN)
            self.h, self.out = torch.nn.Linear(3 * HIDDEN, HIDDEN), torch.nn.Linear(HIDDEN, 2)
            self.none, self.drop = torch.nn.Parameter(torch.zeros(2)), torch.nn.Dropout(0.1)

        def forward(self, passage: Any, seen: Any, question: Any, weights: Any) -> Any:
            own, inner = self.p(passage), self.q(question)
            wanted = (self.pool(question).softmax(0) * inner).sum(0)
            parts = [own.relu(), own * wanted, own * (weights @ inner), seen]
            mixed = torch.cat([*parts, wanted.expand(len(own), INNER)], -1)
            mixed = self.mix(self.drop(mixed)).relu()
            total = torch.cat([torch.zeros(1, HIDDEN), mixed.cumsum(0)])
            at = torch.arange(len(mixed))

            def box(low: int, high: int) -> Any:
                first, last = (at + low).clamp(0, len(at)), (at + high).clamp(0, len(at))
                return (total[last] - total[first]) / 6

            around = torch.cat([mixed, box(-6, 0), box(1, 7)], -1)
            return self.out(self.drop(mixed + self.h(around).relu()))

    return Network()


def loss(net: Any, example: Example, without: float, draw: random.Random) -> Any:
    """The loss of one question, with the probability `without` beside wrong passages alone."""
    import torch

    none = not example.right or draw.random() < without
    passages = draw.sample(example.wrong, min(NEGATIVES + none, len(example.wrong)))
    if not none:
        passages.insert(0, draw.choice(example.right))
    question, weights = torch.from_numpy(example.vectors), torch.from_numpy(example.weights)
    logits, right = [net.none[None]], [torch.full((1, 2), none)]
    for each in passages:
        found = net(torch.from_numpy(each.vectors), torch.from_numpy(each.seen), question, weights)
        wanted = torch.zeros(len(each.vectors), 2, dtype=torch.bool)
        for start, end in each.answers if not none else ():
            wanted[start, 0] = wanted[end, 1] = True
        logits.append(found[each.title :])
        right.append(wanted[each.title :])
    every, good = torch.cat(logits), torch.cat(right)
    if not good.any(0).all():
        return every.sum() * 0
    return (every.logsumexp(0) - every.masked_fill(~good, -1e4).logsumexp(0)).sum()


def train(
    net: Any, examples: Sequence[Example], *, rate: float, batch: int, without: float, stop: float
) -> None:
    """Adam with a falling rate; `stop` is a number of rounds, or of seconds when it exceeds 30."""
    import torch

    draw, order = random.Random(1), list(range(len(examples)))
    before = [each.detach().clone() for each in net.parameters()]
    adam = torch.optim.Adam(net.parameters(), lr=rate)
    started, steps = time.monotonic(), 0
    while True:
        draw.shuffle(order)
        for at in range(0, len(order), batch):
            spent = time.monotonic() - started
            share = spent / stop if stop > 30 else steps * batch / (stop * len(order))
            if share >= 1:
                net.eval()
                return
            for group in adam.param_groups:
                group["lr"] = rate * min(1, (steps + 1) / 100) * max(0.04, 1 - share)
            net.train()
            total = (
                sum(loss(net, examples[i], without, draw) for i in order[at : at + batch]) / batch
            )
            if stop <= 30:  # the few real questions must not undo what the many made ones taught
                pairs = zip(net.parameters(), before, strict=True)
                total = total + 2e-3 * sum(((now - then) ** 2).sum() for now, then in pairs)
            adam.zero_grad()
            total.backward()
            adam.step()
            steps += 1


def mean_loss(net: Any, examples: Sequence[Example]) -> float:
    """The mean loss over examples, drawn the same way each time."""
    import torch

    draw = random.Random(9)
    net.eval()
    with torch.no_grad():
        return float(np.mean([loss(net, each, 0.2, draw).item() for each in examples]))
