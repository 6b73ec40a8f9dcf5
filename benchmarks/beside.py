"""Byline beside other paths: the same articles, questions and encoder weights, in one run.

    python -m benchmarks.beside --bench DIR [--haystack FOLDER]

*LlamaIndex* is its default path (SentenceSplitter 1024/200, HuggingFaceEmbedding,
ChromaVectorStore, VectorStoreIndex), as in `benchmarks.llamaindex`. *BM25 alone* and *dense alone*
are the two lists that Byline fuses, each by itself: the same passages, SQLite's BM25 of their
text and byline, and exact cosines.
*Haystack* is its InMemoryBM25Retriever and InMemoryEmbeddingRetriever, joined by its
DocumentJoiner's reciprocal rank fusion, given Byline's passages and vectors; its extractive reader
needs a model that is not on this disk, so that it gives no sentence. FOLDER is where
`pip install --target FOLDER haystack-ai==3.4.0` put it; without, it is left out.

A passage is right when it covers the answer's offsets. *First sentence*: an accepted answer stands
in the first sentence of the answer, compared without case, a refusal being wrong; only Byline
answers in sentences, the others give passages. A question's time is from its text to the ranked
passages, once for each question in the order of the file; Byline's holds its reranking. *Time to
index* is taken apart, over the first articles (`--timed`), each path afresh and in turn, with all
models loaded: the full stores are kept for the next run.
"""

import argparse
import importlib
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from benchmarks.articles import Asked, asked_of, squad_open, store_of, subset
from benchmarks.llamaindex import Found, _byline, _llamaindex, _rank
from benchmarks.news import plain
from benchmarks.result import Measure, Measured, note, parser_of, run
from corpus import read
from corpus.article import Article
from index.encoder import Encoder, load_encoder
from index.library import Library
from index.passages import Passage, context
from index.words import words
from qa import Assistant
from qa.question import parse

DEEP = 20
ALL = 490
BATCH = 64
LLAMAINDEX = "LlamaIndex, its default"
HAYSTACK = "Haystack, both fused"


class Way(NamedTuple):
    """One way from a question to passages, and to a first sentence where it gives one."""

    name: str
    search: Callable[[str], Found]
    first: Callable[[str], str] | None = None


def measure(args: argparse.Namespace) -> Measured:
    """Ask each path every question, one path after the other; index a few articles by each."""
    squad_open(args.bench)
    encoder = load_encoder()
    folder = subset(args.bench, args.articles, args.cache)
    articles = {path.name: read(path, folder).articles[0] for path in sorted(folder.glob("*.txt"))}
    asked = asked_of(args.bench)[: args.limit]
    store = store_of(f"squad-{args.articles}", [folder], args.cache, encoder)
    found: dict[str, Figures] = {}
    with Assistant.open(store, encoder=encoder) as assistant:
        for way in _ways(args, assistant, articles):
            found[way.name] = _figures(way, asked, articles)
        passages = assistant.library.passage_count
    seconds = _time_to_index(args, folder)
    measures = [
        measure
        for name, figures in found.items()
        for measure in (*figures.measures(name), *_indexed(name, seconds))
    ]
    over = f"{len(articles)} articles, {passages:,} passages of Byline, {len(asked)} questions"
    return f"{over}; time to index over {args.timed} articles", measures


class Figures(NamedTuple):
    """For each question the rank of the right passage, 0 for none, and the milliseconds it took.

    `right` is whether the first sentence holds an accepted answer, empty where there is none.
    """

    ranks: list[int]
    times: list[float]
    right: list[bool]

    def measures(self, name: str) -> list[Measure]:
        """What is told of one path."""
        ranks = self.ranks
        return [
            *(
                Measure(f"{name}: success@{k}", sum(0 < rank <= k for rank in ranks) / len(ranks))
                for k in (1, 5, DEEP)
            ),
            Measure(f"{name}: RR", sum(1 / rank for rank in ranks if rank) / len(ranks)),
            *(
                [Measure(f"{name}: first sentence", sum(self.right) / len(self.right))]
                if self.right
                else []
            ),
            Measure(f"{name}: a question, p50", float(np.percentile(self.times, 50)), "ms"),
            Measure(f"{name}: a question, p95", float(np.percentile(self.times, 95)), "ms"),
        ]


