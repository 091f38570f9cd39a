"""The keyword index of one collection: a tantivy folder, and the manifest that makes it valid.

The manifest is a checksummed file that names the folder, the revision it holds and the digest of each file
in it. Replacing the manifest is the commit: what a folder holds beyond its manifest does not count. Readers
use a folder only when it matches its manifest exactly. Otherwise they wait for the writer. When the folder
still does not match, it is damaged or its writer died between tantivy's commit and the manifest, and the
index is rebuilt.
"""

from __future__ import annotations

import json
import logging
import secrets
import shutil
from collections.abc import Set as AbstractSet
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
from tantivy import Searcher

from ragapp.errors import StorageError
from ragapp.files.permissions import FILE_MODE
from ragapp.indexes.analyzer import VERSION
from ragapp.indexes.change_log import ChangeLogFollower, ChangeSet, ChangeSource, is_history_fork
from ragapp.indexes.local.files import read_index_file, write_index_file
from ragapp.indexes.local.locks import write_lock
from ragapp.indexes.local.tantivy_folder import MANAGED, Digests, TantivyFolder, digests_of, keys_of
from ragapp.indexes.verification import difference
from ragapp.types import Collection, Ranking

log = logging.getLogger(__name__)

NO_DIGESTS: Digests = {}


@dataclass(frozen=True, slots=True)
class KeywordManifest:
    """What a folder holds. `created_at` tells apart collections that had the same id one after another."""

    created_at: str
    tokens: int
    """The version of the analyzer."""
    revision: int
    folder: str
    files: dict[str, str]
    """The digest of each file by its name."""

    def fits(self, collection: Collection) -> bool:
        return self.created_at == collection.created_at.isoformat() and self.tokens == VERSION


@dataclass(frozen=True, slots=True)
class _State:
    manifest: KeywordManifest
    revision: int
    """Beyond the manifest's when later changes did not touch keywords."""
    folder: TantivyFolder
    searcher: Searcher

    def covers(self, collection: Collection) -> bool:
        return self.revision >= collection.revision and self.manifest.fits(collection)

    def at(self, revision: int) -> _State:
        return replace(self, revision=revision)


