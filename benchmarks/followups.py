"""follow-ups: the last turn of a conversation, and the passages that answer it.

    python -m benchmarks.followups --bench DIR

1,152 passages are synced as articles; each of the 183 last turns is searched for alone, and as
`qa.rewrite` puts it with the turns before. R@k is the share of a question's relevant passages whose
article is among the first k. A closed protocol of our own: published figures are on the whole
corpora.
"""

import argparse
import hashlib
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.articles import store_of
from benchmarks.result import Measure, Measured, parser_of, run
from benchmarks.scifact import bench_folder, lines_of, written
from index.encoder import load_encoder
from index.passages import EVERYTHING
from qa import Assistant, Turn
from qa.rewrite import Standalone, rewrite

DEEP = 40


def measure(args: argparse.Namespace) -> Measured:
    """Search for every last turn, alone and with what it leans on."""
    folder = bench_folder(args.bench, "follow-ups")
    encoder = load_encoder()
    articles = written(
        ((_name(p["id"]), p["text"][:60], p["text"]) for p in lines_of(folder / "passages.jsonl")),
        args.cache / "follow-ups",
    )
    store = store_of("followups", [articles], args.cache, encoder)
    lines = (folder / "conversations.jsonl").read_text("utf-8").splitlines()
    shares: dict[str, list[tuple[float, float]]] = {"last turn alone": [], "rewritten": []}
    with Assistant.open(store, encoder=encoder) as assistant:
        for item in map(json.loads, lines):
            said = item["history"]
            history = [
                Turn(one["text"], two["text"])
                for one, two in zip(said[::2], said[1::2], strict=False)
            ]
            right = {_name(each) for each in item["relevant"]}
            asked = {
                "last turn alone": Standalone(item["question"]),
                "rewritten": rewrite(item["question"], history),
            }
            for how, question in asked.items():
                _, evidence = assistant._find(question, EVERYTHING, k=DEEP)
                names = dict.fromkeys(Path(each.hit.article.source).stem for each in evidence)
                first = list(names)
                shares[how].append(
                    (
                        len(right & set(first[:5])) / len(right),
                        len(right & set(first[:10])) / len(right),
                    )
                )
    measures = []
    for how, found in shares.items():
        at_5, at_10 = np.mean(found, axis=0)
        measures += [Measure(f"{how}: R@5", float(at_5)), Measure(f"{how}: R@10", float(at_10))]
    return f"{len(lines)} conversations over 1,152 passages", measures


def _name(passage: str) -> str:
    return hashlib.sha256(passage.encode()).hexdigest()[:12]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it as a command."""
    return run("followups", measure, parser_of(__doc__), arguments)


if __name__ == "__main__":
    sys.exit(main())
