"""A collection as LangChain's retriever."""

from __future__ import annotations

from typing import Protocol

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import Field, SkipValidation

from ragapp.integrations.langchain.documents import document_of
from ragapp.types import SearchMode, SearchQuery, SearchResult


class SearchesDocuments(Protocol):
    """What the retriever needs of a service or client."""

    def search(self, query: SearchQuery) -> SearchResult: ...


class RagappRetriever(BaseRetriever):
    """Finds the `k` best chunks of a collection.

    Each Document's metadata say where its text stands: `chunk_id`, `document_id`, `name`, `version`,
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
