"""`ragapp eval answers` and `ragapp eval citations`: the same questions asked, other figures shown."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from evals.cli.options import (
    Baseline,
    Gate,
    Limit,
    Report,
    RunFile,
    Seed,
    check_gate,
    leave,
    tell_failures,
)
from ragapp.doors.terminal.options import AsJson, DataDir, load_settings

if TYPE_CHECKING:
    from evals.answers.evaluate import Asked
    from evals.answers.runs import AnswerRun
    from evals.statistics.gate import GateResult
    from ragapp.settings import Settings

REPORTED = 20
"""Worst answers that a page shows."""

Shown = Literal["answers", "citations"]

HELP: dict[Shown, str] = {
    "answers": """Score answers: what they say, what they refuse, what they cite.

    The documents go through the real ingest, once, and every question through the real answering. Where
    all questions are answerable, each is asked once more of documents that do not hold its answer. With
    RAGAPP_JUDGE set, a judge model also says how faithful each answer is.

    Examples:

      ragapp eval answers evals/data/xquad-mini --report answers.html

      ragapp eval answers questions.jsonl --generator local --limit 20 --worst 10

      ragapp eval answers questions.jsonl --baseline runs/before.json --gate
    """,
    "citations": """Score citations: do they support their sentences, quote the text, hit the gold evidence?

    Precision and recall are ALCE's, with ragapp's own verifier as the judge of support.

    Examples:

      ragapp eval citations evals/data/xquad-mini

      ragapp eval citations financebench --json
    """,
}


@dataclass(frozen=True, slots=True)
class _Order:
    """What is to be asked, and of whom."""

    dataset: Path
    generator: str
    limit: int | None
    seed: int


def command(shown: Shown) -> Callable[..., None]:
    """The command that shows these figures."""

    def score(
        dataset: Annotated[
            Path,
            typer.Argument(
                help="File or folder: SQuAD, PubMedQA, MTRAG, FinanceBench or our own JSONL.",
                show_default=False,
            ),
        ],
        generator: Annotated[
            str, typer.Option(help="Who answers: extractive, local, openai:MODEL …")
        ] = "extractive",
        limit: Limit = None,
        seed: Seed = 0,
        run_file: RunFile = None,
        baseline: Baseline = None,
        gate: Gate = False,
        report: Report = None,
        worst: Annotated[
            int, typer.Option(min=0, help="Also show this many of the worst answers in words.")
        ] = 0,
        as_json: AsJson = False,
        data_dir: DataDir = None,
    ) -> None:
        check_gate(gate, baseline)
        settings = load_settings(data_dir).model_copy(update={"generator": generator})
        run, asked = _asked(_Order(dataset, generator, limit, seed), settings)
        path = _write(run, settings, run_file)
        compared = _compared(run, asked, baseline, report)
        tell_failures(run.failures)
        _print(run, path, compared, shown, as_json=as_json)
        if worst and not as_json:
            _print_worst(asked, worst)
        leave(gate=gate, compared=compared, failures=run.failures)

    return score


def _asked(order: _Order, settings: Settings) -> tuple[AnswerRun, list[Asked]]:
    from evals.answers.evaluate import evaluate_answers
    from evals.answers.library import open_library
    from evals.datasets.answering import load_answer_dataset, sample_questions
    from ragapp.doors.terminal.progress import Steps

    dataset = load_answer_dataset(order.dataset)
    asked = dataset if order.limit is None else sample_questions(dataset, order.limit, order.seed)
    with (
        Steps() as progress,
        open_library(dataset, settings, progress) as library,
    ):
        return evaluate_answers(asked, library, settings, progress)


def _write(run: AnswerRun, settings: Settings, run_file: Path | None) -> Path:
    from evals.runs import default_run_file, write_run

    path = run_file or default_run_file(settings.data_dir, run, "answers")
    write_run(path, run)
    return path


def _compared(
    run: AnswerRun, asked: list[Asked], baseline: Path | None, report: Path | None
) -> tuple[GateResult, ...]:
    from evals.answers.gating import judge_answers
    from evals.answers.runs import read_answer_run

    compared = judge_answers(run, baseline) if baseline else ()
    if report is not None:
        from evals.answers.printing import worst_rows
        from evals.report.answers import answers_page
        from evals.report.page import write_page

        texts = {one.question.id: one.question.question for one in asked}
        before = read_answer_run(baseline) if baseline else None
        write_page(report, answers_page(run, before, texts, worst_rows(asked, REPORTED)))
    return compared


def _print(
    run: AnswerRun, run_file: Path, compared: Iterable[GateResult], shown: Shown, *, as_json: bool
) -> None:
    from rich.console import Console

    from evals.answers import printing
    from evals.answers.summary import CITING, SHOWN

    if as_json:
        sys.stdout.write(printing.as_json(run, run_file, compared) + "\n")
        return
    names = SHOWN if shown == "answers" else CITING
    Console(highlight=False, soft_wrap=True).print(printing.as_text(run, run_file, compared, names))


def _print_worst(asked: list[Asked], count: int) -> None:
    from rich.console import Console

    from evals.answers.printing import worst_cases

    Console(highlight=False, soft_wrap=True).print(worst_cases(asked, count))
