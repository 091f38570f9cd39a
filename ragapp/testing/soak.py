"""How often a test repeats itself: a few times in every run, many times in `make soak`."""

from __future__ import annotations

import os

SOAK = os.environ.get("RAGAPP_TEST_SOAK") == "1"


def repeats(usually: int, soaking: int) -> int:
    return soaking if SOAK else usually
