"""Every ArtifactStore, over each supported database."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine

from ragapp.errors import ConflictError, NotFoundError
from ragapp.protocols import ArtifactStore, BlobStore
from ragapp.store.artifacts import SqlArtifacts
from ragapp.store.file_blobs import BlobFolder
from ragapp.store.sql_store import SqlStore
from ragapp.types import Artifact, UploadSpec

SET, RUN = "question set", "run"


@pytest.fixture
def blobs(tmp_path: Path) -> BlobStore:
    return BlobFolder(tmp_path / "blobs")


@pytest.fixture
def store(engine: Engine, blobs: BlobStore) -> ArtifactStore:
    return SqlArtifacts(engine, blobs)


def add(store: ArtifactStore, name: str, data: bytes, about: str = "") -> Artifact:
    store.add(SET, name, io.BytesIO(data), about)
    found = store.find(SET, name)
    assert found is not None
    return found


def read(store: ArtifactStore, artifact: Artifact) -> bytes:
    with closing(store.open(artifact)) as data:
        return data.read()


def test_what_is_added_is_found_and_read(store: ArtifactStore) -> None:
    artifact = add(store, "Vögel", b"questions", '{"kinds": []}')
    assert (artifact.kind, artifact.name, artifact.about) == (SET, "Vögel", '{"kinds": []}')
    assert read(store, artifact) == b"questions"
    assert store.find(RUN, "Vögel") is None
    assert store.all(RUN) == []


def test_artifacts_are_listed_by_name(store: ArtifactStore) -> None:
    added = {name: add(store, name, name.encode()) for name in ("swifts", "herons")}
    assert store.all(SET) == [added["herons"], added["swifts"]]


def test_names_are_unique_within_a_kind(store: ArtifactStore) -> None:
    first = add(store, "herons", b"one")
    store.add(RUN, "herons", io.BytesIO(b"a run"), "")
    with pytest.raises(ConflictError, match="herons"):
        store.add(SET, "herons", io.BytesIO(b"two"), "")
    assert store.all(SET) == [first]


def test_only_one_of_many_concurrent_additions_gets_a_name(store: ArtifactStore) -> None:
    def attempt(number: int) -> bool:
        try:
            store.add(SET, "herons", io.BytesIO(b"%d" % number), str(number))
        except ConflictError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        won = [number for number, added in enumerate(pool.map(attempt, range(8))) if added]
    (artifact,) = store.all(SET)
    assert [int(artifact.about)] == won
    assert read(store, artifact) == b"%d" % won[0]


def test_replacing_an_artifact_frees_the_old_bytes(store: ArtifactStore, blobs: BlobStore) -> None:
    former = add(store, "herons", b"before")
    store.replace(former, io.BytesIO(b"after"), "reviewed")
    (artifact,) = store.all(SET)
    assert (read(store, artifact), artifact.about) == (b"after", "reviewed")
    assert list(blobs.all()) == [artifact.sha256]
    with pytest.raises(ConflictError, match="meanwhile"):
        store.replace(former, io.BytesIO(b"too late"), "")
    with pytest.raises(ConflictError, match="meanwhile"):
        store.remove(former)
    assert store.all(SET) == [artifact]
    store.replace(artifact, io.BytesIO(b"after"), "the same bytes")
    assert read(store, store.all(SET)[0]) == b"after"


def test_removing_an_artifact_frees_its_bytes_unless_they_are_shared(
    store: ArtifactStore, blobs: BlobStore
) -> None:
    one, same = add(store, "one", b"bytes"), add(store, "same", b"bytes")
    store.remove(one)
    assert read(store, same) == b"bytes"
    store.remove(same)
    store.remove(same)
    assert list(blobs.all()) == []
    assert store.find(SET, "one") is None
    with pytest.raises(NotFoundError):
        store.open(same)


def test_documents_and_artifacts_share_bytes(engine: Engine, blobs: BlobStore, store: ArtifactStore) -> None:
    documents = SqlStore(engine, blobs, 1000)
    documents.create_collection("shore", "e", 2)
    accepted = documents.accept(
        UploadSpec("heron.txt", "shore", source="heron", metadata={}),
        io.BytesIO(b"shared"),
        media_type="text/plain",
        ingest_fingerprint="r",
    )
    artifact = add(store, "herons", b"shared")
    documents.delete_document(accepted.document.id)
    assert read(store, artifact) == b"shared"
    assert all(check.ok for check in documents.check(repair=True))
    assert read(store, artifact) == b"shared"


def test_checks_report_an_artifact_whose_bytes_are_missing(
    engine: Engine, blobs: BlobStore, store: ArtifactStore
) -> None:
    blobs.delete(add(store, "herons", b"bytes").sha256)
    violated = [check for check in SqlStore(engine, blobs, 1000).check(repair=True) if not check.ok]
    assert ["herons" in check.detail for check in violated] == [True]


def test_an_unknown_artifact_is_not_replaced(store: ArtifactStore) -> None:
    with pytest.raises(ConflictError):
        store.replace(replace(add(store, "one", b"1"), name="two"), io.BytesIO(b"2"), "")
