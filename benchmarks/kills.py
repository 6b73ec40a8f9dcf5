"""SIGKILL at random moments, and what the library is like afterwards.

    python -m benchmarks.kills [--count 1000] [--minutes 10] [--seed S] [--slow]

A folder of articles, some in files of several, is changed; `python -m index` syncs, edits, removes,
and is killed: at any moment, just after it has acknowledged an article, or while it builds a
generation. Then every row is checked (`benchmarks.whole`): an article that was acknowledged is in,
every article is as it was before or as it is to be, wholly, and nothing is left over. The next sync
must bring everything in by itself, with a vector index that is fit and finds what exact search
finds. What was counted is kept in the cache: the command goes on where it stopped. A kill counts
only if the process was still running. So that many fit into an hour, files are parsed in the
process that is killed, and a generation is opened for a try in a fork of it; `--slow` starts the
children that a sync starts.
"""

import argparse
import json
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, field
from pathlib import Path

from benchmarks.result import Measure, Measured, note, parser_of, run
from benchmarks.victim import Run, Victim
from benchmarks.whole import faults, own_encoder, stored
from benchmarks.world import OUTLETS, World, torn
from index import generations
from index.edits import with_edits
from index.generations import current_name
from index.library import Library
from index.schema import open_reading

OPERATIONS = ("sync", "sync", "sync", "reembed", "edit", "remove")
MOMENTS = ("any", "commit", "generation")
WANTED = 1_000
PER_STORE = 30  # kills before a new library is begun, for the first sync is killed, too


@dataclass(slots=True)
class Tally:
    """What has been counted, in this run and in those before it."""

    kills: int = 0
    missed: int = 0  # it had ended before
    syncs: int = 0  # that had to bring in what a kill left out
    acknowledged: int = 0
    seconds: float = 0.0
    of: dict[str, int] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)


class Trial:
    """One library that is killed again and again."""

    def __init__(self, folder: Path, victim: Victim, rng: random.Random, tally: Tally, size: int):
        self.world = World(folder / "news", rng, size)
        self.store = folder / "store"
        self.victim = victim
        self.rng = rng
        self.tally = tally
        self.encoder = "hash"
        self.seconds = dict.fromkeys(OPERATIONS, 2.0)

    def round(self) -> None:
        """Change something, kill whoever brings it in, check; then let a sync end, and check."""
        held = stored(self.store)
        operation = self.rng.choice(OPERATIONS) if held else "sync"
        getattr(self, f"_{operation}")()
        if self.rng.random() < 0.4:
            self.recover()

    def _sync(self) -> None:
        if (self.store / "library.db").exists():
            self.world.clear() if self.rng.random() < 0.05 else self.world.change()
        self._kill("sync", self.world.news, "--store", self.store, "--json", "--yes")

    def _reembed(self) -> None:
        self.encoder = "hash-64" if self.encoder == "hash" else "hash"
        self._sync()

    def _edit(self) -> None:
        name = self.rng.choice(sorted(stored(self.store)))
        given = {"title": f"Edited {self.rng.random()}", "outlet": self.rng.choice(OUTLETS)}
        before = self.world.edits.get(name, {})
        self.world.edits[name] = {**before, **given}
        words = [word for pair in given.items() for word in (f"--{pair[0]}", pair[1])]
        self._kill("edit", name, *words, "--store", self.store)
        kept = stored(self.store).get(name)
        if kept is None or kept.title != given["title"]:
            self.world.edits[name] = before

    def _remove(self) -> None:
        name = self.rng.choice(sorted(stored(self.store)))
        article = self.world.declared().get(name)
        if article is None or stored(self.store)[name] != self.world.after().get(name):
            return  # its file has changed, and it would come back with the next sync
        before = self.world.removed.get(name)
        self.world.removed[name] = article
        now = self.rng.choice(((), ("--now",)))
        self._kill("remove", name, *now, "--store", self.store)
        if now:
            # It forgets what was edited of all that is gone, or has not come to that.
            kept = _edited(self.store)
            self.world.edits = {k: v for k, v in self.world.edits.items() if k in kept}
        if name not in stored(self.store):
            return
        self.world.removed.pop(name, None)
        if before:
            self.world.removed[name] = before

    def _kill(self, operation: str, *arguments: str | Path) -> None:
        """Run it, kill it, and check what is left."""
        before = stored(self.store)
        encoder = self._encoder()
        expected = self.world.after()
        if operation != "sync":
            # Of what waits for a sync, nothing comes in.
            expected = {name: each for name, each in before.items() if name != arguments[0]}
            if operation == "edit":
                name = str(arguments[0])
                expected[name] = with_edits(before[name], self.world.edits[name])
        moment = self.rng.choice(MOMENTS) if operation == "sync" else "any"
        began = time.monotonic()
        process = self.victim.run(operation, *arguments, encoder=self.encoder)
        self._wait_for(moment, process)
        limit = self.seconds[operation] if moment == "any" else self.rng.choice((0.01, 0.1, 2.0))
        status = self.victim.kill(process, self.rng.uniform(0, limit))
        anew = "embedding anew" if self.encoder != encoder else operation
        name = f"{anew}, {moment}"
        if status == -9:
            self.tally.kills += 1
            self.tally.of[name] = self.tally.of.get(name, 0) + 1
            self.seconds[operation] *= 1.02
        else:
            self.tally.missed += 1
            self.seconds[operation] = min(self.seconds[operation], time.monotonic() - began)
            if status:
                self._wrong(f"{name}: ended with {status}: {process.errors}")
        acknowledged = process.committed() if operation == "sync" else []
        self.tally.acknowledged += len(acknowledged)
        held = stored(self.store)
        if operation != "sync" and process.lines() and held != expected:
            self._wrong(f"{name}: said that it was done and has not done it")
        for line in (*torn(before, expected, held, acknowledged), *faults(self.store)):
            self._wrong(f"{name}: {line}")
        self.world.removed = {k: v for k, v in self.world.removed.items() if k not in held}

    def _encoder(self) -> str:
        """The name of the library's encoder; of none, the one that is wanted."""
        return (
            getattr(own_encoder(self.store), "name", "hash") if stored(self.store) else self.encoder
        )

    def _wait_for(self, moment: str, process: Run) -> None:
        """Wait until the moment comes near, or does not come."""
        commits = self.rng.randrange(1, 40)
        generation = _generations(self.store)
        until = time.monotonic() + (10 if moment != "any" else 0)
        while time.monotonic() < until and _runs(process.pid):
            if moment == "commit" and len(process.lines()) >= commits:
                return
            if moment == "generation" and _generations(self.store) - generation:
                return
            time.sleep(0.005)

    def recover(self) -> None:
        """Sync once more, to the end: everything has to be in, by itself."""
        arguments = ("sync", self.world.news, "--store", self.store, "--json", "--yes")
        status, process = self.victim.done(*arguments, encoder=self.encoder)
        self.tally.syncs += 1
        if status:
            self._wrong(f"the next sync ended with {status}: {process.errors}")
            return
        held = stored(self.store)
        for line in (*torn({}, self.world.after(), held, ()), *faults(self.store)):
            self._wrong(f"after the next sync {line}")
        if self.world.after() != held:
            self._wrong("after the next sync the library is not what the files are")
        if self._encoder() != self.encoder:
            self._wrong("after the next sync it is not embedded anew")
        for line in compared(self.store, self.rng):
            self._wrong(f"after the next sync {line}")

    def _wrong(self, line: str) -> None:
        note(f"WRONG {line}")
        self.tally.wrong.append(line[:500])


