"""Drops the rights that processing a document does not need, as far as the system supports it."""

from __future__ import annotations

import mimetypes
import os
import resource
import shutil
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import ragapp
from ragapp.sandbox import kernel
from ragapp.sandbox.messages import COUNT, FILES, LEFTOVERS, NETWORK, PROCESSES, SYSTEM_CALLS, TCP

MAX_PROCESSES = 64
"""Processes and threads of one piece of work. Parsers have one, OCR has a few."""

_SYSTEM = (
    *("/usr", "/lib", "/lib32", "/lib64", "/bin", "/sbin", "/nix/store"),
    *("/etc/alternatives", "/etc/fonts", "/etc/ld.so.cache", "/etc/localtime", "/etc/timezone"),
    *(
        "/proc/cpuinfo",
        "/proc/meminfo",
        "/sys/devices/system/cpu",
        "/dev/zero",
        "/dev/random",
        "/dev/urandom",
    ),
)
_OWN_PACKAGES = ("ragapp", "ingest")
_LIBRARIES = ("site-packages", "dist-packages", "lib-dynload")


@dataclass(frozen=True, slots=True)
class Isolation:
    """The namespaces that the process has of its own."""

    user: bool = False
    pids: bool = False
    network: bool = False


def isolate() -> Isolation:
    """Enters new namespaces, as far as allowed. Must be called while there is one thread.

    In a new namespace of process ids, the next child becomes the first process; when that one exits, the
    kernel kills all others in the namespace.
    """
    others = kernel.NEW_PIDS | kernel.NEW_NETWORK | kernel.NEW_IPC
    if kernel.enter_namespaces(kernel.NEW_USER | others):
        return Isolation(user=True, pids=True, network=True)
    if kernel.enter_namespaces(others):
        return Isolation(pids=True, network=True)
    return Isolation()


def confine(readable: Iterable[str], target: str, isolation: Isolation) -> tuple[str, ...]:
    """Restricts this process from now on: it can only read and run what is `readable`, and only write
    `target`.

    Open files stay open. Returns the protections that hold.
    """
    limited = _limit_processes(isolation)
    kernel.no_new_privileges()
    kernel.drop_capabilities()
    version = kernel.landlock_version()
    locked = kernel.landlock(readable, (target, os.devnull))
    blocked = kernel.block_calls()
    held = {
        FILES: locked,
        NETWORK: isolation.network or blocked,
        TCP: locked and version >= 4 and not (isolation.network or blocked),
        PROCESSES: isolation.pids or (locked and version >= 6),
        LEFTOVERS: sys.platform.startswith("linux"),
        SYSTEM_CALLS: blocked,
        COUNT: limited,
    }
    return tuple(name for name, holds in held.items() if holds)


def readable_paths() -> tuple[str, ...]:
    """The paths that a sandboxed process may read: programs, libraries and our own modules, no files of the
    user.

    Must be called before `isolate`.
    """
    return tuple(
        dict.fromkeys((*_SYSTEM, *map(str, mimetypes.knownfiles), *_python_paths(), *_tesseract_paths()))
    )


def _python_paths() -> Iterator[str]:
    for name in ("stdlib", "platstdlib", "purelib", "platlib"):
        yield sysconfig.get_path(name)
    yield str(Path(sys.base_prefix) / "lib")
    yield from (entry for entry in sys.path if Path(entry).name in _LIBRARIES or entry.endswith(".zip"))
    root = Path(ragapp.__file__).parent.parent
    yield from (str(root / package) for package in _OWN_PACKAGES)


def _tesseract_paths() -> Iterator[str]:
    """Its paths when it is installed outside of the system's folders, as by Conda."""
    found = shutil.which("tesseract")
    if found is not None:
        program = Path(found).resolve()
        prefix = program.parent.parent
        yield from map(str, (program, prefix / "lib", prefix / "share" / "tessdata"))


def _limit_processes(isolation: Isolation) -> bool:
    """The kernel counts the processes of a user: in our own namespace only ours, otherwise all of them."""
    if os.getuid() == 0 or not sys.platform.startswith("linux"):  # those of root are not counted
        return False
    limit = MAX_PROCESSES + (0 if isolation.user else _thread_count(os.getuid()))
    _, hard = resource.getrlimit(resource.RLIMIT_NPROC)
    limit = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
    resource.setrlimit(resource.RLIMIT_NPROC, (limit, limit))
    return True


def _thread_count(user: int) -> int:
    """The visible threads of a user."""
    count = 0
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if process.stat().st_uid == user:
                count += sum(1 for _ in (process / "task").iterdir())
        except OSError:  # it has ended
            continue
    return count
