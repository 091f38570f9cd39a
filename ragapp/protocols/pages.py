"""Pages as pictures."""

from __future__ import annotations

from collections.abc import Callable
from typing import BinaryIO, Protocol

from ragapp.types import DocumentPage, PageImage

Span = tuple[int, int]
"""Character offsets (start, end) into a document version's text."""


class PageRenderer(Protocol):
    """Draws pages of documents whose formats have pages of their own: PDFs and pictures."""

    def draw(self, page: DocumentPage, open_blob: Callable[[], BinaryIO], cited: Span | None) -> PageImage:
        """The page with the `cited` words marked, as far as they stand on it.

        `open_blob` opens the bytes that `page.sha256` names; it is called when the picture is not kept.
        Raises UnsupportedFormat for a format without such pages, ParseError when the page cannot be drawn,
        or not within the limits; StorageError.
        """

    def forget(self, document_id: str) -> int:
        """Deletes the pictures that are kept of the document on this machine; returns how many."""

    def kept_of(self) -> set[str]:
        """The ids of the documents of which pictures are kept on this machine."""

    def close(self) -> None: ...
