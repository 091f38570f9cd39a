"""The models folder: which models it contains, where, and who may read them."""

from __future__ import annotations

import hashlib
import stat
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from ragapp.errors import ModelError
from ragapp.files.permissions import private_folder
from ragapp.models.catalog import CatalogEntry, ModelFile, find_entry, load_catalog
from ragapp.types import Check, ModelState

SHARED_FOLDER = 0o755
_READABLE = 0o555


@dataclass(frozen=True, slots=True)
class ModelStatus:
    """A model of the catalogue on this machine. `present` is the number of its bytes here, of
    `entry.size`."""

    entry: CatalogEntry
    installed: bool
    fetching: bool
    present: int


def is_intact(path: Path, file: ModelFile) -> bool:
    """Whether `path` has exactly the bytes of `file`. Reads all of it."""
    if not path.is_file() or (file.parts and path.stat().st_size != file.size):
        return False
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest() == file.sha256


def is_installed(entry: CatalogEntry, models_dir: Path) -> bool:
    """Whether every file exists with its size. The contents were verified when they were fetched.

    The size of a file that is only on the hub is not checked, because only its digest is pinned.
    """
    expected = [(models_dir / entry.name / file.name, file) for file in entry.files]
    return all(
        path.is_file() and (path.stat().st_size == file.size or not file.parts) for path, file in expected
    )


def usable_entry(entry: CatalogEntry, models_dir: Path) -> CatalogEntry:
    """The entry itself, or its alternative when only that is installed."""
    if entry.alternative is None or is_installed(entry, models_dir):
        return entry
    alternative = find_entry(entry.alternative)
    return alternative if is_installed(alternative, models_dir) else entry


def damaged_files(entry: CatalogEntry, models_dir: Path) -> list[str]:
    """The names of files that are missing or differ from the catalogue. Reads every file completely."""
    folder = models_dir / entry.name
    return [file.name for file in entry.files if not is_intact(folder / file.name, file)]


def installed(name: str, models_dir: Path) -> bool:
    """Whether the model or its alternative is installed. Raises NotFoundError for an unknown name."""
    return is_installed(usable_entry(find_entry(name), models_dir), models_dir)


def locate(name_or_path: str, models_dir: Path) -> Path:
    """The folder of an installed model, or the file or folder of that path.

    Raises ModelError when it does not exist, with the command that fetches it.
    """
    entry = load_catalog().get(name_or_path)
    if entry is not None:
        if is_installed(entry, models_dir):
            return models_dir / entry.name
        raise ModelError(f"The model {entry.name} is not installed: run `ragapp models fetch {entry.name}`.")
    path = Path(name_or_path).expanduser()
    if not path.exists():
        raise ModelError(
            f"{name_or_path!r} is neither a name of `ragapp models list` nor an existing file or folder."
        )
    return path


def status(entry: CatalogEntry, models_dir: Path) -> ModelStatus:
    """How much of a model of the catalogue is here, and whether a process is fetching it."""
    paths = [models_dir / entry.name / file.name for file in entry.files]
    paths += [partial_folder(entry, models_dir) / "assembled" / file.name for file in entry.files]
    present = sum(path.stat().st_size for path in paths if path.is_file())
    return ModelStatus(
        entry=entry,
        installed=is_installed(entry, models_dir),
        fetching=_is_locked(lock_path(entry, models_dir)),
        present=min(present, entry.size),
    )


def partial_folder(entry: CatalogEntry, models_dir: Path) -> Path:
    """The folder of a model's incomplete download."""
    return models_dir / ".partial" / entry.name


def lock_path(entry: CatalogEntry, models_dir: Path) -> Path:
    """The lock of the process that fetches the model."""
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
    """Every model of the catalogue, and how much of it is here."""
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
    remedy = f"{', '.join(damaged)} differ from the catalogue; run `ragapp models fetch {name}`"
    return Check(f"the files of model {name} are intact", not damaged, remedy if damaged else "ok")


def shared_folder(models_dir: Path) -> None:
    """Creates the folder of models, which all users may read: models are public, unlike documents.

    Missing parent folders are created for their owner alone; by default that is the data folder.
    """
    if models_dir.exists():
        return
    private_folder(models_dir.parent)
    models_dir.mkdir(SHARED_FOLDER, exist_ok=True)
    models_dir.chmod(SHARED_FOLDER)  # whatever the umask is


def share(path: Path, models_dir: Path) -> None:
    """Gives `path` the read permissions of `models_dir`, which decides who may use models."""
    allowed = models_dir.stat().st_mode & _READABLE
    own = path.stat().st_mode
    if not stat.S_ISDIR(own):
        allowed &= ~0o111
    path.chmod(stat.S_IMODE(own) | allowed)
