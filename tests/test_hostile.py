"""Every bad file, alone and among ten good ones, and mutations of good ones.

The slowest are left to `python -m benchmarks.mutations`, which runs all of them.
"""

import os
import random
import select
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import hostile
import pytest
from hostile import GOOD, HOSTILE, MARK, Hostile, peak_mb, wrong

from corpus import ArticleError, files
from corpus.read import Reading
from corpus.sandbox import Sandbox

MUTATIONS = 300
SECONDS = 60
MAX_MB = 1_000
QUICK = [each for each in HOSTILE if not each.slow]


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(2) as shared:
        yield shared


@pytest.fixture(scope="module")
def neighbours(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Ten sound files of several formats."""
    folder = tmp_path_factory.mktemp("good")
    kinds = [(suffix, make) for suffix, make in GOOD.items() if suffix in (".txt", ".md", ".html")]
    found = []
    for number in range(10):
        suffix, make = kinds[number % len(kinds)]
        found.append(folder / f"good-{number}{suffix}")
        found[-1].write_bytes(make())
    return found


@pytest.fixture(scope="module", autouse=True)
def _nothing_else_is_touched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Nobody calls the listener; nothing appears where the archives' paths lead."""
    base = tmp_path_factory.getbasetemp()
    places = {Path.cwd(), *Path.cwd().parents, Path.home(), Path("/tmp"), base, *base.parents}
    before = {place: sorted(os.listdir(place)) for place in places}
    yield
    assert select.select([hostile.LISTENER], [], [], 0)[0] == []
    for place in places:
        new = set(os.listdir(place)) - set(before[place])
        assert not [name for name in new if MARK in name], place
    assert not [path for path in base.rglob("*") if MARK in path.name]


@pytest.mark.parametrize("each", QUICK, ids=[ascii(each.name)[:40] for each in QUICK])
def test_a_bad_file_alone_and_among_good_ones(
    each: Hostile, sandbox: Sandbox, neighbours: list[Path], tmp_path: Path
) -> None:
    bad = tmp_path / each.name
    each.make(bad)
    root = neighbours[0].parent
    jobs = [(path, root) for path in neighbours]
    jobs.insert(5, (bad, tmp_path))
    started = time.monotonic()
    found = list(sandbox.read_all(jobs))
    assert time.monotonic() - started < SECONDS + 5
    assert wrong(each, found.pop(5)) == ""
    assert [type(neighbour) for neighbour in found] == [Reading] * 10
    assert all(
        hostile.PROSE in each.articles[0].text for each in found if isinstance(each, Reading)
    )
    assert peak_mb(sandbox) < MAX_MB


def test_there_are_enough_of_every_kind() -> None:
    assert len(HOSTILE) >= 90 and len({each.name for each in HOSTILE}) == len(HOSTILE)
    assert {Path(f"x{suffix}").suffix for suffix in GOOD} <= files.EXTENSIONS


@pytest.mark.parametrize("suffix", GOOD)
def test_the_good_ones_are_good(suffix: str, sandbox: Sandbox, tmp_path: Path) -> None:
    path = tmp_path / f"good{suffix}"
    path.write_bytes(GOOD[suffix]())
    found = sandbox.read(path, tmp_path)
    assert not found.failed and all("harbour council" in each.text for each in found.articles)


@pytest.mark.parametrize("suffix", GOOD)
def test_mutations_of_good_files(suffix: str, sandbox: Sandbox, tmp_path: Path) -> None:
    good = GOOD[suffix]()
    paths = []
    for seed in range(MUTATIONS // len(GOOD)):
        paths.append(tmp_path / f"{seed}{suffix}")
        paths[-1].write_bytes(hostile.mutated(good, random.Random(f"{suffix} {seed}")))
    started = time.monotonic()
    for found in sandbox.read_all((path, tmp_path) for path in paths):
        assert isinstance(found, Reading | ArticleError)
        assert "nonsense" not in str(found) if isinstance(found, ArticleError) else found.articles
    assert time.monotonic() - started < SECONDS
    assert peak_mb(sandbox) < MAX_MB


@pytest.mark.skipif(sys.platform != "linux", reason="there may be no pipe elsewhere")
def test_a_folder_of_them_is_walked_without_harm(tmp_path: Path) -> None:
    for each in HOSTILE:
        if len(each.name) > 200 or not each.name.isascii() or "/" in each.name:
            continue
        if not each.name.endswith((".txt",)) or each.slow:
            continue
        each.make(tmp_path / each.name)
    found = {each.path.name: each.skipped for each in files.walk(tmp_path)}
    for name in ("pipe.txt", "socket.txt", "device.txt", "outside.txt", "loop.txt", "nowhere.txt"):
        assert found[name], name
