"""The options that evaluations share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

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
