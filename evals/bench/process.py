"""Runs `ragapp serve` with a temporary data folder and measures its memory."""

from __future__ import annotations

import socket
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

from ragapp.errors import ServerUnavailable
from ragapp.processes.launch import environment, module_command

START_SECONDS = 120.0
LOOK_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Resident:
    """The memory of a process in MiB: its own, and mapped pages of files, which the system can reclaim."""

    own: float
    mapped: float


class Served:
    """A running server: its address, its data folder, and the peak memory of it and its children."""

    def __init__(self, process: subprocess.Popen[bytes], url: str, data_dir: Path) -> None:
        self.process = process
        self.url = url
        self.data_dir = data_dir
        self.peak_mib: dict[str, float] = {}
        """By process: `api`, and `worker` for all others."""
        self._over = threading.Event()
        self._watcher = threading.Thread(target=self._watch_memory, daemon=True)
        self._watcher.start()

    def stop(self) -> None:
        self._over.set()
        self.process.terminate()
        self.process.wait()
        self._watcher.join()

    def _watch_memory(self) -> None:
        while not self._over.wait(LOOK_SECONDS):
            children = sum(resident(pid).own for pid in descendants(self.process.pid))
            for name, now in (("api", resident(self.process.pid).own), ("worker", children)):
                self.peak_mib[name] = max(now, self.peak_mib.get(name, 0.0))


@contextmanager
def serving(settings: Mapping[str, str]) -> Iterator[Served]:
    """Starts a server; `settings` are environment variables.

    Raises ServerUnavailable if it does not start.
    """
    with TemporaryDirectory(prefix="ragapp-load-") as folder, socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
        free.close()
        command = module_command("ragapp.cli", "serve", "--no-ui", "--port", str(port))
        own = {**environment(), **settings, "RAGAPP_DATA_DIR": folder}
        with subprocess.Popen(command, env=own) as process:  # noqa: S603 — our own program
            served = Served(process, f"http://127.0.0.1:{port}", Path(folder))
            try:
                _wait_for(served)
                yield served
            finally:
                served.stop()


def resident(pid: int | None = None) -> Resident:
    """The memory of a process, by default of this one. Zero on systems other than Linux, or when it has
    ended.
    """
    try:
        status = Path(f"/proc/{pid or 'self'}/status").read_text(encoding="utf-8")
    except OSError:
        return Resident(0.0, 0.0)
    lines = (line.partition(":") for line in status.splitlines() if line.startswith("Rss"))
    mib = {name: int(size.split()[0]) / 1024 for name, _, size in lines}
    return Resident(mib.get("RssAnon", 0.0), mib.get("RssFile", 0.0))


def descendants(pid: int) -> list[int]:
    """The ids of all direct and indirect child processes."""
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        found = [int(child) for task in tasks for child in (task / "children").read_text().split()]
    except OSError:
        return []
    return [one for child in found for one in (child, *descendants(child))]


def _wait_for(served: Served) -> None:
    until = time.monotonic() + START_SECONDS
    while served.process.poll() is None and time.monotonic() < until:
        try:
            if httpx.get(f"{served.url}/readyz").is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.2)
    raise ServerUnavailable("The server to be measured did not start. Its messages above say why.")
