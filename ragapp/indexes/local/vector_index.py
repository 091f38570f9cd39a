"""The vector index of one collection: a base file that all processes share, and the changes since."""

from __future__ import annotations

import json
import logging
import secrets
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from ragapp.errors import StorageError
from ragapp.indexes.change_log import ChangeLogFollower, ChangeSet, ChangeSource, change_set, is_history_fork
from ragapp.indexes.local.files import TEMPORARY, Arrays, read_index_file, write_index_file
from ragapp.indexes.local.hnsw import GRAPH_ROWS, HnswGraph, build_graph
from ragapp.indexes.local.locks import try_lock, write_lock
from ragapp.indexes.local.rows import Rows, gather
from ragapp.indexes.local.snapshot import Snapshot
from ragapp.indexes.ranking import check_vector, vectors_name
from ragapp.indexes.verification import difference
from ragapp.types import Collection, Ranking, Vectors

log = logging.getLogger(__name__)

FileId = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class VectorManifest:
    """What a base was built from. `created_at` tells apart collections that had the same id one after
    another."""

    created_at: str
    embedder: str
    dimension: int
    revision: int
    generation: str
    """Identifies the base, and the graph that belongs to it."""

    @classmethod
    def of(cls, collection: Collection, revision: int) -> VectorManifest:
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
    """The base file that the snapshot maps."""
    manifest: VectorManifest
    snapshot: Snapshot

    @property
    def revision(self) -> int:
        return self.snapshot.revision

    def covers(self, collection: Collection) -> bool:
        return self.revision >= collection.revision and self.manifest.fits(collection)

    def at(self, revision: int) -> _State:
        return replace(self, snapshot=replace(self.snapshot, revision=revision))


