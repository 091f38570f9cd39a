"""Notebooks (Jupyter): prose, code, and the text of outputs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ingest.parse.encoding import decode
from ingest.parse.html import read_html
from ingest.parse.jsondata import parse_json
from ingest.parse.markdown import parse_markdown
from ragapp.text.builder import TextBuilder
from ragapp.text.clean import clean
from ragapp.types import ParsedText

LONGEST_OUTPUT = 20_000
"""Characters of an output. Longer ones are logs or dumps of data."""

_COLOURS = re.compile(r"\x1b\[[0-9;]{0,20}[A-Za-z]")


def parse_notebook(data: bytes, name: str) -> ParsedText:
    """Parses the cells in order. A file without cells is read as JSON. Raises ParseError like `decode`."""
    notebook = json.loads(decode(data, name))
    cells = _cells(notebook)
    if cells is None:
        return parse_json(data, name)
    out = TextBuilder()
    for cell in cells:
        source = _joined(cell.get("source", cell.get("input", "")))
        if cell.get("cell_type") in {"markdown", "heading"}:
            out.include(parse_markdown(source.encode(), name))
        else:
            out.verbatim(source)
        for output in _objects(cell.get("outputs")):
            _write_output(output, out)
    parsed = out.build()
    first = parsed.headings[0] if parsed.headings else None
    return out.build(parsed.text[first.start : first.end] if first else None)


def _cells(notebook: object) -> list[Mapping[str, Any]] | None:
    """The cells, which old notebooks keep in worksheets."""
    if not isinstance(notebook, dict):
        return None
    holders = [notebook, *_objects(notebook.get("worksheets"))]
    lists = [holder["cells"] for holder in holders if isinstance(holder.get("cells"), list)]
    return [cell for cells in lists for cell in _objects(cells)] if lists else None


def _objects(values: object) -> Iterator[dict[str, Any]]:
    if isinstance(values, list):
        yield from (one for one in values if isinstance(one, dict))


def _write_output(output: Mapping[str, Any], out: TextBuilder) -> None:
    """Writes what was printed, or shown as a table or text. Pictures have none."""
    if "traceback" in output:
        out.verbatim(f"{_joined(output.get('ename'))}: {_joined(output.get('evalue'))}")
        return
    shown = output.get("data")
    shown = shown if isinstance(shown, dict) else {}
    page = read_html(_joined(shown.get("text/html"))) if "text/html" in shown else None
    if page is not None and page.tables:
        out.include(page)
        return
    text = _joined(shown.get("text/markdown") or shown.get("text/plain") or output.get("text"))
    out.verbatim(_COLOURS.sub("", text)[:LONGEST_OUTPUT])


def _joined(source: object) -> str:
    """A text that may be written as its lines."""
    if isinstance(source, Sequence) and not isinstance(source, str):
        return clean("".join(str(line) for line in source))
    return clean(str(source)) if source else ""
