"""Running a plan over any stored table: that of a document's text, or that of a data file."""

from __future__ import annotations

from decimal import Decimal

from ragapp.protocols import DocumentStore, TableEngine
from ragapp.table_queries.checking import NUMBERS, checked_plan
from ragapp.table_queries.evaluate import evaluate
from ragapp.table_queries.export import csv_text
from ragapp.table_queries.relation import Relation, relation_of
from ragapp.types import (
    DataRows,
    ResultColumn,
    StoredTable,
    TableFormat,
    TablePlan,
    TableResult,
    TableValue,
)


class TableQueries:
    """Queries and exports stored tables. Safe for many threads."""

    def __init__(self, store: DocumentStore, engine: TableEngine) -> None:
        self._store = store
        self._engine = engine

    def run(self, table: StoredTable, plan: TablePlan) -> TableResult:
        """The result of the plan, with the cells it rests on for a table of a document's text.

        Raises UsageError for a plan that does not fit the table, which names the columns that exist.
        """
        if table.data is None:
            return evaluate(relation_of(table.table), plan)
        columns = data_columns(table.data)
        checked = checked_plan(plan, columns)
        with self._store.blob(table.data.sha256) as data:
            return self._engine.query(data, columns, checked)

    def export(self, table: StoredTable, file_format: TableFormat) -> bytes:
        """All rows of the table as a file: CSV in UTF-8, or Parquet. Raises UsageError, StorageError."""
        if table.data is not None:
            with self._store.blob(table.data.sha256) as data:
                return (
                    data.read()
                    if file_format == "parquet"
                    else self._engine.csv(data, data_columns(table.data))
                )
        relation = relation_of(table.table)
        if file_format == "csv":
            return csv_text(relation.columns, (row.values for row in relation.rows)).encode()
        return self._engine.parquet(relation.columns, typed_rows(relation))

    def close(self) -> None:
        self._engine.close()


def columns_of(table: StoredTable) -> tuple[ResultColumn, ...]:
    """The columns that plans over the table can name."""
    return relation_of(table.table).columns if table.data is None else data_columns(table.data)


def data_columns(data: DataRows) -> tuple[ResultColumn, ...]:
    return tuple(ResultColumn(one.name, one.type, one.unit) for one in data.columns)


def typed_rows(relation: Relation) -> list[tuple[TableValue, ...]]:
    """The values without texts in columns of numbers, which a typed file cannot hold."""
    numeric = [column.type in NUMBERS for column in relation.columns]
    return [
        tuple(
            value if not number or isinstance(value, Decimal) else None
            for value, number in zip(row.values, numeric, strict=True)
        )
        for row in relation.rows
    ]
