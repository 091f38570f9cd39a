"""Invariants between documents, blob rows and the blobs' files."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from sqlalchemy import Connection, delete, select

from ragapp.protocols import BlobStore
from ragapp.store import schema as t
from ragapp.store.blob_references import free_blob, is_used
from ragapp.store.checks.invariant import Invariant

GRACE = 3600.0
"""Seconds for which a file may be there without a row: bytes are on disk before their row is."""
EVALUATE_AGAIN = "restore a backup; a question set can be deleted and added again"
AGAIN = "hand these documents in again, or restore a backup: `ragapp restore FILE`"


def blob_invariants(blobs: BlobStore) -> tuple[Invariant, ...]:
    return (
        Invariant("every blob row belongs to a document", _unused_rows, partial(_free_rows, blobs)),
        Invariant("every document's bytes are on disk", partial(_missing, blobs), remedy=AGAIN),
        Invariant(
            "every evaluation's bytes are on disk", partial(_missing_artifacts, blobs), remedy=EVALUATE_AGAIN
        ),
        Invariant("every blob's bytes match its name", partial(_damaged, blobs), remedy=AGAIN),
        Invariant("every blob on disk belongs to a document", partial(_strays, blobs), partial(_free, blobs)),
        Invariant(
            "no upload was left half-written",
            lambda _: blobs.abandoned(GRACE),
            lambda _, names: blobs.clear_abandoned(names),
        ),
    )


def _unused_rows(c: Connection) -> Sequence[str]:
    return c.scalars(select(t.blobs.c.sha256).where(~is_used())).all()


def _free_rows(blobs: BlobStore, c: Connection, names: Sequence[str]) -> None:
    for sha256 in names:
        c.execute(delete(t.blobs).where(t.blobs.c.sha256 == sha256))
        free_blob(c, blobs, sha256)


def _missing(blobs: BlobStore, c: Connection) -> Sequence[str]:
    """As documents, since that is what a person can hand in again."""
    rows = c.execute(
        select(t.versions.c.sha256, t.versions.c.name, t.versions.c.document_id).order_by(t.versions.c.id)
    )
    return [f"{name} ({document_id})" for sha256, name, document_id in rows if not blobs.exists(sha256)]


def _missing_artifacts(blobs: BlobStore, c: Connection) -> Sequence[str]:
    kept = c.execute(select(t.artifacts).order_by(t.artifacts.c.kind, t.artifacts.c.name))
    return [f"{row.kind} {row.name}" for row in kept if not blobs.exists(row.sha256)]


def _damaged(blobs: BlobStore, c: Connection) -> Sequence[str]:
    named = c.scalars(select(t.blobs.c.sha256).order_by(t.blobs.c.sha256)).all()
    return [sha256 for sha256 in named if blobs.exists(sha256) and not blobs.intact(sha256)]


def _strays(blobs: BlobStore, c: Connection) -> Sequence[str]:
    on_disk = list(blobs.all())  # read first: what is accepted meanwhile has a row, too
    named = set(c.scalars(select(t.blobs.c.sha256)))
    return sorted(sha256 for sha256 in on_disk if sha256 not in named and blobs.older_than(sha256, GRACE))


def _free(blobs: BlobStore, c: Connection, names: Sequence[str]) -> None:
    for sha256 in names:
        free_blob(c, blobs, sha256)
