"""Answers questions from the cells of tables: look-ups, and the closed set of operations."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from ragapp.answering.tables.arithmetic import average_of, change_of, difference_of, quotient_of, sum_of
from ragapp.answering.tables.catalogue import Catalogue, built_in
from ragapp.answering.tables.choosing import extreme_of, filtered
from ragapp.answering.tables.computing import MixedUnitsError
from ragapp.answering.tables.finding import is_plain
from ragapp.answering.tables.formula_answers import answer_by_formula
from ragapp.answering.tables.labels import label_stems
from ragapp.answering.tables.lines import best_lines
from ragapp.answering.tables.listing import count_of, list_of
from ragapp.answering.tables.lookup import look_up
from ragapp.answering.tables.outcome import CONFIDENT, Outcome, TableAnswer, TableRefusal
from ragapp.answering.tables.query import Operation, TableQuery, asks_value, read_query
from ragapp.answering.tables.sources import TableSource
from ragapp.answering.tables.times import without_times

_ANSWERS: Final[Mapping[Operation, Callable[[TableQuery, Sequence[TableSource]], Outcome]]] = {
    "look up": look_up,
    "sum": sum_of,
    "difference": difference_of,
    "change": change_of,
    "percentage change": change_of,
    "ratio": quotient_of,
    "percentage": quotient_of,
    "average": average_of,
    "extreme": extreme_of,
    "filter": filtered,
    "count": count_of,
    "list": list_of,
}
_ALSO_NAMES: Final = frozenset({"sum", "average", "percentage", "change", "percentage change"})
"""Operations whose words may be part of a line's name: "Net change in cash", "Average balance"."""

_NAMES_FORMULA: Final = frozenset({"look up", "ratio", "percentage"})
"""Operations whose wording a formula's name may have: "the current ratio", "capex as a percentage of …"."""

_OPERATION_STEMS: Final = frozenset(
    {"chang", "increas", "decreas", "averag", "growth", "percentag", "declin"}
)


def answer_from_tables(
    question: str, sources: Sequence[TableSource], catalogue: Catalogue | None = None
) -> Outcome:
    """The answer to a question by the tables that have the line it names, or else by a formula."""
    if not asks_value(question):
        return None
    query = read_query(question)
    answers = (_answer(reading, sources) for reading in _readings(query, sources))
    outcome = next((outcome for outcome in answers if outcome is not None), None)
    if query.operation not in _NAMES_FORMULA:
        return outcome
    catalogue = catalogue or built_in()
    if isinstance(outcome, TableAnswer) and _is_certain(outcome, catalogue):
        return outcome
    return answer_by_formula(query, sources, catalogue) or outcome


def _is_certain(outcome: TableAnswer, catalogue: Catalogue) -> bool:
    """Whether the row that was found is meant, and not named by a part of a formula's name alone: "working
    capital" in "working capital ratio"."""
    if outcome.confidence < CONFIDENT:
        return False
    named = catalogue.named_in(outcome.query.text)
    row = frozenset(label_stems(outcome.cells[0].row.name))
    return named is None or not row < frozenset(label_stems(named[1]))


def _answer(query: TableQuery, sources: Sequence[TableSource]) -> Outcome:
    try:
        return _ANSWERS[query.operation](query, sources)
    except MixedUnitsError as error:
        return TableRefusal(query, f"The values have different units ({error}), so they are not combined.")
    except ZeroDivisionError:
        return TableRefusal(query, "The value to divide by is zero.")


def _readings(query: TableQuery, sources: Sequence[TableSource]) -> list[TableQuery]:
    """The query, and how else it can be meant, the likelier first."""
    plain = replace(query, operation="look up", targets=(without_times(query.text),))
    if query.operation not in _ALSO_NAMES:
        return [query]
    if query.each or _is_in_name(plain, sources):
        return [plain, query]
    return [query, plain]


def _is_in_name(plain: TableQuery, sources: Sequence[TableSource]) -> bool:
    """Whether a line that the question names as a whole has the word for the operation in its name."""
    if len(plain.times) > 1:
        return False
    matches = best_lines(plain.targets[0], sources)
    return is_plain(matches) and bool(matches[0].line.own & _OPERATION_STEMS & plain.stems)
