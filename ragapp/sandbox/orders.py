"""What a confined process is told, and how it says that a document cannot be worked on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

FILES: Final = "files: only libraries and the document can be read, only the result written"
NETWORK: Final = "network: none can be reached"
TCP: Final = "network: no TCP connection can be made; other protocols are open"
PROCESSES: Final = "processes: no other can be read or signalled"
LEFTOVERS: Final = "leftovers: no process stays when the work is done"
SYSTEM_CALLS: Final = "system calls: those for sockets, debugging, mounts and kernel modules fail"
COUNT: Final = "number: only a few processes can be started"
PROTECTIONS: Final = (FILES, NETWORK, PROCESSES, LEFTOVERS, SYSTEM_CALLS, COUNT)
"""What confines work on a document where the system can do it."""

REFUSED: Final = 3
"""The exit code of work that ended with a reason for people; its result is that reason."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What work on one document may use: bytes of memory and of output, seconds on a core, seconds on the
    clock."""

    memory: int
    output: int
    cpu_seconds: int
    wall_seconds: float


@dataclass(frozen=True, slots=True)
class Order:
    """Work on `source`, called `name`; write the result, or why there is none, to `target`, noise to
    `errors`. `wish` is JSON that only the kind of work understands.
    """

    source: str
    name: str
    target: str
    errors: str
    wish: str
