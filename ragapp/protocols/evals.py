"""The interface of the evaluation service of a server."""

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
    """Starts evaluations, and stores question sets and runs. Thread-safe."""

    def sets(self) -> list[EvalSet]:
        """All question sets by name, the bundled ones first."""

    def add_set(self, name: str, data: BinaryIO) -> EvalSet:
        """Stores a file of questions, or a ZIP archive of such a file with its documents.

        Raises UsageError, ConflictError.
        """

    def delete_set(self, name: str) -> None:
        """Deletes a set. Raises NotFoundError, and UsageError for a bundled set."""

    def drafts(self, name: str) -> list[QuestionDraft]:
        """The questions of a reviewable set. Raises NotFoundError, UsageError."""

    def review(self, name: str, drafts: Sequence[QuestionDraft]) -> list[QuestionDraft]:
        """Replaces the questions of a set by `drafts`. Raises NotFoundError, UsageError."""

    def order(self, evaluation: Evaluation) -> TaskOrder:
        """The task that runs an evaluation.

        Raises NotFoundError, and UsageError if the set does not support it.
        """

    def order_questions(self, collection: str, name: str, count: int) -> TaskOrder:
        """The task that generates a set of that name from a collection. Raises UsageError, ConflictError."""

    def runs(self) -> list[EvalRun]:
        """All runs, the latest first."""

    def report(self, run: str) -> bytes:
        """The HTML report of a run. Raises NotFoundError."""

    def trace(self, run: str, question: str) -> QuestionTrace:
        """What a run recorded about a question. Raises NotFoundError."""

    def compare(self, before: str, after: str) -> RunComparison:
        """Compares two runs. Raises NotFoundError, and UsageError if they are not over the same data."""


OpenEvaluations = Callable[[ArtifactStore], EvaluationService]
"""Builds the evaluation service over the store of question sets and runs."""
