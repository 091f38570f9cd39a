"""An evaluation from dataset to report: load, run, score, compare, report.

Every `ragapp eval` command that scores is an Experiment: it loads its dataset, runs it and scores the
results. `conduct` does what all of them share: the run file, the comparison with a baseline, the gate, the
HTML page, the output and the exit code.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Generic, TypeVar

import typer
from markupsafe import Markup
from rich.console import Console, RenderableType

from evals.report.page import write_page
from evals.runs import ScoredRun, default_run_file, gate_run, write_run
from evals.statistics.gate import CLOSED, COLUMNS, GateResult, table_rows
from ragapp.errors import UsageError
from ragapp.settings import Settings
from ragapp.terminal.output import print_json, print_table, safe

RunT = TypeVar("RunT", bound=ScoredRun)

FAILED = 1
"""The exit code when documents of the dataset could not be ingested; the scores include the loss."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outputs:
    """The outputs of a run: its file, its baseline, and how it is shown."""

    run_file: Path | None = None
    baseline: Path | None = None
    gate: bool = False
    report: Path | None = None
    as_json: bool = False


class Experiment(ABC, Generic[RunT]):
    """One evaluation with its arguments. `kind` is the command, and part of the names of run files."""

    kind: ClassVar[str]

    @classmethod
    @abstractmethod
    def read(cls, path: Path) -> RunT:
        """Reads a run file of this kind. Raises UsageError."""

    @abstractmethod
    def run(self, settings: Settings) -> RunT:
        """Loads the dataset, runs it through ragapp and scores the results. Raises RagappError."""

    @abstractmethod
    def summary(self, run: RunT, path: Path, compared: Sequence[GateResult]) -> object:
        """The object that `--json` prints."""

    @abstractmethod
    def text(self, run: RunT) -> Iterator[RenderableType]:
        """The output for people."""

    @abstractmethod
    def page(self, run: RunT, baseline: RunT | None) -> Markup:
        """The HTML page of the run, alone or compared with a baseline."""

    def failures(self, run: RunT) -> Sequence[str]:  # noqa: ARG002 - kinds that ingest documents use it
        """The documents that could not be ingested, each with the reason."""
        return ()

    def export(self, run: RunT) -> None:
        """Writes further requested files. Raises UsageError."""


def conduct(experiment: Experiment[RunT], settings: Settings, outputs: Outputs) -> None:
    """Runs the experiment and delivers its outputs.

    Raises typer.Exit with 4 if the gate finds a significant loss, and with 1 if documents are missing.
    Raises UsageError at once if the gate has no baseline.
    """
    if outputs.gate and outputs.baseline is None:
        raise UsageError("--gate needs a baseline. Add --baseline RUN.json.")
    baseline = None if outputs.baseline is None else experiment.read(outputs.baseline)
    run = experiment.run(settings)
    path = outputs.run_file or default_run_file(settings.data_dir, run, experiment.kind)
    write_run(path, run)
    experiment.export(run)
    compared = () if baseline is None else gate_run(run, baseline)
    if outputs.report is not None:
        write_page(outputs.report, experiment.page(run, baseline))
    if outputs.as_json:
        print_json(experiment.summary(run, path, compared))
    else:
        _print(experiment.text(run), path, compared)
    _exit(experiment.failures(run), compared if outputs.gate else ())


def _print(parts: Iterator[RenderableType], path: Path, compared: Sequence[GateResult]) -> None:
    console = Console(highlight=False, soft_wrap=True)
    for part in parts:
        console.print(part)
    if compared:
        typer.echo("\nagainst the baseline:")
        print_table(COLUMNS, table_rows(compared))
    typer.echo(f"run file: {path}")


def _exit(failures: Sequence[str], gated: Sequence[GateResult]) -> None:
    for failure in failures:
        typer.echo(f"not ingested: {safe(failure)}", err=True)
    lost = [one.metric for one in gated if one.lost]
    if lost:
        typer.echo(f"The gate failed: significant loss in {', '.join(lost)}.", err=True)
        raise typer.Exit(CLOSED)
    if failures:
        raise typer.Exit(FAILED)
