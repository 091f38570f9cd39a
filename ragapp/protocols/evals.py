"""Evaluations, for a server that offers them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import BinaryIO, Protocol

from ragapp.protocols.blobs import ArtifactStore
from ragapp.types import (
    EvalRun,
    EvalSet,
    Evaluation,
    QuestionDraft,
    QuestionTrace,
    RunComparison,
    TaskOrder,
)


class EvaluationService(Protocol):
    """Where evaluations are ordered and their runs compared. Safe for many threads."""

    def sets(self) -> list[EvalSet]:
        """By name; those that came with the program first."""

    def add_set(self, name: str, data: BinaryIO) -> EvalSet:
        """Keeps a file of questions, or a ZIP of one with its documents. Raises UsageError, ConflictError."""

    def delete_set(self, name: str) -> None:
        """Raises NotFoundError, and UsageError for a set that came with the program."""

    def drafts(self, name: str) -> list[QuestionDraft]:
        """The questions of a reviewable set. Raises NotFoundError, UsageError."""

    def review(self, name: str, drafts: Sequence[QuestionDraft]) -> list[QuestionDraft]:
        """Keeps these questions as they are given and drops all others. Raises NotFoundError, UsageError."""

    def order(self, evaluation: Evaluation) -> TaskOrder:
        """The work that makes it a run. Raises NotFoundError, UsageError when the set is not fit for it."""

    def order_questions(self, collection: str, name: str, count: int) -> TaskOrder:
        """The work that makes a set of that name from a collection. Raises UsageError, ConflictError."""

    def runs(self) -> list[EvalRun]:
        """The latest first."""

    def report(self, run: str) -> bytes:
        """The run's page of HTML. Raises NotFoundError."""

    def trace(self, run: str, question: str) -> QuestionTrace:
        """Raises NotFoundError."""

    def compare(self, before: str, after: str) -> RunComparison:
        """Raises NotFoundError, UsageError when they are not over the same data."""


OpenEvaluations = Callable[[ArtifactStore], EvaluationService]
"""Makes the desk over where every server keeps question sets and runs."""
