"""The text of Word paragraphs, and the cells of Word tables with what they cover."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from docx.oxml.ns import qn
from lxml.etree import _Element

from ingest.parse.docx_runs import run_texts
from ragapp.text.builder import COVERED, SourceCell

MOST_COLUMNS = 63
"""The most columns of a table in Word."""


@dataclass(slots=True)
class _Origin:
    """The upper left corner of a merged cell: its row, its place in that row, and how many rows it covers."""

    row: int
    place: int
    rows: int = 1


def grid_rows(rows: Sequence[_Element], cells: Sequence[Sequence[_Element]]) -> list[list[SourceCell]]:
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
                line.append(_cell(element, columns, header=header))
                merged += [origin] if state == "restart" else []
            if state:
                going_on[column] = origin
            column += columns
        above = going_on
        grid.append(line)
    for origin in merged:
        grid[origin.row][origin.place] = replace(grid[origin.row][origin.place], rows=origin.rows)
    return grid


def paragraph_texts(element: _Element) -> Iterator[str]:
    for paragraph in element.iter(qn("w:p")):
        yield "".join(run_texts(paragraph))


def _cell(element: _Element, columns: int, *, header: bool) -> SourceCell:
    text = " ".join(paragraph_texts(element))
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
