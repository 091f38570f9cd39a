"""The columns of a table of figures in a PDF, from where its numbers stand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from ingest.parse.pdf_rows import PageRow, Segment

LABELLED = 0.3
"""The share of rows that begin with a text in a table with a column of labels."""

NEAR = 1.5
"""The largest gap between two parts of a column, in heights of the letters."""

ALIGNED = 4.0
"""The largest distance, in points, between edges that are in line."""

TOUCHING = 1.0
"""The smallest overlap, in points."""

CENTRED = 0.6
"""The largest distance between the centres of a header and of its columns, in heights of the letters."""


GROUPED = 1.6
"""The same distance where headers stand above groups of columns that are all columns together."""


@dataclass(frozen=True, slots=True)
class PlacedCell:
    """A cell in column `column` of the grid that covers `columns`, with the left edge of its text."""

    column: int
    columns: int
    start: int
    end: int
    left: float


def follows(text: str, before: PlacedCell, after: PlacedCell) -> bool:
    """Whether only white space is between two cells in the text, in this order."""
    return before.end <= after.start and not text[before.end : after.start].strip()


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of data from left to right: the left and right edges of their numbers, in points.

    `outer` are the edges with currency signs. `labelled` says that a column of labels stands to their left;
    it is column 0 of the grid then. `margin` is the left edge of the whole table, and `label_right` the right
    edge of its labels. `texts` are the columns, counted from 0, that have words and not numbers.
    """

    edges: tuple[tuple[float, float], ...]
    outer: tuple[tuple[float, float], ...]
    labelled: bool
    margin: float
    label_right: float = 0.0
    texts: frozenset[int] = frozenset()

    @property
    def left(self) -> float:
        return self.outer[0][0]

    @property
    def centre(self) -> float:
        """The middle of the whole table."""
        return (self.margin + self.outer[-1][1]) / 2

    @property
    def data_centre(self) -> float:
        return (self.left + self.outer[-1][1]) / 2

    @property
    def first(self) -> int:
        """The grid's number of the first column of data."""
        return int(self.labelled)

    def touched(self, segment: Segment) -> list[int]:
        """The columns of data that a segment overlaps, counted from 0."""
        return _touched(self.edges, segment)

    def below(self, header: Segment) -> list[int]:
        """The columns of data, with their currency signs, below a header."""
        return _touched(self.outer, header)

    def nearest(self, segment: Segment) -> int:
        return min(range(len(self.edges)), key=lambda number: _distance(self.edges[number], segment))

    def centred(self, segment: Segment, first: int, last: int, height: float) -> tuple[int, int]:
        """The columns between `first` and `last` above whose centre a header stands, as (first, last)."""
        touched = self.below(segment) or [self.nearest(segment)]
        centre = (segment.left + segment.right) / 2
        best = touched[0], touched[-1]
        off = self._off(best, centre) - (CENTRED if len(touched) < 2 else 2 * CENTRED) * height
        for left in range(first, touched[0] + 1):
            for right in range(touched[-1], last + 1):
                distance = self._off((left, right), centre)
                if distance < min(off, CENTRED * height):
                    best, off = (left, right), distance
        return best

    def is_middle(self, header: Segment, height: float) -> bool:
        """Whether a header stands above the middle of the columns that it touches."""
        touched = self.below(header)
        centre = (header.left + header.right) / 2
        return bool(touched) and self._off((touched[0], touched[-1]), centre) <= CENTRED * height

    def groups(self, headers: Sequence[Segment], height: float) -> list[tuple[int, int]] | None:
        """Groups of columns, one below the middle of each header and together all; None if there are none."""
        count = len(self.edges)
        if not 0 < len(headers) < count:
            return None
        slack = (GROUPED if len(headers) > 1 else 2 * CENTRED) * height
        best: dict[int, tuple[float, list[tuple[int, int]]]] = {-1: (0.0, [])}  # by the last column covered
        for number, header in enumerate(headers):
            centre = (header.left + header.right) / 2
            most = count - len(headers) + number + 1
            following: dict[int, tuple[float, list[tuple[int, int]]]] = {}
            for before, (cost, spans) in best.items():
                for last in range(before + 1, most):
                    off = self._off((before + 1, last), centre)
                    total = cost + off
                    if off <= slack and total < following.get(last, (float("inf"), []))[0]:
                        following[last] = total, [*spans, (before + 1, last)]
            best = following
        return best[count - 1][1] if count - 1 in best else None

    def widened(self, column: int, header: Segment) -> Columns:
        """These columns, of which one reaches as far as its header, too."""
        outer = list(self.outer)
        left, right = outer[column]
        outer[column] = min(left, header.left), max(right, header.right)
        return replace(self, outer=tuple(outer))

    def _off(self, span: tuple[int, int], centre: float) -> float:
        return abs((self.outer[span[0]][0] + self.outer[span[1]][1]) / 2 - centre)


