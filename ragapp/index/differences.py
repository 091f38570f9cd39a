"""Telling people how a view and the truth differ."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def difference(view: str, held: NDArray[np.int64], live: NDArray[np.int64]) -> str | None:
    """What the keys `held` by the view say that the `live` ones of the truth do not; None when equal."""
    missing = np.setdiff1d(live, held).size
    stale = np.setdiff1d(held, live).size
    twice = held.size - np.unique(held).size
    if not (missing or stale or twice):
        return None
    return (
        f"the {view} lacks {missing} live chunks, holds {stale} that are not live and {twice} twice; "
        "`ragapp doctor --repair` builds it anew"
    )
