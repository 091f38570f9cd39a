"""The contract of every Generator: a served one over real HTTP, and the local one with a real, tiny model."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from ragapp.errors import ModelError
from ragapp.models.breaker import FAILURES
from ragapp.models.build import build_generators
from ragapp.models.chat import ChatGenerator, provider_chat
from ragapp.models.healing import TRIES
from ragapp.protocols import Generator
from ragapp.settings import Settings

SYSTEM = "Answer the question from the text."
PROMPT = "Text: The harbour was built in 1862.\n\nQuestion: When was the harbour built?"
PIECES = ["It ", "was ", "built ", "in ", "1862."]


class OpenAIServer(ThreadingHTTPServer):
    """Chat Completions as a stream. The model's name says how it behaves; requests are kept."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), OpenAIHandler)
        self.requests: list[dict[str, Any]] = []
        self.keys: list[str | None] = []
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
        getattr(self, "model_" + request["model"])()

    def model_good(self) -> None:
        self.start_stream()
        for piece in PIECES:
            self.send_piece(piece)
        self.send_event("[DONE]")
        self.wfile.write(b"0\r\n\r\n")

    def model_halves(self) -> None:
        """Counts in UTF-16 units, and so sends halves of characters."""
        self.start_stream()
        for piece in ("a \ud83d", "\ude00 b", " \ude00"):
            self.send_piece(piece)
        self.send_event("[DONE]")
        self.wfile.write(b"0\r\n\r\n")

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

    def send_piece(self, text: str) -> None:
        choice = {"index": 0, "delta": {"role": "assistant", "content": text}, "finish_reason": None}
        about = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
        self.send_event(json.dumps(about | {"choices": [choice]}))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Quiet."""


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with OpenAIServer() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.over.set()
        server.shutdown()
        thread.join()


def served(server: OpenAIServer, model: str, timeout: float = 30) -> Generator:
    settings = Settings(generator=f"openai:{model}", openai_base_url=server.url, generator_timeout=timeout)
    (generator,) = build_generators(settings)
    return generator


@pytest.fixture(scope="module")
def local(model_folder: Callable[[str], Path]) -> Iterator[Generator]:
    model_folder("smollm2-135m-instruct")
    (generator,) = build_generators(Settings(generator="local:smollm2-135m-instruct", threads=1))
    yield generator
    generator.close()


@pytest.fixture(params=["served", "local"])
def generator(request: pytest.FixtureRequest, server: OpenAIServer) -> Generator:
    if request.param == "served":
        return served(server, "good")
    found: Generator = request.getfixturevalue("local")
    return found


# -- Every generator ------------------------------------------------------------------------------


def test_it_writes_in_pieces(generator: Generator) -> None:
    pieces = list(generator.generate(SYSTEM, PROMPT, 24))
    assert len(pieces) > 3
    assert all(pieces)
    assert "1862" in "".join(pieces)


def test_it_says_who_it_is_and_that_it_can_write(generator: Generator) -> None:
    assert generator.name
    assert generator.unavailable() is None


def test_the_same_prompt_gives_the_same_text(generator: Generator) -> None:
    first, second = ("".join(generator.generate(SYSTEM, PROMPT, 16)) for _ in range(2))
    assert first == second


def test_nothing_happens_before_the_first_piece_is_asked_for(generator: Generator) -> None:
    generator.generate(SYSTEM, PROMPT, 16)


def test_a_stream_may_be_left_early_and_the_next_one_is_whole(generator: Generator) -> None:
    pieces = generator.generate(SYSTEM, PROMPT, 200)
    next(pieces)
    pieces.close()  # type: ignore[attr-defined]
    assert len(list(generator.generate(SYSTEM, PROMPT, 8))) > 3


def test_several_may_ask_at_once(generator: Generator) -> None:
    answers: list[str] = []
    ask = lambda: answers.append("".join(generator.generate(SYSTEM, PROMPT, 16)))  # noqa: E731
    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 3
    assert len(set(answers)) == 1


def test_it_can_be_closed_twice(server: OpenAIServer) -> None:
    generator = served(server, "good")
    generator.close()
    generator.close()


def test_it_can_be_warmed_up_and_may_tell_how_it_counts(generator: Generator) -> None:
    generator.warm_up(SYSTEM)
    short, long = generator.count_tokens("tide"), generator.count_tokens("The tide turns at noon.")
    assert short is None if long is None else 0 < (short or 0) < long < 12


# -- A served one ---------------------------------------------------------------------------------


def test_the_request_carries_what_was_asked(server: OpenAIServer) -> None:
    "".join(served(server, "good").generate(SYSTEM, PROMPT, 77))
    (request,) = server.requests
    assert request["messages"] == [
        {"role": "system", "content": SYSTEM},
        {"role": "user", "content": PROMPT},
    ]
    assert (request["stream"], request["temperature"]) == (True, 0)
    assert 77 in (request.get("max_tokens"), request.get("max_completion_tokens"))


def test_the_key_is_sent(server: OpenAIServer) -> None:
    settings = Settings(generator="openai:good", openai_base_url=server.url, openai_api_key="sk-1")
    (generator,) = build_generators(settings)
    list(generator.generate(SYSTEM, PROMPT, 8))
    assert server.keys == ["Bearer sk-1"]


def test_leaving_early_ends_the_request(server: OpenAIServer) -> None:
    pieces = served(server, "endless").generate(SYSTEM, PROMPT, 8)
    next(pieces)
    pieces.close()  # type: ignore[attr-defined]
    assert server.hung_up.wait(10)


@pytest.mark.parametrize(
    ("model", "said"),
    [
        ("garbage", "did not answer"),
        ("cut", "did not answer"),
        ("html", "did not answer"),
        ("broken", "out of memory"),
        ("locked", "Incorrect API key"),
    ],
)
def test_a_failing_server_is_a_model_error_with_a_remedy(server: OpenAIServer, model: str, said: str) -> None:
    with pytest.raises(ModelError, match=said) as raised:
        list(served(server, model).generate(SYSTEM, PROMPT, 8))
    assert "RAGAPP_OPENAI_BASE_URL" in str(raised.value)
    assert server.url in str(raised.value)


@pytest.mark.parametrize("model", ["hang", "stall"])
def test_silence_longer_than_the_timeout_is_a_model_error(server: OpenAIServer, model: str) -> None:
    started = time.monotonic()
    with pytest.raises(ModelError, match="did not answer"):
        list(served(server, model, timeout=0.5).generate(SYSTEM, PROMPT, 8))
    assert time.monotonic() - started < 30  # the server itself would be silent for a minute


def test_a_server_that_is_not_there_is_a_model_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    (generator,) = build_generators(
        Settings(generator="openai:m", openai_base_url=f"http://127.0.0.1:{port}/v1")
    )
    with pytest.raises(ModelError, match="refused"):
        list(generator.generate(SYSTEM, PROMPT, 8))


def test_a_busy_server_is_asked_again_when_it_says(server: OpenAIServer) -> None:
    server.retry_after = "1"
    assert list(served(server, "busy").generate(SYSTEM, PROMPT, 8)) == PIECES
    first, second = server.times
    assert second - first >= 1


def test_a_server_that_stays_busy_is_given_up_on(server: OpenAIServer) -> None:
    with pytest.raises(ModelError, match="Overloaded"):
        list(served(server, "overloaded").generate(SYSTEM, PROMPT, 8))
    assert len(server.requests) == TRIES


def test_halves_of_a_character_are_put_together_or_replaced(server: OpenAIServer) -> None:
    assert "".join(served(server, "halves").generate(SYSTEM, PROMPT, 8)) == "a \N{GRINNING FACE} b \ufffd"


def test_a_server_that_asks_for_long_patience_is_not_asked_again(server: OpenAIServer) -> None:
    server.retry_after = "3600"
    with pytest.raises(ModelError, match="Slow down"):
        list(served(server, "busy").generate(SYSTEM, PROMPT, 8))
    assert len(server.requests) == 1


def test_what_will_not_heal_is_not_tried_again(server: OpenAIServer) -> None:
    for model in ("locked", "cut"):
        with pytest.raises(ModelError):
            list(served(server, model).generate(SYSTEM, PROMPT, 8))
    assert len(server.requests) == 2


def test_what_fails_again_and_again_is_left_alone_for_a_while(server: OpenAIServer) -> None:
    generator = served(server, "locked")
    for _ in range(FAILURES):
        assert generator.unavailable() is None
        with pytest.raises(ModelError):
            list(generator.generate(SYSTEM, PROMPT, 8))
    assert "Incorrect API key" in (generator.unavailable() or "")


def test_a_provider_whose_package_is_missing_is_a_model_error() -> None:
    (generator,) = build_generators(Settings(generator="mistralai:small"))
    with pytest.raises(ModelError, match="langchain-mistralai"):
        list(generator.generate(SYSTEM, PROMPT, 8))


def test_any_provider_of_langchain_will_do(server: OpenAIServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", server.url)
    monkeypatch.setenv("OPENAI_API_KEY", "k")
    generator = ChatGenerator("openai:good", provider_chat("openai", "good", 30), "")
    assert list(generator.generate(SYSTEM, PROMPT, 8)) == PIECES


# -- The local one --------------------------------------------------------------------------------


def test_it_stops_at_max_tokens(local: Generator) -> None:
    assert len(list(local.generate(SYSTEM, PROMPT, 5))) <= 5


def test_a_prompt_longer_than_its_context_is_a_model_error(local: Generator) -> None:
    with pytest.raises(ModelError, match="context"):
        list(local.generate(SYSTEM, "tide " * 6000, 8))


def test_a_proxy_in_the_environment_is_not_asked(local: Generator, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert list(local.generate(SYSTEM, PROMPT, 5))
