"""Telling people how a view and the truth differ."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ragapp.indexes.change_set import ChangeSource
from ragapp.types import Collection

ATTEMPTS = 5


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


def when_steady(truth: ChangeSource, name: str, compare: Callable[[Collection], str | None]) -> str | None:
    """What `compare` finds of the collection `name`; again when documents changed meanwhile, as then it
    compared two different moments."""
    found = None
    for _ in range(ATTEMPTS):
        current = truth.collection(name)
        found = compare(current)
        if found is None or truth.collection(name).revision == current.revision:
            return found
    return f"{found} (documents changed while this was checked: try again)"
