"""Plan: what a sync would do, decided from names, sizes and times before anything changes."""

import json
import os
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from corpus import ArticleError, Found, source_of, walk
from corpus.errors import SyncRefused
from corpus.files import is_sidecar
from corpus.sidecar import stamps
from index.roots import Target, is_site
from index.writer import File

Key = tuple[str, str]  # root and source
Still = Callable[[Path, os.stat_result], bool]
"""Whether a file may be read now; one that may not stays as the library has it."""
KEPT = "; the version read before stays"
# A file this young may change again within its time stamp's resolution: its content decides.
SETTLED_NS = 2_000_000_000
UNSETTLED = -2


@dataclass(slots=True)
class State:
    """What the library knows of files: all of it, for a plan needs to look up each.

    `failures` are of whole files, `parts` those of a file that was read; `edits` go by article id.
    """

    files: dict[Key, File] = field(default_factory=dict)
    articles: Counter[Key] = field(default_factory=Counter)
    failures: dict[Key, tuple[str, int, int]] = field(default_factory=dict)
    parts: dict[Key, list[tuple[str, str]]] = field(default_factory=dict)
    edits: dict[str, dict[str, str | None]] = field(default_factory=dict)
    roots: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Something to read: the file at `path` below `folder`, or the page that is its source."""

    file: File
    path: Path | None = None
    folder: Path = Path()


@dataclass(slots=True)
class Plan:
    """What to read, what is gone, and the failures known without reading.

    `unchanged` counts articles. `skipped` have a reason of their own, `failing` failed before, as
    a whole or in part, and have not changed since. `forgotten` are failures nobody asks after.
    """

    read: list[Wanted] = field(default_factory=list)
    unchanged: int = 0
    gone: list[Key] = field(default_factory=list)
    skipped: list[tuple[File, str]] = field(default_factory=list)
    failing: list[tuple[str, str]] = field(default_factory=list)
    forgotten: list[Key] = field(default_factory=list)
    still: Still | None = None


def read_state(connection: sqlite3.Connection) -> State:
    """The state that a library's connection shows."""
    rows = connection.execute("SELECT root, source, size, mtime_ns, sha256, sidecars FROM file")
    files = {(row[0], row[1]): File(*row) for row in rows}
    counts = connection.execute(
        "SELECT file.root, file.source, count(*) FROM article "
        "JOIN file ON file.number = article.file GROUP BY file.number"
    )
    state = State(
        files,
        Counter({(root, source): count for root, source, count in counts}),
        roots=[path for (path,) in connection.execute("SELECT path FROM root")],
    )
    rows = connection.execute(
        "SELECT root, source, reason, size, mtime_ns, file FROM failure ORDER BY root, source"
    )
    for root, source, reason, size, mtime_ns, file in rows:
        if file is None:
            state.failures[root, source] = (reason, size, mtime_ns)
        else:
            state.parts.setdefault((root, file), []).append((source, reason))
    for article_id, name, value in connection.execute("SELECT id, field, value FROM edit"):
        state.edits.setdefault(article_id, {})[name] = value
    return state


def make_plan(
    targets: Sequence[Target],
    state: State,
    store: Path,
    *,
    yes: bool,
    still: Still | None = None,
) -> Plan:
    """Look at every file of the targets; of those that changed only the `still` ones are read.

    Raises:
        SyncRefused: more than half of a root's articles are gone, and not `yes`.
    """
    plan = Plan(still=still)
    pages = {(target.root, target.url) for target in targets if target.url}
    # A page that could not be fetched is not owed: nobody has it, and only its name asks for it.
    plan.forgotten = [key for key in state.failures if is_site(key[0]) and key not in pages]
    for target in targets:
        if target.url:
            plan.read.append(Wanted(File(target.root, target.url, -1, -1)))
            continue
        if target.missing:
            seen: set[Key] = set()
            path = target.folder
            mine = {
                key
                for key in (*state.files, *state.failures)
                if key[0] == target.root or Path(key[0], key[1]) == path
            }
        elif target.only:
            seen = _look(_one(target.only, target.folder), target, state, store, plan)
            mine = set()
        else:
            seen = _look(walk(target.folder), target, state, store, plan)
            mine = {key for key in (*state.files, *state.failures) if key[0] == target.root}
        gone = sorted(mine - seen)
        articles = sum(state.articles[key] for key in mine)
        lost = sum(state.articles[key] for key in gone)
        if lost * 2 > articles and not yes:
            raise SyncRefused(
                f"{lost} of the {articles} articles from {target.folder} are gone from there, more "
                "than half: nothing was changed; if that is right, sync again with --yes"
            )
        plan.gone += gone
    return plan


