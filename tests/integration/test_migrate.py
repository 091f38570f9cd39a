"""`ragapp migrate`: a laptop's library arrives in a server whole, or not at all."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import pytest
from pydantic import SecretStr
from sqlalchemy import func, select

from ragapp.bootstrap import build_service
from ragapp.bootstrap.storage import migrate, open_blobs, open_database
from ragapp.errors import ConflictError, StorageError, UsageError
from ragapp.settings import Settings
from ragapp.store import schema as t
from ragapp.store.artifacts import SqlArtifacts
from ragapp.types import AskQuery, Feedback, Grant, SearchQuery, UploadSpec
from tests.postgres import PostgresServer
from tests.s3server import ACCESS_KEY, BUCKET, SECRET_KEY, S3Server
from tests.serving import LIBRARY, ingest_all, settings_in

QUESTION = "When does the tide turn?"
A_RUN = b'{"of": "an evaluation"}'


@pytest.fixture(scope="session")
def laptop(tmp_path_factory: pytest.TempPathFactory, model_folder: Callable[[str], Path]) -> Settings:
    """A library with documents, a conversation with an answer that somebody judged, and a key."""
    folder, model = tmp_path_factory.mktemp("laptop"), model_folder("bge-small-en-v1.5")
    (folder / "models").mkdir()
    (folder / "models" / model.name).symlink_to(model)  # the doctor reads models, too: only this one
    settings = settings_in(folder / "data").model_copy(update={"models_dir": folder / "models"})
    with closing(build_service(settings)) as service:
        for name, data in LIBRARY.items():
            service.upload(UploadSpec(name, metadata={"shelf": "Küste"}), io.BytesIO(data))
        ingest_all(settings)
        conversation = service.history.create_conversation("Tides")
        answer = [event.answer for event in service.ask(AskQuery(QUESTION, conversation_id=conversation.id))][
            -1
        ]
        assert answer is not None
        service.history.add_feedback(answer.answer_id, Feedback("up"))
        service.auth.api_keys.create("reader", (Grant("reader", "default"),))
    artifacts_of(settings).add("run", "tides", io.BytesIO(A_RUN), "about")
    return settings


@pytest.fixture
def server(laptop: Settings, postgres: PostgresServer, s3: S3Server) -> Settings:
    return laptop.model_copy(
        update={
            "database_url": SecretStr(postgres.new_database()),
            "blobs": f"s3://{BUCKET}/{uuid4().hex}",
            "s3_endpoint": s3.endpoint,
            "s3_access_key_id": SecretStr(ACCESS_KEY),
            "s3_secret_access_key": SecretStr(SECRET_KEY),
        }
    )


def artifacts_of(settings: Settings) -> SqlArtifacts:
    return SqlArtifacts(open_database(settings), open_blobs(settings))


def silent(what: str, done: int, total: int) -> None:
    pass


def rows(settings: Settings) -> Mapping[str, int]:
    engine = open_database(settings)
    with engine.begin() as c:
        count = {
            table.name: c.execute(select(func.count()).select_from(table)).scalar_one()
            for table in t.metadata.sorted_tables
        }
    engine.dispose()
    return count


def test_a_migrated_database_has_all_data_and_can_be_used(laptop: Settings, server: Settings) -> None:
    output: dict[str, tuple[int, int]] = {}
    moved = migrate(laptop, server, lambda what, done, total: output.update({what: (done, total)}))
    assert moved.rows == rows(laptop) == rows(server)
    assert {"documents", "chunks", "vectors", "answers", "feedback", "keys", "artifacts"} <= {
        name for name, count in moved.rows.items() if count
    }
    assert moved.blobs == len(LIBRARY) + 1
    (run,) = artifacts_of(server).all("run")
    with closing(artifacts_of(server).open(run)) as data:
        assert data.read() == A_RUN
    assert all(done == total for done, total in output.values())
    with closing(build_service(laptop)) as here, closing(build_service(server)) as there:
        assert there.documents() == here.documents()
        for document in there.documents():
            with there.document_bytes(document.id) as data:
                assert data.read() == LIBRARY[document.name]
        assert there.search(SearchQuery(QUESTION)).hits == here.search(SearchQuery(QUESTION)).hits
        assert [one.id for one in there.history.conversations()] == [
            one.id for one in here.history.conversations()
        ]
        report = there.doctor()
        assert report.ok, [check for check in report.checks if not check.ok]
        there.upload(UploadSpec("new.txt"), io.BytesIO(b"Gulls rest on the pier at noon."))
    ingest_all(server)
    with closing(build_service(server)) as there:
        assert there.search(SearchQuery("gulls on the pier")).hits[0].document_name == "new.txt"


def test_it_goes_the_other_way_too(laptop: Settings, server: Settings, tmp_path: Path) -> None:
    migrate(laptop, server, silent)
    back = laptop.model_copy(update={"data_dir": tmp_path})
    assert migrate(server, back, silent).rows == rows(laptop)
    with closing(build_service(laptop)) as here, closing(build_service(back)) as there:
        assert there.documents() == here.documents()
        assert there.history.conversations() == here.history.conversations()
        assert there.doctor().ok


def test_an_interrupted_migration_can_be_repeated(laptop: Settings, server: Settings) -> None:
    class Unplugged(Exception):
        pass

    def unplug(what: str, done: int, total: int) -> None:
        if what == "chunks":
            raise Unplugged

    with pytest.raises(Unplugged):
        migrate(laptop, server, unplug)
    assert not any(rows(server).values()), "all or nothing"
    assert len(list(open_blobs(server).all())) == len(LIBRARY) + 1
    assert migrate(laptop, server, silent).rows == rows(laptop)


def test_what_is_there_is_not_replaced(laptop: Settings, server: Settings) -> None:
    with closing(build_service(server)) as there:
        there.create_collection("theirs")
    with pytest.raises(ConflictError, match="empty database"):
        migrate(laptop, server, silent)
    assert rows(server)["documents"] == 0
    with pytest.raises(UsageError):
        migrate(server, server, silent)


def test_damaged_bytes_do_not_arrive(tmp_path: Path, postgres: PostgresServer) -> None:
    source = settings_in(tmp_path / "source")
    with closing(build_service(source)) as service:
        sha256 = service.upload(UploadSpec("a.txt"), io.BytesIO(b"tides")).document.sha256
    next((tmp_path / "source" / "blobs").glob(f"*/{sha256}")).write_bytes(b"tidez")
    target = source.model_copy(
        update={"database_url": SecretStr(postgres.new_database()), "blobs": str(tmp_path / "target")}
    )
    with pytest.raises(StorageError, match="damaged"):
        migrate(source, target, silent)
    assert not any(rows(target).values())


def test_the_command_moves_and_checks(laptop: Settings, postgres: PostgresServer, tmp_path: Path) -> None:
    to, blobs = postgres.new_database(), str(tmp_path / "blobs")
    command = [sys.executable, "-m", "ragapp.cli", "migrate", "--to", to, "--blobs", blobs, "--json"]
    environment = os.environ | {
        "RAGAPP_DATA_DIR": str(laptop.data_dir),
        "RAGAPP_MODELS_DIR": str(laptop.models_dir),
    }
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    output = json.loads(done.stdout)
    assert output["ok"]
    assert (output["blobs"], output["rows"]["documents"]) == (len(LIBRARY) + 1, len(LIBRARY))
    again = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (again.returncode, again.stdout) == (1, "")
    assert "empty database" in again.stderr
