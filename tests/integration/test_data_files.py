"""Data files of many rows: described for search, queried by their rows, and gone with their document."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import duckdb
import openpyxl
import pytest

from ragapp.bootstrap import build_service
from ragapp.errors import UsageError
from ragapp.service import RagService
from ragapp.settings import Settings
from ragapp.types import (
    Aggregate,
    Document,
    SearchQuery,
    SortKey,
    StoredTable,
    TableFilter,
    TablePlan,
    TableResult,
    UploadSpec,
)
from tests.serving import ingest_all, settings_in

ROWS = 50
"""Above this number of rows, a file is data."""
CITIES = ("Berlin", "Paris", "Rome")


def sales(rows: int = 300, delimiter: str = ",") -> bytes:
    lines = [("order", "city", "zip", "day", "price")]
    lines += [
        (str(n), CITIES[n % 3], f"{n:05d}", f"2024-{n % 12 + 1:02d}-{n % 28 + 1:02d}", f"{n * 1.25:.2f}")
        for n in range(1, rows + 1)
    ]
    return "\n".join(delimiter.join(line) for line in lines).encode() + b"\n"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_in(tmp_path, data_file_rows=ROWS)


@pytest.fixture
def service(settings: Settings) -> Iterator[RagService]:
    with closing(build_service(settings)) as service:
        yield service


def ingested(service: RagService, settings: Settings, name: str, data: bytes) -> Document:
    document = service.upload(UploadSpec(name), io.BytesIO(data)).document
    ingest_all(settings)
    return service.document(document.id)


def only_table(service: RagService, document: Document) -> StoredTable:
    (listed,) = service.tables(document_id=document.id)
    return service.table(listed.id)


def query(service: RagService, document: Document, **plan: object) -> TableResult:
    return service.query_table(only_table(service, document).id, TablePlan(**plan))  # type: ignore[arg-type]


def types(service: RagService, document: Document) -> dict[str, str]:
    data = only_table(service, document).data
    assert data is not None
    return {column.name: column.type for column in data.columns}


def test_a_data_file_is_described_and_queried(service: RagService, settings: Settings) -> None:
    document = ingested(service, settings, "sales.csv", sales())
    assert (document.status, document.error) == ("ready", None)
    assert document.chunks < 5
    text = service.document_text(document.id).text
    assert "300 rows and 5 columns" in text
    assert "3 different values: Berlin, Paris, Rome" in text
    assert types(service, document) == {
        "order": "number",
        "city": "text",
        "zip": "text",  # a leading zero is not lost
        "day": "date",
        "price": "number",
    }
    result = query(
        service,
        document,
        where=(TableFilter("price", ">", "100"),),
        group_by=("city",),
        aggregates=(Aggregate("sum", "price"), Aggregate("count")),
        sort=(SortKey("price", descending=True),),
    )
    expected = {
        city: sum(n * 1.25 for n in range(1, 301) if CITIES[n % 3] == city and n * 1.25 > 100)
        for city in CITIES
    }
    assert {row[0]: float(row[1]) for row in result.rows} == expected  # type: ignore[arg-type]
    assert result.matching == 3
    hits = service.search(SearchQuery("price by city of the orders")).hits
    assert hits[0].document_id == document.id


def test_a_small_file_stays_text(service: RagService, settings: Settings) -> None:
    document = ingested(service, settings, "few.csv", sales(20))
    assert only_table(service, document).data is None
    assert "20 | Rome" in service.document_text(document.id).text


def test_a_workbook_of_many_rows(service: RagService, settings: Settings) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Sales"
    for row in csv_rows(sales()):
        sheet.append(row)
    book.create_sheet("Empty")
    out = io.BytesIO()
    book.save(out)
    document = ingested(service, settings, "sales.xlsx", out.getvalue())
    assert only_table(service, document).table.caption == "Sales"
    result = query(service, document, aggregates=(Aggregate("maximum", "price"), Aggregate("count")))
    assert result.rows == ((375, 300),)


def csv_rows(data: bytes) -> list[list[object]]:
    head, *lines = [line.split(",") for line in data.decode().splitlines()]
    return [list(head), *([int(n), city, code, day, float(price)] for n, city, code, day, price in lines)]


def test_a_parquet_file(service: RagService, settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    with duckdb.connect() as c:
        c.execute(
            "COPY (SELECT range AS n, range / 4 AS share, DATE '2024-01-01' + range::INT AS day, "
            "{'x': range} AS nested, range % 2 = 0 AS even FROM range(60)) TO ? (FORMAT parquet)",
            [str(path)],
        )
    document = ingested(service, settings, "a.parquet", path.read_bytes())
    assert types(service, document) == {
        "n": "number",
        "share": "number",
        "day": "date",
        "nested": "text",
        "even": "text",
    }
    where = (TableFilter("day", ">=", "2024-02-01"), TableFilter("even", "=", "True"))
    assert query(service, document, where=where, aggregates=(Aggregate("count"),)).rows == ((14,),)
    odd = tmp_path / "odd.parquet"
    with duckdb.connect() as c:
        c.execute("COPY (SELECT 'nan'::DOUBLE AS x, 1 AS y) TO ? (FORMAT parquet)", [str(odd)])
    unusual = ingested(service, settings, "odd.parquet", odd.read_bytes())
    assert query(service, unusual, aggregates=(Aggregate("sum", "x"),)).rows == (("nan",),)
    damaged = ingested(service, settings, "b.parquet", path.read_bytes()[:-50])
    assert damaged.status == "failed"
    assert "Parquet" in str(damaged.error)


def test_no_statement_reaches_other_files(service: RagService, settings: Settings) -> None:
    document = ingested(service, settings, "sales.csv", sales())
    for name in ("city\" FROM read_csv('/etc/passwd') --", "/etc/passwd", "read_text('/etc/passwd')"):
        with pytest.raises(UsageError, match="no column"):
            query(service, document, columns=(name,))
    odd = TableFilter("city", "=", "x' UNION SELECT * FROM read_text('/etc/passwd') --")
    assert query(service, document, where=(odd,)).rows == ()


def test_export_backup_and_deletion_cover_the_rows(service: RagService, settings: Settings) -> None:
    document = ingested(service, settings, "sales.csv", sales() + b"9999,Quokkatown,1,2024-01-01,1\n")
    table = only_table(service, document)
    exported = service.export_table(table.id, "csv").decode().splitlines()
    assert len(exported) == 302
    assert exported[0] == "order,city,zip,day,price"
    assert service.export_table(table.id, "parquet").startswith(b"PAR1")
    assert table.data is not None
    blob = next((settings.data_dir / "blobs").rglob(table.data.sha256))
    assert b"Quokkatown" in blob.read_bytes(), "the search for deleted text must see it"
    assert all(check.ok for check in service.doctor(repair=False).checks)
    other = ingested(service, settings, "other.csv", sales().replace(b"1.25", b"1.26"))
    (settings.data_dir / "left").write_bytes(b"... Quokkatown ...")
    receipt = service.delete_with_receipt(document.id)
    assert [Path(path).name for path in receipt.search.found] == ["left"]
    assert not blob.exists()
    (settings.data_dir / "left").unlink()
    receipt = service.delete_with_receipt(other.id)
    assert receipt.complete, receipt
    assert all(check.ok for check in service.doctor(repair=False).checks)


def test_equal_files_share_their_rows_until_the_last_is_deleted(
    service: RagService, settings: Settings
) -> None:
    first = ingested(service, settings, "a.csv", sales())
    second = ingested(service, settings, "b.csv", sales())
    service.delete_document(first.id)
    assert query(service, second, aggregates=(Aggregate("count"),)).rows == ((300,),)
    changed = ingested(service, settings, "b.csv", sales(200))
    assert query(service, changed, aggregates=(Aggregate("count"),)).rows == ((200,),)
    assert all(check.ok for check in service.doctor(repair=False).checks)


def test_another_limit_ingests_the_same_file_again(service: RagService, settings: Settings) -> None:
    few = ingested(service, settings, "few.csv", sales(40))
    assert only_table(service, few).data is None
    lower = settings.model_copy(update={"data_file_rows": 10})
    with closing(build_service(lower)) as changed:
        again = ingested(changed, lower, "few.csv", sales(40))
        assert again.version == 2
        data = only_table(changed, again).data
    assert data is not None
    assert data.rows == 40
