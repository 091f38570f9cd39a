"""The store's invariants, as `ragapp doctor` checks and mends them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection

from ragapp.protocols import BlobStore
from ragapp.store.checks.blobs import blob_invariants
from ragapp.store.checks.invariant import Invariant
from ragapp.store.checks.rows import row_invariants
from ragapp.store.engine import database_of
from ragapp.types import Check

SHOWN = 5
"""Offenders named in a check's detail."""


def run(c: Connection, blobs: BlobStore, *, repair: bool) -> list[Check]:
    """One check an invariant. With `repair`, what can be mended is, in the transaction of `c`."""
    invariants = (
        Invariant("the database file is sound", _damage, remedy="restore a backup: `ragapp restore FILE`"),
        *row_invariants(),
        *blob_invariants(blobs),
    )
    return list(_checked(c, invariants, repair=repair))


def _damage(c: Connection) -> Sequence[str]:
    return database_of(c).damage(c)


def _checked(c: Connection, invariants: Iterable[Invariant], *, repair: bool) -> Iterable[Check]:
    for invariant in invariants:
        offenders = invariant.offenders(c)
        mended = 0
        if offenders and repair and invariant.mend is not None:
            invariant.mend(c, offenders)
            mended = len(offenders)
            offenders = invariant.offenders(c)
        yield Check(invariant.name, not offenders, _detail(invariant, offenders, mended))


def _detail(invariant: Invariant, offenders: Sequence[str], mended: int) -> str:
    if not offenders:
        return f"ok, {mended} mended" if mended else "ok"
    shown = ", ".join(offenders[:SHOWN])
    more = f" and {len(offenders) - SHOWN} more" if len(offenders) > SHOWN else ""
    return f"violated by {shown}{more}; {invariant.remedy}"
