"""The contract of sources."""

from __future__ import annotations

import pytest

from ragapp.fetching.web import FetchLimits
from ragapp.protocols import SourceFinder

LIMITS = FetchLimits(max_bytes=10_000_000, seconds=10, allow_private=True)


class SourceContract:
    """What every SourceFinder must do. Subclasses override both fixtures."""

    @pytest.fixture
    def find(self) -> SourceFinder:
        raise NotImplementedError("Override the fixture `find`: it returns your function.")

    @pytest.fixture
    def address(self) -> str:
        raise NotImplementedError("Override the fixture `address`: documents are found there.")

    def test_each_document_has_an_id_of_its_own_that_begins_with_the_scheme(
        self, find: SourceFinder, address: str
    ) -> None:
        ids = [source.id for source in find(address, LIMITS)]
        assert ids
        assert len(set(ids)) == len(ids)
        assert all(one.startswith(f"{address.partition('://')[0]}:") for one in ids)

    def test_the_same_documents_are_found_again(self, find: SourceFinder, address: str) -> None:
        first, second = (
            {source.id: (source.name, source.stamp) for source in find(address, LIMITS)} for _ in range(2)
        )
        assert first == second

    def test_a_document_can_be_opened_twice(self, find: SourceFinder, address: str) -> None:
        source = next(iter(find(address, LIMITS)))
        contents = []
        for _ in range(2):
            with source.open() as data:
                contents.append(data.read())
        assert contents[0] == contents[1] != b""
