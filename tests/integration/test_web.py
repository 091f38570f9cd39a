"""Fetching URLs over real sockets: what is fetched, and what never is."""

from __future__ import annotations

import gzip
import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

import pytest

from ragapp.errors import FetchError, TooLargeError, UsageError
from ragapp.fetching import web
from ragapp.fetching.web import FetchLimits, fetch, page_name

LIMITS = FetchLimits(max_bytes=10_000, seconds=5, allow_private=True)


class Site(BaseHTTPRequestHandler):
    hosts: ClassVar[list[str | None]] = []

    def do_GET(self) -> None:
        self.hosts.append(self.headers["Host"])
        match self.path:
            case "/page":
                self.reply(200, b"<p>Herons fish.</p>", {"Content-Type": "text/html; charset=utf-8"})
            case "/once":
                self.reply(302, b"", {"Location": "page"})
            case "/round":
                self.reply(302, b"", {"Location": "/round"})
            case "/away":
                self.reply(302, b"", {"Location": f"http://127.0.0.2:{self.server.server_port}/page"})
            case "/file":
                self.reply(302, b"", {"Location": "file:///etc/passwd"})
            case "/large":
                self.reply(200, b"x" * 1_000_000, {})
            case "/encoded":
                self.reply(200, gzip.compress(b"x"), {"Content-Encoding": "gzip"})
            case "/slow":
                self.send_response(200)
                self.end_headers()
                for _ in range(100):
                    self.wfile.write(b"x")
                    time.sleep(0.1)
            case _:
                self.reply(404, b"", {})

    def reply(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None: ...


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    server = ThreadingHTTPServer(("0.0.0.0", 0), Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


def load(url: str, limits: FetchLimits = LIMITS) -> tuple[str, str, bytes]:
    with fetch(url, limits) as page:
        return page.url, page.media_type, page.data.read()


def test_a_page_has_its_media_type_and_final_url(port: int) -> None:
    base = f"http://127.0.0.1:{port}"
    assert load(f"{base}/once#part") == (f"{base}/page", "text/html", b"<p>Herons fish.</p>")


def test_names_are_resolved_once(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    real, asked = socket.getaddrinfo, []

    def rebinding(host: str, *rest: Any, **more: Any) -> Any:
        if host != "birds.test":
            return real(host, *rest, **more)
        asked.append(host)
        return real("127.0.0.1" if len(asked) == 1 else "192.0.2.1", *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    assert load(f"http://birds.test:{port}/page")[2]
    assert (asked, Site.hosts[-1]) == (["birds.test"], f"birds.test:{port}")


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "localhost", "[::1]", "0.0.0.0", "10.0.0.1", "192.168.1.1", "169.254.169.254",
        "100.64.0.1", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]", "[fd00::1]",
    ],
)  # fmt: skip
def test_private_addresses_are_not_fetched(host: str, port: int) -> None:
    before = len(Site.hosts)
    with pytest.raises((UsageError, FetchError)):
        load(f"http://{host}:{port}/page", FetchLimits(10_000, 5))
    assert len(Site.hosts) == before


def test_a_redirect_is_checked_as_well(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web, "is_public", lambda address: address == "127.0.0.1")
    closed = FetchLimits(10_000, 5)
    assert load(f"http://127.0.0.1:{port}/page", closed)[2]
    with pytest.raises(UsageError, match=r"127\.0\.0\.2"):
        load(f"http://127.0.0.1:{port}/away", closed)


@pytest.mark.parametrize(
    ("path", "error", "reason"),
    [
        ("/gone", FetchError, "404"),
        ("/round", FetchError, "redirects"),
        ("/file", UsageError, "Only http"),
        ("/large", TooLargeError, "10000 bytes"),
        ("/encoded", FetchError, "compressed"),
    ],
)
def test_errors_name_the_reason(port: int, path: str, error: type[Exception], reason: str) -> None:
    with pytest.raises(error, match=reason):
        load(f"http://127.0.0.1:{port}{path}")


def test_a_slow_page_is_abandoned(port: int) -> None:
    with pytest.raises(FetchError, match="too long"):
        load(f"http://127.0.0.1:{port}/slow", FetchLimits(10_000, 0.5, allow_private=True))


@pytest.mark.parametrize(
    "url", ["ftp://example.org/a", "file:///etc/passwd", "http://", "http://a:b@example.org/"]
)
def test_other_urls_are_refused(url: str) -> None:
    with pytest.raises(UsageError):
        load(url)


def test_a_missing_server_is_a_fetch_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    with pytest.raises(FetchError, match="cannot be fetched"):
        load(f"http://127.0.0.1:{port}/")


@pytest.mark.parametrize(
    ("url", "name"),
    [("http://a.org/x/report%20one.pdf?v=2", "report one.pdf"), ("http://a.org/", "a.org")],
)
def test_a_page_is_named_after_its_path(url: str, name: str) -> None:
    assert page_name(url) == name
