"""`ragapp migrate`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from rich import progress as rich
from rich.console import Console

from ragapp.cli.health import CHECK_FAILED
from ragapp.terminal.data_folder import need_data
from ragapp.terminal.options import AsJson, DataDir, load_settings
from ragapp.terminal.output import console, print_json


def migrate(
    to: Annotated[
        str,
        typer.Option(
            help="Address of an empty database: postgresql+psycopg://USER@HOST/NAME.", show_default=False
        ),
    ],
    blobs: Annotated[
        str | None,
        typer.Option(
            help="Folder or s3://bucket/prefix for the documents' bytes. Default: they stay where they are.",
            show_default=False,
        ),
    ] = None,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Copy everything into another database: a laptop's documents into a server. Stop the server before.

    All rows arrive in one transaction, or none; what was there stays as it is. When it breaks off, the
    same command goes on. Then every check of `ragapp doctor` is made over there.

    Examples:

      ragapp migrate --to postgresql+psycopg://ragapp@db.example.org/ragapp --blobs s3://ragapp/blobs

      PGPASSWORD=… ragapp migrate --to postgresql+psycopg://ragapp@localhost/ragapp --blobs /srv/blobs
    """
    from contextlib import closing
    from dataclasses import asdict

    from pydantic import SecretStr

    from ragapp.bootstrap import build_service
    from ragapp.bootstrap.storage import migrate as move_all

    pass  # merged away

    settings = load_settings(data_dir)
    need_data(settings)
    there = settings.model_copy(
        update={"database_url": SecretStr(to), "blobs": blobs or settings.resolved_blobs}
    )
    with moving_bar() as on_moved:
        moved = move_all(settings, there, on_moved)
    with closing(build_service(there)) as service:
        report = service.doctor()
    broken = [check for check in report.checks if not check.ok]
    if as_json:
        print_json({**asdict(moved), **asdict(report)})
    else:
        out = console()
        out.print(
            f"There are {moved.rows['documents']} documents with {moved.rows['chunks']} chunks, "
            f"{moved.rows['vectors']} vectors and {moved.rows['answers']} answers; {len(report.checks)} "
            f"checks, {len(broken)} broken.",
            markup=False,
        )
        for check in broken:
            out.print(f"BROKEN {check.name}: {check.detail}", style="red", markup=False)
        if report.ok:
            moved_too = " and RAGAPP_BLOBS to what --blobs named" if blobs else ""
            out.print(f"From now on set RAGAPP_DATABASE_URL to what --to named{moved_too}.", markup=False)
    if not report.ok:
        raise typer.Exit(CHECK_FAILED)


@contextmanager
def moving_bar() -> Iterator[Callable[[str, int, int], None]]:
    """Gives what is to be told (what, done, in all). Prints nothing where nobody looks."""
    bar = rich.Progress(
        rich.TextColumn("{task.description}"),
        rich.BarColumn(),
        rich.MofNCompleteColumn(),
        rich.TimeRemainingColumn(),
        console=Console(stderr=True),
        disable=not sys.stderr.isatty(),
    )
    tasks: dict[str, rich.TaskID] = {}

    def on_moved(what: str, done: int, total: int) -> None:
        if what not in tasks:
            tasks[what] = bar.add_task(f"Copying {what}", total=total)
        bar.update(tasks[what], completed=done, total=total)

    with bar:
        yield on_moved
