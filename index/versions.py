"""Versions: articles from one URL that tell the same story at different times.

The newest answers, and `article.newer` of each other one is the next newer. An address alone
proves nothing: sites name their home page as the address of every page. So the texts have to be
related, too. Articles with the same words are copies, not versions of each other.
"""

import re
import sqlite3
from urllib.parse import parse_qsl, urlencode, urlsplit

from index.likeness import body
from index.shingles import Shingles, shared, shingles
from index.twins import instant, supersede
from index.words import words

# An address of more articles than this is no page's, and the work for one stays bounded.
MOST = 64
# Of the shorter text this much stands in the other, where the title alone does not tell.
COMMON = 0.5
_PORTS = {"http": 80, "https": 443}
# What newsletters, advertisements and social networks add to an address.
_TRACKING = re.compile(
    r"utm_\w+|mc_[ce]id|fbclid|gclid|dclid|gbraid|wbraid|msclkid|yclid|igshid|twclid|ttclid|"
    r"_ga|_gl|_hsenc|_hsmi|mkt_tok|cmpid|at_(?:medium|campaign)",
    re.IGNORECASE,
)


def address(url: str | None) -> str | None:
    """A web address without what does not tell pages apart; None of what is none.

    `HTTP://www.Courier.example:80/a/?utm_source=x#top` -> `courier.example/a`
    """
    try:
        parts = urlsplit((url or "").strip())
        port = parts.port
    except ValueError:
        return None
    scheme, host = parts.scheme.lower(), (parts.hostname or "").rstrip(".")
    if scheme not in _PORTS or not host:
        return None
    host = host.removeprefix("www.")
    if port and port != _PORTS[scheme]:
        host = f"{host}:{port}"
    query = [
        pair for pair in parse_qsl(parts.query, keep_blank_values=True)
        if not _TRACKING.fullmatch(pair[0])
    ]  # fmt: skip
    path = re.sub(r"%[0-9a-fA-F]{2}", lambda found: found.group().upper(), parts.path)
    tail = f"?{urlencode(sorted(query))}" if query else ""
    return f"{host}{path.rstrip('/')}{tail}"


def settle(connection: sqlite3.Connection, place: str | None) -> None:
    """Decide again which articles at an address are versions; the caller's transaction."""
    if not place:
        return
    rows = connection.execute(
        "SELECT article.number, title, coalesce(modified, published), digest, newer FROM article "
        "JOIN signature ON signature.article = article.number WHERE address = ? "
        "ORDER BY article.number LIMIT ?",
        (place, MOST + 1),
    ).fetchall()
    if len(rows) > MOST:
        rows = []
        known = {
            number: newer
            for number, newer in connection.execute(
                "SELECT number, newer FROM article WHERE address = ? AND newer IS NOT NULL",
                (place,),
            )
        }
    else:
        known = {number: newer for number, *_, newer in rows}
    newer = dict.fromkeys(known) | _chains(connection, rows, "/" in place or "?" in place)
    for number, later in newer.items():
        if later != known[number]:
            connection.execute("UPDATE article SET newer = ? WHERE number = ?", (later, number))
            if (later is None) != (known[number] is None):
                supersede(connection, number, later is not None)


def _chains(
    connection: sqlite3.Connection, rows: list[tuple[int, str, str | None, bytes, int]], deep: bool
) -> dict[int, int]:
    """The next newer version of each article that has one."""
    if len({digest for _, _, _, digest, _ in rows}) < 2:
        return {}
    dated = all(date for _, _, date, _, _ in rows)
    # Where one has no date, only the order of arrival tells.
    rows = sorted(rows, key=lambda row: (instant(row[2]) if dated else "", row[0]))
    texts = {row[3]: shingles(body(connection, row[0])) for row in rows}
    titles = [words(row[1]) for row in rows]
    newer: dict[int, int] = {}
    for at, (number, _, _, digest, _) in enumerate(rows):
        for later in range(at + 1, len(rows)):
            same = rows[later][3] == digest
            told = deep and titles[at] and titles[at] == titles[later]
            if not same and (told or _common(texts[digest], texts[rows[later][3]])):
                newer[number] = rows[later][0]
                break
    return newer


def _common(one: Shingles, other: Shingles) -> bool:
    least = min(len(one.distinct), len(other.distinct))
    return least > 0 and shared(one.distinct, other.distinct) >= COMMON * least
