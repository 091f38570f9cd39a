"""An answer stands only on the chunks it cites, in the versions it cites, with nothing new among them."""

from __future__ import annotations

from ragapp.cache.validity import cited_chunks, evidence_change
from ragapp.types import Citation, Hit


def hit(chunk: str, *, document: str = "d", version: int = 1, start: int = 0) -> Hit:
    return Hit(chunk, document, "name", version, 1, start, start + 100, "x" * 100, None, 0.5)


def citation(start: int, end: int, *, document: str = "d", version: int = 1) -> Citation:
    return Citation(1, document, "name", version, 1, start, end, "quote")


def test_it_stands_while_all_cited_chunks_are_among_the_hits() -> None:
    hits = [hit("a"), hit("b", start=100)]
    assert evidence_change(["a"], hits, frozenset()) is None
    assert evidence_change(["a", "b"], hits[:1], frozenset()) == "citation"
    assert evidence_change(["a"], [], frozenset()) == "citation"


def test_a_newer_document_among_the_hits_outdates_it() -> None:
    hits = [hit("a"), hit("new", document="e", version=2)]
    assert evidence_change(["a"], hits, frozenset({("e", 2)})) == "newcomer"
    assert evidence_change(["a"], hits, frozenset({("e", 1), ("unread", 1)})) is None


def test_each_citation_belongs_to_the_nearest_hit_of_its_version() -> None:
    hits = [hit("old", version=1), hit("first", version=2), hit("second", version=2, start=150)]
    assert cited_chunks([citation(10, 20, version=2)], hits) == ("first",)
    assert cited_chunks([citation(160, 170, version=2), citation(10, 20, version=2)], hits) == (
        "second",
        "first",
    )
    assert cited_chunks([citation(260, 280, version=2)], hits) == ("second",)  # it was read on beyond the hit
    assert cited_chunks([citation(10, 20, version=3)], hits) is None
