"""Search results to answer from."""

from __future__ import annotations

from collections.abc import Sequence

from ragapp.errors import NotFoundError
from ragapp.types import Hit, Ranks, SearchedQuestion, SearchResult

OFFSET = 1000
"""Where each hit starts in its document, so that offsets in hit and document cannot be confused."""


def hit(text: str, place: int = 1, *, document: str | None = None, heading: str | None = None) -> Hit:
    return Hit(
        chunk_id=f"chunk-{place}",
        document_id=document or f"document-{place}",
        document_name=f"{document or f'document-{place}'}.txt",
        version=1,
        page=1,
        start=OFFSET,
        end=OFFSET + len(text),
        text=text,
        heading=heading,
        score=1 / place,
        ranks=Ranks(place, place),
    )


def found(query: str, texts: Sequence[str]) -> SearchResult:
    hits = tuple(hit(text, place) for place, text in enumerate(texts, 1))
    return SearchResult(query, "default", hits, {"total": 5.0})


def searched(question: str, texts: Sequence[str], *, notice: str | None = None) -> SearchedQuestion:
    return SearchedQuestion(question, found(question, texts), notice=notice)


def span_of(document_id: str, version: int, start: int, end: int) -> str:
    """For tests without window expansion."""
    raise NotFoundError("Nothing is kept here.")


def page_at(document_id: str, version: int, offset: int) -> int:
    """Pages of 1,050 characters: a hit that begins on page 1 soon reaches page 2."""
    return 1 + offset // 1050
