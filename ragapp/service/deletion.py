"""Deletion with a receipt: what was removed from where, and whether the files still contain any of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from ragapp.errors import ConflictError, NotFoundError, StorageError
from ragapp.files.deleted_text import fragments_of
from ragapp.protocols import DocumentStore, PageRenderer, SearchIndex
from ragapp.service.host import Host
from ragapp.types import ByteSearch, DeletedFrom, DeletionReceipt, RemovedRows

READERS_SECONDS = 5.0
"""How long a receipt waits for processes that still read an older state of the database."""

Forget = Callable[[str], int]
"""Removes the cached answers that cite a document; returns how many there were."""


def delete_with_receipt(
    document_id: str,
    *,
    store: DocumentStore,
    index: SearchIndex,
    renderer: PageRenderer,
    forget_cached: Forget,
    host: Host,
) -> DeletionReceipt:
    """Deletes the document, removes its text from all files, and searches them for it.

    Raises NotFoundError, StorageError.
    """
    fragments = [*fragments_of(_text(store, document_id)), *fragments_of(_values(store, document_id))]
    rows = store.delete_document(document_id)
    cached = forget_cached(document_id)
    images = renderer.forget(document_id)
    removed = (
        DeletedFrom("database", rows.versions, "versions"),
        DeletedFrom("database", rows.chunks, "passages with their vectors"),
        DeletedFrom("database", rows.tables, "tables with their cells"),
        DeletedFrom("stored answers", rows.answers, "answers, without the sentences that rested on it"),
        _original(rows),
        DeletedFrom("cached answers", cached, "answers"),
        DeletedFrom("page images", images, "images"),
        _indexes(store, index, rows),
    )
    left = store.scrub(READERS_SECONDS)
    search = _searched(store, host, fragments)
    if search.found and not left:  # SQLite leaves copies in pages that it reorganized
        left = store.scrub(READERS_SECONDS, rewrite=True)
        search = _searched(store, host, fragments)
    places = (*removed, DeletedFrom("database files", 0, "parts to be overwritten", left or None))
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
    except NotFoundError:  # it was never parsed
        return ""


def _values(store: DocumentStore, document_id: str) -> str:
    """Values of data files, one a line: their rows are not in the text."""
    document = store.document(document_id)
    listed = store.tables(store.collection(document.collection).id, document_id)
    data = (store.table(one.id).data for one in listed if one.data_file)
    columns = (column for one in data if one is not None for column in one.columns)
    return "\n".join(value for column in columns for value in column.examples)


def _original(rows: RemovedRows) -> DeletedFrom:
    shared = None if rows.blob_freed else "another document or question set has the same bytes"
    return DeletedFrom("original", int(rows.blob_freed), "file", shared)


def _indexes(store: DocumentStore, index: SearchIndex, rows: RemovedRows) -> DeletedFrom:
    try:
        left = index.purge(store.collection(rows.collection))
    except NotFoundError:  # the collection was deleted meanwhile with its indexes
        left = ""
    except (StorageError, ConflictError) as error:  # the document is deleted nevertheless
        left = f"its text and vectors, until the indexes are next written: {error}"
    return DeletedFrom("indexes", rows.chunks, "passages", left or None)


def _searched(store: DocumentStore, host: Host, fragments: Sequence[str]) -> ByteSearch:
    """Text that other documents also contain is not counted, and neither are their own bytes."""
    findings = host.search_files(fragments)
    shared = store.occurring_fragments(sorted({one for some in findings.found.values() for one in some}))
    paths = sorted(
        path
        for path, some in findings.found.items()
        if set(some) - shared and not store.keeps_blob(Path(path).name)
    )
    return ByteSearch(len(fragments), findings.files, findings.bytes, tuple(paths))