def _figures(way: Way, asked: Sequence[Asked], articles: dict[str, Article]) -> Figures:
    figures = Figures([], [], [])
    way.search(asked[0].text)
    for each in _bar(asked, way.name):
        started = time.perf_counter()
        found = way.search(each.text)
        figures.times.append((time.perf_counter() - started) * 1000)
        figures.ranks.append(_rank(found, each, articles[each.source]))
        if way.first:
            told = plain(way.first(each.text))
            figures.right.append(any(plain(answer) in told for answer in each.answers))
    return figures


def _ways(
    args: argparse.Namespace, assistant: Assistant, articles: dict[str, Article]
) -> Iterator[Way]:
    """Each path ready to be asked; one is made when the one before is done with."""
    library, encoder = assistant.library, assistant.encoder

    def byline(question: str) -> Found:
        hits = assistant.search(question, DEEP)
        return [(hit.article.source, hit.passage.start, hit.passage.end) for hit in hits]

    def placed(found: Sequence[tuple[int, float]]) -> Found:
        passages = library.passages([number for number, _ in found])
        known = library.articles({passage.article_id for passage in passages})
        return [(known[p.article_id].source, p.start, p.end) for p in passages]

    def by_word(question: str) -> Found:
        counts = library.frequencies(words(question))
        asked = parse(question, counts, library.passage_count)
        return placed(library.search_words(asked.words, DEEP))

    def by_meaning(question: str) -> Found:
        return placed(library.search_vectors(encoder.encode_question(question), DEEP))

    def first(question: str) -> str:
        told = assistant.ask(question).sentences
        return told[0].text if told else ""

    yield Way("Byline", byline, first)
    yield Way("BM25 alone", by_word)
    yield Way("dense alone", by_meaning)
    if args.haystack:
        yield Way(HAYSTACK, _haystack(args.haystack, library, encoder))
    yield Way(LLAMAINDEX, _kept_llamaindex(args, articles))


def _haystack(folder: Path, library: Library, encoder: Encoder) -> Callable[[str], Found]:
    """Haystack's hybrid retrieval over the library's own passages and vectors."""
    sys.path.append(str(folder))  # behind our own packages, which stay as they are
    haystack = importlib.import_module("haystack")
    joiners = importlib.import_module("haystack.components.joiners")
    retrievers = importlib.import_module("haystack.components.retrievers.in_memory")
    stores = importlib.import_module("haystack.document_stores.in_memory")

    note(f"giving the passages to {HAYSTACK} …")
    kept = stores.InMemoryDocumentStore(embedding_similarity_function="cosine")
    for article, passage, vector in _stored(library):
        place = {"source": article.source, "start": passage.start, "end": passage.end}
        kept.write_documents(
            [
                haystack.Document(
                    content=context(article, passage), meta=place, embedding=vector.tolist()
                )
            ]
        )
    words_of = retrievers.InMemoryBM25Retriever(kept, top_k=DEEP)
    near = retrievers.InMemoryEmbeddingRetriever(kept, top_k=DEEP)
    joiner = joiners.DocumentJoiner(join_mode="reciprocal_rank_fusion", top_k=DEEP)

    def search(question: str) -> Found:
        vector = encoder.encode_question(question).tolist()
        lists = [
            words_of.run(query=question)["documents"],
            near.run(query_embedding=vector)["documents"],
        ]
        joined = joiner.run(documents=lists)["documents"]
        return [(d.meta["source"], d.meta["start"], d.meta["end"]) for d in joined]

    return search


