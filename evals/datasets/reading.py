"""Reads JSON and JSON Lines into validated rows; errors name file and line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from ragapp.errors import UsageError

RowT = TypeVar("RowT")


def read_text(path: Path) -> str:
    """Reads a text file. Raises UsageError if it does not exist or is not UTF-8."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not UTF-8 ({error.reason}). Convert it, then run again.") from error
    except OSError as error:
        raise UsageError(f"Cannot read {path}: {error.strerror}. Pass a dataset's file or folder.") from error


def lines(path: Path) -> Iterator[tuple[int, str]]:
    """The lines that are not blank, with their numbers from 1. Raises UsageError like `read_text`."""
    # Only \n separates lines: JSON may contain other line breaks unescaped.
    for number, line in enumerate(read_text(path).split("\n"), start=1):
        if line.strip():
            yield number, line.rstrip("\r")


def read_document(path: Path, layout: TypeAdapter[RowT]) -> RowT:
    """Reads a file with a single JSON document. Raises UsageError."""
    try:
        return layout.validate_json(read_text(path))
    except ValidationError as error:
        raise wrong(str(path), first_problem(error)) from error


def read_rows(path: Path, layout: type[RowT]) -> Iterator[tuple[str, RowT]]:
    """Yields (location, row) for each line that is not blank. `layout` is a pydantic model or a dataclass."""
    adapter = TypeAdapter(layout)
    for number, line in lines(path):
        where = f"{path}, line {number}"
        try:
            yield where, adapter.validate_json(line)
        except ValidationError as error:
            raise wrong(where, first_problem(error)) from error


def check_pattern(where: str, pattern: str) -> None:
    """Raises UsageError when it is no regular expression."""
    try:
        re.compile(pattern)
    except re.error as error:
        raise wrong(where, f"{pattern!r} is not a regular expression: {error}") from error


def wrong(where: str, what: str) -> UsageError:
    return UsageError(f"{where}: {what}. Correct the file, then run again.")


def first_problem(error: ValidationError) -> str:
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"])
    return f"{where}: {first['msg']}" if where else first["msg"]
