"""The models folder: which models are there, and where."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from ragapp.errors import ModelError
from ragapp.models.catalog import CatalogEntry, ModelFile, find_entry, load_catalog
from ragapp.types import Check, ModelState


@dataclass(frozen=True, slots=True)
class ModelStatus:
    """A catalogued model on this machine. `present` counts its bytes that are here, of `entry.size`."""

    entry: CatalogEntry
    installed: bool
    fetching: bool
    present: int


def is_intact(path: Path, file: ModelFile) -> bool:
    """Whether `path` holds exactly the bytes of `file`. Reads all of it."""
    if not path.is_file() or (file.parts and path.stat().st_size != file.size):
        return False
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest() == file.sha256


def is_installed(entry: CatalogEntry, models_dir: Path) -> bool:
    """Whether every file is in its place with its size. Contents were proved when they were fetched.

    The size of a file that only the hub has is what others say of it: its digest alone is binding.
    """
    places = [(models_dir / entry.name / file.name, file) for file in entry.files]
    return all(
        path.is_file() and (path.stat().st_size == file.size or not file.parts) for path, file in places
    )


def usable_entry(entry: CatalogEntry, models_dir: Path) -> CatalogEntry:
    """The entry itself, or its alternative where only that is installed."""
    if entry.alternative is None or is_installed(entry, models_dir):
        return entry
    alternative = find_entry(entry.alternative)
    return alternative if is_installed(alternative, models_dir) else entry


def damaged_files(entry: CatalogEntry, models_dir: Path) -> list[str]:
    """The names of files that are missing or differ from the catalogue. Reads all of them."""
    folder = models_dir / entry.name
    return [file.name for file in entry.files if not is_intact(folder / file.name, file)]


def installed(name: str, models_dir: Path) -> bool:
    """Whether the catalogued model or its alternative is there. Raises NotFoundError for an unknown name."""
    return is_installed(usable_entry(find_entry(name), models_dir), models_dir)


def locate(name_or_path: str, models_dir: Path) -> Path:
    """The folder of an installed model, or the file or folder of that path.

    Raises ModelError when there is no such thing, with the command that brings it.
    """
    entry = load_catalog().get(name_or_path)
    if entry is not None:
        if is_installed(entry, models_dir):
            return models_dir / entry.name
        raise ModelError(
            f"The model {entry.name} is not on this machine: run `ragapp models fetch {entry.name}`."
        )
    path = Path(name_or_path).expanduser()
    if not path.exists():
        raise ModelError(
            f"{name_or_path!r} is neither a name of `ragapp models list` nor an existing file or folder."
        )
    return path


def status(entry: CatalogEntry, models_dir: Path) -> ModelStatus:
    """What is here of a catalogued model, and whether somebody is fetching it just now."""
    places = [models_dir / entry.name / file.name for file in entry.files]
    places += [partial_folder(entry, models_dir) / "assembled" / file.name for file in entry.files]
    present = sum(path.stat().st_size for path in places if path.is_file())
    return ModelStatus(
        entry=entry,
        installed=is_installed(entry, models_dir),
        fetching=_is_locked(lock_path(entry, models_dir)),
        present=min(present, entry.size),
    )


def partial_folder(entry: CatalogEntry, models_dir: Path) -> Path:
    """Where what was downloaded of a model waits until it is complete."""
    return models_dir / ".partial" / entry.name


def lock_path(entry: CatalogEntry, models_dir: Path) -> Path:
    """Held by the process that fetches the model."""
    return models_dir / f".{entry.name}.lock"


def _is_locked(path: Path) -> bool:
    if not path.exists():
        return False
    try:
        with FileLock(path, timeout=0):
            return False
    except Timeout:
        return True


def check_models(models_dir: Path) -> list[Check]:
    """One check for each installed model of the catalogue. Reads all of their files."""
    return [
        _check(entry.name, damaged_files(entry, models_dir))
        for entry in load_catalog().values()
        if is_installed(entry, models_dir)
    ]


def model_states(models_dir: Path) -> list[ModelState]:
    """Every model of the catalogue, and what of it is here."""
    found = (status(entry, models_dir) for entry in load_catalog().values())
    return [
        ModelState(
            name=one.entry.name,
            role=one.entry.role,
            licence=one.entry.licence,
            about=one.entry.about,
            bytes=one.entry.size,
            present=one.present,
            installed=one.installed,
            fetching=one.fetching,
        )
        for one in found
    ]


def _check(name: str, damaged: list[str]) -> Check:
    remedy = f"{', '.join(damaged)} differ from the catalogue; `ragapp models fetch {name}` brings them again"
    return Check(f"the files of model {name} are as published", not damaged, remedy if damaged else "ok")
