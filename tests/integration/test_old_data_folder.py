"""A data folder of version 0.1.0 (two documents, a conversation, a key, cached answers) is used as it is.

It was made by `ragapp ingest`, `ragapp ask` twice and `ragapp keys create` of that version.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ragapp.bootstrap import build_service
from ragapp.service import RagService
from ragapp.types import Answer, AskQuery, Grant, SearchQuery
from tests.serving import settings_in

FOLDER = Path(__file__).parents[1] / "data" / "data-folder-0.1.0.zip"
SECRET = "ragapp_3d1a73327a8d_822ea7d4bb07313bd95571e2173e357cdc070a48c41d9582"  # of that folder alone


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RagService]:
    folder = tmp_path_factory.mktemp("old") / "data"
    with zipfile.ZipFile(FOLDER) as old:
        old.extractall(folder)
    with closing(build_service(settings_in(folder))) as service:
        yield service


def answer(service: RagService, question: str) -> Answer:
    *_, last = service.ask(AskQuery(question))
    assert last.answer is not None
    return last.answer


def test_its_documents_are_found_and_answered_from(service: RagService) -> None:
    assert {one.name for one in service.documents()} == {"harbour.md", "oven.txt"}
    assert service.search(SearchQuery("bread", mode="words")).hits[0].document_name == "oven.txt"
    assert service.search(SearchQuery("berth prices", mode="dense")).hits[0].document_name == "harbour.md"
    found = answer(service, "To how many degrees is the oven heated?")
    (citation,) = found.citations
    text = service.document_text(citation.document_id).text
    assert text[citation.start : citation.end] == citation.quote
    assert "220 degrees" in found.answer


def test_its_conversations_keys_and_answers_are_there(service: RagService) -> None:
    (conversation,) = service.history.conversations()
    (stored,) = service.history.conversation_answers(conversation.id)
    assert stored.answer.question == "Who built it?"
    caller = service.auth.api_keys.caller(SECRET, address="127.0.0.1", loopback=True)
    assert caller.grants == (Grant("reader", None),)
    assert service.cache.stats().entries


def test_all_its_invariants_hold(service: RagService) -> None:
    failed = [check for check in service.doctor(repair=True).checks if not check.ok]
    assert failed == []
