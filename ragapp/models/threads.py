"""How many threads a model may use."""

from __future__ import annotations

import os


def thread_count(wanted: int) -> int:
    """`wanted` as in the settings; 0 means one for each core this process may run on."""
    if wanted:
        return wanted
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
