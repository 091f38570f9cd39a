"""The similarity from which two questions may share an answer, by embedder, as measured."""

from __future__ import annotations

from collections.abc import Mapping

_THRESHOLDS: Mapping[str, float] = {
    "bge-small-en-v1.5@db76f9f0567b5ccc": 0.93,
}
"""Cosines by the embedder's fingerprint, for question pairs on which all guards agree. Those of one model
say nothing of another. docs/cache.md has the figures; `ragapp eval cache` makes them."""


def calibrated_threshold(fingerprint: str) -> float | None:
    """None for an embedder that nobody has calibrated."""
    return _THRESHOLDS.get(fingerprint)
