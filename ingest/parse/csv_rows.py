"""Rows of delimited text, however its program wrote it: delimiter, escapes, header, quotes left open."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

DELIMITERS = ",;\t|"
LONGEST_CELL = 1 << 30
MOST_LINES = 10_000
"""The most lines of a row; a quote that is open for longer was left open by mistake."""
MAX_PREAMBLE = 20
"""Lines above the header that may hold a title."""
EXAMINED = 1000
"""The rows from which it is told whether there is a header."""
SAMPLE = 64 * 1024
"""The number of characters from which the form is guessed."""

_SEPARATOR = re.compile(r'"?sep=(.)"?\r?\n', re.IGNORECASE)
_EMPTY_CELL = re.compile(r'(?<![^,;\t|\n])""(?![^,;\t|\r\n])')
_DECIMAL_COMMAS = re.compile(r"\d,\d")
_NUMBER = re.compile(
    r"[-+(]?[$€£¥]?\s?[.,]?\d[\d.,]*+\s?[%€$£]?\)?|\d{4}-\d\d-\d\d.*|\d{1,2}[./]\d{1,2}[./]\d{4}.*"
)
_YEAR = re.compile(r"(?:19|20)\d\d")
_NO_NAME = re.compile(r"https?://|[^@\s]{1,100}@[^@\s]{1,100}\.\w")
"""Addresses, which name no column."""


@dataclass(frozen=True, slots=True)
class DelimitedForm:
    """How delimited text is written. `marked` is the number of lines that only say so: `sep=;`, as Excel
    writes it. `backslashed` says that quotes in quoted cells follow a backslash; else they are doubled.
    """

    delimiter: str
    backslashed: bool = False
    marked: int = 0

    @property
    def options(self) -> dict[str, Any]:
        """The options of Python's reader."""
        backslash = {"escapechar": "\\", "doublequote": False} if self.backslashed else {}
        return {"delimiter": self.delimiter, **backslash}


def form_of(sample: str) -> DelimitedForm:
    """The form of a text that begins with `sample`."""
    marked = _SEPARATOR.match(sample)
    rest = sample[marked.end() :] if marked else sample
    backslashed = '\\"' in rest and '""' not in _EMPTY_CELL.sub("", rest)
    delimiter = marked[1] if marked else _delimiter_of(rest)
    return DelimitedForm(delimiter, backslashed, int(marked is not None))


class RowReader:
    """Iterates over the rows of lines, after those that the form skips.

    A quote that is never closed, or closed in the middle of another cell, ends with its line: `left_open` has
    the numbers of such lines. `line` is the last line of the row that was read last. Both count from 1.
    """

    def __init__(self, lines: Iterable[str], form: DelimitedForm) -> None:
        self._lines = _Lines(lines)
        self._form = form
        self.left_open: list[int] = []

    @property
    def line(self) -> int:
        return self._lines.number

    def __iter__(self) -> Iterator[list[str]]:
        csv.field_size_limit(LONGEST_CELL)
        for _ in range(self._form.marked):
            next(self._lines, None)
        taken = self._lines.taken
        rows = csv.reader(self._lines, **self._form.options)
        taken.clear()
        while (row := next(rows, None)) is not None:
            if len(taken) > 1 and _is_broken(taken, self._form):
                row = self._only_first_line()
            yield row
            taken.clear()

    def _only_first_line(self) -> list[str]:
        """The first line of a row as one of its own, without the open quote; the others are read again."""
        self._lines.put_back_all_but_first()
        self.left_open.append(self._lines.number)
        line = self._lines.taken[0]
        if line.count('"') % 2:
            start, _, end = line.rpartition('"')
            line = start + end
        return next(csv.reader([line], **self._form.options))


class _Lines:
    """Lines, with those that were taken for the current row."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self._back: deque[str] = deque()
        self.taken: list[str] = []
        self.number = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if len(self.taken) >= MOST_LINES:
            raise StopIteration
        line = self._back.popleft() if self._back else next(self._lines)
        self.number += 1
        self.taken.append(line)
        return line

    def put_back_all_but_first(self) -> None:
        self._back.extendleft(reversed(self.taken[1:]))
        self.number -= len(self.taken) - 1
        del self.taken[1:]


def _is_broken(lines: Sequence[str], form: DelimitedForm) -> bool:
    """Whether a row of several lines is one only because a quote was left open."""
    try:
        rows = list(csv.reader(lines, strict=True, **form.options))
    except csv.Error:
        return True
    return len(rows) != 1


def _delimiter_of(sample: str) -> str:
    """The delimiter that splits the most lines, most evenly. A comma between digits is rather a decimal one
    where another delimiter splits as many lines."""

    def evenness(delimiter: str) -> tuple[int, int]:
        rows = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)
        counts = [len(row) for row in rows if row]
        usual = max(set(counts), key=counts.count, default=1)
        return (counts.count(usual) if usual > 1 else 0), usual

    csv.field_size_limit(LONGEST_CELL)
    best = max(DELIMITERS, key=evenness)
    if best == "," and _DECIMAL_COMMAS.search(sample):
        even = evenness(best)[0]
        return next((other for other in ";\t|" if evenness(other)[0] >= even > 0), best)
    return best


def header_of(rows: Sequence[Sequence[str]]) -> tuple[int, bool]:
    """How many rows are above the table, and whether the next one names its columns."""
    filled = [sum(1 for cell in row if cell.strip()) for row in rows]
    usual = Counter(count for count in filled if count).most_common(1)
    if not usual:
        return 0, False
    full = max(2, usual[0][0] - 1) if usual[0][0] > 1 else 1
    first = next((n for n, count in enumerate(filled[:MAX_PREAMBLE]) if count >= full), 0)
    below = rows[first + 1 : first + 200]
    return first, _is_header(rows[first], below)


def _is_header(row: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Whether the row names columns: it has no number above numbers, unless it is a year above other ones, no
    address, and no text that is a value of the same column again."""
    repeated = 0
    for place, found in enumerate(row):
        cell = found.strip()
        values = [line[place].strip() for line in below if place < len(line) and line[place].strip()]
        if _NO_NAME.match(cell):
            return False
        repeated += bool(cell) and cell in values
        numbers = [value for value in values if _NUMBER.fullmatch(value)]
        if not _NUMBER.fullmatch(cell) or len(numbers) * 2 < len(values) or not values:
            continue
        if not _YEAR.fullmatch(cell) or all(_YEAR.fullmatch(value) for value in numbers):
            return False
    filled = [cell.strip().lower() for cell in row if cell.strip()]
    if repeated and repeated < len(filled):  # a header that is repeated as a whole is one
        return False
    return bool(filled) and len(set(filled)) * 2 > len(filled)
