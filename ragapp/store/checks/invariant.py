"""What must hold of the store: how to find what breaks it, and how to mend that."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

REPAIR = "`ragapp doctor --repair` mends it"


@dataclass(frozen=True, slots=True)
class Invariant:
    """`offenders` names for people what breaks it; `mend` is given those names. `remedy` tells what helps."""

    name: str
    offenders: Callable[[Connection], Sequence[str]]
    mend: Callable[[Connection, Sequence[str]], None] | None = None
    remedy: str = REPAIR
