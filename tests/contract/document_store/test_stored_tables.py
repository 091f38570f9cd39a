"""Tables are published with their version, read with their cells, and gone with it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from ragapp.errors import NotFoundError
from ragapp.store.job_queue import SqlJobQueue
from ragapp.store.sql_store import SqlStore
from ragapp.types import DataTable, ParsedText, Period, TableCell, TableHeader
from tests.contract.document_store.library import accept, chunks_of, claim

TEXT = "Sales by year\nItem | 2022 | 2021\nBirds | 1,234.50 | —\nAs of | May 1, 2022 | (5)%\fNotes."
PARSED = ParsedText(TEXT, page_starts=(0, TEXT.index("\f") + 1))


def cell(row: int, column: int, printed: str, **given: object) -> TableCell:
    start = TEXT.index(printed)
    return TableCell(row, column, start, start + len(printed), printed, **given)  # type: ignore[arg-type]


TABLE = DataTable(
    start=TEXT.index("Item"),
    end=TEXT.index("\f"),
    rows=(
        TableHeader(1, ("Animals", "Birds"), ((1, 0),)),
        TableHeader(2, ("Animals", "As of"), ((2, 0),), total=True),
    ),
    columns=(
        TableHeader(1, ("2022",), ((0, 1),), Period("2022", 2022, date(2022, 12, 31)), "USD", 6),
        TableHeader(2, ("2021",), ((0, 2),), Period("2021", 2021, date(2021, 12, 31), months=None)),
    ),
    cells={
        (1, 1): cell(1, 1, "1,234.50", type="money", value=Decimal("1234.50"), unit="USD", scale=6),
        (1, 2): cell(1, 2, "—", type="number", value=Decimal(0), notes=("a", "b")),
        (2, 1): cell(2, 1, "May 1, 2022", type="date", value=date(2022, 5, 1)),
        (2, 2): cell(2, 2, "(5)%", type="percent", value=Decimal(-5), unit="%"),
    },
    caption="Sales by year",
    introduction="Sales were:",
    header_cells={(0, 1): cell(0, 1, "2022"), (0, 2): cell(0, 2, "2021"), (1, 0): cell(1, 0, "Birds")},
)


def publish(store: SqlStore, queue: SqlJobQueue, *tables: DataTable) -> tuple[str, int]:
    """The ids of the document and its version."""
    accept(store)
    job = claim(queue)
    store.publish(job, PARSED, chunks_of(PARSED), tables)
    return job.document_id, job.version_id


def test_a_table_is_read_as_it_was_written(store: SqlStore, queue: SqlJobQueue) -> None:
    document_id, version_id = publish(store, queue, TABLE)
    (stored,) = store.tables_of(version_id)
    assert stored.table == TABLE
    assert (stored.document_id, stored.version_id, stored.number, stored.page) == (
        document_id,
        version_id,
        1,
        1,
    )
    assert store.table(stored.id) == stored
    assert store.table_document(stored.id) == document_id
    assert str(stored.table.cells[1, 1].value) == "1234.50", "as printed"


def test_tables_are_listed_by_collection_and_by_document(store: SqlStore, queue: SqlJobQueue) -> None:
    document_id, _ = publish(store, queue, TABLE, TABLE)
    shore = store.collection("shore").id
    first, second = store.tables(shore)
    assert (first.number, second.number) == (1, 2)
    assert (first.caption, first.rows, first.columns) == ("Sales by year", 2, ("2022", "2021"))
    assert store.tables(shore, document_id) == [first, second]
    assert store.tables(shore, "another") == []
    assert store.tables(shore + 1) == []


def test_tables_are_found_at_a_span(store: SqlStore, queue: SqlJobQueue) -> None:
    _, version_id = publish(store, queue, TABLE)
    assert len(store.tables_at(version_id, TABLE.end - 1, TABLE.end + 5)) == 1
    assert len(store.tables_at(version_id, 0, TABLE.start + 1)) == 1
    assert store.tables_at(version_id, 0, TABLE.start) == ()
    assert store.tables_at(version_id, TABLE.end, len(TEXT)) == ()
    assert store.tables_at(version_id + 1, 0, len(TEXT)) == ()


def test_a_new_version_replaces_the_tables(store: SqlStore, queue: SqlJobQueue) -> None:
    _, old_version = publish(store, queue, TABLE)
    (old,) = store.tables_of(old_version)
    accept(store, b"new bytes")
    job = claim(queue)
    store.publish(job, PARSED, chunks_of(PARSED), (TABLE, TABLE))
    assert store.tables_of(old_version) == ()
    assert len(store.tables_of(job.version_id)) == 2
    with pytest.raises(NotFoundError, match="does not exist"):
        store.table(old.id)


def test_a_deleted_document_leaves_no_table(store: SqlStore, queue: SqlJobQueue) -> None:
    document_id, version_id = publish(store, queue, TABLE)
    (stored,) = store.tables_of(version_id)
    assert store.delete_document(document_id).tables == 1
    assert store.tables(store.collection("shore").id) == []
    with pytest.raises(NotFoundError):
        store.table_document(stored.id)
    assert all(check.ok for check in store.check(repair=False))


def test_a_table_outside_of_the_text_is_reported(store: SqlStore, queue: SqlJobQueue) -> None:
    outside = DataTable(0, len(TEXT) + 1, (), (), {})
    publish(store, queue, TABLE, outside)
    broken = [check for check in store.check(repair=False) if not check.ok]
    assert [check.name for check in broken] == ["every table lies in the text of its document"]
