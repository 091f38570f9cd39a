"""Tables of tests: rows of cells as the text of a document with its grid."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from ragapp.tables import read_table
from ragapp.types import Table
from ragapp.types.tables import DataTable, GridCell, TableCell


def grid(
    rows: Sequence[Sequence[str]],
    *,
    caption: str = "",
    introduction: str = "",
    spans: Mapping[tuple[int, int], int] = {},
    indents: Mapping[int, int] = {},
    headers: Collection[int] = (),
) -> tuple[str, Table]:
    """The text of a document that is the table, and the table.

    `spans` are the columns that merged cells cover, `indents` the levels of rows, `headers` rows that are
    marked as such.
    """
    text = "Before the table.\n\n"
    start = len(text)
    cells = []
    for row, line in enumerate(rows):
        text += "\n" if row else ""
        for column, cell in enumerate(line):
            text += " | " if column else ""
            if cell:
                place = (row, column)
                cells.append(
                    GridCell(
                        row,
                        column,
                        len(text),
                        len(text) + len(cell),
                        columns=spans.get(place, 1),
                        header=row in headers,
                        indent=indents.get(row, 0) if column == 0 else 0,
                    )
                )
            text += cell
    return text, Table(start, len(text), "", tuple(cells), caption, introduction)


def read(rows: Sequence[Sequence[str]], **given: object) -> DataTable:
    return read_table(*grid(rows, **given))  # type: ignore[arg-type]


def cell(table: DataTable, row: str, column: str) -> TableCell:
    """The cell under the only row and column whose names contain the given words."""
    (named,) = [one for one in table.rows if row in " › ".join(one.path)]
    (over,) = [one for one in table.columns if column in " › ".join(one.path)]
    found = table.cell(named, over)
    assert found is not None
    return found
