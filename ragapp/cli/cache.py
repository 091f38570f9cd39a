"""`ragapp cache …`."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from ragapp.terminal.options import AsJson, DataDir, open_service
from ragapp.terminal.output import print_json, print_table

app = typer.Typer(help="See and clear the answers that are kept.", no_args_is_help=True)


@app.command()
def stats(as_json: AsJson = False, data_dir: DataDir = None) -> None:
    """Show hits by kind, misses by reason, what was saved, what is kept, and what audits found.

    Example: ragapp cache stats
    """
    with open_service(data_dir) as service:
        found = service.cache.stats()
    if as_json:
        print_json(found)
        return
    print_table(("what", "now"), ((name, _shown(value)) for name, value in asdict(found).items()))


@app.command()
def clear(
    collection: Annotated[
        str | None, typer.Option("--collection", "-c", help="Only answers from this collection.")
    ] = None,
    document: Annotated[
        str | None, typer.Option(help="Only answers that cite the document of this id.")
    ] = None,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Forget kept answers: a collection's, those that cite a document, or all with the statistics.

    Examples:

      ragapp cache clear

      ragapp cache clear -c reports
    """
    with open_service(data_dir) as service:
        removed = service.cache.clear(collection=collection, document=document)
    if as_json:
        print_json({"removed": removed})
    else:
        typer.echo(f"{removed} kept answers removed.")


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {count}" for name, count in value.items()) or "none"
    return f"{value:.3f}" if isinstance(value, float) else "" if value is None else str(value)
