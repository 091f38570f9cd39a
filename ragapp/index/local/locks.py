"""One writer at a time among all processes on the machine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from ragapp.errors import ConflictError

PATIENCE = 600.0
"""Seconds to wait for another writer. Building the largest views takes minutes."""


@contextmanager
def free(lock_file: Path) -> Iterator[bool]:
    """Holds the lock and says True, or says False when another process has it."""
    lock_file.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(lock_file)
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
    lock_file.parent.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(lock_file, timeout=PATIENCE, poll_interval=0.01):
            yield
    except Timeout as error:
        raise ConflictError(
            f"Another ragapp process has held {lock_file} for {PATIENCE:.0f} seconds. "
            "Wait until it is done, or stop it."
        ) from error
