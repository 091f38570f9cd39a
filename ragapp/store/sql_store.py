"""SqlStore: the DocumentStore over SQLAlchemy. Every method is one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Engine

from ragapp.errors import NotFoundError
from ragapp.protocols import BlobStore
from ragapp.store import (
    blob_references,
    checks,
    collections,
    delete,
    document_tables,
    documents,
    index_feed,
    listing,
    publish,
    reading_gaps,
    reembed,
    texts,
)
from ragapp.store import schema as t
from ragapp.store.blob_references import BlobWriter
from ragapp.store.engine import WRITE, database_of
from ragapp.types import (
    NO_ORIGIN,
    Acceptance,
    Backlog,
    Check,
    Chunk,
    Collection,
    DataTable,
    Document,
    DocumentLabel,
    DocumentPage,
    DocumentQuery,
    Hit,
    IndexChange,
    IndexEntry,
    Job,
    Listing,
    NewData,
    Origin,
    ParsedText,
    Ranking,
    ReadingGap,
    RemovedRows,
    StoredTable,
    TableSummary,
    Unembedded,
    UploadSpec,
    Vectors,
)


class SqlStore:
    """Documents in one database and one store of blobs. Safe for many threads and processes.

    `max_bytes` is the largest document accepted.
    """

    def __init__(self, engine: Engine, blobs: BlobStore, max_bytes: int) -> None:
        self._reading = engine
        self._writing = engine.execution_options(**WRITE)
        self._blobs = blobs
        self._blob_writer = BlobWriter(engine, blobs, max_bytes)

    # -- collections

    def create_collection(self, name: str, embedder: str, dimension: int) -> Collection:
        with self._writing.begin() as c:
            return collections.create(c, name, embedder, dimension)

    def collection(self, name: str) -> Collection:
        with self._reading.begin() as c:
            return collections.get(c, name)

    def collections(self) -> list[Collection]:
        with self._reading.begin() as c:
            return collections.get_all(c)

    def delete_collection(self, name: str) -> Collection:
        with self._writing.begin() as c:
            collection = collections.get(c, name)
            collections.hold(c, t.collections.c.id == collection.id, to_remove=True)
            unused = delete.remove_all(c, collection.id)
            collections.remove(c, collection.id)
        self._blob_writer.free(unused)
        return collection

    # -- documents

    def accept(
        self,
        spec: UploadSpec,
        data: BinaryIO,
        *,
        media_type: str,
        ingest_fingerprint: str,
        origin: Origin = NO_ORIGIN,
    ) -> Acceptance:
        new_blob = self._blob_writer.put(data)
        with self._writing.begin() as c:
            collections.hold(c, t.collections.c.name == spec.collection)
            collection = collections.get(c, spec.collection)
            return documents.accept(
                c,
                collection,
                spec,
                new_blob,
                media_type=media_type,
                fingerprint=ingest_fingerprint,
                origin=origin,
            )

    def document(self, document_id: str) -> Document:
        with self._reading.begin() as c:
            return listing.document(c, document_id)

    def documents(self, collection: str) -> list[Document]:
        with self._reading.begin() as c:
            return listing.in_collection(c, collections.get(c, collection))

    def document_labels(self, collection_id: int) -> list[DocumentLabel]:
        with self._reading.begin() as c:
            return listing.labels(c, collection_id)

    def reading_gaps(self, document_ids: Sequence[str]) -> dict[str, tuple[ReadingGap, ...]]:
        with self._reading.begin() as c:
            return reading_gaps.of_documents(c, document_ids)

    def listing(self, query: DocumentQuery) -> Listing:
        with self._reading.begin() as c:
            return listing.page(c, collections.get(c, query.collection), query)

    def set_metadata(self, document_id: str, changes: Mapping[str, str | None]) -> Document:
        with self._writing.begin() as c:
            return documents.change_metadata(c, document_id, changes)

    def chunks(self, document_id: str, version: int | None, start: int, end: int | None) -> list[Chunk]:
        with self._reading.begin() as c:
            return texts.chunks(c, document_id, version, start, end)

    def parsed_text(self, document_id: str, version: int | None = None) -> ParsedText:
        with self._reading.begin() as c:
            return texts.parsed_text(c, document_id, version)

    def page(self, document_id: str, version: int | None, page: int) -> DocumentPage:
        with self._reading.begin() as c:
            return texts.page(c, document_id, version, page)

    def page_at(self, document_id: str, version: int, offset: int) -> int:
        with self._reading.begin() as c:
            starts = texts.page_starts(c, document_id, version)
        if not starts:
            raise NotFoundError(f"Version {version} of document {document_id} no longer exists. Ask again.")
        return ParsedText("", starts).page_at(offset)

    def span(self, document_id: str, version: int, start: int, end: int) -> str:
        with self._reading.begin() as c:
            return texts.span(c, document_id, version, start, end)

    def tables(self, collection_id: int, document_id: str | None = None) -> list[TableSummary]:
        with self._reading.begin() as c:
            return document_tables.summaries(c, collection_id, document_id)

    def table(self, table_id: int) -> StoredTable:
        with self._reading.begin() as c:
            return document_tables.table(c, table_id)

    def table_document(self, table_id: int) -> str:
        with self._reading.begin() as c:
            return document_tables.document_of(c, table_id)

    def tables_at(self, version_id: int, start: int, end: int) -> tuple[StoredTable, ...]:
        with self._reading.begin() as c:
            return document_tables.overlapping(c, version_id, start, end)

    def document_tables(self, document_id: str, version: int) -> tuple[StoredTable, ...]:
        with self._reading.begin() as c:
            return document_tables.of_document(c, document_id, version)

    def tables_of(self, version_id: int) -> tuple[StoredTable, ...]:
        with self._reading.begin() as c:
            return document_tables.of_version(c, version_id)

    def blob(self, sha256: str) -> BinaryIO:
        return self._blobs.open(sha256)

    def keeps_blob(self, sha256: str) -> bool:
        with self._reading.begin() as c:
            return blob_references.is_known(c, sha256)

    def delete_document(self, document_id: str) -> RemovedRows:
        with self._writing.begin() as c:
            document = listing.document(c, document_id)
            removed = delete.count_rows(c, document)
            unused = delete.remove(c, document_id)
        self._blob_writer.free(unused)
        return replace(removed, blob_freed=document.sha256 in unused)

    def scrub(self, seconds: float, *, rewrite: bool = False) -> str:
        return database_of(self._reading).scrub(self._reading, seconds, rewrite=rewrite)

    def occurring_fragments(self, fragments: Sequence[str]) -> frozenset[str]:
        with self._reading.begin() as c:
            return texts.occurring_fragments(c, fragments)

    # -- the stages of a job

    def publish(
        self,
        job: Job,
        parsed: ParsedText,
        chunks: Sequence[Chunk],
        tables: Sequence[DataTable] = (),
        data: Sequence[NewData] = (),
    ) -> None:
        stored = self._blob_writer.put_all([one.parquet for one in data])
        with self._writing.begin() as c:
            unused = publish.publish(c, job, parsed, chunks, tables)
            document_tables.write_data(c, job.version_id, parsed, data, stored)
        self._blob_writer.free(unused)

    def chunks_without_vector(self, job: Job, embedder: str, limit: int) -> list[tuple[str, str]]:
        with self._reading.begin() as c:
            return publish.chunks_without_vector(c, job, embedder, limit)

    def add_vectors(self, job: Job, embedder: str, digests: Sequence[str], vectors: Vectors) -> None:
        with self._writing.begin() as c:
            publish.add_vectors(c, job, embedder, digests, vectors)

    def publish_vectors(self, job: Job, embedder: str) -> None:
        with self._writing.begin() as c:
            publish.publish_vectors(c, job, embedder)

    # -- what indexes and searches read

    def versions_matching(self, collection: str, filters: Mapping[str, str]) -> frozenset[int]:
        with self._reading.begin() as c:
            return index_feed.versions_matching(c, collections.get(c, collection).id, filters)

    def changes(self, collection_id: int, after: int) -> list[IndexChange]:
        with self._reading.begin() as c:
            return collections.changes(c, collection_id, after)

    def entries(self, collection_id: int, version_ids: Iterable[int] | None = None) -> Iterator[IndexEntry]:
        with self._reading.begin() as c:
            yield from index_feed.entries(c, collection_id, version_ids)

    def vectors(
        self, collection_id: int, embedder: str, version_ids: Iterable[int] | None = None
    ) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64], Vectors]]:
        with self._reading.begin() as c:
            yield from index_feed.vectors(c, collection_id, embedder, version_ids)

    def published_since(self, collection_id: int, revision: int) -> frozenset[tuple[str, int]]:
        with self._reading.begin() as c:
            return index_feed.published_since(c, collection_id, revision)

    def hits(self, collection_id: int, ranking: Ranking) -> list[Hit]:
        with self._reading.begin() as c:
            return index_feed.hits(c, collection_id, ranking)

    def backlog(self, collection_id: int) -> Backlog:
        with self._reading.begin() as c:
            return index_feed.backlog(c, collection_id)

    # -- another embedder

    def missing_vectors(self, collection: Collection, embedder: str) -> int:
        with self._reading.begin() as c:
            return reembed.missing(c, collection.id, embedder)

    def unembedded(self, collection: Collection, embedder: str, after: int, limit: int) -> list[Unembedded]:
        with self._reading.begin() as c:
            return reembed.unembedded(c, collection.id, embedder, after, limit)

    def keep_vectors(self, embedder: str, digests: Sequence[str], vectors: Vectors) -> None:
        with self._writing.begin() as c:
            reembed.keep_vectors(c, embedder, digests, vectors)

    def switch_embedder(self, collection: Collection, embedder: str, dimension: int) -> bool:
        with self._writing.begin() as c:
            return reembed.switch(c, collection.id, collection.revision, embedder, dimension)

    # -- administration

    def check(self, *, repair: bool) -> list[Check]:
        with (self._writing if repair else self._reading).begin() as c:
            return checks.run(c, self._blobs, repair=repair)

    def close(self) -> None:
        self._reading.dispose()
