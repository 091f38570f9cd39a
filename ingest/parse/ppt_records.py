"""The records of presentations of before 2007, and the tables among their shapes.

The numbers of records are those of [MS-PPT] and [MS-ODRAW], Microsoft's descriptions of the format.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ingest.parse.zip_xml import nested_too_deeply
from ragapp.text.builder import SourceCell

GROUP, SHAPE, BOX = 0xF003, 0xF004, 0xF00D
_ANCHOR, _MORE_PROPERTIES = 0xF00F, 0xF122
_TABLE_PROPERTY = 0x039F

_CONTAINER = 0xF
_MOST_NESTED = 60
_MOST_CELLS = 10_000


class Record(NamedTuple):
    """A record of the stream: its content is between `start` and `end`."""

    kind: int
    instance: int
    is_container: bool
    start: int
    end: int


class Records:
    """Reads the records of a stream. `name` is that of the document."""

    def __init__(self, data: bytes, name: str) -> None:
        self.data = data
        self._name = name

    def at(self, place: int) -> Record | None:
        return next(self.between(place, len(self.data)), None) if place else None

    def inside(self, record: Record | None) -> Iterator[Record]:
        return self.between(record.start, record.end) if record is not None else iter(())

    def within(self, record: Record | None, depth: int = 0) -> Iterator[Record]:
        """The records inside a container at any depth. Raises ParseError beyond the limit."""
        if depth > _MOST_NESTED:
            raise nested_too_deeply(self._name)
        for one in self.inside(record):
            yield one
            if one.is_container:
                yield from self.within(one, depth + 1)

    def drawn(self, record: Record, depth: int = 0) -> Iterator[Record]:
        """The text boxes and the groups of shapes that are tables, in their order."""
        if depth > _MOST_NESTED:
            raise nested_too_deeply(self._name)
        for one in self.inside(record):
            if one.kind == BOX or (one.kind == GROUP and self._is_table(one)):
                yield one
            elif one.is_container:
                yield from self.drawn(one, depth + 1)

    def between(self, start: int, end: int) -> Iterator[Record]:
        at = start
        while at + 8 <= min(end, len(self.data)):
            head, kind = self.short(at), self.short(at + 2)
            last = min(at + 8 + self.long(at + 4), end)
            yield Record(kind, head >> 4, head & 0xF == _CONTAINER, at + 8, last)
            at = last

    def short(self, at: int) -> int:
        return int.from_bytes(self.data[at : at + 2], "little")

    def long(self, at: int) -> int:
        return int.from_bytes(self.data[at : at + 4], "little")

    def cells(self, table: Record) -> Iterator[tuple[Record, tuple[int, int, int, int]]]:
        """The text boxes of a table with their left, top, right and bottom."""
        for shape in (one for one in self.inside(table) if one.kind == SHAPE):
            inner = list(self.inside(shape))
            anchor = next((one for one in inner if one.kind == _ANCHOR), None)
            box = next((one for one in inner if one.kind == BOX), None)
            if anchor is not None and box is not None:
                bounds = (
                    int.from_bytes(self.data[anchor.start + 4 * n :][:4], "little", signed=True)
                    for n in range(4)
                )
                left, top, right, bottom = bounds
                yield box, (left, top, right, bottom)

    def _is_table(self, group: Record) -> bool:
        first = next((one for one in self.inside(group) if one.kind == SHAPE), None)
        for one in self.inside(first):
            if one.kind == _MORE_PROPERTIES:
                numbers = (self.short(one.start + 6 * n) & 0x3FFF for n in range(one.instance))
                if _TABLE_PROPERTY in numbers:
                    return True
        return False


def placed_cells(cells: Sequence[tuple[str, tuple[int, int, int, int]]]) -> list[list[SourceCell]]:
    """The rows of a table, from the texts of its cells and where they are drawn."""
    lefts = sorted({bounds[0] for _, bounds in cells})
    tops = sorted({bounds[1] for _, bounds in cells})
    if not cells or len(cells) > _MOST_CELLS:
        return [[SourceCell(text)] for text, _ in cells]
    rows: list[list[SourceCell]] = [[] for _ in tops]
    for text, (left, top, right, bottom) in sorted(cells, key=lambda one: (one[1][1], one[1][0])):
        columns = sum(1 for one in lefts if left <= one < right)
        height = sum(1 for one in tops if top <= one < bottom)
        rows[tops.index(top)].append(SourceCell(text, max(1, height), max(1, columns)))
    return rows
