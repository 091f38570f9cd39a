"""Administration: health, readiness, API keys and the audit log."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from difflib import get_close_matches

from ragapp.errors import ModelError, StorageError, UsageError
from ragapp.service.dependencies import Dependencies
from ragapp.service.index_checks import check_indexes, check_page_images
from ragapp.types import (
    DEFAULT_COLLECTION,
    LOCAL,
    AuditEntry,
    Caller,
    Check,
    DiskUse,
    DoctorReport,
    FoundModel,
    Grant,
    Key,
    KeyLimits,
    KeySpec,
    KeyUsage,
    ModelNames,
    ModelState,
    NewKey,
)

_WITHOUT_SERVER = ("extractive", "local")
"""Generators that need no model server."""


class AdminService(Dependencies):
    def create_key(self, spec: KeySpec) -> NewKey:
        """Creates an API key.

        Raises UsageError, also for a collection that does not exist, unless it is `yet_to_come`.
        """
        if not spec.yet_to_come:
            self._need_collections(spec.grants)
        valid = None if spec.days is None else timedelta(days=spec.days)
        return self.auth.api_keys.create(spec.name, spec.grants, valid=valid, limits=spec.limits)

    def keys(self) -> list[Key]:
        """All API keys, oldest first, including revoked and expired ones."""
        return self.auth.api_keys.keys()

    def revoke_key(self, key_id: str) -> Key:
        """Revokes the key. Raises NotFoundError."""
        return self.auth.api_keys.revoke(key_id)

    def audit(self, count: int, key_id: str | None = None) -> list[AuditEntry]:
        """The last `count` entries of the audit log, newest first: of one key, or of all callers."""
        return self.auth.audit_log.last(count, key_id)

    def limits(self, caller: Caller = LOCAL) -> KeyLimits:
        """What the caller may use."""
        return self.auth.quotas.limits(caller)

    def usage(self, caller: Caller = LOCAL) -> KeyUsage:
        """The caller's usage since midnight (UTC)."""
        return self.auth.quotas.usage(caller)

    def last_collection(self, caller: Caller = LOCAL) -> str | None:
        """The collection that the caller selected last."""
        return self.auth.preferences.last_collection(caller.id)

    def remember_collection(self, name: str, caller: Caller = LOCAL) -> None:
        """Stores the collection that the caller selected, for the next visit."""
        self.auth.preferences.remember_collection(caller.id, name)

    def doctor(self, *, repair: bool = False) -> DoctorReport:
        """Checks every invariant of database, indexes and files; with `repair`, repairs what can be repaired.

        A check that cannot run because the database is damaged counts as failed.
        """
        checks = [
            *_run_checks("the database can be read", lambda: self._store.check(repair=repair)),
            *self._host.check_models(),
            *_run_checks(
                "the indexes can be compared with the documents",
                lambda: check_indexes(self._index, self._store.collections, repair=repair),
            ),
            *_run_checks(
                "the page images can be compared with the documents",
                lambda: [check_page_images(self._renderer, self._store, repair=repair)],
            ),
            self._host.check_permissions(repair),
            self._host.check_confinement(),
        ]
        return DoctorReport(all(check.ok for check in checks), tuple(checks))

    def models(self) -> list[ModelState]:
        """The models of the catalogue, and how much of each is on this machine."""
        return self._host.models()

    def found_models(self) -> list[FoundModel]:
        """The models of servers that run on this machine. Takes some seconds at most."""
        return self._host.find_models()

    def use_generator(self, generator: str) -> None:
        """Selects what writes answers from now on, and stores the choice: a found model, the local one, or no
        model (`extractive`).

        Raises UsageError for another generator, because documents would be sent to it, and when
        RAGAPP_GENERATOR decides.
        """
        found = [model.generator for model in self.found_models()]
        if generator not in {*_WITHOUT_SERVER, *found}:
            raise UsageError(
                f"{generator!r} is not one of the models that run on this machine: "
                f"{', '.join([*_WITHOUT_SERVER, *found])}. On the machine itself, `ragapp models use` "
                "takes any."
            )
        self._host.use_generator(generator)

    def disk_use(self) -> DiskUse:
        """The disk space that the data folder and the models take. Reads the size of every file."""
        return self._host.disk_use()

    def unready(self) -> str | None:
        """Why questions cannot be answered yet; None when they can.

        Uses what a question uses: the embedder, the database and the indexes of a collection.
        """
        try:
            self._embedder.get()
            for collection in self._store.collections()[:1]:
                self._index.catch_up(collection)
                self._index.keyword(collection, "ready", 1)
        except (ModelError, StorageError) as error:
            return str(error)
        return None

    def model_names(self) -> ModelNames:
        if not self._generators:
            return self._names
        return replace(
            self._names, generator=self._generators.name, generator_unavailable=self._generators.unavailable()
        )

    def warm_up(self) -> None:
        """Loads the embedder and the local generator, so that the first question does not wait for them.

        Raises ModelError.
        """
        self._embedder.get()
        self._generators.warm_up()

    def close(self) -> None:
        self.tasks.close()
        if self._cache is not None:
            self._cache.close()
        self._generators.close()
        self._index.close()
        self._renderer.close()
        self._table_queries.close()
        self._store.close()

    def _need_collections(self, grants: Sequence[Grant]) -> None:
        known = {DEFAULT_COLLECTION, *(collection.name for collection in self._store.collections())}
        for name in (grant.collection for grant in grants):
            if name is None or name in known:
                continue
            near = get_close_matches(name, known, n=1)
            meant = f" Did you mean {near[0]!r}?" if near else ""
            raise UsageError(
                f"Collection {name!r} does not exist.{meant} To grant a role in a future collection, use "
                '`--yet-to-come`, or over HTTP `"yet_to_come": true`.'
            )


def _run_checks(name: str, run: Callable[[], list[Check]]) -> list[Check]:
    """The results of the checks; a failed check of that name when the storage fails meanwhile."""
    try:
        return run()
    except StorageError as error:
        return [Check(name, ok=False, detail=str(error))]
