"""HTML: the visible text, block by block."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby

from selectolax.lexbor import LexborHTMLParser, LexborNode

from ingest.parse.article import find_article
from ingest.parse.encoding import decode
from ragapp.errors import ParseError
from ragapp.text.builder import without_line_edges
from ragapp.text.clean import clean
from ragapp.types import Heading, ParsedText, Table

_UNSEEN = (
    "head, script, style, noscript, template, svg, iframe, object, nav, footer, select, button, "
    "[role=navigation], [hidden], [aria-hidden=true], [style*='display:none'], [style*='display: none']"
)
_BLOCK = re.compile(
    "address|article|aside|blockquote|body|caption|center|dd|details|dialog|div|dl|dt|fieldset|figcaption|"
    "figure|form|h[1-6]|header|hr|li|main|ol|p|pre|section|summary|table|td|th|tr|ul"
)
_BLANKS = re.compile(r" +")
_WHITE_SPACE = re.compile(r"\s+")
MOST_MAINS = 10
"""With this many <main> elements, none is taken for the content of the page."""

_HEADINGS = {f"h{level}": level for level in range(1, 7)}


@dataclass(frozen=True, slots=True)
class _Place:
    """The position of a piece of text: the ids of its enclosing nodes, 0 if there is none of that kind."""

    block: int = 0
    cell: int = 0
    row: int = 0
    table: int = 0
    item: int = 0
    level: int = 0
    verbatim: bool = False


@dataclass(frozen=True, slots=True)
class _Cell:
    """A run of text in a table, from `start` to `end` in the whole text."""

    place: _Place
    start: int
    end: int


def parse_html(data: bytes, name: str) -> ParsedText:
    """Parses headings, paragraphs, lists and tables. Raises ParseError if there is no text."""
    source = decode(data, name)
    whole = read_html(source)
    if not whole.text:
        raise ParseError(
            f"{name} contains no text. If scripts fill in the page, save it from the browser and add that "
            "file."
        )
    article = find_article(source)
    if article is None:
        return whole
    found = read_html(article)
    return replace(found, title=whole.title) if found.text else whole


def read_html(source: str) -> ParsedText:
    """The visible text of a page, which may be empty."""
    tree = LexborHTMLParser(source)
    title = tree.css_first("title")
    title_text = clean(" ".join(title.text().split())) if title else ""
    for node in tree.css(_UNSEEN):
        node.decompose()
    content = _content(tree)
    text, headings, tables = _assemble(content) if content else ("", (), ())
    return ParsedText(text, headings=headings, title=title_text or None, tables=tables)


def _content(tree: LexborHTMLParser) -> LexborNode | None:
    """The <main> element if there is exactly one with text, otherwise the whole page."""
    mains = tree.css("main")
    if len(mains) > MOST_MAINS:
        return tree.root
    filled = [node for node in mains if node.text(strip=True)]
    return filled[0] if len(filled) == 1 else tree.root


def _assemble(root: LexborNode) -> tuple[str, tuple[Heading, ...], tuple[Table, ...]]:
    parts: list[str] = []
    headings: list[Heading] = []
    cells: list[_Cell] = []
    length, before, items = 0, _Place(), set[int]()
    for place, run in _runs(root):
        lead = _gap(before, place) if parts else ""
        if place.item and place.item not in items:
            lead += "- "
            items.add(place.item)
        start = length + len(lead)
        length = start + len(run)
        parts += [lead, run]
        if place.level:
            headings.append(Heading(place.level, start, length))
        if place.table:
            cells.append(_Cell(place, start, length))
        before = place
    text = "".join(parts)
    return text, tuple(headings), tuple(_tables(text, cells))


def _tables(text: str, cells: Iterable[_Cell]) -> Iterator[Table]:
    """The tables of several rows whose first row is a header, without layout tables."""
    for _, group in groupby(cells, key=lambda cell: cell.place.table):
        inside = list(group)
        rows = [list(row) for _, row in groupby(inside, key=lambda cell: cell.place.row)]
        caption = [cell for cell in rows[0] if not cell.place.row]
        rows = rows[1:] if caption else rows
        if len(rows) < 2 or len(rows[0]) < 2:
            continue
        start, end = rows[0][0].start, rows[-1][-1].end
        header = text[start : rows[0][-1].end]
        if "\n" not in header:
            named = [text[cell.start : cell.end] for cell in caption]
            yield Table(start, end, " | ".join([*named, header]))


def _runs(root: LexborNode) -> Iterator[tuple[_Place, str]]:
    """The runs of text of each block in the order of the page, without empty ones."""
    for _, pieces in groupby(_pieces(root), key=lambda piece: piece[0].block):
        together = list(pieces)
        place = together[0][0]
        run = clean("".join(text for _, text in together))
        run = run.strip("\n") if place.verbatim else without_line_edges(_BLANKS.sub(" ", run))
        if run.strip():
            yield place, run


def _pieces(root: LexborNode) -> Iterator[tuple[_Place, str]]:
    inside: dict[int, _Place] = {}
    for node in root.traverse(include_text=True):
        if node.tag == "br":
            yield _place(node.parent, inside), "\n"
        elif node.is_text_node:
            place = _place(node.parent, inside)
            text = node.text_content or ""
            yield place, text if place.verbatim else _WHITE_SPACE.sub(" ", text)


def _place(element: LexborNode | None, inside: dict[int, _Place]) -> _Place:
    """The position of the content of an element. `inside` caches the known ones by the element's id."""
    unknown: list[LexborNode] = []
    while element is not None and element.mem_id not in inside:
        unknown.append(element)
        element = element.parent
    place = inside[element.mem_id] if element is not None else _Place()
    for inner in reversed(unknown):
        place = inside[inner.mem_id] = _within(place, inner.tag or "", inner.mem_id)
    return place


def _within(outer: _Place, tag: str, here: int) -> _Place:
    return _Place(
        block=here if _BLOCK.fullmatch(tag) else outer.block,
        cell=here if tag in {"td", "th"} else outer.cell,
        row=here if tag == "tr" else outer.row,
        table=here if tag == "table" else outer.table,
        item=here if tag == "li" else outer.item,
        level=_HEADINGS.get(tag, outer.level),
        verbatim=outer.verbatim or tag == "pre",
    )


def _gap(before: _Place, after: _Place) -> str:
    """The separator between two blocks. A row of a table is one line, and so is an item of a list."""
    if after.row and before.row == after.row:
        return "\n" if before.cell == after.cell else " | "
    if after.table and before.table == after.table:
        return "\n"
    if before.item and after.item:
        return "\n"
    return "\n\n"
