"""The run file of a cache evaluation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from evals.cache.evaluation import CacheEvaluation
from evals.cache.pairs import Pair
from evals.cache.scoring import ScoredPairs
from evals.runs import ScoredRun, ScoresByMetric, code_version, fingerprint, now, read_run


@dataclass(frozen=True, slots=True)
class PairResult:
    """Whether one question of the pair would get the other's answer, and whether it should."""

    same: bool
    served: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheRun(ScoredRun):
    """`pairs` are by digest: no text of the set is kept. They are judged at `threshold`, the one in use."""

    threshold: float
    evaluation: CacheEvaluation
    pairs: Mapping[str, PairResult]

    def scores(self) -> ScoresByMetric:
        """1 where the cache did right: hits among pairs that mean the same, and no hit among the others."""
        same = [(pair, one) for pair, one in self.pairs.items() if one.same]
        others = [(pair, one) for pair, one in self.pairs.items() if not one.same]
        return {
            "hit where the same": {pair: float(one.served) for pair, one in same},
            "no hit where another": {pair: float(not one.served) for pair, one in others},
        }


def cache_run(
    name: str, pairs: Sequence[Pair], judged: ScoredPairs, in_use: float, evaluation: CacheEvaluation
) -> CacheRun:
    """`judged` are all pairs, in their order; `in_use` is the threshold that a user's questions meet."""
    served = judged.scored.agreed & (judged.scored.cosines >= np.float32(in_use))
    results = {
        pair.digest: PairResult(pair.label == 1, bool(hit)) for pair, hit in zip(pairs, served, strict=True)
    }
    return CacheRun(
        dataset=name,
        dataset_sha256=fingerprint([(pair.text_a, pair.text_b, pair.label) for pair in pairs]),
        settings_fingerprint=fingerprint(evaluation.embedder, in_use),
        embedder=evaluation.embedder,
        threshold=in_use,
        code=code_version(),
        created_at=now(),
        evaluation=evaluation,
        pairs=results,
    )


def read_cache_run(path: Path) -> CacheRun:
    """Raises UsageError when the file is not there or no run of the cache."""
    return read_run(path, CacheRun, "ragapp eval cache")
