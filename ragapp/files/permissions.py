"""Private files and folders: what holds documents is readable by its owner only.

The program sets its umask with `keep_to_owner`, which also covers files that libraries make. Code that runs
inside another program, whose umask is not ours to change, asks for private modes explicitly.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

FOLDER_MODE = 0o700
FILE_MODE = 0o600
OTHERS = stat.S_IRWXG | stat.S_IRWXO
"""The permission bits of the group and of all others."""


def keep_to_owner() -> None:
    """Makes everything that this process and its children create readable by its owner only."""
    os.umask(OTHERS)


def private_folder(path: Path) -> None:
    """Creates the folder with missing parents for its owner only. An existing one is not changed.

    Raises OSError.
    """
    if not path.parent.exists():
        private_folder(path.parent)
    path.mkdir(FOLDER_MODE, exist_ok=True)


def private_opener(path: str, flags: int) -> int:
    """Opens files for `open(…, opener=private_opener)`. Only the owner can read new files."""
    return os.open(path, flags, FILE_MODE)


def private_file(path: Path) -> None:
    """Creates an empty file for its owner only, unless it exists. Raises OSError.

    An existing file is not opened: closing any descriptor of a file drops all locks that this process holds
    on it, also those of SQLite (sqlite.org/howtocorrupt.html).
    """
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, FILE_MODE))


def take_over(folder: Path) -> None:
    """Makes a folder private that is about to be used for the first time.

    Does nothing to one that belongs to another user, such as a mounted volume.
    """
    with suppress(PermissionError):
        _close(folder)


def open_to_others(folder: Path, excepted: Iterable[Path] = ()) -> Iterator[Path]:
    """The folder and everything in it that other users can access.

    What lies in one of the folders `excepted`, and whatever a symbolic link leads to, is left out. Files
    that vanish during the walk are skipped.
    """
    if os.name != "posix" or not folder.is_dir():
        return
    left_out = {path.absolute() for path in excepted}
    for root, folders, files in os.walk(folder.absolute()):
        here = Path(root)
        folders[:] = [name for name in folders if here / name not in left_out]
        paths = [here, *(here / name for name in files)]
        yield from (path for path in paths if _is_open_to_others(path))


def close_to_others(paths: Iterable[Path]) -> None:
    """Removes the permissions of group and others, where this user may."""
    for path in paths:
        with suppress(PermissionError, FileNotFoundError):
            _close(path)


def _is_open_to_others(path: Path) -> bool:
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return False
    return not stat.S_ISLNK(mode) and bool(mode & OTHERS)


def _close(path: Path) -> None:
    """Keeps the owner's permission bits."""
    path.chmod(stat.S_IMODE(path.lstat().st_mode) & ~OTHERS)
