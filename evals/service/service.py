"""The evaluation service. A server runs evaluations as commands; all servers share their results."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

from evals.service.question_sets import QuestionSets
from evals.service.run_archive import PAGE_SUFFIX, RunArchive
from evals.service.runs import compare_runs
from ragapp.errors import UsageError
from ragapp.protocols import ArtifactStore
from ragapp.types import (
    CommandLine,
    EvalRun,
    EvalSet,
    Evaluation,
    QuestionDraft,
    QuestionTrace,
    RunComparison,
    TaskOrder,
)


class SharedEvaluationService:
    """Implements `EvaluationService`. Sets and runs are stored as artifacts of the database. Commands first
    write run files into `evals/runs` of the data folder.
    """

    def __init__(self, artifacts: ArtifactStore, data_dir: Path) -> None:
        self._sets = QuestionSets(artifacts)
        self._runs = RunArchive(artifacts, data_dir / "evals" / "runs")

    # -- sets

    def sets(self) -> list[EvalSet]:
        return self._sets.all()

    def add_set(self, name: str, data: BinaryIO) -> EvalSet:
        return self._sets.add(name, data)

    def delete_set(self, name: str) -> None:
        self._sets.remove(name)

    def drafts(self, name: str) -> list[QuestionDraft]:
        return self._sets.drafts(name)

    def review(self, name: str, drafts: Sequence[QuestionDraft]) -> list[QuestionDraft]:
        return self._sets.review(name, drafts)

    # -- work

    def order(self, evaluation: Evaluation) -> TaskOrder:
        chosen = self._sets.get(evaluation.set)
        if evaluation.kind not in chosen.kinds:
            supported = ", ".join(chosen.kinds)
            raise UsageError(
                f"The question set {chosen.name!r} does not support {evaluation.kind} "
                f"evaluations. Supported: {supported}."
            )
        title = f"Evaluate {evaluation.kind} on {evaluation.set}"
        return TaskOrder("evaluation", title, partial(self._evaluating, evaluation), patient=True)

    def order_questions(self, collection: str, name: str, count: int) -> TaskOrder:
        self._sets.check_free(name)
        title = f"Generate {count} questions from {collection}"
        return TaskOrder("questions", title, partial(self._generating, collection, name, count), patient=True)

    # -- runs

    def runs(self) -> list[EvalRun]:
        return self._runs.all()

    def report(self, run: str) -> bytes:
        return self._runs.page(run)

    def trace(self, run: str, question: str) -> QuestionTrace:
        return self._runs.read(run).trace(question)

    def compare(self, before: str, after: str) -> RunComparison:
        return compare_runs(self._runs.read(before), self._runs.read(after))

    @contextmanager
    def _evaluating(self, evaluation: Evaluation) -> Iterator[CommandLine]:
        with self._sets.checked_out(evaluation.set) as folder:
            yield CommandLine(("eval", evaluation.kind), tuple(self._options(evaluation)), (str(folder),))
        self._runs.take_in()

    @contextmanager
    def _generating(self, collection: str, name: str, count: int) -> Iterator[CommandLine]:
        with TemporaryDirectory() as temporary:
            folder = Path(temporary) / name
            output = f"--output={folder / 'questions.jsonl'}"
            yield CommandLine(
                ("eval", "make"), (f"--collection={collection}", output, f"--count={count}", "--json")
            )
            self._sets.add_folder(folder)

    def _options(self, evaluation: Evaluation) -> Iterator[str]:
        yield "--json"
        if evaluation.limit is not None:
            yield f"--limit={evaluation.limit}"
        if evaluation.kind == "cache":  # its result is that of the task
            return
        file = self._runs.new_file(f"{evaluation.set}.{evaluation.kind}")
        yield f"--run-file={file}"
        yield f"--report={file.with_suffix(PAGE_SUFFIX)}"
        if evaluation.kind != "retrieval":
            yield f"--generator={evaluation.generator}"
