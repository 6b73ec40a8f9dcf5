"""Twins: copies and near-copies of one text, grouped as they come in and as they go.

Two texts are alike when they have the same words, when at least .70 of their shingles are common
(Jaccard), or when a longer one holds .8 of the shorter. A group ("story") is what hangs together
by that. It depends on the articles alone, not on the order in which they came. Nothing is merged
or lost: a group names the article that stands for it, and the others stay as they are.

Every function works in the caller's transaction. `index.likeness` finds what is alike.
"""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import combinations

from index.likeness import Edge, body, keys, link, neighbours, tie
from index.shingles import minhash, shared, shingles

# Changing what `index.shingles` returns means another number: the next sync groups all again.
VERSION = "1"
# A text that holds two that share less than this is a collection of stories, no version of any.
RELATED = 0.1
# How many that a collection holds are compared with each other.
MOST_PARTS = 12
# After a text that bound others together has gone, so many are looked at again.
MOST_AGAIN = 128


def add(connection: sqlite3.Connection, number: int) -> None:
    """Give the article with this number its signature and its group."""
    own = shingles(body(connection, number))
    row = connection.execute(
        "SELECT bearer, story FROM signature WHERE digest = ? LIMIT 1", (own.digest,)
    ).fetchone()
    # A copy word for word needs no keys of its own: a crowd of them costs no more than one.
    bearer, story = row or (number, None)
    signature = None if row else minhash(own.distinct)
    connection.execute(
        "INSERT INTO signature VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            number, own.digest, bearer, len(own.distinct),
            None if signature is None else signature.tobytes(), story, _rank(connection, number),
        ),
    )  # fmt: skip
    if story is not None:
        _choose(connection, story)
    elif row:
        _assign(connection, [bearer])
    elif signature is not None and len(own.distinct):
        made = keys(own, signature)
        edges = link(connection, number, own, signature, made)
        connection.executemany(
            "INSERT OR IGNORE INTO band VALUES (?, ?)", [(key, number) for key in made]
        )
        _join(connection, number, edges)


def drop(connection: sqlite3.Connection, number: int) -> None:
    """Take the article with this number out of its group; its row and its text are still there."""
    row = connection.execute(
        "SELECT bearer, story, minhash, shingles FROM signature WHERE article = ?", (number,)
    ).fetchone()
    if row is None:
        return
    bearer, story, signature, count = row
    connection.execute("DELETE FROM signature WHERE article = ?", (number,))
    heir = connection.execute(
        "SELECT article FROM signature WHERE bearer = ? LIMIT 1", (number,)
    ).fetchone()
    near: list[Edge] = []
    if bearer == number and (heir or count):
        made = keys(shingles(body(connection, number))) if count else []
        if heir:
            _inherit(connection, number, heir[0], made, signature)
        else:
            connection.executemany(
                "DELETE FROM band WHERE key = ? AND article = ?", [(key, number) for key in made]
            )
            near = neighbours(connection, [number])
            connection.execute("DELETE FROM likeness WHERE one = ?", (number,))
            connection.executemany(
                "DELETE FROM likeness WHERE one = ? AND other = ?",
                [(edge.other, number) for edge in near],
            )
    if len(near) > 1 or any(edge.contains for edge in near):
        _reunite(connection, near)
    if story is not None:
        _choose(connection, story)


def supersede(connection: sqlite3.Connection, number: int, older: bool) -> None:
    """Note whether a newer version of an article is there: then it stands for no group."""
    connection.execute(
        "UPDATE signature SET rank = ? || substr(rank, 2) WHERE article = ?", (int(older), number)
    )
    row = connection.execute("SELECT story FROM signature WHERE article = ?", (number,)).fetchone()
    if row and row[0] is not None:
        _choose(connection, row[0])


def instant(date: str | None) -> str:
    """A date such that a later one compares greater; a vague one is the end of what it may mean.

    Times with a zone are brought to UTC; no date comes after all others.
    """
    if date and len(date) > 19:
        try:
            moment = datetime.fromisoformat(date).astimezone(UTC)
            return f"{moment.replace(tzinfo=None).isoformat()}~"
        except (ValueError, OverflowError):
            pass
    return f"{date or ''}~"


def _rank(connection: sqlite3.Connection, number: int) -> str:
    """The order in which articles of a group are chosen to stand for it; the least is.

    The one that was published first is most likely the original, which the others took over; a
    date makes that known, so what has none comes after. A vague date comes after the exact ones
    that it may mean. Of equal dates the longest tells
    most. The id decides the rest, so that
    the order of arrival never does.
    """
    identity, published, length = connection.execute(
        "SELECT id, published, length(text) FROM article JOIN body ON body.article = number "
        "WHERE number = ?",
        (number,),
    ).fetchone()
    return f"0{instant(published)}|{9_999_999_999 - length:010}|{identity}"


def _inherit(
    connection: sqlite3.Connection, old: int, new: int, made: Sequence[int], signature: bytes
) -> None:
    """Let another article with the same words bear what one that goes has borne."""
    connection.execute("UPDATE signature SET minhash = ? WHERE article = ?", (signature, new))
    connection.execute("UPDATE signature SET bearer = ? WHERE bearer = ?", (new, old))
    connection.executemany(
        "UPDATE band SET article = ? WHERE key = ? AND article = ?",
        [(new, key, old) for key in made],
    )
    connection.executemany(
        "UPDATE likeness SET other = ? WHERE one = ? AND other = ?",
        [(new, edge.other, old) for edge in neighbours(connection, [old])],
    )
    connection.execute("UPDATE likeness SET one = ? WHERE one = ?", (new, old))