def compared(store: Path, rng: random.Random, questions: int = 5) -> list[str]:
    """What is wrong with the vector index, against exact search."""
    generations.probe = lambda *_: True  # a sync has opened it in another process
    encoder = own_encoder(store)
    with Library.open(store, encoder) as library:
        if library.passage_count < 2:
            return []
        asked = [encoder.encode_question(f"place{rng.randrange(500)} ferry version")
                 for _ in range(questions)]  # fmt: skip
        found = [library.search_vectors(vector, 10) for vector in asked]
        if library._fit_generation() is None:
            return [f"the vector index ({current_name(store)}) is not fit"]
    with Library.open(store, encoder, vectors=False) as library:
        exact = [library.search_vectors(vector, 10) for vector in asked]
    # Equal scores may come in another order: what counts is that none is missing.
    worse = sum(
        round(one[1], 5) < round(other[1], 5)
        for a, b in zip(found, exact, strict=True)
        for one, other in zip(a, b, strict=True)
    )
    return [f"{worse} of {10 * questions} neighbours are missing"] if worse > questions else []


def _edited(store: Path) -> set[str]:
    """Ids of articles, there or gone, whose edits the library keeps."""
    with closing(open_reading(store)) as connection:
        return {name for (name,) in connection.execute("SELECT id FROM edit")}


def _generations(store: Path) -> set[str]:
    return {path.name for path in (store / "vectors").glob("gen-*")}


def _runs(pid: int) -> bool:
    """Whether it has not ended; one that waits to be buried has."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def measure(args: argparse.Namespace) -> Measured:
    """Kill until there were enough, or the time is up."""
    kept = args.cache / "kills.json"
    tally = Tally(**json.loads(kept.read_text("utf-8"))) if kept.exists() else Tally()
    until = time.monotonic() + args.minutes * 60 if args.minutes else float("inf")
    args.cache.mkdir(parents=True, exist_ok=True)
    rng = random.Random(f"{args.seed} {tally.kills} {tally.missed}")
    while tally.kills < args.count and time.monotonic() < until:
        with (
            tempfile.TemporaryDirectory() as name,
            Victim(Path(name), quick=not args.slow) as victim,
        ):
            trial = Trial(Path(name), victim, rng, tally, args.files)
            enough = min(tally.kills + PER_STORE, args.count)
            while tally.kills < enough and time.monotonic() < until:
                started = time.monotonic()
                trial.round()
                tally.seconds += time.monotonic() - started
                kept.write_text(json.dumps(asdict(tally), indent=1), "utf-8")
            trial.recover()
        note(f"{tally.kills} kills, {len(tally.wrong)} wrong, {tally.seconds:.0f} s")
    kinds = ", ".join(f"{count} {name}" for name, count in Counter(tally.of).most_common())
    over = (f"{tally.kills:,} kills in {tally.seconds / 60:.0f} minutes ({kinds}); "
            f"{tally.missed} more came too late")  # fmt: skip
    return over, [
        Measure("kills", tally.kills, "count"),
        Measure("articles acknowledged before a kill", tally.acknowledged, "count"),
        Measure("syncs that had to bring in the rest", tally.syncs, "count"),
        Measure("lost, half there, or left over", len(tally.wrong), "count", "<= 0"),
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it as a command; 1 when something was wrong."""
    parser = parser_of(__doc__)
    parser.add_argument("--count", type=int, default=WANTED, metavar="N", help="kills (1,000)")
    parser.add_argument(
        "--minutes", type=float, default=10, metavar="M", help="stop after so many (10; 0: never)"
    )
    parser.add_argument("--slow", action="store_true", help="with all child processes")
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="of what happens (1)")
    parser.add_argument("--files", type=int, default=20, metavar="N", help="files (20)")
    return run("kills", measure, parser, arguments)


if __name__ == "__main__":
    sys.exit(main())
