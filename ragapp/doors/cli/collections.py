"""`ragapp collections …`."""

from __future__ import annotations

from typing import Annotated

import typer

from ragapp.doors.terminal.options import AsJson, DataDir, open_service
from ragapp.doors.terminal.output import console, print_json, print_table

app = typer.Typer(help="List, make and delete collections.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(help="The collection's name.")]


@app.command("list")
def list_collections(as_json: AsJson = False, data_dir: DataDir = None) -> None:
    """List the collections.

    Example: ragapp collections list --json
    """
    with open_service(data_dir) as service:
        collections = service.collections()
    if as_json:
        print_json(collections)
        return
    print_table(("name", "embedder", "changes"), ((c.name, c.embedder, c.revision) for c in collections))


@app.command()
def create(name: Name, as_json: AsJson = False, data_dir: DataDir = None) -> None:
    """Make an empty collection.

    Example: ragapp collections create reports
    """
    with open_service(data_dir) as service:
        collection = service.create_collection(name)
    print_json(collection) if as_json else console().print(f"Made {name!r}.", markup=False)


@app.command()
def delete(
    name: Name,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Delete a collection with all its documents.

    Example: ragapp collections delete reports --yes
    """
    with open_service(data_dir) as service:
        count = len(service.documents(service.collection(name).name))
        if not yes:
            typer.confirm(f"Delete {name!r} with its {count} documents?", abort=True, err=True)
        service.delete_collection(name)
    result = {"deleted": name, "documents": count}
    print_json(result) if as_json else console().print(f"Deleted {name!r}.", markup=False)
