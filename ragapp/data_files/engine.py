"""SandboxedTableEngine: the TableEngine that runs DuckDB in a confined process."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import BinaryIO

from pydantic import TypeAdapter, ValidationError

from ragapp.errors import ParseError, StorageError, UsageError
from ragapp.sandbox import Sandbox, SandboxLimits
from ragapp.table_queries.checking import NUMBERS
from ragapp.types import ResultColumn, TablePlan, TableResult, TableValue

CHILD = f"{__package__}.worker"

_PLAN = TypeAdapter(TablePlan)
_COLUMNS = TypeAdapter(tuple[ResultColumn, ...])
_TEXTS = TypeAdapter(dict[str, object])


class SandboxedTableEngine:
    """Runs one query at a time; safe for many threads, which wait for each other."""

    def __init__(self, limits: SandboxLimits) -> None:
        self._sandbox = Sandbox(CHILD, limits)

    def query(self, data: BinaryIO, columns: Sequence[ResultColumn], plan: TablePlan) -> TableResult:
        order = {"plan": _PLAN.dump_python(plan, mode="json")}
        return _result(self._run("query", data, columns, order))

    def csv(self, data: BinaryIO, columns: Sequence[ResultColumn]) -> bytes:
        return self._run("csv", data, columns, {})

    def parquet(self, columns: Sequence[ResultColumn], rows: Sequence[Sequence[TableValue]]) -> bytes:
        """The table as a Parquet file. Its numbers are decimals with as many digits as the most exact of
        them.
        """
        values = [[str(value) if isinstance(value, Decimal) else value for value in row] for row in rows]
        numbers = [value for row in rows for value in row if isinstance(value, Decimal)]
        return self._run(
            "parquet", io.BytesIO(json.dumps(values).encode()), columns, {"number": decimal_type(numbers)}
        )

    def close(self) -> None:
        self._sandbox.close()

    def _run(
        self, operation: str, data: BinaryIO, columns: Sequence[ResultColumn], order: dict[str, object]
    ) -> bytes:
        described = _COLUMNS.dump_python(tuple(columns), mode="json")
        options = json.dumps({"operation": operation, "columns": described, **order})
        try:
            return self._sandbox.run(data, "The table", options)
        except ParseError as error:
            raise UsageError(str(error)) from error


def decimal_type(numbers: Sequence[Decimal]) -> str:
    """The type of SQL that holds all these numbers exactly, if there is one."""
    exponents = [number.as_tuple().exponent for number in numbers]
    scale = max((-one for one in exponents if isinstance(one, int)), default=0)
    digits = max((number.adjusted() + 1 for number in numbers), default=1)
    whole = max(digits, 1)
    return f"DECIMAL(38, {max(scale, 0)})" if whole + max(scale, 0) <= 38 else "DOUBLE"


def _result(output: bytes) -> TableResult:
    """Reads what the process returned. Raises StorageError when that is not a result."""
    try:
        found = _TEXTS.validate_json(output)
        columns = _COLUMNS.validate_python(found["columns"])
        rows = tuple(
            tuple(_value(value, column) for value, column in zip(row, columns, strict=True))
            for row in found["rows"]  # type: ignore[attr-defined]
        )
        return TableResult(columns, rows, int(str(found["matching"])))
    except (ValidationError, KeyError, TypeError, ValueError, InvalidOperation) as error:
        raise StorageError("The query returned no valid result. The stored table may be damaged.") from error


def _value(value: object, column: ResultColumn) -> TableValue:
    if value is None:
        return None
    if column.type not in NUMBERS:
        return str(value)
    number = Decimal(str(value))
    return number if number.is_finite() else str(value)  # files may hold "inf" and "nan"
