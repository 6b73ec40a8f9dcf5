"""Graph: the HNSW index of a generation, which Chroma keeps."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from index.exact import vectors_of

NAME = "passages"
BATCH = 5_000  # Chroma's own limit is 5,461
# hnswlib's quality: recall@50 over 20,000 passages, see tests/test_index_generations.py.
HNSW = {"space": "cosine", "ef_construction": 200, "ef_search": 200, "max_neighbors": 24}


def open_collection(folder: str) -> tuple[Any, Any]:
    """Chroma's client and collection for a generation's folder; it sends nothing home."""
    import chromadb
    from chromadb.config import Settings

    client = chromadb.PersistentClient(folder, settings=Settings(anonymized_telemetry=False))
    return client, client.get_collection(NAME, embedding_function=None)


def fill(folder: Path, connection: sqlite3.Connection, count: int, last: int, dim: int) -> None:
    """Build the graph of the `count` passages up to number `last`."""
    import chromadb
    from chromadb.config import Settings

    client = chromadb.PersistentClient(str(folder), settings=Settings(anonymized_telemetry=False))
    # Flushed once, by the last vector: what is not flushed is replayed at every opening.
    collection = client.create_collection(
        NAME,
        embedding_function=None,
        configuration={"hnsw": {**HNSW, "sync_threshold": count, "batch_size": min(100, count)}},
    )
    rows = connection.execute(
        "SELECT passage, vector FROM vector WHERE passage <= ? ORDER BY passage", (last,)
    )
    while batch := rows.fetchmany(BATCH):
        collection.upsert(
            ids=[str(number) for number, _ in batch],
            embeddings=vectors_of([blob for _, blob in batch], dim),
        )
    client.close()


def count_of(folder: Path) -> int:
    """Ids in chroma.sqlite3, or -1 where it fails SQLite's own check."""
    uri = (folder / "chroma.sqlite3").absolute().as_uri()
    with closing(sqlite3.connect(f"{uri}?mode=ro", uri=True)) as connection:
        if connection.execute("PRAGMA integrity_check").fetchone() != ("ok",):
            return -1
        return int(connection.execute("SELECT count(*) FROM embeddings").fetchone()[0])
