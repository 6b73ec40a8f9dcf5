"""Opens a generation in a process of its own, because a torn one can take its opener down.

`python -P -m index.probe FOLDER DIM` prints how many vectors it counts and how many a query finds.
"""

import json
import sys


def main() -> None:
    """Open, count, ask once; anything but a clean exit means that the generation is not fit."""
    from index.graph import open_collection

    folder, dim = sys.argv[1], int(sys.argv[2])
    client, collection = open_collection(folder)
    vector = [1.0 / dim**0.5] * dim
    found = collection.query(query_embeddings=[vector], n_results=10, include=["distances"])
    sys.stdout.write(json.dumps([collection.count(), len(found["ids"][0])]))
    client.close()


if __name__ == "__main__":
    main()
