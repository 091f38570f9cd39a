"""A table for documents of tests, whatever their parser finds in them."""

from __future__ import annotations

from contextlib import closing
from decimal import Decimal

from ragapp.bootstrap import build_runtime
from ragapp.settings import Settings
from ragapp.store import document_tables
from ragapp.store.engine import WRITE
from ragapp.types import DataTable, ParsedText, TableCell, TableHeader

ROWS = (("North", "1200", "12"), ("South", "300", "3"), ("West", "450", "8"), ("Total", "1950", "23"))


def made_table(label: str = "Region", caption: str = "Sales by region") -> DataTable:
    """Four regions by their sales in millions of dollars and their shops. Its cells have no place."""

    def cell(row: int, column: int, text: str, **given: object) -> TableCell:
        return TableCell(row, column, 0, 1, text, **given)  # type: ignore[arg-type]

    names = (label, "Sales", "Shops")
    cells = {}
    for row, (_, sales, shops) in enumerate(ROWS, 1):
        cells[row, 1] = cell(row, 1, sales, type="money", value=Decimal(sales), unit="USD", scale=6)
        cells[row, 2] = cell(row, 2, shops, type="number", value=Decimal(shops))
    headers = {(0, column): cell(0, column, name) for column, name in enumerate(names)}
    headers |= {(row, 0): cell(row, 0, region) for row, (region, *_) in enumerate(ROWS, 1)}
    return DataTable(
        start=0,
        end=10,
        rows=tuple(
            TableHeader(row, (region,), ((row, 0),), total=region == "Total")
            for row, (region, *_) in enumerate(ROWS, 1)
        ),
        columns=tuple(TableHeader(column, (names[column],), ((0, column),)) for column in (1, 2)),
        cells=cells,
        caption=caption,
        header_cells=headers,
    )


def add_table(settings: Settings, document_id: str, table: DataTable) -> int:
    """Gives the document the table, as if it had been found in it; returns the table's id."""
    runtime = build_runtime(settings)
    with closing(runtime.store) as store:
        document = store.document(document_id)
        collection = store.collection(document.collection)
        labels = store.document_labels(collection.id)
        (version_id,) = [one.version_id for one in labels if one.document_id == document_id]
        with runtime.engine.execution_options(**WRITE).begin() as c:
            document_tables.write(c, version_id, ParsedText("x" * 10), [table])
        return store.tables(collection.id, document_id)[-1].id
