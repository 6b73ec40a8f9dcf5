"""Byline inside LlamaIndex: its passages as a retriever, its answers as a query engine.

    from llama_index.core.query_engine import RetrieverQueryEngine
    RetrieverQueryEngine.from_args(BylineRetriever(assistant), llm=your_llm)

Only LlamaIndex's types are used here, at the seam; its global `Settings`, its stores and its models
are left alone, and no language model is asked for. Nothing in Byline imports this module, because
LlamaIndex takes two seconds to import.
"""

import asyncio
from dataclasses import asdict
from datetime import date
from typing import Any

from llama_index.core.base.base_query_engine import BaseQueryEngine
from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.base.response.schema import Response
from llama_index.core.callbacks.base import CallbackManager
from llama_index.core.schema import (
    NodeRelationship,
    NodeWithScore,
    QueryBundle,
    RelatedNodeInfo,
    TextNode,
)

from qa.answer import Assistant
from qa.types import Citation, Hit

_SHOWN = ("title", "author", "outlet", "published")
# Where a text stands is for programs; a model is shown who wrote it and when.
_HIDDEN = ("source", "article_id", "start", "end", "page")


class BylineRetriever(BaseRetriever):  # type: ignore[misc]
    """The `k` passages that Byline would read for a query, best first, as LlamaIndex nodes.

    A node's text is the passage word for word, its score the hit's, and its id the same in every
    process. The assistant is the caller's to close.
    """

    def __init__(
        self, assistant: Assistant, *, k: int = 10, callback_manager: CallbackManager | None = None
    ) -> None:
        super().__init__(callback_manager=callback_manager)
        self._assistant = assistant
        self._k = k

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        hits = self._assistant.search(query_bundle.query_str, self._k)
        return [NodeWithScore(node=_of_hit(hit), score=hit.score) for hit in hits]

    async def _aretrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return await asyncio.to_thread(self._retrieve, query_bundle)


class BylineQueryEngine(BaseQueryEngine):  # type: ignore[misc]
    """Byline's answers: quoted word for word with their citations, or refused.

    A response's text is `Answer.text`, its source nodes are the citations, unscored, and its
    metadata is `Answer.to_dict()`, where `refused` and `reason` tell a refusal from an answer. The
    filters are those of `Assistant.ask`; no history is kept between queries.
    """

    def __init__(
        self,
        assistant: Assistant,
        *,
        start: str | date | None = None,
        end: str | date | None = None,
        outlet: str | None = None,
        article: str | None = None,
        callback_manager: CallbackManager | None = None,
    ) -> None:
        super().__init__(callback_manager=callback_manager)
        self._assistant = assistant
        self._scope: dict[str, Any] = {
            "start": start,
            "end": end,
            "outlet": outlet,
            "article": article,
        }

    def _query(self, query_bundle: QueryBundle) -> Response:
        answer = self._assistant.ask(query_bundle.query_str, **self._scope)
        return Response(
            response=answer.text,
            source_nodes=[NodeWithScore(node=_of_citation(c)) for c in answer.citations],
            metadata=answer.to_dict(),
        )

    async def _aquery(self, query_bundle: QueryBundle) -> Response:
        return await asyncio.to_thread(self._query, query_bundle)

    def _get_prompt_modules(self) -> dict[str, Any]:
        return {}


def _of_hit(hit: Hit) -> TextNode:
    known = hit.to_dict() | {"author": hit.article.author}
    return _node(hit.passage.text, known)


def _of_citation(citation: Citation) -> TextNode:
    return _node(citation.quote, asdict(citation))


def _node(text: str, known: dict[str, Any]) -> TextNode:
    """A node for `text`, which stands at `start:end` of its article."""
    return TextNode(
        id_=f"{known['article_id']}:{known['start']}-{known['end']}",
        text=text,
        metadata={field: known[field] for field in (*_SHOWN, *_HIDDEN)},
        excluded_llm_metadata_keys=list(_HIDDEN),
        excluded_embed_metadata_keys=list(_HIDDEN),
        start_char_idx=known["start"],
        end_char_idx=known["end"],
        relationships={NodeRelationship.SOURCE: RelatedNodeInfo(node_id=known["article_id"])},
    )
