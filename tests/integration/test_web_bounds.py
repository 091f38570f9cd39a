"""Servers that try to keep a fetch busy forever, or to make it read gigabytes, over real sockets."""

from __future__ import annotations

import gzip
import itertools
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Event

import pytest

from ragapp.errors import FetchError, UsageError
from ragapp.fetching import budget
from ragapp.fetching.budget import Budget, addresses
from ragapp.fetching.web import FetchLimits, fetch

LIMITS = FetchLimits(max_bytes=10_000_000, seconds=0.6, allow_private=True)
PATIENT = FetchLimits(max_bytes=10_000_000, seconds=120, allow_private=True)
FOR_EVER = 100.0
"""Seconds after which these servers give up."""

OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"

Conversation = Callable[[socket.socket], None]


def dripping(opening: bytes, drop: bytes, pause: float = 0.05) -> Conversation:
    def send(client: socket.socket) -> None:
        until = time.monotonic() + FOR_EVER
        client.sendall(opening)
        while time.monotonic() < until:
            client.sendall(drop)
            time.sleep(pause)

    return send


def saying(whole: bytes) -> Conversation:
    return lambda client: client.sendall(whole)


@contextmanager
def site(talk: Conversation, scheme: str = "http") -> Iterator[str]:
    """The URL of a server that talks so to every client once it has sent something."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def converse(client: socket.socket) -> None:
            with client, suppress(OSError):
                client.recv(65536)
                talk(client)

        def serve() -> None:
            with suppress(OSError):
                while True:
                    threading.Thread(target=converse, args=(listener.accept()[0],), daemon=True).start()

        threading.Thread(target=serve, daemon=True).start()
        yield f"{scheme}://127.0.0.1:{listener.getsockname()[1]}/"
        listener.shutdown(socket.SHUT_RDWR)


def refusal(url: str, limits: FetchLimits) -> str:
    started = time.monotonic()
    with pytest.raises(FetchError) as raised, fetch(url, limits):
        pass
    assert time.monotonic() - started < FOR_EVER / 2
    return str(raised.value)


@pytest.mark.parametrize(
    "talk",
    [
        pytest.param(dripping(b"", b"H"), id="a status line that never ends"),
        pytest.param(dripping(OK, b"X-More: 1\r\n"), id="headers one by one"),
        pytest.param(dripping(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n"), id="informational responses"),
        pytest.param(dripping(b"", b"HTTP/1.1 100 Continue\r\n\r\n"), id="going on and on"),
        pytest.param(dripping(OK + b"\r\n", b"x"), id="a body byte by byte"),
        pytest.param(dripping(CHUNKED, b"1\r\nx\r\n"), id="chunks of one byte"),
        pytest.param(dripping(CHUNKED, b"0"), id="a chunk's size digit by digit"),
        pytest.param(dripping(CHUNKED + b"1;", b"extension"), id="a chunk's extension"),
        pytest.param(dripping(CHUNKED + b"0\r\n", b"X-More: 1\r\n"), id="trailers"),
        pytest.param(lambda _: time.sleep(FOR_EVER), id="silence"),
    ],
)
def test_one_deadline_applies_to_everything_that_is_sent(talk: Conversation) -> None:
    with site(talk) as url:
        assert "RAGAPP_URL_SECONDS" in refusal(url, LIMITS)


def test_the_deadline_holds_for_all_redirects_together() -> None:
    numbers = itertools.count()

    def redirect(client: socket.socket) -> None:
        time.sleep(0.25)
        client.sendall(b"HTTP/1.1 302 Found\r\nLocation: /%d\r\nContent-Length: 0\r\n\r\n" % next(numbers))

    with site(redirect) as url:
        assert "RAGAPP_URL_SECONDS" in refusal(url, LIMITS)


@pytest.mark.parametrize("talk", [lambda _: time.sleep(FOR_EVER), dripping(b"\x16\x03\x03\x40\x00", b"\x02")])
def test_the_deadline_holds_for_the_handshake_of_tls(talk: Conversation) -> None:
    with site(talk, "https") as url:
        assert "RAGAPP_URL_SECONDS" in refusal(url, LIMITS)


def test_the_deadline_holds_for_the_look_up_of_the_name(monkeypatch: pytest.MonkeyPatch) -> None:
    ended = Event()

    def resolver(*_: object, **__: object) -> list[object]:
        ended.wait(FOR_EVER)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", resolver)
    assert "RAGAPP_URL_SECONDS" in refusal("http://birds.test/", LIMITS)
    ended.set()


def test_any_error_of_the_resolver_reaches_the_fetch() -> None:
    """The thread that resolves must not die silently and leave the fetch to its deadline."""
    with pytest.raises(OverflowError):
        addresses("127.0.0.1", 10**25, Budget(time.monotonic() + FOR_EVER))


@pytest.mark.parametrize("port", ["0", "-1", "65536", "9" * 25])
def test_a_port_that_cannot_be_is_named(port: str) -> None:
    url = f"http://127.0.0.1:{port}/"
    with pytest.raises(UsageError, match="is not a port"), fetch(url, LIMITS):
        pass


def test_a_redirect_to_a_port_that_cannot_be_is_named() -> None:
    def redirect(client: socket.socket) -> None:
        client.sendall(
            b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:65536/\r\nContent-Length: 0\r\n\r\n"
        )

    with site(redirect) as url, pytest.raises(UsageError, match="is not a port"), fetch(url, LIMITS):
        pass


@pytest.mark.parametrize(
    "talk",
    [
        pytest.param(dripping(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n" * 1000, 0), id="informational"),
        pytest.param(dripping(CHUNKED, b"1;" + b"e" * 50_000 + b"\r\nx\r\n", 0), id="a chunk's extension"),
    ],
)
def test_endless_headers_and_framing_end_before_the_deadline(talk: Conversation) -> None:
    with site(talk) as url:
        assert "endless" in refusal(url, PATIENT)


@pytest.mark.parametrize(
    "encoding", ["gzip", "deflate", "br", "zstd", "GZIP", "identity, gzip", "x-unheard-of"]
)
def test_encoded_bodies_are_refused_unread(encoding: str) -> None:
    head = OK + f"Content-Encoding: {encoding}\r\n\r\n".encode()
    with site(dripping(head, gzip.compress(b""))) as url:  # blocks of gzip that hold nothing, for ever
        assert "compressed" in refusal(url, PATIENT)


def test_the_page_is_requested_uncompressed() -> None:
    asked: list[bytes] = []

    def answer(client: socket.socket) -> None:
        client.sendall(OK + b"Content-Encoding: identity\r\nContent-Length: 6\r\n\r\nherons")

    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            client, _ = listener.accept()
            with client:
                asked.append(client.recv(65536))
                answer(client)

        serving = threading.Thread(target=serve)
        serving.start()
        with fetch(f"http://127.0.0.1:{listener.getsockname()[1]}/", PATIENT) as page:
            assert page.data.read() == b"herons"
        serving.join()
    assert b"accept-encoding: identity\r\n" in asked[0].lower()


def test_a_page_in_many_small_chunks_is_fetched() -> None:
    count = 3 * budget.MAX_OVERHEAD // 16
    with site(saying(CHUNKED + b"1\r\nx\r\n" * count + b"0\r\n\r\n")) as url, fetch(url, PATIENT) as page:
        assert page.data.read() == b"x" * count
