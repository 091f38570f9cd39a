"""`ragapp collections …`: lists, creates, reindexes and deletes collections."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ragapp.terminal.options import AsJson, DataDir, load_settings, open_service
from ragapp.terminal.output import console, print_json, print_table

if TYPE_CHECKING:
    from ragapp.service.reindexing import OnProgress
    from ragapp.settings import Settings

app = typer.Typer(help="List, create, reindex and delete collections.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(help="Name of the collection.")]


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
    print_table(("name", "embedder", "revision"), ((c.name, c.embedder, c.revision) for c in collections))


@app.command()
def create(name: Name, as_json: AsJson = False, data_dir: DataDir = None) -> None:
    """Create an empty collection.

    Example: ragapp collections create reports
    """
    with open_service(data_dir, begin=True) as service:
        collection = service.create_collection(name)
    print_json(collection) if as_json else console().print(f"Created {name!r}.", markup=False)


@app.command()
def reindex(
    name: Name,
    embedder: Annotated[
        str | None,
        typer.Option(help="The new embedder: a name from `ragapp models list`, a folder or a hub id."),
    ] = None,
    compare: Annotated[
        Path | None,
        typer.Option(help="First print the change in nDCG@10 on this dataset in BEIR layout."),
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Do not ask for confirmation after --compare.")
    ] = False,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Switch a collection to another embedder. It can be searched all the while.

    An interrupted run resumes where it stopped. The former vectors are kept, so switching back is quick.
    Without --embedder, the embedder of the settings is used.

    Examples:

      ragapp collections reindex reports --embedder all-MiniLM-L6-v2

      ragapp collections reindex reports --embedder all-MiniLM-L6-v2 --compare ~/beir/scifact
    """
    if compare is not None:
        _compare(load_settings(data_dir), name, embedder, compare)
        if not yes:
            typer.confirm(f"Switch {name!r} to the new embedder?", abort=True, err=True)
    with open_service(data_dir) as service, embedding_progress(name) as on_progress:
        collection = service.reindex(name, embedder, on_progress)
    message = f"{name!r} now uses {collection.embedder}."
    print_json(collection) if as_json else console().print(message, markup=False)


@app.command()
def delete(
    name: Name,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask for confirmation.")] = False,
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


@contextmanager
def embedding_progress(name: str) -> Iterator[OnProgress]:
    """Shows a progress bar on stderr."""
    from ragapp.terminal.progress import Steps

    with Steps() as progress:
        task = progress.add_task(f"embedding {name}", total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)


def _compare(settings: Settings, name: str, embedder: str | None, dataset: Path) -> None:
    """Prints the comparison to stderr, so that --json prints one document on stdout."""
    from rich.console import Console
    from rich.progress import Progress

    from evals.retrieval.embedders import compare_embedders
    from ragapp.models.catalog import embedder_name

    with open_service(settings.data_dir) as service:
        former = embedder_name(service.collection(name).embedder) or settings.embedder
    console = Console(stderr=True, highlight=False)
    with Progress(console=console) as progress:
        changes = compare_embedders(settings, former, embedder or settings.embedder, dataset, progress)
    for change in changes:
        console.print(str(change), markup=False)
