"""After any additions, deletions and rebuilds, an index ranks like brute force."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ragapp.protocols import SearchIndex
from ragapp.testing.library import DIMENSION, EAST, EMBEDDER, NAME, Library, embed
from ragapp.testing.search_index.fixtures import IndexFixtures, OpenAt
from ragapp.testing.soak import repeats

STEPS = st.lists(
    st.tuples(st.sampled_from(["add", "delete", "restart", "rebuild"]), st.integers(0, 5), st.integers(0, 9)),
    max_size=14,
)


def _assert_ranks_like_brute_force(
    library: Library,
    index: SearchIndex,
    live: dict[int, tuple[int, list[str]]],
    k: int,
    picked: set[int],
) -> None:
    collection = library.collection
    within = {live[source][0] for source in picked if source in live}
    for chosen, allowed in ((within, within), (None, {version for version, _ in live.values()})):
        texts = [text for version, texts in live.values() if version in allowed for text in texts]
        scores = sorted((float(embed(text) @ EAST) for text in texts), reverse=True)
        found = index.dense(collection, EAST, k, chosen)
        assert [score for _, score in found] == pytest.approx(scores[:k], abs=1e-6)
        having = [text for text in texts if "word1" in text]
        assert sorted(library.texts(index.keyword(collection, "word1", 99, chosen))) == sorted(having)
        assert len(index.keyword(collection, "word1", k, chosen)) == min(k, len(having))
    assert index.verify(collection) is None


class HistoryContract(IndexFixtures):
    """After any additions, deletions and rebuilds, an index ranks like brute force."""

    @settings(
        max_examples=repeats(15, 1000),
        deadline=None,
        suppress_health_check=[
            HealthCheck.too_slow,
            HealthCheck.function_scoped_fixture,
            HealthCheck.differing_executors,
        ],
    )
    @given(steps=STEPS, k=st.integers(1, 12), picked=st.sets(st.integers(0, 5)))
    def test_whatever_happened_the_index_ranks_like_brute_force(
        self, open_at: OpenAt, steps: list[tuple[str, int, int]], k: int, picked: set[int]
    ) -> None:
        with TemporaryDirectory() as name:
            library = Library.at(Path(name))
            library.store.create_collection(NAME, EMBEDDER, DIMENSION)
            index = open_at(Path(name), library.store)
            live: dict[int, tuple[int, list[str]]] = {}
            for action, source, content in steps:
                if action == "add":
                    texts = [f"word{content % 3} heron {n}" for n in range(content % 4)]
                    if live.get(source, (0, None))[1] != texts:
                        live[source] = (library.add(f"{source}", texts, embedded=bool(texts)), texts)
                elif action == "delete" and source in live:
                    library.delete(f"{source}")
                    del live[source]
                elif action == "restart":
                    index.close()
                    index = open_at(Path(name), library.store)
                elif action == "rebuild":
                    index.rebuild(library.collection)
                index.catch_up(library.collection)
            _assert_ranks_like_brute_force(library, index, live, k, picked)
            index.close()
            library.store.close()
