"""What `Host`, `Origin` and `Sec-Fetch-Site` say of a request: whom it addresses, and whose page sent it."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers


class HostNames:
    """The names that a server goes by.

    `host` is where it listens, `others` are further names of it. This machine's own names always hold. A
    server that other machines reach answers to any IP address: nobody can make one resolve to another.
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


def from_elsewhere(headers: Headers) -> bool:
    """Whether a page of another origin made a browser send this; programs that are no browsers never do."""
    origin = headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != headers.get("host"):
        return True
    return headers.get("sec-fetch-site", "none") not in {"same-origin", "none"}


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine's own, by what it says and without looking it up."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def host_name(host: str) -> str | None:
    """The name of a `Host` header without its port, in lower case; None for what is not one."""
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
