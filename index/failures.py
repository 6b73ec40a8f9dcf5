"""What is not in, and why: a file, or a part of one that was read; in the caller's transaction."""

import sqlite3
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

Execute = Callable[..., sqlite3.Cursor]
Key = tuple[str, str]
"""Root and source."""


def record_failure(
    execute: Execute, key: Key, reason: str, looks: tuple[int, int], *, file: str | None = None
) -> None:
    """Record why what `key` names is not in; `looks` is its file's size and time.

    `file` is the file's source where the file was read and only this of it failed. `since` stays
    while it keeps failing.
    """
    now = datetime.now(UTC).isoformat(timespec="seconds")
    execute(
        "INSERT INTO failure (root, source, reason, since, size, mtime_ns, file) "
        "VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (root, source) DO UPDATE SET "
        "reason = excluded.reason, size = excluded.size, mtime_ns = excluded.mtime_ns, "
        "file = excluded.file",
        (*key, reason, now, *looks, file),
    )


def record_parts(
    execute: Execute, key: Key, failed: Sequence[tuple[str, str]], looks: tuple[int, int]
) -> None:
    """Record that the file was read and that of it just this, (source, reason), failed."""
    root, source = key
    now_failing = {part for part, _ in failed}
    for (part,) in execute(
        "SELECT source FROM failure WHERE root = ? AND file = ?", key
    ).fetchall():
        if part not in now_failing:
            forget_failure(execute, (root, part))
    if source not in now_failing:
        forget_failure(execute, key)
    for part, reason in failed:
        record_failure(execute, (root, part), reason, looks, file=source)


def forget_failure(execute: Execute, key: Key, *, whole: bool = False) -> None:
    """Forget a failure; with `whole` only if it is that of a file that could not be read."""
    only = " AND file IS NULL" if whole else ""
    execute(f"DELETE FROM failure WHERE root = ? AND source = ?{only}", key)
