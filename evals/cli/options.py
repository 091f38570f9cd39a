"""The options that all evaluation commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Limit = Annotated[int | None, typer.Option(min=1, help="Ask only this many questions, over all documents.")]
Seed = Annotated[int, typer.Option(help="Seed for the selection by --limit.")]
RunFile = Annotated[
    Path | None,
    typer.Option(
        help="The run file to write, compressed if the name ends in .gz. Default: evals/runs in the data "
        "folder."
    ),
]
Baseline = Annotated[
    Path | None, typer.Option(help="An earlier run file to compare with.", exists=True, dir_okay=False)
]
Gate = Annotated[bool, typer.Option("--gate", help="Exit with 4 on a significant loss against --baseline.")]
Report = Annotated[Path | None, typer.Option(help="Also write an HTML page with plots to this file.")]
