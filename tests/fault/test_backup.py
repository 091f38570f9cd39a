"""A backup is complete, is verified before anything is changed, and can be made while documents change."""

from __future__ import annotations

import io
import random
import shutil
import sqlite3
import tarfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from threading import Event, Thread

import pytest
from pydantic import SecretStr
from sqlalchemy import create_engine

from ragapp.bootstrap import build_runtime
from ragapp.bootstrap.storage import back_up, restore
from ragapp.errors import StorageError, UsageError
from ragapp.settings import Settings
from ragapp.store.artifacts import SqlArtifacts
from ragapp.store.engine import known_revisions, migrate, open_engine
from ragapp.store.file_blobs import BlobFolder
from ragapp.store.sql_store import SqlStore
from ragapp.types import UploadSpec
from tests.fault.storage import PowerCut, failing_at


def settings(folder: Path) -> Settings:
    return Settings(data_dir=folder)


def store_in(folder: Path) -> SqlStore:
    return SqlStore(open_engine(f"sqlite:///{folder / 'ragapp.db'}"), BlobFolder(folder / "blobs"), 10_000)


def artifacts_in(folder: Path) -> SqlArtifacts:
    return SqlArtifacts(open_engine(f"sqlite:///{folder / 'ragapp.db'}"), BlobFolder(folder / "blobs"))


def hand_in(store: SqlStore, name: str) -> str:
    data = io.BytesIO(f"All about {name}.".encode())
    accepted = store.accept(
        UploadSpec(name, "shore", source=name, metadata={}),
        data,
        media_type="text/plain",
        ingest_fingerprint="r",
    )
    return accepted.document.id


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlStore]:
    with closing(store_in(tmp_path / "data")) as store:
        store.create_collection("shore", "e", 2)
        for name in ("heron", "crane", "stork"):
            hand_in(store, name)
        yield store


def test_a_backup_is_restored(store: SqlStore, tmp_path: Path) -> None:
    artifacts_in(tmp_path / "data").add("question set", "birds", io.BytesIO(b"questions"), "about")
    back_up(settings(tmp_path / "data"), tmp_path / "b.tar")
    restore(settings(tmp_path / "again"), tmp_path / "b.tar", force=False)
    with closing(store_in(tmp_path / "again")) as again:
        assert again.documents("shore") == store.documents("shore")
        (birds,) = artifacts_in(tmp_path / "again").all("question set")
        with closing(artifacts_in(tmp_path / "again").open(birds)) as data:
            assert data.read() == b"questions"
        assert all(check.ok for check in again.check(repair=False))


def test_documents_are_only_replaced_by_force(store: SqlStore, tmp_path: Path) -> None:
    here = settings(tmp_path / "data")
    back_up(here, tmp_path / "b.tar")
    hand_in(store, "ibis")
    (tmp_path / "data/views/1").mkdir(parents=True)
    with pytest.raises(UsageError, match="--force"):
        restore(here, tmp_path / "b.tar", force=False)
    assert len(store.documents("shore")) == 4
    store.close()
    restore(here, tmp_path / "b.tar", force=True)
    with closing(store_in(tmp_path / "data")) as again:
        assert [document.name for document in again.documents("shore")] == ["heron", "crane", "stork"]
        assert all(check.ok for check in again.check(repair=False))
        assert len(list(BlobFolder(tmp_path / "data/blobs").all())) == 3
    assert not (tmp_path / "data/views").exists()


def test_a_changed_byte_anywhere_is_detected_or_harmless(store: SqlStore, tmp_path: Path) -> None:
    back_up(settings(tmp_path / "data"), tmp_path / "b.tar")
    whole, dice = (tmp_path / "b.tar").read_bytes(), random.Random(3)
    found = 0
    for number in range(40):
        damaged = bytearray(whole)
        damaged[dice.randrange(len(whole))] ^= 1 << dice.randrange(8)
        (tmp_path / "damaged.tar").write_bytes(damaged)
        target = tmp_path / f"target-{number}"
        try:
            restore(settings(target), tmp_path / "damaged.tar", force=False)
        except StorageError:
            found += 1
            assert not (target / "ragapp.db").exists()
            continue
        with closing(store_in(target)) as again:  # padding, or a time stamp, of the tar
            assert again.documents("shore") == store.documents("shore")
            assert all(check.ok for check in again.check(repair=False))
    assert found > 20


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9, 0.999])
def test_a_truncated_backup_is_refused(store: SqlStore, tmp_path: Path, share: float) -> None:
    back_up(settings(tmp_path / "data"), tmp_path / "b.tar")
    whole = (tmp_path / "b.tar").read_bytes()
    end = len(whole.rstrip(b"\0"))
    (tmp_path / "b.tar").write_bytes(whole[: int(end * share)])
    with pytest.raises(StorageError):
        restore(settings(tmp_path / "again"), tmp_path / "b.tar", force=False)


def test_a_backup_made_while_documents_change_is_complete(store: SqlStore, tmp_path: Path) -> None:
    stop = Event()

    def churn() -> None:
        with closing(store_in(tmp_path / "data")) as own:
            number = 0
            while not stop.is_set():
                document = hand_in(own, f"gull-{number}")
                if number % 2:
                    own.delete_document(document)
                number += 1

    thread = Thread(target=churn)
    thread.start()
    try:
        for number in range(5):
            back_up(settings(tmp_path / "data"), tmp_path / f"{number}.tar")
    finally:
        stop.set()
        thread.join()
    for number in range(5):
        restore(settings(tmp_path / f"again-{number}"), tmp_path / f"{number}.tar", force=False)
        with closing(store_in(tmp_path / f"again-{number}")) as again:
            assert {"heron", "crane", "stork"} <= {document.name for document in again.documents("shore")}
            assert all(check.ok for check in again.check(repair=False))


