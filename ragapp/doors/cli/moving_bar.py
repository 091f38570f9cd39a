"""The progress bar of `ragapp migrate`, on stderr."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich import progress as rich
from rich.console import Console


@contextmanager
def moving_bar() -> Iterator[Callable[[str, int, int], None]]:
    """Gives what is to be told (what, done, in all). Prints nothing where nobody looks."""
    bar = rich.Progress(
        rich.TextColumn("{task.description}"),
        rich.BarColumn(),
        rich.MofNCompleteColumn(),
        rich.TimeRemainingColumn(),
        console=Console(stderr=True),
        disable=not sys.stderr.isatty(),
    )
    tasks: dict[str, rich.TaskID] = {}

    def on_moved(what: str, done: int, total: int) -> None:
        if what not in tasks:
            tasks[what] = bar.add_task(f"Copying {what}", total=total)
        bar.update(tasks[what], completed=done, total=total)

    with bar:
        yield on_moved
