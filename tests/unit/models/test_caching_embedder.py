"""Questions that are embedded once, each with a vector of its own that nobody can change."""

from __future__ import annotations

import numpy as np
import pytest

from ragapp.models.caching_embedder import MAX_QUESTIONS, CachingEmbedder
from ragapp.testing.library import HashEmbedder


def test_each_question_has_its_own_vector_however_similar_it_is() -> None:
    inner = HashEmbedder("test")
    cached = CachingEmbedder(inner)
    for question in ("Polish it", "polish it", "polish it ", "Polish it", "polish it"):
        np.testing.assert_array_equal(cached.embed_query(question), inner.embed_query(question))


def test_the_last_questions_are_cached_and_their_vectors_cannot_be_changed() -> None:
    cached = CachingEmbedder(HashEmbedder("test"))
    first = cached.embed_query("0")
    assert cached.embed_query("0") is first
    with pytest.raises(ValueError, match="read-only"):
        first[0] = 1
    for number in range(1, MAX_QUESTIONS + 1):
        cached.embed_query(str(number))
    assert cached.embed_query("0") is not first
