"""Synchronizes a collection with files and folders, once or continuously.

Changes are detected by polling modification times and sizes every few seconds. That also works on network
drives and in containers, where notifications of the kernel get lost, and it detects changes made in between.
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
"""The seconds between two scans are at least PAUSE, and SHARE times the duration of a scan for
large folders.
"""

_UNSEEN = object()


class FolderSync:
    """Keeps a collection in step with files. `tell` is called with messages for people; `vanished` are the
    sources that no longer exist.
    """

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
        self._has_vanished: dict[str, Document] = {}

    def begin(self, found: Sequence[Source]) -> None:
        """Uploads the present files, and finds those that have vanished since an earlier run."""
        self._accept(found)
        self._last = dict(self._stamps)
        for document in vanished(self._batch.sources(), set(self._stamps), self._roots):
            self._mark_vanished(document)

    def finish(self) -> None:
        """Waits until every document is ready or failed. Raises the error with which a worker gave up."""
        self._batch.finish()
        self._remove_vanished()

    def watch(self, pause: float = PAUSE) -> None:
        """Follows changes until it is interrupted. Raises the error with which a worker gave up."""
        due = time.monotonic() + pause
        while True:
            for document in self._batch.follow():
                self._tell(f"{document.status}: {document.error or document.name}")
            if time.monotonic() >= due:
                started = time.monotonic()
                self._scan()
                due = time.monotonic() + max(pause, SHARE * (time.monotonic() - started))
            if not self._batch.unfinished:
                self._remove_vanished()

    def _scan(self) -> None:
        """Scans for changes. A changed file is uploaded when two scans agree, because it may still be being
        written.
        """
        try:
            found = self._finder.find(missing_ok=True)
        except FetchError as error:  # from a plugin; the next scan tries again
            self._tell(str(error))
            return
        now = {source.id: source.stamp for source in found}
        changed = [s for s in found if self._stamps.get(s.id, _UNSEEN) != s.stamp]
        self._accept([s for s in changed if self._last.get(s.id, _UNSEEN) == s.stamp])
        self._last = now
        for source in self._stamps.keys() - now.keys():
            del self._stamps[source]
            if document := self._batch.by_source(source):
                self._mark_vanished(document)

    def _accept(self, sources: Sequence[Source]) -> None:
        self._batch.accept(sources)
        self._finder.archives.close()
        for source in sources:
            self._stamps[source.id] = source.stamp
            self._has_vanished.pop(source.id, None)

    def _mark_vanished(self, document: Document) -> None:
        self._has_vanished[document.source] = document
        self.vanished.append(document.source)
        self._tell(f"vanished: {document.source}")

    def _remove_vanished(self) -> None:
        """Deletes documents of vanished files once nothing is unfinished, so that a renamed file can reuse
        its old vectors.
        """
        gone, self._has_vanished = list(self._has_vanished.values()), {}
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
    """The documents in `known` (by source) under `roots` that are not in `found` and no longer exist."""
    return [
        document
        for source, document in known.items()
        if source not in found and _is_under(source, roots) and _has_vanished(source, found)
    ]


def check_prunable(gone: Sequence[Document], found: AbstractSet[str], roots: Sequence[Path]) -> None:
    """Raises UsageError if a root with documents to delete has no files left.

    A drive that is not mounted looks like a folder whose files have all vanished.
    """
    for root in roots:
        lost = sum(_is_under(document.source, [root]) for document in gone)
        if lost and not any(_is_under(source, [root]) for source in found):
            raise UsageError(
                f"{root}, from which {lost} documents came, is empty or missing, so no document was "
                "deleted. Check that its drive is mounted. If the files are really gone, delete the "
                "documents with `ragapp documents delete`."
            )


def _is_under(source: str, roots: Sequence[Path]) -> bool:
    path = source.partition(IN_ARCHIVE)[0]
    return any(
        path == root or path.startswith(f"{root.rstrip(os.sep)}{os.sep}") for root in map(spelled, roots)
    )


def _has_vanished(source: str, found: AbstractSet[str]) -> bool:
    """Whether a source has vanished, and is not merely inaccessible, in a folder without permission or a
    damaged archive.

    Such a folder or archive is itself among the found sources, instead of its contents.
    """
    path, inside, _ = source.partition(IN_ARCHIVE)
    try:
        os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):  # or its name is spelled differently
        return not any(str(folder) in found for folder in Path(path).parents)
    except OSError:
        return False
    return bool(inside) and path not in found
