"""SIGKILL at random moments: what was acknowledged is in, nothing is half there.

`python -m benchmarks.kills` has a thousand of them, and with `--slow` all child processes.
"""

import random
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import ROOT, environment

from benchmarks.kills import Tally, Trial
from benchmarks.victim import Run, Victim
from benchmarks.whole import faults, stored
from benchmarks.world import World, torn

KILLS = 20
TRIES = 60


def test_kills_lose_nothing_that_was_acknowledged_and_leave_nothing_half(tmp_path: Path) -> None:
    rng = random.Random(time.time_ns())
    tally = Tally()
    tries = 0
    with Victim(tmp_path, quick=True) as victim:
        trial = Trial(tmp_path, victim, rng, tally, 8)
        while tally.kills < KILLS and tries < TRIES:
            trial.round()
            tries += 1
        trial.recover()
    assert tally.wrong == []
    assert tally.kills >= KILLS, tally


def test_the_whole_command_is_killed_and_run_again(tmp_path: Path) -> None:
    world, store = World(tmp_path / "news", random.Random(time.time_ns()), 30), tmp_path / "store"
    command = [sys.executable, "-m", "index", "sync", world.news, "--store", store, "--json"]
    said = tmp_path / "said.txt"
    with said.open("w") as output:
        child = subprocess.Popen(
            command, cwd=ROOT, env=environment(BYLINE_ENCODER="hash"), stdout=output
        )
        until = time.monotonic() + 120
        while len(Run(child.pid, said).lines()) < 5 and time.monotonic() < until:
            time.sleep(0.005)
        child.send_signal(signal.SIGKILL)
        child.wait()
    acknowledged = Run(child.pid, said).committed()
    assert len(acknowledged) >= 5
    assert torn({}, world.after(), stored(store), acknowledged) == []
    assert faults(store) == []
    done = subprocess.run(
        command, cwd=ROOT, env=environment(BYLINE_ENCODER="hash"), capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert stored(store) == world.after()
    assert faults(store) == []


DAMAGE = {
    "passages": "DELETE FROM passage WHERE number = 1",
    "vectors": "UPDATE vector SET vector = zeroblob(512) WHERE passage = 2",
    "rows in vector": "DELETE FROM vector WHERE passage = 3",
    "word index": "INSERT INTO words (words, rowid, text, title, author, outlet) "
    "VALUES ('delete', 1, 'ferri', '', '', '')",
    "frequencies": "UPDATE frequency SET postings = postings + 1",
    "without a text": "DELETE FROM body WHERE article = 1",
    "signature": "DELETE FROM signature WHERE article = 1",
    "groups of one": "UPDATE signature SET story = 77 WHERE article = 1",
}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A library's file."""
    folder = tmp_path_factory.mktemp("whole")
    world = World(folder / "news", random.Random(3), 6)
    with Victim(folder, young=10**6, quick=True) as victim:
        status, run = victim.done("sync", world.news, "--store", folder / "store")
    assert status == 0, run.errors
    assert faults(folder / "store") == []
    with closing(sqlite3.connect(folder / "store" / "library.db")) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return (folder / "store" / "library.db").read_bytes()


@pytest.mark.parametrize("what", DAMAGE)
def test_what_looks_for_faults_finds_each_kind_of_them(
    what: str, whole: bytes, tmp_path: Path
) -> None:
    (tmp_path / "library.db").write_bytes(whole)
    with closing(sqlite3.connect(tmp_path / "library.db")) as connection:
        connection.execute(DAMAGE[what])
        connection.commit()
    assert any(what in line for line in faults(tmp_path)), faults(tmp_path)


def test_what_looks_for_torn_articles_finds_each_kind_of_them(tmp_path: Path) -> None:
    world = World(tmp_path / "news", random.Random(5), 4)
    before = world.after()
    for path in world.files():
        world.write(path)
    after = world.after()
    name = next(iter(after))
    source = after[name].source
    assert torn(before, after, after, [source]) == []
    assert torn(before, after, before, [source]) == [f"{source} was acknowledged and is not in"]
    lost = {key: each for key, each in after.items() if key != name}
    assert f"{source} is lost" in torn(before | after, after, lost, [])
    mixed = after | {name: replace(after[name], text="half")}
    assert torn(before, after, mixed, []) == [f"{source} is neither as before nor as after"]
