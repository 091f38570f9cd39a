"""The speed of this machine and the operations of a model, to compare speeds across machines and loads."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

PEER_MODEL = "all-MiniLM-L6-v2"
"""The embedder of the LangChain script."""

SIDE = 1536
"""Matrices of 9 MB: larger than the caches, and a product takes well under a second."""


@dataclass(frozen=True, slots=True)
class Encoder:
    """The shape of a transformer encoder: layers, hidden size, size of the feed-forward layer."""

    layers: int
    hidden: int
    feed_forward: int

    def flops(self, tokens: int) -> float:
        """Floating-point operations for a text of that many tokens, including special tokens.

        Counts two for each weight and token, and the two products of attention; the rest is negligible
        (Kaplan et al. 2020, table 1).
        """
        weights = self.layers * (4 * self.hidden**2 + 2 * self.hidden * self.feed_forward)
        return 2.0 * tokens * weights + 4.0 * self.layers * self.hidden * tokens**2


ENCODERS = {
    "bge-small-en-v1.5": Encoder(12, 384, 1536),
    "all-MiniLM-L6-v2": Encoder(6, 384, 1536),
    "all-MiniLM-L6-v2-int8": Encoder(6, 384, 1536),
}


def matrix_speed(seconds: float = 0.5) -> float:
    """Measures the floating-point operations per second of numpy's fp32 matrix product on all cores."""
    left = np.random.default_rng(0).standard_normal((SIDE, SIDE), dtype=np.float32)
    right = left.T.copy()
    left @ right  # threads start
    started, count = time.perf_counter(), 0
    while time.perf_counter() - started < seconds:
        left @ right
        count += 1
    return 2.0 * SIDE**3 * count / (time.perf_counter() - started)
