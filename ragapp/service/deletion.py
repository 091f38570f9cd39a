"""Deletes a document and proves it: what was removed where, and what a search of the files still finds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from ragapp.errors import ConflictError, NotFoundError, StorageError
from ragapp.protocols import DocumentStore, PageRenderer, SearchIndex
from ragapp.remains import fragments_of
from ragapp.service.premises import Premises
from ragapp.types import ByteSearch, DeletedFrom, DeletionReceipt, RemovedRows

READERS_SECONDS = 5.0
"""That a receipt waits for those who still read an older state of the database."""

Forget = Callable[[str], int]
"""Removes the kept answers that cite a document; returns how many."""


def delete_with_receipt(
    document_id: str,
    *,
    store: DocumentStore,
    index: SearchIndex,
    renderer: PageRenderer,
    forget_kept: Forget,
    premises: Premises,
) -> DeletionReceipt:
    """Deletes the document, takes what is left of it out of all files, and searches these.

    Raises NotFoundError, StorageError.
    """
    fragments = fragments_of(_text(store, document_id))
    rows = store.delete_document(document_id)
    kept = forget_kept(document_id)
    pictures = renderer.forget(document_id)
    removed = (
        DeletedFrom("database", rows.versions, "versions"),
        DeletedFrom("database", rows.chunks, "passages with their vectors"),
        DeletedFrom("stored answers", rows.answers, "answers without what rested on it"),
        _original(rows),
        DeletedFrom("kept answers", kept, "answers"),
        DeletedFrom("page pictures", pictures, "pictures"),
        _indexes(store, index, rows),
    )
    left = store.scrub(READERS_SECONDS)
    search = _searched(store, premises, fragments)
    if search.found and not left:  # SQLite leaves copies in pages that it has reordered
        left = store.scrub(READERS_SECONDS, rewrite=True)
        search = _searched(store, premises, fragments)
    places = (*removed, DeletedFrom("database files", 0, "parts to be written over", left or None))
    return DeletionReceipt(
        document_id=document_id,
        document_name=rows.document_name,
        collection=rows.collection,
        sha256=rows.sha256,
        deleted_at=datetime.now(UTC),
        places=places,
        search=search,
        complete=not search.found and all(place.left is None for place in places),
    )


def _text(store: DocumentStore, document_id: str) -> str:
    store.document(document_id)
    try:
        return store.parsed_text(document_id).text
    except NotFoundError:  # it was never read
        return ""


def _original(rows: RemovedRows) -> DeletedFrom:
    shared = None if rows.blob_freed else "another document or question set has the same bytes"
    return DeletedFrom("original", int(rows.blob_freed), "file", shared)


def _indexes(store: DocumentStore, index: SearchIndex, rows: RemovedRows) -> DeletedFrom:
    try:
        left = index.purge(store.collection(rows.collection))
    except NotFoundError:  # the collection was deleted meanwhile, and its indexes with it
        left = ""
    except (StorageError, ConflictError) as error:  # the document is gone all the same
        left = f"its words and vectors, until the indexes are next written: {error}"
    return DeletedFrom("indexes", rows.chunks, "passages", left or None)


def _searched(store: DocumentStore, premises: Premises, fragments: Sequence[str]) -> ByteSearch:
    """What other documents also say is not looked for."""
    findings = premises.search_files(fragments)
    shared = store.told(sorted({one for some in findings.found.values() for one in some}))
    paths = sorted(path for path, some in findings.found.items() if set(some) - shared)
    return ByteSearch(len(fragments), findings.files, findings.bytes, tuple(paths))
