"""The data folder of a command: one that has data, or a new one that is told of.

A mistyped path looks just like a folder in which nothing was ever put.
"""

from __future__ import annotations

import sys
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ragapp.settings import Settings


def need_data(settings: Settings) -> None:
    """Raises NotFoundError when nothing was ever put there; a database server has its data elsewhere."""
    from ragapp.errors import NotFoundError

    file, folder = settings.database_file, settings.data_dir.absolute()
    if file is not None and not file.exists():
        raise NotFoundError(
            f"There is no ragapp data in {folder}{_perhaps(folder, file.name)}. Name the "
            "right folder with --data-dir or RAGAPP_DATA_DIR; `ragapp ingest PATH` begins a new one."
        )


def begin_data(settings: Settings) -> None:
    """Makes the folder when it is not there, and says so on stderr. Raises UsageError."""
    from ragapp.errors import UsageError

    folder = settings.data_dir.absolute()
    if folder.is_dir():
        return
    try:
        folder.mkdir(parents=True)
    except OSError as error:
        raise UsageError(
            f"The data folder {folder} cannot be made: {error.strerror}. Name another one with --data-dir."
        ) from None
    sys.stderr.write(f"A new data folder: {folder}\n")


def _perhaps(folder: Path, database: str) -> str:
    """The folder beside it that has data and a name like it."""
    try:
        others = {other.name: other for other in folder.parent.iterdir() if (other / database).exists()}
    except OSError:
        return ""
    near = get_close_matches(folder.name, others, n=1)
    return f", but in {others[near[0]]}" if near else ""
