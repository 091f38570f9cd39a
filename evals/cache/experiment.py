"""`ragapp eval cache`: calibrates the threshold on one half of labelled pairs and scores it on the other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from markupsafe import Markup
from rich.console import Console, RenderableType
from rich.progress import Progress

from evals.cache.evaluation import evaluate_cache
from evals.cache.pairs import load_pairs, load_verdicts, pairs_file
from evals.cache.printing import as_text
from evals.cache.runs import CacheRun, cache_run, read_cache_run
from evals.cache.scoring import judge, vectorise
from evals.experiment import Experiment
from evals.report.cache import cache_page, hit_rate_curve
from evals.runs import write_whole
from evals.statistics.gate import GateResult
from ragapp.cache.answer_cache import CALIBRATED_THRESHOLDS
from ragapp.errors import UsageError
from ragapp.models.build import build_embedder
from ragapp.settings import Settings

UNCALIBRATED = 0.95
"""The threshold that is scored if neither the settings nor the calibration have one for the embedder."""


@dataclass
class CacheExperiment(Experiment[CacheRun]):
    """Certifies at most `wrong` wrong answers per hit. `judged` is a file of corrected labels; `svg` is the
    file for the curve of hits and wrong hits.
    """

    pairs: Path
    judged: Path | None
    wrong: float
    limit: int | None
    svg: Path | None

    kind = "cache"

    @classmethod
    def read(cls, path: Path) -> CacheRun:
        return read_cache_run(path)

    def run(self, settings: Settings) -> CacheRun:
        verdicts = load_verdicts(self.judged) if self.judged else {}
        pairs = load_pairs(pairs_file(self.pairs), verdicts)[: self.limit]
        embedder = build_embedder(settings)
        in_use = settings.cache_threshold or CALIBRATED_THRESHOLDS.get(embedder.fingerprint) or UNCALIBRATED
        with Progress(console=Console(stderr=True)) as progress:
            vectors = vectorise(pairs, embedder, settings.data_dir / "evals" / "questions", progress)
            found = evaluate_cache(
                pairs,
                vectors,
                verdicts,
                embedder=embedder.fingerprint,
                in_use=in_use,
                limit=self.wrong,
                progress=progress,
            )
        return cache_run(self.pairs.resolve().stem, pairs, judge(pairs, vectors), in_use, found)

    def summary(self, run: CacheRun, path: Path, compared: Sequence[GateResult]) -> Mapping[str, object]:
        gate = [asdict(one) for one in compared]
        return asdict(run.evaluation) | {"dataset": run.dataset, "run_file": str(path), "gate": gate}

    def text(self, run: CacheRun) -> Iterator[RenderableType]:
        return as_text(run.evaluation)

    def page(self, run: CacheRun, baseline: CacheRun | None) -> Markup:
        return cache_page(run, baseline)

    def export(self, run: CacheRun) -> None:
        if self.svg is None:
            return
        curve = hit_rate_curve(run.evaluation)
        if curve is None:
            raise UsageError("No pair is a hit at any threshold, so there is no curve. Leave --svg out.")
        write_whole(self.svg, curve.picture().encode())
