"""Plans have the same result over the cells of a document as over a data file in DuckDB."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ragapp.data_files.engine import SandboxedTableEngine
from ragapp.errors import UsageError
from ragapp.sandbox import SandboxLimits
from ragapp.table_queries import checked_plan, evaluate
from ragapp.table_queries.relation import Relation, RelationRow
from ragapp.types import Aggregate, ResultColumn, SortKey, TableFilter, TablePlan, TableResult, TableValue

COLUMNS = (
    ResultColumn("city", "text"),
    ResultColumn("price", "money", "USD"),
    ResultColumn('odd "name', "number"),
    ResultColumn("day", "date"),
)
CITIES = ("Rome", "rome", "Zürich", "ÉVORA", None, "100% 'new'", "a\\b")
ROWS: list[tuple[TableValue, ...]] = [
    (
        CITIES[n % len(CITIES)],
        None if n % 11 == 5 else Decimal(n * 37 % 50) / 4 - 3,
        Decimal(n % 5),
        None if n % 13 == 1 else f"2024-0{n % 9 + 1}-1{n % 10}",
    )
    for n in range(60)
]
RELATION = Relation(COLUMNS, tuple(RelationRow(row, (None,) * 4) for row in ROWS))


@pytest.fixture(scope="module")
def engine() -> Iterator[SandboxedTableEngine]:
    with closing(SandboxedTableEngine(SandboxLimits(2**31, 2**28, 60, 60.0))) as engine:
        yield engine


@pytest.fixture(scope="module")
def parquet(engine: SandboxedTableEngine) -> bytes:
    return engine.parquet(COLUMNS, ROWS)


def by_engine(engine: SandboxedTableEngine, parquet: bytes, plan: TablePlan) -> TableResult:
    return engine.query(io.BytesIO(parquet), COLUMNS, checked_plan(plan, COLUMNS))


texts = st.sampled_from(["rome", "ROM", "zürich", "évora", "%", "'", "\\", "", "x'; DROP TABLE rows; --"])
numbers = st.sampled_from(["0", "-3", "2.25", "1,000", "0.1", "1e30", "123456789012345678901234567890"])
days = st.sampled_from(["2024-01-10", "2024-05-15", "1800-01-01"])
comparisons = st.sampled_from(["=", "!=", "<", "<=", ">", ">="])
filters = st.one_of(
    st.builds(TableFilter, st.just("city"), st.one_of(comparisons, st.just("contains")), texts),
    st.builds(TableFilter, st.just("price"), comparisons, numbers),
    st.builds(TableFilter, st.just('odd "name'), st.just("in"), st.tuples(numbers, st.just("3"))),
    st.builds(TableFilter, st.just("day"), comparisons, days),
    st.builds(TableFilter, st.sampled_from(["city", "price"]), st.sampled_from(["empty", "not empty"])),
)
names = st.sampled_from([column.name for column in COLUMNS])
aggregates = st.one_of(
    st.builds(
        Aggregate,
        st.sampled_from(["sum", "average", "minimum", "maximum"]),
        st.sampled_from(["price", 'odd "name']),
    ),
    st.builds(Aggregate, st.sampled_from(["minimum", "maximum"]), st.sampled_from(["city", "day"])),
    st.builds(Aggregate, st.just("count"), st.one_of(st.none(), names)),
)
selections = st.builds(
    TablePlan,
    columns=st.lists(names, unique=True).map(tuple),
    where=st.lists(filters, max_size=2).map(tuple),
    sort=st.lists(st.builds(SortKey, names, st.booleans()), max_size=2).map(tuple),
    limit=st.sampled_from([3, 100]),
)
summaries = st.builds(
    TablePlan,
    where=st.lists(filters, max_size=1).map(tuple),
    group_by=st.lists(names, unique=True, max_size=2).map(tuple),
    aggregates=st.lists(aggregates, min_size=1, max_size=3, unique_by=lambda one: one.name).map(tuple),
)


def same(one: TableValue, other: TableValue) -> bool:
    if isinstance(one, Decimal) and isinstance(other, Decimal):
        return abs(one - other) < Decimal("1e-9")
    return one == other


def assert_alike(found: TableResult, expected: TableResult) -> None:
    assert found.columns == expected.columns
    assert found.matching == expected.matching
    assert len(found.rows) == len(expected.rows)
    for one, other in zip(found.rows, expected.rows, strict=True):
        assert all(map(same, one, other)), (one, other)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(plan=selections)
def test_selections(engine: SandboxedTableEngine, parquet: bytes, plan: TablePlan) -> None:
    assert_alike(by_engine(engine, parquet, plan), evaluate(RELATION, plan))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(plan=summaries)
def test_summaries(engine: SandboxedTableEngine, parquet: bytes, plan: TablePlan) -> None:
    found, expected = by_engine(engine, parquet, plan), evaluate(RELATION, plan)
    in_order = [tuple(map(str, row[: len(plan.group_by)])) for row in expected.rows]
    order = sorted(range(len(in_order)), key=in_order.__getitem__)
    mine = sorted(found.rows, key=lambda row: tuple(map(str, row[: len(plan.group_by)])))
    rows = tuple(expected.rows[place] for place in order)
    assert_alike(
        TableResult(found.columns, tuple(mine), found.matching),
        TableResult(expected.columns, rows, expected.matching),
    )


def test_a_query_that_takes_too_long_ends(parquet: bytes) -> None:
    hasty = SandboxedTableEngine(SandboxLimits(2**31, 2**28, 60, 0.0001))
    with closing(hasty), pytest.raises(UsageError, match="took longer"):
        by_engine(hasty, parquet, TablePlan())
