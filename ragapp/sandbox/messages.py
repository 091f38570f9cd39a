"""The messages to and from a confined process."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

FILES: Final = "files: only libraries and the document can be read, and only the result written"
NETWORK: Final = "network: not accessible"
TCP: Final = "network: TCP connections are not possible; other protocols are not blocked"
PROCESSES: Final = "processes: others can neither be read nor signalled"
LEFTOVERS: Final = "leftovers: no process remains after the work"
SYSTEM_CALLS: Final = "system calls: sockets, debugging, mounts and kernel modules are blocked"
COUNT: Final = "number: only a few processes can be started"
PROTECTIONS: Final = (FILES, NETWORK, PROCESSES, LEFTOVERS, SYSTEM_CALLS, COUNT)
"""The protections of a system that supports all of them."""

REFUSED: Final = 3
"""The exit code of work that failed with a reason for people, which is its result."""


@dataclass(frozen=True, slots=True)
class SandboxLimits:
    """Limits for one document: bytes of memory and output, seconds of CPU time and of wall-clock time."""

    memory: int
    output: int
    cpu_seconds: int
    wall_seconds: float


@dataclass(frozen=True, slots=True)
class SandboxRequest:
    """Process the file `source`, which messages call `name`. Write the result, or the reason why there is
    none, to `target`, and other output to `errors`. `options` is JSON for the kind of work.
    """

    source: str
    name: str
    target: str
    errors: str
    options: str
