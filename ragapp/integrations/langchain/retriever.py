"""A collection as a LangChain retriever, with hits as LangChain Documents."""

from __future__ import annotations

from typing import Protocol

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import Field, SkipValidation

from ragapp.types import Hit, SearchMode, SearchQuery, SearchResult


class SearchesDocuments(Protocol):
    """The part of a service or client that the retriever uses."""

    def search(self, query: SearchQuery) -> SearchResult: ...


class RagappRetriever(BaseRetriever):
    """Finds the `k` best chunks of a collection.

    The metadata of each Document locate its text: `chunk_id`, `document_id`, `name`, `version`,
    `page` (from 1), `heading`, `start` and `end` (character offsets into that version's text), `score`.
    Raises UsageError, NotFoundError, ModelError, EmbedderMismatch.
    """

    service: SkipValidation[SearchesDocuments]
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
            SearchQuery(
                query,
                collection=self.collection,
                k=self.k if k is None else k,
                mode=self.mode,
                filters=self.filters,
            )
        )
        return [document_of(hit) for hit in found.hits]


def document_of(hit: Hit) -> Document:
    """A hit as a LangChain Document, with its location as metadata."""
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
    """The hit that a Document was made from, without the ranks that the retrievers gave it."""
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