def _stored(library: Library) -> Iterator[tuple[Article, Passage, Any]]:
    """Every passage with its article and its vector."""
    for each in library.bylines(limit=-1):
        passages = library.passages_of(each.id)
        _, rows = zip(
            *library._rows(
                "SELECT vector.passage, vector.vector FROM vector JOIN passage "
                "ON passage.number = vector.passage JOIN article "
                "ON article.number = passage.article WHERE article.id = ? "
                'ORDER BY passage.start, passage."end"',
                (each.id,),
            ),
            strict=True,
        )
        for passage, row in zip(passages, rows, strict=True):
            yield each, passage, np.frombuffer(row, np.float32)


def _kept_llamaindex(
    args: argparse.Namespace, articles: dict[str, Article]
) -> Callable[[str], Found]:
    """LlamaIndex's retriever; its index is kept, and one that was interrupted goes on."""
    import chromadb
    from chromadb.config import Settings
    from llama_index.core import Document, VectorStoreIndex
    from llama_index.core.node_parser import SentenceSplitter
    from llama_index.embeddings.huggingface import HuggingFaceEmbedding
    from llama_index.vector_stores.chroma import ChromaVectorStore

    from benchmarks.llamaindex import _places
    from index.minilm import MiniLM

    documents = [
        Document(text=article.text, id_=source, metadata={"title": article.title})
        for source, article in articles.items()
    ]
    nodes = SentenceSplitter().get_nodes_from_documents(documents)
    places = _places(nodes, {document.id_: document.text for document in documents})
    for node in nodes:
        source, start, end = places[node.node_id]
        node.id_ = f"{start} {end} {source}"
    client = chromadb.PersistentClient(
        str(args.cache / f"llamaindex-{args.articles}"),
        settings=Settings(anonymized_telemetry=False),
    )
    collection = client.get_or_create_collection("articles")
    embedding = HuggingFaceEmbedding(model_name=str(MiniLM()._folder))
    built = VectorStoreIndex.from_vector_store(
        ChromaVectorStore(chroma_collection=collection), embed_model=embedding
    )
    done = set(collection.get(include=[])["ids"])
    missing = [node for node in nodes if node.node_id not in done]
    for first in _bar(range(0, len(missing), BATCH), "indexing by LlamaIndex"):
        built.insert_nodes(missing[first : first + BATCH])
    retriever = built.as_retriever(similarity_top_k=DEEP)

    def search(question: str) -> Found:
        found = [scored.node.node_id.split(" ", 2) for scored in retriever.retrieve(question)]
        return [(source, int(start), int(end)) for start, end, source in found]

    return search


def _time_to_index(args: argparse.Namespace, folder: Path) -> dict[str, float]:
    """Seconds from the files to an index that answers, by path, over the first articles."""
    few = subset(args.bench, args.timed, args.cache)
    with tempfile.TemporaryDirectory() as scratch:
        byline, _, ours, _ = _byline(few, Path(scratch))
        _, _, theirs, _ = _llamaindex(few, Path(scratch), None, None, LLAMAINDEX)
    return {byline: ours, LLAMAINDEX: theirs}


def _indexed(name: str, seconds: dict[str, float]) -> list[Measure]:
    return [Measure(f"{name}: time to index", seconds[name], "s")] if name in seconds else []


def _bar(items: Sequence[Any], name: str) -> Any:
    from tqdm import tqdm

    return tqdm(items, desc=name, disable=None, file=sys.stderr)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it as a command."""
    parser = parser_of(__doc__)
    parser.add_argument("--haystack", type=Path, metavar="FOLDER", help="where haystack-ai lies")
    parser.add_argument("--limit", type=int, metavar="N", help="ask the first N questions only")
    parser.add_argument(
        "--articles", type=int, default=ALL, metavar="N", help="index N articles only (490)"
    )
    parser.add_argument(
        "--timed", type=int, default=20, metavar="N", help="articles to time indexing on (20)"
    )
    return run("beside", measure, parser, arguments)


if __name__ == "__main__":
    sys.exit(main())
