"""The processes that a process has started, and how they are ended, whatever they did to stay."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from pathlib import Path


def children(pid: int) -> list[int]:
    """As Linux tells it; none elsewhere, and of a process that is gone."""
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        return [int(child) for task in tasks for child in (task / "children").read_text().split()]
    except OSError:
        return []


def descendants(pid: int) -> list[int]:
    """The children of a process, and theirs."""
    return [one for child in children(pid) for one in (child, *descendants(child))]


def end_tree(pid: int) -> None:
    """Kills a process, its group, and all that descend from it. Whoever started it has to wait for it."""
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGSTOP)  # it starts nothing meanwhile, and keeps the orphans it has adopted
    killed: set[int] = set()
    while left := set(descendants(pid)) - killed:
        for one in left:
            with suppress(ProcessLookupError):
                os.kill(one, signal.SIGKILL)
        killed |= left
    with suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)


def end_children() -> None:
    """Kills all that descend from this process, which must have adopted its orphans, and waits for them."""
    while found := children(os.getpid()):
        for child in found:
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        wait_for_all()


def wait_for_all() -> None:
    with suppress(ChildProcessError):
        while True:
            os.waitpid(-1, 0)
