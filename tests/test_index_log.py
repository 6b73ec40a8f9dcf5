"""The write-ahead log stays bounded, whoever reads; a book goes in without much memory."""

import subprocess
import sys
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from corpus import Article
from index import log
from index.hashing import HashEncoder
from index.passages import split
from index.schema import open_reading
from index.writer import File, Writer

ENCODER = HashEncoder()


def put(writer: Writer, number: int) -> None:
    text = " ".join(f"Word{number * 300 + i} stands here." for i in range(300))
    article = Article("/r", f"{number}.txt", "t", text)
    passages = split(article, ENCODER)
    vectors = ENCODER.encode_passages([each.text for each in passages])
    writer.put(article, File("/r", article.source, 1, 1, "x"), passages, vectors, whole=True)


def test_the_log_is_cut_off_as_soon_as_nobody_reads_an_old_state(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log, "MOST", 400_000)
    monkeypatch.setattr(log, "WAIT_MS", 10)
    wal = tmp_path / "library.db-wal"
    with Writer.open(tmp_path, new=True) as writer:
        writer.claim(ENCODER)
        sizes = []
        for number in range(30):
            put(writer, number)
            sizes.append(wal.stat().st_size)
        assert 400_000 < max(sizes) < 900_000 and min(sizes[10:]) < 400_000
        with closing(open_reading(tmp_path)) as reader:
            reader.execute("BEGIN")
            held = reader.execute("SELECT count(*) FROM article").fetchone()
            for number in range(30, 50):
                put(writer, number)
            assert reader.execute("SELECT count(*) FROM article").fetchone() == held
            grown = wal.stat().st_size
            assert grown > 800_000
            reader.execute("COMMIT")
            for number in range(50, 70):
                put(writer, number)
        assert wal.stat().st_size < 900_000
    with closing(open_reading(tmp_path)) as reader:
        assert reader.execute("SELECT count(*) FROM article").fetchone() == (70,)


BOOK = """
import random, resource, sys
from pathlib import Path
from index.hashing import HashEncoder
from index.sync import sync
folder, store = Path(sys.argv[1]), Path(sys.argv[2])
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, end=" ")
report = sync(store, [folder], HashEncoder())
print(report.added, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def test_a_book_of_five_megabytes_goes_in_without_much_memory(tmp_path: Path) -> None:
    drawn = np.random.default_rng(1)
    vocabulary = [f"w{number}" for number in range(3_000)]
    folder = tmp_path / "books"
    folder.mkdir()
    with (folder / "book.txt").open("w") as file:
        while file.tell() < 5_000_000:
            chosen = drawn.integers(len(vocabulary), size=14)
            file.write(" ".join(vocabulary[at] for at in chosen).capitalize() + ". ")
            if drawn.random() < 0.1:
                file.write("\n\n")
    done = subprocess.run(
        [sys.executable, "-c", BOOK, str(folder), str(tmp_path / "store")],
        capture_output=True, text=True, timeout=300, check=True,
    )  # fmt: skip
    before, added, peak = map(int, done.stdout.split())
    assert added == 1
    # Kilobytes: a hundred times the text at most, however it is cut, counted and written.
    assert peak - before < 500_000
