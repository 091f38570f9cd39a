"""What all tests share: the real models, fetched once into the folder that ragapp itself uses."""

from __future__ import annotations

import io
import os
import signal
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from shutil import disk_usage
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from ragapp.models.catalog import find_entry
from ragapp.models.fetch import fetch
from ragapp.settings import Settings
from ragapp.testing.soak import SOAK
from ragapp.types import UploadSpec
from tests import postgres as postgresql
from tests import s3server
from tests.qdrantserver import Node, node

if TYPE_CHECKING:  # imported by the fixtures that need them: unit tests start without them
    from sqlalchemy import Engine

    from ragapp.client import RagappClient
    from ragapp.service import RagService
    from tests.serving import Caller

# One thread for each test process and what it starts: two that share two cores would wait for each other.
for variable in ("RAGAPP_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(variable, "1")

# Temporary files lie in memory where there is room: a disk that is slow to sync, or shared, slows no test.
# What disks lose is tested by cutting the power of simulated ones.
MEMORY, ROOM = Path("/dev/shm"), 4 << 30
if "TMPDIR" not in os.environ and MEMORY.is_dir() and disk_usage(MEMORY).free > ROOM:
    os.environ["TMPDIR"] = str(MEMORY)
    tempfile.tempdir = None  # looked for again

# No test asserts an absolute time, and hypothesis would by default. The gate tries the same examples each
# time, so that only a change can close it; soaks look for new ones.
settings.register_profile("gate", deadline=None, derandomize=True, database=None)
settings.register_profile("soak", deadline=None, max_examples=1000)
settings.load_profile("soak" if SOAK else "gate")

# A runner in the background ignores Ctrl-C, and so would every program that a test starts and stops.
signal.signal(signal.SIGINT, signal.default_int_handler)


SERVERS = frozenset({"postgres", "qdrant", "s3"})
"""Fixtures that start a server of somebody else's."""


@pytest.hookimpl(tryfirst=True)  # before `-m` chooses by the marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        _mark(item)


def _mark(item: pytest.Item) -> None:
    """By the fixtures that it names; those that depend on a parameter are marked at the parameter."""
    used = frozenset(getattr(item, "fixturenames", ()))
    if used & SERVERS:
        item.add_marker("servers")
    if "browser" in used:
        item.add_marker("browser")
    if "model_folder" in used:
        item.add_marker("model")
    if item.get_closest_marker("soak") and not SOAK:
        item.add_marker(pytest.mark.skip(reason="runs for minutes: `make soak`"))


@pytest.fixture(scope="session")
def models_dir() -> Path:
    return Settings().models_dir


@pytest.fixture(scope="session")
def model_folder(models_dir: Path) -> Callable[[str], Path]:
    """The folder of a catalogued model, fetched when it is missing."""
    return lambda name: fetch(find_entry(name), models_dir, lambda done, total, label: None)


@pytest.fixture(scope="session")
def postgres() -> Iterator[postgresql.PostgresServer]:
    """One server for all tests, started when the first asks; nobody stops it."""
    with TemporaryDirectory(prefix="ragapp-postgres-") as folder:
        Path(folder).chmod(0o755)  # the server runs as another user when the tests run as root
        with postgresql.running(Path(folder) / "data") as server:
            yield server


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database of its own for each test, on each kind that we support."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'ragapp.db'}"
        return
    server: postgresql.PostgresServer = request.getfixturevalue("postgres")
    url = server.new_database()
    yield url
    server.drop(url)


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """Of that database."""
    from ragapp.store.engine import open_engine

    engine = open_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def qdrant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """A Qdrant server; tests that share it use a prefix of their own."""
    with node(tmp_path_factory.mktemp("qdrant")) as alone:
        yield alone


@pytest.fixture(scope="session")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[s3server.S3Server]:
    """One server for all tests, started when the first asks; each uses a prefix of its own."""
    with s3server.running(tmp_path_factory.mktemp("s3") / "data") as server:
        yield server


# A small library over which RagService and a client of its server are held to the same promises. A module
# that needs another one has its own `settings` or `service`.


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    from tests.serving import MAX_BYTES, settings_in

    return settings_in(tmp_path_factory.mktemp("library"), max_upload_bytes=MAX_BYTES)


@pytest.fixture(scope="module")
def service(settings: Settings) -> Iterator[RagService]:
    from ragapp.bootstrap import build_service
    from tests.serving import LIBRARY, ingest_all

    with closing(build_service(settings)) as service:
        for name, data in LIBRARY.items():
            service.upload(UploadSpec(name, metadata={"kind": name.partition(".")[0]}), io.BytesIO(data))
        ingest_all(settings)
        yield service


@pytest.fixture(scope="module")
def client(service: RagService, settings: Settings) -> Iterator[RagappClient]:
    from ragapp.api.http.app import create_app
    from ragapp.client import RagappClient
    from tests.serving import serving

    with serving(create_app(service, settings)) as url, RagappClient(url) as client:
        yield client


@pytest.fixture(params=["service", "client"])
def caller(request: pytest.FixtureRequest) -> Caller:
    caller: Caller = request.getfixturevalue(request.param)
    return caller
