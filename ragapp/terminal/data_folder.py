"""The data folder of a command: an existing one, or a new one, which is announced.

A mistyped path looks like a new data folder, so commands that read do not create one.
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
    """Checks that the data folder holds data. Skipped for a database server, whose data is elsewhere.

    Raises NotFoundError for a folder without data, UsageError for one of another user.
    """
    from ragapp.errors import NotFoundError

    file, folder = settings.database_file, settings.data_dir.absolute()
    if file is None:
        return
    if not _is_there(file):
        raise NotFoundError(
            f"There is no ragapp data in {folder}{_similar(folder, file.name)}. Name the "
            "right folder with --data-dir or RAGAPP_DATA_DIR; `ragapp ingest PATH` starts a new one."
        )
    _check_permission(settings)


def begin_data(settings: Settings) -> None:
    """Creates the folder if necessary, and says so on stderr. Makes an empty one private to its user.

    Raises UsageError.
    """
    from ragapp.errors import UsageError
    from ragapp.files.permissions import private_folder, take_over

    folder = settings.data_dir.absolute()
    if _is_there(folder) and folder.is_dir():
        _check_permission(settings)
        if not any(folder.iterdir()):
            take_over(folder)
        return
    try:
        private_folder(folder)
    except OSError as error:
        raise UsageError(
            f"Cannot create the data folder {folder}: {error.strerror}. Name another one with --data-dir."
        ) from None
    sys.stderr.write(f"Created the data folder {folder}\n")


def _is_there(path: Path) -> bool:
    """Whether the path exists. Raises UsageError without the permission to see it."""
    try:
        return path.exists()
    except PermissionError:
        raise _no_permission(path) from None


def _check_permission(settings: Settings) -> None:
    """Raises UsageError without read and write access, which SQLite and the indexes always need."""
    folder, file = settings.data_dir.absolute(), settings.database_file
    if not _allows(folder, os.R_OK | os.W_OK | os.X_OK):
        raise _no_permission(folder)
    if file is not None and file.exists() and not _allows(file, os.R_OK | os.W_OK):
        raise _no_permission(file)


def _allows(path: Path, mode: int) -> bool:
    return os.access(path, mode, effective_ids=os.access in os.supports_effective_ids)


def _no_permission(path: Path) -> UsageError:
    from ragapp.errors import UsageError

    return UsageError(
        f"No permission to read and write {path}. Run ragapp as the user who owns the data, or name another "
        "folder with --data-dir."
    )


def _similar(folder: Path, database: str) -> str:
    """A hint at a sibling folder that has data and a similar name; empty when there is none."""
    try:
        others = {other.name: other for other in folder.parent.iterdir() if (other / database).exists()}
    except OSError:
        return ""
    similar = get_close_matches(folder.name, others, n=1)
    return f", but in {others[similar[0]]}" if similar else ""
