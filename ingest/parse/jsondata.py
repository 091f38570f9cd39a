"""JSON and JSON Lines, written as `name: value` with the indentation of the nesting."""

from __future__ import annotations

import json
from collections.abc import Iterator

from ingest.parse.encoding import decode
from ragapp.errors import ParseError
from ragapp.text.builder import TextBuilder
from ragapp.text.clean import clean
from ragapp.types import ParsedText

INDENT = "  "
_MOST_DIGITS = 4300


def parse_json(data: bytes, name: str) -> ParsedText:
    """Parses JSON or JSON Lines. Each record is a paragraph. Raises ParseError if the file is neither."""
    out = TextBuilder()
    for record in _records(clean(decode(data, name)), name):
        out.verbatim("\n".join(_lines(record, 0)))
    return out.build()


def _records(text: str, name: str) -> Iterator[object]:
    try:
        whole = json.loads(text, parse_int=_integer)
    except json.JSONDecodeError:
        yield from _json_lines(text, name)
        return
    if isinstance(whole, list):
        yield from whole
    else:
        yield whole


def _integer(digits: str) -> int | str:
    """The number; its digits when it has more than Python converts."""
    return int(digits) if len(digits) <= _MOST_DIGITS else digits


def _json_lines(text: str, name: str) -> Iterator[object]:
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            try:
                yield json.loads(line, parse_int=_integer)
            except json.JSONDecodeError as error:
                raise ParseError(
                    f"{name} is not valid JSON: line {number}: {error.msg}. Correct it, or rename the file "
                    "to .txt."
                ) from error


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
