"""The parent's side of the sandbox: sends documents, and explains why there is no result."""

from __future__ import annotations

import json
import logging
import os
import shutil
import signal
import stat
import subprocess
import tempfile
import threading
from contextlib import suppress
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import BinaryIO

from ragapp.errors import ConflictError, ParseError, StorageError
from ragapp.processes.launch import import_path, module_command, program_path
from ragapp.sandbox.messages import (
    FILES,
    NETWORK,
    PROCESSES,
    PROTECTIONS,
    REFUSED,
    SandboxLimits,
    SandboxRequest,
)
from ragapp.sandbox.tree import end_tree

log = logging.getLogger(__name__)

MIB = 1 << 20

SPLIT = "Split it into smaller documents."
SAVE_AGAIN = "It is damaged: open it in its own program and save a new copy."


class Sandbox:
    """Processes one document at a time. Safe for many threads, which wait for each other."""

    def __init__(self, module: str, limits: SandboxLimits) -> None:
        """`module` is run as a program; its main calls `ragapp.sandbox.child.serve`."""
        self._module = module
        self._limits = limits
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None
        self._stopped = False
        self._protections: tuple[str, ...] = ()

    def run(self, data: BinaryIO, name: str, options: str) -> bytes:
        """The result for a document, which messages call `name`.

        Raises ParseError when it cannot be processed within the limits, StorageError, and ConflictError after
        `stop`.
        """
        with self._lock, tempfile.TemporaryDirectory(prefix="ragapp-sandbox-") as folder:
            source, target, errors = (Path(folder, part) for part in ("document", "result", "errors.txt"))
            _copy(data, source)
            target.touch(0o600)  # the work may write this file, but create none
            code = self._send(SandboxRequest(str(source), name, str(target), str(errors), options))
            if code == REFUSED:
                raise ParseError(self._read(target).decode("utf-8", errors="replace"))
            if code != 0:
                raise ParseError(f"{name} {self._reason(code, errors)}")
            return self._read(target)

    def start(self) -> tuple[str, ...]:
        """Starts the process unless it runs. Returns the protections that hold on this machine.

        Raises StorageError when it cannot be started.
        """
        with self._lock:
            self._running()
            return self._protections

    def stop(self) -> None:
        """Ends the work in progress. That and every later call of `run` raises ConflictError."""
        self._stopped = True
        process = self._process
        if process is not None:
            end_tree(process.pid)

    def close(self) -> None:
        with self._lock:
            self._stop()

    def _send(self, request: SandboxRequest) -> int:
        """Returns the exit code of the work, or a signal as a negative number."""
        for _ in range(2):  # a process that was killed meanwhile does not count against this document
            if self._stopped:
                raise ConflictError(f"{request.name} was not finished, because the program is ending.")
            process = self._running()
            assert process.stdin is not None
            assert process.stdout is not None
            with suppress(BrokenPipeError):  # it ended, so there is no reply
                process.stdin.write(json.dumps(asdict(request)) + "\n")
                process.stdin.flush()
            reply = process.stdout.readline()
            if reply:
                return int(reply)
            self._stop()
        return -signal.SIGKILL

    def _running(self) -> subprocess.Popen[str]:
        """The process, started if necessary. Raises StorageError when it cannot be started."""
        if self._process is None:
            process = self._process = self._start()
            assert process.stdout is not None
            protections = process.stdout.readline()
            if not protections and not self._stopped:
                self._stop()
                raise StorageError(
                    f"The process that parses documents ended at once (exit code {process.returncode}). See "
                    "its message on stderr. If the installation is damaged, install ragapp again."
                )
            if protections:
                self._protections = tuple(json.loads(protections))
                log_protections(self._protections)
        return self._process

    def _start(self) -> subprocess.Popen[str]:
        return subprocess.Popen(  # noqa: S603 - our own module, with arguments of our own
            module_command(self._module, json.dumps(asdict(self._limits))),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
            # Only the paths of the environment, since parsers need no keys. One thread, because it forks.
            env={
                "PATH": program_path(),
                "PYTHONPATH": os.pathsep.join(import_path()),
                "OPENBLAS_NUM_THREADS": "1",
            },
            cwd=Path.cwd().anchor,
            start_new_session=True,  # Ctrl-C is for the parent, which closes the child's stdin when it ends
        )

    def _stop(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            end_tree(process.pid)
            process.communicate()  # waits for it and closes its pipes

    def _read(self, path: Path) -> bytes:
        """The output of the work, which may be hostile: only a regular file within the size limit is read."""
        try:
            file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
            with open(file, "rb") as result:  # noqa: PTH123 - a descriptor
                is_regular = stat.S_ISREG(os.fstat(file).st_mode)
                data = result.read(self._limits.output + 1) if is_regular else b""
        except OSError as error:
            raise ParseError(f"Its text cannot be read ({error.strerror}). {SAVE_AGAIN}") from error
        if not is_regular or len(data) > self._limits.output:
            raise ParseError(f"Its text is invalid. {SAVE_AGAIN}")
        return data

    def _reason(self, code: int, errors: Path) -> str:
        """Why the work ended with `code`, and what to do about it."""
        limits = self._limits
        if code == -signal.SIGXCPU:
            return f"took more than {limits.cpu_seconds} seconds of CPU time. {SPLIT}"
        if code == -signal.SIGALRM:
            return f"took longer than {limits.wall_seconds:g} seconds. {SPLIT}"
        if code == -signal.SIGXFSZ:
            return f"holds more than {limits.output // MIB} MiB of text. {SPLIT}"
        if code < 0:
            return f"crashed its parser ({signal.Signals(-code).name}). {SAVE_AGAIN}"
        lines = self._read(errors).decode("utf-8", errors="replace").split("\n")
        last = next((line for line in reversed(lines) if line.strip()), "no reason given")
        if last.startswith("MemoryError"):
            return f"needs more than {limits.memory // MIB} MiB of memory to be parsed. {SPLIT}"
        return f"cannot be parsed ({last[:200]}). {SAVE_AGAIN}"


@cache  # once in each process
def log_protections(held: tuple[str, ...]) -> None:
    """Logs the protections that hold, as a warning when the important ones are missing."""
    if {FILES, NETWORK, PROCESSES}.intersection(held):
        log.info("Documents are parsed in a confined process: %s", shown_protections(held))
    else:
        log.warning(
            "Documents are parsed without confinement: this system has no Landlock (Linux 5.13), and allows "
            "neither namespaces nor seccomp filters. A document that exploits its parser gets the rights of "
            "this program. Only ingest documents that you trust, or run ragapp on a system that supports one "
            "of them."
        )


def shown_protections(held: tuple[str, ...]) -> str:
    """A text for people: the protections that hold, and the names of those that do not."""
    kinds = {one.partition(":")[0] for one in held}
    missing = [name for name in (one.partition(":")[0] for one in PROTECTIONS) if name not in kinds]
    return "; ".join((*held, f"not protected: {', '.join(missing)}") if missing else held)


def _copy(data: BinaryIO, target: Path) -> None:
    try:
        with target.open("wb") as file:
            shutil.copyfileobj(data, file)
    except OSError as error:
        raise StorageError(f"The document could not be unpacked: {error}. Free some disk space.") from error
