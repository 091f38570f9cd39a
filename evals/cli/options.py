"""The options that evaluations share, and what they do at the end."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ragapp.errors import UsageError

if TYPE_CHECKING:
    from evals.statistics.gate import GateResult

FAILED = 1
"""Exit code when documents of the dataset could not be ingested; the scores count what they cost."""

Limit = Annotated[
    int | None, typer.Option(min=1, help="Ask only this many questions, still of all documents.")
]
Seed = Annotated[int, typer.Option(help="Which questions --limit draws.")]
RunFile = Annotated[
    Path | None,
    typer.Option(
        help="Where the run file goes, compressed if named .gz. By default evals/runs in the data folder."
    ),
]
Baseline = Annotated[
    Path | None, typer.Option(help="A former run file to compare with.", exists=True, dir_okay=False)
]
Gate = Annotated[bool, typer.Option("--gate", help="Exit with 4 on a significant loss against --baseline.")]
Report = Annotated[
    Path | None, typer.Option(help="Also write an HTML page with plots, in one file, to here.")
]


def check_gate(gate: bool, baseline: Path | None) -> None:
    """Raises UsageError for a gate without anything to compare with, before hours are spent."""
    if gate and baseline is None:
        raise UsageError("--gate needs a run to compare with. Add --baseline RUN.json.")


def leave(*, gate: bool, compared: Iterable[GateResult], failures: Sequence[str]) -> None:
    """Ends the command with the code that tells how it went."""
    from evals.statistics.gate import CLOSED

    if gate and any(one.lost for one in compared):
        raise typer.Exit(CLOSED)
    if failures:
        raise typer.Exit(FAILED)


def tell_failures(failures: Iterable[str]) -> None:
    from rich.console import Console

    for failure in failures:
        Console(stderr=True).print(f"not ingested: {failure}", markup=False)
