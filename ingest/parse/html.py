"""HTML: the visible text, block by block."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import groupby

from selectolax.lexbor import LexborHTMLParser, LexborNode

from ingest.parse.article import find_article
from ingest.parse.encoding import decode
from ingest.parse.errors import NoTextError
from ingest.parse.html_content import list_markers, write_out
from ingest.parse.html_places import PagePosition, PagePositions
from ingest.parse.html_tables import data_tables, table_grids
from ragapp.text.builder import without_line_edges
from ragapp.text.clean import clean
from ragapp.types import Heading, ParsedText, Table

_BLANKS = re.compile(r" +")
_WHITE_SPACE = re.compile(r"\s+")
LONGEST_AGAIN = 100
"""Characters of a cell over several rows that each of its rows begins with."""

MOST_MAINS = 10
"""With this many <main> elements, none is taken for the content of the page."""


def parse_html(data: bytes, name: str) -> ParsedText:
    """Parses headings, paragraphs, lists and tables. Raises NoTextError if there is no text."""
    source = decode(data, name)
    whole = read_html(source)
    if not whole.text:
        raise NoTextError(
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
    write_out(tree)
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
    places = PagePositions()
    grids = table_grids(root, places)
    markers = list_markers(root)
    parts: list[str] = []
    headings: list[Heading] = []
    length, before, items = 0, PagePosition(), set[int]()
    shown: dict[int, str] = {}
    for place, run in _runs(root, places):
        lead = _gap(before, place) if parts else ""
        if place.table and place.row != before.row:
            lead += _again(grids[place.table].reaching.get(place.cell, ()), shown)
        if place.item and place.item not in items:
            lead += f"{markers.get(place.item, '-')} "
            items.add(place.item)
        start = length + len(lead)
        length = start + len(run)
        parts += [lead, run]
        if place.level:
            headings.append(Heading(place.level, start, length))
        if place.table:
            grids[place.table].add(place.cell, start, length)
            shown[place.cell] = "" if place.cell in shown else run
        before = place
    text = "".join(parts)
    return text, tuple(headings), data_tables(text, grids.values(), headings)


def _again(covering: Iterable[int], shown: Mapping[int, str]) -> str:
    """What a row begins with because short cells of rows above reach into it."""
    texts = (shown.get(cell, "") for cell in covering)
    return "".join(f"{text} | " for text in texts if 0 < len(text) <= LONGEST_AGAIN and "\n" not in text)


def _runs(root: LexborNode, places: PagePositions) -> Iterator[tuple[PagePosition, str]]:
    """The runs of text of each block in the order of the page, without empty ones."""
    for _, pieces in groupby(_pieces(root, places), key=lambda piece: piece[0].block):
        together = list(pieces)
        place = together[0][0]
        run = clean("".join(text for _, text in together))
        run = run.strip("\n") if place.verbatim else without_line_edges(_BLANKS.sub(" ", run))
        if run.strip():
            yield place, run


def _pieces(root: LexborNode, places: PagePositions) -> Iterator[tuple[PagePosition, str]]:
    for node in root.traverse(include_text=True):
        if node.tag == "br":
            yield places.inside(node.parent), "\n"
        elif node.is_text_node:
            place = places.inside(node.parent)
            text = node.text_content or ""
            yield place, text if place.verbatim else _WHITE_SPACE.sub(" ", text)


def _gap(before: PagePosition, after: PagePosition) -> str:
    """The separator between two blocks. A row of a table is one line, and so is an item of a list."""
    if after.row and before.row == after.row:
        return "\n" if before.cell == after.cell else " | "
    if after.table and before.table == after.table:
        return "\n"
    if before.item and after.item:
        return "\n"
    return "\n\n"
