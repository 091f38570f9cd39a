"""One view of a collection on the cluster: points that follow the change log.

How far it has come stands beside them, written after the changes it vouches for: a feeder may die at any
moment, and the next one repeats what it had begun, which changes nothing. Several may feed at once. Each
goes on until the truth has no newer change, so what one of them wrote too late it takes out again itself.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from itertools import islice

from qdrant_client import models

from ragapp.indexes.change_set import ChangeSet, ChangeSource, change_set, pieces
from ragapp.indexes.qdrant.client import MissingOnServer, QdrantSettings
from ragapp.indexes.qdrant.comparison import Difference, Tally, differences
from ragapp.indexes.qdrant.fields import PointFields
from ragapp.indexes.qdrant.points import VERSION, Points, Query
from ragapp.indexes.ranking import Candidates, best
from ragapp.types import Collection, Ranking

PIECE = 1000
"""Change-log rows between two notes of the position: what is done again after a crash."""
BATCH = 256
"""Points that a request carries: 2 MB at 384 dimensions."""
UNBOUNDED = 2**31


class CollectionIndex:
    """Any number of threads search while one catches up."""

    def __init__(
        self, points: Points, contents: PointFields, layout: QdrantSettings, truth: ChangeSource
    ) -> None:
        self._points = points
        self._contents = contents
        self._layout = layout
        self._truth = truth
        self._catching_up = threading.Lock()
        self._revision = -1
        """As of which the view is known to be complete."""

    def catch_up(self, collection: Collection) -> None:
        """Brings the view to the collection's revision. Asks nobody when it is there."""
        if self._revision < collection.revision:
            with self._catching_up:
                if self._revision < collection.revision:
                    self._revision = self._caught_up(collection)

    def search(
        self, collection: Collection, query: Query, using: str, k: int, within: AbstractSet[int] | None
    ) -> Ranking:
        """The `k` best points for the field `using`, ties by key."""

        def candidates(n: int) -> Candidates:
            found = self._points.nearest(query, using, n, within, exact=False)
            # Behind a filter the graph may miss some. Where few are left, a scan costs little.
            return found if len(found[0]) == n else self._points.nearest(query, using, n, within, exact=True)

        self.catch_up(collection)
        try:
            return best(k, UNBOUNDED, candidates)
        except MissingOnServer:  # somebody has removed it: it is a view, and comes back
            self._revision = -1
            self.catch_up(collection)
            return best(k, UNBOUNDED, candidates)

    def compare(self, collection: Collection) -> Tally:
        """How the view and the truth differ: which chunks, and what is said of them."""
        self.catch_up(collection)
        return Tally.of(self._differences(collection, values=True))

    def reconcile(self, collection: Collection, *, values: bool) -> None:
        """Writes what is missing, and with `values` what is wrong, and removes what is not live.

        Searches go on meanwhile, and so do feeders.
        """
        self._position()  # makes the view when there is none
        found, written = self._differences(collection, values=values), set[int]()
        while batch := list(islice(found, BATCH)):
            written |= self._mend(collection, batch)
        self._points.set_position(collection.revision)
        with self._catching_up:
            self._revision = self._followed(collection, collection.revision, written)

    def _caught_up(self, collection: Collection) -> int:
        try:
            return self._followed(collection, self._position(), set())
        except MissingOnServer:  # removed while it was fed
            return self._followed(collection, self._position(), set())

    def _position(self) -> int:
        try:
            return self._points.position()
        except MissingOnServer:
            self._points.create(self._contents.fields, self._layout)
            return 0

    def _followed(self, collection: Collection, position: int, written: set[int]) -> int:
        """Applies what comes after `position`; returns the revision as of which the view is complete.

        `written` are versions whose points this process may have written after another one removed them.
        """
        seen = position
        while changes := self._truth.changes(collection.id, seen):
            for piece in pieces(changes, PIECE):
                missed = change_set(piece, self._contents.adding, position)
                if missed.revision > position:
                    self._apply(collection, missed)
                    written.update(missed.added)
                    position = self._noted(missed.revision)
                else:  # another feeder was there first
                    self._points.remove_versions(written & _gone(missed))
            seen = changes[-1].revision
        return max(position, collection.revision)

    def _apply(self, collection: Collection, missed: ChangeSet) -> None:
        """New versions come before old ones go: the truth tells a reader which of them counts."""
        if missed.added:
            points = self._contents.points(collection, missed.added)
            while batch := list(islice(points, BATCH)):
                self._points.upsert(batch)
        self._points.remove_versions(_gone(missed))

    def _noted(self, revision: int) -> int:
        """Notes that the view has come so far; returns how far it has, which may be farther."""
        position = self._points.position()
        if revision > position:
            self._points.set_position(revision)
        return max(revision, position)

    def _differences(self, collection: Collection, *, values: bool) -> Iterator[Difference]:
        return differences(self._contents.points(collection), self._points.held(values=values))

    def _mend(self, collection: Collection, found: Sequence[Difference]) -> set[int]:
        """Returns the versions of which it wrote points."""
        live = [one.live for one in found if one.live is not None]
        self._points.upsert(live)
        # What came in since the comparison began is not stale: its row was in the log before its points here.
        young = {change.version_id for change in self._truth.changes(collection.id, collection.revision)}
        stale = [one for one in found if one.live is None and one.held is not None]
        self._points.remove([one.key for one in stale if one.held and _version(one.held) not in young])
        return {_version(point) for point in live}


def _gone(missed: ChangeSet) -> frozenset[int]:
    return missed.touched - frozenset(missed.added)


def _version(point: models.PointStruct | models.Record) -> int:
    return int((point.payload or {})[VERSION])
