"""A compromised parser: attacks from inside the sandbox as its request says, and reports the result."""

from __future__ import annotations

import ctypes
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from ragapp.sandbox.child import serve
from ragapp.sandbox.messages import SandboxRequest

LONG = 60


def connect(where: str) -> str:
    host, port = where.split(":")
    with socket.create_connection((host, int(port)), timeout=5):
        return "connected"


def datagram(where: str) -> str:
    host, port = where.split(":")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
        out.sendto(b"secret", (host, int(port)))
    return "sent"


def unix(where: str) -> str:
    with socket.socket(socket.AF_UNIX) as out:
        out.connect(where)
    return "connected"


def read(path: str) -> str:
    return Path(path).read_text(errors="replace")


def write(path: str) -> str:
    Path(path).write_text("attacked")
    return "written"


def append(path: str) -> str:
    with Path(path).open("a") as file:
        file.write("attacked")
    return "written"


def remove(path: str) -> str:
    Path(path).unlink()
    return "removed"


def list_folder(path: str) -> str:
    return " ".join(one.name for one in Path(path).iterdir())


def kill(pid: str) -> str:
    os.kill(int(pid), signal.SIGTERM)
    return "killed"


def trace(pid: str) -> str:
    attach = 16
    if ctypes.CDLL(None, use_errno=True).ptrace(attach, int(pid), None, None) != 0:
        raise OSError(ctypes.get_errno(), "ptrace")
    return "traced"


def daemon(mark: str) -> str:
    """Leaves a process that has left its session and its parent, under a name that can be found."""
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            os.execv("/bin/sleep", [mark, str(LONG)])
        os._exit(0)
    time.sleep(0.2)
    return "left"


def sleeper(_: str) -> str:
    """Switches its own alarm off and stays."""
    signal.setitimer(signal.ITIMER_REAL, 0)
    time.sleep(LONG)
    return "stayed"


def link(path: str) -> str:
    """Puts a link where its result belongs, to have the parent read something else."""
    target = Path(ORDER[0].target)
    target.unlink()
    target.symlink_to(path)
    return "linked"


def fifo(_: str) -> str:
    target = Path(ORDER[0].target)
    target.unlink()
    os.mkfifo(target)
    os._exit(0)


def start_processes(_: str) -> str:
    for _number in range(1000):
        if os.fork() == 0:
            time.sleep(LONG)
            os._exit(0)
    return "crowded"


def run(program: str) -> str:
    return subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout


def temporary(_: str) -> str:
    with tempfile.NamedTemporaryFile() as file:
        return file.name


ATTACKS: dict[str, Callable[[str], str]] = {
    name: made
    for name, made in list(globals().items())
    if callable(made) and getattr(made, "__module__", "") == __name__
}
ORDER: list[SandboxRequest] = []


def attack(_: bytes, order: SandboxRequest) -> bytes:
    ORDER[:] = [order]
    name, argument = json.loads(order.options)
    try:
        return f"done: {ATTACKS[name](argument)}".encode()
    except (OSError, subprocess.SubprocessError) as error:
        return f"refused: {type(error).__name__}: {error}".encode()


if __name__ == "__main__":
    sys.setrecursionlimit(1000)
    serve(attack)
