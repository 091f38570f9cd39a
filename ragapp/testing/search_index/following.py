"""Indexes follow the change log, through restarts, rebuilds and other embedders."""

from __future__ import annotations

import pytest

from ragapp.errors import NotFoundError
from ragapp.protocols import SearchIndex
from ragapp.service.reindexing import reindex
from ragapp.testing.library import DIMENSION, EAST, EMBEDDER, NAME, HashEmbedder, Library, WatchedDatabase
from ragapp.testing.search_index.fixtures import IndexFixtures, OpenIndex, words
from ragapp.types import Collection


class FollowingContract(IndexFixtures):
    """An index follows the change log, through restarts, rebuilds and other embedders."""

    def test_a_new_version_replaces_the_old_one(self, library: Library, index: SearchIndex) -> None:
        library.add("a", ["Herons fish."])
        assert words(library, index, "herons") == ["Herons fish."]
        library.add("a", ["Egrets wade."])
        assert index.keyword(library.collection, "herons", 10) == ()
        assert words(library, index, "egrets") == ["Egrets wade."]
        assert len(index.dense(library.collection, EAST, 10)) == 1

    @pytest.mark.parametrize("rebuilt", [False, True], ids=["just added", "in a base"])
    def test_a_deleted_document_is_not_found(
        self, library: Library, index: SearchIndex, rebuilt: bool
    ) -> None:
        index.catch_up(library.collection)
        gone, left = library.add("a", ["Herons fish."]), library.add("b", ["Herons sleep."])
        index.catch_up(library.collection)
        if rebuilt:
            index.rebuild(library.collection)
        library.delete("a")
        collection = library.collection
        for within in (None, {gone, left}):
            assert len(index.keyword(collection, "herons", 10, within)) == 1
            assert len(index.dense(collection, EAST, 10, within)) == 1
        assert index.dense(collection, EAST, 10, {gone}) == ()
        assert index.verify(collection) is None

    def test_rankings_are_as_new_as_the_collection_that_is_searched(
        self, library: Library, open_index: OpenIndex
    ) -> None:
        writer, reader = open_index(), open_index()
        for number in range(5):
            library.add(f"{number}", [f"heron number {number}"])
            writer.catch_up(library.collection)
            assert len(reader.keyword(library.collection, "heron", 10)) == number + 1
            assert len(reader.dense(library.collection, EAST, 10)) == number + 1

    def test_a_restart_finds_the_same_and_reads_no_document_again(
        self, library: Library, open_index: OpenIndex
    ) -> None:
        if not self.survives_restarts:
            pytest.skip("this index reads all documents again")
        library.add("a", ["Herons fish.", "Herons sleep."])
        index = open_index()
        before = index.keyword(library.collection, "herons", 5), index.dense(library.collection, EAST, 5)
        database = WatchedDatabase(library.store)
        again = open_index(database)
        collection = library.collection
        assert (again.keyword(collection, "herons", 5), again.dense(collection, EAST, 5)) == before
        assert database.documents_read == 0

    def test_an_up_to_date_index_does_not_read_the_database(
        self, library: Library, open_index: OpenIndex
    ) -> None:
        library.add("a", ["Herons fish."])
        database = WatchedDatabase(library.store)
        index = open_index(database)
        index.catch_up(library.collection)
        collection, read = library.collection, database.reads
        index.catch_up(collection)
        assert len(index.keyword(collection, "herons", 5)) == len(index.dense(collection, EAST, 5)) == 1
        assert database.reads == read > 0

    def test_rebuilding_gives_the_same_rankings(self, library: Library, index: SearchIndex) -> None:
        for number in range(12):
            library.add(f"{number}", [f"heron {number} of {number % 7}", "a repeated heron"])
            index.catch_up(library.collection)
        collection = library.collection
        before = index.keyword(collection, "heron 3", 30), index.dense(collection, EAST, 30)
        index.rebuild(collection)
        assert (index.keyword(collection, "heron 3", 30), index.dense(collection, EAST, 30)) == before

    def test_another_embedder_takes_over_for_every_reader(
        self, library: Library, open_index: OpenIndex
    ) -> None:
        library.add("a", ["Herons fish.", "The tide turns."])
        library.add("b", ["Herons sleep."])
        index, reader = open_index(), open_index()
        reader.catch_up(library.collection)
        other = HashEmbedder("other", 2 * DIMENSION)
        reindex(library.store, index, NAME, other, lambda done, total: None)
        collection = library.collection
        assert (collection.embedder, collection.dimension) == ("other", 2 * DIMENSION)
        for one in (index, reader, open_index()):
            found = one.dense(collection, other.embed_query("The tide turns."), 3)
            assert library.texts(found)[0] == "The tide turns."
            assert len(found) == 3
            assert one.verify(collection) is None

    def test_indexes_of_another_collection_with_the_same_id_are_not_used(
        self, library: Library, open_index: OpenIndex
    ) -> None:
        library.add("a", ["Herons fish."])
        old = library.collection
        open_index().catch_up(old)
        library.store.delete_collection(NAME)  # and the process died before it dropped the indexes
        new = library.store.create_collection(NAME, EMBEDDER, DIMENSION)
        reused = Collection(old.id, new.name, EMBEDDER, DIMENSION, new.revision, new.created_at)
        index = open_index()
        assert index.keyword(reused, "herons", 5) == index.dense(reused, EAST, 5) == ()

    def test_a_dropped_collection_leaves_nothing(self, library: Library, index: SearchIndex) -> None:
        library.add("a", ["Herons fish."])
        collection = library.collection
        assert index.collection_ids() == frozenset()
        index.catch_up(collection)
        assert index.collection_ids() == {collection.id}
        index.drop(collection.id)
        index.drop(collection.id)
        assert index.collection_ids() == frozenset()

    def test_a_new_process_knows_every_collection_that_has_an_index(
        self, library: Library, open_index: OpenIndex
    ) -> None:
        """It has to, in order to remove the indexes of collections that were deleted meanwhile."""
        if not self.survives_restarts:
            pytest.skip("this index reads all documents again")
        library.add("a", ["Herons fish."])
        open_index().catch_up(library.collection)
        assert open_index().collection_ids() == {library.collection.id}

    def test_verifying_an_unknown_collection_raises(self, library: Library, index: SearchIndex) -> None:
        gone = library.collection
        library.store.delete_collection(NAME)
        with pytest.raises(NotFoundError):
            index.verify(gone)

    def test_verification_detects_a_missed_change(self, library: Library, open_index: OpenIndex) -> None:
        library.add("a", ["Herons fish."])
        database = WatchedDatabase(library.store)
        index = open_index(database)
        index.catch_up(library.collection)
        database.hides_changes = True
        library.add("b", ["Herons sleep."])
        index.catch_up(library.collection)
        database.hides_changes = False
        assert index.verify(library.collection) is not None
        index.rebuild(library.collection)
        assert index.verify(library.collection) is None
