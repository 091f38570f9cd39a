"""SqlArtifacts: files that are not documents, as rows with their names and blobs with their bytes."""

from __future__ import annotations

import sys
from typing import BinaryIO

from sqlalchemy import ColumnElement, Engine, delete, select, update

from ragapp.errors import ConflictError
from ragapp.protocols import BlobStore
from ragapp.store import blob_references
from ragapp.store import schema as t
from ragapp.store.blob_references import BlobWriter
from ragapp.store.engine import WRITE, database_of
from ragapp.types import Artifact, ArtifactKind


class SqlArtifacts:
    """ArtifactStore. The API limits the size of uploads."""

    def __init__(self, engine: Engine, blobs: BlobStore) -> None:
        self._reading = engine
        self._writing = engine.execution_options(**WRITE)
        self._blobs = blobs
        self._blob_writer = BlobWriter(engine, blobs, sys.maxsize)

    def all(self, kind: ArtifactKind) -> list[Artifact]:
        query = select(t.artifacts).where(t.artifacts.c.kind == kind).order_by(t.artifacts.c.name)
        with self._reading.begin() as c:
            return [Artifact(*row) for row in c.execute(query)]

    def find(self, kind: ArtifactKind, name: str) -> Artifact | None:
        query = select(t.artifacts).where(t.artifacts.c.kind == kind, t.artifacts.c.name == name)
        with self._reading.begin() as c:
            row = c.execute(query).one_or_none()
        return None if row is None else Artifact(*row)

    def open(self, artifact: Artifact) -> BinaryIO:
        return self._blobs.open(artifact.sha256)

    def add(self, kind: ArtifactKind, name: str, data: BinaryIO, about: str) -> None:
        if self.find(kind, name) is not None:
            raise _taken(kind, name)
        new_blob = self._blob_writer.put(data)
        with self._writing.begin() as c:
            row = dict(kind=kind, name=name, sha256=new_blob.keep(c).sha256, about=about)
            if not database_of(c).insert_new(c, t.artifacts, [row]):
                raise _taken(kind, name)

    def replace(self, former: Artifact, data: BinaryIO, about: str) -> None:
        new_blob = self._blob_writer.put(data)
        with self._writing.begin() as c:
            changed = dict(sha256=new_blob.keep(c).sha256, about=about)
            if not c.execute(update(t.artifacts).where(*_same(former)).values(changed)).rowcount:
                raise _changed(former)
            unused = blob_references.drop_unused_blob(c, former.sha256)
        if unused:
            self._blob_writer.free([former.sha256])

    def remove(self, artifact: Artifact) -> None:
        with self._writing.begin() as c:
            gone = c.execute(delete(t.artifacts).where(*_same(artifact))).rowcount
            if not gone and c.scalar(select(t.artifacts.c.sha256).where(*_named(artifact))) is not None:
                raise _changed(artifact)
            unused = blob_references.drop_unused_blob(c, artifact.sha256)
        if unused:
            self._blob_writer.free([artifact.sha256])


def _same(artifact: Artifact) -> tuple[ColumnElement[bool], ...]:
    return *_named(artifact), t.artifacts.c.sha256 == artifact.sha256


def _named(artifact: Artifact) -> tuple[ColumnElement[bool], ...]:
    return t.artifacts.c.kind == artifact.kind, t.artifacts.c.name == artifact.name


def _changed(former: Artifact) -> ConflictError:
    return ConflictError(f"The {former.kind} {former.name!r} was changed meanwhile. Load it again.")


def _taken(kind: ArtifactKind, name: str) -> ConflictError:
    return ConflictError(f"The {kind} {name!r} already exists. Choose another name.")
