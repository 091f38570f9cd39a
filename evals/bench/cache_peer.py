"""Measures RedisVL's SemanticCache on the same server and with the same vectors."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ragapp.cache.answer_cache import CALIBRATED_THRESHOLDS
from ragapp.errors import UsageError
from ragapp.processes.launch import script_command
from ragapp.protocols import Embedder
from ragapp.settings import Settings
from ragapp.types import Vectors

QUESTION = "When was the harbour built?"
SIMILAR = "When was a harbour built?"
WARM_UP = 25
"""The number of questions after which our own cache has 100,000 entries in its in-memory mirror."""

SCRIPT = Path(__file__).parents[1] / "research" / "peers" / "redisvl_script.py"
DIMENSION = 384


@dataclass(frozen=True, slots=True)
class LookupLatency:
    """Latency in milliseconds from question to answer, or of the look-up alone.

    `cpu_p50` is the CPU time of this process, which depends little on other work on the machine. It does not
    include the server.
    """

    store: str
    entries: int
    kind: str
    p50: float
    p95: float
    cpu_p50: float


def directions(start: int, end: int) -> Vectors:
    """Random unit vectors for questions `start` to `end`, shape (end - start, 384), reproducible
    by number.
    """
    vectors = np.random.default_rng(start).standard_normal((end - start, DIMENSION)).astype(np.float32)
    unit: Vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit


def measure_redisvl(
    settings: Settings, embedder: Embedder, sizes: Sequence[int], times: int, python: str
) -> list[LookupLatency]:
    """Measures RedisVL on the server of the settings. `python` is an interpreter with `redisvl` installed.

    Raises UsageError."""
    if settings.redis_url is None:
        raise UsageError("RedisVL needs a server: set RAGAPP_REDIS_URL to an empty Redis 8 server.")
    folder = settings.data_dir
    np.save(folder / "kept.npy", directions(0, max(sizes)))
    np.save(folder / "asked.npy", np.stack([embedder.embed_query(text) for text in (QUESTION, SIMILAR)]))
    distance = 1 - (settings.cache_threshold or CALIBRATED_THRESHOLDS.get(embedder.fingerprint) or 0.9)
    values = (settings.redis_url.get_secret_value(), folder, distance, WARM_UP, times, *sizes)
    command = script_command(str(SCRIPT), *map(str, values), python=python)
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own script
    if done.returncode:
        last = done.stderr.strip().rpartition("\n")[2]
        raise UsageError(
            f"RedisVL's cache could not be measured ({last}). It needs a Redis 8 with its search module, and "
            "`pip install redisvl` for the Python of --peer-python."
        )
    return [LookupLatency(**one) for one in json.loads(done.stdout)]
