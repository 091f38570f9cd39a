"""Understands what a question wants of a table: an operation on the cells of lines at certain times."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from re import Match, Pattern
from typing import Final, Literal

from ragapp.answering.tables import patterns
from ragapp.answering.tables.labels import label_stems, names_nothing
from ragapp.answering.tables.times import Time, runs_backwards, times_in, without_times
from ragapp.tables.units import SCALE_WORDS

Operation = Literal[
    "look up",
    "sum",
    "difference",
    "change",
    "percentage change",
    "ratio",
    "percentage",
    "average",
    "extreme",
    "filter",
    "count",
    "list",
]
"""The closed set of what is done with cells. `extreme` is the highest or lowest, `filter` what meets a
condition, `list` the names of rows or periods."""

Wanted = Literal["value", "period", "row"]

LONGEST_QUESTION = 500
"""Characters of a question that are understood."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition on a number: `amount` is compared with the number in full if `scaled`, else with the number
    as printed. Numbers above it meet the condition, or those below, or with `above` None those that equal it.
    """

    above: bool | None
    amount: Decimal
    scaled: bool


NONE_OF = Condition(None, Decimal(0), scaled=False)
"""The condition of "with no open positions"."""


@dataclass(frozen=True, slots=True)
class TableQuery:
    """What a question wants of tables.

    `targets` are the phrases that name lines, in the order of the operation's operands; `splits` are the ways
    in which one phrase can be parted in two. `wanted` is what is asked for: a value, or the period or row
    that has it. A change is `backwards` if it goes from the later time to the earlier. `each` is set when
    several values are asked for: "in 2019 and 2018, respectively".
    """

    text: str
    operation: Operation
    targets: tuple[str, ...]
    times: tuple[Time, ...] = ()
    wanted: Wanted = "value"
    condition: Condition | None = None
    largest: bool = True
    backwards: bool = False
    splits: tuple[tuple[str, str], ...] = ()
    each: bool = False

    @property
    def stems(self) -> frozenset[str]:
        """The stems of the first phrase that could name something."""
        return frozenset(stem for stem in label_stems(self.targets[0]) if not names_nothing({stem}))


def asks_value(question: str) -> bool:
    """Whether a question can be one for cells; "why", "how" and "what does it mean" ask for prose."""
    if patterns.NO_VALUE.search(question[:LONGEST_QUESTION]):
        return False
    return not patterns.DEFINITION.match(question[:LONGEST_QUESTION]) or bool(times_in(question))


def read_query(question: str) -> TableQuery:
    """What the question wants. Every question is a look-up at least; whether a table has it shows later."""
    text = patterns.ASIDE.sub(" ", " ".join(question[:LONGEST_QUESTION].split())).rstrip(" ?.")
    asks = patterns.ASKS_AFTER.search(text)
    text = _with_quantity(asks["asks"] if asks else text)
    each = patterns.EACH.search(text) is not None
    query = TableQuery(text, "look up", (without_times(text),), times_in(text), each=each)
    for reader in _READERS:
        if read := reader(query):
            return read
    return query


def _with_quantity(text: str) -> str:
    """A question that implies a quantity with its name: "the cheapest product" has the lowest price, and what
    "costs more than 200" has a higher price."""
    text = patterns.COSTING.sub(r"\g<asks> with price ", text)
    found = patterns.IMPLIED.match(text)
    if found is None:
        return text
    quantity = patterns.QUANTITIES[(found["first"] or found["second"]).lower()]
    return f"Which {found['noun'] or found['noun2']} has the {quantity}{text[found.end() :]}"


def could_name(phrase: str) -> bool:
    """Whether a phrase has a word that could name a line."""
    return not names_nothing(label_stems(phrase))


def _listing(query: TableQuery) -> TableQuery | None:
    if patterns.CONDITION.search(query.text) or patterns.EXTREME.search(query.text):
        return None
    if patterns.LIST_TIMES.match(query.text):
        return replace(query, operation="list", wanted="period")
    if patterns.LIST_ROWS.search(query.text) and not patterns.COUNT.search(query.text):
        return replace(query, operation="list", wanted="row")
    return None


def _conditional(query: TableQuery) -> TableQuery | None:
    found = patterns.CONDITION.search(query.text)
    none = None if found else patterns.NONE_OF.search(query.text)
    if found:
        rest, made = _without(query.text, found), replace(query, condition=_condition(found))
    elif none:
        rest, made = _without(query.text, none), replace(query, condition=NONE_OF)
    else:
        return None
    if patterns.COUNT_TIMES.search(query.text):
        return replace(
            made, operation="count", wanted="period", targets=(patterns.COUNT_TIMES.sub(" ", rest),)
        )
    if patterns.COUNT.search(query.text):
        return replace(made, operation="count", wanted="row", targets=(rest,))
    if patterns.ASKS_TIME.match(query.text):
        return replace(
            made, operation="filter", wanted="period", targets=(patterns.WHICH_TIME.sub(" ", rest),)
        )
    if patterns.WHICH_ROW.match(query.text):
        return replace(made, operation="filter", wanted="row", targets=(rest,))
    return None


def _condition(found: Match[str]) -> Condition:
    scale = SCALE_WORDS.get((found["scale"] or "").lower())
    number = found["number"].replace(",", "").replace("(", "-").rstrip(".")
    return Condition(bool(found["above"]), Decimal(number).scaleb(scale or 0), scale is not None)


def _extreme(query: TableQuery) -> TableQuery | None:
    found = patterns.EXTREME.search(query.text)
    if not found:
        return None
    rest = _without(query.text, found)
    made = replace(query, operation="extreme", largest=bool(found["largest"]))
    if patterns.WHICH_TIME.search(query.text):
        return replace(made, wanted="period", targets=(patterns.WHICH_TIME.sub(" ", rest),))
    if patterns.WHICH_OR_WHO.match(query.text) or patterns.WHICH_KIND.search(query.text):
        return replace(made, wanted="row", targets=(rest,))
    return replace(made, targets=(rest,)) if patterns.WHAT_EXTREME.match(query.text) else None


def _counting(query: TableQuery) -> TableQuery | None:
    if not patterns.COUNT_LISTED.match(query.text):
        return None
    wanted: Wanted = "period" if patterns.COUNT_TIMES.search(query.text) else "row"
    return replace(
        query, operation="count", wanted=wanted, targets=(patterns.COUNT.sub(" ", query.targets[0]),)
    )


def _changing(query: TableQuery) -> TableQuery | None:
    """A change of a line between two times, as an amount or in percent."""
    for pattern, operation in _CHANGES:
        found = pattern.search(query.text)
        if found is None or patterns.AVERAGE.search(query.text[: found.start()]):
            continue
        if operation == "percentage change" and patterns.IN_POINTS.search(query.text):
            continue
        if found.group().lower() == "change" and not patterns.ASKS_CHANGE.match(query.text):
            continue
        inside = found.groupdict().get("inside")
        target = without_times(inside) if inside else _without(query.text, found)
        return replace(query, operation=operation, targets=(target,), backwards=runs_backwards(query.text))
    return None


def _averaging(query: TableQuery) -> TableQuery | None:
    found = patterns.AVERAGE.search(query.text)
    return replace(query, operation="average", targets=(_without(query.text, found),)) if found else None


def _dividing(query: TableQuery) -> TableQuery | None:
    text = query.targets[0]
    operation: Operation = "percentage" if patterns.AS_PERCENTAGE.search(text) else "ratio"
    if found := (patterns.AS_SHARE.search(text) or patterns.MADE_UP.search(text)):
        return _of_two(query, operation, found["a"], found["b"])
    if found := patterns.NAMED_RATIO.search(text):
        return _of_two(query, "ratio", found["a"], found["b"])
    if patterns.QUOTIENT.search(text) and (found := patterns.OF_WHOLE.search(text)):
        return _parted(query, operation, found["rest"], patterns.PARTS)
    return None


def _subtracting(query: TableQuery) -> TableQuery | None:
    text = query.targets[0]
    if not patterns.DIFFERENCE.search(text):
        return None
    found = patterns.BETWEEN.search(text)
    if found and (parted := _parted(query, "difference", found["rest"], patterns.AND)):
        return parted
    return replace(query, operation="difference", targets=(patterns.DIFFERENCE.sub(" ", text),))


def _adding(query: TableQuery) -> TableQuery | None:
    text = query.targets[0]
    if query.each or not patterns.SUM.search(text):
        return None
    found = patterns.ADDS.search(text)
    if found and (parted := _parted(query, "sum", found["rest"], patterns.AND)):
        return parted
    return replace(query, operation="sum", targets=(patterns.ADDED.sub(" ", text),))


def _of_two(query: TableQuery, operation: Operation, first: str, second: str) -> TableQuery:
    return replace(query, operation=operation, targets=(first, second), splits=((first, second),))


def _parted(query: TableQuery, operation: Operation, phrase: str, between: Pattern[str]) -> TableQuery | None:
    """The operation on two lines, wherever a word between them may part the phrase."""
    splits = tuple(
        (phrase[: found.start()], phrase[found.end() :])
        for found in between.finditer(phrase)
        if could_name(phrase[: found.start()]) and label_stems(phrase[found.end() :])
    )
    return replace(query, operation=operation, targets=splits[0], splits=splits) if splits else None


def _without(text: str, found: Match[str]) -> str:
    """A question without what a pattern found in it, and without its times."""
    return without_times(f"{text[: found.start()]} {text[found.end() :]}")


_CHANGES: Final[tuple[tuple[Pattern[str], Operation], ...]] = (
    (patterns.PERCENTAGE_CHANGE, "percentage change"),
    (patterns.CHANGE, "change"),
)
_READERS: Final[tuple[Callable[[TableQuery], TableQuery | None], ...]] = (
    _listing,
    _conditional,
    _extreme,
    _counting,
    _changing,
    _averaging,
    _dividing,
    _subtracting,
    _adding,
)
