"""The benchmark of growth draws the same library every time, and its vectors are what it says."""

from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from benchmarks import growth_text
from benchmarks.chart import Line, write_lines
from benchmarks.document import _lines
from benchmarks.growth_text import Bank, Prepared, made
from benchmarks.result import Measure, Result
from index.encoder import Vectors
from index.hashing import HashEncoder
from index.passages import context

EVERY = [
    f"The keeper of house {n} tells of the thing {n % 7} and of the far place {n % 11} at length, "
    "as everybody who ever went there with a lantern does."
    for n in range(90)
]


class Counting(HashEncoder):
    """Counts the texts that it is given."""

    given = 0

    def encode_passages(self, texts, progress=None) -> Vectors:  # type: ignore[no-untyped-def]
        self.given += len(texts)
        return super().encode_passages(texts, progress)


def test_an_article_depends_on_its_number_alone_and_has_passages_of_few_sentences() -> None:
    first, again = ([*islice(made(EVERY, at), 5)] for at in (3, 3))
    assert first == again and [article.source for article, _ in first] == [
        f"{number:07}.txt" for number in range(3, 8)
    ]
    for article, passages in first:
        assert all(article.text[p.start : p.end] == p.text for p in passages)
        assert {len(p.sentences) for p in passages} <= {1, 2, 3, 4} and len(passages) > 5


def test_vectors_are_made_once_and_then_moved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(growth_text, "_BLOCK", 64)
    encoder = Counting()
    bank = Bank(tmp_path, EVERY, encoder, 150)
    assert bank.fill(0) == 64 and encoder.given == 64
    bank.fill(600)
    assert bank.fill(0) == 150 and encoder.given == 150
    again = Bank(tmp_path, EVERY, encoder, 150)
    assert again.fill(0) == 150 and encoder.given == 150
    texts = [context(a, p) for a, passages in islice(made(EVERY), 40) for p in passages]
    real = again.rows(0, 150)
    assert np.allclose(real, HashEncoder().encode_passages(texts[:150]), atol=2e-3)
    later = again.rows(300, 450)
    assert np.allclose(np.linalg.norm(later, axis=1), 1, atol=1e-5)
    assert np.mean((real * later).sum(axis=1)) == pytest.approx(0.9, abs=0.01)
    assert (later == again.rows(300, 450)).all()
    prepared = Prepared("x", again.rows, 10)
    handed = [prepared.encode_passages(["", ""]), prepared.encode_passages([""])]
    assert np.allclose(np.concatenate(handed), real[10:13])


def test_how_it_grows_is_drawn(tmp_path: Path) -> None:
    rows = [Measure(f"{size:,}: disk", size / 100, "MiB") for size in (1_000, 10_000, 100_000)]
    lines = _lines(Result("growth", "", [*rows, Measure("1,000: cold qa ask", 1.0, "s")]))
    assert lines == [Line("disk", [(1e3, 10.0), (1e4, 100.0), (1e5, 1000.0)], "1,000 MiB")]
    write_lines(tmp_path / "x.svg", "Title & more", "passages", lines)
    drawn = (tmp_path / "x.svg").read_text()
    assert "Title &amp; more" in drawn and "disk: 1,000 MiB" in drawn and drawn.count("100 ×") == 1
