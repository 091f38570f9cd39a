"""The tables of docs/quality.md, made from the run files in the repository.

    python -m evals.quality

A test keeps the page and the run files in step.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from evals.answers.runs import AnswerRun, read_answer_run

RUN_FILES = Path(__file__).parent / "run_files"
PAGE = Path(__file__).parent.parent / "docs" / "quality.md"
BEGIN, END = "<!-- Made by `python -m evals.quality`. -->", "<!-- Made until here. -->"

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
SHORT = {"exact_match", "answer_recall"}
"""Metrics that say nothing where gold answers are whole paragraphs: shown where any question scores."""


def tables(runs: Sequence[AnswerRun]) -> str:
    """Both tables in Markdown: what was answered, and what was cited."""
    return "\n\n".join(_table(runs, columns) for columns in (ANSWERS, CITATIONS))


def read_runs(folder: Path) -> list[AnswerRun]:
    """Every run of answers in the folder, by dataset and generator."""
    runs = [read_answer_run(path) for path in folder.glob("*.json.gz")]
    return sorted(runs, key=lambda run: (run.dataset, run.generator, -len(run.questions)))


def rewritten(page: str, made: str) -> str:
    """The page with what stands between the two marks replaced."""
    before, rest = page.split(BEGIN)
    _, behind = rest.split(END)
    return f"{before}{BEGIN}\n\n{made}\n\n{END}{behind}"


def _table(runs: Iterable[AnswerRun], columns: dict[str, str]) -> str:
    head = ["set", "answers by", "questions", *columns]
    rows = [
        [run.dataset, run.model, f"{len(run.questions):,}", *(_cell(run, name) for name in columns.values())]
        for run in runs
    ]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *rows))


def _cell(run: AnswerRun, name: str) -> str:
    figure = run.figures.get(name)
    if figure is None or figure.n == 0 or (name in SHORT and figure.value == 0):
        return "–"
    return f"{_short(figure.value)} ({_short(figure.low)}–{_short(figure.high)})"


def _short(value: float) -> str:
    return f"{value:.2f}".removeprefix("0")


def main() -> None:
    page = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(rewritten(page, tables(read_runs(RUN_FILES))), encoding="utf-8")


if __name__ == "__main__":
    main()
