"""Byline inside LlamaIndex: its own types go in and come out, and nothing global is touched."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import ROOT, environment, store_of
from llama_index.core.base.response.schema import Response
from llama_index.core.callbacks import CallbackManager, CBEventType, LlamaDebugHandler
from llama_index.core.llms import MockLLM
from llama_index.core.postprocessor import SimilarityPostprocessor
from llama_index.core.query_engine import RetrieverQueryEngine, RouterQueryEngine
from llama_index.core.schema import MetadataMode, NodeWithScore, QueryBundle, TextNode
from llama_index.core.selectors import LLMSingleSelector
from llama_index.core.tools import QueryEngineTool, RetrieverTool

from corpus import Article
from corpus.errors import QuestionError
from index.hashing import HashEncoder
from qa import Assistant
from qa.llama_index import BylineQueryEngine, BylineRetriever

BEAVERS = Article(
    "r",
    "beavers.md",
    "Beavers on the Aske",
    "Wardens counted 37 beavers on the River Aske. They build dams of alder.",
    author="Ann Finch",
    outlet="Tidewire",
    published="2024-03-10",
    provenance={"author": "front matter: author"},
)
FERRY = Article("r", "ferry.txt", "Ferries halted", "Ferry crews walked out. Nine boats stayed in.")
METADATA = {
    "title", "author", "outlet", "published", "source", "article_id", "start", "end", "page",
}  # fmt: skip


@pytest.fixture
def assistant(tmp_path: Path) -> Iterator[Assistant]:
    store = store_of(tmp_path / "store", BEAVERS, FERRY)
    with Assistant.open(store, encoder=HashEncoder(), once=True) as opened:
        yield opened


def test_the_nodes_are_the_hits_of_a_search(assistant: Assistant) -> None:
    hits = assistant.search("beavers in the river Aske", 2)
    found = BylineRetriever(assistant, k=2).retrieve("beavers in the river Aske")
    assert all(type(each) is NodeWithScore and type(each.node) is TextNode for each in found)
    assert [(each.text, each.score) for each in found] == [(h.passage.text, h.score) for h in hits]
    first = found[0].node
    assert set(first.metadata) == METADATA
    assert first.metadata == {
        "title": "Beavers on the Aske",
        "author": "Ann Finch",
        "outlet": "Tidewire",
        "published": "2024-03-10",
        "source": "beavers.md",
        "article_id": BEAVERS.id,
        "start": 0,
        "end": len(BEAVERS.text),
        "page": None,
    }
    assert (first.start_char_idx, first.end_char_idx) == (0, len(BEAVERS.text))
    assert first.ref_doc_id == BEAVERS.id


def test_k_limits_the_nodes_and_a_query_bundle_is_a_query(assistant: Assistant) -> None:
    assert len(BylineRetriever(assistant, k=1).retrieve("beavers and ferries")) == 1
    bundle = QueryBundle("ferry crews")
    (one,) = BylineRetriever(assistant, k=1).retrieve(bundle)
    assert one.text == FERRY.text


def test_ids_are_the_same_in_another_process(assistant: Assistant) -> None:
    here = [each.node_id for each in BylineRetriever(assistant).retrieve("beavers")]
    code = (
        "import sys; from pathlib import Path\n"
        "from qa import Assistant; from qa.llama_index import BylineRetriever\n"
        "with Assistant.open(sys.argv[1], encoder='hash', once=True) as assistant:\n"
        "    print(*(n.node_id for n in BylineRetriever(assistant).retrieve('beavers')))\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code, str(assistant.library.store)],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
    )
    assert (done.stdout.split(), done.stderr) == (here, "")
    assert here[0] == f"{BEAVERS.id}:0-{len(BEAVERS.text)}"


def test_a_model_is_shown_the_byline_and_not_the_offsets(assistant: Assistant) -> None:
    (one,) = BylineRetriever(assistant, k=1).retrieve("beavers")
    shown = one.node.get_content(MetadataMode.LLM)
    assert "author: Ann Finch" in shown and "published: 2024-03-10" in shown
    assert BEAVERS.id not in shown and "start" not in shown
    assert one.node.get_content(MetadataMode.NONE) == BEAVERS.text


def test_an_answer_is_a_response_with_its_citations_as_nodes(assistant: Assistant) -> None:
    question = "How many beavers were counted on the River Aske?"
    answer = assistant.ask(question)
    response = BylineQueryEngine(assistant).query(question)
    assert type(response) is Response and str(response) == answer.text
    assert response.metadata is not None
    told = response.metadata | {"timings_ms": None}
    assert told == answer.to_dict() | {"timings_ms": None}
    assert [each.text for each in response.source_nodes] == [c.quote for c in answer.citations]
    assert [each.score for each in response.source_nodes] == [None] * len(answer.citations)
    assert all(set(each.node.metadata) == METADATA for each in response.source_nodes)


def test_the_byline_is_answered_through_the_engine(assistant: Assistant) -> None:
    response = BylineQueryEngine(assistant).query("What is there by Ann Finch?")
    assert response.metadata is not None and not response.metadata["refused"]
    (source,) = response.source_nodes
    assert source.text == "Wardens counted 37 beavers on the River Aske."
    assert source.node.ref_doc_id == BEAVERS.id
    assert "Wardens counted" in response.get_formatted_sources()


def test_a_refusal_is_a_field_and_has_no_sources(assistant: Assistant) -> None:
    response = BylineQueryEngine(assistant).query("What is the capital of Mongolia?")
    assert response.metadata is not None and response.metadata["refused"]
    assert response.metadata["reason"] == "off_subject" and response.source_nodes == []
    assert str(response).startswith("None of the articles is about this.")


def test_the_filters_are_those_of_ask(assistant: Assistant) -> None:
    for scope in ({"end": "2020"}, {"outlet": "The Gazette"}, {"article": FERRY.id}):
        response = BylineQueryEngine(assistant, **scope).query("What is there by Ann Finch?")
        assert response.metadata is not None and response.metadata["refused"], scope
    engine = BylineQueryEngine(assistant, start="2024", end="2024-03-10", outlet="tidewire")
    assert len(engine.query("What is there by Ann Finch?").source_nodes) == 1


def test_async_gives_the_same_and_runs_beside_the_loop(assistant: Assistant) -> None:
    retriever, engine = BylineRetriever(assistant), BylineQueryEngine(assistant)

    async def both() -> tuple[list[NodeWithScore], Response]:
        ticks = 0

        async def tick() -> None:
            nonlocal ticks
            while True:
                ticks += 1
                await asyncio.sleep(0)

        ticking = asyncio.create_task(tick())
        found = await retriever.aretrieve("beavers")
        response = await engine.aquery("What is there by Ann Finch?")
        ticking.cancel()
        assert ticks > 10
        return found, response

    found, response = asyncio.run(both())
    assert [n.node_id for n in found] == [n.node_id for n in retriever.retrieve("beavers")]
    assert str(response) == str(engine.query("What is there by Ann Finch?"))


def test_llama_index_answers_over_our_passages_with_a_model_of_its_own(
    assistant: Assistant,
) -> None:
    engine = RetrieverQueryEngine.from_args(
        BylineRetriever(assistant, k=1),
        llm=MockLLM(),
        node_postprocessors=[SimilarityPostprocessor(similarity_cutoff=-2.0)],
    )
    response = engine.query("How many beavers were counted?")
    # The mock repeats its prompt, which holds the passage and its byline.
    assert BEAVERS.text in str(response) and "outlet: Tidewire" in str(response)
    assert [each.node.ref_doc_id for each in response.source_nodes] == [BEAVERS.id]


def test_llama_index_can_route_to_our_engine_and_call_both_as_tools(assistant: Assistant) -> None:
    class ChoosesTheFirst(MockLLM):
        def complete(self, *arguments: object, **options: object) -> object:
            done = super().complete("x")
            done.text = '[{"choice": 1, "reason": "the only one"}]'
            return done

    answers = QueryEngineTool.from_defaults(
        BylineQueryEngine(assistant), name="articles", description="what the articles say"
    )
    router = RouterQueryEngine.from_defaults(
        [answers],
        llm=ChoosesTheFirst(),
        selector=LLMSingleSelector.from_defaults(ChoosesTheFirst()),
    )
    assert "“Beavers on the Aske”" in str(router.query("What is there by Ann Finch?"))
    assert "“Beavers on the Aske”" in str(answers.call(input="What is there by Ann Finch?"))
    passages = RetrieverTool.from_defaults(BylineRetriever(assistant), name="p", description="p")
    assert "37 beavers" in str(passages.call("beavers"))


def test_callbacks_see_the_retrieval(assistant: Assistant) -> None:
    seen = LlamaDebugHandler(print_trace_on_end=False)
    manager = CallbackManager([seen])
    BylineRetriever(assistant, callback_manager=manager).retrieve("beavers")
    ((_, end),) = seen.get_event_pairs(CBEventType.RETRIEVE)
    assert end.payload and BEAVERS.text in [node.text for node in end.payload["nodes"]]


def test_our_errors_come_through(assistant: Assistant) -> None:
    for ask in (BylineRetriever(assistant).retrieve, BylineQueryEngine(assistant).query):
        with pytest.raises(QuestionError, match="no words"):
            ask("?!")
    with pytest.raises(QuestionError, match="ask for 1 to 1000"):
        BylineRetriever(assistant, k=0).retrieve("beavers")


def test_nothing_global_is_touched_and_no_model_is_asked_for(assistant: Assistant) -> None:
    # In a process of its own: LlamaIndex's own engines, in the tests above, do fill Settings.
    code = (
        "import socket, sys\n"
        "def refuse(*_): raise AssertionError('the network was used')\n"
        "socket.socket.connect = socket.getaddrinfo = refuse\n"
        "from qa import Assistant; from qa.llama_index import BylineQueryEngine, BylineRetriever\n"
        "from llama_index.core.settings import Settings\n"
        "with Assistant.open(sys.argv[1], encoder='hash', once=True) as assistant:\n"
        "    retriever, engine = BylineRetriever(assistant), BylineQueryEngine(assistant)\n"
        "    retriever.retrieve('beavers'); engine.query('Who counted beavers?')\n"
        "    assert engine.get_prompts() == {} == retriever.get_prompts()\n"
        "assert {v for k, v in vars(Settings).items()} == {None}, vars(Settings)\n"
    )
    command = [sys.executable, "-W", "error", "-c", code, str(assistant.library.store)]
    done = subprocess.run(command, cwd=ROOT, env=environment(), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
