"""The store and its queue over each supported database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ragapp.store.engine import open_engine
from ragapp.store.file_blobs import BlobFolder
from ragapp.store.job_queue import SqlJobQueue
from ragapp.store.sql_store import SqlStore
from tests.contract.document_store.library import EMBEDDER


@pytest.fixture
def blobs(tmp_path: Path) -> BlobFolder:
    return BlobFolder(tmp_path / "blobs")


@pytest.fixture
def store(database_url: str, blobs: BlobFolder) -> Iterator[SqlStore]:
    store = SqlStore(open_engine(database_url), blobs, max_bytes=1000)
    store.create_collection("shore", EMBEDDER, 2)
    yield store
    store.close()


@pytest.fixture
def queue(database_url: str, store: SqlStore) -> SqlJobQueue:
    return SqlJobQueue(open_engine(database_url), lease=60)
