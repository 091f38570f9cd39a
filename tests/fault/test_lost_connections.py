"""Connections to PostgreSQL are lost: nothing is lost, duplicated or blamed on a document."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy import Connection, Engine, event

from ingest.chunk import chunk
from ingest.pipeline import Pipeline
from ingest.sandbox import parse_limits
from ingest.worker import Worker
from ragapp.api.http.app import create_app
from ragapp.bootstrap import build_service
from ragapp.errors import StorageUnavailable
from ragapp.settings import Settings
from ragapp.store.job_queue import SqlJobQueue
from ragapp.telemetry.observer import NullObserver
from tests import postgres as postgresql
from tests.fault.library import NAME, HashEmbedder, Library
from tests.postgres import PostgresServer
from tests.serving import parser, serving, settings_in

PATIENCE = 120.0
"""Seconds to wait for something that must happen; its speed is not tested."""
TEXT = "The heron waits at dawn. The crane flies at dusk."


@pytest.fixture
def library(tmp_path: Path, postgres: PostgresServer) -> Iterator[Library]:
    with closing(Library(tmp_path, postgres.new_database())) as library:
        yield library


@contextmanager
def losing_the_connection(engine: Engine, server: PostgresServer, at: int) -> Iterator[Callable[[], int]]:
    """The server ends this process's connection before its statement numbered `at`, counted from 1.

    Gives how many statements there were; a commit counts as one.
    """
    count = 0

    def lose(connection: Connection) -> None:
        nonlocal count
        count += 1
        if count == at:
            driver = connection.connection.driver_connection
            assert driver is not None
            server.execute(f"SELECT pg_terminate_backend({driver.info.backend_pid}, 5000)")

    def before_statement(connection: Connection, *_: object) -> None:
        lose(connection)

    event.listen(engine, "before_cursor_execute", before_statement)
    event.listen(engine, "commit", lose)
    try:
        yield lambda: count
    finally:
        event.remove(engine, "before_cursor_execute", before_statement)
        event.remove(engine, "commit", lose)


def test_a_publish_that_loses_its_connection_is_committed_or_not(
    library: Library, postgres: PostgresServer
) -> None:
    library.ingest("heron", "an older version of it")
    at, lost = 0, True
    while lost:
        at += 1
        library.accept("heron", f"{TEXT} {at}")
        with losing_the_connection(library.engine, postgres, at) as statements:
            with suppress(StorageUnavailable):
                library.work()
            lost = statements() >= at
        library.work()
        assert read(library) == {"heron": f"{TEXT} {at}"}
    library.assert_is({"heron": f"{TEXT} {at}"})
    assert at > 20, "it takes more statements than that"


def test_connections_that_were_dropped_while_idle_are_replaced(
    library: Library, postgres: PostgresServer
) -> None:
    library.ingest("heron", TEXT)
    postgres.execute(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
        f"WHERE datname = '{library.engine.url.database}'"
    )
    assert read(library) == {"heron": TEXT}


def test_an_accept_that_loses_its_connection_can_be_repeated(
    library: Library, postgres: PostgresServer
) -> None:
    at, lost = 0, True
    while lost:
        at += 1
        with losing_the_connection(library.engine, postgres, at) as statements:
            with suppress(StorageUnavailable):
                library.accept("heron", f"{TEXT} {at}")
            lost = statements() >= at
        library.accept("heron", f"{TEXT} {at}")
        library.work()
        assert read(library) == {"heron": f"{TEXT} {at}"}
    library.assert_is({"heron": f"{TEXT} {at}"})
    assert at > 5, "it takes more statements than that"


def test_a_worker_continues_when_the_database_is_back(tmp_path: Path) -> None:
    expected = {f"heron-{number}": f"{TEXT} {number}" for number in range(12)}
    with own_server() as server, closing(Library(tmp_path, server.new_database())) as library:
        for source, text in expected.items():
            library.accept(source, text)
        with working(library) as worker:
            for left in (9, 5):
                wait_until(partial(is_left, library, left))
                server.stop()
                time.sleep(1.0)
                assert worker.is_alive()
                server.start()
            wait_until(partial(is_left, library, 0))
        assert read(library) == expected
        assert all(check.ok for check in library.store.check(repair=False))


def read(library: Library) -> dict[str, str]:
    return {one.source: library.store.parsed_text(one.id).text for one in library.store.documents(NAME)}


@contextmanager
def own_server() -> Iterator[PostgresServer]:
    with TemporaryDirectory(prefix="ragapp-postgres-") as folder:
        Path(folder).chmod(0o755)
        with postgresql.running(Path(folder) / "data") as server:
            yield server


@contextmanager
def working(library: Library) -> Iterator[threading.Thread]:
    """A worker like that of `ragapp worker`, except for the model."""
    stop, queue = threading.Event(), SqlJobQueue(library.engine, lease=5)
    pipeline = Pipeline(
        store=library.store,
        queue=queue,
        embedder_of=lambda c: HashEmbedder(c.embedder),
        sandbox=parser(parse_limits(Settings())),
        chunker=chunk,
        chunk_tokens=16,
        data_file_rows=10_000,
        observer=NullObserver(),
        replaced=lambda _: None,
    )
    worker = Worker(queue, pipeline, lease_seconds=5)
    thread = threading.Thread(target=worker.run, args=(stop, lambda job: None))
    thread.start()
    try:
        yield thread
    finally:
        stop.set()
        thread.join()


def wait_until(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.05)


def is_left(library: Library, count: int) -> bool:
    """Whether at most that many documents wait; unknown while the database is down."""
    with suppress(StorageUnavailable):
        return library.queue.waiting() <= count
    return False


def test_an_api_says_when_to_retry_and_continues(tmp_path: Path) -> None:
    with own_server() as server:
        settings = settings_in(tmp_path).model_copy(update={"database_url": SecretStr(server.new_database())})
        with closing(build_service(settings)) as service, serving(create_app(service, settings)) as url:
            collections = f"{url}/v1/collections"
            assert httpx.get(collections).status_code == 200
            server.stop()
            refused = httpx.get(collections, timeout=60)
            assert (refused.status_code, refused.json()["type"]) == (
                503,
                "urn:ragapp:problem:storage-unavailable",
            )
            assert int(refused.headers["Retry-After"]) > 0
            server.start()
            assert httpx.get(collections, timeout=60).status_code == 200
