"""The labels of the rows of a table in a PDF: those printed in several rows, and their indentation."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from ingest.parse.pdf_columns import ALIGNED, Columns, PlacedCell, follows
from ingest.parse.pdf_rows import PageRow
from ingest.parse.pdf_tables import TableRegion

WRAPPED = 0.85
"""The share of the width of the labels that a label fills which goes on in the next row."""

PITCH = 0.6
"""The largest gap between the rows of one label, in heights of the letters."""

_GOES_ON = re.compile(
    r"(?:\b(?:and|or|of|to|for|the|a|an|in|on|by|from|with|at|per|as|less|net|than|under|including|excluding)"
    r"|[,–—&/-])$",
    re.IGNORECASE,
)


_ITEM = re.compile(r"\(?[a-z][.)]")


def join_labels(text: str, rows: Sequence[PageRow], body: list[list[PlacedCell]], columns: Columns) -> None:
    """Joins labels that are printed in several rows."""
    rights = sorted(
        row.segments[0].right for row, cells in zip(rows, body, strict=True) if cells and not cells[0].column
    )
    for number in range(len(rows) - 1):
        above, below = body[number], body[number + 1]
        if not above or not below or below[0].column or above[0].column:
            continue
        upper, lower = rows[number], rows[number + 1]
        adjacent = follows(text, above[0], below[0])
        if upper.bottom - lower.top > PITCH * upper.height or not _wraps(upper, lower, rights, columns.left):
            continue
        if adjacent and len(above) == 1:
            below[0] = replace(below[0], start=above[0].start, left=above[0].left)
            body[number] = []
        elif len(below) == 1 and len(above) > 1 and _is_rest(lower.segments[0].text):
            if adjacent:
                above[0] = replace(above[0], end=below[0].end)
            body[number + 1] = []


def _limit(row: PageRow, rights: Sequence[float], edge: float) -> float:
    """How far to the right the label of a row could have reached, judging by the others."""
    widest = rights[-1] if rights and rights[-1] > row.segments[0].right + 1 else edge - row.height
    return min(widest, edge)


def _wraps(upper: PageRow, lower: PageRow, rights: Sequence[float], edge: float) -> bool:
    """Whether the label of a row goes on in the next one. `rights` are the right edges of all labels, and
    `edge` is where the columns of data begin.
    """
    first, rest = upper.segments[0], lower.segments[0]
    if first.broken:
        return True
    if first.text.endswith(":") or rest.left < first.left - ALIGNED or first.right > edge + ALIGNED:
        return False
    if _is_rest(rest.text) or _GOES_ON.search(first.text):
        return True
    word = (rest.right - rest.left) * len(rest.text.split()[0]) / len(rest.text)
    if first.bold and not rest.bold:
        return False
    limit = _limit(upper, rights, edge)
    full = first.right - first.left >= WRAPPED * (limit - first.left)
    return full and first.right + word > limit and len(first.text.split()) > 3 and len(upper.segments) == 1


def _is_rest(text: str) -> bool:
    """Whether a text cannot be the beginning of a label."""
    return text.lstrip("(")[:1].islower() and not _ITEM.match(text)


def indent_levels(region: TableRegion, rows: Sequence[Sequence[PlacedCell]]) -> dict[int, int]:
    """The indentation of each label by its offset. Centred ones are not indented."""
    body = region.rows[region.headers :]
    most = max((row.segments[0].left for row in body if row.figures), default=0.0)
    labels = [row[0] for row in rows[region.headers :] if row and row[0].column == 0]
    lefts = sorted({cell.left for cell in labels if cell.left <= most + ALIGNED})
    levels: list[float] = []
    for left in lefts:
        if not levels or left > levels[-1] + ALIGNED:
            levels.append(left)
    return {cell.start: _level(cell.left, levels) for cell in labels if cell.left <= most + ALIGNED}


def _level(left: float, levels: Sequence[float]) -> int:
    return max((number for number, level in enumerate(levels) if level <= left), default=0)