class VectorIndex(ChangeLogFollower[_State]):
    """The vectors of one embedder."""

    added_by = "embedded"

    def __init__(self, collection: Collection, folder: Path, lock_file: Path, database: ChangeSource) -> None:
        super().__init__(collection.id, database)
        self._base = folder / f"{vectors_name(collection.embedder)}.view"
        self._lock_file = lock_file
        self._optimizing_lock_file = optimizing_lock_file(lock_file)

    def search(
        self, collection: Collection, vector: Vectors, k: int, within: AbstractSet[int] | None
    ) -> Ranking:
        """The nearest chunks of a vector.

        Raises EmbedderMismatch, and UsageError if the vector is not finite.
        """
        check_vector(collection, vector)
        snapshot = self.catch_up(collection).snapshot
        return snapshot.search(np.ascontiguousarray(vector, np.float32), k, within)

    def needs_optimizing(self, collection: Collection) -> bool:
        """Whether searches would be faster after `optimize`. Catches up first."""
        snapshot = self.catch_up(collection).snapshot
        return snapshot.outgrown or snapshot.lacks_graph

    def optimize(self, collection: Collection) -> None:
        """Writes a new base file if too many rows have changed since the last; else builds a missing graph.

        Takes minutes for a million rows, while searches go on. Only one process does it at a time.
        """
        with try_lock(self._optimizing_lock_file) as acquired:
            state = self._state
            if not acquired or state is None:
                return
            if state.snapshot.outgrown:
                self._compact(state)
            elif state.snapshot.lacks_graph and self._graph(state.manifest) is None:
                self._write_graph(state.manifest, state.snapshot.base)
        with self._catching_up:
            self._state = self._caught_up(collection)

    def rebuild(self, collection: Collection) -> None:
        with self._catching_up, write_lock(self._lock_file):
            self._state = self._followed(self._built(collection), collection)

    def purge(self, collection: Collection) -> None:
        """Writes a new base without removed versions, unless the present one has none."""
        if self.catch_up(collection).snapshot.dead:
            self.rebuild(collection)

    def verify(self, collection: Collection) -> str | None:
        """What differs from the database or is damaged on disk; None when nothing does."""
        try:
            with write_lock(self._lock_file):  # a new base would remove the graph that is about to be read
                for path in self._base.parent.glob(f"{self._base.stem}*"):
                    if path.suffix != TEMPORARY:
                        read_index_file(path)
        except StorageError as error:
            return str(error)
        held = self.catch_up(collection).snapshot.live()
        _, live = self._live_in_database(collection)
        found = difference("vector index", held.keys, live.keys)
        if found is None and not np.array_equal(held.vectors, live.vectors):
            return "the vector index holds other vectors than the database"
        return found

    def _open_state(self, collection: Collection) -> _State:
        """The present state while its base is on disk, or else the base on disk, or else a new one."""
        state = self._state
        if state is not None and state.file == self._file_on_disk() and state.manifest.fits(collection):
            if not state.snapshot.lacks_graph:
                return state
            return replace(state, snapshot=replace(state.snapshot, graph=self._graph(state.manifest)))
        if (found := self._read(collection)) is not None:
            return found
        with write_lock(self._lock_file):
            return self._read(collection) or self._built(collection)

    def _applied(self, state: _State, changes: ChangeSet, collection: Collection) -> _State:
        if not changes.touched:
            return state
        added = self._rows(collection, changes.added) if changes.added else gather((), collection.dimension)
        return replace(state, snapshot=state.snapshot.applied(changes, added))

    def _read(self, collection: Collection) -> _State | None:
        """The base on disk; None when there is none, or it is damaged or another collection's."""
        file = self._file_on_disk()
        if file is None:
            return None
        try:
            base = read_index_file(self._base)
        except StorageError as error:
            log.warning("%s It is rebuilt.", error)
            return None
        manifest = VectorManifest(**json.loads(base.manifest))
        keys, versions, vectors = (base.arrays[name] for name in ("keys", "versions", "vectors"))
        rows = Rows(keys, versions, vectors, base.stored_rows("vectors"))
        if not manifest.fits(collection) or is_history_fork(self._database, collection, manifest.revision):
            return None
        return _State(file, manifest, Snapshot.fresh(manifest.revision, rows, self._graph(manifest)))

    def _built(self, collection: Collection) -> _State:
        """A new base from the database. The caller holds the file lock."""
        revision, rows = self._live_in_database(collection)
        self._write(VectorManifest.of(collection, revision), rows)
        built = self._read(collection)
        if built is None:
            raise StorageError(f"{self._base} cannot be read right after it was written. Check the disk.")
        return built

    def _live_in_database(self, collection: Collection) -> tuple[int, Rows]:
        """The rows of all versions that are live and fully embedded, and the revision they hold at least.

        The database also has vectors of versions that are still being embedded; those are added by their
        change-log row.
        """
        whole = change_set(self._database.changes(self._id, 0), self.added_by)
        rows = self._rows(collection, None)
        return max(whole.revision, collection.revision), rows.only(rows.of(frozenset(whole.added)))

    def _rows(self, collection: Collection, versions: Iterable[int] | None) -> Rows:
        batches = self._database.vectors(self._id, collection.embedder, versions)
        return gather(batches, collection.dimension)

    def _compact(self, state: _State) -> None:
        rows = state.snapshot.live()
        manifest = replace(state.manifest, revision=state.revision, generation=secrets.token_hex(8))
        if len(rows) >= GRAPH_ROWS:  # first, so that no search has to do without
            self._write_graph(manifest, rows)
        with write_lock(self._lock_file):
            if self._file_on_disk() == state.file:  # else another process has rebuilt it meanwhile
                self._write(manifest, rows)

    def _write(self, manifest: VectorManifest, rows: Rows) -> None:
        arrays: Arrays = {"keys": rows.keys, "versions": rows.versions, "vectors": rows.vectors}
        write_index_file(self._base, json.dumps(asdict(manifest)), arrays)
        for graph in self._base.parent.glob(
            f"{self._base.stem}-*.graph*"
        ):  # temporary files of dead writers, too
            if graph != self._graph_file(manifest):
                graph.unlink(missing_ok=True)

    def _write_graph(self, manifest: VectorManifest, rows: Rows) -> None:
        log.info("Building a graph over %d vectors.", len(rows))
        graph = {"graph": build_graph(rows.vectors)}
        write_index_file(self._graph_file(manifest), manifest.generation, graph)

    def _graph(self, manifest: VectorManifest) -> HnswGraph | None:
        """The graph of that base; None when there is none, or it is damaged: `optimize` then builds it."""
        path = self._graph_file(manifest)
        if not path.exists():
            return None
        try:
            return HnswGraph(read_index_file(path).arrays["graph"])
        except StorageError as error:
            log.warning("%s It is rebuilt.", error)
            return None

    def _graph_file(self, manifest: VectorManifest) -> Path:
        return self._base.with_name(f"{self._base.stem}-{manifest.generation}.graph")

    def _file_on_disk(self) -> FileId | None:
        try:
            status = self._base.stat()
        except FileNotFoundError:
            return None
        return status.st_ino, status.st_mtime_ns, status.st_size


def optimizing_lock_file(lock_file: Path) -> Path:
    return lock_file.with_suffix(".tending")
