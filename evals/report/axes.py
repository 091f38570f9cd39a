"""Axes of plots: they map values to pixels, and draw ticks and grid lines."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

WIDTH, HEIGHT = 720, 360
LEFT, RIGHT, TOP, BOTTOM = 62, 20, 16, 46

Format = Callable[[float], str]


@dataclass(frozen=True, slots=True)
class Axis:
    """An axis that maps values from `low` to `high` to pixels `start` to `end`. `form` formats the label of a
    tick.
    """

    label: str
    low: float
    high: float
    start: float
    end: float
    ticks: Sequence[float]
    form: Format

    def at(self, value: float) -> float:
        share = (value - self.low) / ((self.high - self.low) or 1.0)
        return round(self.start + share * (self.end - self.start), 1)


def plain(value: float) -> str:
    return f"{value:g}"


def percent(value: float) -> str:
    return f"{100 * value:g}%"


def across(label: str, low: float, high: float, form: Format = plain) -> Axis:
    """A horizontal axis."""
    return _axis(label, low, high, LEFT, WIDTH - RIGHT, form)


def named(label: str, names: Sequence[str]) -> Axis:
    """A horizontal axis with a name at each integer from 0."""
    last = len(names) - 1.0
    ticks = [float(place) for place in range(len(names))]
    return Axis(label, 0.0, last, LEFT + 10, WIDTH - RIGHT - 10, ticks, lambda place: names[int(place)])


def upwards(label: str, low: float, high: float, form: Format = plain) -> Axis:
    """A vertical axis."""
    return _axis(label, low, high, HEIGHT - BOTTOM, TOP, form)


def round_ticks(low: float, high: float, about: int = 5) -> list[float]:
    """Round numbers that cover `low` to `high`: multiples of 1, 2 or 5 times a power of ten."""
    if not high > low:
        high = low + 1.0
    rough = (high - low) / about
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(number * step, 10) for number in range(first, last + 1)]


def frame(x: Axis, y: Axis) -> Markup:
    """The grid lines with their numbers, and the labels of the axes."""
    parts = [_horizontal(y.at(tick), y.form(tick)) for tick in y.ticks]
    parts += [text(x.at(tick), HEIGHT - BOTTOM + 18, x.form(tick), "middle") for tick in x.ticks]
    parts.append(text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 8, x.label, "middle"))
    upright = Markup('<text transform="translate(14 {}) rotate(-90)" text-anchor="middle">{}</text>')
    parts.append(upright.format((TOP + HEIGHT - BOTTOM) / 2, y.label))
    return Markup("\n").join(parts)


def text(x: float, y: float, content: str, anchor: str = "start") -> Markup:
    return Markup('<text x="{}" y="{}" text-anchor="{}">{}</text>').format(x, y, anchor, content)


def _horizontal(y: float, content: str) -> Markup:
    line = Markup('<line class="grid" x1="{}" x2="{}" y1="{}" y2="{}"/>').format(LEFT, WIDTH - RIGHT, y, y)
    return line + text(LEFT - 8, y + 4, content, "end")


def _axis(label: str, low: float, high: float, start: float, end: float, form: Format) -> Axis:  # noqa: PLR0917 - all of an axis
    ticks = round_ticks(low, high)
    return Axis(label, min(low, ticks[0]), max(high, ticks[-1]), start, end, ticks, form)
