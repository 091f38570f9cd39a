"""Parses documents in another process, which a damaged or hostile document may crash, stall or fill."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from dataclasses import asdict
from pathlib import Path
from typing import BinaryIO

from ingest.parse.order import Limits, Order
from ragapp.errors import ParseError, StorageError
from ragapp.types import Heading, ParsedText

MIB = 1 << 20

LIMITS = Limits(memory=2048 * MIB, output=512 * MIB, cpu_seconds=120, wall_seconds=300)

SPLIT = "Split it into smaller documents."
SAVE_ANEW = "It is damaged: open it in its own program and save a new copy."


class Sandbox:
    """Parses one document at a time; safe to use from many threads, which then wait for each other."""

    def __init__(self, limits: Limits = LIMITS) -> None:
        self._limits = limits
        self._lock = threading.Lock()
        self._folder = tempfile.TemporaryDirectory(prefix="ragapp-parse-")
        self._process: subprocess.Popen[str] | None = None

    def parse(self, data: BinaryIO, name: str) -> ParsedText:
        """Raises ParseError when the document cannot be read, or not within the limits; StorageError."""
        folder = Path(self._folder.name)
        source, target, errors = folder / "document", folder / "text.json", folder / "errors.txt"
        with self._lock:
            _copy(data, source)
            code = self._order(Order(str(source), name, str(target), str(errors)))
            if code != 0:
                raise ParseError(f"{name} {self._reason(code, errors)}")
            result = json.loads(target.read_bytes())
        if "error" in result:
            raise ParseError(result["error"])
        return ParsedText(
            text=result["text"],
            page_starts=tuple(result["page_starts"]),
            headings=tuple(Heading(**heading) for heading in result["headings"]),
            title=result["title"],
            metadata=result["metadata"],
        )

    def close(self) -> None:
        with self._lock:
            if self._process is not None:
                self._stop(self._process)
            self._folder.cleanup()

    def _order(self, order: Order) -> int:
        """How the parse ended: 0, an exit code, or a signal as a negative number."""
        if self._process is None or self._process.poll() is not None:
            self._process = self._start()
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(json.dumps(asdict(order)) + "\n")
        stdin.flush()
        answer = stdout.readline()
        return int(answer) if answer else -signal.SIGKILL

    def _start(self) -> subprocess.Popen[str]:
        return subprocess.Popen(  # noqa: S603 - our own module, with arguments of our own
            [sys.executable, "-m", "ingest.parse.child", json.dumps(asdict(self._limits))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
            # Of the environment nothing: a parser needs no keys. One thread: it forks.
            env={"PYTHONPATH": os.pathsep.join(sys.path), "OPENBLAS_NUM_THREADS": "1"},
            start_new_session=True,  # Ctrl-C is for us; we close its stdin when we end
        )

    def _stop(self, process: subprocess.Popen[str]) -> None:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()

    def _reason(self, code: int, errors: Path) -> str:
        """Why a parse ended with `code`, and what to do."""
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
