"""Fetching what a URL names, without being led astray: one guard for every door that takes URLs.

A URL is parsed once. Its host is resolved once, every address it has must be public, and the connection
goes to that very address, so that a second look-up cannot lead elsewhere (DNS rebinding). Each redirect
is a new URL and passes the same guard. Size and time are limited.
"""

from __future__ import annotations

import socket
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from ipaddress import IPv6Address, IPv6Network, ip_address
from typing import BinaryIO
from urllib.parse import unquote

import httpx

from ragapp import __version__
from ragapp.errors import FetchError, TooLargeError, UsageError

MAX_REDIRECTS = 5
TUNNELS = tuple(map(IPv6Network, ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32")))
"""NAT64, 6to4 and Teredo carry an IPv4 address, which may be a private one."""


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """Bytes of a page after decompression, and seconds for all of it, redirects included."""

    max_bytes: int
    seconds: float
    allow_private: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """`url` is where the redirects ended. `data` is at its start."""

    url: str
    media_type: str
    data: BinaryIO


@contextmanager
def fetch(url: str, limits: FetchLimits) -> Iterator[Page]:
    """The page while the block runs.

    Raises UsageError for a URL that may not be fetched, TooLargeError, and FetchError when it cannot be had.
    """
    with tempfile.TemporaryFile() as data:
        with _failures_explained(url):
            where, media_type = _load(url, data, limits, time.monotonic() + limits.seconds)
        data.seek(0)
        yield Page(where, media_type, data)


def _load(url: str, data: BinaryIO, limits: FetchLimits, deadline: float) -> tuple[str, str]:
    """Where the redirects ended, and the media type given there."""
    for _ in range(MAX_REDIRECTS + 1):
        with _opened(_checked(url), limits, deadline) as response:
            if not response.has_redirect_location:
                response.raise_for_status()
                _copy(response, data, limits, deadline)
                return url, response.headers.get("content-type", "").partition(";")[0].strip()
            url = str(httpx.URL(url).join(response.headers["location"]))
    raise FetchError(f"{url}: more than {MAX_REDIRECTS} redirects. Give the address they lead to.")


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
def _opened(url: httpx.URL, limits: FetchLimits, deadline: float) -> Iterator[httpx.Response]:
    """A response to a request that goes to one checked address, whatever the name says a moment later."""
    address = _resolve(url, allow_private=limits.allow_private)
    request = httpx.Request(
        "GET",
        url.copy_with(host=address, fragment=None),
        headers={"Host": url.netloc.decode(), "User-Agent": f"ragapp/{__version__}", "Accept": "*/*"},
        extensions={
            "sni_hostname": url.host,  # the certificate must be the name's, not the address's
            "timeout": httpx.Timeout(_left(url, deadline)).as_dict(),
        },
    )
    # No proxy: it would resolve the name anew, out of our sight.
    with httpx.Client(trust_env=False) as client, closing(client.send(request, stream=True)) as response:
        yield response


def _resolve(url: httpx.URL, *, allow_private: bool) -> str:
    """Raises UsageError when any of the host's addresses is not public, FetchError when it has none."""
    port = url.port or {"http": 80, "https": 443}[url.scheme]
    try:
        found = socket.getaddrinfo(url.host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise FetchError(
            f"{url.host} cannot be found ({error}). Check the address and the network."
        ) from None
    addresses = [str(entry[4][0]) for entry in found]
    for address in addresses:
        if not (allow_private or is_public(address)):
            raise UsageError(
                f"{url.host} is not at a public address but at {address}, so it is not fetched. Set "
                "RAGAPP_ALLOW_PRIVATE_URLS=true if it is meant to be reached from here."
            )
    return addresses[0]


def is_public(address: str) -> bool:
    """Whether an address is one of the internet's: not loopback, private, link-local, shared, multicast…"""
    parsed = ip_address(address.partition("%")[0])
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped is not None:
            parsed = parsed.ipv4_mapped
        elif any(parsed in tunnel for tunnel in TUNNELS):
            return False
    return parsed.is_global and not parsed.is_multicast


@contextmanager
def _failures_explained(url: str) -> Iterator[None]:
    try:
        yield
    except httpx.HTTPStatusError as error:
        raise FetchError(f"{url} answers {error.response.status_code}. Check the address.") from None
    except httpx.HTTPError as error:
        reason = str(error) or type(error).__name__
        raise FetchError(f"{url} cannot be had ({reason}). Check the address and the network.") from error


def _copy(response: httpx.Response, data: BinaryIO, limits: FetchLimits, deadline: float) -> None:
    """Decompressed, as far as the limits go, whatever the headers say."""
    size = 0
    for piece in response.iter_bytes():
        size += len(piece)
        if size > limits.max_bytes:
            raise TooLargeError(
                f"{response.url.host}: more than {limits.max_bytes} bytes. Raise RAGAPP_MAX_UPLOAD_BYTES."
            )
        _left(response.url, deadline)
        data.write(piece)


def _left(url: httpx.URL, deadline: float) -> float:
    """Seconds. Raises FetchError when there are none."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise FetchError(f"{url.host} took too long. Try again, or raise RAGAPP_URL_SECONDS.")
    return left
