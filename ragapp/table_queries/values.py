"""The operands of filters: texts, numbers, dates and times as people write them."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from ragapp.errors import UsageError
from ragapp.types import ResultColumn, TableFilter

_MARKS = re.compile(r"[\s,'_%$€£¥\u00a0\u202f]")

Operand = Decimal | str


def operands(one: TableFilter, column: ResultColumn) -> tuple[Operand, ...]:
    """The values of a filter in the type of its column: numbers, texts in lower case, dates in ISO 8601.

    Raises UsageError for a value that is missing, or not of that type.
    """
    if one.operator in ("empty", "not empty"):
        return ()
    if one.value is None:
        raise UsageError(f"The filter {column.name!r} {one.operator} has no value. Add one.")
    given = one.value if isinstance(one.value, tuple) else (one.value,)
    if one.operator != "in" and len(given) != 1:
        raise UsageError(
            f"The filter {column.name!r} {one.operator} takes one value. Use `in` for a list of values."
        )
    if one.operator == "contains":
        return tuple(str(value).lower() for value in given)
    return tuple(_operand(value, column) for value in given)


def _operand(value: str | float, column: ResultColumn) -> Operand:
    written = str(value).strip()
    if column.type == "text":
        return written.lower()
    try:
        if column.type == "date":
            return date.fromisoformat(written).isoformat()
        if column.type == "time":
            return datetime.fromisoformat(written).replace(tzinfo=None).isoformat(" ")
        return _number(written)
    except (ValueError, InvalidOperation):
        example = {"date": "2022-12-31", "time": "2022-12-31 18:30"}.get(column.type, "1234.5")
        kind = {"date": "dates", "time": "times"}.get(column.type, "numbers")
        raise UsageError(
            f"The column {column.name!r} has {kind}, and {written[:100]!r} is not one. Write it like "
            f"{example}."
        ) from None


def _number(written: str) -> Decimal:
    bare = _MARKS.sub("", written)
    if bare.startswith("(") and bare.endswith(")"):
        bare = f"-{bare[1:-1]}"
    number = Decimal(bare)
    if not number.is_finite():
        raise ValueError(written)
    return number