def test_a_backup_of_a_newer_ragapp_is_refused(store: SqlStore, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "data/ragapp.db")) as c:
        c.execute("UPDATE alembic_version SET version_num = '9999'")
        c.commit()
    back_up(settings(tmp_path / "data"), tmp_path / "b.tar")
    with pytest.raises(UsageError, match="newer"):
        restore(settings(tmp_path / "again"), tmp_path / "b.tar", force=False)


def test_a_backup_is_never_overwritten(store: SqlStore, tmp_path: Path) -> None:
    (tmp_path / "b.tar").write_bytes(b"dear")
    with pytest.raises(UsageError):
        back_up(settings(tmp_path / "data"), tmp_path / "b.tar")
    assert (tmp_path / "b.tar").read_bytes() == b"dear"


def test_a_backup_to_a_missing_folder_is_refused_before_anything_is_read(
    store: SqlStore, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match="does not exist"):
        back_up(settings(tmp_path / "data"), tmp_path / "nowhere" / "library.tar")


def test_members_stay_inside_the_folder(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "evil.tar", "w") as tar:
        tar.addfile(tarfile.TarInfo("../outside"), io.BytesIO())
    with pytest.raises(StorageError):
        restore(settings(tmp_path / "data"), tmp_path / "evil.tar", force=False)
    assert not (tmp_path / "outside").exists()


@pytest.mark.parametrize("revision", sorted(known_revisions()))
def test_backups_of_every_released_schema_are_restored(tmp_path: Path, revision: str) -> None:
    """An old database is one that was only migrated as far as its revision."""
    engine = create_engine(f"sqlite:///{tmp_path / 'old.db'}")
    migrate(engine, revision)
    with engine.begin() as c:
        c.exec_driver_sql(
            "INSERT INTO collections (name, embedder, dimension, revision, created_at) "
            "VALUES ('shore', 'e', 2, 0, '2026-01-01')"
        )
        c.exec_driver_sql("INSERT INTO blobs VALUES ('00ff', 3)")
        c.exec_driver_sql(
            "INSERT INTO documents (id, collection_id, source, newest_version) VALUES ('d', 1, 'heron', 1)"
        )
        row = {
            "document_id": "'d'", "version": "1", "name": "'heron.txt'", "sha256": "'00ff'",
            "media_type": "'text/plain'", "recipe": "'r'", "accepted_at": "'2026-01-01'",
            "status": "'queued'", "pages": "0", "chunks": "0", "attempts": "0",
        }  # fmt: skip
        c.exec_driver_sql(f"INSERT INTO versions ({', '.join(row)}) VALUES ({', '.join(row.values())})")
    engine.dispose()
    with closing(
        SqlStore(open_engine(f"sqlite:///{tmp_path / 'old.db'}"), BlobFolder(tmp_path / "blobs"), 9)
    ) as store:
        assert [document.name for document in store.documents("shore")] == ["heron.txt"]


def test_blobs_in_another_folder_are_backed_up_and_restored_there(tmp_path: Path) -> None:
    here = settings(tmp_path / "data").model_copy(update={"blobs": str(tmp_path / "elsewhere")})
    with closing(build_runtime(here).store) as store:
        store.create_collection("shore", "e", 2)
        hand_in(store, "heron")
        back_up(here, tmp_path / "b.tar")
        sha256 = store.documents("shore")[0].sha256
    BlobFolder(tmp_path / "elsewhere").delete(sha256)
    restore(here, tmp_path / "b.tar", force=True)
    with closing(build_runtime(here).store) as again:
        assert all(check.ok for check in again.check(repair=False))
    assert BlobFolder(tmp_path / "elsewhere").exists(sha256)


@pytest.mark.parametrize(
    "elsewhere", [{"database_url": SecretStr("postgresql://db/ragapp")}, {"blobs": "s3://bucket/blobs"}]
)
def test_servers_are_backed_up_with_their_own_tools(
    tmp_path: Path, elsewhere: dict[str, SecretStr | str]
) -> None:
    there = settings(tmp_path).model_copy(update=elsewhere)
    with pytest.raises(UsageError, match="own tools"):
        back_up(there, tmp_path / "b.tar")


def test_an_interrupted_restore_leaves_the_former_documents_or_the_new_ones(
    store: SqlStore, tmp_path: Path
) -> None:
    back_up(settings(tmp_path / "data"), tmp_path / "b.tar")
    before = [document.name for document in store.documents("shore")]
    hand_in(store, "ibis")  # in SQLite's log alone, as after a kill: the database is open
    point, finished, outcomes = 0, False, set[int]()
    while not finished:
        point += 1
        folder = tmp_path / str(point)
        shutil.copytree(tmp_path / "data", folder)
        with failing_at(point) as disk:
            try:
                restore(settings(folder), tmp_path / "b.tar", force=True)
                finished = not disk.off
            except PowerCut:
                pass
        with closing(store_in(folder)) as again:
            names = [document.name for document in again.documents("shore")]
            assert names in (before, [*before, "ibis"])
            assert all(check.ok for check in again.check(repair=False))
            outcomes.add(len(names))
    assert outcomes == {len(before), len(before) + 1}
