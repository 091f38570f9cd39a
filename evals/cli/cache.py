"""`ragapp eval cache`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from evals.cli.options import Baseline, Gate, Report, RunFile
from ragapp.terminal.options import AsJson, DataDir, load_settings


def cache(
    pairs: Annotated[
        Path,
        typer.Argument(
            help="JSONL of text_a, text_b, label (1: same question), its folder, or SQuAD JSON.",
            show_default=False,
        ),
    ],
    judged: Annotated[
        Path | None, typer.Option(help="JSONL of pair (digest), same: labels that were looked at again.")
    ] = None,
    wrong: Annotated[
        float, typer.Option(min=0.0001, max=0.5, help="Bound of wrong answers a hit to certify.")
    ] = 0.01,
    limit: Annotated[int | None, typer.Option(min=2, help="Use only the first so many pairs.")] = None,
    svg: Annotated[Path | None, typer.Option(help="Where to draw the curve.")] = None,
    run_file: RunFile = None,
    baseline: Baseline = None,
    gate: Gate = False,
    report: Report = None,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Calibrate the cache's threshold on judged pairs of questions, and say how often it would be wrong.

    One half of the pairs calibrates, the other, which shares no question with it, is reported. The gate
    looks at all pairs at the threshold in use: a hit less where both mean the same, a hit more where not.

    Examples:

      ragapp eval cache pairs.jsonl --report cache.html

      ragapp eval cache pairs.jsonl --wrong 0.02 --svg curve.svg --json

      ragapp eval cache evals/data/cache-mini --baseline before.json --gate
    """
    from evals.cache.experiment import CacheExperiment
    from evals.experiment import Outputs, conduct

    conduct(
        CacheExperiment(pairs, judged, wrong, limit, svg),
        load_settings(data_dir),
        Outputs(run_file=run_file, baseline=baseline, gate=gate, report=report, as_json=as_json),
    )
