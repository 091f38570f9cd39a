"""Output for people and for programs."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, is_dataclass
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.console import Console
    from rich.table import Table


UNLIMITED_WIDTH = 10_000
"""Columns beyond which no line is wrapped."""


def print_json(value: object) -> None:
    """Prints one JSON document on stdout. Dataclasses become objects, and times ISO 8601 strings."""
    json.dump(_plain(value), sys.stdout, ensure_ascii=False, indent=2, default=_encode)
    sys.stdout.write("\n")


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    console().print(table(columns, rows))


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Table:
    from rich.table import Table
    from rich.text import Text

    made = Table(box=None, header_style="bold")
    for column in columns:
        # Ids and names in the first column are copied, so they are not wrapped.
        made.add_column(column, overflow="fold", no_wrap=column == columns[0])
    for row in rows:
        made.add_row(*(Text(safe(cell)) for cell in row))
    return made


def console() -> Console:
    from rich.console import Console

    # Output to a file or pipe is not wrapped.
    return Console(highlight=False, width=None if sys.stdout.isatty() else UNLIMITED_WIDTH)


def safe(value: object) -> str:
    """Text without control characters, which could manipulate the terminal."""
    return "".join(letter if letter.isprintable() or letter == "\n" else "�" for letter in str(value))


def _plain(value: object) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value


def _encode(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no JSON form.")
