"""Train index/adapter.npz: what the encoder changes to read a question and a sentence together.

    python -m benchmarks.fit_joint --bench DIR [--clozes N] [--epochs N] [--folds] [--write]

First on the questions of `benchmarks/found.py` that are made, each beside two other sentences of
its article, then on the real ones: the sentence that answers beside up to four others of the best
that were found. The loss is that of a softmax over these, of a logistic regression of each, and of
a softmax over the first and the last word that answers. Only matrices of rank 16 beside every
matrix of the six layers are trained (Hu et al., ICLR 2022), and a small network on what they give.

`--folds` trains the second step four times, each without a quarter of squad-open's articles and one
folder of news, and keeps the adapters in the cache for `benchmarks.squad --folds` and
`benchmarks.fit_sure`; printed is how often the first sentence is right in what was left out,
ordered without and with the reading, and how well it is marked. `--write` trains on all.
"""

import itertools
import random
import re
import sys
import time
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from benchmarks.adapter import Adapter, Pair
from benchmarks.articles import FOLDS
from benchmarks.fit_reader import TUNED_ON
from benchmarks.found import Found, clapnq, made, news, squad
from benchmarks.result import Skipped, note, parser_of
from index import joint
from index.encoder import Encoder, load_encoder
from qa import reader
from qa.measures import exact_match, f1

# Of the sentences of a question that are wrong, those that may be drawn, and those that are: beside
# one that is right, and where none is.
WRONG, DRAWN, NONE = 8, 4, 3
A_STEP = 6
# Questions that are made, and those of them in a step.
MADE, MADE_A_STEP = 10_000, 12


def steps(
    found: Sequence[Found], at_once: int, draw: random.Random, encoder: Encoder
) -> Iterator[list[list[Pair]]]:
    """Questions of one step, each with a sentence that answers, if one does, before the others."""
    order = list(found)
    draw.shuffle(order)
    for at in range(0, len(order), at_once):
        step = []
        for one in order[at : at + at_once]:
            right = list(itertools.compress(one.sentences, one.right))
            wrong = list(itertools.compress(one.sentences, one.wrong))[:WRONG]
            pairs = []
            if right:
                chosen = draw.choice(right)
                pairs = [Pair(one.text, chosen, True, _pieces(chosen.text, one.answers, encoder))]
            drawn = draw.sample(wrong, min(DRAWN if right else NONE, len(wrong)))
            step.append([*pairs, *(Pair(one.text, each, False) for each in drawn)])
        yield [pairs for pairs in step if pairs]


def _pieces(text: str, answers: Sequence[str], encoder: Encoder) -> tuple[int, int] | None:
    """The first and the last word piece of the longest answer that a sentence holds."""
    whole = (rf"(?<!\w){re.escape(answer.lower())}(?!\w)" for answer in answers)
    places = [match.span() for each in whole for match in [re.search(each, text.lower())] if match]
    if not places:
        return None
    start, end = max(places, key=lambda span: span[1] - span[0])
    (offsets,) = encoder.tokens([text])
    inside = np.flatnonzero((offsets[:, 1] > start) & (offsets[:, 0] < end))
    inside = inside[inside < joint.OF_SENTENCE]
    return (int(inside[0]), int(inside[-1])) if len(inside) else None


def train(
    adapter: Adapter, found: Sequence[Found], at_once: int, epochs: int, encoder: Encoder
) -> Adapter:
    """The adapter, trained on these questions."""
    adapter.begin()
    draw, started, mean = random.Random(1), time.monotonic(), 0.0
    total = epochs * -(-len(found) // at_once)
    every = (step for _ in range(epochs) for step in steps(found, at_once, draw, encoder))
    for number, step in enumerate(every):
        loss = adapter.step(step, number / total)
        mean = loss if not number else 0.98 * mean + 0.02 * loss
        if number % 50 == 0:
            note(f"{number} of {total} steps, {time.monotonic() - started:.0f} s, loss {mean:.3f}")
    return adapter


class Told(NamedTuple):
    """What reading did to a question; None where there is no answer, or no right sentence.

    Is the first sentence right without it, and with it; and how well are its words marked?
    """

    usual: bool | None
    now: bool | None
    exact: float | None
    close: float | None


def told(adapter: Adapter, found: Sequence[Found]) -> Iterator[Told]:
    """What it reads in questions that it was not trained on."""
    for one in found:
        sentences = one.sentences[: len(one.usual)]
        readings = adapter.read(one.text, sentences)
        logits = np.array([each.logit for each in readings])
        best = int((np.array(one.usual) + reader.BY_READING * logits).argmax())
        holds = one.answerable and not one.wrong[best]
        words = sentences[best].text[readings[best].start : readings[best].end]
        yield Told(
            not one.wrong[0] if one.answerable else None,
            holds if one.answerable else None,
            exact_match(words, one.answers) if holds else None,
            f1(words, one.answers) if holds else None,
        )


def _said(seen: Sequence[Told]) -> str:
    usual, now, exact, close = (
        f"{np.mean([value for value in column if value is not None]):.3f}"
        for column in zip(*seen, strict=True)
    )
    return (
        f"first sentence right {usual} without, {now} with the reading; of these exactly marked "
        f"{exact}, F1 {close}"
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Train, report, and store what is asked for."""
    parser = parser_of(__doc__)
    parser.add_argument(
        "--clozes", type=int, default=MADE, help=f"questions that are made ({MADE:,})"
    )
    parser.add_argument("--epochs", type=int, default=2, help="of the second step (2)")
    parser.add_argument("--folds", action="store_true", help="leave a part out in turn")
    parser.add_argument("--write", action="store_true", help="write index/adapter.npz")
    args = parser.parse_args(arguments)
    encoder = load_encoder()
    try:
        of_made = list(itertools.islice(made(args, encoder), args.clozes))
        real = [*squad(args, encoder), *clapnq(args.bench)]
    except Skipped as reason:
        parser.error(str(reason))
    real += [one for folder in TUNED_ON for one in news(folder, encoder)]
    note(f"{len(of_made)} made questions, {len(real)} real ones")
    first = train(Adapter(encoder), of_made, MADE_A_STEP, 1, encoder).stored()
    seen: dict[str, list[Told]] = {"squad-open": [], "news": []}
    for fold in range(FOLDS) if args.folds else ():
        without = {"squad-open": f"squad-open {fold}", "news": TUNED_ON[fold].name}
        rest = [one for one in real if one.group not in without.values()]
        adapter = train(Adapter(encoder, first), rest, A_STEP, args.epochs, encoder)
        np.savez_compressed(args.cache / f"adapter-{fold}.npz", **adapter.stored())
        for name, group in without.items():
            seen[name] += told(adapter, [one for one in real if one.group == group])
            print(f"{name}, up to fold {fold}: {_said(seen[name])}", flush=True)
    if args.write:
        adapter = train(Adapter(encoder, first), real, A_STEP, args.epochs, encoder)
        np.savez_compressed(joint.ADAPTER, **adapter.stored())
    return 0


if __name__ == "__main__":
    sys.exit(main())
