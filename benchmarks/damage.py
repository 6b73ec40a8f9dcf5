"""Every file of a vector index damaged, and what the library answers then.

    python -m benchmarks.damage [--rounds 50] [--minutes 10] [--seed S]

Each file of the current generation, its manifest, `CURRENT` and Chroma's database is deleted,
filled with zeros, cut off, overwritten with garbage, or has one bit flipped. A process opens the
library then, and is asked: it must not die, and must find what exact search finds. The next sync
must leave an index that is fit. A bit that Chroma's own database does not miss may pass, for the
answers are compared all the same.
"""

import argparse
import logging
import os
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.result import Measure, Measured, note, parser_of, run
from benchmarks.victim import Victim
from benchmarks.whole import faults, own_encoder
from benchmarks.world import World
from index import generations
from index.generations import current_name, fit_manifest
from index.library import Library
from index.schema import open_reading

Found = list[list[tuple[int, float]]]


def delete(path: Path, rng: random.Random) -> None:
    """Take the file away."""
    path.unlink()


def zero(path: Path, rng: random.Random) -> None:
    """Fill it with zeros."""
    path.write_bytes(bytes(path.stat().st_size))


def truncate(path: Path, rng: random.Random) -> None:
    """Cut it off anywhere."""
    os.truncate(path, rng.randrange(max(1, path.stat().st_size)))


def garble(path: Path, rng: random.Random) -> None:
    """Overwrite a part of it."""
    content = bytearray(path.read_bytes())
    at = rng.randrange(len(content) + 1)
    content[at : at + 64] = rng.randbytes(64)
    path.write_bytes(content)


def flip(path: Path, rng: random.Random) -> None:
    """Flip one bit."""
    content = bytearray(path.read_bytes())
    if content:
        content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
    path.write_bytes(content)


WAYS: dict[str, Callable[[Path, random.Random], None]] = {
    each.__name__: each for each in (delete, zero, truncate, garble, flip)
}


def files(store: Path) -> list[Path]:
    """The files of the current generation, and `CURRENT`; none of them is the truth."""
    vectors = store / "vectors"
    current = vectors / str(current_name(store))
    return [*sorted(path for path in current.rglob("*") if path.is_file()), vectors / "CURRENT"]


def found(store: Path, *, vectors: bool, k: int = 10) -> Found:
    """What a library finds for the same ten questions every time, with its index or exactly."""
    encoder = own_encoder(store)
    with Library.open(store, encoder, vectors=vectors) as library:
        asked = [encoder.encode_question(f"The ferry near place{at * 37}") for at in range(10)]
        return [library.search_vectors(vector, k) for vector in asked]


def differ(one: Found, other: Found) -> int:
    """In how many places other passages were found; those of equal cosines may be in any order."""
    return sum(
        len(a) != len(b) or sum(round(x[1], 5) != round(y[1], 5) for x, y in zip(a, b, strict=True))
        for a, b in zip(one, other, strict=True)
    )


def is_fit(store: Path) -> bool:
    """Whether the store has an index that is as it was made."""
    connection = open_reading(store)
    try:
        return fit_manifest(store, connection) is not None
    finally:
        connection.close()


def trial(whole: Path, place: Path, at: int, way: str, rng: random.Random, news: Path,
          victim: Victim) -> list[str]:  # fmt: skip
    """Damage one file of a copy; what was wrong then, a line each."""
    shutil.rmtree(place, ignore_errors=True)
    store = Path(shutil.copytree(whole, place))
    path = files(store)[at]
    name = f"{way} {path.relative_to(store)}"
    before = path.read_bytes()
    WAYS[way](path, rng)
    if path.exists() and path.read_bytes() == before:
        return []
    wrong = []
    exact = found(whole, vectors=False)
    status, said = victim.asked(store)
    if status:
        wrong.append(f"{name}: whoever opens it ends with {status}")
    elif differ(said, exact):
        wrong.append(f"{name}: {differ(said, exact)} passages are others")
    status, process = victim.done("sync", news, "--store", store, "--json")
    if status:
        wrong.append(f"{name}: the next sync ends with {status}: {process.errors}")
    elif not is_fit(store):
        wrong.append(f"{name}: after the next sync it is not fit")
    elif differ(found(store, vectors=True), exact):
        wrong.append(f"{name}: after the next sync other passages are found")
    return wrong + [f"{name}: {line}" for line in faults(store)]


def measure(args: argparse.Namespace) -> Measured:
    """Damage every file in every way, again and again."""
    logging.getLogger("index.generations").setLevel(logging.CRITICAL)
    generations.probe = lambda *_: True  # here only what the victim has opened is opened
    rng = random.Random(args.seed)
    until = time.monotonic() + args.minutes * 60 if args.minutes else float("inf")
    wrong: list[str] = []
    counted: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as name, Victim(Path(name), quick=True) as victim:
        world = World(Path(name) / "news", rng, 40)
        whole = Path(name) / "whole"
        status, process = victim.done("sync", world.news, "--store", whole, "--json")
        if status:
            raise RuntimeError(process.errors)
        every = [
            (at, way) for _ in range(args.rounds) for at in range(len(files(whole))) for way in WAYS
        ]
        for at, way in every:
            if time.monotonic() > until:
                break
            lines = trial(whole, Path(name) / "store", at, way, rng, world.news, victim)
            counted[way] += 1
            wrong += lines
            for line in lines:
                note(f"WRONG {line}")
    number = len({at for at, _ in every})
    over = (f"{sum(counted.values()):,} of {len(every):,} damages: {number} files, "
            + ", ".join(f"{count} {way}" for way, count in counted.items()))  # fmt: skip
    return over, [
        Measure("damages", sum(counted.values()), "count"),
        Measure("died, answered otherwise, or not built again", len(wrong), "count", "<= 0"),
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it as a command."""
    parser = parser_of(__doc__)
    parser.add_argument("--rounds", type=int, default=50, metavar="N", help="of each way (50)")
    parser.add_argument(
        "--minutes", type=float, default=10, metavar="M", help="stop after so many (10; 0: never)"
    )
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="of what happens (1)")
    return run("damage", measure, parser, arguments)


if __name__ == "__main__":
    sys.exit(main())
