"""Measures data files of a million rows beside DuckDB alone: `python -m evals.research.measure_data_files`.

Prints, from one run, the seconds in which DuckDB alone reads a CSV file into a table in memory and into a
database file, those that ragapp needs to ingest it (parsing and storing it, without the start of its
processes, and without embedding its description), and those of an aggregate over it.
"""

from __future__ import annotations

import csv
import io
import random
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from threading import Event
from typing import TypeVar

import duckdb

from ingest.pipeline import build_pipeline
from ingest.sandbox import ParserSandbox, parse_limits
from ragapp.bootstrap import build_runtime, build_service
from ragapp.settings import Settings
from ragapp.types import Aggregate, SortKey, TablePlan, UploadSpec

ROWS = 1_000_000
CITIES = ("Berlin", "Paris", "London", "Rome", "Madrid", "Wien", "Zürich")
BY_CITY = TablePlan(
    group_by=("city",),
    aggregates=(Aggregate("sum", "price"), Aggregate("average", "quantity"), Aggregate("count")),
    sort=(SortKey("sum(price)", descending=True),),
)

T = TypeVar("T")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "orders.csv")
        _write(file)
        _, memory = _timed(lambda: _alone(file, ":memory:"))
        _, stored = _timed(lambda: _alone(file, str(Path(folder, "alone.duckdb"))))
        ours, aggregate, answer = _ours(file, Settings(data_dir=Path(folder, "data")))
        _say(f"{file.stat().st_size / 1e6:.0f} MB, {ROWS:,} rows")
        _say(f"DuckDB alone: {memory:.2f} s into memory, {stored:.2f} s into a database file")
        _say(f"ragapp: {ours:.2f} s, {ours / memory:.2f} and {ours / stored:.2f} times as long")
        _say(f"an aggregate by city: {aggregate:.2f} s, again {answer:.2f} s")


def _ours(file: Path, settings: Settings) -> tuple[float, float, float]:
    runtime, sandbox = build_runtime(settings), ParserSandbox(parse_limits(settings))
    with closing(build_service(settings)) as service, closing(sandbox), closing(runtime.store):
        pipeline = build_pipeline(runtime, settings, sandbox)
        service.upload(UploadSpec("start.csv"), io.BytesIO(b"a,b\n1,2\n"))
        while job := runtime.queue.claim("start"):  # loads the models and starts the processes
            pipeline.work(job, Event(), lambda _: None)
        with file.open("rb") as data:
            document = service.upload(UploadSpec("orders.csv"), data).document
        job = runtime.queue.claim("measured")
        assert job is not None
        _, seconds = _timed(lambda: pipeline.work(job, Event(), lambda _: None))
        (table,) = service.tables(document_id=document.id)
        _, first = _timed(lambda: service.query_table(table.id, BY_CITY))
        _, again = _timed(lambda: service.query_table(table.id, BY_CITY))
        return seconds, first, again


def _alone(file: Path, database: str) -> None:
    with duckdb.connect(database) as c:
        c.execute("CREATE TABLE orders AS SELECT * FROM read_csv(?)", [str(file)])


def _write(file: Path) -> None:
    draw = random.Random(1)  # noqa: S311  a sample, no secret
    with file.open("w", newline="", encoding="utf-8") as target:
        writer = csv.writer(target)
        writer.writerow(("order", "day", "customer", "city", "zip", "quantity", "price", "paid"))
        for number in range(1, ROWS + 1):
            day = date(2020, 1, 1) + timedelta(days=draw.randrange(1500))
            customer, city = f"Customer {draw.randrange(50_000)}", draw.choice(CITIES)
            code, quantity = f"{draw.randrange(100_000):05d}", draw.randrange(1, 100)
            price, paid = f"{draw.random() * 1000:.2f}", draw.choice(("yes", "no"))
            writer.writerow((number, day, customer, city, code, quantity, price, paid))


def _timed(work: Callable[[], T]) -> tuple[T, float]:
    started = time.perf_counter()
    return work(), time.perf_counter() - started


def _say(line: str) -> None:
    print(line)  # noqa: T201  the result


if __name__ == "__main__":
    main()
