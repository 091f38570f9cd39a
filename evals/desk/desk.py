"""LocalEvalDesk: the EvalDesk over a data folder. Evaluations are commands; their run files are read here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

from evals.cache.pairs import load_pairs
from evals.datasets.answering import load_answer_dataset
from evals.datasets.beir import load_beir
from evals.datasets.spans import is_span_folder, load_spans
from evals.desk.comparing import compare_runs
from evals.desk.review import read_drafts, write_drafts
from evals.desk.runs import RUN_SUFFIX, KeptRun, read_kept_run, report_of
from evals.desk.sets import SetFolder, discard, questions_file
from ragapp.errors import NotFoundError, RagappError, UsageError
from ragapp.types import (
    EvalRun,
    EvalSet,
    Evaluation,
    Order,
    QuestionDraft,
    QuestionTrace,
    RunComparison,
)


class LocalEvalDesk:
    """Sets and runs in `evals` of the data folder, where the commands put theirs too."""

    def __init__(self, data_dir: Path) -> None:
        self._runs = data_dir / "evals" / "runs"
        self._sets = SetFolder(data_dir / "evals" / "sets")

    # -- sets

    def sets(self) -> list[EvalSet]:
        return self._sets.all()

    def add_set(self, name: str, data: BinaryIO) -> EvalSet:
        path = self._sets.add(name, data)
        try:
            _check(path)
        except (RagappError, OSError, UnicodeDecodeError) as error:
            discard(path)
            raise UsageError(f"{path.name} is no question set: {error}") from error
        return self._sets.get(path.name if path.is_dir() else path.stem)

    def delete_set(self, name: str) -> None:
        self._sets.delete(name)

    def drafts(self, name: str) -> list[QuestionDraft]:
        return read_drafts(self._reviewable(name))

    def review(self, name: str, drafts: Sequence[QuestionDraft]) -> list[QuestionDraft]:
        path = self._reviewable(name)
        write_drafts(path, drafts)
        return read_drafts(path)

    # -- work

    def order(self, evaluation: Evaluation) -> Order:
        chosen = self._sets.get(evaluation.set)
        if evaluation.kind not in chosen.kinds:
            fit = " or ".join(chosen.kinds)
            raise UsageError(f"{chosen.name!r} is fit for {fit}, not for {evaluation.kind}.")
        return Order(
            "evaluation",
            f"Evaluate {evaluation.kind} on {evaluation.set}",
            ("eval", evaluation.kind),
            tuple(self._options(evaluation)),
            (str(self._sets.path(evaluation.set)),),
            patient=True,
        )

    def order_questions(self, collection: str, name: str, count: int) -> Order:
        place = self._sets.place_for(name)
        place.parent.mkdir(parents=True, exist_ok=True)
        return Order(
            "questions",
            f"Make {count} questions from {collection}",
            ("eval", "make"),
            (
                f"--collection={collection}",
                f"--output={place / 'questions.jsonl'}",
                f"--count={count}",
                "--json",
            ),
            patient=True,
        )

    # -- runs

    def runs(self) -> list[EvalRun]:
        found = [run.told() for run in map(self._readable, self._files()) if run is not None]
        return sorted(found, key=lambda run: run.created_at, reverse=True)

    def report(self, run: str) -> bytes:
        page = report_of(self._path(run))
        if not page.is_file():
            raise NotFoundError(f"The run {run!r} has no page. Evaluate again to get one.")
        return page.read_bytes()

    def trace(self, run: str, question: str) -> QuestionTrace:
        return read_kept_run(self._path(run)).trace(question)

    def compare(self, before: str, after: str) -> RunComparison:
        return compare_runs(read_kept_run(self._path(before)), read_kept_run(self._path(after)))

    def _options(self, evaluation: Evaluation) -> list[str]:
        options = ["--json"]
        if evaluation.limit is not None:
            options.append(f"--limit={evaluation.limit}")
        if evaluation.kind == "cache":
            return options
        when = f"{datetime.now(UTC):%Y-%m-%dT%H%M%SZ}"
        # Two may be ordered in one second.
        file = self._runs / f"{evaluation.set}.{evaluation.kind}.{when}.{uuid4().hex[:8]}{RUN_SUFFIX}"
        options += [f"--run-file={file}", f"--report={report_of(file)}"]
        if evaluation.kind != "retrieval":
            options.append(f"--generator={evaluation.generator}")
        return options

    def _reviewable(self, name: str) -> Path:
        if not self._sets.get(name).reviewable:
            raise UsageError(f"{name!r} cannot be reviewed here: that takes an own set in ragapp's layout.")
        path = questions_file(self._sets.path(name))
        assert path is not None, "a reviewable set has its file"
        return path

    def _files(self) -> list[Path]:
        return list(self._runs.glob(f"*{RUN_SUFFIX}")) if self._runs.is_dir() else []

    def _path(self, run: str) -> Path:
        """Raises NotFoundError. Only names that are listed lead to files."""
        for path in self._files():
            if path.name.removesuffix(RUN_SUFFIX) == run:
                return path
        raise NotFoundError(f"There is no run {run!r}. GET /v1/evals/runs lists those there are.")

    @staticmethod
    def _readable(path: Path) -> KeptRun | None:
        return _read(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=200)
def _read(path: Path, _changed_at: int) -> KeptRun | None:
    """None for files of other kinds of runs. A run file is read again only when it has changed."""
    try:
        return read_kept_run(path)
    except UsageError:
        return None


def _check(path: Path) -> None:
    """Raises what the set's own loader does."""
    if path.is_dir() and is_span_folder(path):
        load_spans(path)
    elif path.is_dir() and (path / "queries.jsonl").is_file():
        load_beir(path, None)
    elif path.is_file() and '"text_a"' in path.read_text(encoding="utf-8")[:10_000]:
        load_pairs(path, None)
    else:
        load_answer_dataset(path)