def _join(connection: sqlite3.Connection, number: int, edges: Sequence[Edge]) -> None:
    """Put a new text into the group of those it is like."""
    if len(edges) == 1 and not edges[0].contains:
        (story,) = connection.execute(
            "SELECT story FROM signature WHERE article = ?", (edges[0].other,)
        ).fetchone()
        if story is not None:
            connection.execute("UPDATE signature SET story = ? WHERE article = ?", (story, number))
            _choose(connection, story)
            return
    if edges:
        _regroup(connection, _reached(connection, [number]))


def _reunite(connection: sqlite3.Connection, near: Sequence[Edge]) -> None:
    """Group again what a text bound together that is gone; `near` are its edges."""
    numbers = [edge.other for edge in near]
    if not any(edge.contains for edge in near) and tie(connection, numbers):
        return
    everyone = _reached(connection, numbers)
    again = sorted(numbers)
    for _ in range(2):
        parts = sorted(_parts(everyone, neighbours(connection, everyone)), key=len)
        if len(parts) == 1:
            break
        # What was in one group with the text that is gone was not compared with each of it.
        place = {number: at for at, part in enumerate(parts) for number in part}
        for number in again:
            link(connection, number, place=place)
        everyone |= _reached(connection, everyone)
        again = sorted(number for part in parts[:-1] for number in part)[:MOST_AGAIN]
    _regroup(connection, everyone)


def _reached(connection: sqlite3.Connection, start: Iterable[int]) -> set[int]:
    """All bearers that hang together with these by any likeness."""
    rows = connection.execute(
        "WITH RECURSIVE reached (number) AS (SELECT value FROM json_each(?) UNION "
        "SELECT other FROM likeness JOIN reached ON one = number) SELECT number FROM reached",
        (json.dumps(sorted(start)),),
    )
    return {number for (number,) in rows}


def _parts(everyone: Iterable[int], edges: Iterable[Edge]) -> list[set[int]]:
    """The parts of `everyone` that hang together by these edges."""
    part = {number: {number} for number in everyone}
    for edge in edges:
        one, other = part[edge.one], part[edge.other]
        if one is not other:
            few, many = sorted((one, other), key=len)
            many |= few
            part.update(dict.fromkeys(few, many))
    return list({id(each): each for each in part.values()}.values())


def _regroup(connection: sqlite3.Connection, everyone: set[int]) -> None:
    """Make groups of bearers of whom every neighbour is among them."""
    parts, scattered = _stories(connection, everyone)
    if scattered:
        # Some were in one group by a collection alone, and so were not compared.
        place = {number: at for at, part in enumerate(parts) for number in part}
        for number in sorted(everyone)[:MOST_AGAIN]:
            link(connection, number, place=place)
        everyone = _reached(connection, everyone)
        parts, _ = _stories(connection, everyone)
    # The largest first: it keeps the group's number, and few rows change.
    for part in sorted(parts, key=len, reverse=True):
        _assign(connection, sorted(part))


def _stories(connection: sqlite3.Connection, everyone: set[int]) -> tuple[list[set[int]], bool]:
    """The groups of these bearers, and whether there is a collection that binds none."""
    edges = neighbours(connection, everyone)
    near_copies = [edge for edge in edges if not edge.contains]
    kind = {number: min(part) for part in _parts(everyone, near_copies) for number in part}
    holds: dict[int, set[int]] = {}
    for edge in edges:
        if edge.contains > 0 and kind[edge.one] != kind[edge.other]:
            holds.setdefault(kind[edge.one], set()).add(kind[edge.other])
    collections = {one for one, held in holds.items() if not _related(connection, held)}
    held = [edge for edge in edges if edge.contains > 0 and kind[edge.one] not in collections]
    return _parts(everyone, near_copies + held), bool(collections)


def _related(connection: sqlite3.Connection, numbers: set[int]) -> bool:
    """Whether all these texts have something in common, as parts of one text would not."""
    sets = [shingles(body(connection, number)).distinct for number in sorted(numbers)[:MOST_PARTS]]
    return all(
        shared(one, other) >= RELATED * min(len(one), len(other))
        for one, other in combinations(sets, 2)
    )


def _assign(connection: sqlite3.Connection, bearers: Sequence[int]) -> None:
    """Make one group of all articles of these bearers, or none of one alone."""
    rows = connection.execute(
        "SELECT article, story, bearer FROM signature WHERE bearer IN "
        "(SELECT value FROM json_each(?))",
        (json.dumps(bearers),),
    ).fetchall()
    before = Counter(story for _, story, _ in rows if story is not None)
    story = None
    if len(rows) > 1:
        for known, count in before.most_common():
            # One that others still belong to is another group's.
            if count * 2 > _size(connection, known):
                story = known
                break
        if story is None:
            story = connection.execute("INSERT INTO story (standing) VALUES (0)").lastrowid
    connection.executemany(
        "UPDATE signature SET story = ? WHERE article = ?",
        [(story, article) for article, old, _ in rows if old != story],
    )
    for known in {*before, story} - {None}:
        _choose(connection, known)


def _size(connection: sqlite3.Connection, story: int) -> int:
    row = connection.execute("SELECT count(*) FROM signature WHERE story = ?", (story,))
    return int(row.fetchone()[0])


def _choose(connection: sqlite3.Connection, story: int) -> None:
    """Let the first by rank stand for a group; a group of one is none."""
    first = connection.execute(
        "SELECT article FROM signature WHERE story = ? ORDER BY rank LIMIT 2", (story,)
    ).fetchall()
    if len(first) > 1:
        connection.execute(
            "UPDATE story SET standing = ? WHERE number = ? AND standing != ?",
            (first[0][0], story, first[0][0]),
        )
        return
    connection.execute("UPDATE signature SET story = NULL WHERE story = ?", (story,))
    connection.execute("DELETE FROM story WHERE number = ?", (story,))
