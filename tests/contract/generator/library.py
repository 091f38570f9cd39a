"""A server of Chat Completions whose models behave as their names say."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from ragapp.models.build import build_generators
from ragapp.protocols import Generator
from ragapp.settings import Settings
from ragapp.testing.generators import PROMPT, SYSTEM
from ragapp.types import Ending

PIECES = ["It ", "was ", "built ", "in ", "1862."]


class OpenAIServer(ThreadingHTTPServer):
    """Chat Completions as a stream. The model's name says how it behaves; requests are kept."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), OpenAIHandler)
        self.requests: list[dict[str, Any]] = []
        self.keys: list[str | None] = []
        self.paths: list[str] = []
        self.path: str | None = None
        """The only one that is served; None: all are."""
        self.behaviours: dict[str, Handle] = {}
        """What models do that have no method below, by name."""
        self.times: list[float] = []
        self.retry_after: str | None = None
        self.hung_up = threading.Event()
        self.over = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"


class OpenAIHandler(BaseHTTPRequestHandler):
    server: OpenAIServer
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.requests.append(request)
        self.server.times.append(time.monotonic())
        self.server.keys.append(self.headers["Authorization"])
        self.server.paths.append(self.path)
        if self.server.path not in {None, self.path}:
            self.reply(404, '{"detail": "Not Found"}', "application/json")
        elif request["model"] in self.server.behaviours:
            self.server.behaviours[request["model"]](self, request)
        else:
            getattr(self, "model_" + request["model"])()

    def model_good(self) -> None:
        self.start_stream()
        for piece in PIECES:
            self.send_piece(piece)
        self.send_end()

    def model_halves(self) -> None:
        """Counts in UTF-16 units, and so sends halves of characters."""
        self.start_stream()
        for piece in ("a \ud83d", "\ude00 b", " \ude00"):
            self.send_piece(piece)
        self.send_end()

    def model_busy(self) -> None:
        """Refuses once, and then writes."""
        if len(self.server.requests) > 1:
            self.model_good()
        else:
            self.reply(429, '{"error": {"message": "Slow down."}}', "application/json")

    def model_overloaded(self) -> None:
        self.reply(503, '{"error": {"message": "Overloaded."}}', "application/json")

    def model_endless(self) -> None:
        self.start_stream()
        try:
            while not self.server.over.wait(0.01):
                self.send_piece("on ")
        except OSError:
            self.server.hung_up.set()

    def model_comments(self) -> None:
        """Keeps the connection alive and never writes."""
        self.start_stream()
        self.send_until_the_end(b": still there\n\n")

    def model_comments_later(self) -> None:
        self.start_stream()
        self.send_piece("one ")
        self.send_until_the_end(b": still there\n\n")

    def model_empty_pieces(self) -> None:
        self.start_stream()
        choice = {"index": 0, "delta": {"content": ""}, "finish_reason": None}
        about = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
        self.send_until_the_end(f"data: {json.dumps(about | {'choices': [choice]})}\n\n".encode())

    def model_slow_headers(self) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\n")
        self.send_until_the_end(b"X-Wait: 1\r\n", chunked=False)

    def send_until_the_end(self, piece: bytes, *, chunked: bool = True) -> None:
        framed = b"%x\r\n%s\r\n" % (len(piece), piece) if chunked else piece
        try:
            while not self.server.over.wait(0.05):
                self.wfile.write(framed)
        except OSError:
            self.server.hung_up.set()

    def model_hang(self) -> None:
        self.server.over.wait(60)

    def model_stall(self) -> None:
        self.start_stream()
        self.send_piece("one ")
        self.server.over.wait(60)

    def model_cut(self) -> None:
        self.start_stream()
        self.send_piece("one ")
        self.connection.shutdown(socket.SHUT_RDWR)

    def model_garbage(self) -> None:
        self.start_stream()
        self.send_event("{this is no json")
        self.wfile.write(b"0\r\n\r\n")

    def model_html(self) -> None:
        self.reply(200, "<html>Log in to the hotel's network</html>", "text/html")

    def model_broken(self) -> None:
        self.reply(500, '{"error": {"message": "out of memory"}}', "application/json")

    def model_locked(self) -> None:
        self.reply(401, '{"error": {"message": "Incorrect API key provided"}}', "application/json")

    def reply(self, status: int, body: str, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        if self.server.retry_after:
            self.send_header("Retry-After", self.server.retry_after)
        self.end_headers()
        self.wfile.write(body.encode())

    def start_stream(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()

    def send_event(self, data: str) -> None:
        event = f"data: {data}\n\n".encode()
        self.wfile.write(b"%x\r\n%s\r\n" % (len(event), event))

    def send_raw(self, text: str) -> None:
        self.wfile.write(b"%x\r\n%s\r\n" % (len(text.encode()), text.encode()))

    def send_piece(self, text: str) -> None:
        self.send_delta({"role": "assistant", "content": text})

    def send_delta(self, delta: dict[str, Any], finish_reason: str | None = None) -> None:
        choice = {"index": 0, "delta": delta, "finish_reason": finish_reason}
        about = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
        self.send_event(json.dumps(about | {"choices": [choice]}))

    def send_end(self, finish_reason: str | None = "stop", *, done: bool = True) -> None:
        if finish_reason is not None:
            self.send_delta({}, finish_reason)
        if done:
            self.send_event("[DONE]")
        self.wfile.write(b"0\r\n\r\n")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Quiet."""


def served(server: OpenAIServer, model: str, timeout: float = 30, whole: float = 600) -> Generator:
    settings = Settings(
        generator=f"openai:{model}",
        openai_base_url=server.url,
        generator_timeout=timeout,
        generator_seconds=whole,
    )
    (generator,) = build_generators(settings)
    return generator


Handle = Callable[[OpenAIHandler, dict[str, Any]], None]
"""What a model does with a request."""


def read(generator: Generator, max_tokens: int = 8) -> tuple[str, Ending | None]:
    """What was written and how it ended."""
    pieces = generator.generate(SYSTEM, PROMPT, max_tokens)
    text = ""
    while True:
        try:
            text += next(pieces)
        except StopIteration as end:
            return text, end.value


def behaving(server: OpenAIServer, handle: Handle) -> Generator:
    server.behaviours["m"] = handle
    return served(server, "m")
