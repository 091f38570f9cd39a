"""How every evaluation ends: its run file, a look at a former run, what is shown, and the exit code."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from ragapp.errors import UsageError

if TYPE_CHECKING:
    from rich.console import RenderableType

    from evals.runs import ScoredRun
    from evals.statistics.gate import GateResult
    from ragapp.settings import Settings

FAILED = 1
"""Exit code when documents of the dataset could not be ingested; the scores count what they cost."""


def check_gate(gate: bool, baseline: Path | None) -> None:
    """Raises UsageError for a gate without anything to compare with, before hours are spent."""
    if gate and baseline is None:
        raise UsageError("--gate needs a run to compare with. Add --baseline RUN.json.")


def keep(run: ScoredRun, settings: Settings, file: Path | None, kind: str) -> Path:
    """Writes the run file, by default among those of the data folder. Raises UsageError."""
    from evals.runs import default_run_file, write_run

    path = file or default_run_file(settings.data_dir, run, kind)
    write_run(path, run)
    return path


def gated(run: ScoredRun, baseline: ScoredRun | None) -> tuple[GateResult, ...]:
    """Nothing without a baseline. Raises UsageError when that was over other data."""
    from evals.runs import gate_run

    return () if baseline is None else gate_run(run, baseline)


def show(found: RenderableType) -> None:
    from rich.console import Console

    Console(highlight=False, soft_wrap=True).print(found)


def show_ending(path: Path, compared: Sequence[GateResult]) -> None:
    """Against the baseline, and where the run file is."""
    from evals.statistics.gate import COLUMNS, table_rows
    from ragapp.terminal.output import print_table

    if compared:
        typer.echo("\nagainst the baseline:")
        print_table(COLUMNS, table_rows(compared))
    typer.echo(f"run file: {path}")


def leave(*, gate: bool, compared: Iterable[GateResult], failures: Sequence[str] = ()) -> None:
    """Tells which documents are missing, and ends the command with the code that says how it went."""
    from evals.statistics.gate import CLOSED
    from ragapp.terminal.output import safe

    for failure in failures:
        typer.echo(f"not ingested: {safe(failure)}", err=True)
    lost = [one.metric for one in compared if one.lost]
    if gate and lost:
        typer.echo(f"The gate is closed: {', '.join(lost)} fell, and that is no luck.", err=True)
        raise typer.Exit(CLOSED)
    if failures:
        raise typer.Exit(FAILED)
