"""LlamaIndex's own default path over the same articles, in the same run.

    python -m benchmarks.llamaindex --bench DIR [--articles 490]

SentenceSplitter (1024 tokens with 200 of overlap, its default, and for comparison 256 with 20),
HuggingFaceEmbedding with the same model, a persistent ChromaVectorStore, VectorStoreIndex; no
language model. Its documents carry the title, as Byline's passages do. *Time to index* starts from
the files; both models are loaded and all libraries imported before. A node is right when it covers
the answer's offsets. The encoder reads 256 word pieces, and what a node of 1024 tokens holds beyond
them is never embedded: less is done in the time that the default takes.
"""

import argparse
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks.articles import SAMPLE, Asked, asked_of, spans, squad_open, subset
from benchmarks.result import Measure, Measured, note, parser_of, run
from corpus import read
from corpus.article import Article
from index.minilm import MiniLM
from index.sync import sync
from qa import Assistant

SETTINGS = ((None, None, "LlamaIndex 1024/200"), (256, 20, "LlamaIndex 256/20"))
DEEP = 20
Found = list[tuple[str, int, int]]  # (source, start, end), best first


def measure(args: argparse.Namespace) -> Measured:
    """Index by each, ask each, and compare."""
    squad_open(args.bench)
    folder = subset(args.bench, args.articles, args.cache)
    articles = {path.name: read(path, folder).articles[0] for path in sorted(folder.glob("*.txt"))}
    asked = asked_of(args.bench)[: args.limit]
    measures = []
    with tempfile.TemporaryDirectory() as scratch:
        store = Path(scratch)
        for name, search, seconds, count in (
            _byline(folder, store),
            *(_llamaindex(folder, store, *each) for each in SETTINGS),
        ):
            ranks = [_rank(search(each.text), each, articles[each.source]) for each in asked]
            measures += [
                Measure(f"{name}: time to index", seconds, "s"),
                Measure(f"{name}: passages", count, "count"),
                *(Measure(f"{name}: success@{k}", sum(0 < rank <= k for rank in ranks) / len(ranks))
                  for k in (1, 5, DEEP)),
                Measure(f"{name}: RR", sum(1 / rank for rank in ranks if rank) / len(ranks)),
            ]  # fmt: skip
    return f"{len(articles)} articles, {len(asked)} questions", measures


def _rank(found: Found, asked: Asked, article: Article) -> int:
    """The rank of the first that covers an answer, 0 for none."""
    wanted = spans(asked, article)
    for rank, (source, start, end) in enumerate(found, 1):
        if source == asked.source and any(start <= a and b <= end for a, b in wanted):
            return rank
    return 0


def _byline(folder: Path, scratch: Path) -> tuple[str, Callable[[str], Found], float, int]:
    encoder = MiniLM()
    sync(scratch / "warm", [SAMPLE], encoder)
    note("indexing by Byline …")
    started = time.perf_counter()
    sync(scratch / "byline", [folder], encoder)
    seconds = time.perf_counter() - started
    assistant = Assistant.open(scratch / "byline", encoder=encoder)

    def search(question: str) -> Found:
        hits = assistant.search(question, DEEP)
        return [(h.article.source, h.passage.start, h.passage.end) for h in hits]

    return "Byline", search, seconds, assistant.library.passage_count


def _llamaindex(
    folder: Path, scratch: Path, size: int | None, overlap: int | None, name: str
) -> tuple[str, Callable[[str], Found], float, int]:
    import chromadb
    from chromadb.config import Settings
    from llama_index.core import Document, StorageContext, VectorStoreIndex
    from llama_index.core.node_parser import SentenceSplitter
    from llama_index.embeddings.huggingface import HuggingFaceEmbedding
    from llama_index.vector_stores.chroma import ChromaVectorStore

    # No global settings: everything is passed on.
    sizes = {} if size is None else {"chunk_size": size, "chunk_overlap": overlap}
    splitter = SentenceSplitter(**sizes)
    embedding = HuggingFaceEmbedding(model_name=str(MiniLM()._folder))
    embedding.get_text_embedding("warm up")
    splitter.get_nodes_from_documents([Document(text="Warm up. It is warm.")])
    client = chromadb.PersistentClient(
        str(scratch / name.replace("/", "-")), settings=Settings(anonymized_telemetry=False)
    )
    note(f"indexing by {name} …")
    started = time.perf_counter()
    documents = []
    for path in sorted(folder.glob("*.txt")):
        article = read(path, folder).articles[0]
        documents.append(
            Document(text=article.text, id_=path.name, metadata={"title": article.title})
        )
    nodes = splitter.get_nodes_from_documents(documents)
    vectors = ChromaVectorStore(chroma_collection=client.create_collection("articles"))
    built = VectorStoreIndex(
        nodes,
        storage_context=StorageContext.from_defaults(vector_store=vectors),
        embed_model=embedding,
    )
    seconds = time.perf_counter() - started
    places = _places(nodes, {document.id_: document.text for document in documents})
    retriever = built.as_retriever(similarity_top_k=DEEP)

    def search(question: str) -> Found:
        return [places[scored.node.node_id] for scored in retriever.retrieve(question)]

    return name, search, seconds, len(nodes)


def _places(nodes: Sequence[Any], texts: dict[str, str]) -> dict[str, tuple[str, int, int]]:
    """Where each node stands. Its own offsets may be wrong: each is sought behind the one before.

    Raises:
        ValueError: a node's text is not in its document.
    """
    places = {}
    after: dict[str, int] = defaultdict(lambda: -1)
    for node in nodes:
        source, text = node.ref_doc_id, node.get_content()
        start = texts[source].index(text, after[source] + 1)
        after[source] = start
        places[node.node_id] = (source, start, start + len(text))
    return places


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it as a command."""
    parser = parser_of(__doc__)
    parser.add_argument(
        "--articles",
        type=int,
        default=60,
        metavar="N",
        help="how many, with those that are asked about (60; all: 490)",
    )
    parser.add_argument("--limit", type=int, metavar="N", help="ask the first N questions only")
    return run("llamaindex", measure, parser, arguments)


if __name__ == "__main__":
    sys.exit(main())
