"""What RagService promises to its callers, run over the service itself and over a client of its server."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from itertools import count

import pytest

from ragapp.client import RagappClient
from ragapp.errors import ConflictError, ModelError, NotFoundError, TooLargeError, UsageError
from ragapp.service import RagService
from ragapp.types import Answer, AskQuery, SearchQuery, SearchResult, UploadSpec
from tests.serving import MAX_BYTES, TIDES, Caller


@pytest.fixture
def shelf(caller: Caller, numbers: Iterator[int]) -> str:
    """A new collection."""
    return caller.create_collection(f"shelf {next(numbers)}").name


@pytest.fixture(scope="module")
def numbers() -> Iterator[int]:
    return count()


def an_id(caller: Caller, name: str = "tides.txt") -> str:
    return next(document.id for document in caller.documents("default") if document.name == name)


# -- collections


def test_a_new_collection_is_listed_and_shown(caller: Caller, shelf: str) -> None:
    assert caller.collection(shelf) in caller.collections()


def test_a_collection_is_made_once(caller: Caller, shelf: str) -> None:
    with pytest.raises(ConflictError, match=shelf):
        caller.create_collection(shelf)


@pytest.mark.parametrize("name", ["", "-", "../up", "a/b", "x" * 200])
def test_an_unfit_name_is_refused(caller: Caller, name: str) -> None:
    with pytest.raises(UsageError):
        caller.create_collection(name)


def test_a_deleted_collection_is_gone(caller: Caller, shelf: str) -> None:
    caller.delete_collection(shelf)
    with pytest.raises(NotFoundError):
        caller.collection(shelf)


@pytest.mark.parametrize("name", ["nowhere", "a/b?c#d", "été", "%2F"])
def test_a_collection_that_is_not_there_is_named(caller: Caller, name: str) -> None:
    with pytest.raises(NotFoundError) as raised:
        caller.collection(name)
    assert name in str(raised.value)


# -- documents


def test_an_upload_is_added_then_unchanged_then_updated(caller: Caller, shelf: str) -> None:
    outcomes = [
        (stored.outcome, stored.document.version)
        for data in (b"one", b"one", b"two")
        for stored in [caller.upload(UploadSpec("a.txt", shelf), io.BytesIO(data))]
    ]
    assert outcomes == [("added", 1), ("unchanged", 1), ("updated", 2)]


def test_what_was_accepted_is_what_is_shown(caller: Caller, shelf: str) -> None:
    stored = caller.upload(
        UploadSpec("Grüße 日本.txt", shelf, source="mail/7", metadata={"year": "2026", "é": 'a"b'}),
        io.BytesIO(b"x"),
    )
    assert caller.document(stored.document.id) == stored.document
    assert caller.documents(shelf) == [stored.document]
    assert (stored.document.name, stored.document.source) == ("Grüße 日本.txt", "mail/7")
    assert stored.document.metadata == {"year": "2026", "é": 'a"b'}


def test_one_name_from_two_sources_is_two_documents(caller: Caller, shelf: str) -> None:
    for source in ("x", "y"):
        caller.upload(UploadSpec("a.txt", shelf, source=source), io.BytesIO(b"same"))
    assert len(caller.documents(shelf)) == 2


def test_a_document_of_the_largest_size_is_taken_and_a_larger_one_is_not(caller: Caller, shelf: str) -> None:
    caller.upload(UploadSpec("fits.txt", shelf), io.BytesIO(b"x" * MAX_BYTES))
    for excess in (1, 10 * MAX_BYTES):
        with pytest.raises(TooLargeError):
            caller.upload(UploadSpec("large.txt", shelf), io.BytesIO(b"x" * (MAX_BYTES + excess)))
    assert [document.name for document in caller.documents(shelf)] == ["fits.txt"]


def test_an_upload_needs_its_collection(caller: Caller) -> None:
    with pytest.raises(NotFoundError, match="nowhere"):
        caller.upload(UploadSpec("a.txt", "nowhere"), io.BytesIO(b"x"))


def test_a_deleted_document_is_gone(caller: Caller, shelf: str) -> None:
    document_id = caller.upload(UploadSpec("a.txt", shelf), io.BytesIO(b"x")).document.id
    caller.delete_document(document_id)
    assert caller.documents(shelf) == []
    for look in (caller.document, caller.document_text, caller.delete_document):
        with pytest.raises(NotFoundError):
            look(document_id)


@pytest.mark.parametrize("document_id", ["nowhere", "a/b", "..", "?"])
def test_a_document_that_is_not_there_is_not_found(caller: Caller, document_id: str) -> None:
    with pytest.raises(NotFoundError):
        caller.document(document_id)


def test_a_name_with_a_slash_reaches_nothing_else(caller: Caller, shelf: str) -> None:
    stored = caller.upload(UploadSpec("a.txt", shelf), io.BytesIO(b"x")).document
    with pytest.raises(NotFoundError):
        caller.delete_collection(f"{shelf}/documents/{stored.id}")
    assert caller.documents(shelf) == [stored]


def test_a_document_has_its_text(caller: Caller) -> None:
    parsed = caller.document_text(an_id(caller))
    assert parsed.text.strip() == TIDES.decode().strip()
    assert parsed == caller.document_text(an_id(caller), version=1)


def test_a_version_that_is_not_there_has_no_text(caller: Caller) -> None:
    with pytest.raises(NotFoundError):
        caller.document_text(an_id(caller), version=99)


# -- questions


def test_hits_are_spans_of_their_documents(caller: Caller) -> None:
    found = caller.search(SearchQuery("When does the tide turn?"))
    assert found.hits[0].document_name == "tides.txt"
    for hit in found.hits:
        assert caller.document_text(hit.document_id, hit.version).text[hit.start : hit.end] == hit.text


def test_a_search_finds_as_many_as_wanted_within_the_filter(caller: Caller) -> None:
    assert len(caller.search(SearchQuery("flowers and bread", k=2)).hits) == 2
    only = caller.search(SearchQuery("flowers and bread", k=2, filters={"kind": "bees"}))
    assert [hit.document_name for hit in only.hits] == ["bees.txt"]


def test_the_search_mode_shows_in_the_ranks(caller: Caller) -> None:
    hit = caller.search(SearchQuery("sourdough", mode="words")).hits[0]
    assert (hit.ranks.words, hit.ranks.dense) == (1, None)


@pytest.mark.parametrize("query", ["", "   "])
def test_an_empty_query_is_refused(caller: Caller, query: str) -> None:
    with pytest.raises(UsageError):
        caller.search(SearchQuery(query))


def test_a_search_needs_its_collection(caller: Caller) -> None:
    with pytest.raises(NotFoundError, match="nowhere"):
        caller.search(SearchQuery("tide", collection="nowhere"))


def test_an_answer_comes_as_evidence_first_and_whole_last(caller: Caller) -> None:
    events = list(caller.ask(AskQuery("When does the tide turn?")))
    assert events[0].kind == "evidence"
    assert events[-1].kind == "answer"
    answer = events[-1].answer
    assert answer is not None
    assert "noon" in answer.answer
    for citation in answer.citations:
        text = caller.document_text(citation.document_id, citation.version).text
        assert text[citation.start : citation.end] == citation.quote


def test_a_question_needs_its_collection(caller: Caller) -> None:
    with pytest.raises(NotFoundError, match="nowhere"):
        list(caller.ask(AskQuery("When?", collection="nowhere")))


def test_generating_needs_a_generator(caller: Caller) -> None:
    with pytest.raises(ModelError):
        list(caller.ask(AskQuery("When does the tide turn?", mode="generate")))


def test_a_question_with_odd_line_separators_comes_back_whole(caller: Caller) -> None:
    question = "When\u2028does\u2029the\x85tide\x0bturn?\r\nAt noon?"
    answer = list(caller.ask(AskQuery(question)))[-1].answer
    assert answer is not None
    assert answer.question == question


def test_client_and_service_say_the_same(service: RagService, client: RagappClient) -> None:
    assert untimed(client.search(SearchQuery("bees"))) == untimed(service.search(SearchQuery("bees")))
    answers = [
        list(caller.ask(AskQuery("How many flowers does a bee visit?", use_cache=False)))[-1].answer
        for caller in (client, service)
    ]
    assert anonymous(answers[0]) == anonymous(answers[1])


def untimed(found: SearchResult) -> SearchResult:
    return replace(found, timings_ms={})


def anonymous(answer: Answer | None) -> Answer:
    assert answer is not None
    return replace(answer, timings_ms={}, answer_id="")
