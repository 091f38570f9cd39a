"""Child processes that never outlive this one: each reads from a pipe that closes when this process ends."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Sequence

from ragapp.processes.launch import environment, module_command

log = logging.getLogger(__name__)

FIRST_PAUSE = 1.0
LONGEST_PAUSE = 60.0
"""Seconds before a child that ended is restarted, doubled each time it ends soon after its start."""
GRACE = 10.0
"""Seconds a child has to exit before it is killed."""
BACKGROUND_NICENESS = 10
FEWER_ARENAS = {"MALLOC_ARENA_MAX": "2"}
"""glibc gives every thread a memory arena of its own, which keeps what the thread once needed. With two
arenas, threads reuse each other's freed memory."""


class Child:
    """Runs `python -m MODULE ARGUMENTS…` and restarts it whenever it ends, until `stop`."""

    def __init__(
        self,
        module: str,
        arguments: Sequence[str],
        *,
        restart: bool = True,
        background: bool = False,
        folder: str | None = None,
    ) -> None:
        """`background` lowers the CPU priority, where the system supports it.

        The child's working folder is `folder`, or that of this process.
        """
        self._command = module_command(module, *arguments)
        self._restart = restart
        self._background = background
        self._folder = folder
        self._stopping = threading.Event()
        self._process = self._start()
        self._watcher = threading.Thread(target=self._restart_ended, name=f"watch-{module}", daemon=True)
        self._watcher.start()

    @property
    def pid(self) -> int:
        """The id of the process that runs now, or ran last."""
        return self._process.pid

    def terminate(self) -> None:
        """Asks the child to exit, and returns at once."""
        self._stopping.set()
        self._process.terminate()

    def stop(self) -> None:
        """Terminates the child, and kills it after a grace period."""
        self.terminate()
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(GRACE)
        except subprocess.TimeoutExpired:
            self._process.kill()
        self._watcher.join(GRACE)

    def _start(self) -> subprocess.Popen[bytes]:
        # Standard output may carry a protocol, so the output of children goes to the log.
        child = subprocess.Popen(  # noqa: S603 — our own modules
            self._command,
            stdin=subprocess.PIPE,
            stdout=sys.__stderr__,
            env={**environment(), **FEWER_ARENAS},
            cwd=self._folder,
            start_new_session=True,  # Ctrl-C goes to this process, which stops its children last
        )
        if self._background and hasattr(os, "setpriority"):
            os.setpriority(os.PRIO_PROCESS, child.pid, BACKGROUND_NICENESS)
        return child

    def _restart_ended(self) -> None:
        pause = FIRST_PAUSE
        while True:
            started = time.monotonic()
            code = self._process.wait()
            if self._stopping.is_set() or not self._restart:
                return
            pause = (
                FIRST_PAUSE if time.monotonic() - started > LONGEST_PAUSE else min(pause * 2, LONGEST_PAUSE)
            )
            name = " ".join(self._command[3:5])
            log.warning("%s exited with code %s; restarting it in %.0f s", name, code, pause)
            if self._stopping.wait(pause):
                return
            self._process = self._start()
