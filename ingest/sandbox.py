"""Parses documents in a sandboxed process with limits."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import BinaryIO

from pydantic import SecretStr, TypeAdapter, ValidationError

from ingest.data_files.kinds import data_file_kind
from ingest.data_files.result import DataFile, read_data_file
from ragapp.errors import ParseError
from ragapp.sandbox import Sandbox as Confined
from ragapp.sandbox import SandboxLimits
from ragapp.settings import Settings
from ragapp.types import MAX_GAPS, ParsedText, Table

CHILD = f"{__package__}.parse.worker"


def parse_limits(settings: Settings) -> SandboxLimits:
    return SandboxLimits(
        memory=settings.parse_memory_bytes,
        output=settings.parse_output_bytes,
        cpu_seconds=settings.parse_cpu_seconds,
        wall_seconds=settings.parse_seconds,
    )


def parser_sandbox(settings: Settings) -> ParserSandbox:
    return ParserSandbox(parse_limits(settings), settings.pdf_password, read_hidden=settings.read_hidden)


class ParserSandbox:
    """Parses one document at a time. Thread-safe: concurrent calls wait for each other."""

    def __init__(
        self, limits: SandboxLimits, password: SecretStr | None = None, *, read_hidden: bool = True
    ) -> None:
        """`password` opens encrypted documents; `read_hidden` has hidden parts of documents read, too."""
        self._confined = Confined(CHILD, limits)
        self._read_hidden = read_hidden
        self._options = json.dumps(
            {"password": password.get_secret_value() if password else None, "read_hidden": read_hidden}
        )

    def parse(self, data: BinaryIO, name: str) -> ParsedText:
        """Parses a document. Raises ParseError if it cannot be parsed within the limits, StorageError, and
        ConflictError after `stop`."""
        return read_result(self._confined.run(data, name, self._options), name)

    def data_file(self, data: BinaryIO, name: str, rows: int) -> DataFile | None:
        """Converts a data file; None when none of its tables has more than `rows` rows.

        `data` is at its beginning. Raises as `parse` does.
        """
        kind = data_file_kind(data, name, rows)
        if kind is None:
            return None
        data.seek(0)
        options = json.dumps({"data_file": kind, "rows": rows, "read_hidden": self._read_hidden})
        return read_data_file(self._confined.run(data, name, options), name)

    def stop(self) -> None:
        """Aborts the running call and all later ones, which raise ConflictError."""
        self._confined.stop()

    def close(self) -> None:
        self._confined.close()


def read_result(result: bytes, name: str) -> ParsedText:
    """Decodes the result of the sandbox.

    A document may have taken over its parser, so all types and spans are validated. Raises ParseError.
    """
    try:
        parsed = _PARSED.validate_json(result, strict=True)
    except ValidationError as error:
        raise _not_a_text(name) from error
    starts = parsed.page_starts
    headings = [(heading.start, heading.end) for heading in parsed.headings]
    tables = [(table.start, table.end) for table in parsed.tables]
    spans = [*headings, *tables, *parsed.boilerplate]
    ascending = starts[:1] == (0,) and all(before < after for before, after in pairwise(starts))
    inside = all(0 <= start <= end <= len(parsed.text) for start, end in spans)
    inside = inside and all(_has_its_cells(table) for table in parsed.tables)
    inside = inside and len(parsed.gaps) <= MAX_GAPS
    if not (ascending and inside and starts[-1] <= len(parsed.text)):
        raise _not_a_text(name)
    return parsed


def _has_its_cells(table: Table) -> bool:
    return all(
        table.start <= cell.start <= cell.end <= table.end
        and min(cell.row, cell.column, cell.indent) >= 0
        and min(cell.rows, cell.columns) >= 1
        for cell in table.cells
    )


def _not_a_text(name: str) -> ParseError:
    return ParseError(
        f"The parser returned something that is not a parsed document for {name}. The file may be hostile: "
        "check where it comes from."
    )


_PARSED = TypeAdapter(ParsedText)
