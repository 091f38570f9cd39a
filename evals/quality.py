"""The tables of docs/quality.md, made from the run files in the repository.

    python -m evals.quality

A test keeps the page and the run files in step.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from evals.answers.ablations import read_ablations, table
from evals.answers.evaluate import EXTRACTIVE
from evals.answers.printing import cell, markdown, says_nothing
from evals.answers.runs import AnswerRun, read_answer_run
from evals.retrieval.runs import SYSTEM, ModeResult, RetrievalRun, read_retrieval_run
from evals.runs import compare_runs
from evals.statistics.gate import GateResult
from evals.statistics.paired import Comparison, bootstrap_interval
from evals.sweep.front import rows
from evals.sweep.results import read_trials
from evals.sweep.table import markdown as sweep_table

RUN_FILES = Path(__file__).parent / "run_files"
PAGE = Path(__file__).parent.parent / "docs" / "quality.md"
BEGIN, END = "<!-- Made by `python -m evals.quality`: {}. -->", "<!-- Made until here. -->"

ANSWERS = {
    "answer recall": "answer_recall",
    "token recall": "token_recall",
    "refusal precision": "refusal_precision",
    "refusal recall": "refusal_recall",
    "refusal F1": "refusal_f1",
    "refused although answerable": "refused_although_answerable",
}
CITATIONS = {
    "precision (ALCE)": "citation_precision",
    "recall (ALCE)": "citation_recall",
    "verbatim": "verbatim",
    "of the gold document": "document_precision",
    "gold document cited": "document_recall",
    "gold page cited": "page_recall",
    "gold span cited": "span_recall",
}
WRITTEN = ("answer_recall", "token_recall", "refusal_right", "document_recall")
"""What a model that writes is compared by; its citations are the program's."""

SEARCH = ".retrieval.json"
"""In the names of run files of search."""


def made(folder: Path) -> dict[str, str]:
    """Each part of the page that is made, by its name, in Markdown."""
    answers = read_runs(folder)
    return {
        "ablations": table(read_ablations(folder / "ablations")),
        "checking": table(read_ablations(folder / "checking")),
        "answers": "\n\n".join(_table(answers, columns) for columns in (ANSWERS, CITATIONS)),
        "generators": _generators(answers),
        "search": _search(read_searches(folder)),
        "sweep": sweep_table(rows(read_trials(folder / "sweep.jsonl"))),
    }


def read_runs(folder: Path) -> list[AnswerRun]:
    """Every run of answers in the folder, by dataset and generator."""
    files = [path for path in folder.glob("*.json.gz") if SEARCH not in path.name]
    runs = [read_answer_run(path) for path in files]
    return sorted(runs, key=lambda run: (run.dataset, run.generator, -len(run.questions)))


def read_searches(folder: Path) -> list[RetrievalRun]:
    """Every run of search in the folder, by dataset and embedder."""
    runs = [read_retrieval_run(path) for path in folder.glob(f"*{SEARCH}*")]
    return sorted(runs, key=lambda run: (run.dataset, run.embedder))


def rewritten(page: str, name: str, text: str) -> str:
    """The page with what stands between the marks of that name replaced."""
    begin = BEGIN.format(name)
    before, rest = page.split(begin)
    _, behind = rest.split(END, 1)
    return f"{before}{begin}\n\n{text}\n\n{END}{behind}"


def _search(runs: Iterable[RetrievalRun]) -> str:
    head = [
        "set",
        "embedder",
        "queries",
        "documents",
        "by",
        "metric",
        "value (95% interval)",
        "hybrid gains (95% interval)",
        "p",
    ]
    lines = [
        [
            run.dataset,
            run.embedder.partition("@")[0] or "–",
            f"{len(run.scored.queries):,}",
            f"{run.documents:,}",
            mode,
            run.metric,
            _interval(result, run.metric),
            *_gain(run, mode),
        ]
        for run in runs
        for mode, result in run.modes.items()
    ]
    return markdown(head, lines)


def _gain(run: RetrievalRun, mode: str) -> tuple[str, str]:
    found = run.comparisons.get(f"{SYSTEM} - {mode}")
    return ("", "") if found is None else (_difference(found), _p(found.p))


def _generators(runs: Sequence[AnswerRun]) -> str:
    """Models that write against quotes alone, over the questions that both were asked."""
    quoted = {run.dataset_sha256: run for run in runs if run.generator == EXTRACTIVE}
    lines = [
        [run.dataset, run.model, one.metric.replace("_", " "), *_difference_cells(one)]
        for run in runs
        if run.generator != EXTRACTIVE and run.dataset_sha256 in quoted
        for one in compare_runs(run, quoted[run.dataset_sha256])
        if one.metric in WRITTEN and not says_nothing(run.figures, one.metric)
    ]
    head = ["set", "answers by", "metric", "less extractive (95% interval)", "p", "better", "equal", "worse"]
    return markdown(head, lines)


def _difference_cells(result: GateResult) -> list[str]:
    found = result.comparison
    counts = (found.wins, found.ties, found.losses)
    return [_difference(found), _p(result.p), *(f"{count:,}" for count in counts)]


def _difference(found: Comparison) -> str:
    return f"{found.difference:+.3f} ({found.low:+.3f} to {found.high:+.3f})".replace("0.", ".")


def _p(p: float) -> str:
    return f"{p:.4f}".removeprefix("0")


def _interval(result: ModeResult, metric: str) -> str:
    values = np.array([one.scores[metric] for one in result.queries.values()])
    low, high = bootstrap_interval(values)
    return f"{values.mean():.3f} ({low:.3f} to {high:.3f})".replace("0.", ".")


def _table(runs: Iterable[AnswerRun], columns: dict[str, str]) -> str:
    head = ["set", "answers by", "questions", *columns]
    lines = [
        [
            run.dataset,
            run.model,
            f"{len(run.questions):,}",
            *(cell(run.figures, name) for name in columns.values()),
        ]
        for run in runs
    ]
    return markdown(head, lines)


def main() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for name, text in made(RUN_FILES).items():
        page = rewritten(page, name, text)
    PAGE.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
