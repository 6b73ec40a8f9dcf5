"""What `benchmarks.growth` does in processes of their own, so that the memory of each is its own.

    python -m benchmarks.growth_steps fill STORE PASSAGES ...

Each prints one line of JSON.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.articles import SAMPLE, asked_of, has_squad_open, questions
from benchmarks.growth_text import ROOT, Bank, Prepared, made, sentences_of
from index.catalogue import condition
from index.encoder import Vectors, load_encoder
from index.exact import best, vectors_of
from index.generations import build, needs_building
from index.library import Library
from index.passages import EVERYTHING, Scope
from index.words import words
from index.writer import File, Writer
from qa import Assistant
from qa.question import parse
from qa.retrieve import DEPTH, fuse
from qa.tokens import TokenCache

WARMING = 3
# A tenth of the articles by date, one in forty by outlet; one article is named by its id.
DATES, OUTLET = Scope(start="2020-06", end="2021-12"), Scope(outlet="Paper07 Gazette")
K = 10


def fill(args: argparse.Namespace) -> dict[str, float]:
    """Put articles in until there are so many passages, then build the generation."""
    encoder = load_encoder()
    every = sentences_of(args.bench, args.cache)
    bank = Bank(args.cache, every, encoder, args.real)
    bank.fill(0)
    deadline = time.monotonic() + args.seconds
    args.store.mkdir(parents=True, exist_ok=True)
    with Writer.open(args.store, new=True) as writer:
        count = "SELECT (SELECT count(*) FROM passage), (SELECT count(*) FROM article)"
        before, articles = writer.connection.execute(count).fetchone()
        prepared = Prepared(encoder.fingerprint, bank.rows, before)
        writer.claim(prepared)
        put, at = 0.0, before
        for article, passages in made(every, articles):
            if at >= args.passages or time.monotonic() > deadline:
                break
            vectors = prepared.encode_passages([""] * len(passages))
            started = time.perf_counter()
            file = File(ROOT, article.source, len(article.text), 1, "x")
            writer.put(article, file, passages, vectors, whole=True)
            put += time.perf_counter() - started
            at += len(passages)
        started = time.perf_counter()
        if needs_building(args.store, writer.connection):
            build(args.store, writer.connection)
        built = time.perf_counter() - started
        writer.settle()
    return {"passages": at, "added": at - before, "put": put, "built": built}


def ask(args: argparse.Namespace) -> dict[str, Any]:
    """Retrieval and whole answers of one warm process, and its memory."""
    encoder = load_encoder()
    asked = questions_of(args.bench)[: args.questions + WARMING]
    result: dict[str, Any] = {}
    with Assistant.open(args.store, encoder=encoder) as assistant:
        assistant._tokens = TokenCache(encoder, budget=0)
        library = assistant.library
        first = library.bylines(limit=1, newest_first=False)[0].id
        vectors = {text: encoder.encode_question(text) for text in asked}
        scopes = {"everything": EVERYTHING, "dates": DATES, "outlet": OUTLET,
                  "article": Scope(article=first)}  # fmt: skip
        retrievals: dict[str, Callable[[str], object]] = {
            name: partial(_retrieve, library, vectors, scope) for name, scope in scopes.items()
        }
        # In turn, so that what else the machine does is shared by all.
        times: dict[str, list[float]] = {name: [] for name in (*retrievals, "answer")}
        for number, text in enumerate(asked):
            for name, call in (*retrievals.items(), ("answer", assistant.ask)):
                started, worked = time.perf_counter(), time.process_time()
                call(text)
                if number >= WARMING:
                    times[name].append(1000 * (time.perf_counter() - started))
                    times.setdefault(f"{name} cpu", []).append(
                        1000 * (time.process_time() - worked)
                    )
        result = dict(times)
        status = Path("/proc/self/status").read_text("utf-8")
        (line,) = [each for each in status.splitlines() if each.startswith("VmRSS")]
        result["resident"] = int(line.split()[1]) / 1024
        result["graph"] = bool(library._generation and library._generation._collection)
        result["recall"] = {
            name: _recall(library, list(vectors.values()), scope)
            for name, scope in (("everything", EVERYTHING), ("dates", DATES), ("outlet", OUTLET))
        }
    return result


def _retrieve(library: Library, vectors: dict[str, Vectors], scope: Scope, text: str) -> None:
    frequencies = library.frequencies(words(text))
    question = parse(text, frequencies, library.passage_count)
    by_meaning = library.search_vectors(vectors[text], DEPTH, scope)
    by_word = library.search_words(question.words, DEPTH, scope)
    fuse([number for number, _ in by_meaning], [number for number, _ in by_word])


def _recall(library: Library, vectors: Sequence[Vectors], scope: Scope) -> float:
    """recall@10 of the index against all vectors in the truth, one pass for all questions."""
    where, parameters = condition(scope)
    rows = library._connection.execute(
        "SELECT vector.passage, vector.vector FROM vector "
        "JOIN passage ON passage.number = vector.passage "
        f"JOIN article ON article.number = passage.article WHERE {where}",
        parameters,
    )
    matrix = np.stack(vectors)
    kept: list[list[tuple[int, float]]] = [[] for _ in vectors]
    while block := rows.fetchmany(5_000):
        numbers = np.array([number for number, _ in block], np.int64)
        scores = vectors_of([blob for _, blob in block], matrix.shape[1]) @ matrix.T
        for at, column in enumerate(scores.T):
            kept[at] = sorted(kept[at] + best(numbers, column, K), key=lambda p: -p[1])[:K]
    shares = []
    for vector, truth in zip(vectors, kept, strict=True):
        found = {number for number, _ in library.search_vectors(vector, K, scope)}
        shares.append(len(found & {number for number, _ in truth}) / max(1, len(truth)))
    return float(np.mean(shares))


def questions_of(bench: Path | None) -> list[str]:
    """Questions to ask, each once."""
    if has_squad_open(bench):
        texts = [asked.text for asked in asked_of(bench)]
        return list(dict.fromkeys(texts))[::7]
    return questions(SAMPLE, answerable=False)


def main(arguments: Sequence[str] | None = None) -> int:
    """Do one step and print what it says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("step", choices=("fill", "ask"))
    parser.add_argument("store", type=Path)
    parser.add_argument("--passages", type=int, default=1_000)
    parser.add_argument("--real", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=3_600)
    parser.add_argument("--questions", type=int, default=50)
    parser.add_argument("--bench", type=Path)
    parser.add_argument("--cache", type=Path, required=True)
    args = parser.parse_args(arguments)
    print(json.dumps({"fill": fill, "ask": ask}[args.step](args)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
