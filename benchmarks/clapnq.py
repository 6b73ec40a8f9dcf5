"""clapnq: long answers, one passage given; the sentences that answer are marked.

    python -m benchmarks.clapnq --bench DIR

300 passages are synced as articles; each question is asked of its own passage. *Sentences*: where
there is an answer, the precision, recall and F1 of the sentences shown against those that a person
marked (the annotator who agrees best, as SQuAD's F1 does), averaged over questions, a refusal
counting 0. *Refusal*: half the questions are not answered by their passage; balanced accuracy of
answered and refused. What it hides: a passage that does not answer is one that a search brought,
so it is always about the subject.
"""

import argparse
import hashlib
import json
import sys
from collections.abc import Sequence
from typing import Any

import numpy as np

from benchmarks.articles import store_of
from benchmarks.result import Measure, Measured, parser_of, run
from benchmarks.scifact import bench_folder, written
from index.encoder import load_encoder
from qa import Assistant


def measure(args: argparse.Namespace) -> Measured:
    """Ask every question of its passage."""
    folder = bench_folder(args.bench, "clapnq")
    asked = [
        json.loads(line)
        for name in ("answerable", "unanswerable")
        for line in (folder / f"{name}.jsonl").read_text("utf-8").splitlines()
    ]
    encoder = load_encoder()
    articles = written(map(_article, asked), args.cache / "clapnq")
    store = store_of("clapnq", [articles], args.cache, encoder)
    scores, answered, refused = [], [], []
    with Assistant.open(store, encoder=encoder) as assistant:
        ids = {article.source: article.id for article in assistant.library.bylines(limit=-1)}
        for item in asked:
            answer = assistant.ask(item["input"], article=ids[f"{_name(item)}.md"])
            marked = [set(one["selected_sentences"]) - {""} for one in item["output"]]
            marked = [sentences for sentences in marked if sentences]
            if not marked:
                refused.append(answer.refused)
                continue
            answered.append(not answer.refused)
            shown = " ".join(_plain(citation.quote) for citation in answer.citations)
            picked = {
                s for s in item["passages"][0]["sentences"] if _plain(s) and _plain(s) in shown
            }
            scores.append(max((overlap(picked, right) for right in marked), key=lambda s: s[2]))
    precision, recall, f1 = np.mean(scores, axis=0)
    return f"{len(scores)} questions with an answer, {len(refused)} without", [
        Measure("marked sentences, precision", float(precision)),
        Measure("marked sentences, recall", float(recall)),
        Measure("marked sentences, F1", float(f1)),
        Measure("answered", float(np.mean(answered))),
        Measure("refused", float(np.mean(refused))),
        Measure("refusal, balanced accuracy", float(np.mean(answered) + np.mean(refused)) / 2),
    ]


def overlap(picked: set[str], right: set[str]) -> tuple[float, float, float]:
    """Precision, recall and F1 of a set against another; 0 where nothing is picked."""
    both = len(picked & right)
    if not both:
        return 0.0, 0.0, 0.0
    return both / len(picked), both / len(right), 2 * both / (len(picked) + len(right))


def _article(item: dict[str, Any]) -> tuple[str, str, str]:
    passage = item["passages"][0]
    return _name(item), passage["title"], " ".join(passage["sentences"])


def _name(item: dict[str, Any]) -> str:
    return hashlib.sha256(item["id"].encode()).hexdigest()[:12]


def _plain(text: str) -> str:
    """The letters and digits alone: quotation marks and spaces are written in many ways."""
    return "".join(letter for letter in text.lower() if letter.isalnum())


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it as a command."""
    return run("clapnq", measure, parser_of(__doc__), arguments)


if __name__ == "__main__":
    sys.exit(main())
