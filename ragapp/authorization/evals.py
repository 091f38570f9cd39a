"""Evaluations: for admins of all collections, since they take the machine's time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import BinaryIO

from ragapp.authorization.policy import Authorized
from ragapp.service import RagService
from ragapp.types import (
    Caller,
    EvalRun,
    EvalSet,
    Evaluation,
    QuestionDraft,
    QuestionTrace,
    RunComparison,
    Task,
)


class AuthorizedEvals(Authorized):
    """The methods of EvaluationService; orders are started at once. Each raises ForbiddenError for others."""

    def __init__(self, service: RagService, caller: Caller) -> None:
        super().__init__(service, caller)
        self._rights.need_everywhere("admin")
        self._desk = service.evals

    def sets(self) -> list[EvalSet]:
        """By name; those that came with the program first."""
        return self._desk.sets()

    def add_set(self, name: str, data: BinaryIO) -> EvalSet:
        """Raises UsageError, ConflictError."""
        with self._noted("add question set", name):
            return self._desk.add_set(name, data)

    def delete_set(self, name: str) -> None:
        """Raises NotFoundError, UsageError."""
        with self._noted("delete question set", name):
            self._desk.delete_set(name)

    def drafts(self, name: str) -> list[QuestionDraft]:
        """Raises NotFoundError, UsageError."""
        return self._desk.drafts(name)

    def review(self, name: str, drafts: Sequence[QuestionDraft]) -> list[QuestionDraft]:
        """Keeps these questions as they are given and drops all others. Raises NotFoundError, UsageError."""
        with self._noted("review question set", name):
            return self._desk.review(name, drafts)

    def start(self, evaluation: Evaluation) -> Task:
        """Raises NotFoundError, UsageError, StorageError."""
        with self._noted(f"evaluate {evaluation.kind}", evaluation.set):
            return self._service.tasks.start(self._desk.order(evaluation))

    def start_questions(self, collection: str, name: str, count: int) -> Task:
        """Makes a set of questions from a collection. Raises NotFoundError, UsageError, ConflictError."""
        with self._noted("make questions", collection):
            order = self._desk.order_questions(self._service.collection(collection).name, name, count)
            return self._service.tasks.start(order)

    def runs(self) -> list[EvalRun]:
        """The latest first."""
        return self._desk.runs()

    def report(self, run: str) -> bytes:
        """Raises NotFoundError."""
        return self._desk.report(run)

    def trace(self, run: str, question: str) -> QuestionTrace:
        """Raises NotFoundError."""
        return self._desk.trace(run, question)

    def compare(self, before: str, after: str) -> RunComparison:
        """Raises NotFoundError, UsageError."""
        return self._desk.compare(before, after)
