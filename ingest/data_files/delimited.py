"""Delimited text as DuckDB reads it: its encoding, delimiter, header and width."""

from __future__ import annotations

import codecs
import csv
import io
import os
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from ingest.parse.csv_rows import SAMPLE, DelimitedForm, RowReader, form_of, header_of
from ingest.parse.encoding import decode
from ragapp.data_files.connection import literal
from ragapp.table_queries.relation import unique_names
from ragapp.text.clean import clean

READ_SIZE = 1 << 20
MAX_CELL = 1_000_000
"""Characters of a cell; longer ones are cut off."""


@dataclass(frozen=True, slots=True)
class Delimited:
    """A file of delimited text in UTF-8: its rows begin after `skipped` lines."""

    path: str
    form: DelimitedForm
    skipped: int
    names: tuple[str, ...]

    def source(self, *, lenient: bool = False) -> str:
        """The table function of SQL that reads all columns as texts. `lenient` accepts shorter rows."""
        columns = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in self.names)
        lenience = "null_padding = true, strict_mode = false, parallel = false, max_line_size = 16777216"
        escape = "\\" if self.form.backslashed else '"'
        options = lenience if lenient else "strict_mode = true"
        return (
            f"read_csv({literal(self.path)}, auto_detect = false, header = false, skip = {self.skipped}, "
            f"delim = {literal(self.form.delimiter)}, quote = '\"', escape = {literal(escape)}, "
            f"columns = {{{columns}}}, {options})"
        )


def examine(path: str, name: str) -> Delimited:
    """Finds out how the file is written. Text in another encoding is converted first. Raises ParseError."""
    path = path if _is_utf8(path) else _transcoded(path, name)
    sample = _sample(path)
    if "\r" in sample and "\n" not in sample:  # as old programs end lines
        path = _in_memory(Path(path).read_text("utf-8-sig"))
        sample = _sample(path)
    form = form_of(sample)
    rows, ends = _rows(sample, form)
    title, has_header = header_of(rows)
    header = rows[title] if has_header else None
    width = max(len(header or ()), Counter(map(len, rows)).most_common(1)[0][0] if rows else 0)
    names = [*(header or ()), *[""] * (width - len(header or ()))]
    read = title + (header is not None)
    skipped = ends[read - 1] if read else form.marked
    return Delimited(path, form, skipped, tuple(unique_names([clean(one)[:200] for one in names])))


def normalized(file: Delimited) -> Delimited:
    """A copy with rows of equal length and cells of limited length, which DuckDB reads in any case."""
    with Path(file.path).open(encoding="utf-8-sig", errors="replace", newline="") as source:
        lines = (line.replace("\0", "") for line in islice(source, file.skipped, None))
        rows = RowReader(lines, replace(file.form, marked=0))
        return written((row for row in rows if any(cell.strip() for cell in row)), file.names)


def written(rows: Iterable[Sequence[str]], names: Sequence[str]) -> Delimited:
    """The rows as delimited text in memory. Rows that are longer than the names give more columns."""
    path = memory_file()
    width = len(names)
    with Path(path).open("w", encoding="utf-8", errors="replace", newline="") as target:
        writer = csv.writer(target)
        for row in rows:
            width = max(width, len(row))
            writer.writerow([cell[:MAX_CELL] for cell in row] or [""])
    return Delimited(path, DelimitedForm(","), 0, tuple(unique_names([*names, *[""] * (width - len(names))])))


def _is_utf8(path: str) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    with Path(path).open("rb") as file:
        try:
            while block := file.read(READ_SIZE):
                if b"\0" in block:  # UTF-16, or not a text
                    return False
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def _transcoded(path: str, name: str) -> str:
    return _in_memory(clean(decode(Path(path).read_bytes(), name)))


def _sample(path: str) -> str:
    with Path(path).open(encoding="utf-8-sig", newline="") as file:
        return file.read(SAMPLE)


def _in_memory(text: str) -> str:
    target = memory_file()
    with Path(target).open("w", encoding="utf-8", errors="replace", newline="") as file:
        file.write(text)
    return target


def memory_file() -> str:
    """The path of a new file that exists in memory, as long as this process does."""
    return f"/proc/self/fd/{os.memfd_create('ragapp')}"


def _rows(sample: str, form: DelimitedForm) -> tuple[list[list[str]], list[int]]:
    """The rows of the sample without the last, which may be cut off, and the number of lines up to each."""
    reader = RowReader(io.StringIO(sample, newline=""), form)
    rows, ends = list[list[str]](), list[int]()
    for row in reader:
        rows.append([cell.strip() for cell in row])
        ends.append(reader.line)
    return (rows[:-1], ends[:-1]) if len(rows) > 1 else (rows, ends)
