"""`ragapp cache …`: the answer cache."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from ragapp.terminal.options import AsJson, DataDir, open_service
from ragapp.terminal.output import print_json, print_table

app = typer.Typer(help="Show and clear the answer cache.", no_args_is_help=True)


@app.command()
def stats(as_json: AsJson = False, data_dir: DataDir = None) -> None:
    """Show statistics of the answer cache: hits, misses, time saved, stored answers and audits.

    Example: ragapp cache stats
    """
    with open_service(data_dir) as service:
        found = service.cache.stats()
    if as_json:
        print_json(found)
        return
    print_table(("statistic", "value"), ((name, _formatted(value)) for name, value in asdict(found).items()))


@app.command()
def clear(
    collection: Annotated[
        str | None, typer.Option("--collection", "-c", help="Only answers from this collection.")
    ] = None,
    document: Annotated[
        str | None, typer.Option(help="Only answers that cite the document with this id.")
    ] = None,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Remove cached answers: those of a collection, those that cite a document, or all with the statistics.

    Examples:

      ragapp cache clear

      ragapp cache clear -c reports
    """
    with open_service(data_dir) as service:
        removed = service.cache.clear(collection=collection, document=document)
    if as_json:
        print_json({"removed": removed})
    else:
        typer.echo(f"Removed {removed} cached answers.")


def _formatted(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {count}" for name, count in value.items()) or "none"
    return f"{value:.3f}" if isinstance(value, float) else "" if value is None else str(value)
