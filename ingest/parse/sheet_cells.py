"""The cells of a sheet of a workbook in any format, with merged and hidden ones."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from openpyxl.utils import get_column_letter

from ingest.parse.office_parts import HIDDEN_LEFT_OUT
from ingest.parse.rows import dense, write_sheet
from ragapp.text.builder import COVERED, SourceCell, TextBuilder
from ragapp.types import in_runs

LARGEST_MERGED = 10_000
"""A merged cell that covers more places than this is read as a single cell."""

MOST_MERGED = 100_000
"""The most places of a sheet that merged cells cover."""

MergedPlaces = dict[tuple[int, int], tuple[int, int]]
"""The rows and columns that merged cells cover, by row and column counted from 1; (0, 0) where covered."""

_NEVER_CALCULATED = (
    "They were never calculated, so the text has the formulas instead of their values. Open the workbook in "
    "a spreadsheet program, save it and add it again."
)


@dataclass(slots=True)
class SheetCells:
    """The filled cells of a sheet: of each row by column, both counted from 1."""

    rows: dict[int, dict[int, SourceCell]] = field(default_factory=dict)
    uncalculated: list[str] = field(default_factory=list)
    """The places of formulas without a value, which are shown as formulas."""
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)

    @property
    def columns(self) -> set[int]:
        """The columns with cells."""
        return {column for cells in self.rows.values() for column in cells}

    def cover(self, merged: MergedPlaces) -> None:
        """Marks the places of filled rows that merged cells cover."""
        for (row, column), size in merged.items():
            if size == (0, 0) and row in self.rows:
                self.rows[row][column] = COVERED

    def write(self, title: str, out: TextBuilder, *, read_hidden: bool) -> None:
        """Writes the tables of the sheet, and says what is hidden and which formulas have no value."""
        hidden = self._hidden_places()
        if read_hidden:
            write_sheet(dense(with_gaps(self.rows)), out)
            out.paragraph(f"Hidden in this sheet: {hidden}." if hidden else "")
        else:
            write_sheet(dense(with_gaps(self.without_hidden(), self.hidden_rows)), out)
            if hidden:
                out.gap("hidden", f"{hidden} of sheet {title}", HIDDEN_LEFT_OUT)
        if self.uncalculated:
            shown = ", ".join(self.uncalculated[:5]) + (", …" if self.uncalculated[5:] else "")
            out.gap("uncertain", f"formulas of sheet {title} ({shown})", _NEVER_CALCULATED)

    def place(self, row: int, column: int) -> str:
        """The name of a cell, with its text if it has some: "B2 (Rent)"."""
        cell = self.rows.get(row, {}).get(column)
        name = f"{get_column_letter(column)}{row}"
        return f"{name} ({cell.text})" if cell is not None and cell.text else name

    def _hidden_places(self) -> str:
        found = []
        for what, numbers, shown in (
            ("row", self.hidden_rows, str),
            ("column", self.hidden_columns, get_column_letter),
        ):
            if numbers:
                found.append(f"{what if len(numbers) == 1 else what + 's'} {in_runs(numbers, shown)}")
        return " and ".join(found)

    def without_hidden(self) -> dict[int, dict[int, SourceCell]]:
        """The visible rows and columns; merged cells cover what is left of them."""
        kept: dict[int, dict[int, SourceCell]] = {}
        covered: set[tuple[int, int]] = set()
        hidden = sorted(self.hidden_columns)
        for row, cells in self.rows.items():
            if row not in self.hidden_rows:
                kept[row] = {
                    column - bisect_left(hidden, column): self._narrowed(row, column, cell, covered)
                    for column, cell in cells.items()
                    if column not in self.hidden_columns and (cell is not COVERED or (row, column) in covered)
                }
        return kept

    def _narrowed(self, row: int, column: int, cell: SourceCell, covered: set[tuple[int, int]]) -> SourceCell:
        """A visible cell without the hidden rows and columns in it; adds to the places that are `covered`."""
        if cell is COVERED or cell.rows * cell.columns == 1:
            return cell
        rows = [at for at in range(row, row + cell.rows) if at not in self.hidden_rows]
        columns = [at for at in range(column, column + cell.columns) if at not in self.hidden_columns]
        covered.update((y, x) for y in rows for x in columns)
        return replace(cell, rows=len(rows), columns=len(columns))


def with_gaps(
    rows: Mapping[int, dict[int, SourceCell]], left_out: Container[int] = ()
) -> Iterator[dict[int, SourceCell]]:
    """The rows in order, with an empty one where some are missing in between that are not `left_out`."""
    last = 0
    for number in sorted(rows):
        while last + 1 in left_out:
            last += 1
        if number > last + 1:
            yield {}
        yield rows[number]
        last = number


def merged_places(ranges: Iterable[tuple[int | None, int | None, int | None, int | None]]) -> MergedPlaces:
    """The places of merged cells, from the left, top, right and bottom of each."""
    merged: MergedPlaces = {}
    for bounds in ranges:
        left, top, right, bottom = (bound or 0 for bound in bounds)
        rows, columns = bottom - top + 1, right - left + 1
        if 1 < rows * columns <= LARGEST_MERGED and len(merged) + rows * columns <= MOST_MERGED:
            places = ((y, x) for y in range(top, bottom + 1) for x in range(left, right + 1))
            merged.update(dict.fromkeys(places, (0, 0)))
            merged[top, left] = rows, columns
    return merged
