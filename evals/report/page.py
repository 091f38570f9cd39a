"""An HTML page of a title and sections. Plain strings are escaped, and nothing is loaded from other files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from markupsafe import Markup

from evals.report.figure import Plot, stylesheet
from evals.runs import write_whole

_PAGE = Markup(
    """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<main>
<h1>{title}</h1>
<p>{lead}</p>
{sections}
</main>
</body>
</html>
"""
)


def page(title: str, lead: str, sections: Iterable[Markup]) -> Markup:
    """A complete HTML document."""
    style = stylesheet("plot.css") + stylesheet("page.css")
    return _PAGE.format(title=title, lead=lead, style=style, sections=Markup("\n").join(sections))


def section(heading: str, *parts: Markup | Plot | None) -> Markup:
    """A section; empty if it has no parts."""
    non_empty = [part for part in parts if part]
    if not non_empty:
        return Markup("")
    return Markup("<section><h2>{}</h2>\n{}</section>").format(heading, Markup("\n").join(non_empty))


def paragraph(text: str) -> Markup:
    return Markup("<p>{}</p>").format(text)


def table(columns: Sequence[str], rows: Iterable[Sequence[object]], caption: str = "") -> Markup:
    """A table whose first column has the row headers. Cells that look like numbers are right-aligned."""
    head = Markup("").join(Markup('<th scope="col">{}</th>').format(name) for name in columns)
    body = Markup("\n").join(_row(row) for row in rows)
    title = Markup("<caption>{}</caption>").format(caption) if caption else ""
    return Markup(
        '<div class="scroll" tabindex="0"><table>{}<thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>'
    ).format(title, head, body)


def pairs(values: Mapping[str, object]) -> Markup:
    """A list of names and values, such as the settings of a run."""
    return table(("", ""), list(values.items()))


def write_page(path: Path, made: str) -> None:
    """Writes the page. Raises UsageError if it cannot be written."""
    write_whole(path, made.encode())


def _row(cells: Sequence[object]) -> Markup:
    name, *rest = cells
    values = Markup("").join(Markup("<td>{}</td>").format(_cell_text(cell)) for cell in rest)
    return Markup('<tr><th scope="row">{}</th>{}</tr>').format(_cell_text(name), values)


def _cell_text(cell: object) -> object:
    return f"{cell:.3f}" if isinstance(cell, float) else cell