class KeywordIndex(ChangeLogFollower[_State]):
    """Searches by BM25."""

    added_by = "parsed"
    changes_per_set = 1000

    def __init__(self, collection_id: int, folder: Path, lock_file: Path, database: ChangeSource) -> None:
        super().__init__(collection_id, database)
        self._folder = folder / "words"
        self._manifest_file = folder / "words.view"
        self._unfinished = folder / "words.unfinished"
        self._lock_file = lock_file

    def search(self, collection: Collection, query: str, k: int, within: AbstractSet[int] | None) -> Ranking:
        state = self.catch_up(collection)
        return state.folder.search(state.searcher, query, k, within)

    def rebuild(self, collection: Collection) -> None:
        with self._catching_up, write_lock(self._lock_file):
            self._state = self._built(collection)

    def count(self) -> int:
        """The number of chunks, as of the last catch-up."""
        return self._state.searcher.num_docs if self._state is not None else 0

    def purge(self, collection: Collection) -> None:
        """Writes new files without the keywords of removed chunks, unless the present ones have none."""
        if self.catch_up(collection).folder.holds_removed():
            self.rebuild(collection)

    def verify(self, collection: Collection) -> str | None:
        """What differs from the database or is damaged on disk; None when nothing does."""
        with write_lock(self._lock_file):
            damage = self._damage()
        if damage is not None:
            return damage
        held = keys_of(self.catch_up(collection).searcher)
        live = np.array([entry.key for entry in self._database.entries(self._id)], np.int64)
        return difference("keyword index", held, live)

    def _open_state(self, collection: Collection) -> _State:
        if (found := self._read(collection, self._state)) is not None:
            return found
        with write_lock(self._lock_file):
            return self._read(collection, self._state) or self._built(collection)

    def _applied(self, state: _State, changes: ChangeSet, collection: Collection) -> _State:
        """Commits `changes`, unless another process has done so by the time this one holds the lock."""
        if not changes.touched:
            return state
        with write_lock(self._lock_file):
            state = self._read(collection, state) or self._built(collection)
            if state.revision >= changes.revision:
                return state
            self._unfinished.touch(FILE_MODE)
            state.folder.apply(changes.touched, self._database.entries(self._id, changes.added))
            committed = self._committed(state.folder, state.manifest, changes.revision)
            self._unfinished.unlink(missing_ok=True)
            return committed

    def _read(self, collection: Collection, known: _State | None) -> _State | None:
        """The state on disk, `known` if it is that; None when there is none, or it is damaged or another
        collection's."""
        try:
            manifest = _read_manifest(self._manifest_file)
            if not manifest.fits(collection) or is_history_fork(
                self._database, collection, manifest.revision
            ):
                return None
            if known is not None and known.manifest.folder != manifest.folder:
                known = None
            if self._mismatches(manifest, known.manifest.files if known else NO_DIGESTS):
                return None
            if known and known.manifest == manifest:
                return known  # it may be complete up to a later revision than its manifest says
            folder = known.folder if known else TantivyFolder(self._folder / manifest.folder)
            return _State(manifest, manifest.revision, folder, folder.searcher())
        except StorageError:
            return None

    def _built(self, collection: Collection) -> _State:
        """A new folder from the database, used once it is complete. The caller holds the file lock."""
        if self._manifest_file.exists():
            log.info("Rebuilding the keyword index of collection %r.", collection.name)
        self._remove_folders(but=self._present_folder())
        name = f"words-{secrets.token_hex(4)}"
        new = KeywordManifest(collection.created_at.isoformat(), VERSION, 0, name, {})
        try:
            folder = TantivyFolder(self._folder / name)
            folder.apply(frozenset(), self._database.entries(self._id))
            state = self._committed(folder, new, collection.revision)
        except StorageError:
            shutil.rmtree(self._folder / name, ignore_errors=True)  # it may be what filled the disk
            raise
        self._unfinished.unlink(missing_ok=True)
        return state

    def _committed(self, folder: TantivyFolder, former: KeywordManifest, revision: int) -> _State:
        """Replaces the manifest by one of the folder as it is now."""
        files = digests_of(self._folder / former.folder, former.files)
        manifest = replace(former, revision=revision, files=files)
        write_index_file(self._manifest_file, json.dumps(asdict(manifest)), {})
        self._remove_folders(but=manifest.folder)
        return _State(manifest, revision, folder, folder.searcher())

    def _present_folder(self) -> str | None:
        try:
            return _read_manifest(self._manifest_file).folder
        except StorageError:
            return None

    def _remove_folders(self, *, but: str | None) -> None:
        """Removes former folders, and those of dead writers. Readers keep the files that they have open."""
        for leftover in self._folder.glob("*"):
            if leftover.name != but:
                shutil.rmtree(leftover, ignore_errors=True)

    def _mismatches(self, manifest: KeywordManifest, verified: Digests) -> list[str]:
        """The files that are not as in `manifest`. Segments in `verified` are not read again."""
        try:
            present = digests_of(self._folder / manifest.folder, verified)
        except OSError as error:
            return [str(error)]
        differing = {name for name, _ in manifest.files.items() ^ present.items()}
        if self._unfinished.exists():
            # A writer that is at work, or dead, has added segments. They count from the next meta.json on.
            differing = {name for name in differing if name in manifest.files and name != MANAGED}
        return sorted(differing)

    def _damage(self) -> str | None:
        """What is damaged on disk. The caller holds the file lock."""
        if not self._manifest_file.exists():
            return None
        try:
            manifest = _read_manifest(self._manifest_file)
        except StorageError as error:
            return str(error)
        changed = self._mismatches(manifest, NO_DIGESTS)
        if not changed or self._unfinished.exists():  # the next writer repairs what a dead one left
            return None
        return (
            f"files of the keyword index in {self._folder / manifest.folder} have changed on disk: "
            f"{', '.join(changed)}; run `ragapp doctor --repair` to rebuild it"
        )


def _read_manifest(path: Path) -> KeywordManifest:
    return KeywordManifest(**json.loads(read_index_file(path).manifest))
