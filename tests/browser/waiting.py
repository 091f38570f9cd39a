"""Waiting for processes that listen on this machine."""

from __future__ import annotations

import time
import urllib.error
import urllib.request
from collections.abc import Callable

PATIENCE = 120.0
"""Seconds to wait for something that must happen; how soon is not what is tested."""


def wait_until(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.05)


def answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5):
            return True
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False
