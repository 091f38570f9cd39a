"""Connections with a budget of time and bytes, whatever the server sends.

A client's timeouts count from one read to the next, and its limits only consider bodies. A server that sends
one header a second, endless informational responses or empty chunks stays below them forever. So every read
and write is counted here, beneath HTTP and TLS.
"""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any

import httpcore
from httpcore import SOCKET_OPTION

MAX_OVERHEAD = 1024 * 1024
"""Bytes of headers, framing and data read ahead, in addition to those in proportion to the body."""
OVERHEAD_PER_BYTE = 8
"""Bytes of framing for each byte of the body: chunks of one byte have six."""


class BudgetSpent(Exception):
    """The time is over, or too much was sent besides the body; the message says which."""


@dataclass(slots=True)
class Budget:
    """The remaining time and bytes of a download. `until` is the deadline by time.monotonic; `body` counts
    the bytes of content among the bytes `received`.
    """

    until: float
    received: int = 0
    body: int = 0

    def left(self) -> float:
        """The seconds left. Raises BudgetSpent when there are none."""
        left = self.until - time.monotonic()
        if left <= 0:
            raise BudgetSpent("took too long")
        return left

    def receive(self, count: int) -> None:
        """Counts received bytes. Raises BudgetSpent when there are too many besides the body."""
        self.received += count
        if self.received - self.body > MAX_OVERHEAD + OVERHEAD_PER_BYTE * self.body:
            raise BudgetSpent("sends endless headers or framing")


def addresses(host: str, port: int, budget: Budget) -> list[str]:
    """The addresses of the host, resolved by the system. Since that has its own timeouts, a thread waits for
    it.

    Raises OSError and UnicodeError like the system's resolver, and BudgetSpent.
    """
    found: SimpleQueue[list[str] | Exception] = SimpleQueue()

    def resolve() -> None:
        try:
            entries = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            found.put([str(entry[4][0]) for entry in entries])
        except Exception as error:  # noqa: BLE001 - any error belongs to the thread that waits
            found.put(error)

    threading.Thread(target=resolve, name="resolve", daemon=True).start()
    try:
        result = found.get(timeout=budget.left())
    except Empty:
        raise BudgetSpent("took too long") from None
    if isinstance(result, Exception):
        raise result
    return result


class BudgetedNetwork(httpcore.NetworkBackend):
    """Opens connections that use the budget instead of the requested timeouts."""

    def __init__(self, budget: Budget) -> None:
        self._network = httpcore.SyncBackend()
        self._budget = budget

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002
        local_address: str | None = None,
        socket_options: Iterable[SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        stream = self._network.connect_tcp(host, port, self._budget.left(), local_address, socket_options)
        return _BudgetedStream(stream, self._budget)


class _BudgetedStream(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream, budget: Budget) -> None:
        self._stream = stream
        self._budget = budget

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002
        data = self._stream.read(max_bytes, self._budget.left())
        self._budget.receive(len(data))
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002
        self._stream.write(buffer, self._budget.left())

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002
    ) -> httpcore.NetworkStream:
        secured = self._stream.start_tls(ssl_context, server_hostname, self._budget.left())
        return _BudgetedStream(secured, self._budget)

    def close(self) -> None:
        self._stream.close()

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
