"""One trial: a dataset under one combination of settings.

Each trial runs in a separate process, so that its memory can be measured, after another process has
ingested the documents.
"""

from __future__ import annotations

import resource
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from rich.progress import Progress

from evals.answers.corpus import open_answer_corpus
from evals.answers.evaluate import evaluate_answers
from evals.datasets.answering import load_answer_dataset, sample_questions
from evals.datasets.beir import load_beir
from evals.datasets.sampling import sample_queries, sample_spans
from evals.datasets.spans import is_span_folder, load_spans
from evals.retrieval.corpus import open_corpus
from evals.retrieval.evaluate import evaluate_retrieval
from evals.retrieval.runs import RetrievalRun
from evals.retrieval.spans import evaluate_spans
from evals.runs import IngestedRun
from ragapp.processes.launch import spawn_context
from ragapp.settings import Settings

ANSWERED_BY = "answer_recall"
"""The metric by which answers are compared: whether the answer contains a gold answer verbatim."""

TOUCH = 1
"""The number of questions of the first pass, which only serves to ingest the documents."""


@dataclass(frozen=True, slots=True)
class Measured:
    """The measurements of a trial. `values` are by question; `p50_ms` is the median wall-clock time and
    `cpu_ms` the median CPU time (0 in older files); `memory_mib` is the peak resident memory while asking.
    """

    metric: str
    values: Mapping[str, float]
    dataset_sha256: str
    p50_ms: float
    memory_mib: float
    cpu_ms: float = 0.0

    @property
    def mean(self) -> float:
        return sum(self.values.values()) / len(self.values)


def measure(path: Path, limit: int | None, settings: Settings) -> Measured:
    """Measures a trial, which runs in child processes. Raises UsageError, ModelError, StorageError."""
    _in_child(path, TOUCH, settings)
    return _in_child(path, limit, settings)


def _in_child(path: Path, limit: int | None, settings: Settings) -> Measured:
    with ProcessPoolExecutor(1, mp_context=spawn_context()) as pool:
        return pool.submit(ask, path, limit, settings).result()


def ask(path: Path, limit: int | None, settings: Settings) -> Measured:
    """Runs a trial in this process, over all questions or `limit` of them."""
    with Progress(disable=True) as progress:
        if is_span_folder(path):
            return _spans(path, limit, settings, progress)
        if (path / "qrels").is_dir():
            return _documents(path, limit, settings, progress)
        return _answers(path, limit, settings, progress)


def _documents(path: Path, limit: int | None, settings: Settings, progress: Progress) -> Measured:
    whole = load_beir(path)
    asked = whole if limit is None else sample_queries(whole, limit, seed=0)
    with open_corpus(whole, settings, progress) as corpus:
        return _measured_run(evaluate_retrieval(asked, corpus, settings, progress, only="hybrid").run)


def _spans(path: Path, limit: int | None, settings: Settings, progress: Progress) -> Measured:
    whole = load_spans(path)
    asked = whole if limit is None else sample_spans(whole, limit, seed=0)
    return _measured_run(evaluate_spans(asked, settings, progress))


def _answers(path: Path, limit: int | None, settings: Settings, progress: Progress) -> Measured:
    whole = load_answer_dataset(path)
    asked = whole if limit is None else sample_questions(whole, limit, seed=0)
    with open_answer_corpus(whole, settings, progress) as library:
        run, _ = evaluate_answers(asked, library, settings, progress)
    values = {name: one.scores.get(ANSWERED_BY) for name, one in run.questions.items()}
    known = {name: value for name, value in values.items() if value is not None}
    return _measured(ANSWERED_BY, known, run)


def _measured_run(run: RetrievalRun) -> Measured:
    return _measured(run.metric, run.values(), run)


def _measured(metric: str, values: Mapping[str, float], run: IngestedRun) -> Measured:
    p50, cpu = run.latency_ms["p50"], run.latency_ms["cpu_p50"]
    return Measured(metric, values, run.dataset_sha256, p50, _resident(), cpu)


def _resident() -> float:
    """The peak resident memory of this process in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
