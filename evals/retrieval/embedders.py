"""Compares two embedders on a dataset with relevance judgements."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from rich.progress import Progress

from evals.datasets.beir import load_beir
from evals.retrieval.corpus import open_corpus
from evals.retrieval.evaluate import MODES, evaluate_retrieval
from evals.retrieval.runs import COMPARED_BY
from evals.retrieval.types import RetrievalDataset
from evals.statistics.paired import Comparison, compare
from ragapp.settings import Settings
from ragapp.types import SearchMode


@dataclass(frozen=True, slots=True)
class EmbedderChange:
    """nDCG@10 with the former and the new embedder, and the significance of the difference."""

    mode: SearchMode
    before: float
    after: float
    comparison: Comparison

    def __str__(self) -> str:
        found = self.comparison
        return (
            f"{self.mode}: {COMPARED_BY} {self.before:.3f} → {self.after:.3f} "
            f"({found.difference:+.3f}, 95% from {found.low:+.3f} to {found.high:+.3f}, p {found.p:.3f})"
        )


def compare_embedders(
    settings: Settings, former: str, new: str, folder: Path, progress: Progress
) -> list[EmbedderChange]:
    """Ingests and searches the dataset with both embedders. Raises UsageError, ModelError, StorageError."""
    dataset = load_beir(folder, None)
    before, after = (_scores(dataset, settings, name, progress) for name in (former, new))
    return [
        EmbedderChange(mode, _mean(before[mode]), _mean(after[mode]), compare(after[mode], before[mode]))
        for mode in MODES
        if mode != "words"
    ]


def _scores(
    dataset: RetrievalDataset, settings: Settings, embedder: str, progress: Progress
) -> dict[str, dict[str, float]]:
    """By mode and query."""
    own = settings.model_copy(update={"embedder": embedder})
    with open_corpus(dataset, own, progress) as corpus:
        modes = evaluate_retrieval(dataset, corpus, own, progress).run.modes
    return {
        mode: {query: found.scores[COMPARED_BY] for query, found in result.queries.items()}
        for mode, result in modes.items()
    }


def _mean(scores: dict[str, float]) -> float:
    return sum(scores.values()) / len(scores)
