"""The tables of a server's documents."""

from __future__ import annotations

from ragapp.api.schemas import decode, encode
from ragapp.client.transport import ClientPart, collection_path, table_path
from ragapp.types import StoredTable, TableFormat, TablePlan, TableResult, TableSummary


class ClientTables(ClientPart):
    def tables(self, collection: str = "default", document_id: str | None = None) -> list[TableSummary]:
        """The tables of a collection's documents, or of one of them. Raises NotFoundError."""
        query = None if document_id is None else {"document_id": document_id}
        path = f"{collection_path(collection)}/tables"
        return decode(list[TableSummary], self._transport.send("GET", path, query=query))

    def table(self, table_id: int) -> StoredTable:
        """A table with its cells; that of a data file has columns instead. Raises NotFoundError."""
        return decode(StoredTable, self._transport.send("GET", table_path(table_id)))

    def query_table(self, table_id: int, plan: TablePlan) -> TableResult:
        """Filters, sorts, groups and aggregates a table. Raises NotFoundError, and UsageError for a plan that
        does not fit the table."""
        body = encode(TablePlan, plan)
        return decode(TableResult, self._transport.send("POST", f"{table_path(table_id)}/query", body=body))

    def export_table(self, table_id: int, file_format: TableFormat) -> bytes:
        """The whole table as a file: CSV in UTF-8, or Parquet. Raises NotFoundError."""
        return self._transport.send("GET", table_path(table_id), query={"format": file_format})
