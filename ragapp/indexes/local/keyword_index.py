"""The keyword view of one collection: a tantivy folder and the stamp that vouches for it.

The stamp is a checksummed file that names the folder, the revision it holds and the digest of each file
in it. Replacing the stamp is the commit: what a folder holds beyond its stamp does not count. Readers
take a folder only when it is exactly as stamped. Else they wait for the writer, and when the folder is
still not as stamped, it is damaged or its writer died between commit and stamp: it is built anew.
"""

from __future__ import annotations

import json
import logging
import secrets
import shutil
import threading
from collections.abc import Set as AbstractSet
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
from tantivy import Searcher

from ragapp.errors import StorageError
from ragapp.files.permissions import FILE_MODE
from ragapp.indexes.analyzer import VERSION
from ragapp.indexes.change_set import ChangeSet, ChangeSource, change_set, is_history_fork, pieces
from ragapp.indexes.local.files import read_index_file, write_index_file
from ragapp.indexes.local.locks import writing
from ragapp.indexes.local.tantivy_folder import MANAGED, Digests, Generation, digests_of, keys_of
from ragapp.indexes.verification import difference
from ragapp.types import Collection, Ranking

log = logging.getLogger(__name__)

COMMIT_CHANGES = 1000
"""Change-log rows that go into one commit."""
NO_DIGESTS: Digests = {}


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a folder holds. `created_at` tells apart collections that got the same id in turn."""

    created_at: str
    tokens: int
    revision: int
    folder: str
    files: dict[str, str]

    def fits(self, collection: Collection) -> bool:
        return self.created_at == collection.created_at.isoformat() and self.tokens == VERSION


@dataclass(frozen=True, slots=True)
class _State:
    stamp: Manifest
    revision: int
    """As of which the view is complete: past the stamp's when later changes did not touch words."""
    generation: Generation
    searcher: Searcher

    def covers(self, collection: Collection) -> bool:
        return self.revision >= collection.revision and self.stamp.fits(collection)


