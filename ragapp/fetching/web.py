"""Fetching what a URL names, without being led astray: one guard for every door that takes URLs.

A URL is parsed once. Its host is resolved once, every address it has must be public, and the connection
goes to that very address, so that a second look-up cannot lead elsewhere (DNS rebinding). Each redirect
is a new URL and passes the same guard. Size and time are limited: one deadline counts for everything, from
the look-up of the first name to the last byte. Bodies are asked for as they are, and compressed ones refused:
a few bytes of them can stand for gigabytes, or for endless work.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO
from urllib.parse import unquote

import httpcore
import httpx

from ragapp import __version__
from ragapp.errors import FetchError, TooLargeError, UsageError
from ragapp.fetching.addresses import is_public
from ragapp.fetching.budget import Budget, BudgetedNetwork, BudgetSpent, addresses

MAX_REDIRECTS = 5
REDIRECTS = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """Bytes of a page, and seconds for all of it, redirects included."""

    max_bytes: int
    seconds: float
    allow_private: bool = False


@dataclass(frozen=True, slots=True)
class FetchedPage:
    """`url` is where the redirects ended. `data` is at its start."""

    url: str
    media_type: str
    data: BinaryIO


@contextmanager
def fetch(url: str, limits: FetchLimits) -> Iterator[FetchedPage]:
    """The page while the block runs.

    Raises UsageError for a URL that may not be fetched, TooLargeError, and FetchError when it cannot be had.
    """
    with tempfile.TemporaryFile() as data:
        budget = Budget(time.monotonic() + limits.seconds)
        with _failures_explained(url):
            where, media_type = _load(url, data, limits, budget)
        data.seek(0)
        yield FetchedPage(where, media_type, data)


def _load(url: str, data: BinaryIO, limits: FetchLimits, budget: Budget) -> tuple[str, str]:
    """Where the redirects ended, and the media type given there."""
    for _ in range(MAX_REDIRECTS + 1):
        with _opened(_checked(url), limits, budget) as response:
            headers = httpx.Headers(response.headers)
            if response.status not in REDIRECTS or "location" not in headers:
                _check_answer(url, response.status, headers)
                _copy(response, data, limits, budget)
                return url, headers.get("content-type", "").partition(";")[0].strip()
            url = _joined(url, headers["location"])
    raise FetchError(f"{url}: more than {MAX_REDIRECTS} redirects. Give the address they lead to.")


def _joined(url: str, location: str) -> str:
    try:
        return str(httpx.URL(url).join(location))
    except httpx.InvalidURL as error:
        raise FetchError(
            f"{url} redirects to what is not a URL ({error}). Give the address it leads to."
        ) from None


def _check_answer(url: str, status: int, headers: httpx.Headers) -> None:
    """Raises FetchError for what is no page that was sent as it is."""
    if not 200 <= status < 300:
        raise FetchError(f"{url} answers {status}. Check the address.")
    encoding = headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("", "identity"):
        raise FetchError(
            f"{url} is sent compressed ({encoding[:40]}) although it was asked for as it is. Download it "
            "with a browser and add the file."
        )


def page_name(url: str) -> str:
    """What people may call the page: the last part of its path, or its host."""
    parsed = httpx.URL(url)
    return unquote(parsed.path).rstrip("/").rpartition("/")[2] or parsed.host


def _checked(url: str) -> httpx.URL:
    """Raises UsageError for what is no URL that we follow."""
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise UsageError(f"{url!r} is not a URL ({error}).") from None
    if parsed.scheme not in {"http", "https"} or not parsed.host:
        raise UsageError(f"{url} cannot be fetched: only http and https addresses of a host are.")
    if parsed.userinfo:
        raise UsageError(f"The URL for {parsed.host} has a name or password in it. Leave them out.")
    return parsed


@contextmanager
def _opened(url: httpx.URL, limits: FetchLimits, budget: Budget) -> Iterator[httpcore.Response]:
    """A response to a request that goes to one checked address, whatever the name says a moment later."""
    address = _resolve(url, budget, allow_private=limits.allow_private)
    target = url.copy_with(host=address, fragment=None)
    headers: dict[bytes | str, bytes | str] = {
        "Host": url.netloc.decode(),
        "User-Agent": f"ragapp/{__version__}",
        "Accept": "*/*",
        "Accept-Encoding": "identity",
        "Connection": "close",
    }
    # The certificate must be the name's, not the address's.
    extensions = {"sni_hostname": url.host}
    # No proxy: it would resolve the name again, out of our sight.
    with (
        httpcore.ConnectionPool(network_backend=BudgetedNetwork(budget)) as connections,
        connections.stream("GET", str(target), headers=headers, extensions=extensions) as response,
    ):
        yield response


def _resolve(url: httpx.URL, budget: Budget, *, allow_private: bool) -> str:
    """Raises UsageError when any of the host's addresses is not public, FetchError when it has none."""
    port = url.port or {"http": 80, "https": 443}[url.scheme]
    try:
        found = addresses(url.host, port, budget)
    except (OSError, UnicodeError) as error:
        raise FetchError(
            f"{url.host} cannot be found ({error}). Check the address and the network."
        ) from None
    for address in found:
        if not (allow_private or is_public(address)):
            raise UsageError(
                f"{url.host} is not at a public address but at {address}, so it is not fetched. Set "
                "RAGAPP_ALLOW_PRIVATE_URLS=true if it is meant to be reached from here."
            )
    return found[0]


@contextmanager
def _failures_explained(url: str) -> Iterator[None]:
    try:
        yield
    except (BudgetSpent, httpcore.TimeoutException) as error:
        why = str(error) if isinstance(error, BudgetSpent) else "took too long"
        raise FetchError(f"{url} {why}. Try again, or raise RAGAPP_URL_SECONDS.") from None
    except (httpcore.NetworkError, httpcore.ProtocolError) as error:
        reason = str(error) or type(error).__name__
        raise FetchError(f"{url} cannot be had ({reason}). Check the address and the network.") from error


def _copy(response: httpcore.Response, data: BinaryIO, limits: FetchLimits, budget: Budget) -> None:
    """As far as the limits go, whatever the headers say."""
    for piece in response.iter_stream():
        budget.body += len(piece)
        if budget.body > limits.max_bytes:
            raise TooLargeError(
                f"The page has more than {limits.max_bytes} bytes. Raise RAGAPP_MAX_UPLOAD_BYTES."
            )
        data.write(piece)
