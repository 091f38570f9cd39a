"""What `Host`, `Origin` and `Sec-Fetch-Site` say of a request: which server it addresses, and who sent it."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers


class HostNames:
    """The host names of a server.

    `host` is where it listens, `others` are its other names. Loopback names are always included. A server
    that other machines can reach also includes every IP address, since these cannot be rebound by DNS.
    """

    def __init__(self, host: str, others: Iterable[str] = ()) -> None:
        self._is_open = not is_loopback(host)
        self._names = {name.lower() for name in (host, *others)}

    def include(self, host: str) -> bool:
        """Whether a `Host` header addresses the server."""
        name = host_name(host)
        if name is None:
            return False
        return name in self._names or is_loopback(name) or (self._is_open and _is_address(name))


def is_cross_origin(headers: Headers) -> bool:
    """Whether a browser sent this for a page of another origin. Other programs send no such headers."""
    origin = headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != headers.get("host"):
        return True
    return headers.get("sec-fetch-site", "none") not in {"same-origin", "none"}


def is_loopback(host: str) -> bool:
    """Whether a host name or address is loopback, judged by its text without a DNS lookup."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def host_name(host: str) -> str | None:
    """The name in a `Host` header without its port, in lower case; None for a malformed header."""
    if not host or set(host) & set("@/?#\\"):
        return None
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
