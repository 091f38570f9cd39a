"""`ragapp eval retrieval`: scores search by relevant documents or evidence spans, or the ranking of another
program.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from markupsafe import Markup
from rich.console import RenderableType

from evals.datasets.beir import load_beir
from evals.datasets.sampling import sample_queries, sample_spans
from evals.datasets.spans import is_span_folder, load_spans
from evals.experiment import Experiment
from evals.report.retrieval import retrieval_page
from evals.retrieval.corpus import open_corpus
from evals.retrieval.evaluate import RetrievalResult, evaluate_ranking, evaluate_retrieval
from evals.retrieval.printing import RetrievalSummary, as_text, summary
from evals.retrieval.runs import RetrievalRun, read_retrieval_run
from evals.retrieval.spans import evaluate_spans
from evals.retrieval.trec import read_trec, write_trec
from evals.retrieval.types import RetrievalDataset
from evals.statistics.gate import GateResult
from ragapp.settings import Settings
from ragapp.terminal.progress import Steps
from ragapp.types import SearchMode


@dataclass
class RetrievalExperiment(Experiment[RetrievalRun]):
    """If `mode` is given, only that mode is scored and compared. `ranking` is a TREC run file to score
    instead of searching; `trec_out` is a folder to which TREC run files are written.
    """

    dataset: Path
    split: str | None
    mode: SearchMode | None
    limit: int | None
    seed: int
    ranking: Path | None = None
    trec_out: Path | None = None
    result: RetrievalResult | None = field(default=None, init=False)

    kind = "retrieval"

    @classmethod
    def read(cls, path: Path) -> RetrievalRun:
        return read_retrieval_run(path)

    def run(self, settings: Settings) -> RetrievalRun:
        if is_span_folder(self.dataset):
            self.result = self._spans(settings)
        else:
            self.result = (
                self._searched(settings) if self.ranking is None else self._score_ranking(self.ranking)
            )
        return self.result.run

    def failures(self, run: RetrievalRun) -> Sequence[str]:
        return run.failures

    def summary(self, run: RetrievalRun, path: Path, compared: Sequence[GateResult]) -> RetrievalSummary:
        return summary(run, path, tuple(compared))

    def text(self, run: RetrievalRun) -> Iterator[RenderableType]:
        yield as_text(run)

    def page(self, run: RetrievalRun, baseline: RetrievalRun | None) -> Markup:
        return retrieval_page(run, baseline, self.result.queries if self.result else {})

    def export(self, run: RetrievalRun) -> None:
        if self.trec_out is None or self.result is None:
            return
        for mode, rankings in self.result.rankings.items():
            name = f"{run.dataset}.{run.split}.{mode}.run"
            write_trec(self.trec_out / name, rankings, tag=f"ragapp-{mode}")

    def _searched(self, settings: Settings) -> RetrievalResult:
        whole = load_beir(self.dataset, self.split)
        with Steps() as progress, open_corpus(whole, settings, progress) as corpus:
            return evaluate_retrieval(self._sampled(whole), corpus, settings, progress, only=self.mode)

    def _spans(self, settings: Settings) -> RetrievalResult:
        whole = load_spans(self.dataset)
        asked = whole if self.limit is None else sample_spans(whole, self.limit, self.seed)
        with Steps() as progress:
            queries = {question.id: question.text for question in asked.questions}
            return RetrievalResult(evaluate_spans(asked, settings, progress), rankings={}, queries=queries)

    def _score_ranking(self, file: Path) -> RetrievalResult:
        ranking = read_trec(file)
        dataset = self._sampled(load_beir(self.dataset, self.split))
        run = evaluate_ranking(dataset, ranking, file.stem)
        return RetrievalResult(run, {file.stem: ranking}, dataset.queries)

    def _sampled(self, dataset: RetrievalDataset) -> RetrievalDataset:
        return dataset if self.limit is None else sample_queries(dataset, self.limit, self.seed)
