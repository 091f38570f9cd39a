"""Names the columns of a table from its header rows, with their periods and units."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ragapp.tables.cells import without_notes
from ragapp.tables.grid import Grid, Placed
from ragapp.tables.layout import Block
from ragapp.tables.periods import names_no_more_than_a_time, read_period, years_in
from ragapp.tables.units import Units, read_units, says_only_units
from ragapp.types.tables import Period, TableHeader

_TOTAL = re.compile(r"(?:grand |sub-?)?totals?\b|sum\b|overall\b|gesamt|summe\b|totaal\b", re.IGNORECASE)
_HAS_TIME = re.compile(
    r"\b(?:19|20)\d\d\b|\b(?:years?|quarters?|months?|weeks?) end(?:ed|ing)\b|\bas (?:of|at)\b|\bfiscal\b"
    r"|\b(?:january|february|march|april|may|june|july|august|september|october|november|december) ?\d",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Heads:
    """The columns of a block. `corner` is what the header rows say above the names of the rows."""

    columns: tuple[TableHeader, ...]
    units: Units
    cells: tuple[Placed, ...]
    corner: str = ""


def is_total(name: str) -> bool:
    return _TOTAL.match(name.strip()) is not None or name.rstrip(" :").lower().endswith(", total")


def name_columns(grid: Grid, block: Block, label_columns: int, offset: int) -> Heads:
    """The names of a block's columns of data. `offset` is added to the index of each."""
    with_data = {
        cell.column for row in block.body_rows for cell in grid.row(row) if cell.column >= label_columns
    }
    names = _names(grid, block, label_columns, with_data)
    corner = [cell for row in block.header_rows for cell in grid.row(row) if cell.column < label_columns]
    common = Units()
    for cell in corner:
        common = common.over(_units_of(cell.text))
    said = " ".join(cell.text for cell in corner)
    columns = [_header(column + offset, names[column], said) for column in sorted(with_data)]
    alone = [cell for row in block.header_rows if len(cells := grid.row(row)) == 1 for cell in cells]
    for cell in alone:
        if says_only_units(cell.text) or "(" in cell.text:
            common = common.over(_units_of(cell.text))
    shown = tuple(cell for row in block.header_rows for cell in grid.row(row))
    return Heads(tuple(columns), common, shown, said)


def _units_of(text: str) -> Units:
    units = read_units(text)
    return units if says_only_units(text) or units.scale is not None else Units()


def _header(index: int, cells: Sequence[Placed], corner: str) -> TableHeader:
    named = [cell for cell in cells if not says_only_units(cell.text) or cell.text.strip() in {"%", "$"}]
    units = Units()
    for cell in reversed(cells):
        units = units.over(read_units(cell.text))
    if any(read_units(cell.text).unit == "%" for cell in cells):
        units = Units("%", 0)
    path = tuple(without_notes(cell.text)[0] for cell in named)
    period = _period(path, corner)
    return TableHeader(
        index,
        path,
        tuple(cell.place for cell in named),
        period,
        units.unit,
        units.scale,
        bool(path) and is_total(path[-1]),
    )


def _period(path: Sequence[str], corner: str) -> Period | None:
    """The period of a column's names, completed by what the corner says of time."""
    times = [part for part in path if _HAS_TIME.search(part) or names_no_more_than_a_time(part)]
    said = " ".join(path) if names_no_more_than_a_time(" ".join(path)) else " ".join(times)
    if len(years_in(said)) > 1 and (last := [part for part in times if years_in(part)]):
        said = last[-1]
    around = corner if _HAS_TIME.search(corner) else ""
    if years_in(said):
        around = "" if years_in(around) else around
    found = read_period(f"{around} {said}".strip())
    if found is None:
        return None
    return Period(said or around, found.year, found.end, found.months)


def _names(grid: Grid, block: Block, label_columns: int, with_data: set[int]) -> dict[int, list[Placed]]:
    """The cells that name each column of data, the uppermost first."""
    names: dict[int, list[Placed]] = {column: [] for column in with_data}
    rows = [row for row in block.header_rows if grid.row(row)]
    for row in rows:
        cells = [cell for cell in grid.row(row) if cell.column + cell.columns > label_columns]
        spread = _spread(grid, cells, rows, row, with_data)
        for column in with_data:
            cell = spread.get(column)
            if cell and cell not in names[column]:
                names[column].append(cell)
    return names


