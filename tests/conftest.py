"""What all tests share: the real models, fetched once into the folder that ragapp itself uses."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import settings

from ragapp.models.catalog import find_entry
from ragapp.models.fetch import fetch
from ragapp.settings import Settings
from tests import postgres as postgresql
from tests import s3server
from tests.qdrantserver import Node, node

# No test asserts an absolute time, and hypothesis would by default.
settings.register_profile("ragapp", deadline=None)
settings.load_profile("ragapp")

# A runner in the background ignores Ctrl-C, and so would every program that a test starts and stops.
signal.signal(signal.SIGINT, signal.default_int_handler)


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


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database of its own for each test, on each kind that we support."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'truth.db'}"
    server: postgresql.PostgresServer = request.getfixturevalue("postgres")
    return server.new_database()


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
