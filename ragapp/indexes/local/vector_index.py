"""The vector view of one collection: a base file shared by all processes, and what came since."""

from __future__ import annotations

import json
import logging
import secrets
import threading
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import xxhash

from ragapp.errors import StorageError
from ragapp.indexes.change_set import ChangeSource, change_set, is_history_fork
from ragapp.indexes.local.files import TEMPORARY, Arrays, read_index_file, write_index_file
from ragapp.indexes.local.hnsw import GRAPH_ROWS, HnswGraph, build_graph
from ragapp.indexes.local.locks import free, writing
from ragapp.indexes.local.rows import Rows, gather
from ragapp.indexes.local.snapshot import Snapshot
from ragapp.indexes.ranking import check_vector
from ragapp.indexes.verification import difference
from ragapp.types import Collection, Ranking, Vectors

log = logging.getLogger(__name__)

FileId = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a base was built from. `created_at` tells apart collections that got the same id in turn."""

    created_at: str
    embedder: str
    dimension: int
    revision: int
    generation: str
    """Names the base, and with it the graph that belongs to it."""

    @classmethod
    def of(cls, collection: Collection, revision: int) -> Manifest:
        created_at, generation = collection.created_at.isoformat(), secrets.token_hex(8)
        return cls(created_at, collection.embedder, collection.dimension, revision, generation)

    def fits(self, collection: Collection) -> bool:
        return (self.created_at, self.embedder, self.dimension) == (
            collection.created_at.isoformat(),
            collection.embedder,
            collection.dimension,
        )


@dataclass(frozen=True, slots=True, eq=False)
class _State:
    file: FileId
    """Which base file the snapshot rests on."""
    stamp: Manifest
    snapshot: Snapshot

    def covers(self, collection: Collection) -> bool:
        return self.snapshot.revision >= collection.revision and self.stamp.fits(collection)


def vectors_name(embedder: str) -> str:
    """What the names of the files begin with that hold vectors of that embedder."""
    return f"vectors-{xxhash.xxh3_64_hexdigest(embedder.encode())}"


class VectorIndex:
    """Of one embedder. Any number of threads search while one catches up: they share nothing that changes."""

    def __init__(self, collection: Collection, folder: Path, lock_file: Path, truth: ChangeSource) -> None:
        self._id = collection.id
        self._base = folder / f"{vectors_name(collection.embedder)}.view"
        self._lock_file = lock_file
        self._graph_lock_file = lock_file.with_suffix(".tending")
        self._truth = truth
        self._catching_up = threading.Lock()
        self._state: _State | None = None

    def catch_up(self, collection: Collection) -> Snapshot:
        """The snapshot at the collection's revision or later. Reads no SQL when there is one."""
        state = self._state
        if state is None or not state.covers(collection):
            with self._catching_up:
                state = self._state
                if state is None or not state.covers(collection):
                    state = self._state = self._replayed(self._opened(collection), collection)
        return state.snapshot

    def search(
        self, collection: Collection, vector: Vectors, k: int, within: AbstractSet[int] | None
    ) -> Ranking:
        """Raises EmbedderMismatch, UsageError for a vector that cannot be searched for."""
        check_vector(collection, vector)
        snapshot = self.catch_up(collection)
        return snapshot.search(np.ascontiguousarray(vector, np.float32), k, within)

    def tend(self, collection: Collection) -> None:
        """Builds what searches would be quicker with: a new base when the present one is outgrown, or its
        graph. Minutes, when there are a million rows; searches go on meanwhile. One process does it.
        """
        with free(self._graph_lock_file) as mine:
            state = self._state
            if not mine or state is None:
                return
            if state.snapshot.outgrown:
                self._compact(state)
            elif state.snapshot.lacks_graph and self._graph(state.stamp) is None:
                self._write_graph(state.stamp, state.snapshot.base)
        with self._catching_up:
            self._state = self._replayed(self._opened(collection), collection)

    def _compact(self, state: _State) -> None:
        rows = state.snapshot.live()
        stamp = replace(state.stamp, revision=state.snapshot.revision, generation=secrets.token_hex(8))
        if len(rows) >= GRAPH_ROWS:  # first, so that no search has to do without
            self._write_graph(stamp, rows)
        with writing(self._lock_file):
            if self._file_on_disk() == state.file:  # else it was built anew meanwhile
                self._write(stamp, rows)

    def _write_graph(self, stamp: Manifest, rows: Rows) -> None:
        log.info("A graph over %d vectors is being built.", len(rows))
        write_index_file(self._graph_file(stamp), stamp.generation, {"graph": build_graph(rows.vectors)})

    def _graph_file(self, stamp: Manifest) -> Path:
        return self._base.with_name(f"{self._base.stem}-{stamp.generation}.graph")

    def _graph(self, stamp: Manifest) -> HnswGraph | None:
        """The graph of that base; None when there is none, or it is damaged: `tend` then builds it."""
        path = self._graph_file(stamp)
        if not path.exists():
            return None
        try:
            return HnswGraph(read_index_file(path).arrays["graph"])
        except StorageError as error:
            log.warning("%s It is being built anew.", error)
            return None

    def rebuild(self, collection: Collection) -> None:
        with self._catching_up, writing(self._lock_file):
            self._state = self._replayed(self._built(collection), collection)

    def purge(self, collection: Collection) -> None:
        """A new base without what was removed, unless the present one has none of it."""
        if self.catch_up(collection).dead:
            self.rebuild(collection)

    def verify(self, collection: Collection) -> str | None:
        """What differs from the truth or is damaged on disk; None when all is well."""
        try:
            with writing(self._lock_file):  # else a new base would remove the graph that is about to be read
                for path in self._base.parent.glob(f"{self._base.stem}*"):
                    if path.suffix != TEMPORARY:
                        read_index_file(path)
        except StorageError as error:
            return str(error)
        held = self.catch_up(collection).live()
        _, live = self._live_in_truth(collection)
        found = difference("vector view", held.keys, live.keys)
        if found is None and not np.array_equal(held.vectors, live.vectors):
            return "the vector view holds other vectors than the store"
        return found

    def _opened(self, collection: Collection) -> _State:
        """A state to replay on: the present one while its base is on disk, or else the base on disk."""
        state = self._state
        if state is not None and state.file == self._file_on_disk() and state.stamp.fits(collection):
            if not state.snapshot.lacks_graph:
                return state
            return replace(state, snapshot=replace(state.snapshot, graph=self._graph(state.stamp)))
        if (found := self._sound(collection)) is not None:
            return found
        with writing(self._lock_file):
            return self._sound(collection) or self._built(collection)

    def _sound(self, collection: Collection) -> _State | None:
        """The base on disk; None when there is none, or it is damaged or not this collection's."""
        file = self._file_on_disk()
        if file is None:
            return None
        try:
            view = read_index_file(self._base)
        except StorageError as error:
            log.warning("%s It is being built anew.", error)
            return None
        stamp = Manifest(**json.loads(view.manifest))
        keys, versions, vectors = (view.arrays[name] for name in ("keys", "versions", "vectors"))
        rows = Rows(keys, versions, vectors, view.stored_rows("vectors"))
        if not stamp.fits(collection) or is_history_fork(self._truth, collection, stamp.revision):
            return None
        return _State(file, stamp, Snapshot.fresh(stamp.revision, rows, self._graph(stamp)))

    def _built(self, collection: Collection) -> _State:
        """A new base from the truth. The caller holds the file lock."""
        revision, rows = self._live_in_truth(collection)
        self._write(Manifest.of(collection, revision), rows)
        built = self._sound(collection)
        if built is None:
            raise StorageError(f"{self._base} cannot be read right after it was written. Check the disk.")
        return built

    def _replayed(self, state: _State, collection: Collection) -> _State:
        snapshot = state.snapshot
        changes = self._truth.changes(self._id, snapshot.revision)
        missed = change_set(changes, "embedded", max(snapshot.revision, collection.revision))
        added = self._rows(collection, missed.added) if missed.added else gather((), collection.dimension)
        return replace(state, snapshot=snapshot.replayed(missed, added))

    def _live_in_truth(self, collection: Collection) -> tuple[int, Rows]:
        """The rows of all versions that are live and fully embedded, and the revision they hold at least.

        The store also has vectors of versions still on their way; those come with their change-log row.
        """
        whole = change_set(self._truth.changes(self._id, 0), "embedded", collection.revision)
        rows = self._rows(collection, None)
        return whole.revision, rows.only(rows.of(frozenset(whole.added)))

    def _rows(self, collection: Collection, versions: Iterable[int] | None) -> Rows:
        batches = self._truth.vectors(self._id, collection.embedder, versions)
        return gather(batches, collection.dimension)

    def _write(self, stamp: Manifest, rows: Rows) -> None:
        arrays: Arrays = {"keys": rows.keys, "versions": rows.versions, "vectors": rows.vectors}
        write_index_file(self._base, json.dumps(asdict(stamp)), arrays)
        for graph in self._base.parent.glob(f"{self._base.stem}-*.graph*"):  # with what dead writers left
            if graph != self._graph_file(stamp):
                graph.unlink(missing_ok=True)

    def _file_on_disk(self) -> FileId | None:
        try:
            status = self._base.stat()
        except FileNotFoundError:
            return None
        return status.st_ino, status.st_mtime_ns, status.st_size
