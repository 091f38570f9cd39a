"""Ports for the servers that tests start."""

from __future__ import annotations

import socket
from random import SystemRandom

PORTS = range(12_000, 20_000)
"""Below those that the system gives to outgoing connections: none of them takes one before the server."""

_random = SystemRandom()
"""Not the shared generator: hypothesis seeds it, and two test processes would draw the same ports."""


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    while True:
        port = _random.choice(PORTS)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
