"""The evaluation runs and their reports, which all servers share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from uuid import uuid4

from pydantic import TypeAdapter

from evals.service.runs import StoredRun, read_stored_run
from ragapp.errors import ConflictError, NotFoundError, UsageError
from ragapp.protocols import ArtifactStore
from ragapp.types import ArtifactKind, EvalRun

RUN_SUFFIX: Final = ".json"
PAGE_SUFFIX: Final = ".html"


class RunArchive:
    """Stores the run files and reports that commands write into `folder`."""

    def __init__(self, artifacts: ArtifactStore, folder: Path) -> None:
        self._artifacts = artifacts
        self._folder = folder
        self._about = TypeAdapter(EvalRun)
        self._foreign: set[str] = set()
        """Names of files in the folder that are not runs of this service."""

    def new_file(self, called: str) -> Path:
        """The path of a new run file, for a command to write."""
        when = f"{datetime.now(UTC):%Y-%m-%dT%H%M%SZ}"
        # Two runs may start within the same second.
        return self._folder / f"{called}.{when}.{uuid4().hex[:8]}{RUN_SUFFIX}"

    def all(self) -> list[EvalRun]:
        """All runs, the latest first, including those that commands have just written."""
        self.take_in()
        pages = self._names("report")
        runs = [self._about.validate_json(one.about) for one in self._artifacts.all("run")]
        found = [replace(run, has_report=run.name in pages) for run in runs]
        return sorted(found, key=lambda run: run.created_at, reverse=True)

    def read(self, name: str) -> StoredRun:
        """The run of that name. Raises NotFoundError."""
        with TemporaryDirectory() as folder:
            path = Path(folder) / f"{name}{RUN_SUFFIX}"
            path.write_bytes(self._bytes("run", name))
            return read_stored_run(path)

    def page(self, name: str) -> bytes:
        """The HTML report of a run. Raises NotFoundError."""
        return self._bytes("report", name)

    def take_in(self) -> None:
        """Stores new run files and reports. A report may follow later, because it is written
        after its run.
        """
        runs = self._names("run")
        for path in self._new_files(RUN_SUFFIX, runs | self._foreign):
            try:
                about = self._about.dump_json(read_stored_run(path).run).decode()
            except UsageError:
                self._foreign.add(path.stem)
            else:
                self._store("run", path, about)
                runs.add(path.stem)
        for path in self._new_files(PAGE_SUFFIX, self._names("report")):
            if path.stem in runs:
                self._store("report", path, "")

    def _new_files(self, suffix: str, known: set[str]) -> Iterator[Path]:
        return (path for path in self._folder.glob(f"*{suffix}") if path.stem not in known)

    def _store(self, kind: ArtifactKind, path: Path, about: str) -> None:
        with path.open("rb") as data, suppress(ConflictError):  # another process has just stored it
            self._artifacts.add(kind, path.stem, data, about)

    def _names(self, kind: ArtifactKind) -> set[str]:
        return {one.name for one in self._artifacts.all(kind)}

    def _bytes(self, kind: ArtifactKind, name: str) -> bytes:
        found = self._artifacts.find(kind, name)
        if found is None:
            raise NotFoundError(
                f"The {kind} {name!r} does not exist. GET /v1/evals/runs lists the available runs."
            )
        with closing(self._artifacts.open(found)) as data:
            return data.read()
