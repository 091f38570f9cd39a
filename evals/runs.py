"""Run files: the results of an evaluation, with everything needed to compare it with another one.

Each kind of run has its own dataclass (`RetrievalRun`, `AnswerRun`, `CacheRun`). This module has what they
share, and the comparison of two runs of a kind.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import shutil
import subprocess
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

import ragapp
from evals.statistics.gate import GateResult, judge_run
from ragapp.errors import UsageError

COMPRESSED = ".gz"

RunT = TypeVar("RunT")
SettingValue = str | int | float | bool | None
ScoresByMetric = Mapping[str, Mapping[str, float]]
"""Metric -> question -> score."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredRun(ABC):
    """The fields that runs of all kinds have, and the scores by which two are compared."""

    dataset: str
    dataset_sha256: str
    settings_fingerprint: str
    embedder: str
    code: str
    created_at: str

    @abstractmethod
    def scores(self) -> ScoresByMetric:
        """The scores of each question, in every metric by which two runs are compared."""

    def gated(self) -> ScoresByMetric:
        """The scores that the gate considers; by default all."""
        return self.scores()


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestedRun(ScoredRun):
    """A run over ingested documents.

    `recipe` is the ingest fingerprint; `failures` are the documents that could not be ingested, each with the
    reason.
    """

    settings: Mapping[str, SettingValue]
    recipe: str
    failures: tuple[str, ...]
    latency_ms: Mapping[str, float]


def fingerprint(*values: object) -> str:
    """A hash of `values`, which must be serializable as JSON: 16 hex digits."""
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
    """The current time in UTC, in the format of run files."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def default_run_file(data_dir: Path, run: ScoredRun, kind: str) -> Path:
    """The default path of a run file, whose name has the dataset, the time and the settings."""
    when = run.created_at.replace(":", "").replace("+0000", "Z")
    name = f"{run.dataset}.{kind}.{when}.{run.settings_fingerprint[:8]}.json"
    return data_dir / "evals" / "runs" / name


def write_run(path: Path, run: object) -> None:
    """Writes `run` atomically as JSON, compressed if the name ends in .gz.

    Raises UsageError if it cannot be written.
    """
    compressed = path.suffix == COMPRESSED
    data = TypeAdapter(type(run)).dump_json(run, indent=None if compressed else 1)
    # Without a time stamp the same run gives the same bytes.
    write_whole(path, gzip.compress(data, mtime=0) if compressed else data)


def read_run(path: Path, kind: type[RunT], command: str) -> RunT:
    """Reads a run file. Raises UsageError if it does not exist or is not a run of that `command`."""
    try:
        return TypeAdapter(kind).validate_json(read_bytes(path))
    except ValidationError as error:
        problem = error.errors()[0]["msg"]
        raise UsageError(f"{path} is not a run of `{command}`: {problem}. Pass another file.") from error


def read_bytes(path: Path) -> bytes:
    """Reads the bytes of a run file, uncompressed. Raises UsageError."""
    try:
        data = path.read_bytes()
        return gzip.decompress(data) if path.suffix == COMPRESSED else data
    except (gzip.BadGzipFile, EOFError) as error:
        raise UsageError(
            f"{path} is not compressed with gzip, although its name ends in .gz. Pass another file."
        ) from error
    except OSError as error:
        raise UsageError(f"Cannot read {path}: {error.strerror}. Pass a run file.") from error


def compare_runs(run: ScoredRun, baseline: ScoredRun) -> tuple[GateResult, ...]:
    """Compares two runs in every metric. Raises UsageError unless both used the same data."""
    _check_same_data(run, baseline)
    return judge_run(run.scores(), baseline.scores())


def gate_run(run: ScoredRun, baseline: ScoredRun) -> tuple[GateResult, ...]:
    """Compares two runs in the metrics of the gate. Raises UsageError unless both used the same data."""
    _check_same_data(run, baseline)
    return judge_run(run.gated(), baseline.gated())


def _check_same_data(run: ScoredRun, baseline: ScoredRun) -> None:
    if baseline.dataset_sha256 != run.dataset_sha256:
        raise UsageError(
            f"The baseline of {baseline.created_at} used different data ({baseline.dataset!r} at that "
            "time). Create a new baseline: run without --baseline, and keep the run file."
        )


def write_whole(path: Path, data: bytes) -> None:
    """Writes a file atomically. Raises UsageError if it cannot be written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(f"{path.name}.{os.getpid()}.tmp")
        unfinished.write_bytes(data)
        unfinished.replace(path)
    except OSError as error:
        raise UsageError(f"Cannot write {path}: {error.strerror}. Choose another place.") from error
