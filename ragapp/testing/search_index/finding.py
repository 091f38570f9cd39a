"""What a search finds, and in which order."""

from __future__ import annotations

import numpy as np
import pytest

from ragapp.errors import EmbedderMismatch, UsageError
from ragapp.protocols import SearchIndex
from ragapp.testing.library import DIMENSION, EAST, Library, embed
from ragapp.testing.search_index.fixtures import IndexFixtures, dense, words


class FindingContract(IndexFixtures):
    """What a search finds, and in which order."""

    def test_an_empty_collection_finds_nothing(self, library: Library, index: SearchIndex) -> None:
        index.catch_up(library.collection)
        assert index.dense(library.collection, EAST, 5) == ()
        assert index.keyword(library.collection, "herons", 5) == ()
        assert index.verify(library.collection) is None

    def test_an_added_document_is_found_by_keywords_and_by_vector(
        self, library: Library, index: SearchIndex
    ) -> None:
        library.add("a", ["Herons fish at dusk.", "The tide turns at noon."])
        assert words(library, index, "heron fishing") == ["Herons fish at dusk."]
        assert dense(library, index, "The tide turns at noon.", 1) == ["The tide turns at noon."]

    def test_scores_are_inner_products_best_first(self, library: Library, index: SearchIndex) -> None:
        texts = [f"text {n}" for n in range(20)]
        library.add("a", texts)
        ranking = index.dense(library.collection, EAST, 20)
        expected = sorted((float(embed(text) @ EAST) for text in texts), reverse=True)
        assert [score for _, score in ranking] == pytest.approx(expected, abs=1e-6)

    def test_a_document_is_found_by_keywords_before_it_has_vectors(
        self, library: Library, index: SearchIndex
    ) -> None:
        library.add("a", ["Herons fish."], embedded=False)
        assert words(library, index, "herons") == ["Herons fish."]
        assert dense(library, index, "Herons fish.") == []
        library.embed_next()
        assert dense(library, index, "Herons fish.") == ["Herons fish."]

    def test_a_copy_that_is_not_embedded_yet_shares_vectors_but_is_not_found_by_them(
        self, library: Library, index: SearchIndex
    ) -> None:
        library.add("a", ["Herons fish."])
        library.add("b", ["Herons fish."], embedded=False)
        index.rebuild(library.collection)
        assert len(dense(library, index, "Herons fish.")) == 1
        assert index.verify(library.collection) is None
        library.embed_next()
        assert len(dense(library, index, "Herons fish.")) == 2

    def test_k_may_be_larger_than_the_collection(self, library: Library, index: SearchIndex) -> None:
        library.add("a", ["Herons fish.", "Herons sleep."])
        assert len(index.keyword(library.collection, "herons", 10_000)) == 2
        assert len(index.dense(library.collection, EAST, 10_000)) == 2
        assert (
            index.keyword(library.collection, "herons", 0) == index.dense(library.collection, EAST, 0) == ()
        )

    def test_a_narrow_filter_still_fills_k(self, library: Library, index: SearchIndex) -> None:
        for number in range(30):
            library.add(f"loud {number}", ["heron heron heron"] * 4)
        quiet = library.add("quiet", [f"one heron among many other words, chunk {n}" for n in range(6)])
        for found in (
            index.keyword(library.collection, "heron", 5, {quiet}),
            index.dense(library.collection, embed("heron heron heron"), 5, {quiet}),
        ):
            assert len(found) == 5
            assert all(text.startswith("one heron") for text in library.texts(found))
        assert index.keyword(library.collection, "heron", 5, frozenset()) == ()
        assert index.dense(library.collection, EAST, 5, frozenset()) == ()
        assert index.dense(library.collection, EAST, 5, {987_654}) == ()

    def test_a_filter_does_not_change_scores(self, library: Library, index: SearchIndex) -> None:
        versions = {library.add(f"{n}", [f"heron {'fish ' * n}"]) for n in range(5)}
        collection = library.collection
        assert index.keyword(collection, "heron fish", 9, versions) == index.keyword(
            collection, "heron fish", 9
        )
        assert index.dense(collection, EAST, 9, versions) == index.dense(collection, EAST, 9)

    def test_copies_tie_and_come_in_the_order_of_their_keys(
        self, library: Library, index: SearchIndex
    ) -> None:
        for number in range(24):
            library.add(f"{number}", ["The same herons.", f"filler {number}"])
            index.catch_up(library.collection)  # a commit each: copies lie in many segments
        collection, same = library.collection, embed("The same herons.")
        for ranking, top in (
            (index.keyword(collection, "same herons", 24), index.keyword(collection, "same herons", 3)),
            (index.dense(collection, same, 24), index.dense(collection, same, 3)),
        ):
            keys = [key for key, _ in ranking]
            assert len({score for _, score in ranking}) == 1
            assert keys == sorted(keys)
            assert top == ranking[:3]

    def test_vectors_of_another_dimension_are_refused(self, library: Library, index: SearchIndex) -> None:
        library.add("a", ["Herons fish."])
        with pytest.raises(EmbedderMismatch, match="reindex"):
            index.dense(library.collection, np.ones(DIMENSION + 1, np.float32), 5)
        with pytest.raises(UsageError):
            index.dense(library.collection, np.full(DIMENSION, np.nan, np.float32), 5)
