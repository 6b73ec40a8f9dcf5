"""Train qa/pointer.npz: the network that points at the words of a passage that answer.

    python -m benchmarks.fit_pointer --bench DIR [--minutes N] [--folds] [--write]

First on questions made by `benchmarks/cloze.py` of the articles of squad-open that no question asks
about, then on its 623 questions; each beside two passages that a search finds and that do not hold
the answer, an eighth of the first and a fifth of the second without the passage that does. The loss
is that of a softmax over all tokens of the passages and "none" (shared normalisation: Clark and
Gardner, ACL 2018), for the start and for the end. `--folds` trains the second step four times, each
without a quarter of the articles, and prints the loss on that quarter before and after; these
four are what `benchmarks.squad --folds` marks with, each in the articles that it has not seen.
The encoder itself is not trained. What ships was trained for 28 minutes on two busy cores.
"""

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.articles import asked_of, spans, squad_open, store_of
from benchmarks.cloze import clozes
from benchmarks.network import DIRECTIONS, NEGATIVES, Example, Read, mean_loss, network, train
from benchmarks.result import Skipped, note, parser_of
from index.encoder import TokenVectors, Vectors, load_encoder
from index.library import Library
from index.passages import Passage, context
from index.words import words
from qa import pointer
from qa.match import columns_of
from qa.question import is_function, parse

WHERE = Path(pointer.__file__).with_name("pointer.npz")
QUESTIONS = 20_000
FOLDS = 4


class Reading:
    """Passages and questions as the network sees them."""

    def __init__(self, library: Library) -> None:
        self.library, self.encoder = library, load_encoder()
        self.mean: Any = np.zeros(self.encoder.dim, np.float32)
        self.basis: Any = None
        self._kept: dict[int, tuple[TokenVectors, int, Passage]] = {}

    def tokens(self, number: int) -> tuple[TokenVectors, int, Passage]:
        """A passage's token vectors, the length of its title, and itself."""
        if number not in self._kept:
            (passage,) = self.library.passages([number])
            article = self.library.articles([passage.article_id])[passage.article_id]
            text = context(article, passage)
            (found,) = self.encoder.encode_tokens([text])
            found = TokenVectors(found.vectors.astype(np.float16), found.offsets)
            self._kept[number] = found, len(text) - len(passage.text) - 1, passage
        return self._kept[number]

    def small(self, vectors: Vectors) -> Vectors:
        """Token vectors in their main directions, found once from the first 200 passages."""
        if self.basis is None:
            some = [self.tokens(n)[0].vectors for n in range(1, 201)]
            stacked = np.concatenate(some).astype(np.float32)
            self.mean = stacked.mean(axis=0)
            self.basis = np.linalg.svd(stacked - self.mean, full_matrices=False)[2][:DIRECTIONS].T
        return np.asarray((vectors.astype(np.float32) - self.mean) @ self.basis * 4, np.float32)

    def example(
        self, text: str, answers: Sequence[tuple[int, int]], right: Sequence[int], group: str
    ) -> Example:
        """A question with passages that hold its answers, and some that a search finds besides."""
        (asked,) = self.encoder.encode_tokens([text])
        counts = self.library.frequencies(words(text))
        question = parse(text, counts, self.library.passage_count)
        weights = pointer.weights_of(question, asked)
        content = [word for word in words(text) if not is_function(word)]
        found = [n for n, _ in self.library.search_words(content, 6)]
        mean = asked.vectors.mean(axis=0)
        found += [n for n, _ in self.library.search_vectors(mean / np.linalg.norm(mean), 6)]
        said = {
            self.tokens(number)[2].text[start - begin : end - begin].lower()
            for number in right
            for begin in [self.tokens(number)[2].start]
            for start, end in answers
        }
        wrong = [
            number
            for number in dict.fromkeys(found)
            if number not in right
            and not any(each in self.tokens(number)[2].text.lower() for each in said if each)
        ]

        def read(number: int) -> Read:
            tokens, title, passage = self.tokens(number)
            exact = TokenVectors(tokens.vectors.astype(np.float32), tokens.offsets)
            columns = columns_of(title, passage, exact)
            owner = np.repeat(np.arange(len(columns) - 1), np.diff(columns))
            at = exact.offsets - (title + 1 - passage.start)
            held = [
                np.flatnonzero((at[:, 1] > a) & (at[:, 0] < b) & (owner > 0)) for a, b in answers
            ]
            return Read(
                self.small(exact.vectors),
                pointer.seen(exact.vectors, asked.vectors, weights, owner),
                columns[1],
                [(int(each[0]), int(each[-1])) for each in held if len(each)],
            )

        return Example(
            self.small(asked.vectors), weights, [read(n) for n in right[:2]],
            [read(n) for n in wrong[:7]], group,
        )  # fmt: skip


