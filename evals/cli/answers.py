"""`ragapp eval answers` and `ragapp eval citations`: the same evaluation, with different metrics shown."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Literal

import typer

from evals.cli.options import Baseline, Gate, Limit, Report, RunFile, Seed
from ragapp.terminal.options import AsJson, DataDir, load_settings

Shown = Literal["answers", "citations"]

HELP: dict[Shown, str] = {
    "answers": """Score answers: their wording, refusals and citations.

    The documents are ingested once, and every question is answered as in normal use. If all questions are
    answerable, each is also asked of documents that do not contain its answer. With RAGAPP_JUDGE set, a judge
    model also rates how faithful each answer is.

    Examples:

      ragapp eval answers evals/data/xquad-mini --report answers.html

      ragapp eval answers questions.jsonl --generator local --limit 20 --worst 10

      ragapp eval answers questions.jsonl --baseline runs/before.json --gate
    """,
    "citations": """Score citations: support for their sentences, verbatim quotes, overlap with gold evidence.

    Precision and recall are those of ALCE, with ragapp's own groundedness check as the judge of support.

    Examples:

      ragapp eval citations evals/data/xquad-mini

      ragapp eval citations financebench --json
    """,
}


def command(shown: Shown) -> Callable[..., None]:
    """Returns the command that shows these metrics."""

    def score(
        dataset: Annotated[
            Path,
            typer.Argument(
                help="File or folder: SQuAD, PubMedQA, MTRAG, FinanceBench, a list or our own JSONL.",
                show_default=False,
            ),
        ],
        generator: Annotated[
            str, typer.Option(help="The generator of the answers: extractive, local, openai:MODEL …")
        ] = "extractive",
        limit: Limit = None,
        seed: Seed = 0,
        run_file: RunFile = None,
        baseline: Baseline = None,
        gate: Gate = False,
        report: Report = None,
        worst: Annotated[int, typer.Option(min=0, help="Also print this many of the worst answers.")] = 0,
        as_json: AsJson = False,
        data_dir: DataDir = None,
    ) -> None:
        from evals.answers.experiment import AnswerExperiment
        from evals.experiment import Outputs, conduct

        conduct(
            AnswerExperiment(dataset, generator, limit, seed, figures=shown, worst=worst),
            load_settings(data_dir),
            Outputs(run_file=run_file, baseline=baseline, gate=gate, report=report, as_json=as_json),
        )

    return score
