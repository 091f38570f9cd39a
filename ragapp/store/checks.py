"""The store's invariants, as `ragapp doctor` checks them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, exists, func, select

from ragapp.store import schema as t
from ragapp.store.blobs import BlobFolder
from ragapp.types import Check

SHOWN = 5
"""Offenders named in a check's detail."""


@dataclass(frozen=True, slots=True)
class Findings:
    checks: list[Check]
    stray_blobs: list[str]


def run(c: Connection, blobs: BlobFolder) -> Findings:
    named = set(c.scalars(select(t.blobs.c.sha256)))
    on_disk = set(blobs.all())
    damaged = [sha256 for sha256 in sorted(named & on_disk) if not blobs.intact(sha256)]
    return Findings(
        [
            _check("every document's bytes are on disk", sorted(named - on_disk)),
            _check("every blob's bytes match its name", damaged),
            _check("every blob on disk belongs to a document", sorted(on_disk - named)),
            _check("every blob row belongs to a document", _unused_blob_rows(c)),
            _check("every chunk is the text at its span", _chunks_off_their_text(c)),
            _check("only live versions have chunks", _dead_chunks(c)),
            _check("every ready document has all its vectors", _ready_without_vectors(c)),
            _check("every vector belongs to a chunk", _orphan_vectors(c)),
            _check("every vector has its collection's dimension", _misshapen_vectors(c)),
        ],
        sorted(on_disk - named),
    )


def _check(name: str, offenders: Sequence[object]) -> Check:
    shown = ", ".join(str(offender) for offender in offenders[:SHOWN])
    more = f" and {len(offenders) - SHOWN} more" if len(offenders) > SHOWN else ""
    return Check(name, not offenders, f"violated by {shown}{more}" if offenders else "ok")


def _unused_blob_rows(c: Connection) -> Sequence[str]:
    used = exists().where(t.versions.c.sha256 == t.blobs.c.sha256)
    return c.scalars(select(t.blobs.c.sha256).where(~used)).all()


def _chunks_off_their_text(c: Connection) -> Sequence[str]:
    length = t.chunks.c.end - t.chunks.c.start
    there = func.substr(t.texts.c.text, t.chunks.c.start + 1, length)
    query = select(t.chunks.c.id).join(t.texts, t.texts.c.version_id == t.chunks.c.version_id)
    return c.scalars(query.where(there != t.chunks.c.text)).all()


def _dead_chunks(c: Connection) -> Sequence[str]:
    live = exists().where(t.documents.c.live_version_id == t.chunks.c.version_id)
    return c.scalars(select(t.chunks.c.id).where(~live)).all()


def _ready_without_vectors(c: Connection) -> Sequence[str]:
    known = exists().where(
        t.vectors.c.digest == t.chunks.c.digest, t.vectors.c.embedder == t.collections.c.embedder
    )
    return c.scalars(
        select(t.documents.c.id)
        .distinct()
        .join(t.collections, t.collections.c.id == t.documents.c.collection_id)
        .join(t.versions, t.versions.c.id == t.documents.c.live_version_id)
        .join(t.chunks, t.chunks.c.version_id == t.versions.c.id)
        .where(t.versions.c.status == "ready", ~known)
    ).all()


def _orphan_vectors(c: Connection) -> Sequence[str]:
    used = exists().where(t.chunks.c.digest == t.vectors.c.digest)
    return c.scalars(select(t.vectors.c.digest).where(~used)).all()


def _misshapen_vectors(c: Connection) -> Sequence[Any]:
    return c.scalars(
        select(t.vectors.c.digest)
        .join(t.collections, t.collections.c.embedder == t.vectors.c.embedder)
        .where(func.length(t.vectors.c.vector) != 4 * t.collections.c.dimension)
    ).all()
