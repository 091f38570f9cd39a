"""The data folder of a command: one that has data, or a new one that is told of.

A mistyped path looks just like a folder in which nothing was ever put.
"""

from __future__ import annotations

import os
import sys
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ragapp.errors import UsageError
    from ragapp.settings import Settings


def need_data(settings: Settings) -> None:
    """A database server has its data elsewhere.

    Raises NotFoundError when nothing was ever put there, UsageError when it is another user's.
    """
    from ragapp.errors import NotFoundError

    file, folder = settings.database_file, settings.data_dir.absolute()
    if file is None:
        return
    if not _is_there(file):
        raise NotFoundError(
            f"There is no ragapp data in {folder}{_perhaps(folder, file.name)}. Name the "
            "right folder with --data-dir or RAGAPP_DATA_DIR; `ragapp ingest PATH` begins a new one."
        )
    _check_ours(settings)


def begin_data(settings: Settings) -> None:
    """Makes the folder when it is not there, and says so on stderr. Closes an empty one to other users.

    Raises UsageError.
    """
    from ragapp.errors import UsageError
    from ragapp.files.permissions import private_folder, take_over

    folder = settings.data_dir.absolute()
    if _is_there(folder) and folder.is_dir():
        _check_ours(settings)
        if not any(folder.iterdir()):
            take_over(folder)
        return
    try:
        private_folder(folder)
    except OSError as error:
        raise UsageError(
            f"The data folder {folder} cannot be made: {error.strerror}. Name another one with --data-dir."
        ) from None
    sys.stderr.write(f"A new data folder: {folder}\n")


def _is_there(path: Path) -> bool:
    """Raises UsageError where this user may not look."""
    try:
        return path.exists()
    except PermissionError:
        raise _not_ours(path) from None


def _check_ours(settings: Settings) -> None:
    """Every command writes there: SQLite beside its file, the indexes what they caught up with."""
    folder, file = settings.data_dir.absolute(), settings.database_file
    if not _allows(folder, os.R_OK | os.W_OK | os.X_OK):
        raise _not_ours(folder)
    if file is not None and file.exists() and not _allows(file, os.R_OK | os.W_OK):
        raise _not_ours(file)


def _allows(path: Path, mode: int) -> bool:
    return os.access(path, mode, effective_ids=os.access in os.supports_effective_ids)


def _not_ours(path: Path) -> UsageError:
    from ragapp.errors import UsageError

    return UsageError(
        f"{path} is not this user's to read and write. Run ragapp as the user whose data it is, or name "
        "another folder with --data-dir."
    )


def _perhaps(folder: Path, database: str) -> str:
    """The folder beside it that has data and a name like it."""
    try:
        others = {other.name: other for other in folder.parent.iterdir() if (other / database).exists()}
    except OSError:
        return ""
    near = get_close_matches(folder.name, others, n=1)
    return f", but in {others[near[0]]}" if near else ""
