"""Query plans over tables: a closed set of operations, and their results."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, Final, Literal, TypeAlias

from pydantic import ConfigDict, Field

from ragapp.types.tables import ColumnType, Number, TableCell

TableOperator = Literal["=", "!=", "<", "<=", ">", ">=", "contains", "in", "empty", "not empty"]
AggregateFunction = Literal["sum", "average", "minimum", "maximum", "count"]

TableFormat = Literal["csv", "parquet"]

MAX_RESULT_ROWS: Final = 10_000

ColumnName = Annotated[str, Field(max_length=1000)]
Operand = Annotated[str, Field(max_length=10_000)] | int | float


TableValue: TypeAlias = Number | str | None
"""A number, or a text; dates and times are texts in ISO 8601. None where there is no value."""


@dataclass(frozen=True, slots=True)
class TableFilter:
    """Rows whose `column` compares with `value`, which for `in` is a list; `empty` and `not empty` need none.

    Texts are compared without regard to case. A number may be written as in the table: "1,000" or "12%".
    """

    __pydantic_config__ = ConfigDict(extra="forbid")
    column: ColumnName
    operator: TableOperator
    value: Operand | Annotated[tuple[Operand, ...], Field(max_length=1000)] | None = None


@dataclass(frozen=True, slots=True)
class Aggregate:
    """A figure over the values of a column. `count` without a column counts rows."""

    __pydantic_config__ = ConfigDict(extra="forbid")
    function: AggregateFunction
    column: ColumnName | None = None

    @property
    def name(self) -> str:
        """The name of its column in the result, such as `sum(price)` or `count`."""
        return self.function if self.column is None else f"{self.function}({self.column})"


@dataclass(frozen=True, slots=True)
class SortKey:
    """A column to sort by. Rows without a value come last in either direction."""

    __pydantic_config__ = ConfigDict(extra="forbid")
    column: ColumnName
    descending: bool = False


@dataclass(frozen=True, slots=True)
class TablePlan:
    """What to read of a table: filter its rows (all of `where` must hold), group and aggregate them or select
    `columns` (all when none is named), sort them and return the first `limit`.

    Groups and aggregates can be sorted by their names in the result: `sum(price)`.
    """

    __pydantic_config__ = ConfigDict(extra="forbid")
    columns: Annotated[tuple[ColumnName, ...], Field(max_length=1000)] = ()
    where: Annotated[tuple[TableFilter, ...], Field(max_length=100)] = ()
    group_by: Annotated[tuple[ColumnName, ...], Field(max_length=20)] = ()
    aggregates: Annotated[tuple[Aggregate, ...], Field(max_length=50)] = ()
    sort: Annotated[tuple[SortKey, ...], Field(max_length=20)] = ()
    limit: Annotated[int, Field(ge=1, le=MAX_RESULT_ROWS)] = 100

    @property
    def aggregated(self) -> bool:
        return bool(self.group_by or self.aggregates)

    def with_names(self, names: dict[str, str]) -> TablePlan:
        """The plan with each column name replaced by the one that `names` has for it."""
        return replace(
            self,
            columns=tuple(names[one] for one in self.columns),
            where=tuple(replace(one, column=names[one.column]) for one in self.where),
            group_by=tuple(names[one] for one in self.group_by),
            aggregates=tuple(
                one if one.column is None else replace(one, column=names[one.column])
                for one in self.aggregates
            ),
        )


@dataclass(frozen=True, slots=True)
class ResultColumn:
    """A column of a table or of a result. Its numbers are multiples of the power of ten `scale`."""

    name: str
    type: ColumnType
    unit: str | None = None
    scale: int = 0


@dataclass(frozen=True, slots=True)
class TableResult:
    """The result of a plan. `matching` counts its rows before the limit; `notes` are remarks for people.

    `cells` has, for each row, the cells of the document on which the row rests; data files have none.
    """

    columns: tuple[ResultColumn, ...]
    rows: tuple[tuple[TableValue, ...], ...]
    matching: int
    notes: tuple[str, ...] = ()
    cells: tuple[tuple[TableCell, ...], ...] = ()
