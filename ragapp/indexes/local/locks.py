"""One writer at a time among all processes on the machine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from ragapp.errors import ConflictError
from ragapp.files.permissions import FILE_MODE, private_folder

PATIENCE = 600.0
"""Seconds to wait for another writer. Building the largest views takes minutes."""


@contextmanager
def free(lock_file: Path) -> Iterator[bool]:
    """Holds the lock and says True, or says False when another process has it."""
    private_folder(lock_file.parent)
    lock = FileLock(lock_file, mode=FILE_MODE)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        yield False
        return
    try:
        yield True
    finally:
        lock.release()


@contextmanager
def writing(lock_file: Path) -> Iterator[None]:
    """Holds the lock, which the system lets go when the process dies. Raises ConflictError."""
    private_folder(lock_file.parent)
    try:
        with FileLock(lock_file, mode=FILE_MODE, timeout=PATIENCE, poll_interval=0.01):
            yield
    except Timeout as error:
        raise ConflictError(
            f"Another ragapp process has held {lock_file} for {PATIENCE:.0f} seconds. "
            "Wait until it is done, or stop it."
        ) from error
