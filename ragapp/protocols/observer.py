"""Observation of the application: metrics and traces."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Literal, Protocol

from ragapp.types import Answer, Job, Origin, SearchResult

WorkOutcome = Literal["done", "failed", "postponed", "given back"]
"""How a stage of ingesting a document ended. `postponed` and `given back` stages are tried again."""


class Observer(Protocol):
    """Receives events and records metrics and traces. It changes nothing and raises nothing."""

    def searching(self, collection: str) -> AbstractContextManager[Callable[[SearchResult], SearchResult]]:
        """Wraps a search. Yields a function to be called with the result, which returns it unchanged."""

    def answered(self, answer: Answer) -> None:
        """Records that an answer is complete, whether it was generated or came from the cache."""

    def origin(self) -> Origin:
        """The request that this thread serves, to be stored with work that is done later elsewhere."""

    def working(self, job: Job) -> AbstractContextManager[None]:
        """Wraps a stage of ingesting a document."""

    def worked(self, job: Job, outcome: WorkOutcome, seconds: Mapping[str, float]) -> None:
        """Records that a stage has ended. `seconds` is the time it spent, by step."""
