"""`ragapp tables …`: lists, shows, queries and exports the tables of documents."""

from __future__ import annotations

import json
import sys
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ragapp.terminal.options import AsJson, DataDir, InCollection, open_service
from ragapp.terminal.output import console, print_json, print_table, safe

if TYPE_CHECKING:
    from ragapp.types import Aggregate, AggregateFunction, ResultColumn, StoredTable, TablePlan, TableResult

app = typer.Typer(help="List, show, query and export the tables of documents.", no_args_is_help=True)
TableId = Annotated[int, typer.Argument(help="Id of the table, from `ragapp tables list`.")]

SHOWN_ROWS = 20
"""Rows of a data file that `show` prints."""


@app.command("list")
def list_tables(
    collection: InCollection = "default",
    document: Annotated[str | None, typer.Option(help="Only the tables of this document id.")] = None,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """List the tables of a collection's documents.

    Example: ragapp tables list -c reports
    """
    with open_service(data_dir) as service:
        found = service.tables(collection, document)
    if as_json:
        print_json(found)
        return
    print_table(
        ("id", "document", "page", "rows", "caption", "columns"),
        ((t.id, t.document_name, t.page, t.rows, t.caption, ", ".join(t.columns)) for t in found),
    )


@app.command()
def show(
    table_id: TableId,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print the whole table as CSV.")] = False,
    parquet: Annotated[Path | None, typer.Option(help="Write the whole table to this Parquet file.")] = None,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Show a table: its cells, or the columns and first rows of a data file.

    Examples:

      ragapp tables show 7

      ragapp tables show 7 --csv > balance.csv
    """
    from ragapp.types import StoredTable, TablePlan

    with open_service(data_dir) as service:
        if as_csv:
            sys.stdout.buffer.write(service.export_table(table_id, "csv"))
            return
        if parquet is not None:
            _write(parquet, service.export_table(table_id, "parquet"))
            return
        table = service.table(table_id)
        if as_json:
            _print_encoded(StoredTable, table)
            return
        rows = service.query_table(table_id, TablePlan(limit=SHOWN_ROWS if table.data else 10_000))
    _print_heading(table)
    _print_result(rows)


@app.command()
def query(
    table_id: TableId,
    select: Annotated[str, typer.Option(help="Columns to show, separated by commas.")] = "",
    where: Annotated[
        list[str] | None,
        typer.Option(help="Only rows for which this holds: 'price > 500'. May be repeated."),
    ] = None,
    group_by: Annotated[str, typer.Option(help="Columns to group by, separated by commas.")] = "",
    total: Annotated[list[str] | None, typer.Option("--sum", help="Sum of a column.")] = None,
    average: Annotated[list[str] | None, typer.Option(help="Average of a column.")] = None,
    minimum: Annotated[list[str] | None, typer.Option("--min", help="Minimum of a column.")] = None,
    maximum: Annotated[list[str] | None, typer.Option("--max", help="Maximum of a column.")] = None,
    count: Annotated[bool, typer.Option("--count", help="Number of rows.")] = False,
    sort: Annotated[
        list[str] | None,
        typer.Option(help="Sort by this column; --sort=-price from the largest down. May be repeated."),
    ] = None,
    top: Annotated[int, typer.Option(min=1, max=10_000, help="Number of rows to show.")] = 100,
    plan: Annotated[
        str, typer.Option(help="The whole plan as JSON, as POST /v1/collections/-/tables/ID/query takes it.")
    ] = "",
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Filter, sort, group and aggregate the rows of a table.

    Examples:

      ragapp tables query 7 --where "price>500" --sort=-price --top 5

      ragapp tables query 7 --group-by city --sum price --count
    """
    from ragapp.table_queries.wording import parse_filter, parse_sort
    from ragapp.types import Aggregate, TablePlan, TableResult

    figures: list[Aggregate] = []
    figures += _aggregates("sum", total) + _aggregates("average", average)
    figures += _aggregates("minimum", minimum) + _aggregates("maximum", maximum)
    figures += [Aggregate("count")] if count else []
    made = (
        _plan_of(plan)
        if plan
        else TablePlan(
            columns=_names(select),
            where=tuple(parse_filter(one) for one in where or ()),
            group_by=_names(group_by),
            aggregates=tuple(figures),
            sort=tuple(parse_sort(one) for one in sort or ()),
            limit=top,
        )
    )
    with open_service(data_dir) as service:
        result = service.query_table(table_id, made)
    if as_json:
        _print_encoded(TableResult, result)
    else:
        _print_result(result)


def _aggregates(function: AggregateFunction, columns: list[str] | None) -> list[Aggregate]:
    from ragapp.types import Aggregate

    return [Aggregate(function, column) for column in columns or ()]


def _names(listed: str) -> tuple[str, ...]:
    """Names with commas are possible in a plan as JSON."""
    return tuple(name.strip() for name in listed.split(",") if name.strip())


def _plan_of(written: str) -> TablePlan:
    from ragapp.api.schemas import decode
    from ragapp.errors import UsageError
    from ragapp.types import TablePlan

    try:
        return decode(TablePlan, written.encode())
    except ValueError as error:
        raise UsageError(f"The plan is not valid: {error}") from None


def _print_encoded(kind: type[Any], value: object) -> None:
    from ragapp.api.schemas import encode

    print_json(json.loads(encode(kind, value)))


def _write(path: Path, data: bytes) -> None:
    from ragapp.errors import StorageError

    try:
        path.write_bytes(data)
    except OSError as error:
        raise StorageError(f"{path} cannot be written: {error.strerror}. Choose another place.") from error


def _print_heading(table: StoredTable) -> None:
    where = f"{table.document_name}, page {table.page}"
    size = "" if table.data is None else f", {table.data.rows} rows"
    title = f"{table.table.caption or f'Table {table.number}'} ({where}{size})"
    console().print(safe(title), markup=False)


def _print_result(result: TableResult) -> None:
    print_table(
        [_title(column) for column in result.columns],
        ([shown(value) for value in row] for row in result.rows),
    )
    if len(result.rows) < result.matching:
        console().print(f"{len(result.rows)} of {result.matching} rows.")
    for note in result.notes:
        console().print(safe(note), markup=False)


def _title(column: ResultColumn) -> str:
    unit = column.unit or ""
    scale = {0: "", 3: "thousands", 6: "millions", 9: "billions"}.get(column.scale, f"10^{column.scale}")
    about = ", ".join(filter(None, (unit, scale)))
    return f"{column.name} ({about})" if about else column.name


def shown(value: Decimal | str | None) -> str:
    """A value for people: numbers with groups of three digits, and at most six decimals."""
    if not isinstance(value, Decimal):
        return value or ""
    rounded = round(value, 6) if value.is_finite() else value
    return f"{rounded.normalize():,f}"
