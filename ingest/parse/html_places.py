"""The position of each element of a web page among blocks, lists and tables."""

from __future__ import annotations

import re
from dataclasses import dataclass

from selectolax.lexbor import LexborNode

_BLOCK = re.compile(
    "address|article|aside|blockquote|body|caption|center|dd|details|dialog|div|dl|dt|fieldset|figcaption|"
    "figure|form|h[1-6]|header|hr|li|main|ol|p|pre|section|summary|table|td|th|tr|ul"
)
_HEADINGS = {f"h{level}": level for level in range(1, 7)}


@dataclass(frozen=True, slots=True)
class PagePosition:
    """The position of a piece of text: the ids of its enclosing nodes, 0 if there is none of that kind."""

    block: int = 0
    cell: int = 0
    row: int = 0
    table: int = 0
    item: int = 0
    level: int = 0
    verbatim: bool = False
    in_head: bool = False


class PagePositions:
    """The positions of elements, each found once."""

    def __init__(self) -> None:
        self._known: dict[int, PagePosition] = {}

    def inside(self, element: LexborNode | None) -> PagePosition:
        """The position of the content of an element."""
        unknown: list[LexborNode] = []
        while element is not None and element.mem_id not in self._known:
            unknown.append(element)
            element = element.parent
        place = self._known[element.mem_id] if element is not None else PagePosition()
        for inner in reversed(unknown):
            place = self._known[inner.mem_id] = _within(place, inner.tag or "", inner.mem_id)
        return place


def _within(outer: PagePosition, tag: str, here: int) -> PagePosition:
    return PagePosition(
        block=here if _BLOCK.fullmatch(tag) else outer.block,
        cell=here if tag in {"td", "th"} else 0 if tag == "table" else outer.cell,
        row=here if tag == "tr" else 0 if tag == "table" else outer.row,
        table=here if tag == "table" else outer.table,
        item=here if tag == "li" else outer.item,
        level=_HEADINGS.get(tag, outer.level),
        verbatim=outer.verbatim or tag == "pre",
        in_head=tag == "thead" or (outer.in_head and tag != "table"),
    )
