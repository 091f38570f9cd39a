"""ClientEvals: a server's question sets and runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import BinaryIO
from urllib.parse import quote, urlencode

from ragapp.api.schemas import EvaluationRequest, QuestionsRequest, Review, decode, encode
from ragapp.client.transport import ClientPart
from ragapp.types import (
    EvalRun,
    EvalSet,
    Evaluation,
    QuestionDraft,
    QuestionTrace,
    RunComparison,
    Task,
)


class ClientEvals(ClientPart):
    """For admins of all collections; every method raises ForbiddenError for others."""

    def sets(self) -> list[EvalSet]:
        """By name; those that came with the program first."""
        return decode(list[EvalSet], self._transport.send("GET", "/v1/evals/sets"))

    def add_set(self, name: str, data: BinaryIO) -> EvalSet:
        """Keeps a file of questions, or a ZIP of one with its documents. Raises UsageError, ConflictError."""
        return decode(EvalSet, self._transport.send("POST", "/v1/evals/sets", files={"file": (name, data)}))

    def delete_set(self, name: str) -> None:
        """Raises NotFoundError, UsageError for a set that came with the program."""
        self._transport.send("DELETE", f"/v1/evals/sets/{quote(name, safe='')}")

    def drafts(self, name: str) -> list[QuestionDraft]:
        """The questions of a reviewable set. Raises NotFoundError, UsageError."""
        return decode(list[QuestionDraft], self._transport.send("GET", _drafts_path(name)))

    def review(self, name: str, drafts: Sequence[QuestionDraft]) -> list[QuestionDraft]:
        """Keeps these questions as they are given and drops all others. Raises NotFoundError, UsageError."""
        body = encode(Review, Review(tuple(drafts)))
        return decode(list[QuestionDraft], self._transport.send("PUT", _drafts_path(name), body=body))

    def start(self, evaluation: Evaluation) -> Task:
        """Raises NotFoundError, UsageError when the set is not fit for it."""
        wanted = EvaluationRequest(evaluation.kind, evaluation.set, evaluation.limit, evaluation.generator)
        return decode(Task, self._transport.send("POST", "/v1/evals", body=encode(EvaluationRequest, wanted)))

    def start_questions(self, collection: str, name: str, count: int) -> Task:
        """Makes a set of questions from a collection. Raises NotFoundError, UsageError, ConflictError."""
        body = encode(QuestionsRequest, QuestionsRequest(collection, name, count))
        return decode(Task, self._transport.send("POST", "/v1/evals/questions", body=body))

    def runs(self) -> list[EvalRun]:
        """The latest first."""
        return decode(list[EvalRun], self._transport.send("GET", "/v1/evals/runs"))

    def report(self, run: str) -> bytes:
        """The run's page of HTML. Raises NotFoundError."""
        return self._transport.send("GET", f"{_run_path(run)}/report")

    def trace(self, run: str, question: str) -> QuestionTrace:
        """Raises NotFoundError."""
        path = f"{_run_path(run)}/questions?{urlencode({'question': question})}"
        return decode(QuestionTrace, self._transport.send("GET", path))

    def compare(self, before: str, after: str) -> RunComparison:
        """Raises NotFoundError, UsageError when they are not over the same data."""
        path = f"/v1/evals/comparison?{urlencode({'before': before, 'after': after})}"
        return decode(RunComparison, self._transport.send("GET", path))


def _drafts_path(name: str) -> str:
    return f"/v1/evals/sets/{quote(name, safe='')}/questions"


def _run_path(run: str) -> str:
    return f"/v1/evals/runs/{quote(run, safe='')}"
