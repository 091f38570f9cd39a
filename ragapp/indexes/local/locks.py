"""Locks between the processes on one machine, so that only one writes an index at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from ragapp.errors import ConflictError
from ragapp.files.permissions import FILE_MODE, private_folder

WAIT_SECONDS = 600.0
"""How long to wait for another writer. Building the largest indexes takes minutes."""


@contextmanager
def try_lock(lock_file: Path) -> Iterator[bool]:
    """Holds the lock and yields True, or yields False at once when another process holds it."""
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
def write_lock(lock_file: Path) -> Iterator[None]:
    """Holds the lock, which the system releases when the process dies. Raises ConflictError."""
    private_folder(lock_file.parent)
    try:
        with FileLock(lock_file, mode=FILE_MODE, timeout=WAIT_SECONDS, poll_interval=0.01):
            yield
    except Timeout as error:
        raise ConflictError(
            f"Another ragapp process has held {lock_file} for {WAIT_SECONDS:.0f} seconds. "
            "Wait until it is done, or stop it."
        ) from error
