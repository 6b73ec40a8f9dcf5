"""A sync by LlamaIndex's IngestionPipeline, as a process of its own for `benchmarks.ingestion`.

    python -m benchmarks.ingestion_llamaindex FOLDER STORE

Its own way to know what has changed: a docstore that is persisted, UPSERTS_AND_DELETE, a
ChromaVectorStore, SentenceSplitter with its defaults, HuggingFaceEmbedding over the same weights.
"""

import sys
from pathlib import Path
from typing import Any

from index.minilm import MiniLM


def main() -> None:
    """Bring the store up to date with the folder."""
    from llama_index.core import SimpleDirectoryReader
    from llama_index.core.ingestion import DocstoreStrategy, IngestionPipeline
    from llama_index.core.node_parser import SentenceSplitter
    from llama_index.core.storage.docstore import SimpleDocumentStore
    from llama_index.embeddings.huggingface import HuggingFaceEmbedding
    from llama_index.vector_stores.chroma import ChromaVectorStore

    folder, store = Path(sys.argv[1]), Path(sys.argv[2])
    client = _client(store)
    pipeline = IngestionPipeline(
        transformations=[
            SentenceSplitter(),
            HuggingFaceEmbedding(model_name=str(MiniLM()._folder)),
        ],
        vector_store=ChromaVectorStore(
            chroma_collection=client.get_or_create_collection("articles")
        ),
        docstore=SimpleDocumentStore(),
        docstore_strategy=DocstoreStrategy.UPSERTS_AND_DELETE,
    )
    kept = store / "pipeline"
    if kept.is_dir():
        pipeline.load(str(kept))
    documents = SimpleDirectoryReader(str(folder), filename_as_id=True).load_data()
    pipeline.run(documents=documents)
    pipeline.persist(str(kept))


def held(store: Path) -> list[tuple[str, str]]:
    """The file and the text of every node that a search could find."""
    client = _client(store)
    rows = client.get_or_create_collection("articles").get(include=["metadatas", "documents"])
    client.close()
    return [
        (Path(str(about["file_path"])).name, str(text))
        for about, text in zip(rows["metadatas"], rows["documents"], strict=True)
    ]


def _client(store: Path) -> Any:
    import chromadb
    from chromadb.config import Settings

    settings = Settings(anonymized_telemetry=False)
    return chromadb.PersistentClient(str(store / "chroma"), settings=settings)


if __name__ == "__main__":
    main()
