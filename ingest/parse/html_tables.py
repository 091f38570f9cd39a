"""The tables of a web page: the place of each cell, and which tables only lay the page out."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from statistics import median

from selectolax.lexbor import LexborNode

from ingest.parse.html_places import PagePositions
from ragapp.text.builder import CELL_BORDER
from ragapp.text.table_text import MOST_CELLS, grid_head
from ragapp.text.table_titles import table_titles
from ragapp.types import GridCell, Heading, Table

MOST_COLUMNS = 256
"""Cells further to the right have no place in a grid."""

MOST_ROWS_COVERED = 1_000

LONGEST_CELLS = 300
"""Tables of which half of the cells have more characters than this lay out text."""

READ_BACK = 2_000
"""The number of characters before a table in which its caption and its introduction are looked for."""

_LAYOUT_PARTS = frozenset({"h1", "h2", "h3", "form", "input", "textarea", "article", "section"})
_LAYOUT_ROLES = frozenset({"presentation", "none"})
_INDENT = re.compile(
    r"(?:padding-left|margin-left|text-indent)\s*:\s*(-?\d{1,4}(?:\.\d{1,4})?)\s*(px|pt|em|rem|in)?"
)
_POINTS = {"px": 0.75, "pt": 1.0, "em": 12.0, "rem": 12.0, "in": 72.0, "": 0.75}
_BLANK_POINTS = 3.0
_DEEPEST_STYLE = 4


@dataclass(frozen=True, slots=True)
class _Slot:
    """The place of a cell in its grid, and its indentation in points."""

    row: int
    column: int
    rows: int
    columns: int
    header: bool
    indent: float


@dataclass(slots=True)
class TableGrid:
    """A <table> element with the places of its cells, and the spans of their text as far as it is known."""

    layout: bool = False
    slots: dict[int, _Slot] = field(default_factory=dict)
    spans: dict[int, tuple[int, int]] = field(default_factory=dict)
    """The span of the text of each cell by the id of its node; 0 is the caption."""
    row: int = -1
    row_id: int = 0
    column: int = 0
    covered: dict[int, tuple[int, int, int]] = field(default_factory=dict)
    """The cells that reach into further rows by column: the row after the last one, their columns and ids."""
    reaching: dict[int, list[int]] = field(default_factory=dict)
    """The cells of rows above that reach into a row before its first cell, by the id of that."""

    def place(self, row_id: int, node: LexborNode, *, header: bool) -> None:
        """Gives the next cell its place."""
        if row_id != self.row_id:
            self.row, self.row_id, self.column = self.row + 1, row_id, 0
            self.covered = {at: below for at, below in self.covered.items() if below[0] > self.row}
        first = not self.column
        while self.column in self.covered:
            _, columns, above = self.covered[self.column]
            self.column += columns
            if first:
                self.reaching.setdefault(node.mem_id, []).append(above)
        attributes = node.attributes
        rows = _number(attributes.get("rowspan"), MOST_ROWS_COVERED)
        columns = _number(attributes.get("colspan"), MOST_COLUMNS)
        if self.column >= MOST_COLUMNS:
            return
        self.slots[node.mem_id] = _Slot(self.row, self.column, rows, columns, header, _indent(node))
        if rows > 1:
            self.covered[self.column] = self.row + rows, columns, node.mem_id
        self.column += columns

    def add(self, cell: int, start: int, end: int) -> None:
        """Notes a run of text in a cell, or in the caption if `cell` is 0."""
        self.spans[cell] = self.spans.get(cell, (start, end))[0], end


def table_grids(root: LexborNode, places: PagePositions) -> dict[int, TableGrid]:
    """The tables of a page by the ids of their nodes."""
    grids: dict[int, TableGrid] = {}
    for node in root.traverse():
        tag = node.tag or ""
        if tag == "table":
            outer = places.inside(node.parent).table
            if outer in grids:
                grids[outer].layout = True
            grids[node.mem_id] = TableGrid((node.attributes.get("role") or "").lower() in _LAYOUT_ROLES)
        elif tag in {"td", "th"}:
            place = places.inside(node)
            if place.table in grids:
                grids[place.table].place(place.row, node, header=tag == "th" or place.in_head)
        elif tag in _LAYOUT_PARTS:
            around = places.inside(node.parent).table
            if around in grids:
                grids[around].layout = True
    return grids


def data_tables(text: str, grids: Iterable[TableGrid], headings: Sequence[Heading]) -> tuple[Table, ...]:
    """The tables of more than one row and column in ascending order, without layout tables."""
    return tuple(_found(text, grids, [heading.end for heading in headings]))


def _found(text: str, grids: Iterable[TableGrid], heading_ends: Sequence[int]) -> Iterator[Table]:
    reached = 0
    for grid in grids:
        cells = tuple(_cells(grid))
        if not _is_data(grid, cells):
            continue
        start, end = cells[0].start, max(cell.end for cell in cells)
        caption_start, caption_end = grid.spans.get(0, (start, start))
        if start < reached or not caption_start <= start:
            continue
        last_heading = bisect_left(heading_ends, caption_start + 1) - 1
        since = max(
            reached, caption_start - READ_BACK, heading_ends[last_heading] if last_heading >= 0 else 0
        )
        before = [part for part in text[since:caption_start].split("\n\n") if part.strip()]
        caption, introduction = table_titles(before[-2:], text[caption_start:caption_end])
        head = CELL_BORDER.join(filter(None, (caption, grid_head(text, cells))))
        listed = cells if len(cells) <= MOST_CELLS else ()
        yield Table(start, end, head, listed, caption, introduction)
        reached = end


def _cells(grid: TableGrid) -> Iterator[GridCell]:
    """The cells with text, in rows that have text."""
    filled = [(slot, grid.spans[node]) for node, slot in grid.slots.items() if node in grid.spans]
    rows = sorted({slot.row for slot, _ in filled})
    numbers = {row: number for number, row in enumerate(rows)}
    indents = sorted({slot.indent for slot, _ in filled if slot.column == 0})
    levels = {indent: level for level, indent in enumerate(indents)}
    for slot, (start, end) in filled:
        number = numbers[slot.row]
        below = bisect_left(rows, slot.row + slot.rows) if slot.rows > 1 else number + 1
        level = levels[slot.indent] if slot.column == 0 else 0
        yield GridCell(number, slot.column, start, end, below - number, slot.columns, slot.header, level)


def _is_data(grid: TableGrid, cells: Sequence[GridCell]) -> bool:
    if grid.layout or not cells or not cells[-1].row or not any(cell.column for cell in cells):
        return False
    return median(cell.end - cell.start for cell in cells) <= LONGEST_CELLS


def _number(value: str | None, most: int) -> int:
    known = value is not None and value.strip().isdecimal() and len(value) < 10
    return max(1, min(int(value or "1"), most)) if known else 1


def _indent(cell: LexborNode) -> float:
    """The indentation of the text of a cell in points: by styles, and by blanks at its beginning."""
    points = 0.0
    node: LexborNode | None = cell
    for _ in range(_DEEPEST_STYLE):
        if node is None:
            break
        if node.is_text_node:
            text = node.text_content or ""
            leading = text[: len(text) - len(text.lstrip())]
            if len(leading) < len(text):
                return points + _BLANK_POINTS * (leading.count("\xa0") + 2 * leading.count("\u2003"))
            node = node.next
            continue
        for amount, unit in _INDENT.findall(node.attributes.get("style") or ""):
            points += float(amount) * _POINTS[unit]
        node = node.child
    return points
