"""A model server over HTTP that injects faults: it hangs, fails, or never stops writing."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal, get_args

Misbehaviour = Literal["hangs", "errors", "floods"]
MISBEHAVIOURS: tuple[Misbehaviour, ...] = get_args(Misbehaviour)


class FaultyModelServer(ThreadingHTTPServer):
    """A server of the Chat Completions API with one kind of fault."""

    daemon_threads = True
    request_queue_size = 1024

    def __init__(self, behaviour: Misbehaviour) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.behaviour = behaviour
        self.over = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"

    def handle_error(self, request: object, client_address: object) -> None:
        """Ignores errors of connections, which clients of such a server close."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        assert isinstance(self.server, FaultyModelServer)
        self.rfile.read(int(self.headers["Content-Length"]))
        match self.server.behaviour:
            case "hangs":
                self.server.over.wait()
            case "errors":
                self._reply(500, b'{"error": {"message": "CUDA out of memory"}}')
            case "floods":
                self._flood(self.server.over)

    def _flood(self, over: threading.Event) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        piece = {"choices": [{"index": 0, "delta": {"content": "and on " * 100}}]}
        event = f"data: {json.dumps({'id': 'x', 'object': 'chat.completion.chunk', **piece})}\n\n".encode()
        while not over.is_set():
            self.wfile.write(event)

    def _reply(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 — the library's name
        """Logs nothing."""


@contextmanager
def faulty_model(behaviour: Misbehaviour) -> Iterator[FaultyModelServer]:
    with FaultyModelServer(behaviour) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.over.set()
            server.shutdown()
            thread.join()
