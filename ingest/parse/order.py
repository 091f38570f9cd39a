"""What the process that parses is told."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """What one parse may use: bytes of memory and of output, seconds on a core, seconds on the clock."""

    memory: int
    output: int
    cpu_seconds: int
    wall_seconds: float


@dataclass(frozen=True, slots=True)
class Order:
    """Parse `source`, called `name`; write the text, or why there is none, to `target`, noise to `errors`.

    `password` opens the document if it is encrypted.
    """

    source: str
    name: str
    target: str
    errors: str
    password: str | None = None
