"""One index of a collection on the cluster: points that follow the change log.

The position, the revision that the points have reached, is stored beside them and written after the changes
it covers. When the process that feeds them dies, the next one repeats what it had begun, which changes
nothing. Several processes may feed them at once: each continues until the log has no newer change, so it
removes again what it wrote after another process had removed it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import islice

from qdrant_client import models

from ragapp.indexes.change_log import ChangeLogFollower, ChangeSet, ChangeSource
from ragapp.indexes.qdrant.client import MissingOnServer, QdrantSettings
from ragapp.indexes.qdrant.comparison import Difference, Tally, differences
from ragapp.indexes.qdrant.fields import PointFields
from ragapp.indexes.qdrant.points import VERSION, Points, Query
from ragapp.indexes.ranking import Candidates, best
from ragapp.types import Collection, Ranking

BATCH = 256
"""Points in a request: 2 MB at 384 dimensions."""
UNBOUNDED = 2**31


@dataclass(frozen=True, slots=True)
class _State:
    revision: int
    written: frozenset[int] = frozenset()
    """The versions whose points this process may have written after another one had removed them."""

    def covers(self, collection: Collection) -> bool:
        return self.revision >= collection.revision

    def at(self, revision: int) -> _State:
        """Forgets what was written: the log has been followed to its end."""
        return _State(revision)


class CollectionIndex(ChangeLogFollower[_State]):
    """The keywords of a collection's chunks, or their vectors, as `fields` says."""

    changes_per_set = 1000

    def __init__(
        self,
        collection_id: int,
        points: Points,
        fields: PointFields,
        layout: QdrantSettings,
        database: ChangeSource,
    ) -> None:
        super().__init__(collection_id, database)
        self.added_by = fields.added_by
        self._points = points
        self._fields = fields
        self._layout = layout

    def search(
        self, collection: Collection, query: Query, using: str, k: int, within: AbstractSet[int] | None
    ) -> Ranking:
        """The `k` best points for the field `using`, ties by key."""

        def candidates(n: int) -> Candidates:
            found = self._points.nearest(query, using, n, within, exact=False)
            # The graph may miss some behind a filter. A scan costs little where few are left.
            return found if len(found[0]) == n else self._points.nearest(query, using, n, within, exact=True)

        self.catch_up(collection)
        try:
            return best(k, UNBOUNDED, candidates)
        except MissingOnServer:  # it was removed on the server: the next catch-up creates it again
            self._state = None
            self.catch_up(collection)
            return best(k, UNBOUNDED, candidates)

    def compare(self, collection: Collection) -> Tally:
        """Compares the points with the database: which chunks exist, and their content."""
        self.catch_up(collection)
        return Tally.of(self._differences(collection, values=True))

    def reconcile(self, collection: Collection, *, values: bool) -> None:
        """Writes missing points and, with `values`, wrong ones; removes those that are not live.

        Searches and other processes that feed the points go on meanwhile.
        """
        self._position()  # creates the points when there are none
        found, written = self._differences(collection, values=values), set[int]()
        while batch := list(islice(found, BATCH)):
            written |= self._repair(collection, batch)
        self._points.set_position(collection.revision)
        with self._catching_up:
            self._state = self._followed(_State(collection.revision, frozenset(written)), collection)

    def _caught_up(self, collection: Collection) -> _State:
        try:
            return super()._caught_up(collection)
        except MissingOnServer:  # removed on the server meanwhile
            return super()._caught_up(collection)

    def _open_state(self, collection: Collection) -> _State:  # noqa: ARG002  the position is the server's
        return _State(self._position())

    def _applied(self, state: _State, changes: ChangeSet, collection: Collection) -> _State:
        if changes.revision <= state.revision:  # another process was first
            self._points.remove_versions(state.written & changes.removed)
            return state
        # Adds before it removes: the database tells a reader which of two versions is live.
        if changes.added:
            points = self._fields.points(collection, changes.added)
            while batch := list(islice(points, BATCH)):
                self._points.upsert(batch)
        self._points.remove_versions(changes.removed)
        return _State(self._advanced(changes.revision), state.written.union(changes.added))

    def _position(self) -> int:
        try:
            return self._points.position()
        except MissingOnServer:
            self._points.create(self._fields.fields, self._layout)
            return 0

    def _advanced(self, revision: int) -> int:
        """Moves the position to `revision`; returns the position, which another process may have moved
        further."""
        position = self._points.position()
        if revision > position:
            self._points.set_position(revision)
        return max(revision, position)

    def _differences(self, collection: Collection, *, values: bool) -> Iterator[Difference]:
        return differences(self._fields.points(collection), self._points.held(values=values))

    def _repair(self, collection: Collection, found: Sequence[Difference]) -> set[int]:
        """Returns the versions whose points it wrote."""
        live = [one.live for one in found if one.live is not None]
        self._points.upsert(live)
        # Versions that were added since the comparison began are not stale: they are logged before they are
        # fed.
        new = {change.version_id for change in self._database.changes(collection.id, collection.revision)}
        stale = [one for one in found if one.live is None and one.held is not None]
        self._points.remove([one.key for one in stale if one.held and _version(one.held) not in new])
        return {_version(point) for point in live}


def _version(point: models.PointStruct | models.Record) -> int:
    return int((point.payload or {})[VERSION])
