"""Finding and ending the processes that a process has started, even if they resist."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from pathlib import Path


def children(pid: int) -> list[int]:
    """The ids of a process's children on Linux; none on other systems, or when the process has ended."""
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        return [int(child) for task in tasks for child in (task / "children").read_text().split()]
    except OSError:
        return []


def descendants(pid: int) -> list[int]:
    """The children of a process and their descendants."""
    return [one for child in children(pid) for one in (child, *descendants(child))]


def end_tree(pid: int) -> None:
    """Kills a process, its group and its descendants. The caller has to wait for the process."""
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGSTOP)  # so that it starts no others and keeps the orphans that it has adopted
    killed: set[int] = set()
    while left := set(descendants(pid)) - killed:
        for one in left:
            with suppress(ProcessLookupError):
                os.kill(one, signal.SIGKILL)
        killed |= left
    with suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)


def end_children() -> None:
    """Kills and waits for all descendants of this process, which must have adopted its orphans."""
    while found := children(os.getpid()):
        for child in found:
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        wait_for_all()


def wait_for_all() -> None:
    with suppress(ChildProcessError):
        while True:
            os.waitpid(-1, 0)
