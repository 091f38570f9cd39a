"""The closed set of operations over cells, in decimal arithmetic, with their formula."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from ragapp.answering.tables.sources import CellPlace


class MixedUnitsError(ValueError):
    """The operands have different units, so that the operation means nothing."""


@dataclass(frozen=True, slots=True)
class Computed:
    """A computed number. `value` is exact, a multiple of ten to the power of `scale`. `formula` shows the
    operands as printed, without the result.
    """

    value: Decimal
    unit: str | None
    scale: int
    formula: str
    operands: tuple[CellPlace, ...]
    decimals: int


def add(places: Sequence[CellPlace]) -> Computed:
    unit, scale = _shared(places)
    values = [_number(place, scale) for place in places]
    return _made(sum(values, Decimal(0)), unit, scale, _joined(values), places)


def average(places: Sequence[CellPlace]) -> Computed:
    unit, scale = _shared(places)
    values = [_number(place, scale) for place in places]
    mean = sum(values, Decimal(0)) / len(values)
    made = _made(mean, unit, scale, f"({_joined(values)}) ÷ {len(values)}", places)
    exact = mean == round(mean, made.decimals)
    return Computed(mean, unit, scale, made.formula, made.operands, made.decimals + (0 if exact else 1))


def difference(first: CellPlace, second: CellPlace) -> Computed:
    """The first less the second."""
    unit, scale = _shared((first, second))
    a, b = _number(first, scale), _number(second, scale)
    return _made(a - b, unit, scale, f"{shown(a)} − {_bracketed(b)}", (first, second))


def percentage_change(later: CellPlace, earlier: CellPlace) -> Computed:
    """The change from the earlier to the later value, in percent of the earlier one. Raises
    ZeroDivisionError.
    """
    _, scale = _shared((later, earlier))
    a, b = _number(later, scale), _number(earlier, scale)
    if not b:
        raise ZeroDivisionError
    formula = f"({shown(a)} − {_bracketed(b)}) ÷ {_bracketed(b)}"
    return Computed((a - b) / b * 100, "%", 0, formula, (later, earlier), 1)


def ratio(first: CellPlace, second: CellPlace, *, percentage: bool) -> Computed:
    """The first divided by the second, as a percentage if wanted. Raises ZeroDivisionError."""
    _, scale = _shared((first, second))
    a, b = _number(first, scale), _number(second, scale)
    if not b:
        raise ZeroDivisionError
    factor, unit, decimals = (100, "%", 1) if percentage else (1, None, 2)
    return Computed(a / b * factor, unit, 0, f"{shown(a)} ÷ {_bracketed(b)}", (first, second), decimals)


def shown(value: Decimal, decimals: int | None = None) -> str:
    """A number with separators for thousands and a true minus sign."""
    places = max(0, -int(value.as_tuple().exponent)) if decimals is None else decimals
    return f"{value:,.{places}f}".replace("-", "−")


def _bracketed(value: Decimal) -> str:
    return f"({shown(value)})" if value < 0 else shown(value)


def _joined(values: Sequence[Decimal]) -> str:
    first, *others = values
    return shown(first) + "".join(
        f" − {shown(-value)}" if value < 0 else f" + {shown(value)}" for value in others
    )


def _shared(places: Sequence[CellPlace]) -> tuple[str | None, int]:
    """The unit and the scale of the operands. Raises MixedUnitsError."""
    units = {place.cell.unit for place in places if place.cell.value}
    if len(units) > 1:
        raise MixedUnitsError(", ".join(sorted(str(unit) for unit in units)))
    scales = [place.cell.scale for place in places if place.cell.value] or [0]
    return (units.pop() if units else places[0].cell.unit), max(scales)


def _number(place: CellPlace, scale: int) -> Decimal:
    value = place.cell.value
    if not isinstance(value, Decimal):
        raise MixedUnitsError("text")
    return value.scaleb(place.cell.scale - scale) if value and place.cell.scale != scale else value


def _made(
    value: Decimal, unit: str | None, scale: int, formula: str, places: Sequence[CellPlace]
) -> Computed:
    exponents = [
        -int(place.cell.value.as_tuple().exponent)
        for place in places
        if isinstance(place.cell.value, Decimal)
    ]
    return Computed(value, unit, scale, formula, tuple(places), max(0, *exponents, 0))
