"""Plans as people write them in a line: `price > 500`, `-price`."""

from __future__ import annotations

import re
from typing import cast

from ragapp.errors import UsageError
from ragapp.types import SortKey, TableFilter, TableOperator

_SYMBOL = re.compile(r"!=|<=|>=|=|<|>")
_WORD = re.compile(r"\s(contains|in|is not empty|is empty)(?=\s|$)", re.IGNORECASE)
_EMPTY = {"is empty": "empty", "is not empty": "not empty"}


def parse_filter(written: str) -> TableFilter:
    """A filter such as `price > 500`, `city = Rome`, `name contains ann`, `city in Rome, Paris`, `price is
    empty`. Raises UsageError."""
    found = _SYMBOL.search(written) or _WORD.search(written)
    if found is None or not written[: found.start()].strip():
        raise UsageError(
            f"{written!r} is not a filter. Write COLUMN OPERATOR VALUE, such as 'price > 500' or 'city in "
            "Rome, Paris'. The operators are =, !=, <, <=, >, >=, contains, in, is empty and is not empty."
        )
    column, value = written[: found.start()].strip(), written[found.end() :].strip()
    operator = found.group().strip().lower()
    if operator in _EMPTY:
        return TableFilter(column, cast(TableOperator, _EMPTY[operator]))
    if operator == "in":
        return TableFilter(column, "in", tuple(one.strip() for one in value.split(",")))
    return TableFilter(column, cast(TableOperator, operator), value)


def parse_sort(written: str) -> SortKey:
    """Parses an order: `price` sorts by that column, and `-price` from the largest value down."""
    return SortKey(written.removeprefix("-").strip(), written.startswith("-"))
