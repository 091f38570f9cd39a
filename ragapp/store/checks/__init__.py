"""The store's invariants, as `ragapp doctor` checks and mends them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from ragapp.protocols import BlobStore
from ragapp.store.checks.blobs import blob_invariants
from ragapp.store.checks.invariant import Invariant
from ragapp.store.checks.rows import row_invariants
from ragapp.store.checks.tables import missing, unreadable
from ragapp.store.engine import database_of
from ragapp.types import Check

SOUND = Invariant(
    "the database file is sound",
    lambda c: database_of(c).damage(c),
    remedy="the other checks of the database were not made. Stop ragapp, keep a copy of the data folder, and "
    "bring a backup back with `ragapp restore FILE --force`",
)
COMPLETE = Invariant("every table and column is there", missing, remedy=SOUND.remedy)
READABLE = Invariant("every row can be read", unreadable, remedy=SOUND.remedy)
WHOLE = Invariant(
    "every row has the rows that it refers to",
    lambda c: database_of(c).dangling(c),
    remedy="restore a backup: `ragapp restore FILE --force`",
)
SHOWN = 5
"""Offenders named in a check's detail."""


def run(c: Connection, blobs: BlobStore, *, repair: bool) -> list[Check]:
    """One check an invariant. With `repair`, what can be mended is, in the transaction of `c`.

    Raises StorageError when the database cannot be read to the end.
    """
    checks = []
    for basic in (SOUND, COMPLETE, READABLE):
        checks.append(_check(c, basic, repair=repair))
        if not checks[-1].ok:
            return checks
    others = (WHOLE, *row_invariants(), *blob_invariants(blobs))
    return [*checks, *(_check(c, invariant, repair=repair) for invariant in others)]


def _check(c: Connection, invariant: Invariant, *, repair: bool) -> Check:
    offenders = invariant.offenders(c)
    mended = 0
    if offenders and repair and invariant.mend is not None:
        invariant.mend(c, offenders)
        mended = len(offenders)
        offenders = invariant.offenders(c)
    return Check(invariant.name, not offenders, _detail(invariant, offenders, mended))


def _detail(invariant: Invariant, offenders: Sequence[str], mended: int) -> str:
    if not offenders:
        return f"ok, {mended} mended" if mended else "ok"
    shown = ", ".join(offenders[:SHOWN])
    more = f" and {len(offenders) - SHOWN} more" if len(offenders) > SHOWN else ""
    return f"violated by {shown}{more}; {invariant.remedy}"
