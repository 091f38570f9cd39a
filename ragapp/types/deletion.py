"""The receipt of a deletion: what was removed, and whether anything was found afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class RemovedRows:
    """What was removed from the database with one document.

    `blob_freed` is False when another document has the same bytes.
    """

    document_name: str
    collection: str
    sha256: str
    versions: int
    chunks: int
    answers: int
    """Stored answers from which sentences that rested on the document were removed."""
    blob_freed: bool
    tables: int = 0


@dataclass(frozen=True, slots=True)
class DeletedFrom:
    """One place that held parts of the document. `left` says what may remain there, and until when."""

    place: str
    removed: int
    what: str
    left: str | None = None


@dataclass(frozen=True, slots=True)
class ByteSearch:
    """The search of the data folder for fragments of the document's text. `found` names files."""

    fragments: int
    files: int
    bytes: int
    found: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DeletionReceipt:
    """The report of a deletion. `complete` is true when nothing is left in any place and the search found no
    fragment.
    """

    document_id: str
    document_name: str
    collection: str
    sha256: str
    deleted_at: datetime
    places: tuple[DeletedFrom, ...]
    search: ByteSearch
    complete: bool
