"""The parent's side of the sandbox: hands a document over, and says why when nothing comes back."""

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
from ragapp.programs import import_path, module_command, program_path
from ragapp.sandbox.orders import FILES, NETWORK, PROCESSES, PROTECTIONS, REFUSED, Limits, Order
from ragapp.sandbox.tree import end_tree

log = logging.getLogger(__name__)

MIB = 1 << 20

SPLIT = "Split it into smaller documents."
SAVE_ANEW = "It is damaged: open it in its own program and save a new copy."


class Sandbox:
    """One piece of work at a time; safe to use from many threads, which then wait for each other."""

    def __init__(self, module: str, limits: Limits) -> None:
        """`module` is run as a program; its main calls `ragapp.sandbox.child.serve`."""
        self._module = module
        self._limits = limits
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None
        self._stopped = False
        self._protections: tuple[str, ...] = ()

    def run(self, data: BinaryIO, name: str, wish: str) -> bytes:
        """The result of the work on a document; `name` is what messages call it.

        Raises ParseError when it cannot be done, or not within the limits; StorageError; ConflictError once
        this was told to stop.
        """
        with self._lock, tempfile.TemporaryDirectory(prefix="ragapp-sandbox-") as folder:
            source, target, errors = (Path(folder, part) for part in ("document", "result", "errors.txt"))
            _copy(data, source)
            target.touch(0o600)  # the work may write this file, and make no other
            code = self._order(Order(str(source), name, str(target), str(errors), wish))
            if code == REFUSED:
                raise ParseError(self._read(target).decode("utf-8", errors="replace"))
            if code != 0:
                raise ParseError(f"{name} {self._reason(code, errors)}")
            return self._read(target)

    def start(self) -> tuple[str, ...]:
        """Starts the process unless it runs; those of `PROTECTIONS` that hold on this machine.

        Raises StorageError when it cannot be started.
        """
        with self._lock:
            self._running()
            return self._protections

    def stop(self) -> None:
        """Ends what is being worked on; that, and whatever is handed in from now on, raises ConflictError."""
        self._stopped = True
        process = self._process
        if process is not None:
            end_tree(process.pid)

    def close(self) -> None:
        with self._lock:
            self._stop()

    def _order(self, order: Order) -> int:
        """How the work ended: 0, an exit code, or a signal as a negative number."""
        for _ in range(2):  # a process that somebody killed meanwhile is no fault of this document
            if self._stopped:
                raise ConflictError(f"{order.name} was not finished, because the program ends.")
            process = self._running()
            assert process.stdin is not None
            assert process.stdout is not None
            with suppress(BrokenPipeError):  # it ended, which the missing answer tells
                process.stdin.write(json.dumps(asdict(order)) + "\n")
                process.stdin.flush()
            answer = process.stdout.readline()
            if answer:
                return int(answer)
            self._stop()
        return -signal.SIGKILL

    def _running(self) -> subprocess.Popen[str]:
        """The process, started if need be. Raises StorageError when it cannot be."""
        if self._process is None:
            process = self._process = self._start()
            assert process.stdout is not None
            told = process.stdout.readline()
            if not told and not self._stopped:
                self._stop()
                raise StorageError(
                    f"The process that reads documents ended at once (exit code {process.returncode}). Its "
                    "message on stderr says why; installing ragapp anew mends a damaged installation."
                )
            if told:
                self._protections = tuple(json.loads(told))
                tell_protections(self._protections)
        return self._process

    def _start(self) -> subprocess.Popen[str]:
        return subprocess.Popen(  # noqa: S603 - our own module, with arguments of our own
            module_command(self._module, json.dumps(asdict(self._limits))),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
            # Of the environment only where programs are: a parser needs no keys. One thread: it forks.
            env={
                "PATH": program_path(),
                "PYTHONPATH": os.pathsep.join(import_path()),
                "OPENBLAS_NUM_THREADS": "1",
            },
            cwd=Path.cwd().anchor,
            start_new_session=True,  # Ctrl-C is for us; we close its stdin when we end
        )

    def _stop(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            end_tree(process.pid)
            process.communicate()  # waits for it and closes its pipes

    def _read(self, path: Path) -> bytes:
        """What the work wrote, which may be hostile: a plain file, not larger than it may be."""
        try:
            file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
            with open(file, "rb") as result:  # noqa: PTH123 - a descriptor
                plain = stat.S_ISREG(os.fstat(file).st_mode)
                data = result.read(self._limits.output + 1) if plain else b""
        except OSError as error:
            raise ParseError(f"Its text is not where it belongs ({error.strerror}). {SAVE_ANEW}") from error
        if not plain or len(data) > self._limits.output:
            raise ParseError(f"Its text is not what was asked for. {SAVE_ANEW}")
        return data

    def _reason(self, code: int, errors: Path) -> str:
        """Why the work ended with `code`, and what to do."""
        limits = self._limits
        if code == -signal.SIGXCPU:
            return f"took more than {limits.cpu_seconds} seconds of computing. {SPLIT}"
        if code == -signal.SIGALRM:
            return f"took longer than {limits.wall_seconds:g} seconds. {SPLIT}"
        if code == -signal.SIGXFSZ:
            return f"holds more than {limits.output // MIB} MiB of text. {SPLIT}"
        if code < 0:
            return f"crashed its parser ({signal.Signals(-code).name}). {SAVE_ANEW}"
        lines = self._read(errors).decode("utf-8", errors="replace").split("\n")
        last = next((line for line in reversed(lines) if line.strip()), "no reason given")
        if last.startswith("MemoryError"):
            return f"needs more than {limits.memory // MIB} MiB of memory to be read. {SPLIT}"
        return f"is beyond its parser ({last[:200]}). {SAVE_ANEW}"


@cache  # once in each process
def tell_protections(held: tuple[str, ...]) -> None:
    """Logs which protections confine work on documents, as a warning where the important ones are missing."""
    if {FILES, NETWORK, PROCESSES}.intersection(held):
        log.info("documents are read in a confined process: %s", shown_protections(held))
    else:
        log.warning(
            "documents are read without confinement: this system has no Landlock (Linux 5.13), allows no "
            "namespaces and no seccomp filter. A document that takes over its parser has the rights of this "
            "program. Bring in documents that you trust, or run ragapp on a system that has one of them."
        )


def shown_protections(held: tuple[str, ...]) -> str:
    """For people: what holds, and the names of what does not."""
    kinds = {one.partition(":")[0] for one in held}
    missing = [name for name in (one.partition(":")[0] for one in PROTECTIONS) if name not in kinds]
    return "; ".join((*held, f"not protected: {', '.join(missing)}") if missing else held)


def _copy(data: BinaryIO, target: Path) -> None:
    try:
        with target.open("wb") as file:
            shutil.copyfileobj(data, file)
    except OSError as error:
        raise StorageError(f"The document could not be unpacked: {error}. Free some disk space.") from error
