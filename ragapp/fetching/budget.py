"""Connections that one budget of time and bytes is spent on, whatever is sent over them.

A client's timeouts count from one read to the next, and its limits look at bodies. A server that sends a
header a second, informational responses without end or chunks of nothing stays below them for ever. So every
read and write here is counted where it happens, beneath HTTP and TLS.
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

MOST_OVERHEAD = 1024 * 1024
"""Bytes of headers, framing and what has been read ahead, beside those that the body accounts for."""
OVERHEAD_PER_BYTE = 8
"""Bytes of framing that a byte of the body may bring with it: chunks of one byte have six."""


class BudgetSpent(Exception):
    """There is no time left, or too much was sent that is no body; says which."""


@dataclass(slots=True)
class Budget:
    """Until when, by time.monotonic. `body` is how many bytes of content came out of what was `received`."""

    until: float
    received: int = 0
    body: int = 0

    def left(self) -> float:
        """Seconds. Raises BudgetSpent when there are none."""
        left = self.until - time.monotonic()
        if left <= 0:
            raise BudgetSpent("took too long")
        return left

    def receive(self, count: int) -> None:
        """Raises BudgetSpent when too much has come beside the body."""
        self.received += count
        if self.received - self.body > MOST_OVERHEAD + OVERHEAD_PER_BYTE * self.body:
            raise BudgetSpent("sends headers or framing without end")


def addresses(host: str, port: int, budget: Budget) -> list[str]:
    """Those that the system resolves the name to. It has timeouts of its own, so a thread waits for it.

    Raises OSError and UnicodeError as the system's resolver does, BudgetSpent.
    """
    found: SimpleQueue[list[str] | Exception] = SimpleQueue()

    def resolve() -> None:
        try:
            entries = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            found.put(error)
        else:
            found.put([str(entry[4][0]) for entry in entries])

    threading.Thread(target=resolve, name="resolve", daemon=True).start()
    try:
        result = found.get(timeout=budget.left())
    except Empty:
        raise BudgetSpent("took too long") from None
    if isinstance(result, Exception):
        raise result
    return result


class BudgetedNetwork(httpcore.NetworkBackend):
    """Opens connections that take their time and bytes from the budget, whatever timeouts are asked for."""

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
