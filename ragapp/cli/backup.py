"""`ragapp backup`, `ragapp restore` and `ragapp migrate`: moving all data."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich import progress as rich
from rich.console import Console

from ragapp.cli.health import CHECK_FAILED
from ragapp.terminal.data_folder import begin_data, need_data
from ragapp.terminal.options import AsJson, DataDir, load_settings
from ragapp.terminal.output import console, print_json


def backup(
    file: Annotated[Path, typer.Argument(help="The file to write.", show_default=False)],
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Write all documents and their data into one file. The server may keep running.

    Example: ragapp backup documents-2026-11-22.tar
    """
    from ragapp.bootstrap.storage import back_up

    settings = load_settings(data_dir)
    need_data(settings)
    manifest = back_up(settings, file)
    size = file.stat().st_size
    result = {"file": str(file), "bytes": size, "files": len(manifest.files)}
    message = f"{file}: {len(manifest.files)} files, {size / 1e6:.1f} MB."
    print_json(result) if as_json else console().print(message, markup=False)


def restore(
    file: Annotated[Path, typer.Argument(help="The backup file.", show_default=False)],
    force: Annotated[bool, typer.Option("--force", help="Replace existing documents.")] = False,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Restore a backup. Every byte is verified first. Stop the server before you restore.

    Example: ragapp restore documents-2026-11-22.tar --data-dir ~/restored
    """
    from ragapp.bootstrap.storage import restore as restore_into

    settings = load_settings(data_dir)
    begin_data(settings)
    manifest = restore_into(settings, file, force=force)
    result = {"data_dir": str(settings.data_dir), "made_at": manifest.made_at, "files": len(manifest.files)}
    message = f"Restored {settings.data_dir} to its state at {manifest.made_at}."
    print_json(result) if as_json else console().print(message, markup=False)


def migrate(
    to: Annotated[
        str,
        typer.Option(
            help="URL of an empty database: postgresql+psycopg://USER@HOST/NAME.", show_default=False
        ),
    ],
    blobs: Annotated[
        str | None,
        typer.Option(
            help="Folder or s3://bucket/prefix for the bytes of documents. Default: they are not moved.",
            show_default=False,
        ),
    ] = None,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Copy all data into another database, such as from SQLite to PostgreSQL. Stop the server before.

    All rows are copied in one transaction. The source is not changed. After an interruption, run the same
    command again. Finally, all checks of `ragapp doctor` are run on the copy.

    Examples:

      ragapp migrate --to postgresql+psycopg://ragapp@db.example.org/ragapp --blobs s3://ragapp/blobs

      PGPASSWORD=… ragapp migrate --to postgresql+psycopg://ragapp@localhost/ragapp --blobs /srv/blobs
    """
    from contextlib import closing
    from dataclasses import asdict

    from pydantic import SecretStr

    from ragapp.bootstrap import build_service
    from ragapp.bootstrap.storage import migrate as move_all

    settings = load_settings(data_dir)
    need_data(settings)
    target = settings.model_copy(
        update={"database_url": SecretStr(to), "blobs": blobs or settings.resolved_blobs}
    )
    with copy_progress() as on_copied:
        moved = move_all(settings, target, on_copied)
    with closing(build_service(target)) as service:
        report = service.doctor()
    broken = [check for check in report.checks if not check.ok]
    if as_json:
        print_json({**asdict(moved), **asdict(report)})
    else:
        out = console()
        out.print(
            f"Copied {moved.rows['documents']} documents with {moved.rows['chunks']} chunks, "
            f"{moved.rows['vectors']} vectors and {moved.rows['answers']} answers; {len(report.checks)} "
            f"checks, {len(broken)} broken.",
            markup=False,
        )
        for check in broken:
            out.print(f"BROKEN {check.name}: {check.detail}", style="red", markup=False)
        if report.ok:
            blobs_too = " and RAGAPP_BLOBS to the value of --blobs" if blobs else ""
            out.print(f"From now on, set RAGAPP_DATABASE_URL to the value of --to{blobs_too}.", markup=False)
    if not report.ok:
        raise typer.Exit(CHECK_FAILED)


@contextmanager
def copy_progress() -> Iterator[Callable[[str, int, int], None]]:
    """Yields a callback for (what, done, total). Shows nothing when stderr is not a terminal."""
    bar = rich.Progress(
        rich.TextColumn("{task.description}"),
        rich.BarColumn(),
        rich.MofNCompleteColumn(),
        rich.TimeRemainingColumn(),
        console=Console(stderr=True),
        disable=not sys.stderr.isatty(),
    )
    tasks: dict[str, rich.TaskID] = {}

    def on_copied(what: str, done: int, total: int) -> None:
        if what not in tasks:
            tasks[what] = bar.add_task(f"Copying {what}", total=total)
        bar.update(tasks[what], completed=done, total=total)

    with bar:
        yield on_copied
