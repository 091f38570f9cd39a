"""The parent's side of the sandbox: hands a document over, and says why when nothing comes back."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import tempfile
import threading
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import BinaryIO

from ragapp.errors import ConflictError, ParseError, StorageError
from ragapp.programs import import_path, module_command, program_path
from ragapp.sandbox.messages import REFUSED, SandboxLimits, SandboxRequest

MIB = 1 << 20

SPLIT = "Split it into smaller documents."
SAVE_ANEW = "It is damaged: open it in its own program and save a new copy."


class Sandbox:
    """One piece of work at a time; safe to use from many threads, which then wait for each other."""

    def __init__(self, module: str, limits: SandboxLimits) -> None:
        """`module` is run as a program; its main calls `ragapp.sandbox.child.serve`."""
        self._module = module
        self._limits = limits
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None
        self._stopped = False

    def run(self, data: BinaryIO, name: str, wish: str) -> bytes:
        """The result of the work on a document; `name` is what messages call it.

        Raises ParseError when it cannot be done, or not within the limits; StorageError; ConflictError once
        this was told to stop.
        """
        with self._lock, tempfile.TemporaryDirectory(prefix="ragapp-sandbox-") as folder:
            source, target, errors = (Path(folder, part) for part in ("document", "result", "errors.txt"))
            _copy(data, source)
            code = self._order(SandboxRequest(str(source), name, str(target), str(errors), wish))
            if code == REFUSED:
                raise ParseError(target.read_text(encoding="utf-8"))
            if code != 0:
                raise ParseError(f"{name} {self._reason(code, errors)}")
            return target.read_bytes()

    def stop(self) -> None:
        """Ends what is being worked on; that, and whatever is handed in from now on, raises ConflictError."""
        self._stopped = True
        process = self._process
        if process is not None:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)

    def close(self) -> None:
        with self._lock:
            self._stop()

    def _order(self, order: SandboxRequest) -> int:
        """How the work ended: 0, an exit code, or a signal as a negative number."""
        for _ in range(2):  # a process that somebody killed meanwhile is no fault of this document
            if self._stopped:
                raise ConflictError(f"{order.name} was not finished, because the program ends.")
            process = self._process = self._process or self._start()
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
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.communicate()  # waits for it and closes its pipes

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
        lines = errors.read_text(encoding="utf-8", errors="replace").split("\n")
        last = next((line for line in reversed(lines) if line.strip()), "no reason given")
        if last.startswith("MemoryError"):
            return f"needs more than {limits.memory // MIB} MiB of memory to be read. {SPLIT}"
        return f"is beyond its parser ({last[:200]}). {SAVE_ANEW}"


def _copy(data: BinaryIO, target: Path) -> None:
    try:
        with target.open("wb") as file:
            shutil.copyfileobj(data, file)
    except OSError as error:
        raise StorageError(f"The document could not be unpacked: {error}. Free some disk space.") from error
