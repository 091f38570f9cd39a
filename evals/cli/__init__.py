"""`ragapp eval`: one module per command. Heavy imports are deferred until a command runs."""

from __future__ import annotations

import typer

from evals.cli import answers
from evals.cli.cache import cache
from evals.cli.compare import compare
from evals.cli.injection import injection
from evals.cli.make import make
from evals.cli.retrieval import retrieval
from evals.cli.sweep import sweep

app = typer.Typer(help="Measure the quality of search and answers.", no_args_is_help=True)

app.command()(retrieval)
app.command("answers", help=answers.HELP["answers"])(answers.command("answers"))
app.command("citations", help=answers.HELP["citations"])(answers.command("citations"))
app.command()(cache)
app.command()(sweep)
app.command()(make)
app.command()(compare)
app.command()(injection)
