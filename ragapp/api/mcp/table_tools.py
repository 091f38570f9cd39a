"""The MCP tools `list_tables` and `query_table`."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from mcp_types import CallToolResult
from pydantic import BaseModel, Field

from ragapp.api.answer_text import one_line
from ragapp.api.mcp.ask_tools import InCollection
from ragapp.api.mcp.backend import BackendOf, Call, tool_errors
from ragapp.api.mcp.schemas import result
from ragapp.types import (
    Aggregate,
    ResultColumn,
    SortKey,
    TableFilter,
    TablePlan,
    TableResult,
    TableSummary,
    TableValue,
    json_number,
)

LONGEST_RESULT = 200
"""Rows that a tool returns at most: a model has to read them."""


class TableList(BaseModel):
    tables: list[TableSummary]


class QueriedTable(BaseModel):
    columns: list[ResultColumn] = Field(description="Numbers are multiples of ten to the power of `scale`.")
    rows: list[list[TableValue]]
    matching: int = Field(description="Number of rows of the result, of which the first are returned.")
    notes: list[str]


class TableTools:
    def __init__(self, backend_of: BackendOf) -> None:
        self._backend_of = backend_of

    def list_tables(
        self,
        call: Call,
        *,
        collection: InCollection = "default",
        document_id: Annotated[str | None, Field(description="Only the tables of this document.")] = None,
    ) -> Annotated[CallToolResult, TableList]:
        """List the tables in the documents of a collection, with their captions and columns."""
        with tool_errors():
            tables = self._backend_of(call).tables(collection, document_id)
        lines = [
            f"- table {one.id}: {one_line(one.caption or f'table {one.number}')} "
            f"({one_line(one.document_name)}, page {one.page}), {one.rows} rows, "
            f"columns: {one_line(', '.join(one.columns))}"
            for one in tables
        ]
        return result("\n".join(lines) or "There are no tables.", TableList(tables=tables))

    def query_table(
        self,
        call: Call,
        *,
        table_id: Annotated[int, Field(ge=1, lt=2**31, description="Id of the table, from list_tables.")],
        columns: Annotated[list[str], Field(description="Columns to return; all when empty.")] = [],  # noqa: B006  a schema default
        where: Annotated[list[TableFilter], Field(description="Conditions that must all hold.")] = [],  # noqa: B006
        group_by: Annotated[list[str], Field(description="Columns to group by.")] = [],  # noqa: B006
        aggregates: Annotated[
            list[Aggregate], Field(description="Figures to return, for each group or for all rows.")
        ] = [],  # noqa: B006
        sort: Annotated[list[SortKey], Field(description="The order of the rows.")] = [],  # noqa: B006
        limit: Annotated[int, Field(ge=1, le=LONGEST_RESULT, description="Number of rows to return.")] = 50,
    ) -> Annotated[CallToolResult, QueriedTable]:
        """Read, filter, sort, group and add up the rows of a table. Use it for every figure that is not
        printed as such, instead of calculating yourself."""
        plan = TablePlan(tuple(columns), tuple(where), tuple(group_by), tuple(aggregates), tuple(sort), limit)
        with tool_errors():
            found = self._backend_of(call).query_table(table_id, plan)
        queried = QueriedTable(
            columns=list(found.columns),
            rows=[list(row) for row in found.rows],
            matching=found.matching,
            notes=list(found.notes),
        )
        return result(_as_text(found), queried)


def _as_text(found: TableResult) -> str:
    lines = [" | ".join(_title(column) for column in found.columns)]
    lines += [" | ".join(_shown(value) for value in row) for row in found.rows]
    if len(found.rows) < found.matching:
        lines.append(f"({len(found.rows)} of {found.matching} rows)")
    return "\n".join((*lines, *found.notes))


def _title(column: ResultColumn) -> str:
    scale = f"times 10^{column.scale}" if column.scale else ""
    about = ", ".join(filter(None, (column.unit, scale)))
    return one_line(f"{column.name} ({about})" if about else column.name)


def _shown(value: TableValue) -> str:
    return str(json_number(value)) if isinstance(value, Decimal) else one_line(value or "")
