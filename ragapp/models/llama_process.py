"""llama.cpp's HTTP server as a supervised child process, which is started when it is first needed."""

from __future__ import annotations

import json
import secrets
import subprocess
import tempfile
import threading
import time
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from importlib.util import find_spec
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

from ragapp import extras
from ragapp.errors import ModelError
from ragapp.models import llama_server
from ragapp.models.endpoints import Address
from ragapp.processes.launch import environment, script_command

_CONTEXT_TOKENS = 4096
_START_SECONDS = 180.0
_HEALTH_SECONDS = 10.0
_STOP_SECONDS = 5.0
_STARTS = 3
_STARTS_WITHIN_SECONDS = 600.0
_WITHOUT = "Set RAGAPP_GENERATOR=extractive to work without it."


class LlamaProcess:
    """Supervises the child: starts it, checks its health, restarts it when it died, and ends it.

    The child ends by itself when this process does, even by SIGKILL, because it waits for the end of its
    stdin.
    """

    def __init__(self, model: Path, threads: int, context_tokens: int = _CONTEXT_TOKENS) -> None:
        self._model = model
        self._threads = threads
        self._context_tokens = context_tokens
        self._lock = threading.Lock()
        self._child: subprocess.Popen[str] | None = None
        self._address: Address | None = None
        self._starts: deque[float] = deque(maxlen=_STARTS)
        self._log: IO[str] | None = None

    def address(self) -> Address:
        """The server's address, after starting it if necessary (in a few seconds). Raises ModelError."""
        with self._lock:
            if self._address is not None and self._healthy(self._address):
                return self._address
            self._stop()
            self._address = self._start()
            return self._address

    def count_tokens(self, text: str) -> int | None:
        """The number of tokens by the model's own tokenizer; None when the server does not respond.

        Raises ModelError.
        """
        address = self.address()
        reply = _request(address, "POST", "/tokenize", {"content": text})
        return len(json.loads(reply)["tokens"]) if reply is not None else None

    def close(self) -> None:
        """Ends the child, even one that is still loading."""
        child = self._child
        if child is not None:
            child.terminate()  # a thread that waits for it to load holds the lock
        with self._lock:
            self._stop()

    def given_up(self) -> str | None:
        """Why the server is not restarted for now; None when it runs or may be started."""
        if self._child is not None and self._child.poll() is None:
            return None
        if len(self._starts) < _STARTS or time.monotonic() - self._starts[0] > _STARTS_WITHIN_SECONDS:
            return None
        return (
            f"The local model {self._model.name} stopped {_STARTS} times within "
            f"{_STARTS_WITHIN_SECONDS / 60:.0f} minutes and is not restarted for now. Is there enough "
            f"memory? {_WITHOUT}"
        )

    def _healthy(self, address: Address) -> bool:
        if self._child is None or self._child.poll() is not None:
            return False
        return _request(address, "GET", "/health") is not None

    def _start(self) -> Address:
        given_up = self.given_up()
        if given_up is not None:
            raise ModelError(given_up)
        if find_spec("xllamacpp") is None:
            raise ModelError(f"{extras.remedy('xllamacpp')} {_WITHOUT}")
        self._starts.append(time.monotonic())
        options = llama_server.LlamaServerOptions(
            model=str(self._model),
            threads=self._threads,
            context=self._context_tokens,
            api_key=secrets.token_urlsafe(),
        )
        url = self._handshake(self._spawn(), options)
        if not url:
            raise ModelError(self._load_error())
        return Address(url, options["api_key"])

    def _spawn(self) -> subprocess.Popen[str]:
        self._log = tempfile.TemporaryFile(  # noqa: SIM115  open as long as the child runs
            "w+", encoding="utf-8", errors="replace"
        )
        # By its path, because it imports nothing else of ours.
        self._child = subprocess.Popen(  # noqa: S603  our own program
            script_command(llama_server.__file__),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
            env=environment(),
            start_new_session=True,  # Ctrl-C is for the parent, which may let an answer finish
        )
        return self._child

    def _handshake(self, child: subprocess.Popen[str], options: llama_server.LlamaServerOptions) -> str:
        """Sends the options; returns the child's URL, or "" when it died or took too long to load the
        model."""
        assert child.stdin is not None
        assert child.stdout is not None
        alarm = threading.Timer(_START_SECONDS, child.kill)
        alarm.start()
        try:
            child.stdin.write(json.dumps(options) + "\n")
            child.stdin.flush()
            return child.stdout.readline().strip()
        except BrokenPipeError:
            return ""
        finally:
            alarm.cancel()

    def _load_error(self) -> str:
        assert self._child is not None
        assert self._log is not None
        _end(self._child)
        self._log.seek(0)
        lines = self._log.read().strip().splitlines()
        reason = f" ({lines[-1].strip()})" if lines else ""
        return (
            f"The local model {self._model} could not be loaded{reason}. Is it a complete GGUF file, and is "
            f"there enough memory? {_WITHOUT}"
        )

    def _stop(self) -> None:
        if self._child is not None:
            _end(self._child)
        if self._log is not None:
            self._log.close()
        self._child = self._address = self._log = None


def _end(child: subprocess.Popen[str]) -> None:
    assert child.stdin is not None
    assert child.stdout is not None
    with suppress(BrokenPipeError):
        child.stdin.close()
    try:
        child.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
    child.stdout.close()


def _request(address: Address, method: str, path: str, body: Mapping[str, str] | None = None) -> bytes | None:
    """The body of the response; None when there is none in time, or an error."""
    connection = HTTPConnection(urlsplit(address.url).netloc, timeout=_HEALTH_SECONDS)
    headers = {"Authorization": f"Bearer {address.api_key}", "Content-Type": "application/json"}
    try:
        connection.request(method, path, json.dumps(body) if body else None, headers)
        response = connection.getresponse()
        return response.read() if response.status == 200 else None
    except (OSError, HTTPException):
        return None
    finally:
        connection.close()
