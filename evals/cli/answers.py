"""`ragapp eval answers` and `ragapp eval citations`: the same questions asked, other figures shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from evals.cli.options import Baseline, Gate, Limit, Report, RunFile, Seed
from evals.cli.outcome import check_gate, gated, keep, leave, show, show_ending
from ragapp.terminal.options import AsJson, DataDir, load_settings

if TYPE_CHECKING:
    from evals.answers.evaluate import AskedQuestion
    from evals.answers.runs import AnswerRun
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
class _Arguments:
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
        from evals.answers.printing import as_text, summary, worst_cases
        from evals.answers.runs import read_answer_run
        from evals.answers.summary import CITING, SHOWN
        from ragapp.terminal.output import print_json

        check_gate(gate, baseline)
        before = read_answer_run(baseline) if baseline else None
        settings = load_settings(data_dir).model_copy(update={"generator": generator})
        run, asked = _asked(_Arguments(dataset, generator, limit, seed), settings)
        path = keep(run, settings, run_file, "answers")
        compared = gated(run, before)
        if report is not None:
            _write_page(report, run, asked, before)
        if as_json:
            print_json(summary(run, path, compared))
        else:
            show(as_text(run, SHOWN if shown == "answers" else CITING))
            show(worst_cases(asked, worst))
            show_ending(path, compared)
        leave(gate=gate, compared=compared, failures=run.failures)

    return score


def _asked(order: _Arguments, settings: Settings) -> tuple[AnswerRun, list[AskedQuestion]]:
    from evals.answers.corpus import open_answer_corpus
    from evals.answers.evaluate import evaluate_answers
    from evals.datasets.answering import load_answer_dataset, sample_questions
    from ragapp.terminal.progress import Steps

    dataset = load_answer_dataset(order.dataset)
    asked = dataset if order.limit is None else sample_questions(dataset, order.limit, order.seed)
    with (
        Steps() as progress,
        open_answer_corpus(dataset, settings, progress) as library,
    ):
        return evaluate_answers(asked, library, settings, progress)


def _write_page(report: Path, run: AnswerRun, asked: list[AskedQuestion], before: AnswerRun | None) -> None:
    from evals.answers.printing import worst_rows
    from evals.report.answers import answers_page
    from evals.report.page import write_page

    texts = {one.question.id: one.question.question for one in asked}
    write_page(report, answers_page(run, before, texts, worst_rows(asked, REPORTED)))
