"""scifact: scientific claims, and the abstracts that support or refute them.

    python -m benchmarks.scifact --bench DIR

5,183 abstracts are synced as articles, the title as the title; each of the 300 claims is searched
for with `Assistant.search`, and an abstract ranks where its best passage does. nDCG@10 is that of
trec_eval (Järvelin and Kekäläinen, TOIS 2002): the judgements are 0 or 1, and the ideal list holds
all that is judged 1. What it hides: every claim is a statement, none is a question.
"""

import argparse
import json
import math
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from benchmarks.articles import store_of
from benchmarks.result import Measure, Measured, Skipped, parser_of, run
from index.encoder import load_encoder
from qa import Assistant

DEEP = 40


def measure(args: argparse.Namespace) -> Measured:
    """Search for every claim."""
    folder = bench_folder(args.bench, "scifact")
    encoder = load_encoder()
    articles = written(
        ((item["_id"], item["title"], item["text"]) for item in lines_of(folder / "corpus.jsonl")),
        args.cache / "scifact",
    )
    store = store_of("scifact", [articles], args.cache, encoder)
    judged: dict[str, set[str]] = defaultdict(set)
    for line in (folder / "qrels_test.tsv").read_text("utf-8").splitlines()[1:]:
        claim, abstract, grade = line.split("\t")
        if int(grade) > 0:
            judged[claim].add(abstract)
    gains, found = [], []
    with Assistant.open(store, encoder=encoder) as assistant:
        for claim in lines_of(folder / "queries.jsonl"):
            if not (right := judged[claim["_id"]]):
                continue
            hits = assistant.search(claim["text"], DEEP)
            ranked = list(dict.fromkeys(Path(hit.article.source).stem for hit in hits))
            gains.append(ndcg(ranked, dict.fromkeys(right, 1), 10))
            found.append(len(right & set(ranked[:10])) / len(right))
    over = f"{len(gains)} claims over 5,183 abstracts"
    return over, [
        Measure("nDCG@10", sum(gains) / len(gains), target=">= 0.74"),
        Measure("R@10", sum(found) / len(found)),
    ]


def ndcg(ranked: Sequence[str], grades: Mapping[str, int], k: int) -> float:
    """Normalised discounted cumulative gain of the first `k`; 0 where nothing is relevant."""
    gain = sum(grades.get(each, 0) / math.log2(at + 2) for at, each in enumerate(ranked[:k]))
    best = sorted(grades.values(), reverse=True)[:k]
    ideal = sum(grade / math.log2(at + 2) for at, grade in enumerate(best))
    return gain / ideal if ideal else 0.0


def bench_folder(bench: Path | None, name: str) -> Path:
    """The folder of a benchmark.

    Raises:
        Skipped: it is not there.
    """
    if bench is None or not (Path(bench) / name).is_dir():
        raise Skipped(f"there is no {name} in the folder that --bench names")
    return Path(bench) / name


def lines_of(file: Path) -> list[dict[str, str]]:
    """The objects of a JSONL file."""
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


def written(texts: Iterable[tuple[str, str, str]], folder: Path) -> Path:
    """A folder with a Markdown file for each (name, title, text), written once."""
    if not folder.is_dir():
        part = folder.with_name(folder.name + ".part")
        part.mkdir(parents=True, exist_ok=True)
        for name, title, text in texts:
            heading = json.dumps(" ".join(title.split()) or name, ensure_ascii=False)
            (part / f"{name}.md").write_text(f"---\ntitle: {heading}\n---\n\n{text}\n", "utf-8")
        part.rename(folder)
    return folder


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it as a command."""
    return run("scifact", measure, parser_of(__doc__), arguments)


if __name__ == "__main__":
    sys.exit(main())
