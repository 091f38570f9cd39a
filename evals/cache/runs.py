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
    """A pair: whether its questions mean the same, and whether the cache served one for the other."""

    same: bool
    served: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheRun(ScoredRun):
    """The run of an evaluation of the cache. `pairs` are identified by digest, because texts of the set are
    not stored. They are scored at `threshold`, the one in use.
    """

    threshold: float
    evaluation: CacheEvaluation
    pairs: Mapping[str, PairResult]

    def scores(self) -> ScoresByMetric:
        """The score of each pair: 1 if it was handled correctly: a hit if it means the same, otherwise no
        hit.
        """
        same = [(pair, one) for pair, one in self.pairs.items() if one.same]
        others = [(pair, one) for pair, one in self.pairs.items() if not one.same]
        return {
            "hit where the same": {pair: float(one.served) for pair, one in same},
            "no hit where another": {pair: float(not one.served) for pair, one in others},
        }


def cache_run(
    name: str, pairs: Sequence[Pair], judged: ScoredPairs, in_use: float, evaluation: CacheEvaluation
) -> CacheRun:
    """The run of an evaluation. `judged` are all pairs in order; `in_use` is the threshold of the
    settings.
    """
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
    """Reads a run file. Raises UsageError if it does not exist or is not a cache run."""
    return read_run(path, CacheRun, "ragapp eval cache")
