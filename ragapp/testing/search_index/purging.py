"""Purging removes deleted chunks from the files, and does not change what is found."""

from __future__ import annotations

from ragapp.protocols import SearchIndex
from ragapp.testing.library import Library
from ragapp.testing.search_index.fixtures import IndexFixtures


class PurgingContract(IndexFixtures):
    """Purging removes deleted chunks, and does not change what is found."""

    def test_purging_changes_nothing_that_is_found(self, library: Library, index: SearchIndex) -> None:
        for name in ("heron", "crane", "stork"):
            library.add(name, [f"The {name} wades at dusk."])
        index.catch_up(library.collection)
        library.delete("crane")
        for _ in range(2):  # the second time there is nothing to remove
            index.purge(library.collection)
            index.purge_soon(library.collection)
            found = library.texts(index.keyword(library.collection, "wades", 10))
            assert sorted(found) == ["The heron wades at dusk.", "The stork wades at dusk."]
            assert index.keyword(library.collection, "crane", 10) == ()
        assert index.verify(library.collection) is None
