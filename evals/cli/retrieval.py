"""`ragapp eval retrieval`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ragapp.doors.terminal.options import AsJson, DataDir, load_settings
from ragapp.errors import UsageError

if TYPE_CHECKING:
    from evals.gate import GateResult
    from evals.retrieval import RetrievalResult
    from evals.types import RetrievalDataset
    from ragapp.settings import Settings

FAILED = 1
"""Exit code when documents of the corpus could not be ingested; the scores count them as not found."""


def retrieval(
    dataset: Annotated[Path, typer.Argument(help="Folder in BEIR layout.", show_default=False)],
    split: Annotated[
        str | None, typer.Option(help="Which qrels to score. By default the only ones there are.")
    ] = None,
    limit: Annotated[
        int | None, typer.Option(min=1, help="Ask only this many queries, still of the whole corpus.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Which queries --limit draws.")] = 0,
    run_file: Annotated[
        Path | None, typer.Option(help="Where the run file goes. By default evals/runs in the data folder.")
    ] = None,
    trec: Annotated[
        Path | None, typer.Option(help="Also write a TREC run file for each mode into this folder.")
    ] = None,
    baseline: Annotated[
        Path | None, typer.Option(help="A former run file to compare with.", exists=True)
    ] = None,
    gate: Annotated[
        bool, typer.Option("--gate", help="Exit with 4 on a significant loss against --baseline.")
    ] = False,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Score search on a dataset in BEIR layout: corpus.jsonl, queries.jsonl, qrels/SPLIT.tsv.

    The corpus goes through the real ingest, once, and every query through the real search in each mode.
    Scores are trec_eval's. The table says by how much hybrid beats each leg alone, and whether that may
    be luck.

    Examples:

      ragapp eval retrieval evals/data/scifact-mini

      ragapp eval retrieval ~/beir/scifact --split test --json

      ragapp eval retrieval ~/beir/fiqa --split dev --limit 100 --trec runs

      ragapp eval retrieval ~/beir/scifact --baseline runs/before.json --gate
    """
    from evals.datasets.beir import load_beir
    from evals.gate import CLOSED
    from evals.retrieval_gate import judge_retrieval

    if gate and baseline is None:
        raise UsageError("--gate needs a run to compare with. Add --baseline RUN.json.")
    settings = load_settings(data_dir)
    result = _evaluate(load_beir(dataset, split), settings, limit, seed)
    path = _write(result, settings, run_file, trec)
    compared = judge_retrieval(result.run, baseline) if baseline else ()
    _print(result, path, compared, as_json=as_json)
    if gate and any(one.lost for one in compared):
        raise typer.Exit(CLOSED)
    if result.run.failures:
        raise typer.Exit(FAILED)


def _evaluate(dataset: RetrievalDataset, settings: Settings, limit: int | None, seed: int) -> RetrievalResult:
    from rich.console import Console
    from rich.progress import Progress

    from evals.corpus import open_corpus
    from evals.datasets.sampling import sample_queries
    from evals.retrieval import evaluate_retrieval

    asked = dataset if limit is None else sample_queries(dataset, limit, seed)
    with (
        Progress(console=Console(stderr=True)) as progress,
        open_corpus(dataset, settings, progress) as corpus,
    ):
        return evaluate_retrieval(asked, corpus, settings, progress)


def _write(result: RetrievalResult, settings: Settings, run_file: Path | None, trec: Path | None) -> Path:
    from evals.runs import default_run_file, write_run, write_trec

    path = run_file or default_run_file(settings.data_dir, result.run)
    write_run(path, result.run)
    if trec is not None:
        for mode, rankings in result.rankings.items():
            name = f"{result.run.dataset}.{result.run.split}.{mode}.run"
            write_trec(trec / name, rankings, tag=f"ragapp-{mode}")
    return path


def _print(result: RetrievalResult, run_file: Path, gate: Sequence[GateResult], *, as_json: bool) -> None:
    from rich.console import Console

    from evals import report

    for failure in result.run.failures:
        Console(stderr=True).print(f"not ingested: {failure}", markup=False)
    if as_json:
        sys.stdout.write(report.as_json(result.run, run_file, gate) + "\n")
    else:
        Console(highlight=False, soft_wrap=True).print(report.as_text(result.run, run_file, gate))
