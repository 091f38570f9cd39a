"""Work that the server does in the background for those who keep it: a check, a reindex, an evaluation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

TaskKind = Literal["doctor", "repair", "reindex", "fetch", "evaluation", "questions"]
TaskState = Literal["waiting", "running", "done", "failed", "cancelled", "lost"]
"""`lost`: the server ended while it ran, and it with the server."""


@dataclass(frozen=True, slots=True)
class Order:
    """What to run: a command of the program, its options and its arguments.

    Work that is `patient` waits for other patient work, and leaves the cores to whoever asks questions.
    """

    kind: TaskKind
    title: str
    command: tuple[str, ...]
    options: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()
    patient: bool = False


@dataclass(frozen=True, slots=True)
class Task:
    """An order and what became of it. `share` is how much of the present `step` is done, from 0 to 1."""

    id: str
    kind: TaskKind
    title: str
    state: TaskState
    asked_at: datetime
    started_at: datetime | None = None
    ended_at: datetime | None = None
    step: str = ""
    share: float | None = None
    error: str | None = None
    """Why it failed."""
