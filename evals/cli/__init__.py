"""`ragapp eval`: quality as a number. One module a command; heavy imports wait until one runs."""

from __future__ import annotations

import typer

from evals.cli.retrieval import retrieval

app = typer.Typer(help="Measure how good search and answers are.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Keeps `retrieval` a command of its own while it is the only one."""


app.command()(retrieval)
