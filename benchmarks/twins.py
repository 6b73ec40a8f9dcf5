"""Grouping of copies against exact comparison, on pairs made from real text.

    python -m benchmarks.twins [--bench DIR]

A pair is alike when the Jaccard of its sets of three words is at least .70, or at least .80 of the
shorter's are in the longer. Precision and recall are those of "in one group", for all pairs of one
text and its variants. The variants: words replaced in 0 to 40 %, cut short, under another title,
with another number, sentences shuffled, boilerplate added. Strangers are stories with the same
words but for their facts, and other parts of the same article. What it hides: each pair has a
library of its own, so nothing is said of crowds.
"""

import argparse
import random
import re
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from benchmarks.articles import has_squad_open, own, squad_open
from benchmarks.result import Measure, Measured, parser_of, run
from corpus import Article, read
from index.hashing import HashEncoder
from index.passages import Passage
from index.sentences import sentences
from index.writer import File, Writer

BOILERPLATE = (
    "Sign up for our newsletter to get the stories of the week every Friday morning. All rights "
    "reserved; no part of this page may be published again without the consent of its owner."
)


def measure(args: argparse.Namespace) -> Measured:
    """Group each pair of a library and compare with the exact verdict."""
    texts = _texts(args.bench, args.texts)
    drawn = random.Random(7)
    verdicts = []
    with tempfile.TemporaryDirectory() as scratch, Writer.open(Path(scratch), new=True) as writer:
        writer.claim(HashEncoder())
        for at, text in enumerate(texts):
            other = texts[(at + 1) % len(texts)]
            for variant in variants(text, other, drawn):
                verdicts.append((alike(text, variant), grouped(writer, text, variant)))
    both = sum(truth and found for truth, found in verdicts)
    truths, founds = (sum(each) for each in zip(*verdicts, strict=True))
    return f"{len(verdicts)} pairs, {truths} alike", [
        Measure("precision of grouping", both / founds, "", ">= 0.98"),
        Measure("recall of grouping", both / truths, "", ">= 0.98"),
    ]


def variants(text: str, other: str, drawn: random.Random) -> Iterator[str]:
    """Texts made from `text`, from a copy to a stranger."""
    spans = [text[a:b] for a, b in sentences(text)]
    words = text.split()
    for share in (0.0, 0.02, 0.05, 0.1, 0.2, 0.4):
        edited = list(words)
        for at in drawn.sample(range(len(words)), round(share * len(words))):
            edited[at] = drawn.choice(other.split())
        yield " ".join(edited)
    yield " ".join(words[: len(words) // 2])
    yield " ".join(words[: len(words) // 5])
    yield " ".join(words[: -len(words) // 10])
    yield f"A title of another desk\n\n{text}"
    yield re.sub(r"\d", lambda found: str((int(found.group()) + 3) % 10), text)
    yield " ".join(drawn.sample(spans, len(spans)))
    yield f"{text}\n\n{BOILERPLATE}"
    yield f"{other}\n\n{BOILERPLATE}"
    yield other
    # The form of a story with other facts in it: each second run of four words is another's.
    strange = other.split()
    yield " ".join(
        word if at // 4 % 2 else strange[at % len(strange)] for at, word in enumerate(words)
    )


def alike(one: str, other: str) -> bool:
    """The exact verdict, by sets of three words."""
    first, second = (
        {tuple(words[at : at + 3]) for at in range(len(words) - 2)}
        for words in (re.findall(r"[^\W_]+", text.casefold()) for text in (one, other))
    )
    common = len(first & second)
    jaccard = common / len(first | second)
    return jaccard >= 0.7 or common / min(len(first), len(second)) >= 0.8


def grouped(writer: Writer, one: str, other: str) -> bool:
    """Whether two texts are one group in a library that holds nothing else."""
    for name, text in (("one", one), ("other", other)):
        article = Article("r", name, name, text)
        passage = Passage(0, article.id, 0, len(text), text, ((0, len(text)),))
        vector = np.ones((1, HashEncoder().dim), np.float32)
        writer.put(article, File("r", name, 1, 1, "x"), [passage], vector, whole=True)
    (count,) = writer.connection.execute("SELECT count(*) FROM story").fetchone()
    for name in ("one", "other"):
        writer.remove_file(("r", name))
    return bool(count)


def _texts(bench: Path | None, count: int) -> list[str]:
    """Parts of real articles, of 100 to 500 words where there are as many."""
    folders = [squad_open(bench) / "articles"] if has_squad_open(bench) else own()
    drawn = random.Random(5)
    found = []
    for folder in folders:
        for path in sorted(folder.glob("*.txt")):
            words = read(path, folder).articles[0].text.split()
            length = drawn.randint(100, 500)
            if len(words) >= 80:
                found.append(" ".join(words[:length]))
            if len(words) >= 1000:
                found.append(" ".join(words[500 : 500 + length]))
    return found[:count]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it as a command."""
    parser = parser_of(__doc__)
    parser.add_argument("--texts", type=int, default=40, metavar="N", help="texts (40)")
    return run("twins", measure, parser, arguments)


if __name__ == "__main__":
    sys.exit(main())
