"""Operations on tables: list, show, query and export them."""

from __future__ import annotations

from ragapp.errors import no_document
from ragapp.service.collections import CollectionService
from ragapp.types import (
    DEFAULT_COLLECTION,
    StoredTable,
    TableFormat,
    TablePlan,
    TableResult,
    TableSummary,
)


class TableService(CollectionService):
    def tables(
        self, collection: str = DEFAULT_COLLECTION, document_id: str | None = None
    ) -> list[TableSummary]:
        """The tables of a collection's documents, or of one of them. Raises NotFoundError."""
        found = self.collection(collection)
        if document_id is not None and self._store.document(document_id).collection != found.name:
            raise no_document(document_id)
        return self._store.tables(found.id, document_id)

    def table(self, table_id: int) -> StoredTable:
        """A table with its cells; that of a data file has columns instead. Raises NotFoundError."""
        return self._store.table(table_id)

    def table_document(self, table_id: int) -> str:
        """The id of the document that has the table. Raises NotFoundError."""
        return self._store.table_document(table_id)

    def query_table(self, table_id: int, plan: TablePlan) -> TableResult:
        """Filters, sorts, groups and aggregates a table. Raises NotFoundError, and UsageError for a plan that
        does not fit the table."""
        return self._table_queries.run(self._store.table(table_id), plan)

    def export_table(self, table_id: int, file_format: TableFormat) -> bytes:
        """The whole table as a file: CSV in UTF-8, or Parquet. Raises NotFoundError."""
        return self._table_queries.export(self._store.table(table_id), file_format)
