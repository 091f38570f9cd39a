"""Tables over HTTP: list, show, query and export them."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Response

from ragapp.api.http.dependencies import Service
from ragapp.api.schemas import ANY_COLLECTION, encode
from ragapp.errors import NotFoundError
from ragapp.types import StoredTable, TablePlan, TableResult, TableSummary

router = APIRouter(prefix="/v1/collections/{collection}/tables", tags=["tables"])

TableId = Annotated[int, Path(ge=1, lt=2**31, description="Id of the table, from the list of tables.")]

MEDIA_TYPES = {"csv": "text/csv; charset=utf-8", "parquet": "application/vnd.apache.parquet"}

_FILES: dict[int | str, dict[str, object]] = {
    200: {
        "content": {
            "text/csv": {"schema": {"type": "string"}},
            "application/vnd.apache.parquet": {"schema": {"type": "string", "format": "binary"}},
        },
        "description": "The whole table.",
    }
}


@router.get("")
def list_tables(
    collection: str,
    service: Service,
    document_id: Annotated[str | None, Query(description="Only the tables of this document.")] = None,
) -> list[TableSummary]:
    """List the tables of a collection's documents, without their cells."""
    return service.tables(collection, document_id)


@router.get("/{table_id}", response_model=StoredTable, responses=_FILES)
def show_table(
    collection: str,
    table_id: TableId,
    service: Service,
    shown_as: Annotated[
        Literal["json", "csv", "parquet"], Query(alias="format", description="The format of the response.")
    ] = "json",
) -> Response:
    """Return a table, as JSON with the place of each cell in the text, or as a CSV or Parquet file.

    In JSON, the table of a data file has `data` instead of cells, which describes its columns. In files,
    numbers are as in the table: a scale such as "in millions" is not applied. `-` as the collection matches
    any.
    """
    _check_collection(service, collection, table_id)
    if shown_as == "json":
        return Response(encode(StoredTable, service.table(table_id)), media_type="application/json")
    return Response(
        service.export_table(table_id, shown_as),
        media_type=MEDIA_TYPES[shown_as],
        headers={"Content-Disposition": f'attachment; filename="table-{table_id}.{shown_as}"'},
    )


@router.post("/{table_id}/query")
def query_table(collection: str, table_id: TableId, plan: TablePlan, service: Service) -> TableResult:
    """Filter, sort, group and aggregate the rows of a table.

    Names of columns may differ in case; an unknown one is answered with 422 and the names that exist.
    """
    _check_collection(service, collection, table_id)
    return service.query_table(table_id, plan)


def _check_collection(service: Service, collection: str, table_id: int) -> None:
    """Raises NotFoundError unless the table is in that collection."""
    document = service.document(service.table_document(table_id))
    if collection not in (document.collection, ANY_COLLECTION):
        raise NotFoundError(
            f"Collection {collection!r} has no table {table_id}. GET /v1/collections/{collection}/tables "
            "lists its tables."
        )
