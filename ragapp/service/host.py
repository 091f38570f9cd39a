"""The machine that the service runs on: its models, disk use, permissions and files."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ragapp.files.deleted_text import Findings, search_apart
from ragapp.files.permissions import close_to_others, open_to_others
from ragapp.types import Check, DiskUse, FoundModel, ModelState

SHOWN = 3
"""Files that are named in the detail of a check."""


@dataclass(frozen=True, slots=True)
class Host:
    """Functions that inspect the machine that the service runs on."""

    check_models: Callable[[], list[Check]]
    models: Callable[[], list[ModelState]]
    disk_use: Callable[[], DiskUse]
    check_permissions: Callable[[bool], Check]
    """Called with whether to repair."""
    search_files: Callable[[Sequence[str]], Findings]
    """Searches all stored files for fragments of text."""
    check_confinement: Callable[[], Check]
    find_models: Callable[[], list[FoundModel]]
    """Looks for model servers on this machine, for some seconds at most."""
    use_generator: Callable[[str], None]
    """Keeps the generator of that name as the choice, and uses it from the next question on."""


def disk_use(data_dir: Path, originals: Path, models_dir: Path) -> DiskUse:
    """The bytes that each kind of data takes on this disk. A database server and blobs in a bucket count as
    0.
    """
    return DiskUse(
        database=sum(file.stat().st_size for file in data_dir.glob("ragapp.db*")),
        originals=_bytes_in(originals),
        views=_bytes_in(data_dir / "views"),
        cache=_bytes_in(data_dir / "cache"),
        models=_bytes_in(models_dir),
        free=shutil.disk_usage(data_dir).free,
    )


def check_permissions(data_dir: Path, originals: Path, models_dir: Path, repair: bool) -> Check:
    """Checks that other users of this machine can read nothing but the models. Looks at every file."""
    name = "only the owner can read the data folder"
    folders = {data_dir.absolute(), originals.absolute()}
    found = [path for folder in folders for path in open_to_others(folder, [models_dir])]
    if found and repair:
        close_to_others(found)
        repaired = len(found)
        found = [path for folder in folders for path in open_to_others(folder, [models_dir])]
        if not found:
            return Check(name, ok=True, detail=f"ok, {repaired} made private")
    if not found:
        return Check(name, ok=True, detail="ok")
    shown = ", ".join(str(path) for path in found[:SHOWN])
    more = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
    remedy = (
        "they belong to another user, who has to run `chmod -R go= ` on them"
        if repair
        else "`ragapp doctor --repair` makes them private"
    )
    return Check(name, ok=False, detail=f"others have access to {shown}{more}; {remedy}")


def search_files(data_dir: Path, originals: Path, models_dir: Path, fragments: Sequence[str]) -> Findings:
    """Searches every file of the data folder and the originals for the fragments. Raises StorageError."""
    return search_apart([data_dir, originals], [models_dir], fragments)


def _bytes_in(folder: Path) -> int:
    total = 0
    for root, _, names in os.walk(folder):
        for name in names:
            try:
                total += Path(root, name).lstat().st_size
            except FileNotFoundError:  # deleted since it was listed
                continue
    return total
