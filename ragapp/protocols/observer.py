"""Who watches the application at work."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Literal, Protocol

from ragapp.types import Answer, Job, Origin, SearchResult

WorkOutcome = Literal["done", "failed", "postponed", "given back"]
"""What became of a stage of a document's way in: `done`, the document `failed`, or the work waits again."""


class Observer(Protocol):
    """Is told what happens and makes metrics and traces of it. It changes nothing and raises nothing."""

    def searching(self, collection: str) -> AbstractContextManager[Callable[[SearchResult], SearchResult]]:
        """Around a search; gives what is to be called with the result, and hands that back."""

    def answered(self, answer: Answer) -> None:
        """An answer is complete, made or served from the cache."""

    def origin(self) -> Origin:
        """The request that is served in this thread, to be kept with work that is done later elsewhere."""

    def working(self, job: Job) -> AbstractContextManager[None]:
        """Around a stage of a document's way in."""

    def worked(self, job: Job, outcome: WorkOutcome, seconds: Mapping[str, float]) -> None:
        """The stage ended so; `seconds` is where its time went."""
