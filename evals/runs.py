"""Run files: what an evaluation found, with everything needed to compare it with another one."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter

import ragapp
from evals.metrics import strictly_descending
from evals.statistics import Comparison
from evals.types import Run, Scores
from ragapp.errors import UsageError
from ragapp.settings import Settings
from ragapp.types import SearchMode

SHOWN = 10
"""Documents a run file lists for each query; `write_trec` writes them all."""

RETRIEVAL_SETTINGS = {"embedder", "reranker", "chunk_tokens", "candidates", "fusion"}
"""What can change what is found. Named one by one, so that no password in a URL gets into a run file."""

SettingValue = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class QueryResult:
    """A query's scores and the first `SHOWN` corpus ids found, best first."""

    scores: Scores
    documents: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ModeResult:
    metrics: Scores
    queries: Mapping[str, QueryResult]


@dataclass(frozen=True, slots=True)
class RetrievalRun:
    """One evaluation of retrieval. All but `created_at` and `latency_ms` is the same when repeated."""

    dataset: str
    split: str
    dataset_sha256: str
    documents: int
    chunks: int
    failures: tuple[str, ...]
    """Documents that could not be ingested, each with its reason."""
    settings: Mapping[str, SettingValue]
    settings_fingerprint: str
    embedder: str
    recipe: str
    code: str
    created_at: str
    latency_ms: Mapping[str, float]
    modes: Mapping[SearchMode, ModeResult]
    comparisons: Mapping[str, Comparison]


def retrieval_settings(settings: Settings) -> dict[str, SettingValue]:
    """The settings that can change what is found."""
    values: dict[str, SettingValue] = settings.model_dump(mode="json", include=RETRIEVAL_SETTINGS)
    return values


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


def default_run_file(data_dir: Path, run: RetrievalRun) -> Path:
    """Tells runs apart by what was scored, when, and with which settings."""
    when = run.created_at.replace(":", "").replace("+0000", "Z")
    name = f"{run.dataset}.{run.split}.{when}.{run.settings_fingerprint[:8]}.json"
    return data_dir / "evals" / "runs" / name


def write_run(path: Path, run: RetrievalRun) -> None:
    """Writes `run` as JSON, whole or not at all. Raises UsageError when it cannot."""
    _write(path, TypeAdapter(RetrievalRun).dump_json(run, indent=1))


def write_trec(path: Path, run: Run, tag: str) -> None:
    """Writes the whole rankings as trec_eval reads them: `query Q0 document rank score tag`.

    Raises UsageError for an id with a space in it, which that layout cannot hold.
    """
    lines = []
    for query, ranking in run.items():
        for rank, (document, score) in enumerate(strictly_descending(ranking), start=1):
            if query.split() != [query] or document.split() != [document]:
                raise UsageError(
                    f"TREC run files part fields by spaces and cannot hold the ids {query!r} and "
                    f"{document!r}. Leave --trec out; the JSON run file holds any id."
                )
            lines.append(f"{query} Q0 {document} {rank} {score!r} {tag}\n")
    _write(path, "".join(lines).encode())


def _write(path: Path, data: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(f"{path.name}.{os.getpid()}.tmp")
        unfinished.write_bytes(data)
        unfinished.replace(path)
    except OSError as error:
        raise UsageError(f"Cannot write {path}: {error.strerror}. Choose another place.") from error
