"""JSON and JSON Lines, written as `name: value` with the indentation of the nesting. Uniform records are a
table.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import groupby

from ingest.parse.encoding import decode
from ragapp.errors import ParseError
from ragapp.text.builder import SourceCell, TextBuilder
from ragapp.text.clean import clean
from ragapp.types import ParsedText

INDENT = "  "
_MOST_DIGITS = 4300

FEWEST_RECORDS = 2
LONGEST_VALUE = 200
"""The most characters of a value that is a cell of a table."""


def parse_json(data: bytes, name: str) -> ParsedText:
    """Parses JSON or JSON Lines. Each record is a paragraph, or the row of a table.

    Lines that are not valid are noted as gaps. Raises ParseError if that is half of them or more.
    """
    out = TextBuilder()
    records = _records(clean(decode(data, name)), name, out)
    if columns := _columns(records):
        _write_table([record for record in records if isinstance(record, dict)], columns, out)
        return out.build()
    for record in records:
        _write_record(record, out)
    return out.build()


def _write_record(record: object, out: TextBuilder) -> None:
    """Writes a record as a paragraph, with tables for the lists of uniform records in it."""
    tables = {key: _columns(value) for key, value in record.items()} if isinstance(record, dict) else {}
    if not isinstance(record, dict) or not any(tables.values()):
        out.verbatim("\n".join(_lines(record, 0)))
        return
    for is_table, members in groupby(record.items(), key=lambda member: bool(tables[member[0]])):
        if not is_table:
            out.verbatim("\n".join(_lines(dict(members), 0)))
            continue
        for key, value in members:
            out.paragraph(f"{key}:")
            _write_table(value, tables[key], out)


def _columns(value: object) -> list[str]:
    """The names of the columns if it is a list of uniform records of short values, otherwise empty."""
    if not isinstance(value, list) or len(value) < FEWEST_RECORDS:
        return []
    if not all(isinstance(record, dict) and _is_flat(record) for record in value):
        return []
    names = dict.fromkeys(key for record in value for key in record)
    filled = sum(len(record) for record in value)
    uniform = 2 * filled >= len(names) * len(value)
    return list(names) if len(names) > 1 and uniform else []


def _is_flat(record: dict[str, object]) -> bool:
    return all(
        not isinstance(value, dict | list) and len(str(value)) <= LONGEST_VALUE and "\n" not in str(value)
        for value in record.values()
    )


def _write_table(records: Sequence[dict[str, object]], columns: Sequence[str], out: TextBuilder) -> None:
    header = [SourceCell(name, header=True) for name in columns]
    rows = ([_shown(record[name]) if name in record else "" for name in columns] for record in records)
    out.table([header, *rows])


def _shown(value: object) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value)


def _records(text: str, name: str, out: TextBuilder) -> list[object]:
    try:
        whole = json.loads(text, parse_int=_integer)
    except json.JSONDecodeError:
        return _json_lines(text, name, out)
    return whole if isinstance(whole, list) else [whole]


def _integer(digits: str) -> int | str:
    """The number; its digits when it has more than Python converts."""
    return int(digits) if len(digits) <= _MOST_DIGITS else digits


def _json_lines(text: str, name: str, out: TextBuilder) -> list[object]:
    records, invalid = list[object](), list[tuple[int, str]]()
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            try:
                records.append(json.loads(line, parse_int=_integer))
            except json.JSONDecodeError as error:
                invalid.append((number, error.msg))
    if len(invalid) >= max(1, len(records)):
        number, why = invalid[0]
        raise ParseError(
            f"{name} is not valid JSON: line {number}: {why}. Correct it, or rename the file to .txt."
        )
    for number, why in invalid:
        out.gap("part", f"line {number}", f"It is not valid JSON: {why}.")
    return records


def _lines(value: object, depth: int, label: str = "") -> Iterator[str]:
    indent = INDENT * depth
    if isinstance(value, dict | list) and value:
        if label:
            yield f"{indent}{label}"
            depth += 1
        members = value.items() if isinstance(value, dict) else (("-", member) for member in value)
        for key, member in members:
            yield from _lines(member, depth, "-" if key == "-" else f"{key}:")
    elif isinstance(value, str):
        yield f"{indent}{label} {value}".rstrip() if label else indent + value
    else:
        yield f"{indent}{label} {json.dumps(value)}" if label else indent + json.dumps(value)