def _spread(
    grid: Grid, cells: Sequence[Placed], rows: Sequence[int], row: int, with_data: set[int]
) -> dict[int, Placed]:
    """The cell of a header row that names each column; one that spans columns names all of them."""
    own = {column: cell for cell in cells for column in range(cell.column, cell.column + cell.columns)}
    columns = sorted(with_data)
    own = _shifted(own, columns)
    if any(cell.columns > 1 for cell in cells) or not cells:
        return own
    lower = [at for at in rows if at > row]
    below = {cell.column for at in lower for cell in grid.row(at)}
    if len(cells) == 1 and (not below or len(below & with_data) > 1) and len(columns) > 1:
        is_wide = _is_wide(cells[0], columns, below)
        return dict.fromkeys(_under(grid, cells[0], columns, lower), cells[0]) if is_wide else own
    if not lower or len(own) >= len(columns):
        return own
    return _in_groups(own, columns, [grid.cells.get((lower[-1], column)) for column in columns], below)


def _is_wide(head: Placed, columns: Sequence[int], below: set[int]) -> bool:
    """Whether the only name of a header row is for all columns: it stands above another name, as in the
    middle of several; at the end of two only a time or a unit is for both."""
    if says_only_units(head.text) or not below:
        return True
    is_time = _HAS_TIME.search(head.text) is not None or names_no_more_than_a_time(head.text)
    return head.column in below and (is_time or len(columns) > 2 or head.column != columns[-1])


def _under(grid: Grid, head: Placed, columns: Sequence[int], lower: Sequence[int]) -> list[int]:
    """The columns that a name above all of them is for: "December 31," goes with years alone."""
    with_time = [
        column
        for column in columns
        if any((cell := grid.cells.get((row, column))) and years_in(cell.text) for row in lower)
    ]
    is_time = _HAS_TIME.search(head.text) or names_no_more_than_a_time(head.text)
    return with_time if is_time and with_time and not years_in(head.text) else list(columns)


def _shifted(own: dict[int, Placed], columns: Sequence[int]) -> dict[int, Placed]:
    """Moves a name over a column without data, such as the one of the signs, to its neighbour with data."""
    for column in list(own):
        if column in columns:
            continue
        for neighbour in (column + 1, column - 1):
            if neighbour in columns and neighbour not in own:
                own[neighbour] = own[column]
                break
    return own


def _in_groups(
    own: dict[int, Placed], columns: Sequence[int], lowest: Sequence[Placed | None], below: set[int]
) -> dict[int, Placed]:
    """Spreads names that each stand over one of the columns of their group."""
    filled = [column for column in columns if column in own]
    if not filled or any(column not in below for column in filled):
        return own
    runs = _runs_of_times(columns, lowest)
    if len(runs) == len(filled) and all(sum(column in own for column in run) == 1 for run in runs):
        return {column: next(own[one] for one in run if one in own) for run in runs for column in run}
    size = _repeats(lowest) or (len(columns) // len(filled) if len(columns) % len(filled) == 0 else 0)
    groups = [columns[at : at + size] for at in range(0, len(columns), size)] if size else []
    if groups and all(sum(column in own for column in group) == 1 for group in groups):
        return {column: next(own[one] for one in group if one in own) for group in groups for column in group}
    spread = dict(own)
    for column in columns:
        before = [one for one in filled if one <= column]
        if before and column not in own and column in below:
            spread[column] = own[before[-1]]
    return spread


def _runs_of_times(columns: Sequence[int], lowest: Sequence[Placed | None]) -> list[list[int]]:
    """The columns in runs of those whose lowest name has a year, and of those whose name has none."""
    timed = [bool(cell and years_in(cell.text)) for cell in lowest]
    runs: list[list[int]] = []
    for at, column in enumerate(columns):
        if at and timed[at] == timed[at - 1]:
            runs[-1].append(column)
        else:
            runs.append([column])
    return runs


def _repeats(lowest: Sequence[Placed | None]) -> int:
    """The length of the sequence of names that the lowest header row repeats: 2019, 2018, 2019, 2018."""
    texts = [cell.text if cell else "" for cell in lowest]
    for size in range(2, len(texts) // 2 + 1):
        if len(texts) % size == 0 and all(texts[at] == texts[at % size] for at in range(len(texts))):
            return size
    return 0
