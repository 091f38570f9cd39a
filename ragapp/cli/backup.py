"""`ragapp backup` and `ragapp restore`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ragapp.terminal.data_folder import begin_data, need_data
from ragapp.terminal.options import AsJson, DataDir, load_settings
from ragapp.terminal.output import console, print_json


def backup(
    file: Annotated[Path, typer.Argument(help="Where the backup goes.", show_default=False)],
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Write all documents, with everything known of them, into one file. The server may go on running.

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
    file: Annotated[Path, typer.Argument(help="A backup.", show_default=False)],
    force: Annotated[bool, typer.Option("--force", help="Replace the documents there are.")] = False,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Bring a backup's documents back; every byte is verified first. Stop the server before.

    Example: ragapp restore documents-2026-11-22.tar --data-dir ~/restored
    """
    from ragapp.bootstrap.storage import restore as restore_into

    settings = load_settings(data_dir)
    begin_data(settings)
    manifest = restore_into(settings, file, force=force)
    result = {"data_dir": str(settings.data_dir), "made_at": manifest.made_at, "files": len(manifest.files)}
    message = f"{settings.data_dir} is as it was at {manifest.made_at}."
    print_json(result) if as_json else console().print(message, markup=False)
