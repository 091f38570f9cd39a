"""Writing files atomically and durably: after a crash, a file is complete or absent."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

from ragapp.files.permissions import private_opener


@contextmanager
def replacing(path: Path, temporary: Path | None = None) -> Iterator[BinaryIO]:
    """A temporary file, readable by its owner alone, that is renamed to `path` once it is complete and
    durable.

    `temporary` is its path until then, by default a hidden file in the same folder. Raises OSError.
    """
    temporary = temporary or path.with_name(f".{path.name}.{uuid4().hex}")
    try:
        with open(temporary, "xb", opener=private_opener) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        sync_folder(path.absolute().parent)
    finally:
        temporary.unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """Makes the names in `folder` durable; fsync of a file does not. Raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