def _touched(edges: Sequence[tuple[float, float]], segment: Segment) -> list[int]:
    return [
        number
        for number, (left, right) in enumerate(edges)
        if min(right, segment.right) - max(left, segment.inner) >= min(TOUCHING, (right - left) / 2)
    ]


def find_columns(rows: Sequence[PageRow]) -> Columns | None:
    """The columns of rows with figures; None if there are none."""
    height = max(row.height for row in rows)
    labels = [row.segments[0] for row in rows if not row.segments[0].is_figure]
    labelled = len(labels) >= LABELLED * len(rows)
    margin = max((label.left for label in labels), default=0.0) + ALIGNED if labelled else float("-inf")
    numbers: list[tuple[int, Segment]] = []
    texts: list[tuple[int, Segment]] = []
    for place, row in enumerate(rows):
        for number, segment in enumerate(row.segments):
            if number == 0 and labelled and (not segment.is_figure or segment.left <= margin):
                continue
            (numbers if segment.is_figure else texts).append((place, segment))
    parts = _merged(_split(_overlapping(numbers), height), height)
    outer = {_edges(part): (min(one.left for _, one in part), _edges(part)[1]) for part in parts}
    edges = list(outer)
    beside = [(place, one) for place, one in texts if not any(_overlaps(one, edge) for edge in edges)]
    edges += [_edges(part) for part in _overlapping(beside) if len({place for place, _ in part}) > 1]
    if not edges:
        return None
    edges.sort()
    left = outer.get(edges[0], edges[0])[0]
    return Columns(
        tuple(edges),
        tuple(outer.get(edge, edge) for edge in edges),
        labelled,
        min(row.left for row in rows),
        max((label.right for label in labels if label.right < left), default=left) if labelled else left,
        frozenset(number for number, edge in enumerate(edges) if edge not in outer),
    )


_Part = list[tuple[int, Segment]]
"""Segments of a column, each with the number of its row."""


def _overlapping(segments: Iterable[tuple[int, Segment]]) -> list[_Part]:
    """Groups segments that overlap horizontally."""
    parts: list[_Part] = []
    reached = float("-inf")
    for place, segment in sorted(segments, key=lambda one: one[1].inner):
        if segment.inner >= reached - TOUCHING / 2:
            parts.append([])
            reached = float("-inf")
        parts[-1].append((place, segment))
        reached = max(reached, segment.right)
    return parts


def _split(parts: Iterable[_Part], height: float) -> list[_Part]:
    """Splits parts that have several segments of one row by the right edges of their segments."""
    found: list[_Part] = []
    for part in parts:
        if len({place for place, _ in part}) == len(part):
            found.append(part)
            continue
        reached = float("-inf")
        for place, segment in sorted(part, key=lambda one: one[1].right):
            if segment.right > reached + height:
                found.append([])
            found[-1].append((place, segment))
            reached = segment.right
    return found


def _merged(parts: Sequence[_Part], height: float) -> list[_Part]:
    """Joins neighbouring parts that no row has both of."""
    found: list[_Part] = []
    for part in sorted(parts, key=_edges):
        rows = {place for place, _ in part}
        if found and _edges(part)[0] - _edges(found[-1])[1] < NEAR * height:
            before = {place for place, _ in found[-1]}
            if not rows & before:
                found[-1] = found[-1] + part
                continue
        found.append(part)
    return found


def _edges(part: _Part) -> tuple[float, float]:
    return min(segment.inner for _, segment in part), max(segment.right for _, segment in part)


def _overlaps(segment: Segment, edges: tuple[float, float]) -> bool:
    return min(edges[1], segment.right) - max(edges[0], segment.inner) >= TOUCHING


def _distance(edges: tuple[float, float], segment: Segment) -> float:
    return max(edges[0] - segment.right, segment.left - edges[1], 0.0)
