"""The mirror finds near questions and stays within its size limit."""

from __future__ import annotations

import numpy as np
import pytest

from ragapp.cache_stores.similarity import SimilarityIndex, cosine, sign_bits
from ragapp.testing.cache_entries import near, unit
from ragapp.types import CacheEntry, Vectors


def put(mirror: SimilarityIndex, name: str, vector: Vectors, partition: str = "p") -> None:
    mirror.put(partition, name, sign_bits(vector).tobytes())


def test_it_forgets_those_put_first() -> None:
    mirror = SimilarityIndex(room=3)
    for number in range(4):
        put(mirror, str(number), unit(number), partition=str(number))
    put(mirror, "1", unit(1), partition="1")
    put(mirror, "5", unit(5))
    assert mirror.nearest("2", sign_bits(unit(2)), 8) == []
    assert [*mirror.nearest("1", sign_bits(unit(1)), 8), *mirror.nearest("p", sign_bits(unit(5)), 8)] == [
        "1",
        "5",
    ]


def test_the_nearest_are_found_among_many_while_others_come_and_go() -> None:
    mirror = SimilarityIndex(room=1000)
    for number in range(300):
        put(mirror, str(number), unit(number))
    mirror.drop(str(number) for number in range(0, 300, 2))
    assert mirror.nearest("p", sign_bits(near(unit(7), 0.95)), 1) == ["7"]


def test_vectors_of_other_lengths_are_never_compared() -> None:
    mirror = SimilarityIndex(room=10)
    put(mirror, "short", unit(1)[:64])
    mirror.put("p", "nothing", b"")
    assert mirror.nearest("p", sign_bits(unit(1)), 8) == []


def test_a_look_up_takes_leave_of_many_that_are_gone_a_few_at_a_time() -> None:
    mirror = SimilarityIndex(room=1000)
    for number in range(300):
        put(mirror, str(number), unit(number))
    looked_for: list[str] = []

    def gone(ids: list[str]) -> dict[str, tuple[CacheEntry, float]]:
        looked_for.extend(ids)
        return {}

    assert mirror.similar("p", unit(1), 8, gone) == []
    assert 8 < len(looked_for) == len(set(looked_for)) < 300


@pytest.mark.parametrize(
    "stored", [unit(1)[:64], unit(1) * np.float32("nan"), unit(1) * 5], ids=["short", "nan", "long"]
)
def test_a_damaged_vector_has_no_cosine(stored: Vectors) -> None:
    assert cosine(stored.tobytes(), unit(1)) is None
    assert cosine(unit(1).tobytes(), unit(1)) == pytest.approx(1.0, abs=1e-5)
