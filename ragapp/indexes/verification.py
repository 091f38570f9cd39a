"""Comparing an index with the database, and describing how they differ."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ragapp.indexes.change_log import ChangeSource
from ragapp.types import Collection

ATTEMPTS = 5


def difference(index: str, held: NDArray[np.int64], live: NDArray[np.int64]) -> str | None:
    """How the keys that the index holds differ from those that are live in the database; None when equal."""
    missing = np.setdiff1d(live, held).size
    stale = np.setdiff1d(held, live).size
    twice = held.size - np.unique(held).size
    if not (missing or stale or twice):
        return None
    return (
        f"the {index} lacks {missing} live chunks and holds {stale} that are not live and {twice} twice; "
        "run `ragapp doctor --repair` to rebuild it"
    )


def when_steady(database: ChangeSource, name: str, compare: Callable[[Collection], str | None]) -> str | None:
    """The result of `compare` for the collection `name`. Compares again when documents changed meanwhile,
    because it then compared two different revisions."""
    found = None
    for _ in range(ATTEMPTS):
        current = database.collection(name)
        found = compare(current)
        if found is None or database.collection(name).revision == current.revision:
            return found
    return f"{found} (documents changed during this check: try again)"
