"""All numbers, dates and codes that a text states."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ragapp.answering.codes import read_codes
from ragapp.answering.dates import DATE_READERS
from ragapp.answering.numbers import read_numbers, read_ordinals
from ragapp.answering.values import Value


@dataclass(frozen=True, slots=True)
class Values:
    """`found` in order; `rest` is the text with blanks in their places, so that offsets stay."""

    found: tuple[Value, ...]
    rest: str


def read_values(text: str) -> Values:
    """Dates first, then codes, then numbers: each of what the ones before have left."""
    found: list[Value] = []
    for read in (*DATE_READERS, read_codes, read_numbers, read_ordinals):
        new = list(read(text))
        text = _blanked(text, new)
        found += new
    return Values(tuple(sorted(found, key=lambda value: value.start)), text)


def _blanked(text: str, values: Sequence[Value]) -> str:
    pieces, end = [], 0
    for value in sorted(values, key=lambda value: value.start):
        pieces += [text[end : value.start], " " * (value.end - max(end, value.start))]
        end = value.end
    return "".join([*pieces, text[end:]])
