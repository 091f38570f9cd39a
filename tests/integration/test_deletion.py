"""The text of a deleted document is removed from all files, and a receipt confirms it."""

from __future__ import annotations

import io
import json
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import psycopg
import pytest
from pydantic import SecretStr

from ragapp.api.http.app import create_app
from ragapp.bootstrap import build_service
from ragapp.client import RagappClient
from ragapp.errors import NotFoundError
from ragapp.service import RagService
from ragapp.settings import Settings
from ragapp.types import AskQuery, SearchQuery, UploadSpec
from tests.integration.test_cli import ragapp
from tests.postgres import PostgresServer
from tests.searching import files_with
from tests.serving import LIBRARY, ingest_all, serving, settings_in

CANARY = "Quokkasentinel"
SECRET = f"{CANARY} keeps the vault code 7719 in the northern lighthouse.\n".encode()
OTHERS = 8


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_in(tmp_path / "data")


@pytest.fixture
def service(settings: Settings) -> Iterator[RagService]:
    """Open for the whole test, as in a server: closing it would empty SQLite's log."""
    with closing(build_service(settings)) as service:
        yield service


def secret(service: RagService, settings: Settings) -> str:
    """The id of the document that is to go, after all that leaves traces of it was done with it."""
    for number in range(OTHERS):
        text = b"".join(LIBRARY.values()) + f"Note number {number}.".encode()
        service.upload(UploadSpec(f"{number}.txt"), io.BytesIO(text))
    accepted = service.upload(UploadSpec("secret.txt"), io.BytesIO(SECRET * 3))
    ingest_all(settings)
    service.search(SearchQuery(CANARY, collection="default"))
    *_, last = service.ask(AskQuery("Where is the vault code kept?", collection="default"))
    assert last.answer is not None
    assert CANARY in last.answer.answer
    return accepted.document.id


def holding(folder: Path) -> list[Path]:
    return files_with(CANARY, folder)


def test_deleted_text_leaves_the_files_while_the_service_is_open(
    service: RagService, settings: Settings
) -> None:
    document_id = secret(service, settings)
    assert {path.suffix for path in holding(settings.data_dir)} & {".db-wal", ".db"}
    service.delete_document(document_id)
    while holding(settings.data_dir):  # the test's timeout is the limit
        time.sleep(0.05)


def test_a_receipt_lists_what_was_removed_from_where(service: RagService, settings: Settings) -> None:
    document_id = secret(service, settings)
    receipt = service.delete_with_receipt(document_id)
    assert not holding(settings.data_dir)
    assert receipt.complete, receipt
    assert (receipt.document_id, receipt.document_name) == (document_id, "secret.txt")
    removed = {(place.place, place.what): place.removed for place in receipt.places}
    assert removed["original", "file"] == 1
    assert removed["cached answers", "answers"] == 1
    assert removed["stored answers", "answers, without the sentences that rested on it"] == 1
    assert receipt.search.fragments > 0
    assert receipt.search.files > 3
    for meta in settings.indexes_dir.rglob("meta.json"):
        assert all(segment["deletes"] is None for segment in json.loads(meta.read_text())["segments"])
    with pytest.raises(NotFoundError):
        service.delete_with_receipt(document_id)


def test_a_receipt_reports_remaining_text(service: RagService, settings: Settings) -> None:
    document_id = secret(service, settings)
    copy = settings.data_dir / "copied-by-hand.txt"
    copy.write_bytes(SECRET * 3)
    receipt = service.delete_with_receipt(document_id)
    assert receipt.search.found == (str(copy),)
    assert not receipt.complete


def test_a_receipt_mentions_another_document_with_the_same_bytes(
    service: RagService, settings: Settings
) -> None:
    document_id = secret(service, settings)
    service.create_collection("copies")
    service.upload(UploadSpec("same.txt", "copies"), io.BytesIO(SECRET * 3))
    ingest_all(settings)
    receipt = service.delete_with_receipt(document_id)
    assert not receipt.complete
    (original,) = (place for place in receipt.places if place.place == "original")
    assert (original.removed, original.left is None) == (0, False)
    assert receipt.search.found == ()  # what the other document says is its own


def test_a_receipt_can_be_asked_for_over_http(service: RagService, settings: Settings) -> None:
    document_id = secret(service, settings)
    other = service.documents("default")[0].id
    with serving(create_app(service, settings)) as url, RagappClient(url) as client:
        receipt = client.delete_with_receipt(document_id)
        assert receipt.complete, receipt
        answer = httpx.delete(f"{url}/v1/collections/default/documents/{other}")
        assert (answer.status_code, answer.content) == (204, b"")
        assert httpx.delete(f"{url}/v1/collections/default/documents/{other}?receipt=true").status_code == 404


def test_the_command_prints_a_receipt(settings: Settings) -> None:
    with closing(build_service(settings)) as service:
        document_id = secret(service, settings)
    done = ragapp(settings.data_dir, "documents", "delete", "--receipt", document_id, "--json")
    assert done.returncode == 0, done.stderr
    (receipt,) = json.loads(done.stdout)["receipts"]
    assert receipt["complete"]
    assert not holding(settings.data_dir)


def test_on_postgresql_dead_rows_are_removed_and_the_rest_is_reported(
    postgres: PostgresServer, tmp_path: Path
) -> None:
    url = postgres.new_database()
    settings = settings_in(tmp_path / "data").model_copy(update={"database_url": SecretStr(url)})
    with closing(build_service(settings)) as service:
        receipt = service.delete_with_receipt(secret(service, settings))
    assert not holding(settings.data_dir)
    assert receipt.search.found == ()
    (files,) = (place for place in receipt.places if place.place == "database files")
    assert files.left is not None
    assert "VACUUM FULL" in files.left
    with psycopg.connect(url.replace("+psycopg", "")) as c:
        for table in ("texts", "chunks", "versions", "documents"):
            assert CANARY not in str(c.execute(f"SELECT * FROM {table}").fetchall())
        c.execute("CREATE EXTENSION pgstattuple")
        dead = c.execute("SELECT dead_tuple_count FROM pgstattuple('texts')").fetchone()
        assert dead == (0,)
    postgres.drop(url)
