"""The progress bar of `ragapp ingest`, on stderr."""

from __future__ import annotations

from collections.abc import Iterable
from types import TracebackType
from typing import Self

from rich import progress as rich
from rich.console import Console

from ragapp.terminal.output import safe
from ragapp.types import Document

FINISHED = frozenset({"ready", "failed"})


class ProgressBar:
    """Documents done, chunks embedded and their rate, time left. Prints nothing when `quiet`."""

    def __init__(self, *, quiet: bool) -> None:
        self._bar = rich.Progress(
            rich.TextColumn("{task.description}"),
            rich.BarColumn(),
            rich.MofNCompleteColumn(),
            rich.TextColumn("{task.fields[rate]}"),
            rich.TimeRemainingColumn(),
            console=Console(stderr=True),
            disable=quiet,
            transient=True,
        )
        self._documents = self._bar.add_task("Adding files", total=None, rate="")
        self._chunks = self._bar.add_task("Embedding chunks", total=None, rate="", visible=False)

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def tell(self, line: str) -> None:
        """Prints a line above the progress bar."""
        self._bar.console.print(safe(line), markup=False, highlight=False, soft_wrap=True)

    def accepted(self, done: int, total: int) -> None:
        self._bar.update(self._documents, completed=done, total=total)

    def worked(self, documents: Iterable[Document]) -> None:
        """Shows the present state of the documents of the batch."""
        every = list(documents)
        parsed = [document for document in every if document.chunks]
        finished = sum(document.status in FINISHED for document in every)
        embedded = sum(document.embedded for document in parsed)
        self._bar.update(
            self._documents,
            description="Ingesting documents",
            completed=finished,
            total=len(every),
            rate=_rate(self._bar.tasks[0]),
        )
        self._bar.update(
            self._chunks,
            completed=embedded,
            total=sum(document.chunks for document in parsed),
            rate=_rate(self._bar.tasks[1]),
            visible=bool(parsed),
        )


def _rate(task: rich.Task) -> str:
    return f"{task.speed:.1f}/s" if task.speed else ""
