"""Makes a collection like the files that were named, once or for as long as it runs.

Changes are found by looking at times and sizes every few seconds. That also works on network drives and in
containers, where change notices of the kernel get lost, and a change while nobody looked is seen too.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Hashable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path

from ingest.cli.batch import Batch
from ingest.sources import Finder, spelled
from ragapp.errors import FetchError, UsageError
from ragapp.protocols import Source
from ragapp.types import Document

PAUSE = 2.0
SHARE = 20.0
"""Seconds between looks: at least PAUSE, and SHARE times what a look takes, as large folders take long."""

_UNSEEN = object()


class FolderSync:
    """`tell` gets a line for people about what happens; `vanished` are the sources that are gone."""

    def __init__(self, batch: Batch, finder: Finder, *, prune: bool, tell: Callable[[str], None]) -> None:
        self.vanished: list[str] = []
        self.removed = 0
        self._batch = batch
        self._finder = finder
        self._roots = finder.roots()
        self._prune = prune
        self._tell = tell
        self._stamps: dict[str, Hashable] = {}
        self._last: dict[str, Hashable] = {}
        self._gone: dict[str, Document] = {}

    def begin(self, found: Sequence[Source]) -> None:
        """Hands in what is there now, and tells what has vanished since some earlier time."""
        self._accept(found)
        self._last = dict(self._stamps)
        for document in vanished(self._batch.sources(), set(self._stamps), self._roots):
            self._lose(document)

    def finish(self) -> None:
        """Until every document is ready or failed. Raises what a worker gave up with."""
        self._batch.finish()
        self._remove_vanished()

    def watch(self, pause: float = PAUSE) -> None:
        """Until it is interrupted. Raises what a worker gave up with."""
        due = time.monotonic() + pause
        while True:
            for document in self._batch.follow():
                self._tell(f"{document.status}: {document.error or document.name}")
            if time.monotonic() >= due:
                started = time.monotonic()
                self._look()
                due = time.monotonic() + max(pause, SHARE * (time.monotonic() - started))
            if not self._batch.unfinished:
                self._remove_vanished()

    def _look(self) -> None:
        """What changed is taken when two looks see the same: before, it may still be being written."""
        try:
            found = self._finder.find(missing_ok=True)
        except FetchError as error:  # a server that a plugin asked; the next look tries again
            self._tell(str(error))
            return
        now = {source.id: source.stamp for source in found}
        changed = [s for s in found if self._stamps.get(s.id, _UNSEEN) != s.stamp]
        self._accept([s for s in changed if self._last.get(s.id, _UNSEEN) == s.stamp])
        self._last = now
        for source in self._stamps.keys() - now.keys():
            del self._stamps[source]
            if document := self._batch.by_source(source):
                self._lose(document)

    def _accept(self, sources: Sequence[Source]) -> None:
        self._batch.accept(sources)
        self._finder.archives.close()
        for source in sources:
            self._stamps[source.id] = source.stamp
            self._gone.pop(source.id, None)

    def _lose(self, document: Document) -> None:
        self._gone[document.source] = document
        self.vanished.append(document.source)
        self._tell(f"vanished: {document.source}")

    def _remove_vanished(self) -> None:
        """Only when nothing is unfinished: a renamed file finds its old vectors as long as they are there."""
        gone, self._gone = list(self._gone.values()), {}
        if not self._prune or not gone:
            return
        try:
            check_prunable(gone, self._stamps.keys(), self._roots)
        except UsageError as error:
            self._tell(str(error))
            return
        for document in gone:
            self._batch.remove(document)
            self.removed += 1
            self._tell(f"removed: {document.source}")


IN_ARCHIVE = "!/"


def vanished(known: Mapping[str, Document], found: AbstractSet[str], roots: Sequence[Path]) -> list[Document]:
    """The documents under `roots`, by source in `known`, that are not `found` and do not exist any more."""
    return [
        document
        for source, document in known.items()
        if source not in found and _under(source, roots) and _gone(source, found)
    ]


def check_prunable(gone: Sequence[Document], found: AbstractSet[str], roots: Sequence[Path]) -> None:
    """A drive that is not mounted looks like a folder whose files are all gone.

    Raises UsageError when one of the roots with something to remove has nothing left in it.
    """
    for root in roots:
        lost = sum(_under(document.source, [root]) for document in gone)
        if lost and not any(_under(source, [root]) for source in found):
            raise UsageError(
                f"Nothing is left under {root}, where {lost} documents came from, so none was removed. Is "
                "its drive there? If they are really gone, `ragapp documents delete` removes them."
            )


def _under(source: str, roots: Sequence[Path]) -> bool:
    path = source.partition(IN_ARCHIVE)[0]
    return any(
        path == root or path.startswith(f"{root.rstrip(os.sep)}{os.sep}") for root in map(spelled, roots)
    )


def _gone(source: str, found: AbstractSet[str]) -> bool:
    """Not merely out of reach: in a folder that may not be entered, or an archive that cannot be opened.

    What is out of reach is found itself, instead of what is in it.
    """
    path, inside, _ = source.partition(IN_ARCHIVE)
    try:
        os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):  # or its name is spelled otherwise
        return not any(str(folder) in found for folder in Path(path).parents)
    except OSError:
        return False
    return bool(inside) and path not in found
