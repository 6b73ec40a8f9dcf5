"""Which texts are alike: candidates by their keys, confirmed by their shingles.

What is found is kept in the table `likeness`, both ways round. Where several candidates are in
one group already, the first that is confirmed is enough.
"""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from index.shingles import (
    PERMUTATIONS,
    Hashes,
    Shingles,
    Signature,
    bands,
    minhash,
    sample,
    shared,
    shingles,
)

JACCARD = 0.70
CONTAINMENT = 0.80
# MinHash errs by .04 (one standard deviation at .7): what it puts below these is not compared.
LIKELY = 0.55
LIKELY_HELD = 0.35
# Of texts under one key the latest are looked at: more of them are one crowd, of which one is
# enough, or a footer's words, which tell nothing.
CROWD = 128
# Candidates that share most keys, and those of them that are compared shingle by shingle.
MOST_CANDIDATES = 512
MOST_COMPARED = 32


class Edge(NamedTuple):
    """Two bearers that are alike; `contains`: 0 near-copies, 1 `one` holds `other`, -1 is held."""

    one: int
    other: int
    contains: int


def body(connection: sqlite3.Connection, number: int) -> str:
    """The text of the article with this number."""
    row = connection.execute("SELECT text FROM body WHERE article = ?", (number,)).fetchone()
    return str(row[0])


def keys(own: Shingles, signature: Signature | None = None) -> list[int]:
    """The keys under which a text is found; none of a short one."""
    if not len(own.distinct):
        return []
    banded = bands(minhash(own.distinct) if signature is None else signature)
    return [*banded, *sample(own.distinct)]


def neighbours(connection: sqlite3.Connection, numbers: Iterable[int]) -> list[Edge]:
    """All edges that begin at these."""
    rows = connection.execute(
        "SELECT one, other, contains FROM likeness WHERE one IN (SELECT value FROM json_each(?))",
        (json.dumps(sorted(numbers)),),
    )
    return [Edge(*row) for row in rows]


def link(
    connection: sqlite3.Connection,
    number: int,
    own: Shingles | None = None,
    signature: Signature | None = None,
    made: Sequence[int] = (),
    *,
    place: Mapping[int, int] | None = None,
) -> list[Edge]:
    """Find what the text of a bearer is like, and keep it; the edges from it.

    `place` tells which bearers hang together where their groups do not say so any more.
    """
    own = own or shingles(body(connection, number))
    if not len(own.distinct):
        return []
    signature = minhash(own.distinct) if signature is None else signature
    edges: list[Edge] = []
    place = place or {}
    # Groups are numbered from 1, and places from 0.
    seen = {-1 - place[number]} if number in place else set()
    compared = 0
    for other, story in _likely(connection, number, own.distinct, signature, made or keys(own)):
        group = -1 - place[other] if other in place else story
        if group in seen:
            continue
        if compared == MOST_COMPARED:
            break
        compared += 1
        contains = compare(own, shingles(body(connection, other)))
        if contains is None:
            continue
        edges.append(Edge(number, other, contains))
        if group is not None and not contains:
            seen.add(group)
    _keep(connection, edges)
    return edges


def tie(connection: sqlite3.Connection, numbers: Sequence[int]) -> bool:
    """Link the last of these bearers to the others; False, and nothing, if one is no near-copy."""
    last, *others = sorted(numbers, reverse=True)
    own = shingles(body(connection, last))
    edges = [Edge(last, other, 0) for other in others]
    if any(compare(own, shingles(body(connection, other))) != 0 for other in others):
        return False
    _keep(connection, edges)
    return True


def _keep(connection: sqlite3.Connection, edges: Sequence[Edge]) -> None:
    connection.executemany(
        "INSERT OR REPLACE INTO likeness VALUES (?, ?, ?)",
        [each for edge in edges for each in (edge, (edge.other, edge.one, -edge.contains))],
    )


def compare(one: Shingles, other: Shingles) -> int | None:
    """0 for near-copies, 1 when `one` holds `other`, -1 when it is held by it, None when neither.

    What is held must be so from its beginning to its end: a short text of which only a long
    footer stands in the other is another text. So in each quarter half of the shingles are there.
    """
    common = shared(one.distinct, other.distinct)
    if common >= JACCARD * (len(one.distinct) + len(other.distinct) - common):
        return 0
    few, many = sorted((one, other), key=lambda each: len(each.distinct))
    if common < CONTAINMENT * len(few.distinct):
        return None
    found = np.isin(few.run, many.distinct)
    if min(float(quarter.mean()) for quarter in np.array_split(found, 4)) < 0.5:
        return None
    return 1 if many is one else -1


def _likely(
    connection: sqlite3.Connection,
    number: int,
    distinct: Hashes,
    signature: Signature,
    made: Sequence[int],
) -> list[tuple[int, int | None]]:
    """Bearers that MinHash holds for alike, with their group, the likeliest first."""
    met: Counter[tuple[int]] = Counter()
    for key in made:
        rows = connection.execute(
            "SELECT article FROM band WHERE key = ? ORDER BY article DESC LIMIT ?", (key, CROWD)
        ).fetchall()
        met.update(rows)
    del met[(number,)]
    if not met:
        return []
    rows = connection.execute(
        "SELECT article, story, shingles, minhash FROM signature "
        "WHERE article IN (SELECT value FROM json_each(?))",
        (json.dumps([other for (other,), _ in met.most_common(MOST_CANDIDATES)]),),
    ).fetchall()
    theirs = np.frombuffer(b"".join(row[3] for row in rows), np.uint32).reshape(-1, PERMUTATIONS)
    sizes = np.array([row[2] for row in rows])
    jaccard = (theirs == signature).mean(axis=1)
    # Of the sizes and Jaccard follows how much is common, and so how much of the shorter.
    common = jaccard * (sizes + len(distinct)) / (1 + jaccard)
    held = common / np.minimum(sizes, len(distinct))
    order = np.argsort(-np.maximum(jaccard / JACCARD, held / CONTAINMENT), kind="stable")
    return [
        (rows[at][0], rows[at][1])
        for at in order.tolist()
        if jaccard[at] >= LIKELY or held[at] >= LIKELY_HELD
    ]
