"""`ragapp eval retrieval`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from evals.cli.options import Baseline, Gate, Limit, Report, RunFile, Seed
from evals.cli.outcome import check_gate, gated, keep, leave, show, show_ending
from ragapp.terminal.options import AsJson, DataDir, load_settings

if TYPE_CHECKING:
    from evals.retrieval.evaluate import RetrievalResult
    from evals.retrieval.runs import RetrievalRun
    from evals.retrieval.types import RetrievalDataset
    from ragapp.settings import Settings
    from ragapp.types import SearchMode

Mode = Literal["all", "hybrid", "dense", "words"]


@dataclass(frozen=True, slots=True)
class _Arguments:
    """What is to be scored, and which system the gate compares."""

    dataset: Path
    split: str | None
    mode: SearchMode | None
    limit: int | None
    seed: int


def retrieval(
    dataset: Annotated[
        Path, typer.Argument(help="Folder in BEIR layout, or with questions and spans.", show_default=False)
    ],
    split: Annotated[
        str | None, typer.Option(help="Which qrels to score. By default the only ones there are.")
    ] = None,
    mode: Annotated[
        Mode, typer.Option(help="Score only this mode; it is what the gate compares then, not hybrid.")
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

    The corpus goes through the real ingest, once, and every query through the real search in each mode.
    Scores are trec_eval's. The table says by how much hybrid beats each leg alone, whether that may be
    luck, and which stage lost the relevant documents. A folder with questions.jsonl and corpora is scored
    by the spans of its evidence.

    Examples:

      ragapp eval retrieval evals/data/scifact-mini --report search.html

      ragapp eval retrieval ~/beir/scifact --split test --json

      ragapp eval retrieval ~/beir/fiqa --split dev --limit 100 --trec-out runs

      ragapp eval retrieval ~/beir/scifact --run elsewhere.run

      ragapp eval retrieval ~/beir/scifact --baseline runs/before.json --gate
    """
    from evals.retrieval.printing import as_text, summary
    from evals.retrieval.runs import read_retrieval_run
    from ragapp.terminal.output import print_json

    check_gate(gate, baseline)
    before = read_retrieval_run(baseline) if baseline else None
    settings = load_settings(data_dir)
    result = _scored(_Arguments(dataset, split, None if mode == "all" else mode, limit, seed), run, settings)
    path = keep(result.run, settings, run_file, result.run.split)
    if trec_out is not None:
        _write_rankings(trec_out, result)
    compared = gated(result.run, before)
    if report is not None:
        _write_page(report, result, before)
    if as_json:
        print_json(summary(result.run, path, compared))
    else:
        show(as_text(result.run))
        show_ending(path, compared)
    leave(gate=gate, compared=compared, failures=result.run.failures)


def _scored(order: _Arguments, given: Path | None, settings: Settings) -> RetrievalResult:
    """By spans, by documents, or what another program found."""
    from evals.datasets.spans import is_span_folder

    if is_span_folder(order.dataset):
        return _spans(order, settings)
    return _searched(order, settings) if given is None else _given(order, given)


def _searched(order: _Arguments, settings: Settings) -> RetrievalResult:
    from evals.datasets.beir import load_beir
    from evals.retrieval.corpus import open_corpus
    from evals.retrieval.evaluate import evaluate_retrieval
    from ragapp.terminal.progress import Steps

    whole = load_beir(order.dataset, order.split)
    with (
        Steps() as progress,
        open_corpus(whole, settings, progress) as corpus,
    ):
        return evaluate_retrieval(_sampled(whole, order), corpus, settings, progress, only=order.mode)


def _spans(order: _Arguments, settings: Settings) -> RetrievalResult:
    from evals.datasets.sampling import sample_spans
    from evals.datasets.spans import load_spans
    from evals.retrieval.evaluate import RetrievalResult
    from evals.retrieval.spans import evaluate_spans
    from ragapp.terminal.progress import Steps

    whole = load_spans(order.dataset)
    asked = whole if order.limit is None else sample_spans(whole, order.limit, order.seed)
    with Steps() as progress:
        queries = {question.id: question.text for question in asked.questions}
        return RetrievalResult(evaluate_spans(asked, settings, progress), rankings={}, queries=queries)


def _given(order: _Arguments, file: Path) -> RetrievalResult:
    from evals.datasets.beir import load_beir
    from evals.retrieval.evaluate import RetrievalResult, evaluate_ranking
    from evals.retrieval.trec import read_trec

    ranking = read_trec(file)
    dataset = _sampled(load_beir(order.dataset, order.split), order)
    run = evaluate_ranking(dataset, ranking, file.stem)
    return RetrievalResult(run, {file.stem: ranking}, dataset.queries)


def _sampled(dataset: RetrievalDataset, order: _Arguments) -> RetrievalDataset:
    from evals.datasets.sampling import sample_queries

    return dataset if order.limit is None else sample_queries(dataset, order.limit, order.seed)


def _write_rankings(folder: Path, result: RetrievalResult) -> None:
    from evals.retrieval.trec import write_trec

    for mode, rankings in result.rankings.items():
        name = f"{result.run.dataset}.{result.run.split}.{mode}.run"
        write_trec(folder / name, rankings, tag=f"ragapp-{mode}")


def _write_page(report: Path, result: RetrievalResult, before: RetrievalRun | None) -> None:
    from evals.report.page import write_page
    from evals.report.retrieval import retrieval_page

    write_page(report, retrieval_page(result.run, before, result.queries))
