"""Keeping a folder indexed: against LlamaIndex's IngestionPipeline, in the same run.

    python -m benchmarks.ingestion [--files 2000]

The same short files, made of the sample's sentences, and the same model. Each sync is a process of
its own, from start to exit, in turn: Byline's `python -m index sync`, and IngestionPipeline with
ChromaVectorStore and a docstore that is persisted at the end (`benchmarks.ingestion_llamaindex`).
*First* starts with nothing, *nothing to do* runs again, *one change* rewrites one file, *killed*
starts with nothing and is ended by SIGKILL at these shares of the time that *first* took: what can
be found then, and after the next sync, which is timed, what is missing and what is there twice.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from benchmarks.articles import PILE, pile
from benchmarks.noop import command, environment
from benchmarks.result import ROOT, Measure, Measured, note, parser_of, run
from corpus.errors import LibraryError
from index.catalogue import Catalogue

KILLED_AT = (0.5, 0.8, 0.95)
CHANGED = "0007.txt"


class System(NamedTuple):
    """A program that keeps a folder indexed: its command, and what can be found in its store."""

    name: str
    words: Callable[[Path, Path], list[str]]
    held: Callable[[Path], list[tuple[str, str]]]


def measure(args: argparse.Namespace) -> Measured:
    """Sync by both, in turn."""
    made = pile(args.cache, args.files)
    systems = [
        System("Byline", lambda f, s: ["index", "sync", str(f), "--store", str(s)], _byline),
        System(
            "IngestionPipeline",
            lambda f, s: ["benchmarks.ingestion_llamaindex", str(f), str(s)],
            _llamaindex,
        ),
    ]
    seconds: dict[tuple[str, str], float] = {}
    measures: list[Measure] = []
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "files"
        shutil.copytree(made, folder)
        texts = {path.name: path.read_text("utf-8") for path in folder.iterdir()}
        # The model's export and the system's file cache are warm for both.
        few = Path(scratch) / "few"
        few.mkdir()
        for number in range(3):
            (few / f"{number}.txt").write_text(f"Report\n\nThis is the text {number}.\n", "utf-8")
        for system in systems:
            (Path(scratch) / f"warm-{system.name}").mkdir()
            command(*system.words(few, Path(scratch) / f"warm-{system.name}"))
        for what in ("first index", "nothing to do", "one change"):
            if what == "one change":
                changed = texts[CHANGED].replace("Report", "Corrected report")
                (folder / CHANGED).write_text(changed, "utf-8")
                texts[CHANGED] = changed
            for system in systems:
                store = Path(scratch) / system.name
                store.mkdir(exist_ok=True)
                note(f"{system.name}: {what} …")
                seconds[system.name, what] = _seconds(system, folder, store)
        for system in systems:
            store = Path(scratch) / system.name
            measures += [
                Measure(f"{system.name}: {what}", seconds[system.name, what], "s")
                for what in ("first index", "nothing to do", "one change")
            ]
            measures += _checked(f"{system.name}: after one change", system, store, texts)
        for share in KILLED_AT:
            for system in systems:
                after = share * seconds[system.name, "first index"]
                store = Path(scratch) / f"{system.name}-{share}"
                measures += list(_killed(system, folder, store, texts, after, share))
    ratio = seconds["IngestionPipeline", "first index"] / seconds["Byline", "first index"]
    measures.append(Measure("first index, theirs over ours", ratio, "×"))
    return f"{args.files:,} files", measures


def _killed(
    system: System, folder: Path, store: Path, texts: dict[str, str], after: float, share: float
) -> Iterator[Measure]:
    store.mkdir()
    name = f"{system.name}: killed at {share:.0%}"
    note(f"{name} …")
    words = [sys.executable, "-m", *system.words(folder, store)]
    process = subprocess.Popen(
        words, cwd=ROOT, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    with suppress(subprocess.TimeoutExpired):
        process.wait(after)
        note(f"{name}: it was through before")
    process.kill()
    process.wait()
    yield Measure(f"{name}: files that can be found", len(dict(system.held(store))), "count")
    yield Measure(f"{name}: the next sync", _seconds(system, folder, store), "s")
    yield from _checked(f"{name}, then synced", system, store, texts)


def _checked(name: str, system: System, store: Path, texts: dict[str, str]) -> list[Measure]:
    """Files that are missing or old, and those that are there more than once."""
    counts: Counter[str] = Counter()
    right = set()
    for file, text in system.held(store):
        counts[file] += 1
        # The title is taken off the text by Byline.
        if "".join(text.split()) in "".join(texts[file].split()):
            right.add(file)
    return [
        Measure(f"{name}: files missing or old", len(texts) - len(right), "count"),
        Measure(f"{name}: files there twice", sum(n > 1 for n in counts.values()), "count"),
    ]


def _seconds(system: System, folder: Path, store: Path) -> float:
    started = time.perf_counter()
    command(*system.words(folder, store))
    return time.perf_counter() - started


def _byline(store: Path) -> list[tuple[str, str]]:
    try:
        with Catalogue.browse(store) as catalogue:
            found = catalogue.articles(each.id for each in catalogue.bylines(limit=-1))
    except LibraryError:
        return []
    # Each stands with its title, which an unchanged body does not tell.
    return [(each.source, f"{each.title}\n{each.text}") for each in found.values()]


def _llamaindex(store: Path) -> list[tuple[str, str]]:
    from benchmarks.ingestion_llamaindex import held

    return held(store)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it as a command."""
    parser = parser_of(__doc__)
    parser.add_argument("--files", type=int, default=PILE, metavar="N", help=f"files ({PILE:,})")
    return run("ingestion", measure, parser, arguments)


if __name__ == "__main__":
    sys.exit(main())
