"""Background tasks of the server: checks, reindexing, model downloads and evaluations."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

TaskKind = Literal["doctor", "repair", "reindex", "fetch", "evaluation", "questions"]
TaskState = Literal["waiting", "running", "done", "failed", "cancelled", "lost"]
"""`lost`: the server that runs the task has not renewed its lease in time."""


@dataclass(frozen=True, slots=True)
class CommandLine:
    """A command of the program, its options and its arguments."""

    command: tuple[str, ...]
    options: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TaskOrder:
    """A task to run.

    Entering `work` prepares what the command needs, on the machine that runs it; leaving it without an
    exception stores what the command has produced. When either raises RagappError, the task has failed with
    it. `patient` tasks run one at a time and at low CPU priority.
    """

    kind: TaskKind
    title: str
    work: Callable[[], AbstractContextManager[CommandLine]]
    patient: bool = False

    @classmethod
    def to_run(cls, kind: TaskKind, title: str, line: CommandLine, *, patient: bool = False) -> TaskOrder:
        """A command that needs no preparation and stores its own results."""
        return cls(kind, title, lambda: nullcontext(line), patient)


@dataclass(frozen=True, slots=True)
class Task:
    """An order and its outcome. `share` is the completed part of the current `step`, from 0 to 1."""

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
