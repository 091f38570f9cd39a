"""`ragapp eval sweep`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from evals.cli.options import Limit
from ragapp.terminal.options import AsJson, DataDir, load_settings


def sweep(
    plan: Annotated[Path, typer.Argument(help="TOML file with the settings to try.", show_default=False)],
    datasets: Annotated[
        list[Path], typer.Argument(help="Datasets in any supported layout.", show_default=False)
    ],
    out: Annotated[
        Path, typer.Option(help="The file of finished trials, one per line, which are not repeated.")
    ] = Path("sweep.jsonl"),
    limit: Limit = None,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Try a grid of settings, and report which are worth their time and memory.

    Every combination of the settings under [grid] is tried, and those under [alone] one at a time. Each
    dataset is ingested once for all trials with the same embedder and chunk size. An interrupted sweep
    resumes where it stopped.

    Examples:

      ragapp eval sweep evals/sweeps/defaults.toml evals/data/scifact-mini

      ragapp eval sweep my.toml ~/beir/scifact questions.jsonl --out my.jsonl --limit 200
    """
    from evals.sweep.front import rows
    from evals.sweep.plan import read_plan
    from evals.sweep.results import in_words, run_plan
    from evals.sweep.table import markdown
    from evals.sweep.trial import measure
    from ragapp.terminal.output import print_json

    # Always extractive: generated text is not part of a sweep.
    settings = load_settings(data_dir).model_copy(update={"generator": "extractive"})
    trials = []
    tried = run_plan(
        read_plan(plan, settings), datasets, out, limit=limit, settings=settings, measure=measure
    )
    for trial, known in tried:
        trials.append(trial)
        one = trial.measured
        found = f"{one.metric} {one.mean:.3f}, {one.p50_ms:.1f} ms ({one.cpu_ms:.1f} ms of CPU time)"
        again = " (from an earlier run)" if known else ""
        typer.echo(f"{trial.dataset}: {in_words(trial.change)}: {found}{again}", err=True)
    made = rows(trials)
    if as_json:
        print_json(made)
    else:
        typer.echo(markdown(made))
