"""Run files: what an evaluation found, with everything needed to compare it with another one.

Each kind of run is a dataclass of its own (`RetrievalRun`, `AnswerRun`, `CacheRun`); here is what they share,
and how two of a kind are compared.
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
    """What a run of any kind names itself by, and what two of a kind are compared by."""

    dataset: str
    dataset_sha256: str
    settings_fingerprint: str
    embedder: str
    code: str
    created_at: str

    @abstractmethod
    def scores(self) -> ScoresByMetric:
        """Of each question, in every metric that two runs are compared by."""

    def gated(self) -> ScoresByMetric:
        """Those that the gate looks at: all, unless a kind says otherwise."""
        return self.scores()


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestedRun(ScoredRun):
    """A run over documents that went through the real ingest.

    `recipe` names parsers and chunk settings; `failures` are the documents that could not be ingested, each
    with its reason.
    """

    settings: Mapping[str, SettingValue]
    recipe: str
    failures: tuple[str, ...]
    latency_ms: Mapping[str, float]


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


def default_run_file(data_dir: Path, run: ScoredRun, kind: str) -> Path:
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


def compare_runs(run: ScoredRun, baseline: ScoredRun) -> tuple[GateResult, ...]:
    """In every metric. Raises UsageError unless both were over the same data."""
    _check_same_data(run, baseline)
    return judge_run(run.scores(), baseline.scores())


def gate_run(run: ScoredRun, baseline: ScoredRun) -> tuple[GateResult, ...]:
    """In the metrics that the gate looks at. Raises UsageError unless both were over the same data."""
    _check_same_data(run, baseline)
    return judge_run(run.gated(), baseline.gated())


def _check_same_data(run: ScoredRun, baseline: ScoredRun) -> None:
    if baseline.dataset_sha256 != run.dataset_sha256:
        raise UsageError(
            f"The baseline of {baseline.created_at} is a run over {baseline.dataset!r} as it was then, and "
            "this one is over other data. Make a new baseline: run without --baseline and keep the run file."
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
