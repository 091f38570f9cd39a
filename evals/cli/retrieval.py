"""`ragapp eval retrieval`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from evals.cli.options import Baseline, Gate, Limit, Report, RunFile, Seed
from ragapp.terminal.options import AsJson, DataDir, load_settings

Mode = Literal["all", "hybrid", "dense", "words"]


def retrieval(
    dataset: Annotated[
        Path,
        typer.Argument(
            help="Folder in BEIR layout, or with questions.jsonl and corpora.", show_default=False
        ),
    ],
    split: Annotated[
        str | None, typer.Option(help="The split of the qrels to score. Default: the only one.")
    ] = None,
    mode: Annotated[
        Mode, typer.Option(help="Score only this mode, which the gate then compares instead of hybrid.")
    ] = "all",
    limit: Limit = None,
    seed: Seed = 0,
    run: Annotated[
        Path | None, typer.Option(help="Score this TREC run file of another program instead of searching.")
    ] = None,
    run_file: RunFile = None,
    trec_out: Annotated[
        Path | None, typer.Option(help="Also write a TREC run file for each mode into this folder.")
    ] = None,
    baseline: Baseline = None,
    gate: Gate = False,
    report: Report = None,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Score search on a dataset in BEIR layout: corpus.jsonl, queries.jsonl, qrels/SPLIT.tsv.

    The corpus is ingested once, and every query is searched in each mode. Scores are computed by trec_eval.
    The table shows how much hybrid search gains over each retriever alone, whether the gain is significant,
    and which stage lost the relevant documents. A folder with questions.jsonl and corpora is scored by the
    spans of its evidence.

    Examples:

      ragapp eval retrieval evals/data/scifact-mini --report search.html

      ragapp eval retrieval ~/beir/scifact --split test --json

      ragapp eval retrieval ~/beir/fiqa --split dev --limit 100 --trec-out runs

      ragapp eval retrieval ~/beir/scifact --run elsewhere.run

      ragapp eval retrieval ~/beir/scifact --baseline runs/before.json --gate
    """
    from evals.experiment import Outputs, conduct
    from evals.retrieval.experiment import RetrievalExperiment

    only = None if mode == "all" else mode
    conduct(
        RetrievalExperiment(dataset, split, only, limit, seed, ranking=run, trec_out=trec_out),
        load_settings(data_dir),
        Outputs(run_file=run_file, baseline=baseline, gate=gate, report=report, as_json=as_json),
    )
