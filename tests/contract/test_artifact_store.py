"""What every ArtifactStore promises, over each database we support."""

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
    kept = add(store, "Vögel", b"questions", '{"kinds": []}')
    assert (kept.kind, kept.name, kept.about) == (SET, "Vögel", '{"kinds": []}')
    assert read(store, kept) == b"questions"
    assert store.find(RUN, "Vögel") is None
    assert store.all(RUN) == []


def test_they_are_listed_by_name(store: ArtifactStore) -> None:
    kept = {name: add(store, name, name.encode()) for name in ("swifts", "herons")}
    assert store.all(SET) == [kept["herons"], kept["swifts"]]


def test_a_name_is_taken_once_by_each_kind(store: ArtifactStore) -> None:
    first = add(store, "herons", b"one")
    store.add(RUN, "herons", io.BytesIO(b"a run"), "")
    with pytest.raises(ConflictError, match="herons"):
        store.add(SET, "herons", io.BytesIO(b"two"), "")
    assert store.all(SET) == [first]


def test_of_many_who_want_a_name_one_gets_it(store: ArtifactStore) -> None:
    def attempt(number: int) -> bool:
        try:
            store.add(SET, "herons", io.BytesIO(b"%d" % number), str(number))
        except ConflictError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        won = [number for number, added in enumerate(pool.map(attempt, range(8))) if added]
    (kept,) = store.all(SET)
    assert [int(kept.about)] == won
    assert read(store, kept) == b"%d" % won[0]


def test_a_replaced_one_has_the_new_bytes_and_frees_the_old(store: ArtifactStore, blobs: BlobStore) -> None:
    former = add(store, "herons", b"before")
    store.replace(former, io.BytesIO(b"after"), "reviewed")
    (kept,) = store.all(SET)
    assert (read(store, kept), kept.about) == (b"after", "reviewed")
    assert list(blobs.all()) == [kept.sha256]
    with pytest.raises(ConflictError, match="meanwhile"):
        store.replace(former, io.BytesIO(b"too late"), "")
    with pytest.raises(ConflictError, match="meanwhile"):
        store.remove(former)
    assert store.all(SET) == [kept]
    store.replace(kept, io.BytesIO(b"after"), "the same bytes")
    assert read(store, store.all(SET)[0]) == b"after"


def test_a_removed_one_frees_its_bytes_unless_another_has_the_same(
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
    kept = add(store, "herons", b"shared")
    documents.delete_document(accepted.document.id)
    assert read(store, kept) == b"shared"
    assert all(check.ok for check in documents.check(repair=True))
    assert read(store, kept) == b"shared"


def test_the_doctor_tells_of_one_whose_bytes_are_gone(
    engine: Engine, blobs: BlobStore, store: ArtifactStore
) -> None:
    blobs.delete(add(store, "herons", b"bytes").sha256)
    broken = [check for check in SqlStore(engine, blobs, 1000).check(repair=True) if not check.ok]
    assert ["herons" in check.detail for check in broken] == [True]


def test_what_was_never_there_is_not_replaced(store: ArtifactStore) -> None:
    with pytest.raises(ConflictError):
        store.replace(replace(add(store, "one", b"1"), name="two"), io.BytesIO(b"2"), "")
