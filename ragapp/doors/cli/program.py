"""The commands of the program `ragapp`, and what its exit codes mean.

Exit codes: 0 done, 1 some of the work failed, 2 wrong usage or configuration, 3 not found, 4 a check
failed. The heavy parts of a command are imported when it runs, so that `--help` is quick.
"""

from __future__ import annotations

import logging
import sys
from typing import Annotated

import typer

import evals.cli
import ingest.cli
from ragapp import __version__
from ragapp.doors.cli import (
    answers,
    backup,
    bench,
    cache,
    care,
    collections,
    documents,
    jobs,
    keys,
    mcp,
    migrate,
    models,
    search,
    serve,
)
from ragapp.errors import RagappError
from ragapp.private import keep_to_owner
from ragapp.sandbox.kernel import keep_memory_private

app = typer.Typer(
    help="Answers from your own documents, every sentence tied to the exact text that supports it.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
app.command()(serve.serve)
app.command()(ingest.cli.ingest)
app.command()(search.search)
app.command()(search.ask)
app.add_typer(answers.app, name="answers")
app.add_typer(documents.app, name="documents")
app.add_typer(collections.app, name="collections")
app.add_typer(jobs.app, name="jobs")
app.command()(ingest.cli.worker)
app.add_typer(cache.app, name="cache")
app.add_typer(models.app, name="models")
app.add_typer(evals.cli.app, name="eval")
app.add_typer(bench.app, name="bench")
app.command()(mcp.mcp)
app.command()(care.doctor)
app.add_typer(keys.app, name="keys")
app.command()(keys.audit)
app.command()(backup.backup)
app.command()(backup.restore)
app.command()(migrate.migrate)
app.command()(care.settings)


@app.callback(invoke_without_command=True)
def _program(
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Log what happens, on stderr.")] = False,
) -> None:
    logging.basicConfig(
        level=logging.INFO if verbose else logging.WARNING,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
        stream=sys.stderr,
    )
    if version:
        typer.echo(__version__)
        raise typer.Exit


def run() -> None:
    """Runs the program; turns our errors into one line on stderr and their exit code."""
    keep_to_owner()
    keep_memory_private()
    try:
        app()
    except RagappError as error:
        typer.secho(f"{type(error).__name__}: {error}", fg="red", err=True)
        sys.exit(error.exit_code)
