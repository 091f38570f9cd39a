"""The machine that the service runs on: its models, and what is on its disk."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ragapp.types import Check, DiskUse, ModelState


@dataclass(frozen=True, slots=True)
class Premises:
    """What can be told of the machine that the service runs on."""

    check_models: Callable[[], list[Check]]
    models: Callable[[], list[ModelState]]
    disk_use: Callable[[], DiskUse]


def disk_use(data_dir: Path, originals: Path, models_dir: Path) -> DiskUse:
    """A database that is a server of its own, and blobs in a bucket, are not on this disk: they count 0."""
    return DiskUse(
        database=sum(file.stat().st_size for file in data_dir.glob("ragapp.db*")),
        originals=_bytes_in(originals),
        views=_bytes_in(data_dir / "views"),
        cache=_bytes_in(data_dir / "cache"),
        models=_bytes_in(models_dir),
        free=shutil.disk_usage(data_dir).free,
    )


def _bytes_in(folder: Path) -> int:
    total = 0
    for root, _, names in os.walk(folder):
        for name in names:
            try:
                total += Path(root, name).lstat().st_size
            except FileNotFoundError:  # gone since it was listed
                continue
    return total