def _one(path: Path, folder: Path) -> Iterable[Found]:
    for found in walk(path):
        yield Found(found.path, source_of(found.path, folder), found.skipped)


def _look(
    entries: Iterable[Found], target: Target, state: State, store: Path, plan: Plan
) -> set[Key]:
    """Sort the entries into the plan; the keys of all that are there or cannot be told."""
    seen: set[Key] = set()
    store = store.resolve()
    within = store.is_relative_to(target.folder.resolve())
    now = time.time_ns()
    beside = _Beside(now)
    try:
        for entry in entries:
            if within and entry.path.is_relative_to(store):
                continue
            key = (target.root, entry.source)
            if key in seen:
                continue
            seen.add(key)
            if entry.skipped:
                # Of what lies below a folder that cannot be listed nothing is known.
                below = f"{entry.source}/"
                hidden = {
                    other
                    for other in state.files
                    if other[0] == key[0] and other[1].startswith(below)
                }
                seen |= hidden
                plan.unchanged += sum(state.articles[other] for other in hidden)
                for other in hidden:
                    plan.failing += state.parts.get(other, ())
                reason = entry.skipped + (KEPT if state.articles[key] else "")
                plan.skipped.append((File(*key, -1, -1), reason))
                continue
            _sort(entry.path, target.folder, key, state, plan, beside.of(entry.path), now)
    except ArticleError as error:
        raise SyncRefused(str(error)) from error
    return seen


def _sort(
    path: Path, folder: Path, key: Key, state: State, plan: Plan, sidecars: str, now: int
) -> None:
    """Decide by size and time, its own and its sidecars', whether a file has to be read."""
    try:
        stat = path.stat()
    except OSError as error:
        reason = f"cannot be read ({error.strerror}); check its permissions"
        plan.skipped.append((File(*key, -1, -1), reason + (KEPT if state.articles[key] else "")))
        return
    known = state.files.get(key)
    failure = state.failures.get(key)
    looks = (stat.st_size, stat.st_mtime_ns)
    if failure and failure[1:] == looks:
        plan.failing += [(key[1], failure[0]), *state.parts.get(key, ())]
    elif known and not failure and known.looks == looks and known.sidecars == sidecars:
        plan.unchanged += state.articles[key]
        plan.failing += state.parts.get(key, ())
    elif plan.still and not plan.still(path, stat):
        plan.unchanged += state.articles[key]
        plan.failing += [(key[1], failure[0])] if failure else []
        plan.failing += state.parts.get(key, ())
    else:
        file = File(*key, *looks_of(stat, now), sidecars=sidecars)
        plan.read.append(Wanted(file, path, folder))


def looks_of(stat: os.stat_result, now: int) -> tuple[int, int]:
    """Size and time of a file as its row keeps them."""
    settled = stat.st_mtime_ns < now - SETTLED_NS
    return stat.st_size, stat.st_mtime_ns if settled else UNSETTLED


class _Beside:
    """What stands beside the files of each folder; every folder is listed once."""

    def __init__(self, now: int) -> None:
        self._now = now
        self._folder = ""
        self._names: frozenset[str] | None = frozenset()

    def of(self, path: Path) -> str:
        """Name, size and time of each sidecar of the file at `path`, "" for none."""
        folder = os.path.dirname(path)
        if folder != self._folder:
            self._folder = folder
            try:
                self._names = frozenset(filter(is_sidecar, os.listdir(folder)))
            except OSError:
                self._names = None
        if self._names is not None and not self._names:
            return ""
        found = stamps(path, self._names)
        # One that may change again within its time stamp's resolution is never as it was.
        young = any(time_ns >= self._now - SETTLED_NS for _, _, time_ns in found)
        return json.dumps((*found, self._now) if young else found) if found else ""
