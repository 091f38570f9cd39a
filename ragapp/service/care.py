"""Care: is everything as it should be, and is it ready?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from difflib import get_close_matches

from ragapp.answer.prompt import SYSTEM
from ragapp.errors import ModelError, StorageError, UsageError
from ragapp.service.collections import DEFAULT_COLLECTION
from ragapp.service.parts import Parts
from ragapp.service.picture_checks import check_pictures
from ragapp.service.view_checks import check_views
from ragapp.types import Check, DiskUse, DoctorReport, Grant, Limits, ModelNames, ModelState, NewKey


class CareService(Parts):
    def create_key(
        self,
        name: str,
        grants: Sequence[Grant],
        *,
        valid: timedelta | None,
        limits: Limits,
        yet_to_come: bool = False,
    ) -> NewKey:
        """A key that opens what the grants say, for as long as it is valid.

        Raises UsageError, also for a collection that is not there, unless it is `yet_to_come`: a mistyped
        name would be noticed when its user finds nothing, or never.
        """
        if not yet_to_come:
            self._need_collections(grants)
        return self.callers.keyring.create(name, grants, valid=valid, limits=limits)

    def doctor(self, *, repair: bool = False) -> DoctorReport:
        """Checks every invariant of store, views and files; with `repair`, mends what can be mended.

        A check that a damaged database does not let us make is one that failed.
        """
        checks = [
            *_made("the database can be read", lambda: self._store.check(repair=repair)),
            *self._premises.check_models(),
            *_made(
                "the views can be compared with the documents",
                lambda: check_views(self._index, self._store.collections, repair=repair),
            ),
            *_made(
                "the pictures of pages can be compared with the documents",
                lambda: [check_pictures(self._renderer, self._store, repair=repair)],
            ),
            self._premises.check_permissions(repair),
            self._premises.check_confinement(),
        ]
        return DoctorReport(all(check.ok for check in checks), tuple(checks))

    def models(self) -> list[ModelState]:
        """The models of the catalogue: what they are, and what of them is on this machine."""
        return self._premises.models()

    def disk_use(self) -> DiskUse:
        """What the data folder and the models take on disk. Looks at every file."""
        return self._premises.disk_use()

    def unready(self) -> str | None:
        """Why questions cannot be answered yet; None when they can.

        Goes all the way that a question goes: the embedder, the database, a collection's views.
        """
        try:
            self._embedder.get()
            for collection in self._store.collections()[:1]:
                self._index.catch_up(collection)
                self._index.words(collection, "ready", 1)
        except (ModelError, StorageError) as error:
            return str(error)
        return None

    def model_names(self) -> ModelNames:
        if not self._writers:
            return self._names
        return replace(
            self._names, generator=self._writers.name, generator_unavailable=self._writers.unavailable()
        )

    def warm_up(self) -> None:
        """Loads the embedder and the local generator, so that the first question need not wait for them.

        Raises ModelError.
        """
        self._embedder.get()
        self._writers.warm_up(SYSTEM)

    def close(self) -> None:
        self.tasks.close()
        if self._cache is not None:
            self._cache.close()
        self._writers.close()
        self._index.close()
        self._renderer.close()
        self._store.close()

    def _need_collections(self, grants: Sequence[Grant]) -> None:
        known = {DEFAULT_COLLECTION, *(collection.name for collection in self._store.collections())}
        for name in (grant.collection for grant in grants):
            if name is None or name in known:
                continue
            near = get_close_matches(name, known, n=1)
            meant = f" Did you mean {near[0]!r}?" if near else ""
            raise UsageError(
                f"There is no collection {name!r}.{meant} For one that is made later say so: "
                '`--yet-to-come`, over HTTP `"yet_to_come": true`.'
            )


def _made(name: str, make: Callable[[], list[Check]]) -> list[Check]:
    """The checks, or when the storage fails while they are made, one of that name which failed."""
    try:
        return make()
    except StorageError as error:
        return [Check(name, ok=False, detail=str(error))]
