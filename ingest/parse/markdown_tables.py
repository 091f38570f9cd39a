"""The pipe tables of Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from markdown_it.token import Token

from ragapp.text.builder import CELL_BORDER
from ragapp.text.table_text import MOST_CELLS, grid_head
from ragapp.text.table_titles import table_titles
from ragapp.types import GridCell, Table


def markdown_tables(text: str, tokens: Sequence[Token], line_starts: Sequence[int]) -> Iterator[Table]:
    """The tables of more than one row and column, with the spans of their cells in the source."""
    paragraphs: list[str] = []
    inside: list[Token] = []
    opened: Token | None = None
    for place, token in enumerate(tokens):
        if token.type == "table_open":
            opened, inside = token, []
        elif opened is None:
            if token.type == "inline" and tokens[place - 1].type == "paragraph_open":
                paragraphs.append(token.content)
            elif token.type not in {"paragraph_open", "paragraph_close"}:
                paragraphs = []
        elif token.type == "table_close":
            table = _table(text, inside, line_starts, paragraphs)
            if table is not None:
                yield table
            opened, paragraphs = None, []
        else:
            inside.append(token)


def _table(
    text: str, tokens: Sequence[Token], line_starts: Sequence[int], before: Sequence[str]
) -> Table | None:
    cells: list[GridCell] = []
    row = -1
    column = reached = line_end = 0
    for place, token in enumerate(tokens):
        if token.type == "tr_open" and token.map:
            row, column = row + 1, 0
            reached, line_end = line_starts[token.map[0]], line_starts[token.map[0] + 1] - 1
        elif token.type == "inline":
            span = _span(text, token.content, reached, line_end)
            if span is not None:
                cells.append(GridCell(row, column, *span, header=tokens[place - 1].type == "th_open"))
                reached = span[1]
            column += 1
    if not cells or not cells[-1].row or not any(cell.column for cell in cells):
        return None
    caption, introduction = table_titles(before[-2:])
    head = CELL_BORDER.join(filter(None, (caption, grid_head(text, cells))))
    listed = tuple(cells) if len(cells) <= MOST_CELLS else ()
    return Table(cells[0].start, cells[-1].end, head, listed, caption, introduction)


def _span(text: str, content: str, start: int, end: int) -> tuple[int, int] | None:
    """Where the content of a cell stands in its line, in which a bar may be escaped."""
    for written in dict.fromkeys((content, content.replace("|", "\\|"))):
        found = text.find(written, start, end) if written else -1
        if found >= 0:
            return found, found + len(written)
    return None
