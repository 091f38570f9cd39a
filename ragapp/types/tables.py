"""Tables of documents: where their cells stand, and what the cells mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BeforeValidator, PlainSerializer

CellType = Literal["text", "number", "percent", "money", "date"]
ColumnType = Literal["text", "number", "percent", "money", "date", "time"]
"""The types of cells, and `time`: a date with a time of day, which columns of data files have."""


PATH_BORDER = " › "


def json_number(number: Decimal) -> int | float:
    return int(number) if number == number.to_integral_value() else float(number)


Number = Annotated[Decimal, PlainSerializer(json_number, return_type=int | float, when_used="json")]
"""A number that is exact in Python, and a number in JSON."""


@dataclass(frozen=True, slots=True)
class GridCell:
    """A cell as a parser found it: its content is `text[start:end]` of the parsed text.

    `row` and `column` are counted from 0. A merged cell is at its upper left corner and covers `rows` by
    `columns` places. `header` says that the format itself marks it as a header. `indent` is the level of its
    indentation. Empty cells are left out.
    """

    row: int
    column: int
    start: int
    end: int
    rows: int = 1
    columns: int = 1
    header: bool = False
    indent: int = 0


@dataclass(frozen=True, slots=True)
class Period:
    """A time that a header names: "2022", "Q3 2022", "Three months ended March 31, 2020", "June 2021".

    `months` is the length, None for a moment such as "As of December 31, 2019". `end` is its last day as far
    as it is known; a fiscal year that names no day ends on December 31.
    """

    label: str
    year: int
    end: date
    months: int | None = 12


@dataclass(frozen=True, slots=True)
class TableHeader:
    """The name of a row or of a column.

    `index` is its row or column in the grid. `path` has its names, the outermost first: ("Current assets",
    "Inventories"). `cells` are the positions (row, column) of these names in the grid, in the same order.
    `unit` and `scale` are as in a TableCell, where the header gives them. `total` marks sums of other rows or
    columns.
    """

    index: int
    path: tuple[str, ...]
    cells: tuple[tuple[int, int], ...] = ()
    period: Period | None = None
    unit: str | None = None
    scale: int | None = None
    total: bool = False

    @property
    def name(self) -> str:
        return self.path[-1] if self.path else ""

    @property
    def label(self) -> str:
        """All of its names: "Current assets › Inventories"."""
        return PATH_BORDER.join(self.path)


@dataclass(frozen=True, slots=True)
class TableCell:
    """A cell with its meaning. `text` is what is printed, without marks of footnotes, which are in `notes`.

    `value` is the number as printed: "(123)" is -123, "12%" is 12. `unit` is a currency code, "%", or a unit
    as printed; `scale` is the power of ten of which the number is a multiple: 6 for "in millions". "—" in a
    column of numbers is 0 with the text "—". `start` and `end` are offsets in the text of the document.
    """

    row: int
    column: int
    start: int
    end: int
    text: str
    type: CellType = "text"
    value: Number | date | None = None
    unit: str | None = None
    scale: int = 0
    notes: tuple[str, ...] = ()

    @property
    def amount(self) -> Decimal | None:
        """The number in full: 1.5 in millions is 1,500,000."""
        return self.value.scaleb(self.scale) if isinstance(self.value, Decimal) else None


def _by_place(cells: Any) -> Any:
    """Cells from JSON, where they are a list, by (row, column)."""
    return {(one["row"], one["column"]): one for one in cells} if isinstance(cells, list) else cells


def _in_order(cells: Mapping[tuple[int, int], TableCell]) -> tuple[TableCell, ...]:
    return tuple(cell for _, cell in sorted(cells.items()))


CellsByPlace: TypeAlias = Annotated[
    Mapping[tuple[int, int], TableCell],
    BeforeValidator(_by_place, json_schema_input_type=list[TableCell]),
    PlainSerializer(_in_order, return_type=tuple[TableCell, ...], when_used="json"),
]
"""Cells by (row, column) of the grid; a list in JSON."""


@dataclass(frozen=True)
class DataTable:
    """A table with its meaning.

    `caption` is its title; `introduction` the sentence before it. `rows` and `columns` are the headers of the
    rows and columns of data, in order; `cells` has the cells of data by (row, column) of the grid. `start`
    and `end` are its span in the text of its document.
    """

    start: int
    end: int
    rows: tuple[TableHeader, ...]
    columns: tuple[TableHeader, ...]
    cells: CellsByPlace
    caption: str = ""
    introduction: str = ""
    header_cells: CellsByPlace = field(default_factory=dict)
    """The cells that are names of rows or columns, by (row, column) of the grid."""

    def cell(self, row: TableHeader, column: TableHeader) -> TableCell | None:
        return self.cells.get((row.index, column.index))

    @cached_property
    def numeric(self) -> bool:
        """Whether any cell has a number."""
        return any(cell.amount is not None for cell in self.cells.values())


@dataclass(frozen=True, slots=True)
class DataColumn:
    """A column of a data file, with what is known of its values. Names are unique in their table.

    `empty` is the number of rows without a value, and `distinct` about how many different values there are.
    `minimum`, `maximum` and `examples` are printed values.
    """

    name: str
    type: ColumnType
    unit: str | None = None
    empty: int = 0
    distinct: int = 0
    minimum: str | None = None
    maximum: str | None = None
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DataRows:
    """The rows of a data file that has too many of them to be text: a Parquet file among the blobs."""

    sha256: str
    rows: int
    columns: tuple[DataColumn, ...]


@dataclass(frozen=True, slots=True)
class NewData:
    """A table of a data file to be stored: its description as a table without cells, its columns, the number
    of its rows, and these rows as a Parquet file."""

    table: DataTable
    columns: tuple[DataColumn, ...]
    rows: int
    parquet: bytes


@dataclass(frozen=True, slots=True)
class StoredTable:
    """A table of a live document version. `number` counts the tables of a document from 1.

    The table of a data file has `data` instead of cells; its span is its description in the text.
    """

    id: int
    document_id: str
    document_name: str
    version_id: int
    number: int
    page: int
    table: DataTable
    version: int = 1
    data: DataRows | None = None


@dataclass(frozen=True, slots=True)
class TableSummary:
    """A table of a live document version, without its cells: `rows` counts its rows of data."""

    id: int
    document_id: str
    document_name: str
    version: int
    number: int
    page: int
    start: int
    end: int
    caption: str
    rows: int
    columns: tuple[str, ...]
    data_file: bool = False
