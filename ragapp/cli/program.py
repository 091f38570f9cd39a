"""The commands of the program `ragapp`, and what its exit codes mean.

Exit codes: 0 done, 1 some of the work failed, 2 wrong usage or configuration, 3 not found, 4 a check
failed. Commands import heavy modules when they run, so that `--help` is fast.
"""

from __future__ import annotations

import logging
import sys
from typing import Annotated, NoReturn

import typer

import evals.cli
import ingest.cli
import ui.command
from ragapp import __version__, extras
from ragapp.cli import (
    answers,
    backup,
    bench,
    cache,
    collections,
    documents,
    health,
    jobs,
    keys,
    mcp,
    models,
    plugins,
    prompts,
    search,
    serve,
    tables,
)
from ragapp.errors import RagappError, UsageError
from ragapp.files.permissions import keep_to_owner
from ragapp.sandbox.kernel import keep_memory_private

app = typer.Typer(
    help="Answers from your own documents, with a verified citation for every sentence.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
app.command()(serve.serve)
app.command()(ingest.cli.ingest)
app.command()(ui.command.ui)
app.command()(search.search)
app.command()(search.ask)
app.add_typer(answers.app, name="answers")
app.add_typer(documents.app, name="documents")
app.add_typer(tables.app, name="tables")
app.add_typer(collections.app, name="collections")
app.add_typer(jobs.app, name="jobs")
app.command()(ingest.cli.worker)
app.add_typer(cache.app, name="cache")
app.add_typer(models.app, name="models")
app.add_typer(prompts.app, name="prompts")
app.add_typer(evals.cli.app, name="eval")
app.add_typer(bench.app, name="bench")
app.command()(mcp.mcp)
app.command()(health.doctor)
app.add_typer(keys.app, name="keys")
app.command()(keys.audit)
app.command()(backup.backup)
app.command()(backup.restore)
app.command()(backup.migrate)
app.command()(health.settings)
app.command()(plugins.plugins)


@app.callback(invoke_without_command=True)
def _program(
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Log at level info on stderr.")] = False,
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
    """Runs the program. Prints ragapp errors as one line on stderr, and exits with their code."""
    keep_to_owner()
    keep_memory_private()
    try:
        app()
    except RagappError as error:
        _fail(error)
    except ModuleNotFoundError as error:
        if (hint := extras.remedy(error.name)) is None:
            raise
        _fail(UsageError(hint))


def _fail(error: RagappError) -> NoReturn:
    typer.secho(f"{type(error).__name__}: {error}", fg="red", err=True)
    sys.exit(error.exit_code)
