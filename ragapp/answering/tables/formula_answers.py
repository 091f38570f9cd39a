"""Answers by a formula of the catalogue: "What was the current ratio in 2019?"."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from ragapp.answering.tables.catalogue import Catalogue, Formula, expression_of
from ragapp.answering.tables.computing import Computed, MixedUnitsError, shown
from ragapp.answering.tables.expressions import LineTerm, evaluate, written
from ragapp.answering.tables.labels import label_stems
from ragapp.answering.tables.lines import Match, at_times, in_order, match_lines, when
from ragapp.answering.tables.outcome import Outcome, TableAnswer
from ragapp.answering.tables.query import TableQuery
from ragapp.answering.tables.sources import CellPlace, Line, TableSource
from ragapp.answering.tables.times import Time
from ragapp.tables.units import is_currency

NAMED = 0.9
"""The share of a line's name that one of its usual names must have."""

STATEMENT = 15
"""Rows of a table from which it is taken for a statement."""

SURE = 0.9
"""The confidence in a formula whose lines are all found."""

EXPLAINED = 0.6
"""The least share of a question's stems that a formula's name and the title of the tables must have."""

_SIGNED = frozenset(
    {"net income", "operating income", "income before taxes", "income taxes", "operating cash flow", "equity"}
)
"""Lines that may be negative. A negative value of another one is a change of it, or of something else."""

_VERBS = frozenset(
    {"generat", "earn", "make", "have", "had", "spend", "pay", "paid", "balanc", "sheet", "statement", "usd"}
)
_DECIMALS = {"amount": 0, "ratio": 2, "percentage": 1, "days": 1}
_UNITS = {"ratio": None, "percentage": "%", "days": "days"}


def answer_by_formula(query: TableQuery, sources: Sequence[TableSource], catalogue: Catalogue) -> Outcome:
    """The value of the formula that the question names; None when it names none, or a line is missing."""
    named = catalogue.named_in(query.text)
    if named is None or not sources:
        return None
    formula, name = named
    is_line = formula.computes == f"{{{formula.names[0]}}}"
    if _explained(query, name, sources) < (1.0 if is_line else EXPLAINED):
        return None
    try:
        found = _Operands(catalogue, formula, query.times, sources)
        computed = found.computed()
    except (LookupError, MixedUnitsError, ZeroDivisionError):
        return None
    return TableAnswer(query, computed.operands, SURE, computed, title=name)


def _explained(query: TableQuery, name: str, sources: Sequence[TableSource]) -> float:
    """The share of the question's stems that the formula's name and the tables' titles have."""
    stems = query.stems - _VERBS
    known = stems & frozenset(label_stems(name))
    about = {one for one in stems - known if any(source.is_about(one) for source in sources[:1])}
    return len(known | about) / len(stems) if stems else 0.0


class _Operands:
    """The cells that a formula takes, at one time."""

    def __init__(
        self, catalogue: Catalogue, formula: Formula, times: Sequence[Time], sources: Sequence[TableSource]
    ) -> None:
        """Raises LookupError when a line is not found, or not at the time."""
        self._formula = formula
        self._expression = expression_of(formula)
        terms = list(dict.fromkeys(self._expression.terms()))
        latest = max(times, key=lambda one: (one.year, one.quarter or 0), default=None)
        self._cells: dict[LineTerm, tuple[CellPlace, ...]] = {}
        for term in terms:
            self._cells[term] = self._found(catalogue.usual_names(term.name), term, latest, sources)
            latest = latest or _time_of(self._cells[term][0])

    def computed(self) -> Computed:
        """Raises MixedUnitsError when the cells have different currencies."""
        places = tuple(place for cells in self._cells.values() for place in cells)
        if len({cells[0] for cells in self._cells.values()}) < len(self._cells):
            raise LookupError("Two lines are the same cell.")
        units = {place.cell.unit for place in places if place.cell.unit and is_currency(place.cell.unit)}
        if len(units) > 1:
            raise MixedUnitsError(", ".join(sorted(units)))
        scale = max(place.cell.scale for place in places)
        value = evaluate(self._expression, lambda term: self._value(term, scale))
        formula = written(self._expression, lambda term: self._shown(term, scale))
        gives = self._formula.gives
        if gives == "percentage":
            value *= 100
        unit = _UNITS[gives] if gives in _UNITS else next(iter(units), None)
        decimals = (
            max((_decimals(one) for one in places), default=0) if gives == "amount" else _DECIMALS[gives]
        )
        return Computed(value, unit, scale if gives == "amount" else 0, formula, places, decimals)

    def _value(self, term: LineTerm, scale: int) -> Decimal:
        """The value of a term; costs and payments are amounts, however a report signs them."""
        values = self._values(term, scale)
        return sum(values, Decimal(0)) / len(values)

    def _values(self, term: LineTerm, scale: int) -> list[Decimal]:
        values = [_in_scale(place, scale) for place in self._cells[term]]
        return [abs(one) for one in values] if _is_outflow(term) else values

    def _shown(self, term: LineTerm, scale: int) -> str:
        texts = [f"({shown(one)})" if one < 0 else shown(one) for one in self._values(term, scale)]
        return texts[0] if len(texts) == 1 else f"(({' + '.join(texts)}) ÷ {len(texts)})"

    @staticmethod
    def _found(
        names: Sequence[str], term: LineTerm, time: Time | None, sources: Sequence[TableSource]
    ) -> tuple[CellPlace, ...]:
        """The cells of the first usual name that a large table has, as statements are, or else any table."""
        found = [
            (len(match.line.source.table.rows) >= STATEMENT, cells)
            for name in names
            for match in _matches(name, sources)
            if (cells := _at(match.line, term, time))
            and (term.name in _SIGNED or _is_outflow(term) or _amount(cells[0]) > 0)
        ]
        if not found:
            raise LookupError(term.name)
        return max(found, key=lambda one: one[0])[1]


def _matches(name: str, sources: Sequence[TableSource]) -> list[Match]:
    """The lines that have a usual name, and nothing else in theirs."""
    found = match_lines(name, sources)
    return [one for one in found if one.named >= NAMED and one.explained >= NAMED and not one.line.over]


def _at(line: Line, term: LineTerm, time: Time | None) -> tuple[CellPlace, ...]:
    """The cells of a term; none when the line does not have them."""
    numbers = [place for place in in_order(line.places) if isinstance(place.cell.value, Decimal)]
    at = at_times(line, [time])[0] if time else numbers[-1:]
    if not at or not isinstance(at[0].cell.value, Decimal):
        return ()
    before = [place for place in numbers if when(place) < when(at[0])][-1:]
    if term.when == "before":
        return tuple(before)
    if term.when == "average":
        return (*at[:1], *before) if before else ()
    return tuple(at[:1])


def _time_of(place: CellPlace) -> Time | None:
    return Time(place.period.year) if place.period else None


def _amount(place: CellPlace) -> Decimal:
    return place.cell.amount or Decimal(0)


def _is_outflow(term: LineTerm) -> bool:
    """Whether a line is a cost or a payment, which some reports print in parentheses."""
    return term.name in {"cost of revenue", "capital expenditure", "dividends", "interest expense"}


def _in_scale(place: CellPlace, scale: int) -> Decimal:
    value = place.cell.value
    assert isinstance(value, Decimal)
    return value.scaleb(place.cell.scale - scale) if place.cell.scale != scale else value


def _decimals(place: CellPlace) -> int:
    value = place.cell.value
    return max(0, -int(value.as_tuple().exponent)) if isinstance(value, Decimal) else 0
