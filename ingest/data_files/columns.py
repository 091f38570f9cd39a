"""The types of the columns of a data file, and the expressions of SQL that convert their texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import duckdb

from ragapp.data_files.connection import identifier, literal
from ragapp.types import ColumnType

Style = Literal["text", "integer", "decimal", "real", "formatted", "comma", "date", "time", "unclear date"]

MISSING = ("n/a", "na", "null", "none", "nan", "#n/a", "-", "–", "—", "?")
"""What stands for a missing value in a column of numbers or dates, in lower case."""

CURRENCIES = {"$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY"}
_SIGN = "[$€£¥%]"
PATTERNS: dict[Style, str] = {
    # A number with a leading zero is a code, such as a postal code, and so is one of 19 digits.
    "integer": r"[+-]?(0|[1-9][0-9]{0,17})",
    "decimal": r"[+-]?((0|[1-9][0-9]{0,17})|(0|[1-9][0-9]{0,17})?\.[0-9]{1,10})",
    "real": r"[+-]?((0|[1-9][0-9]{0,17})(\.[0-9]+)?|\.[0-9]+)([eE][+-]?[0-9]{1,2})?",
    "formatted": (
        rf"[-+]?\(?\s?{_SIGN}?\s?[-+]?([0-9]{{1,3}}(,[0-9]{{3}})+|0|[1-9][0-9]{{0,17}})"
        rf"(\.[0-9]{{1,10}})?\s?{_SIGN}?\)?"
    ),
    "comma": (
        rf"[-+]?{_SIGN}?\s?[-+]?([0-9]{{1,3}}(\.[0-9]{{3}})+|0|[1-9][0-9]{{0,17}})"
        rf"(,[0-9]{{1,10}})?\s?{_SIGN}?"
    ),
}
NUMBER_STYLES: tuple[Style, ...] = ("integer", "decimal", "formatted", "comma", "real")

DATES = (
    "%d.%m.%Y", "%Y/%m/%d", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y",
    "%d %b %Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y",
)  # fmt: skip
TIMES = tuple(f"{day} {hour}" for day in DATES[:6] for hour in ("%H:%M", "%H:%M:%S"))
LIKE_A_DATE = r"^[0-9]{1,4}[./-][0-9]{1,2}[./-][0-9]{2,4}|^[0-9]{1,2} [A-Z]|^[A-Z][a-z]{2,8} [0-9]{1,2}, "
ISO_DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
ISO_TIME = rf"{ISO_DATE}[ T][0-9]{{2}}:[0-9]{{2}}(:[0-9]{{2}}(\.[0-9]+)?)?(Z|[+-][0-9]{{2}}(:?[0-9]{{2}})?)?"
MAX_SHORT_DIGITS = 18
"""Digits of a decimal number that is stored in 64 bits."""


@dataclass(frozen=True, slots=True)
class ColumnReading:
    """How the texts of the column `source` are read. `scale` counts the digits after the point, `whole` those
    before it; `form` is the form of dates, empty for that of ISO 8601. `marked`: some texts stand for missing
    values."""

    source: str
    style: Style = "text"
    unit: str | None = None
    scale: int = 0
    whole: int = 18
    form: str = ""
    marked: bool = False
    padded: bool = True

    @property
    def type(self) -> ColumnType:
        if self.style in ("text", "unclear date"):
            return "text"
        if self.style in {"date", "time"}:
            return "date" if self.style == "date" else "time"
        if self.unit == "%":
            return "percent"
        return "number" if self.unit is None else "money"

    def expression(self) -> str:
        """The value as an SQL expression, which fails for a text of another form."""
        text = _text(self.source)
        if self.type == "text":
            return text if self.padded else f"nullif({identifier(self.source)}, '')"
        value = _value(self.source) if self.marked else text
        converted = self._converted(value)
        if self.style in PATTERNS:
            matches = _matches(value, self._pattern())
            return (
                f"CASE WHEN {value} IS NULL THEN NULL WHEN {matches} THEN {converted} ELSE error('form') END"
            )
        return converted

    def _converted(self, value: str) -> str:
        if self.style == "date":
            return f"CAST({value} AS DATE)" if not self.form else f"CAST({self._parsed(value)} AS DATE)"
        if self.style == "time":
            return f"CAST({value} AS TIMESTAMP)" if not self.form else self._parsed(value)
        if self.style == "real":
            return f"CAST({value} AS DOUBLE)"
        if self.style == "integer":
            return f"CAST({value} AS BIGINT)"
        digits = MAX_SHORT_DIGITS if self.whole + self.scale <= MAX_SHORT_DIGITS else 38
        return f"CAST({self._number(value)} AS DECIMAL({digits}, {self.scale}))"

    def _pattern(self) -> str:
        """The form of its texts, without longer fractions, which the conversion would round."""
        return PATTERNS[self.style].replace("{1,10}", f"{{1,{max(self.scale, 1)}}}")

    def _number(self, value: str) -> str:
        if self.style == "decimal":
            return value
        negative = f"CASE WHEN starts_with({value}, '(') OR contains({value}, '-') THEN '-' ELSE '' END"
        digits = f"regexp_replace({value}, '[^0-9.,]', '', 'g')"
        if self.style == "comma":
            return f"{negative} || replace(replace({digits}, '.', ''), ',', '.')"
        return f"{negative} || replace({digits}, ',', '')"

    def _parsed(self, value: str) -> str:
        return f"strptime({value}, {literal(self.form)})"


def readings(c: duckdb.DuckDBPyConnection, table: str, columns: Sequence[str]) -> list[ColumnReading]:
    """How to read each column of the table of texts, by all of its rows."""
    found = [_number_reading(c, table, column) for column in columns]
    return [one if one.style != "text" else _date_reading(c, table, one) for one in found]


def _number_reading(c: duckdb.DuckDBPyConnection, table: str, column: str) -> ColumnReading:
    value, text = _value(column), _text(column)
    matching = [f"count(*) FILTER ({_matches(value, PATTERNS[style])})" for style in NUMBER_STYLES]
    signs = f"list(DISTINCT regexp_extract({value}, '{_SIGN}')) FILTER (regexp_matches({value}, '{_SIGN}'))"
    point, comma = (f"max(length(regexp_extract({value}, '[{one}]([0-9]*)', 1)))" for one in ("\\.", ","))
    whole = f"max(length(regexp_replace({value}, '[^0-9]', '', 'g')))"
    values, texts, units, after_point, after_comma, digits, padded, *counts = _row(
        c,
        f"SELECT count({value}), count({text}), {signs}, {point}, {comma}, {whole}, "
        f"count(*) FILTER ({text} != {identifier(column)}), {', '.join(matching)} FROM {table}",
    )
    fitting = [style for style, count in zip(NUMBER_STYLES, counts, strict=True) if count == values]
    if not values or not fitting or len(units or ()) > 1:
        return ColumnReading(column, marked=values < texts, padded=padded > 0)
    scale = {"integer": 0, "comma": after_comma}.get(fitting[0], after_point) or 0
    unit = CURRENCIES.get(units[0], units[0]) if units else None
    return ColumnReading(column, fitting[0], unit, scale, digits - scale, marked=values < texts)


def _date_reading(c: duckdb.DuckDBPyConnection, table: str, text: ColumnReading) -> ColumnReading:
    """How the column is read if its values are dates or times, of one form; `text` if they are not."""
    value = _value(text.source)
    values, alike, dates, times = _row(
        c,
        f"SELECT count({value}), count(*) FILTER (regexp_matches({value}, '{LIKE_A_DATE}')), "
        f"count(try_cast(CASE WHEN {_matches(value, ISO_DATE)} THEN {value} END AS DATE)), "
        f"count(try_cast(CASE WHEN {_matches(value, ISO_TIME)} THEN {value} END AS TIMESTAMP)) FROM {table}",
    )
    if not values or values not in (alike, dates, times):
        return text
    if values in (dates, times):
        return replace(text, style="date" if values == dates else "time")
    forms = (*DATES, *TIMES)
    tried = ", ".join(f"count(try_strptime({value}, {literal(form)}))" for form in forms)
    counts = _row(c, f"SELECT {tried} FROM {table}")
    fitting = [form for form, count in zip(forms, counts, strict=True) if count == values]
    if not fitting:
        return text
    if {form[:2] for form in fitting} >= {"%d", "%m"}:
        return replace(text, style="unclear date")
    return replace(text, style="date" if fitting[0] in DATES else "time", form=fitting[0])


def _row(c: duckdb.DuckDBPyConnection, query: str) -> tuple[Any, ...]:
    row = c.execute(query).fetchone()
    assert row is not None
    return tuple(row)


def _matches(value: str, pattern: str) -> str:
    return f"regexp_full_match({value}, {literal(pattern)})"


def _text(column: str) -> str:
    """The text without spaces around it; NULL when nothing is left."""
    return f"nullif(trim({identifier(column)}), '')"


def _value(column: str) -> str:
    """The text, unless it stands for a missing value."""
    marks = ", ".join(literal(mark) for mark in MISSING)
    return f"CASE WHEN lower({_text(column)}) IN ({marks}) THEN NULL ELSE {_text(column)} END"
