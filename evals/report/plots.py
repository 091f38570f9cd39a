"""Plots. Each function returns None if there is nothing to draw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from evals.report import axes
from evals.report.axes import HEIGHT, RIGHT, TOP, WIDTH, Axis, Format
from evals.report.figure import Plot
from evals.report.page import table

COLOURS = 6
BINS = 24
ROW = 30
"""The height of a bar with its interval, in pixels."""
NAMES = 225
"""The width of the names of bars, in pixels."""


@dataclass(frozen=True, slots=True)
class PlotLine:
    """A curve of points (x, y) from left to right. A `bound` is a thin line without a name."""

    name: str
    points: Sequence[tuple[float, float]]
    bound: Sequence[tuple[float, float]] = ()


@dataclass(frozen=True, slots=True)
class PlotBar:
    """A bar with the interval of its value."""

    name: str
    value: float
    low: float
    high: float


def lines(
    caption: str,
    drawn: Sequence[PlotLine],
    x_label: str,
    y_label: str,
    *,
    form: Format = axes.plain,
    places: Sequence[str] = (),
    marks: Sequence[tuple[float, float, str]] = (),
) -> Plot | None:
    """Draws curves that differ in colour and dashes. `marks` are single points with a name.

    With `places`, x is an index into these names, which label the axis instead of numbers.
    """
    points = [point for line in drawn for point in (*line.points, *line.bound)]
    if not points:
        return None
    x = (
        axes.named(x_label, places)
        if places
        else axes.across(x_label, min(0.0, *(p[0] for p in points)), max(p[0] for p in points), form)
    )
    y = axes.upwards(y_label, min(0.0, *(p[1] for p in points)), max(p[1] for p in points), form)
    parts = [axes.frame(x, y)]
    for place, line in enumerate(drawn):
        parts += [_curve(line.points, place, x, y), _legend(line.name, place, len(drawn))]
        if line.bound:
            parts.append(_polyline(line.bound, f"curve bound s{place % COLOURS}", x, y))
    parts += [_mark(x.at(a), y.at(b), name) for a, b, name in marks]
    rows = [(line.name, x.form(round(a, 4)), form(round(b, 4))) for line in drawn for a, b in line.points]
    return Plot(caption, HEIGHT, parts, table(("", x_label, y_label), rows))


def bars(caption: str, drawn: Sequence[PlotBar], x_label: str) -> Plot | None:
    """Draws horizontal bars, each with its interval as a line."""
    if not drawn:
        return None
    height = TOP + ROW * len(drawn) + 46
    low = min(0.0, *(bar.low for bar in drawn))
    ticks = axes.round_ticks(low, max(bar.high for bar in drawn))
    x = Axis(x_label, ticks[0], ticks[-1], NAMES, WIDTH - RIGHT, ticks, axes.plain)
    parts = [_bar(bar, TOP + ROW * place, x) for place, bar in enumerate(drawn)]
    parts += [axes.text(x.at(tick), height - 26, axes.plain(tick), "middle") for tick in ticks]
    parts.append(axes.text((NAMES + WIDTH) / 2, height - 6, x_label, "middle"))
    rows = [(bar.name, bar.value, f"{bar.low:.3f} to {bar.high:.3f}") for bar in drawn]
    return Plot(caption, height, parts, table(("", "value", "95% interval"), rows))


def histogram(caption: str, values: Sequence[float], x_label: str) -> Plot | None:
    """Draws a histogram up to the 99th percentile; larger values are counted in the last bin."""
    if not values:
        return None
    top = float(np.quantile(values, 0.99)) or 1.0
    counts, edges = np.histogram(np.minimum(values, top), bins=BINS, range=(0.0, top))
    x, y = axes.across(x_label, 0.0, top), axes.upwards("how many", 0.0, float(counts.max()))
    parts = [axes.frame(x, y)]
    parts += [
        _rect(x.at(left) + 1, y.at(count), x.at(right) - x.at(left) - 2, y.at(0.0) - y.at(count), 0)
        for count, left, right in zip(counts.tolist(), edges, edges[1:], strict=False)
    ]
    quantiles = [(f"p{q}", f"{np.percentile(values, q):.1f}") for q in (5, 25, 50, 75, 95, 99)]
    return Plot(caption, HEIGHT, parts, table(("", x_label), quantiles))


def differences(caption: str, values: Sequence[float], y_label: str) -> Plot | None:
    """Draws a bar for each question, from the largest gain to the largest loss, without those that did not
    change.
    """
    moved = sorted((value for value in values if value), reverse=True)
    if not moved:
        return None
    x = axes.across("questions that changed", 0.0, float(len(moved)))
    y = axes.upwards(y_label, min(0.0, moved[-1]), max(0.0, moved[0]))
    parts = [axes.frame(x, y)]
    for place, value in enumerate(moved):
        top, bottom = sorted((y.at(value), y.at(0.0)))
        width = max(1.0, x.at(place + 1.0) - x.at(place) - 1)
        parts.append(_rect(x.at(place), top, width, bottom - top, 2 if value > 0 else 4))
    better = sum(value > 0 for value in moved)
    rows = [("better", better), ("worse", len(moved) - better), ("the same", len(values) - len(moved))]
    return Plot(caption, HEIGHT, parts, table(("", "questions"), rows))


def _curve(points: Sequence[tuple[float, float]], place: int, x: Axis, y: Axis) -> Markup:
    if len(points) == 1:  # a line of one point would not be seen
        ((a, b),) = points
        return Markup('<circle class="f{}" cx="{}" cy="{}" r="5"/>').format(place % COLOURS, x.at(a), y.at(b))
    return _polyline(points, f"curve s{place % COLOURS} d{place % COLOURS}", x, y)


def _polyline(points: Sequence[tuple[float, float]], style: str, x: Axis, y: Axis) -> Markup:
    along = " ".join(f"{x.at(a)},{y.at(b)}" for a, b in points)
    return Markup('<polyline class="{}" points="{}"/>').format(style, along)


def _legend(name: str, place: int, many: int) -> Markup:
    """Draws an entry of the legend at the lower right, where rising curves leave room."""
    y = HEIGHT - 62 - 18 * (many - 1 - place)
    line = Markup('<line class="curve s{} d{}" x1="{}" x2="{}" y1="{}" y2="{}"/>').format(
        place % COLOURS, place % COLOURS, WIDTH - 210, WIDTH - 180, y, y
    )
    return line + axes.text(WIDTH - 172, y + 4, name)


def _mark(x: float, y: float, name: str) -> Markup:
    return Markup('<circle class="f0" cx="{}" cy="{}" r="5"/>').format(x, y) + axes.text(x + 8, y - 8, name)


def _bar(bar: PlotBar, top: float, x: Axis) -> Markup:
    middle = top + 11
    left, right = sorted((x.at(0.0), x.at(bar.value)))
    interval = Markup('<line class="whisker" x1="{}" x2="{}" y1="{}" y2="{}"/>').format(
        x.at(bar.low), x.at(bar.high), middle, middle
    )
    name = axes.text(NAMES - 8, middle + 4, bar.name, "end")
    body = Markup('<rect class="bar" x="{}" y="{}" width="{}" height="22"/>')
    return name + body.format(left, top, round(max(1.0, right - left), 1)) + interval


def _rect(x: float, y: float, width: float, height: float, place: int) -> Markup:
    return Markup('<rect class="f{}" x="{}" y="{}" width="{}" height="{}"/>').format(
        place % COLOURS, round(x, 1), round(y, 1), round(width, 1), round(max(0.0, height), 1)
    )
