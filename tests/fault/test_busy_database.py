"""PostgreSQL is busy: callers are asked to retry, no request deadlocks, and processes wait for migrations."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy import Connection, Engine, text

from ragapp.api.http.app import create_app
from ragapp.bootstrap import IngestRuntime, build_runtime, build_service
from ragapp.bootstrap.storage import OTHER_CONNECTIONS, open_database
from ragapp.errors import BusyError, StorageUnavailable
from ragapp.settings import Settings
from ragapp.store.databases import postgresql
from ragapp.store.engine import open_engine
from tests.fault.library import Library
from tests.postgres import PostgresServer
from tests.serving import LIBRARY, ingest_all, serving, settings_in


@pytest.fixture
def database_url(postgres: PostgresServer) -> Iterator[str]:
    url = postgres.new_database()
    yield url
    postgres.drop(url)


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgresql, "WAIT_SECONDS", 1.0)


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    return settings_in(tmp_path).model_copy(update={"database_url": SecretStr(database_url)})


@pytest.fixture
def runtime(settings: Settings) -> IngestRuntime:
    return build_runtime(settings)


@pytest.fixture
def http(settings: Settings, runtime: IngestRuntime) -> Iterator[httpx.Client]:
    with (
        closing(build_service(settings, runtime)) as service,
        serving(create_app(service, settings)) as url,
        httpx.Client(base_url=url, timeout=60) as http,
    ):
        yield http


def taken(engine: Engine, settings: Settings) -> list[Connection]:
    """Takes all connections."""
    held = [engine.connect() for _ in range(settings.request_threads + OTHER_CONNECTIONS)]
    with pytest.raises(StorageUnavailable) as caught:
        engine.connect()
    assert isinstance(caught.value, BusyError)
    return held


def test_callers_are_asked_to_retry_when_no_connection_is_free(
    runtime: IngestRuntime, http: httpx.Client, settings: Settings
) -> None:
    held = taken(runtime.engine, settings)
    refused = http.get("/v1/collections")
    assert refused.status_code == 503
    assert refused.json()["type"] == "urn:ragapp:problem:busy"
    assert "Try again" in refused.json()["detail"]
    assert int(refused.headers["Retry-After"]) >= 1
    assert http.get("/healthz").status_code == 200
    assert "in use" in http.get("/readyz").json()["reason"]
    for connection in held:
        connection.close()
    assert http.get("/v1/collections").status_code == 200


def test_one_connection_is_enough_for_a_request(
    runtime: IngestRuntime, http: httpx.Client, settings: Settings
) -> None:
    """Requests that each hold one connection would wait forever for a second one."""
    held = taken(runtime.engine, settings)
    held.pop().close()
    for name, data in LIBRARY.items():
        sent = http.post("/v1/collections/default/documents", files={"file": (name, data)})
        assert sent.status_code == 202, sent.text
    ingest_all(settings)  # as a worker does, with connections of its own
    question = "When do herons fish?"
    assert http.post("/v1/search", json={"query": question}).json()["hits"]
    assert http.post("/v1/ask", json={"question": question}).json()["citations"]
    (document, *_) = http.get("/v1/collections/default/listing").json()["documents"]
    assert http.delete(f"/v1/collections/default/documents/{document['id']}").status_code == 204
    assert http.delete("/v1/collections/default").status_code == 204
    for connection in held:
        connection.close()


def test_there_are_connections_for_all_admitted_requests(database_url: str, tmp_path: Path) -> None:
    many = Settings(data_dir=tmp_path, database_url=SecretStr(database_url), max_questions=60)
    engine = open_database(many)
    held = [engine.connect() for _ in range(many.request_threads)]
    for connection in held:
        connection.close()
    engine.dispose()


def test_one_connection_is_enough_for_a_worker_and_the_indexes(database_url: str, tmp_path: Path) -> None:
    with (
        closing(Library(tmp_path, database_url, connections=2)) as library,
        library.engine.connect() as other,
    ):
        other.execute(text("SELECT 1"))
        library.ingest("heron", "The heron waits at dawn.")
        library.ingest("heron", "The heron waits at dusk.")
        library.reindex()
        library.assert_is({"heron": "The heron waits at dusk."})
        assert library.index.verify(library.collection) is None
        library.delete("heron")
        library.assert_is({})


def test_a_process_that_starts_during_a_migration_waits_for_it(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For any time: the limits of other transactions, which are short here, do not apply."""
    short = "SET lock_timeout = '200ms'; SET idle_in_transaction_session_timeout = '200ms'"
    monkeypatch.setattr(postgresql, "SESSION", short)
    engine = open_engine(database_url)
    with ThreadPoolExecutor(1) as others:
        with postgresql.PostgreSQL().migrating(engine):
            late = others.submit(open_engine, database_url)
            with pytest.raises(TimeoutError):
                late.result(timeout=1)
        late.result().dispose()
    engine.dispose()
