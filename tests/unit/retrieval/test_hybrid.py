"""Search results with the real store, indexes and embedder."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from ragapp.errors import EmbedderMismatch, UsageError
from ragapp.models.build import build_reranker
from ragapp.retrieval.retriever import Retriever
from ragapp.settings import Settings
from ragapp.types import SearchMode, SearchQuery
from tests.unit.retrieval.conftest import TEXTS, Library

MODES: tuple[SearchMode, ...] = ("hybrid", "dense", "words")


def retriever(library: Library, candidates: int = 100) -> Retriever:
    return Retriever(library.store, library.index, library.embedders.of, candidates=candidates)


@pytest.mark.parametrize("mode", MODES)
def test_every_mode_finds_the_passage_that_answers(library: Library, mode: SearchMode) -> None:
    result = retriever(library).search(
        library.collection(), SearchQuery("Why does bread dough rise?", k=3, mode=mode)
    )
    assert result.hits[0].document_name == "bread"
    assert result.hits[0].text == TEXTS["bread"]


def test_meaning_is_found_without_a_common_word(library: Library) -> None:
    result = retriever(library).search(library.collection(), SearchQuery("corrosion of steel", k=1))
    assert result.hits[0].document_name == "rust"


def test_hits_have_their_ranks_in_both_retrievers(library: Library) -> None:
    hits = retriever(library).search(library.collection(), SearchQuery("melting sand", k=6)).hits
    assert (hits[0].ranks.dense, hits[0].ranks.words) == (1, 1)
    assert sorted(hit.ranks.dense or 0 for hit in hits) == [1, 2, 3, 4, 5, 6]
    assert [hit.ranks.words for hit in hits[1:]] == [None] * 5


def test_a_mode_has_only_its_own_ranks(library: Library) -> None:
    search = retriever(library)
    dense = search.search(library.collection(), SearchQuery("melting sand", k=2, mode="dense")).hits
    words = search.search(library.collection(), SearchQuery("melting sand", k=2, mode="words")).hits
    assert [(hit.ranks.dense, hit.ranks.words) for hit in dense] == [(1, None), (2, None)]
    assert [(hit.ranks.dense, hit.ranks.words) for hit in words] == [(None, 1)]


@pytest.mark.parametrize("mode", MODES)
def test_scores_fall_and_no_hit_comes_twice(library: Library, mode: SearchMode) -> None:
    hits = (
        retriever(library)
        .search(library.collection(), SearchQuery("water and gases of the sea", k=6, mode=mode))
        .hits
    )
    scores = [hit.score for hit in hits]
    assert scores == sorted(scores, reverse=True)
    assert len({hit.chunk_id for hit in hits}) == len(hits)


def test_filters_keep_other_documents_out(library: Library) -> None:
    hits = (
        retriever(library)
        .search(library.collection(), SearchQuery("yeast", k=6, filters={"shelf": "even"}))
        .hits
    )
    assert {hit.document_name for hit in hits} == {"tides", "bees", "volcano"}
    assert (
        retriever(library)
        .search(library.collection(), SearchQuery("yeast", k=6, filters={"shelf": "top"}))
        .hits
        == ()
    )


def test_chunks_that_died_after_the_views_were_read_are_replaced(library: Library) -> None:
    search = retriever(library, candidates=2)
    stale = library.collection()
    query = "moon tides bread bees glass volcano iron"
    first_two = search.search(stale, SearchQuery(query, k=2)).hits
    for hit in first_two:
        library.store.delete_document(hit.document_id)
    left = search.search(stale, SearchQuery(query, k=2)).hits  # the views still have what was deleted
    assert len(left) == 2
    assert not {hit.document_id for hit in left} & {hit.document_id for hit in first_two}


def test_asking_for_more_than_there_is_gives_all(library: Library) -> None:
    assert (
        len(
            retriever(library, candidates=1)
            .search(library.collection(), SearchQuery("sea", k=50, mode="dense"))
            .hits
        )
        == 6
    )


@pytest.mark.parametrize(("query", "k"), [("", 5), (" \n", 5), ("sea", 0)])
def test_a_search_for_nothing_is_refused(library: Library, query: str, k: int) -> None:
    with pytest.raises(UsageError):
        retriever(library).search(library.collection(), SearchQuery(query, k=k))


def test_vectors_of_another_model_are_not_compared(library: Library) -> None:
    other = replace(library.collection(), embedder="another-model")
    with pytest.raises(EmbedderMismatch, match="ragapp collections reindex library"):
        retriever(library).search(other, SearchQuery("sea", k=1))
    assert (
        retriever(library).search(other, SearchQuery("sea", k=1, mode="words")).hits[0].document_name
        == "tides"
    )


def test_timings_name_every_step(library: Library) -> None:
    timings = retriever(library).search(library.collection(), SearchQuery("sea", k=1)).timings_ms
    assert {"embed", "dense", "words", "fuse", "rerank", "total"} <= timings.keys()
    assert timings["total"] >= timings["embed"] > 0
    assert timings["rerank"] == 0


def test_a_reranker_reads_the_hits_again(library: Library, model_folder: Callable[[str], Path]) -> None:
    model_folder("ms-marco-MiniLM-L-12-v2")
    reranker = build_reranker("ms-marco-MiniLM-L-12-v2", Settings())
    search = Retriever(library.store, library.index, library.embedders.of, reranker)
    result = search.search(library.collection(), SearchQuery("Where do bees tell each other to fly?", k=3))
    assert result.hits[0].document_name == "bees"
    assert len(result.hits) == 3
    assert all(0 <= hit.score <= 1 for hit in result.hits)
    assert result.timings_ms["rerank"] > 0
