"""`ragapp eval answers` and `ragapp eval citations`: the same questions asked, other figures shown."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ragapp.doors.terminal.options import AsJson, DataDir, load_settings

if TYPE_CHECKING:
    from evals.answers.evaluate import Asked
    from evals.answers.runs import AnswerRun
    from evals.gate import GateResult
    from ragapp.settings import Settings

FAILED = 1
"""Exit code when documents of the dataset could not be ingested; the scores count what they cost."""

Dataset = Annotated[
    Path,
    typer.Argument(
        help="File or folder: SQuAD, PubMedQA, MTRAG, FinanceBench or our own JSONL.", show_default=False
    ),
]
Writer = Annotated[str, typer.Option(help="Who answers: extractive, local, openai:MODEL …")]
Limit = Annotated[
    int | None, typer.Option(min=1, help="Ask only this many questions, still of all documents.")
]
Seed = Annotated[int, typer.Option(help="Which questions --limit draws.")]
RunFile = Annotated[
    Path | None,
    typer.Option(
        help="Where the run file goes, compressed if named .gz. By default evals/runs in the data folder."
    ),
]
Baseline = Annotated[Path | None, typer.Option(help="A former run file to compare with.")]
Gate = Annotated[bool, typer.Option("--gate", help="Exit with 4 when the run lost against --baseline.")]
Worst = Annotated[int, typer.Option(min=0, help="Also show this many of the worst answers in words.")]


@dataclass(frozen=True, slots=True)
class _Order:
    """What a command was asked to do."""

    dataset: Path
    generator: str
    limit: int | None
    seed: int
    run_file: Path | None
    baseline: Path | None
    gate: bool
    worst: int
    as_json: bool


def answers(
    dataset: Dataset,
    generator: Writer = "extractive",
    limit: Limit = None,
    seed: Seed = 0,
    run_file: RunFile = None,
    baseline: Baseline = None,
    gate: Gate = False,
    worst: Worst = 0,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Score answers: what they say, what they refuse, what they cite.

    The documents go through the real ingest, once, and every question through the real answering. Where
    all questions are answerable, each is asked once more of documents that do not hold its answer.

    Examples:

      ragapp eval answers evals/data/squad-mini.json

      ragapp eval answers questions.jsonl --generator local --limit 20 --worst 10

      ragapp eval answers questions.jsonl --baseline runs/before.json --gate
    """
    from evals.answers.summary import SHOWN

    order = _Order(dataset, generator, limit, seed, run_file, baseline, gate, worst, as_json)
    _evaluate(order, SHOWN, data_dir)


def citations(
    dataset: Dataset,
    generator: Writer = "extractive",
    limit: Limit = None,
    seed: Seed = 0,
    run_file: RunFile = None,
    baseline: Baseline = None,
    gate: Gate = False,
    worst: Worst = 0,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Score citations: do they support their sentences, quote the stored text, hit the gold evidence?

    Precision and recall are ALCE's, with ragapp's own verifier as the judge of support.

    Examples:

      ragapp eval citations evals/data/squad-mini.json

      ragapp eval citations financebench --json
    """
    from evals.answers.summary import CITING

    order = _Order(dataset, generator, limit, seed, run_file, baseline, gate, worst, as_json)
    _evaluate(order, CITING, data_dir)


def _evaluate(order: _Order, shown: Iterable[str], data_dir: Path | None) -> None:
    from evals.answers.gating import judge_answers
    from evals.answers.runs import default_run_file, write_answer_run
    from evals.gate import CLOSED
    from ragapp.errors import UsageError

    if order.gate and order.baseline is None:
        raise UsageError("--gate needs a run to compare with. Add --baseline RUN.json.")
    settings = load_settings(data_dir).model_copy(update={"generator": order.generator})
    run, asked = _asked(order, settings)
    path = order.run_file or default_run_file(settings.data_dir, run)
    write_answer_run(path, run)
    verdicts = judge_answers(run, order.baseline) if order.baseline else ()
    _print(order, run, path, verdicts, asked, shown)
    if order.gate and any(verdict.lost for verdict in verdicts):
        raise typer.Exit(CLOSED)
    if run.failures:
        raise typer.Exit(FAILED)


def _asked(order: _Order, settings: Settings) -> tuple[AnswerRun, list[Asked]]:
    from rich.console import Console
    from rich.progress import Progress

    from evals.answers.evaluate import evaluate_answers
    from evals.answers.library import open_library
    from evals.datasets.answering import load_answer_dataset, sample_questions

    dataset = load_answer_dataset(order.dataset)
    asked = dataset if order.limit is None else sample_questions(dataset, order.limit, order.seed)
    with (
        Progress(console=Console(stderr=True)) as progress,
        open_library(dataset, settings, progress) as library,
    ):
        return evaluate_answers(asked, library, settings, progress)


def _print(
    order: _Order,
    run: AnswerRun,
    run_file: Path,
    verdicts: Iterable[GateResult],
    asked: list[Asked],
    shown: Iterable[str],
) -> None:
    from rich.console import Console

    from evals.answers import report

    for failure in run.failures:
        Console(stderr=True).print(f"not ingested: {failure}", markup=False)
    if order.as_json:
        sys.stdout.write(report.as_json(run, run_file, verdicts) + "\n")
        return
    console = Console(highlight=False, soft_wrap=True)
    console.print(report.as_text(run, run_file, verdicts, shown))
    if order.worst:
        console.print(report.worst_cases(asked, order.worst))
