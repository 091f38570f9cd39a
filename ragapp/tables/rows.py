"""Names the rows of a table, with the sections that they stand in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from ragapp.tables.cells import without_notes
from ragapp.tables.columns import is_total
from ragapp.tables.grid import Grid, Placed
from ragapp.tables.layout import Block, is_figure
from ragapp.tables.periods import read_period
from ragapp.tables.units import Units, read_units, says_only_units
from ragapp.types.tables import Period, TableHeader

_GLUED_NOTE = re.compile(r"(?:(?<=[a-z)])|(?<=[A-Z]{3}))\d{1,2}(?=$| ?\()")
"""The mark of a footnote, written up in the original: "Order intake1", "Underlying EPS2"."""

_WORDS = re.compile(r"[^\W\d_]+")
_LAST_PARENTHESES = re.compile(r"\(([^()]{1,30})\)\W*$|(?<![\d.]) ?(%)$")
_PARENTHESES = re.compile(r"\([^()]*\)")
_FIGURE = re.compile(r"\d")
_STARTS_LOW = re.compile(r"[a-z]")


@dataclass(frozen=True, slots=True)
class RowSection:
    """A line that stands above rows: one without values, or one whose rows are indented further."""

    name: str
    place: tuple[int, int]
    indent: int
    style: str
    has_values: bool
    period: Period | None


@dataclass(frozen=True, slots=True)
class NamedRow:
    """A row of data with its cells; `units` are those that a line above gives from there on."""

    header: TableHeader
    cells: tuple[Placed, ...]
    label: tuple[Placed, ...]
    units: Units


def name_rows(grid: Grid, block: Block, label_columns: int, stack: list[RowSection]) -> Iterator[NamedRow]:
    """The rows of data of a block, in order. Lines without values open sections.

    `stack` has the open sections, at first none; they stay open for the next block.
    """
    units = Units()
    opened = False
    carried: Placed | None = None
    group: Placed | None = None
    for at, row in enumerate(block.body_rows):
        cells = grid.row(row)
        label = [cell for cell in cells if cell.column < label_columns]
        data = [cell for cell in cells if cell.column >= label_columns]
        if _is_section(cells, data):
            if says_only_units(cells[0].text):
                units = read_units(cells[0].text).over(units)
                continue
            following = grid.row(block.body_rows[at + 1]) if at + 1 < len(block.body_rows) else []
            _open(stack, _section(cells[0]), directly=opened, outer=len(following) == 1)
            opened, carried = True, cells[0]
            continue
        if label_columns > 1:
            group = next((cell for cell in label if cell.column == 0), group)
            label = [cell for cell in (group, *label) if cell and not cell.text.isdigit()]
            label = list(dict.fromkeys(label))
        if (
            carried
            and opened
            and label
            and _STARTS_LOW.match(label[-1].text)
            and not carried.text.endswith(":")
        ):
            stack.pop()
            label = [carried, *label]
            joined = True
        else:
            joined = False
        header = _header(row, label, stack, joined=joined)
        yield NamedRow(header, tuple(data), tuple(label), units)
        opened = False
        if label and header.total:
            _close(stack, header.name)
        elif label and len(label) == 1:
            _nest(stack, label[0], header)


def _is_section(cells: Sequence[Placed], data: Sequence[Placed]) -> bool:
    """Whether a row is a single cell of words: the name of a section."""
    return len(cells) == 1 and not (data and is_figure(cells[0]))


def _section(cell: Placed) -> RowSection:
    name = clean_name(cell.text)
    style = "colon" if cell.text.rstrip().endswith(":") else "capitals" if cell.text.isupper() else "plain"
    return RowSection(name, cell.place, cell.indent, style, has_values=False, period=_period(name))


def _open(stack: list[RowSection], section: RowSection, *, directly: bool, outer: bool) -> None:
    """Puts a section in place of those that it ends. One that follows a section directly is inside it, and
    one that a section follows directly is `outer`."""
    while stack and (stack[-1].indent > section.indent or stack[-1].has_values):
        stack.pop()
    same = [
        at
        for at, one in enumerate(stack)
        if one.indent == section.indent
        and (one.style, bool(one.period)) == (section.style, bool(section.period))
    ]
    last_is_same = bool(same) and same[-1] == len(stack) - 1
    if same and not (directly and last_is_same):
        del stack[same[0 if outer else -1] :]
    stack.append(section)


def _nest(stack: list[RowSection], cell: Placed, header: TableHeader) -> None:
    """Lets rows that are indented further than this one stand inside it."""
    while stack and stack[-1].has_values and stack[-1].indent >= cell.indent:
        stack.pop()
    stack.append(RowSection(header.name, cell.place, cell.indent, "row", has_values=True, period=None))


def _close(stack: list[RowSection], total: str) -> None:
    """Ends the section whose total this is."""
    while stack and stack[-1].has_values:
        stack.pop()
    named = _words(total) - {"total", "subtotal", "sum", "net"}
    for at in range(len(stack) - 1, -1, -1):
        if named <= _words(stack[at].name):
            del stack[at:]
            return


def _words(text: str) -> set[str]:
    return {word.lower().rstrip("s") for word in _WORDS.findall(text)}


def _header(row: int, label: Sequence[Placed], stack: list[RowSection], *, joined: bool) -> TableHeader:
    indent = label[0].indent if label else 0
    above = [one for one in stack if one.indent < indent or (not one.has_values and one.indent <= indent)]
    names = [clean_name(cell.text) for cell in label]
    if joined:
        names = [" ".join(names)]
    period = next((found for one in reversed(names) if (found := _period(one))), None)
    if period is None:
        period = next((one.period for one in reversed(above) if one.period), None)
    text = label[-1].text if label else ""
    units = row_units(text)
    places = tuple(one.place for one in above) + tuple(cell.place for cell in label)
    return TableHeader(
        row,
        (*(one.name for one in above), *names),
        places,
        period,
        units.unit,
        units.scale,
        not label or is_total(names[-1]),
    )


def _period(name: str) -> Period | None:
    return read_period(_PARENTHESES.sub(" ", name))


def clean_name(text: str) -> str:
    """A label without footnote marks, a colon at its end, or the dots that lead to its values."""
    leads = text.rstrip(" .") if text.endswith(("..", " .")) else text
    bare, _ = without_notes(leads)
    bare = _GLUED_NOTE.sub("", bare)
    return without_notes(bare.rstrip(" :."))[0] or text.strip()


def row_units(label: str) -> Units:
    """The units that a row's name gives in parentheses at its end, or by "percentage of"."""
    if label.lower().startswith(("percentage of", "percent of", "% of", "as a percentage of", "as a % of")):
        return Units("%", 0)
    found = _LAST_PARENTHESES.search(without_notes(label)[0])
    if not found:
        return Units()
    if found[2] or says_only_units(found[1]):
        units = read_units(found[1] or found[2])
    else:
        units = Units(read_units(f"({found[1]})").unit) if not _FIGURE.search(found[1]) else Units()
    return replace(units, scale=0) if units.unit == "%" else units
