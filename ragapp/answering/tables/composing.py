"""Composes the statements of an answer from tables: values as printed, formulas, and what they cite."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Final, NamedTuple

from ragapp.answering.tables.computing import Computed, shown
from ragapp.answering.tables.outcome import TableAnswer, time_name
from ragapp.answering.tables.query import Operation
from ragapp.answering.tables.sources import CellPlace
from ragapp.tables.periods import names_no_more_than_a_time
from ragapp.tables.units import is_currency, says_only_units

MOST_WITH_HEADS = 6
"""Cells whose row and column heads are cited with them."""

MOST_COMPARED = 6
"""Cells that are named beside the one that was chosen among them."""

_SIGNS: Final[Mapping[str, str]] = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "INR": "₹"}
_SCALES: Final[Mapping[int, str]] = {
    3: "thousand",
    5: "lakh",
    6: "million",
    7: "crore",
    9: "billion",
    12: "trillion",
}
_TITLES: Final[Mapping[Operation, str]] = {
    "sum": "Sum",
    "difference": "Difference",
    "change": "Change",
    "percentage change": "Percentage change",
    "ratio": "Ratio",
    "percentage": "Percentage",
    "average": "Average",
}


class Composed(NamedTuple):
    """A sentence of an answer. `value` is the part of `text` that answers; `cells` are those it rests on."""

    text: str
    value: str
    cells: tuple[CellPlace, ...]
    formula: str | None = None


def compose_answer(answer: TableAnswer) -> list[Composed]:
    """The sentences of the answer, the headline first."""
    if answer.computed is not None:
        return [_of_computed(answer, answer.computed)]
    if answer.count is not None:
        return [_of_count(answer, answer.count)]
    if answer.names is not None:
        return [_of_names(answer, answer.names)]
    return [_of_cell(place) for place in answer.cells]


def spans_of(cells: tuple[CellPlace, ...]) -> Iterator[tuple[CellPlace | None, int, int, CellPlace]]:
    """What is cited for cells: (the cell, or None for a head, start and end in the document, its place)."""
    for place in cells:
        yield place, place.cell.start, place.cell.end, place
    if len(cells) > MOST_WITH_HEADS:
        return
    for place in cells:
        for at in (*place.row.cells[-1:], *place.column.cells):
            head = place.source.table.header_cells.get(at)
            if head is not None:
                yield None, head.start, head.end, place


def row_name(place: CellPlace) -> str:
    """The row's sections and name, in words; the name of a total says what it adds up."""
    if place.row.total and " " in place.row.name:
        return place.row.name
    return " › ".join(place.row.path) or place.source.table.caption


def column_name(place: CellPlace) -> str:
    return " › ".join(place.column.path)


def printed(place: CellPlace) -> str:
    """A cell's value as printed, with the unit and the scale that its table gives it."""
    cell = place.cell
    if not isinstance(cell.value, Decimal):
        return cell.text
    return with_unit(cell.text, cell.unit, cell.scale)


def with_unit(text: str, unit: str | None, scale: int) -> str:
    """A printed number with its unit and the word for its scale, unless it has them."""
    word = _SCALES.get(scale, "")
    has_own = any(not (one.isdigit() or one in ".,()−–-— %") for one in text)
    if unit == "%":
        return text if "%" in text else f"{text}%"
    if unit and is_currency(unit) and not has_own:
        sign = _SIGNS.get(unit, f"{unit} ")
        text = f"−{sign}{text[1:]}" if text.startswith(("−", "-")) else f"{sign}{text}"
    elif unit and not is_currency(unit) and not has_own:
        word = " ".join(filter(None, (word, unit)))
    return f"{text} {word}".rstrip() if word and word not in text.lower() else text


def _of_cell(place: CellPlace) -> Composed:
    value = printed(place)
    heads = [row_name(place)] if place.row.path else []
    over = " › ".join(part for part in place.column.path if not says_only_units(part))
    when = time_name(place) if place.period else ""
    if over and not (when and names_no_more_than_a_time(over)):
        heads.append(over)
    elif when and not names_no_more_than_a_time(row_name(place)):
        heads.append(when)
    name = ", ".join(heads)
    return Composed(f"{name}: {value}." if name else f"{value}.", value, (place,))


def _of_computed(answer: TableAnswer, computed: Computed) -> Composed:
    text = shown(round(computed.value, computed.decimals), computed.decimals)
    value = with_unit(text, computed.unit, computed.scale)
    if len(computed.operands) == 1:
        return Composed(f"{_title(answer, computed)}: {value}.", value, computed.operands)
    formula = f"{computed.formula} = {value}"
    return Composed(f"{_title(answer, computed)}: {formula}.", value, computed.operands, formula)


def _title(answer: TableAnswer, computed: Computed) -> str:
    """What is computed, in words: "Change in Total sales from 2018 to 2019"."""
    first, last = computed.operands[0], computed.operands[-1]
    times = list(dict.fromkeys(time_name(place) for place in computed.operands if place.period))
    names = list(dict.fromkeys(row_name(place) for place in computed.operands))
    if answer.title:
        return f"{answer.title[:1].upper()}{answer.title[1:]}" + (f", {times[0]}" if len(times) == 1 else "")
    title = _TITLES[answer.query.operation]
    if answer.query.operation in {"change", "percentage change"} and len(names) == 1:
        between = f" from {time_name(last)} to {time_name(first)}" if first.period and last.period else ""
        return f"{title} in {names[0]}{between}"
    joined = {"ratio": " to ", "percentage": " in "}.get(answer.query.operation, " and ")
    when = f", {', '.join(times)}" if times else ""
    return f"{title} of {joined.join(names)}{when}"


def _of_count(answer: TableAnswer, count: int) -> Composed:
    named = "; ".join(
        f"{_place_name(answer, place)}: {printed(place)}" for place in answer.cells[:MOST_COMPARED]
    )
    label = "" if answer.query.condition is None or count else "none; "
    return Composed(f"{count} ({label}{named}).", str(count), answer.cells)


def _of_names(answer: TableAnswer, names: tuple[str, ...]) -> Composed:
    value = "; ".join(names)
    if answer.query.operation == "list":
        return Composed(f"{value}.", value, answer.cells)
    line = row_name(answer.cells[0]) if answer.query.wanted == "period" else column_name(answer.cells[0])
    compared = "; ".join(
        f"{_place_name(answer, place)}: {printed(place)}" for place in answer.cells[:MOST_COMPARED]
    )
    more = f" ({line}: {compared})" if line else f" ({compared})"
    return Composed(f"{value}{more}.", value, answer.cells[:MOST_COMPARED])


def _place_name(answer: TableAnswer, place: CellPlace) -> str:
    return time_name(place) if answer.query.wanted == "period" else place.row.name
