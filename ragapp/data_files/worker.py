"""The confined process that queries and exports data files: `python -m ragapp.data_files.worker LIMITS`."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import duckdb
from pydantic import TypeAdapter

from ragapp.data_files import MEMORY_LIMITS, sql
from ragapp.data_files.connection import PARQUET, connect, identifier, literal
from ragapp.errors import ParseError
from ragapp.sandbox.child import serve_files
from ragapp.sandbox.messages import SandboxRequest
from ragapp.table_queries.export import FORMULA_SIGNS
from ragapp.types import ResultColumn, TablePlan

PLAN = TypeAdapter(TablePlan)
COLUMNS = TypeAdapter(tuple[ResultColumn, ...])

NO_RESULT = b""
"""For work that has written its result to the target itself."""


def work(request: SandboxRequest) -> bytes:
    """Runs one operation. Raises ParseError for a file or a plan that DuckDB cannot process."""
    order = json.loads(request.options)
    try:
        return OPERATIONS[order["operation"]](request, order)
    except duckdb.OutOfMemoryException as error:
        raise ParseError(
            "The query needs too much memory. Filter the rows, or group by fewer columns."
        ) from error
    except duckdb.Error as error:
        raise ParseError(f"The query failed: {str(error)[:300]}") from error


def _query(request: SandboxRequest, order: Mapping[str, Any]) -> bytes:
    plan, columns = PLAN.validate_python(order["plan"]), COLUMNS.validate_python(order["columns"])
    source = f"read_parquet({literal(request.source)}, file_row_number = true)"
    wanted = sql.statement(plan, columns, source)
    with connect([request.source]) as c:
        rows = c.execute(wanted.text, list(wanted.parameters)).fetchall()
        counted = c.execute(
            wanted.count, [] if wanted.count == "SELECT 1" else list(wanted.parameters)
        ).fetchall()
    shown = [
        [
            plain(sql.average(value) if is_average else value)
            for value, is_average in zip(row, wanted.averages, strict=True)
        ]
        for row in rows
    ]
    result = {
        "columns": COLUMNS.dump_python(wanted.columns, mode="json"),
        "rows": shown,
        "matching": counted[0][0],
    }
    return json.dumps(result).encode()


def _csv(request: SandboxRequest, order: Mapping[str, Any]) -> bytes:
    columns = COLUMNS.validate_python(order["columns"])
    shown = [
        _without_formula(identifier(one.name)) if one.type == "text" else identifier(one.name)
        for one in columns
    ]
    with connect([request.source, request.target]) as c:
        c.execute(
            f"COPY (SELECT {', '.join(shown)} FROM read_parquet({literal(request.source)})) "
            f"TO {literal(request.target)} (FORMAT csv, HEADER, USE_TMP_FILE false)"
        )
    return NO_RESULT


def _without_formula(name: str) -> str:
    """The expression for a column of texts, none of which a spreadsheet program takes for a formula."""
    signs = "".join(FORMULA_SIGNS).replace("-", r"\-")
    is_formula = f"regexp_matches({name}, {literal(f'^[{signs}].')})"
    return f"CASE WHEN {is_formula} THEN '''' || {name} ELSE {name} END AS {name}"


def _parquet(request: SandboxRequest, order: Mapping[str, Any]) -> bytes:
    """Writes the rows of `source`, which is JSON, as Parquet."""
    columns = COLUMNS.validate_python(order["columns"])
    types = {"text": "VARCHAR", "date": "DATE", "time": "TIMESTAMP"}
    declared = ", ".join(f"{identifier(one.name)} {types.get(one.type, order['number'])}" for one in columns)
    with open(request.source, "rb") as file:  # noqa: PTH123  the path is a string of the request
        rows = json.load(file)
    with connect([request.target]) as c:
        c.execute(f"CREATE TABLE rows ({declared})")
        if rows:
            c.executemany(f"INSERT INTO rows VALUES ({', '.join('?' * len(columns))})", rows)
        c.execute(f"COPY rows TO {literal(request.target)} {PARQUET}")
    return NO_RESULT


def plain(value: object) -> str | None:
    """A value as text, from which its column's type restores it."""
    if value is None:
        return None
    if isinstance(value, datetime):
        return value.isoformat(" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    return str(value)


OPERATIONS: Mapping[str, Callable[[SandboxRequest, Mapping[str, Any]], bytes]] = {
    "query": _query,
    "csv": _csv,
    "parquet": _parquet,
}

if __name__ == "__main__":
    serve_files(work, readable=MEMORY_LIMITS)
