"""`ragapp bench memory`: the memory of a process after each step."""

from __future__ import annotations

import pytest

from evals.bench.memory import measure
from ragapp.errors import NotFoundError, UsageError
from ragapp.settings import Settings
from tests.serving import LIBRARY

VECTOR_BYTES = 4 * 384


@pytest.mark.usefixtures("library")
def test_models_and_views_are_seen_when_they_are_loaded(library_settings: Settings) -> None:
    found = measure(library_settings, "default", None)
    assert found.chunks >= len(LIBRARY)
    assert found.vectors_mib * 2**20 == found.chunks * VECTOR_BYTES
    opened, searched, answered = (one.memory for one in found.held)
    assert [one.step for one in found.held] == ["opened", "searched", "answered"]
    assert searched.own > opened.own + 30, "the embedder, of 34 MB, is there with the first search"
    assert answered.own + answered.mapped >= searched.own


@pytest.mark.usefixtures("library")
def test_a_missing_collection_or_peer_is_reported(library_settings: Settings) -> None:
    with pytest.raises(NotFoundError):
        measure(library_settings, "nowhere", None)
    with pytest.raises(UsageError, match=r"ragapp\[bench\]"):
        measure(library_settings, "default", "false")