def stored(net: Any, reading: Reading) -> dict[str, Any]:
    """The arrays of `qa/pointer.npz`, with the main directions folded into the first layers."""
    state = {name: value.detach().numpy() for name, value in net.state_dict().items()}
    turn = reading.basis * 4
    result = {"pool": (turn @ state["pool.weight"].T)[:, 0]}
    for name in ("p", "q"):
        result[name] = turn @ state[f"{name}.weight"].T
        result[f"{name}_b"] = state[f"{name}.bias"] - reading.mean @ result[name]
    for name in ("mix", "h", "out"):
        result[name], result[f"{name}_b"] = state[f"{name}.weight"].T, state[f"{name}.bias"]
    return {name: value.astype(np.float16) for name, value in result.items()}


def made(reading: Reading, sources: set[str], most: int) -> list[Example]:
    """Examples from clozes of the articles that are not among `sources`."""
    library, draw = reading.library, random.Random(5)
    found = []
    for byline in library.bylines(limit=-1):
        if byline.source not in sources:
            numbers = [n for (n,) in library._rows(
                "SELECT passage.number FROM passage JOIN article ON article.number = "
                "passage.article WHERE article.id = ?", (byline.id,))]  # fmt: skip
            found += clozes(library.article(byline.id), library.passages(numbers), draw)
    draw.shuffle(found)
    examples = []
    for cloze in found[:most]:
        example = reading.example(
            cloze.question, [(cloze.start, cloze.end)], [cloze.passage], "made"
        )
        if example.right[0].answers and len(example.wrong) >= NEGATIVES:
            examples.append(example)
    return examples


def asked(reading: Reading, bench: Path) -> list[Example]:
    """Examples from the questions of squad-open, grouped by article."""
    library, examples = reading.library, []
    ids = {article.source: article.id for article in library.bylines(limit=-1)}
    for question in asked_of(bench):
        places = spans(question, library.article(ids[question.source]))
        numbers = [n for (n,) in library._rows(
            'SELECT passage.number FROM passage JOIN article ON article.number = passage.article '
            'WHERE article.id = ? AND passage.start <= ? AND passage."end" >= ?',
            (ids[question.source], places[0][0], places[0][1]))]  # fmt: skip
        examples.append(reading.example(question.text, places, numbers, question.source))
    return examples


def fold_of(source: str, sources: Sequence[str]) -> int:
    """The quarter of the articles that one is in."""
    return sorted(sources).index(source) % FOLDS


def kept_network(cache: Path, fold: int | None) -> None:
    """Let the pointer be the network trained without a quarter, or with None the one that ships.

    Raises:
        Skipped: it is not in the cache.
    """
    wanted = WHERE if fold is None else cache / f"pointer-{fold}.npz"
    if not wanted.is_file():
        raise Skipped(f"{wanted} is missing: run `python -m benchmarks.fit_pointer --folds` first")
    if pointer.source != wanted:
        pointer.source = wanted
        pointer._network.cache_clear()


def tuned(start: Any, examples: Sequence[Example]) -> Any:
    """A network that has gone on from `start` with the real questions, four rounds."""
    net = network()
    net.load_state_dict(start)
    train(net, examples, rate=6e-4, batch=8, without=0.2, stop=4)
    return net


def main(arguments: Sequence[str] | None = None) -> None:
    """Train, report, and with `--write` store the network."""
    parser = parser_of(__doc__)
    parser.add_argument("--minutes", type=float, default=28, help="of the first step (28)")
    parser.add_argument("--questions", type=int, default=QUESTIONS, help="that are made (20,000)")
    parser.add_argument("--folds", action="store_true", help="leave a quarter out in turn")
    parser.add_argument("--write", action="store_true", help="write qa/pointer.npz")
    args = parser.parse_args(arguments)
    try:
        articles = squad_open(args.bench) / "articles"
    except Skipped as reason:
        parser.error(str(reason))
    store = store_of("squad-490", [articles], args.cache, load_encoder())
    with Library.open(store, load_encoder()) as library:
        reading = Reading(library)
        real = asked(reading, args.bench)
        sources = sorted({example.group for example in real})
        note(f"{len(real)} questions; making others …")
        first = network()
        train(
            first,
            made(reading, set(sources), args.questions),
            rate=2.5e-3, batch=16, without=0.12, stop=args.minutes * 60,
        )  # fmt: skip
        state = {name: value.clone() for name, value in first.state_dict().items()}
        for fold in range(FOLDS) if args.folds else ():
            kept = [e for e in real if fold_of(e.group, sources) == fold]
            net = tuned(state, [e for e in real if fold_of(e.group, sources) != fold])
            np.savez(args.cache / f"pointer-{fold}.npz", **stored(net, reading))
            print(f"fold {fold}: loss {mean_loss(first, kept):.3f} -> {mean_loss(net, kept):.3f}")
        net = tuned(state, real)
        if args.write:
            np.savez(WHERE, **stored(net, reading))


if __name__ == "__main__":
    main()
