"""The tables that were found, in a form that tests can compare."""

from __future__ import annotations

from ragapp.types import ParsedText, Table


def grid(parsed: ParsedText, table: Table) -> list[list[str]]:
    """The texts of the cells by row and column; a merged cell is only at its upper left corner."""
    rows = 1 + max(cell.row for cell in table.cells)
    columns = max(cell.column + cell.columns for cell in table.cells)
    texts = [[""] * columns for _ in range(rows)]
    for cell in table.cells:
        texts[cell.row][cell.column] = parsed.text[cell.start : cell.end]
    return texts


def covers(parsed: ParsedText, table: Table) -> dict[str, tuple[int, int]]:
    """The rows and columns that merged cells cover, by their text."""
    return {
        parsed.text[cell.start : cell.end]: (cell.rows, cell.columns)
        for cell in table.cells
        if (cell.rows, cell.columns) != (1, 1)
    }


def indents(parsed: ParsedText, table: Table) -> list[int]:
    """The indentation of the first cell of each row."""
    return [cell.indent for cell in table.cells if cell.column == 0]
