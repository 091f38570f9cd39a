"""Work that the server does in the background for those who keep it: a check, a reindex, an evaluation."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

TaskKind = Literal["doctor", "repair", "reindex", "fetch", "evaluation", "questions"]
TaskState = Literal["waiting", "running", "done", "failed", "cancelled", "lost"]
"""`lost`: nothing has been heard for longer than a lease of the server that should be doing it."""


@dataclass(frozen=True, slots=True)
class CommandLine:
    """A command of the program, its options and its arguments."""

    command: tuple[str, ...]
    options: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TaskOrder:
    """What to run.

    Entering `work` makes ready, on the machine that runs it, what the command needs; leaving it without an
    exception keeps what the command has made. Both may raise RagappError, which is how the task failed then.
    Work that is `patient` waits for other patient work, and leaves the cores to whoever asks questions.
    """

    kind: TaskKind
    title: str
    work: Callable[[], AbstractContextManager[CommandLine]]
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

    @property
    def over(self) -> bool:
        return self.state not in {"waiting", "running"}


@dataclass(frozen=True, slots=True)
class TaskEnd:
    """How a task ended: `error` says why it failed, `output` is the JSON document that it printed."""

    state: Literal["done", "failed", "cancelled"]
    error: str | None = None
    output: bytes | None = None
