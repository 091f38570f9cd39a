"""Reads JSON and lines into checked rows; what is wrong is said with file and line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from ragapp.errors import UsageError

RowT = TypeVar("RowT")


def read_text(path: Path) -> str:
    """Raises UsageError when the file is not there or not UTF-8."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not UTF-8 ({error.reason}). Convert it, then run again.") from error
    except OSError as error:
        raise UsageError(f"Cannot read {path}: {error.strerror}. Pass a dataset's file or folder.") from error


def lines(path: Path) -> Iterator[tuple[int, str]]:
    """The lines that are not blank, with their numbers from 1. Raises UsageError as `read_text` does."""
    # Only \n parts lines: JSON may hold other line breaks unescaped.
    for number, line in enumerate(read_text(path).split("\n"), start=1):
        if line.strip():
            yield number, line.rstrip("\r")


def read_document(path: Path, layout: TypeAdapter[RowT]) -> RowT:
    """The one JSON document in the file."""
    try:
        return layout.validate_json(read_text(path))
    except ValidationError as error:
        raise wrong(str(path), first_problem(error)) from error


def read_rows(path: Path, layout: type[RowT]) -> Iterator[tuple[str, RowT]]:
    """(where it stands, row) of each line that is not blank; `layout` is a model or a dataclass."""
    adapter = TypeAdapter(layout)
    for number, line in lines(path):
        where = f"{path}, line {number}"
        try:
            yield where, adapter.validate_json(line)
        except ValidationError as error:
            raise wrong(where, first_problem(error)) from error


def wrong(where: str, what: str) -> UsageError:
    return UsageError(f"{where}: {what}. Correct the file, then run again.")


def first_problem(error: ValidationError) -> str:
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"])
    return f"{where}: {first['msg']}" if where else first["msg"]
