"""HTML: what a reader sees of it, block by block."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby

from selectolax.lexbor import LexborHTMLParser, LexborNode

from ingest.parse.article import find_article
from ingest.parse.clean import clean
from ingest.parse.encoding import decode
from ragapp.errors import ParseError
from ragapp.types import Heading, ParsedText, Table

_UNSEEN = (
    "head, script, style, noscript, template, svg, iframe, object, nav, footer, select, button, "
    "[role=navigation], [hidden], [aria-hidden=true], [style*='display:none'], [style*='display: none']"
)
_BLOCK = re.compile(
    "address|article|aside|blockquote|body|caption|center|dd|details|dialog|div|dl|dt|fieldset|figcaption|"
    "figure|form|h[1-6]|header|hr|li|main|ol|p|pre|section|summary|table|td|th|tr|ul"
)
_HEADINGS = {f"h{level}": level for level in range(1, 7)}


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a piece of text stands: node ids of what is around it, 0 for nothing of that kind."""

    block: int = 0
    cell: int = 0
    row: int = 0
    table: int = 0
    item: int = 0
    level: int = 0
    verbatim: bool = False


@dataclass(frozen=True, slots=True)
class _Cell:
    """A run of text in a table, at `start` to `end` of the whole text."""

    place: _Place
    start: int
    end: int


def parse_html(data: bytes, name: str) -> ParsedText:
    """Headings, paragraphs, lists and tables as text. Raises ParseError when there is nothing to read."""
    source = decode(data, name)
    whole = read_html(source)
    if not whole.text:
        raise ParseError(
            f"{name} has no text to read: a page that scripts fill in? Save it from the browser and add that."
        )
    article = find_article(source)
    if article is None:
        return whole
    found = read_html(article)
    return replace(found, title=whole.title) if found.text else whole


def read_html(source: str) -> ParsedText:
    """What a reader sees of a page, which may be nothing."""
    tree = LexborHTMLParser(source)
    title = tree.css_first("title")
    title_text = clean(" ".join(title.text().split())) if title else ""
    for node in tree.css(_UNSEEN):
        node.decompose()
    content = _content(tree)
    text, headings, tables = _assemble(content) if content else ("", (), ())
    return ParsedText(text, headings=headings, title=title_text or None, tables=tables)


def _content(tree: LexborHTMLParser) -> LexborNode | None:
    """The page's own <main> when it has exactly one with text in it, else all of it."""
    mains = [node for node in tree.css("main") if node.text(strip=True)]
    return mains[0] if len(mains) == 1 else tree.root


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
    """Tables of more than one row whose first one names the columns; a frame for layout is none."""
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
    """The texts that stand together in one block, in the order of the page, without empty ones."""
    for _, pieces in groupby(_pieces(root), key=lambda piece: piece[0].block):
        together = list(pieces)
        place = together[0][0]
        run = clean("".join(text for _, text in together))
        run = run.strip("\n") if place.verbatim else re.sub(r" *\n *", "\n", re.sub(r" +", " ", run)).strip()
        if run.strip():
            yield place, run


def _pieces(root: LexborNode) -> Iterator[tuple[_Place, str]]:
    for node in root.traverse(include_text=True):
        if node.tag == "br":
            yield _place(node), "\n"
        elif node.is_text_node:
            place = _place(node)
            text = node.text_content or ""
            yield place, text if place.verbatim else re.sub(r"\s+", " ", text)


def _place(node: LexborNode) -> _Place:
    block = cell = row = table = item = level = 0
    verbatim = False
    parent = node.parent
    while parent is not None:
        tag, here = parent.tag, parent.mem_id
        block = block or (here if _BLOCK.fullmatch(tag or "") else 0)
        cell = cell or (here if tag in {"td", "th"} else 0)
        row = row or (here if tag == "tr" else 0)
        table = table or (here if tag == "table" else 0)
        item = item or (here if tag == "li" else 0)
        level = level or _HEADINGS.get(tag or "", 0)
        verbatim = verbatim or tag == "pre"
        parent = parent.parent
    return _Place(block, cell, row, table, item, level, verbatim)


def _gap(before: _Place, after: _Place) -> str:
    """What stands between two blocks: a row of a table is one line, and so is an item of a list."""
    if after.row and before.row == after.row:
        return "\n" if before.cell == after.cell else " | "
    if after.table and before.table == after.table:
        return "\n"
    if before.item and after.item:
        return "\n"
    return "\n\n"
