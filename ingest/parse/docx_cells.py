"""The text of Word paragraphs, and the cells of Word tables with what they cover."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from docx.oxml.ns import qn
from lxml.etree import _Element

from ragapp.text.builder import COVERED, SourceCell

MOST_COLUMNS = 63
"""The most columns of a table in Word."""


@dataclass(slots=True)
class _Origin:
    """The upper left corner of a merged cell: its row, its place in that row, and how many rows it covers."""

    row: int
    place: int
    rows: int = 1


ParagraphText = Callable[[_Element], str]
"""The text of a paragraph, with its number."""


def grid_rows(
    rows: Sequence[_Element], cells: Sequence[Sequence[_Element]], text_of: ParagraphText
) -> list[list[SourceCell]]:
    """The cells of a table with the rows and columns that they cover. `cells` are those of each row."""
    grid: list[list[SourceCell]] = []
    above: dict[int, _Origin] = {}  # the vertically merged cells that may go on, by column
    merged: list[_Origin] = []
    for number, (row, elements) in enumerate(zip(rows, cells, strict=True)):
        before = _number(row, "w:trPr/w:gridBefore", 0)
        line = [SourceCell("", columns=before)] if before else []
        column = before
        header = row.find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") is not None
        going_on: dict[int, _Origin] = {}
        for element in elements:
            columns = _number(element, "w:tcPr/w:gridSpan", 1)
            state = _vertical(element)
            origin = above.get(column) if state == "continue" else None
            if origin is not None:
                origin.rows += 1
                line.append(COVERED)
            else:
                origin = _Origin(number, len(line))
                line.append(_cell(element, columns, text_of, header=header))
                merged += [origin] if state == "restart" else []
            if state:
                going_on[column] = origin
            column += columns
        above = going_on
        grid.append(line)
    for origin in merged:
        grid[origin.row][origin.place] = replace(grid[origin.row][origin.place], rows=origin.rows)
    return grid


def table_rows(table: _Element) -> list[_Element]:
    """The rows of a table, without those of tables in it and those whose deletion is noted."""
    rows = (row for row in table.iter(qn("w:tr")) if next(row.iterancestors(qn("w:tbl"))) is table)
    return [row for row in rows if row.find(f"{qn('w:trPr')}/{qn('w:del')}") is None]


def row_cells(row: _Element) -> Iterator[_Element]:
    for child in row:
        if child.tag == qn("w:tc"):
            yield child
        elif child.tag in {qn("w:sdt"), qn("w:sdtContent"), qn("w:customXml")}:
            yield from row_cells(child)


def block_texts(parent: _Element, text_of: ParagraphText) -> Iterator[str]:
    """The paragraphs and tables of a cell or a note on one line each: "a, b; c, d" for a table in a cell."""
    for child in parent:
        if child.tag == qn("w:p"):
            yield text_of(child).strip()
        elif child.tag == qn("w:tbl"):
            rows = (row_cells(row) for row in table_rows(child))
            yield "; ".join(", ".join(cell_text(cell, text_of) for cell in row) for row in rows)
        elif child.tag != qn("w:tcPr"):
            yield from block_texts(child, text_of)


def cell_text(cell: _Element, text_of: ParagraphText) -> str:
    return " ".join(filter(None, block_texts(cell, text_of)))


def _cell(element: _Element, columns: int, text_of: ParagraphText, *, header: bool) -> SourceCell:
    text = cell_text(element, text_of)
    first = next(element.iter(qn("w:ind")), None)
    left = (first.get(qn("w:left")) or first.get(qn("w:start")) or "") if first is not None else ""
    return SourceCell(text, columns=columns, header=header, indent=float(left) if left.isdecimal() else 0.0)


def _vertical(cell: _Element) -> str:
    """How a cell is merged with others below and above: "restart", "continue", or not at all."""
    merge = cell.find(f"{qn('w:tcPr')}/{qn('w:vMerge')}")
    return (merge.get(qn("w:val")) or "continue") if merge is not None else ""


def _number(element: _Element, path: str, otherwise: int) -> int:
    found = element.find("/".join(qn(part) for part in path.split("/")))
    value = found.get(qn("w:val"), "") if found is not None else ""
    return min(int(value), MOST_COLUMNS) if value.isdecimal() and len(value) < 10 else otherwise
