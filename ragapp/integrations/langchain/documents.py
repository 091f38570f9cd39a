"""Hits as LangChain's Documents, and back."""

from __future__ import annotations

from langchain_core.documents import Document

from ragapp.types import Hit


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
