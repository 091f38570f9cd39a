"""Rendering of document pages as images."""

from __future__ import annotations

from collections.abc import Callable
from typing import BinaryIO, Protocol

from ragapp.types import DocumentPage, PageImage

Span = tuple[int, int]
"""Character offsets (start, end) into a document version's text."""


class PageRenderer(Protocol):
    """Renders pages of documents whose formats have pages: PDFs and images."""

    def draw(self, page: DocumentPage, open_blob: Callable[[], BinaryIO], cited: Span | None) -> PageImage:
        """The page with the `cited` words highlighted, as far as they are on it.

        `open_blob` opens the bytes that `page.sha256` names. It is called when the image is not cached.
        Raises UnsupportedFormat for a format without pages, ParseError when the page cannot be rendered
        within the limits, StorageError.
        """

    def forget(self, document_id: str) -> int:
        """Deletes the cached images of the document on this machine and returns how many there were."""

    def cached_documents(self) -> set[str]:
        """The ids of the documents that have cached images on this machine."""

    def close(self) -> None: ...
