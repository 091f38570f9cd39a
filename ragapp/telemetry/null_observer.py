"""The observer of a command that nobody watches."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from ragapp.protocols.observer import WorkOutcome
from ragapp.types import Answer, Job, Origin, SearchResult


class NullObserver:
    """Tells nobody anything."""

    @contextmanager
    def searching(self, collection: str) -> Iterator[Callable[[SearchResult], SearchResult]]:  # noqa: ARG002
        yield lambda result: result

    def answered(self, answer: Answer) -> None:
        pass

    def origin(self) -> Origin:
        return Origin()

    @contextmanager
    def working(self, job: Job) -> Iterator[None]:  # noqa: ARG002
        yield

    def worked(self, job: Job, outcome: WorkOutcome, seconds: Mapping[str, float]) -> None:
        pass
