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
            help="JSONL with text_a, text_b and label (1: same question), its folder, or SQuAD JSON.",
            show_default=False,
        ),
    ],
    judged: Annotated[
        Path | None, typer.Option(help="JSONL with pair (digest) and same: corrected labels.")
    ] = None,
    wrong: Annotated[
        float, typer.Option(min=0.0001, max=0.5, help="Highest rate of wrong answers per hit to certify.")
    ] = 0.01,
    limit: Annotated[
        int | None, typer.Option(min=2, help="Use only this many pairs, from the beginning.")
    ] = None,
    svg: Annotated[Path | None, typer.Option(help="Also write the curve to this SVG file.")] = None,
    run_file: RunFile = None,
    baseline: Baseline = None,
    gate: Gate = False,
    report: Report = None,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Calibrate the threshold of the cache on labelled question pairs, and report how often it would be
    wrong.

    One half of the pairs serves to calibrate. The reported figures are measured on the other half, which
    shares no question with it. The gate compares all pairs at the threshold in use: it counts hits that were
    lost among pairs that mean the same, and hits that were added among the others.

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
