"""Run files: what an evaluation found, with everything needed to compare it with another one.

Each kind of run is a dataclass of its own (`RetrievalRun`, `AnswerRun`, `CacheRun`); here is what they share.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol, TypeVar

from pydantic import TypeAdapter, ValidationError

import ragapp
from ragapp.errors import UsageError

COMPRESSED = ".gz"

RunT = TypeVar("RunT")
SettingValue = str | int | float | bool | None


class RunHead(Protocol):
    """What every run names itself by."""

    @property
    def dataset(self) -> str: ...
    @property
    def dataset_sha256(self) -> str: ...
    @property
    def settings_fingerprint(self) -> str: ...
    @property
    def created_at(self) -> str: ...


def fingerprint(*values: object) -> str:
    """16 hex digits that bind `values` (anything JSON holds)."""
    canonical = json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()[:16]


def code_version() -> str:
    """The package's version and, in a checkout, the commit (`-dirty` when files differ from it)."""
    git, here = shutil.which("git"), Path(ragapp.__file__).parent
    if git is None or not (here.parent / ".git").exists():
        return ragapp.__version__
    described = subprocess.run(  # noqa: S603 - our own arguments
        [git, "-C", str(here), "describe", "--always", "--dirty"], capture_output=True, text=True, check=False
    )
    commit = described.stdout.strip()
    return f"{ragapp.__version__}+{commit}" if commit else ragapp.__version__


def now() -> str:
    """The moment, in UTC, as run files write it."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def default_run_file(data_dir: Path, run: RunHead, kind: str) -> Path:
    """Tells runs apart by what was scored, when, and with which settings."""
    when = run.created_at.replace(":", "").replace("+0000", "Z")
    name = f"{run.dataset}.{kind}.{when}.{run.settings_fingerprint[:8]}.json"
    return data_dir / "evals" / "runs" / name


def write_run(path: Path, run: object) -> None:
    """Writes `run` as JSON, whole or not at all, compressed where the name ends in .gz.

    Raises UsageError when it cannot.
    """
    compressed = path.suffix == COMPRESSED
    data = TypeAdapter(type(run)).dump_json(run, indent=None if compressed else 1)
    # Without a time stamp the same run gives the same bytes.
    write_whole(path, gzip.compress(data, mtime=0) if compressed else data)


def read_run(path: Path, kind: type[RunT], command: str) -> RunT:
    """Raises UsageError when the file is not there or no run of that `command`."""
    try:
        return TypeAdapter(kind).validate_json(read_bytes(path))
    except ValidationError as error:
        problem = error.errors()[0]["msg"]
        raise UsageError(f"{path} is no run of `{command}`: {problem}. Pass another file.") from error


def read_bytes(path: Path) -> bytes:
    """What stands in a run file. Raises UsageError."""
    try:
        data = path.read_bytes()
        return gzip.decompress(data) if path.suffix == COMPRESSED else data
    except (gzip.BadGzipFile, EOFError) as error:
        raise UsageError(f"{path} is not compressed by gzip, as its name says. Pass another file.") from error
    except OSError as error:
        raise UsageError(f"Cannot read {path}: {error.strerror}. Pass a run file.") from error


def check_same_data(run: RunHead, baseline: RunHead, file: Path) -> None:
    """Raises UsageError when the two were not over the same data."""
    if baseline.dataset_sha256 != run.dataset_sha256:
        raise UsageError(
            f"{file} is a run over {baseline.dataset!r} as it was then, and this one is over other data. "
            "Make a new baseline: run without --baseline and keep the run file."
        )


def write_whole(path: Path, data: bytes) -> None:
    """Raises UsageError when it cannot."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(f"{path.name}.{os.getpid()}.tmp")
        unfinished.write_bytes(data)
        unfinished.replace(path)
    except OSError as error:
        raise UsageError(f"Cannot write {path}: {error.strerror}. Choose another place.") from error