class KeywordIndex:
    """Any number of threads search while one catches up: they share nothing that changes."""

    def __init__(self, collection_id: int, folder: Path, lock_file: Path, truth: ChangeSource) -> None:
        self._id = collection_id
        self._folder = folder / "words"
        self._stamp_file = folder / "words.view"
        self._unfinished = folder / "words.unfinished"
        self._lock_file = lock_file
        self._truth = truth
        self._catching_up = threading.Lock()
        self._state: _State | None = None

    def catch_up(self, collection: Collection) -> None:
        """Brings the view to the collection's revision. Reads no SQL when it is there."""
        self._current(collection)

    def search(self, collection: Collection, query: str, k: int, within: AbstractSet[int] | None) -> Ranking:
        state = self._current(collection)
        return state.generation.search(state.searcher, query, k, within)

    def rebuild(self, collection: Collection) -> None:
        with self._catching_up, writing(self._lock_file):
            self._state = self._built(collection)

    def count(self) -> int:
        """Passages, as of the last catch-up."""
        return self._state.searcher.num_docs if self._state is not None else 0

    def purge(self, collection: Collection) -> None:
        """New files without the words of what was removed, unless the present ones have none of them."""
        if self._current(collection).generation.holds_removed():
            self.rebuild(collection)

    def verify(self, collection: Collection) -> str | None:
        """What differs from the truth or is damaged on disk; None when all is well."""
        with writing(self._lock_file):
            damage = self._damage()
        if damage is not None:
            return damage
        held = keys_of(self._current(collection).searcher)
        live = np.array([entry.key for entry in self._truth.entries(self._id)], np.int64)
        return difference("keyword view", held, live)

    def _current(self, collection: Collection) -> _State:
        """The state at the collection's revision or later."""
        state = self._state
        if state is None or not state.covers(collection):
            with self._catching_up:
                state = self._state
                if state is None or not state.covers(collection):
                    state = self._state = self._caught_up(collection)
        return state

    def _caught_up(self, collection: Collection) -> _State:
        state = self._sound(collection)
        if state is None or self._missed(state):
            with writing(self._lock_file):
                state = self._sound(collection) or self._built(collection)
                for missed in self._missed(state):
                    state = self._applied(state, missed)
        return replace(state, revision=max(state.revision, collection.revision))

    def _missed(self, state: _State) -> list[ChangeSet]:
        """What the change log asks for beyond `state`, in pieces of one commit each."""
        changes = self._truth.changes(self._id, state.revision)
        gaps = (change_set(part, "parsed", state.revision) for part in pieces(changes, COMMIT_CHANGES))
        return [missed for missed in gaps if missed.touched]

    def _sound(self, collection: Collection) -> _State | None:
        """The newest state on disk; None when there is none, or it is not as stamped or of something else."""
        try:
            stamp = _read_stamp(self._stamp_file)
            if not stamp.fits(collection) or is_history_fork(self._truth, collection, stamp.revision):
                return None
            known = self._state
            if known is not None and known.stamp.folder != stamp.folder:
                known = None
            if self._strays(stamp, known.stamp.files if known else NO_DIGESTS):
                return None
            if known and known.stamp == stamp:
                return known  # it may be complete as of a later revision than its stamp says
            generation = known.generation if known else Generation(self._folder / stamp.folder)
            return _State(stamp, stamp.revision, generation, generation.searcher())
        except StorageError:
            return None

    def _strays(self, stamp: Manifest, verified: Digests) -> list[str]:
        """The files that are not as stamped. `verified` segments are not read again."""
        try:
            present = digests_of(self._folder / stamp.folder, verified)
        except OSError as error:
            return [str(error)]
        strays = {name for name, _ in stamp.files.items() ^ present.items()}
        if self._unfinished.exists():
            # A writer at work, or dead, has added segments. They count from the next meta.json on.
            strays = {name for name in strays if name in stamp.files and name != MANAGED}
        return sorted(strays)

    def _built(self, collection: Collection) -> _State:
        """A new folder from the truth, switched to when it is complete. The caller holds the file lock."""
        if self._stamp_file.exists():
            log.info("The keyword view of collection %r is being built anew.", collection.name)
        self._clear_all_but(self._stamped_folder())
        folder = f"words-{secrets.token_hex(4)}"
        try:
            generation = Generation(self._folder / folder)
            generation.apply(frozenset(), self._truth.entries(self._id))
            state = self._stamped(generation, folder, collection.created_at.isoformat(), collection.revision)
        except StorageError:
            shutil.rmtree(self._folder / folder, ignore_errors=True)  # it may be what filled the disk
            raise
        self._unfinished.unlink(missing_ok=True)
        return state

    def _stamped_folder(self) -> str | None:
        try:
            return _read_stamp(self._stamp_file).folder
        except StorageError:
            return None

    def _clear_all_but(self, folder: str | None) -> None:
        """Removes former folders, and those of dead writers. A reader's open files outlive their names."""
        for leftover in self._folder.glob("*"):
            if leftover.name != folder:
                shutil.rmtree(leftover, ignore_errors=True)

    def _applied(self, state: _State, missed: ChangeSet) -> _State:
        """`state` with the gap closed, on disk. The caller holds the file lock."""
        self._unfinished.touch(FILE_MODE)
        state.generation.apply(missed.touched, self._truth.entries(self._id, missed.added))
        stamp = state.stamp
        applied = self._stamped(
            state.generation, stamp.folder, stamp.created_at, missed.revision, stamp.files
        )
        self._unfinished.unlink(missing_ok=True)
        return applied

    def _stamped(
        self,
        generation: Generation,
        folder: str,
        created_at: str,
        revision: int,
        known: Digests = NO_DIGESTS,
    ) -> _State:
        stamp = Manifest(created_at, VERSION, revision, folder, digests_of(self._folder / folder, known))
        write_index_file(self._stamp_file, json.dumps(asdict(stamp)), {})
        self._clear_all_but(folder)
        return _State(stamp, revision, generation, generation.searcher())

    def _damage(self) -> str | None:
        """What is wrong on disk. The caller holds the file lock."""
        if not self._stamp_file.exists():
            return None
        try:
            stamp = _read_stamp(self._stamp_file)
        except StorageError as error:
            return str(error)
        strays = self._strays(stamp, NO_DIGESTS)
        if not strays or self._unfinished.exists():  # a writer that died is no damage: the next one repairs
            return None
        return (
            f"files of the keyword view in {self._folder / stamp.folder} have changed on disk: "
            f"{', '.join(strays)}; `ragapp doctor --repair` builds it anew"
        )


def _read_stamp(path: Path) -> Manifest:
    return Manifest(**json.loads(read_index_file(path).manifest))
