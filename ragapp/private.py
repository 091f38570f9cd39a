"""Files and folders that only their owner may read: what holds documents is never open to other users.

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
"""The permission bits of the group and of everybody else."""


def keep_to_owner() -> None:
    """From now on, whatever this process and its children create is readable by its owner alone."""
    os.umask(OTHERS)


def private_folder(path: Path) -> None:
    """Makes the folder for its owner alone, with the parents that it lacks. One that exists stays as it is.

    Raises OSError.
    """
    if not path.parent.exists():
        private_folder(path.parent)
    path.mkdir(FOLDER_MODE, exist_ok=True)


def private_opener(path: str, flags: int) -> int:
    """For `open(…, opener=private_opener)`: a file that is created belongs to its owner alone."""
    return os.open(path, flags, FILE_MODE)


def private_file(path: Path) -> None:
    """Creates an empty file for its owner alone, unless there is one already. Raises OSError.

    One that exists is not opened: closing any descriptor of a file drops all locks that this process has on
    it, also those of SQLite (sqlite.org/howtocorrupt.html).
    """
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, FILE_MODE))


def take_over(folder: Path) -> None:
    """Closes a folder, which is about to be used for the first time, to other users.

    Does nothing to one that belongs to another user, such as a mounted volume.
    """
    with suppress(PermissionError):
        _close(folder)


def open_to_others(folder: Path, excepted: Iterable[Path] = ()) -> Iterator[Path]:
    """The folder and everything in it that other users have permissions on.

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
    """Takes the permissions of group and others away, where they are this user's to take."""
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
    """Keeps the owner's bits: what they may execute stays so."""
    path.chmod(stat.S_IMODE(path.lstat().st_mode) & ~OTHERS)
