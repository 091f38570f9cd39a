"""Measures how long each step takes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from time import perf_counter


class Stopwatch:
    """Sums milliseconds by step; a step that was never entered has 0."""

    def __init__(self, steps: Iterable[str]) -> None:
        self._elapsed = dict.fromkeys(steps, 0.0)

    @contextmanager
    def __call__(self, step: str) -> Iterator[None]:
        started = perf_counter()
        try:
            yield
        finally:
            self._elapsed[step] += (perf_counter() - started) * 1000

    @property
    def elapsed_ms(self) -> Mapping[str, float]:
        return dict(self._elapsed)
