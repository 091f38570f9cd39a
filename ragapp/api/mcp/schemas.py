"""The results of the tools. Descriptions are part of the schemas that models and programs read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from mcp_types import CallToolResult, TextContent
from pydantic import BaseModel, Field

from ragapp.types import AnswerMode, Citation, Document, Ending, Hit, ReadingGap, Status, Verdict

DocumentId = Annotated[str, Field(description="Identifies the document in other tools.")]
PageNumber = Annotated[int, Field(description="Page of the document, counted from 1.")]
Start = Annotated[int, Field(description="First character, counted from 0 in that version's text.")]
End = Annotated[int, Field(description="The position after the last character.")]
Uri = Annotated[str, Field(description="Resource with the surrounding text.")]


def document_uri(document_id: str) -> str:
    return f"ragapp://documents/{document_id}"


def page_uri(document_id: str, page: int) -> str:
    return f"{document_uri(document_id)}/pages/{page}"


def result(text: str, data: BaseModel) -> CallToolResult:
    """A result as structured data, and as text for clients that do not show structured data."""
    return CallToolResult(content=[TextContent(text=text)], structured_content=data.model_dump(mode="json"))


class FoundPassage(BaseModel):
    number: int = Field(description="Rank, where 1 is the best.")
    document_id: DocumentId
    document: str = Field(description="The document's name.")
    version: int
    page: PageNumber
    start: Start
    end: End
    heading: str | None
    text: str = Field(description="The passage, word for word.")
    score: float = Field(description="Comparable within this result only.")
    uri: Uri

    @classmethod
    def of(cls, number: int, hit: Hit) -> FoundPassage:
        return cls(
            number=number,
            document_id=hit.document_id,
            document=hit.document_name,
            version=hit.version,
            page=hit.page,
            start=hit.start,
            end=hit.end,
            heading=hit.heading,
            text=hit.text,
            score=hit.score,
            uri=page_uri(hit.document_id, hit.page),
        )


class FoundPassages(BaseModel):
    query: str
    collection: str
    passages: list[FoundPassage]


class AnswerSentence(BaseModel):
    text: str
    verdict: Verdict = Field(description="Whether the citations support the sentence.")
    citations: list[int] = Field(description="Numbers of the citations that support it.")


class AnswerCitation(BaseModel):
    number: int = Field(description="The n of `[n]` in the answer.")
    document_id: DocumentId
    document: str = Field(description="The document's name.")
    version: int
    page: PageNumber
    start: Start
    end: End
    quote: str = Field(description="The cited text, exactly as in the document.")
    uri: Uri

    @classmethod
    def of(cls, citation: Citation) -> AnswerCitation:
        return cls(
            number=citation.number,
            document_id=citation.document_id,
            document=citation.document_name,
            version=citation.version,
            page=citation.page,
            start=citation.start,
            end=citation.end,
            quote=citation.quote,
            uri=page_uri(citation.document_id, citation.page),
        )


class Answered(BaseModel):
    question: str
    searched_for: str = Field(description="The question as it was searched.")
    answer: str = Field(description="The answer. `[n]` after a sentence refers to citation n.")
    refused: bool = Field(description="True when the documents do not contain the answer.")
    mode: AnswerMode = Field(
        description="`extractive`: sentences quoted from the documents. `generate`: written by a model."
    )
    sentences: list[AnswerSentence]
    citations: list[AnswerCitation]
    nearest: list[AnswerCitation] = Field(
        description="Of a refusal: what comes closest to an answer, although it does not answer."
    )
    notice: str | None = Field(description="A notice for the reader.")
    ending: Ending = Field(description="Any value but `complete` means that the model's text is cut off.")
    answer_id: str


class CollectionEntry(BaseModel):
    name: str
    documents: int = Field(description="Number of documents.")


class Collections(BaseModel):
    collections: list[CollectionEntry]


class DocumentEntry(BaseModel):
    document_id: DocumentId
    name: str
    collection: str
    version: int
    status: Status = Field(
        description="`ready` and `searchable` documents can be found; others are in progress or `failed`."
    )
    error: str | None = Field(description="Why it failed, and what to do next.")
    gaps: tuple[ReadingGap, ...] = Field(description="What it holds and its text lacks, and why.")
    pages: int
    media_type: str
    metadata: Mapping[str, str] = Field(description="Metadata that the `filters` of search and ask refer to.")
    uri: Uri

    @classmethod
    def of(cls, document: Document) -> DocumentEntry:
        return cls(
            document_id=document.id,
            name=document.name,
            collection=document.collection,
            version=document.version,
            status=document.status,
            error=document.error,
            gaps=document.gaps,
            pages=document.pages,
            media_type=document.media_type,
            metadata=document.metadata,
            uri=document_uri(document.id),
        )


class Documents(BaseModel):
    collection: str
    total: int = Field(description="Number of matching documents.")
    next_offset: int | None = Field(description="The `offset` that continues the list; null at its end.")
    documents: list[DocumentEntry]


class DocumentText(BaseModel):
    document: DocumentEntry
    text: str
    start: Start
    end: End
    page: int = Field(description="The page that `start` is on, counted from 1.")
    characters: int = Field(description="Length of the whole text.")
    next_start: int | None = Field(description="The `start` that continues the text; null at its end.")


class Ingested(BaseModel):
    document: DocumentEntry
    outcome: str = Field(description="`added`, `updated` (a new version) or `unchanged` (the same text).")
