"""Charts of Office documents: their title, and their data as a table."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from ingest.parse.date_format import shown_date
from ingest.parse.number_format import shown_number
from ingest.parse.office_parts import drawn_lines
from ragapp.text.builder import SourceCell, TextBuilder

_CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
_NEWER = "{http://schemas.microsoft.com/office/drawing/2014/chartex}"

MOST_POINTS = 10_000
"""The most points of a series that are read."""

_Points = dict[int, str]
"""Texts or numbers as they are shown, by their place."""


def write_chart(root: Element, out: TextBuilder) -> None:
    """Writes the title of a chart, and its data as a table with a row for each category."""
    chart = root if root.tag == f"{_CHART}chart" else root.find(f".//{_CHART}chart")
    if chart is None:
        _write_newer(root, out)
        return
    title = _title(chart)
    categories, values = (_axis_title(chart, kinds) for kinds in (("catAx", "dateAx"), ("valAx",)))
    out.paragraph(f"{title} ({values})" if title and values else title or values)
    plots = chart.find(f"{_CHART}plotArea")
    for plot in plots if plots is not None else ():
        series = [list(_columns(one)) for one in plot.findall(f"{_CHART}ser")]
        if series:
            _write_data(
                [_labels(plot), *(column for one in series for column in one)], categories, title, out
            )


def _write_data(columns: list[tuple[str, _Points]], corner: str, title: str, out: TextBuilder) -> None:
    """Writes the first column, which names the rows, and those of the series beside it."""
    places = sorted({place for _, points in columns for place in points})[:MOST_POINTS]
    header = [SourceCell(name, header=True) for name, _ in columns]
    header[0] = SourceCell(corner, header=True)
    out.table([header, *([points.get(place, "") for _, points in columns] for place in places)], title)


def _columns(series: Element) -> Iterator[tuple[str, _Points]]:
    """The columns of figures of a series: one, or those of both axes."""
    name = _text(series.find(f"{_CHART}tx"))
    for tag, suffix in (("xVal", " (x)"), ("val", ""), ("yVal", ""), ("bubbleSize", " (size)")):
        found = series.find(f"{_CHART}{tag}")
        if found is not None:
            yield f"{name}{suffix}", _points(found)


def _labels(plot: Element) -> tuple[str, _Points]:
    """The categories of the first series that has some."""
    found = plot.find(f"{_CHART}ser/{_CHART}cat")
    return "", _points(found) if found is not None else {}


def _points(data: Element) -> _Points:
    """The points of a series; those of several levels are joined, the outer one first."""
    levels = data.findall(f".//{_CHART}lvl")
    if levels:
        inner = _listed(levels[0], "")
        outer = [_carried(_listed(level, ""), max(inner, default=0)) for level in reversed(levels[1:])]
        return {
            at: " ".join(filter(None, (*(one.get(at, "") for one in outer), text)))
            for at, text in inner.items()
        }
    return _listed(data, data.findtext(f".//{_CHART}formatCode") or "")


def _listed(data: Element, code: str) -> _Points:
    points: _Points = {}
    for point in data.iter(f"{_CHART}pt"):
        index = point.get("idx", "")
        if index.isdecimal() and len(index) < len(str(MOST_POINTS)):
            points[int(index)] = _shown(point.findtext(f"{_CHART}v") or "", point.get("formatCode") or code)
    return points


def _carried(points: _Points, last: int) -> _Points:
    """An outer level names the first of the categories that it stands for."""
    filled, current = _Points(), ""
    for at in range(last + 1):
        current = points.get(at, current)
        filled[at] = current
    return filled


def _shown(text: str, code: str) -> str:
    try:
        value = float(text)
    except ValueError:
        return text
    return shown_date(value, code) or shown_number(value, code) if code else text


def _title(parent: Element) -> str:
    return _text(parent.find(f"{_CHART}title"))


def _axis_title(chart: Element, kinds: tuple[str, ...]) -> str:
    axes = (axis for kind in kinds for axis in chart.iter(f"{_CHART}{kind}"))
    return next(filter(None, map(_title, axes)), "")


def _text(element: Element | None) -> str:
    """The text of a title or the name of a series, written there or taken from a cell."""
    if element is None:
        return ""
    return " ".join(drawn_lines(element)) or " ".join(
        value.text or "" for value in element.iter(f"{_CHART}v")
    )


def _write_newer(root: Element, out: TextBuilder) -> None:
    """Writes a chart of the newer kinds, such as a waterfall."""
    title = " ".join(line for found in root.iter(f"{_NEWER}title") for line in drawn_lines(found))
    out.paragraph(title)
    for data in root.iter(f"{_NEWER}data"):
        columns = [
            ("", {int(point.get("idx", "0")): point.text or "" for point in level.iter(f"{_NEWER}pt")})
            for level in data.iter(f"{_NEWER}lvl")
        ]
        if columns:
            names = [name.text or "" for name in root.iter(f"{_NEWER}v")]
            labelled = [columns[0], *((names[0] if names else "", points) for _, points in columns[1:])]
            _write_data(labelled, "", title, out)
