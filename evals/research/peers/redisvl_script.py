"""Measures RedisVL's SemanticCache, for comparison. Run it as a script; it prints JSON.

python redisvl_script.py URL FOLDER DISTANCE WARM_UP TIMES SIZE…

FOLDER has two files of unit vectors: kept.npy, of the questions that fill the cache, and asked.npy, of one of
them and of a similar question.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from redisvl import __version__
from redisvl.extensions.cache.llm import SemanticCache
from redisvl.utils.vectorize import CustomVectorizer

ANSWER = "The harbour was built in 1862 by Ada Thornton. [1]"


def measure(look_up: Callable[[], object], warm_up: int, times: int) -> dict[str, float]:
    spent = []
    for number in range(warm_up + times):
        started, busy = time.perf_counter(), time.process_time()
        look_up()
        if number >= warm_up:
            spent.append((time.perf_counter() - started, time.process_time() - busy))
    clock, cpu = 1000 * np.array(spent).T
    p50, p95 = np.quantile(clock, [0.5, 0.95])
    return {"p50": float(p50), "p95": float(p95), "cpu_p50": float(np.median(cpu))}


def main() -> None:
    url, folder, distance, warm_up, times, *sizes = sys.argv[1:]
    kept = np.load(Path(folder) / "kept.npy")
    question, similar = np.load(Path(folder) / "asked.npy").tolist()
    cache = SemanticCache(
        "ragapp-bench",
        distance_threshold=float(distance),
        vectorizer=CustomVectorizer(embed=lambda _: similar),
        redis_url=url,
        overwrite=True,
    )

    def look_up() -> None:
        assert cache.check(prompt="similar"), "the similar question is found"

    found, filled = [], 1
    cache.store("question", ANSWER, vector=question)
    for size in map(int, sizes):
        for number in range(filled, size):
            cache.store(f"Question {number}", ANSWER, vector=kept[number].tolist())
        filled = size
        latency = measure(look_up, int(warm_up), int(times))
        kind = "semantic, look-up alone"
        found.append({"store": f"RedisVL {__version__}", "entries": size, "kind": kind, **latency})
    cache.delete()
    print(json.dumps(found))  # noqa: T201


if __name__ == "__main__":
    main()
