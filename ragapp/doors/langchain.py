"""ragapp inside LangChain: as a retriever, and as a chain that answers with checked citations.

Both work over a RagService in the same process and over a RagappClient.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import asdict
from typing import Protocol

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import Runnable, RunnableGenerator
from langchain_core.runnables.utils import AddableDict
from pydantic import Field, SkipValidation

from ragapp.types import AskEvent, AskMode, Hit, SearchMode, SearchResult


class Searches(Protocol):
    """What the retriever needs of a service or client."""

    def search(
        self, query: str, *, collection: str, k: int, mode: SearchMode, filters: Mapping[str, str]
    ) -> SearchResult: ...


class Answers(Protocol):
    """What the chain needs of a service or client."""

    def ask(
        self, question: str, *, collection: str, k: int, mode: AskMode, filters: Mapping[str, str]
    ) -> Iterator[AskEvent]: ...


class RagappRetriever(BaseRetriever):
    """Finds the `k` best chunks of a collection.

    Each Document's metadata say where its text stands: `chunk_id`, `document_id`, `name`, `version`,
    `page` (from 1), `heading`, `start` and `end` (character offsets into that version's text), `score`.
    Raises UsageError, NotFoundError, ModelError, EmbedderMismatch.
    """

    service: SkipValidation[Searches]
    collection: str = "default"
    k: int = 10
    mode: SearchMode = "hybrid"
    filters: dict[str, str] = Field(default_factory=dict)

    def _get_relevant_documents(
        self,
        query: str,
        *,
        run_manager: CallbackManagerForRetrieverRun,  # noqa: ARG002 - LangChain's signature has it
        k: int | None = None,
    ) -> list[Document]:
        found = self.service.search(
            query,
            collection=self.collection,
            k=self.k if k is None else k,
            mode=self.mode,
            filters=self.filters,
        )
        return [document_of(hit) for hit in found.hits]


def document_of(hit: Hit) -> Document:
    """A hit as LangChain has it: its text, and as metadata where that text stands."""
    metadata = {
        "chunk_id": hit.chunk_id,
        "document_id": hit.document_id,
        "name": hit.document_name,
        "version": hit.version,
        "page": hit.page,
        "heading": hit.heading,
        "start": hit.start,
        "end": hit.end,
        "score": hit.score,
    }
    return Document(id=hit.chunk_id, page_content=hit.text, metadata=metadata)


def hit_of(document: Document) -> Hit:
    """The hit that a Document of the retriever was made from; without the ranks of its search legs."""
    return Hit(
        chunk_id=document.metadata["chunk_id"],
        document_id=document.metadata["document_id"],
        document_name=document.metadata["name"],
        version=document.metadata["version"],
        page=document.metadata["page"],
        start=document.metadata["start"],
        end=document.metadata["end"],
        text=document.page_content,
        heading=document.metadata["heading"],
        score=document.metadata["score"],
    )


def answer_chain(
    service: Answers,
    *,
    collection: str = "default",
    k: int = 8,
    mode: AskMode = "auto",
    filters: Mapping[str, str] | None = None,
) -> Runnable[str, AddableDict]:
    """The whole chain: a question in, the fields of an Answer out, citations among them.

    Streamed, it yields `{"evidence": …}` at once (the answer made of sentences found), `{"draft": …}` for
    each piece a model writes, not checked yet, and last the answer's own fields. Invoked, it returns
    these together.
    """

    def events(question: str) -> Iterator[AskEvent]:
        return service.ask(question, collection=collection, k=k, mode=mode, filters=filters or {})

    def pieces(questions: Iterator[str]) -> Iterator[AddableDict]:
        for event in events("".join(questions)):
            yield _piece(event)

    async def pieces_from_thread(questions: AsyncIterator[str]) -> AsyncIterator[AddableDict]:
        coming = iter(await asyncio.to_thread(events, "".join([part async for part in questions])))
        while (event := await asyncio.to_thread(next, coming, None)) is not None:
            yield _piece(event)

    return RunnableGenerator(pieces, pieces_from_thread, name="ragapp")


def _piece(event: AskEvent) -> AddableDict:
    if event.answer is None:
        return AddableDict(draft=event.text)
    fields = asdict(event.answer)
    return AddableDict(evidence=fields) if event.kind == "evidence" else AddableDict(fields)
