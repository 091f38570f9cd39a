"""Measures the memory of a process after opening, searching and answering, and that of LangChain
components.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from evals.bench.machine import PEER_MODEL
from evals.bench.process import Resident, resident
from evals.bench.synthetic import sample_of
from ragapp.bootstrap import build_runtime, build_service
from ragapp.errors import UsageError
from ragapp.processes.launch import script_command, spawn_context
from ragapp.settings import Settings
from ragapp.types import AskQuery, SearchQuery, Vectors

SCRIPT = Path(__file__).parents[1] / "research" / "peers" / "langchain_memory.py"
QUESTION_WORDS = 9


@dataclass(frozen=True, slots=True)
class Held:
    """The memory of `system` after a step. The LangChain components have no step of answering."""

    system: str
    step: str
    memory: Resident


@dataclass(frozen=True, slots=True)
class Memory:
    """The memory of a process. `vectors_mib` is the size of the vectors in fp32, the least that a flat index
    needs.
    """

    chunks: int
    vectors_mib: float
    held: tuple[Held, ...]


def measure(settings: Settings, collection: str, peer_python: str | None) -> Memory:
    """Measures a collection. With `peer_python`, an interpreter with the extra `bench`, LangChain loads the
    same texts and vectors.

    Raises NotFoundError and UsageError.
    """
    runtime = build_runtime(settings)
    vectors, texts, _ = sample_of(runtime, collection)
    runtime.store.close()
    question = " ".join(texts[0].split()[:QUESTION_WORDS])
    with spawn_context().Pool(1) as pool:
        held = pool.apply(_measure_ours, (settings, collection, question))
    if peer_python is not None:
        held += _measure_langchain(settings.models_dir / PEER_MODEL, texts, vectors, peer_python)
    return Memory(len(texts), vectors.nbytes / 2**20, tuple(held))


def _measure_ours(settings: Settings, collection: str, question: str) -> list[Held]:
    """Measures the steps. Call it in a fresh process."""
    return [Held("ragapp", step, resident()) for step in _steps(settings, collection, question)]


def _steps(settings: Settings, collection: str, question: str) -> Iterator[str]:
    service = build_service(settings)
    yield "opened"
    service.search(SearchQuery(question, collection=collection))
    yield "searched"
    list(service.ask(AskQuery(question, collection=collection, use_cache=False)))
    yield "answered"
    service.close()


def _measure_langchain(model: Path, texts: list[str], vectors: Vectors, python: str) -> list[Held]:
    with TemporaryDirectory(prefix="ragapp-bench-") as folder:
        given = Path(folder, "texts.json"), Path(folder, "vectors.npy")
        given[0].write_text(json.dumps(texts), encoding="utf-8")
        np.save(given[1], vectors)
        command = script_command(str(SCRIPT), str(model), *map(str, given), python=python)
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own script
            held = list(_measure_steps(process))
    if process.returncode:
        raise UsageError("LangChain's parts failed, as told above. They need `pip install 'ragapp[bench]'`.")
    return held


def _measure_steps(process: subprocess.Popen[str]) -> Iterator[Held]:
    """Measures the process after each step that it reports; it waits meanwhile."""
    assert process.stdin is not None
    assert process.stdout is not None
    for step in process.stdout:
        yield Held("LangChain", step.strip(), resident(process.pid))
        process.stdin.write("\n")
        process.stdin.flush()
