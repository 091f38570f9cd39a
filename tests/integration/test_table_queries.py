"""Tables by command, HTTP, client and MCP: listed, shown, queried and exported alike."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import httpx
import pytest

from ragapp.api.http.app import create_app
from ragapp.bootstrap import build_service
from ragapp.client import RagappClient
from ragapp.errors import NotFoundError, UsageError
from ragapp.service import RagService
from ragapp.settings import Settings
from ragapp.types import Aggregate, SortKey, TableFilter, TablePlan, UploadSpec
from tests.commands import ragapp
from tests.serving import Caller, ingest_all, serving, settings_in
from tests.tables import add_table, made_table

TOP_TWO = TablePlan(
    columns=("Region", "Sales"),
    where=(TableFilter("sales", "<", "1,500"),),
    sort=(SortKey("Sales", descending=True),),
    limit=2,
)


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return settings_in(tmp_path_factory.mktemp("tables"))


@pytest.fixture(scope="module")
def service(settings: Settings) -> Iterator[RagService]:
    with closing(build_service(settings)) as service:
        service.upload(UploadSpec("sales.txt"), io.BytesIO(b"Sales by region are shown."))
        ingest_all(settings)
        yield service


@pytest.fixture(scope="module")
def table_id(service: RagService, settings: Settings) -> int:
    (document,) = service.documents()
    return add_table(settings, document.id, made_table())


@pytest.fixture(scope="module")
def url(service: RagService, settings: Settings) -> Iterator[str]:
    with serving(create_app(service, settings)) as url:
        yield url


@pytest.fixture(params=["service", "client"])
def caller(request: pytest.FixtureRequest, service: RagService, url: str) -> Iterator[Caller]:
    if request.param == "service":
        yield service
    else:
        with RagappClient(url) as client:
            yield client


def test_tables_are_listed_and_shown_with_their_cells(caller: Caller, table_id: int) -> None:
    (listed,) = caller.tables()
    assert (listed.id, listed.document_name, listed.caption) == (table_id, "sales.txt", "Sales by region")
    assert (listed.rows, listed.columns) == (4, ("Sales", "Shops"))
    assert caller.tables(document_id=listed.document_id) == [listed]
    assert caller.table(table_id).table == made_table()


def test_plans_are_answered_alike(caller: Caller, table_id: int) -> None:
    result = caller.query_table(table_id, TOP_TWO)
    assert result.rows == (("North", 1200), ("West", 450))
    assert result.matching == 3
    assert result.columns[1].scale == 6
    summed = caller.query_table(table_id, TablePlan(aggregates=(Aggregate("sum", "Shops"),)))
    assert summed.rows == ((23,),)
    assert [cell.text for cell in summed.cells[0]] == ["12", "3", "8"]


def test_what_does_not_fit_is_refused_alike(caller: Caller, table_id: int) -> None:
    with pytest.raises(UsageError, match="Did you mean 'Sales'"):
        caller.query_table(table_id, TablePlan(columns=("Seles",)))
    with pytest.raises(NotFoundError, match="does not exist"):
        caller.table(table_id + 1)
    with pytest.raises(NotFoundError):
        caller.tables("nowhere")


def test_tables_are_exported_as_csv_and_parquet(caller: Caller, table_id: int, tmp_path: Path) -> None:
    rows = list(csv.reader(io.StringIO(caller.export_table(table_id, "csv").decode(), newline="")))
    assert rows[:2] == [["Region", "Sales", "Shops"], ["North", "1200", "12"]]
    (tmp_path / "t.parquet").write_bytes(caller.export_table(table_id, "parquet"))
    read = duckdb.connect().execute("SELECT sum(Sales) FROM read_parquet(?)", [str(tmp_path / "t.parquet")])
    assert read.fetchall() == [(3900,)]


def test_formulas_are_not_exported_as_formulas(tmp_path: Path) -> None:
    with closing(build_service(settings_in(tmp_path))) as other:
        other.upload(UploadSpec("a.txt"), io.BytesIO(b"A text."))
        ingest_all(settings_in(tmp_path))
        (added,) = other.documents()
        formula = add_table(settings_in(tmp_path), added.id, made_table("=1+1"))
        assert other.export_table(formula, "csv").startswith(b"'=1+1,Sales")


def test_a_table_over_http(url: str, table_id: int) -> None:
    base = f"{url}/v1/collections/default/tables"
    shown = httpx.get(f"{base}/{table_id}").raise_for_status().json()
    cell = {"row": 1, "column": 1, "start": 0, "end": 1, "text": "1200", "type": "money", "value": 1200}
    assert shown["table"]["cells"][0] == cell | {"unit": "USD", "scale": 6, "notes": []}
    as_csv = httpx.get(f"{base}/{table_id}?format=csv")
    assert as_csv.headers["content-type"] == "text/csv; charset=utf-8"
    plan = {"where": [{"column": "Region", "operator": "contains", "value": "th"}]}
    found = httpx.post(f"{base}/{table_id}/query", json=plan).raise_for_status().json()
    assert [row[0] for row in found["rows"]] == ["North", "South"]
    assert httpx.get(f"{url}/v1/collections/other/tables/{table_id}").status_code == 404
    unknown = httpx.post(f"{base}/{table_id}/query", json={"sql": "SELECT 1"})
    assert unknown.status_code == 422


def output_of(settings: Settings, *arguments: str) -> Any:
    done = ragapp("tables", *arguments, "--json", "--data-dir", str(settings.data_dir))
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_table_by_command(settings: Settings, table_id: int, tmp_path: Path) -> None:
    (listed,) = output_of(settings, "list")
    assert listed["id"] == table_id
    shown = output_of(settings, "show", str(table_id))
    assert shown["table"]["cells"][0]["value"] == 1200
    options = ["--where", "Sales < 1500", "--select", "Region", "--sort=-Sales", "--top", "1"]
    found = output_of(settings, "query", str(table_id), *options)
    assert found["rows"] == [["North"]]
    plan = '{"aggregates": [{"function": "average", "column": "Shops"}]}'
    assert output_of(settings, "query", str(table_id), "--plan", plan)["rows"] == [[23 / 3]]


def test_the_tables_of_an_ingested_document_are_stored(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    with closing(build_service(settings)) as service:
        rows = b"Item,2021,2022\nApples,10,20\nPears,5,7\n"
        document = service.upload(UploadSpec("fruit.csv"), io.BytesIO(rows)).document
        ingest_all(settings)
        (listed,) = service.tables(document_id=document.id)
        found = service.query_table(listed.id, TablePlan(aggregates=(Aggregate("sum", "2022"),)))
        text = service.document_text(document.id).text
        stored = service.table(listed.id)
    assert found.rows == ((27,),)
    assert [text[cell.start : cell.end] for cell in found.cells[0]] == ["20", "7"]
    assert stored.table.start == 0
