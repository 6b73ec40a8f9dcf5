"""SIGKILL at random moments: what was acknowledged is in, nothing is half there."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from corpus import Article, read
from index.hashing import HashEncoder
from index.library import Library
from index.passages import Passage, context, split
from index.words import words
from index.writer import Writer

FILES = 150
ENCODER = HashEncoder()
SAYS = words("says")


def write_version(news: Path, version: int) -> None:
    """Every article in this version; the text says which it is, in each of its passages."""
    rng = random.Random(version)
    for i in range(FILES):
        lines = [f"version{version} story{i} says {rng.randrange(10**6)}." for _ in range(50)]
        path = news / f"{i:03d}.txt"
        path.write_text(" ".join(lines), encoding="utf-8")
        os.utime(path, (1_600_000_000 + version, 1_600_000_000 + version))


def sync_and_kill(news: Path, store: Path, commits: int, seconds: float) -> list[str]:
    """Kill a sync so many seconds after so many commits; the sources acknowledged before."""
    child = subprocess.Popen(
        [sys.executable, "-m", "index", "sync", str(news), "--store", str(store), "--json"],
        env={**os.environ, "BYLINE_ENCODER": "hash"},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert child.stdout is not None
    output = "".join(child.stdout.readline() for _ in range(commits))
    time.sleep(seconds)
    child.send_signal(signal.SIGKILL)
    output += child.stdout.read()
    child.stdout.close()
    child.wait()
    # The last line may be torn; it was not acknowledged then.
    lines = [json.loads(line) for line in output.splitlines(keepends=True) if line.endswith("\n")]
    return [line["committed"] for line in lines if "committed" in line]


def check_whole(store: Path, news: Path, acknowledged: list[str], version: int) -> int:
    """Check every article and table of the store; the number of articles."""
    with Library.open(store, ENCODER, vectors=False) as library:
        articles = library.articles(article.id for article in library.bylines(limit=-1))
        by_source = {article.source: article for article in articles.values()}
        for source in acknowledged:
            assert f"version{version} " in by_source[source].text
            assert by_source[source] == read(news / source, news).articles[0]
        passages = library.passages(range(1, 100_000))
        rng = random.Random(version)
        for article in rng.sample(list(by_source.values()), min(20, len(by_source))):
            check_article(library, article, [p for p in passages if p.article_id == article.id])
        assert library.passage_count == len(passages) == len(library.search_words(SAYS, 10**6))
    with Writer.open(store) as writer:  # the lock went with the process that held it
        execute = writer.connection.execute
        assert execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert execute("PRAGMA foreign_key_check").fetchall() == []
        execute("INSERT INTO words (words, rank) VALUES ('integrity-check', 1)")
        (vectors,) = execute("SELECT count(*) FROM vector").fetchone()
        assert vectors == len(passages)
    with Library.open(store, ENCODER, vectors=False) as library:
        assert library.frequencies(SAYS) == {SAYS[0]: len(passages)}
    return len(articles)


def check_article(library: Library, article: Article, passages: list[Passage]) -> None:
    """The article is of one version, with the passages and vectors of that version."""
    versions = {word for word in article.text.split() if word.startswith("version")}
    assert len(versions) == 1
    expected = split(article, ENCODER)
    assert [p.text for p in passages] == [p.text for p in expected]
    question = ENCODER.encode_passages([context(article, expected[-1])])[0]
    assert library.search_vectors(question, 1)[0][1] == pytest.approx(1, abs=1e-5)


def test_a_kill_loses_nothing_that_was_acknowledged_and_leaves_nothing_half(
    tmp_path: Path,
) -> None:
    news, store = tmp_path / "news", tmp_path / "storage"
    news.mkdir()
    rng = random.Random(time.time_ns())
    killed_inside = 0
    for version in range(1, 6):
        write_version(news, version)
        commits = rng.choice([0, rng.randrange(FILES), rng.randrange(FILES)])
        seconds = rng.uniform(0, 0.01 if commits else 2)
        acknowledged = sync_and_kill(news, store, commits, seconds)
        if (store / "library.db").exists():
            check_whole(store, news, acknowledged, version)
            killed_inside += 0 < len(acknowledged) < FILES
    # Whatever the kills left, one more sync brings all of it in.
    done = subprocess.run(
        [sys.executable, "-m", "index", "sync", str(news), "--store", str(store), "--json"],
        env={**os.environ, "BYLINE_ENCODER": "hash"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert check_whole(store, news, [f"{i:03d}.txt" for i in range(FILES)], 5) == FILES
    with Library.open(store, ENCODER) as library:
        library.search_vectors(ENCODER.encode_question("story7"), 5)
        assert library._fit_generation() is not None
    print(f"{killed_inside} of 5 kills came between the first and the last commit")  # noqa: T201
