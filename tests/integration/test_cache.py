"""The cache as users see it: the whole service over real documents, with the real embedder."""

from __future__ import annotations

import io
import shutil
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from ragapp.bootstrap import build_runtime, build_service
from ragapp.errors import UsageError
from ragapp.lazy import Lazy
from ragapp.models.build import build_embedder
from ragapp.protocols import Embedder
from ragapp.service import RagService
from ragapp.settings import Settings
from ragapp.types import Answer, Asker, AskQuery, UploadSpec
from tests.serving import LIBRARY, TIDES, ingest_all, settings_in

QUESTION = "When was the harbour built?"
PARAPHRASE = "When was a harbour built?"
UNANSWERABLE = "Who composed the opera about Napoleon?"


@pytest.fixture(scope="module")
def embedder() -> Lazy[Embedder]:
    return Lazy(lambda: build_embedder(Settings()))


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the library in it, to be copied."""
    folder = tmp_path_factory.mktemp("prepared")
    service = build_service(settings_in(folder))
    for name, data in LIBRARY.items():
        service.upload(UploadSpec(name), io.BytesIO(data))
    ingest_all(settings_in(folder))
    service.close()
    return folder


@pytest.fixture
def settings(prepared: Path, tmp_path: Path) -> Settings:
    return settings_in(shutil.copytree(prepared, tmp_path / "data"))


@pytest.fixture
def service(settings: Settings, embedder: Lazy[Embedder]) -> Iterator[RagService]:
    with closing(build_service(settings, replace(build_runtime(settings), embedder=embedder))) as service:
        yield service


def ask(service: RagService, question: str = QUESTION, *, scope: str = "", **changed: int) -> Answer:
    *_, last = service.ask(AskQuery(question, **changed), Asker(scope=scope))
    assert last.answer is not None
    return last.answer


def status(service: RagService, question: str = QUESTION, *, scope: str = "", **changed: int) -> str:
    return ask(service, question, scope=scope, **changed).cache.status


def change(service: RagService, settings: Settings, name: str, data: bytes) -> None:
    service.upload(UploadSpec(name), io.BytesIO(data))
    ingest_all(settings)


def test_the_same_question_gets_the_same_answer_over_the_hits_of_today(service: RagService) -> None:
    made, served = ask(service), ask(service)
    assert (made.cache.status, served.cache.status) == ("miss", "exact")
    assert (served.answer, served.citations, served.sentences) == (
        made.answer,
        made.citations,
        made.sentences,
    )
    assert served.hits == made.hits
    assert served.answer_id != made.answer_id


def test_a_similar_question_is_served_from_the_cache_with_the_reason(service: RagService) -> None:
    ask(service)
    served = ask(service, PARAPHRASE)
    assert served.cache.status == "semantic"
    assert QUESTION in served.cache.why
    assert served.cache.similarity is not None
    assert served.question == PARAPHRASE


@pytest.mark.parametrize("other", ["Why was the harbour built?", "When was the harbour not built?"])
def test_a_question_that_differs_in_meaning_is_not(service: RagService, other: str) -> None:
    ask(service)
    assert status(service, other) == "miss"


def test_every_answer_says_why_it_was_not_served(service: RagService) -> None:
    for question in (QUESTION, "When was the harbour not built?", UNANSWERABLE):
        assert ask(service, question).cache.why


def test_a_changed_document_is_a_miss(service: RagService, settings: Settings) -> None:
    ask(service)
    change(service, settings, "tides.txt", TIDES.replace(b"1862", b"1871"))
    answer = ask(service)
    assert answer.cache.status == "miss"
    assert "1871" in answer.answer
    assert status(service) == "exact"


def test_what_cites_a_replaced_version_is_removed_by_its_worker(
    service: RagService, settings: Settings
) -> None:
    ask(service)
    assert service.cache.stats().entries == 1
    change(service, settings, "tides.txt", TIDES.replace(b"1862", b"1871"))
    assert service.cache.stats().entries == 0


def test_a_new_document_that_would_be_read_is_a_miss(service: RagService, settings: Settings) -> None:
    ask(service)
    change(service, settings, "legend.txt", b"Another legend says that the harbour was built by monks.")
    assert "came in since" in ask(service).cache.why


def test_a_new_document_that_would_not_be_read_changes_nothing(
    service: RagService, settings: Settings
) -> None:
    ask(service, k=1)
    change(service, settings, "moths.txt", b"Moths fly by night.")
    assert status(service, k=1) == "exact"


def test_deleting_a_document_removes_the_answers_that_cite_it(service: RagService) -> None:
    ask(service)
    assert service.cache.stats().entries == 1
    service.delete_document(next(one.id for one in service.documents() if one.name == "tides.txt"))
    assert service.cache.stats().entries == 0
    assert "1862" not in ask(service).answer


def test_scopes_and_settings_of_a_question_do_not_share_answers(service: RagService) -> None:
    ask(service)
    assert status(service, scope="somebody else") == "miss"
    assert status(service, k=3) == "miss"
    assert status(service) == "exact"


def test_refusals_are_not_cached(service: RagService) -> None:
    assert ask(service, UNANSWERABLE).refused
    assert status(service, UNANSWERABLE) == "miss"
    assert service.cache.stats().entries == 0


def test_without_the_cache_nothing_is_served_or_stored(service: RagService) -> None:
    *_, last = service.ask(AskQuery(QUESTION, use_cache=False))
    assert last.answer is not None
    assert last.answer.cache.status == "bypass"
    assert status(service) == "miss"


def test_a_reader_who_goes_away_leaves_nothing_behind(service: RagService) -> None:
    events = service.ask(AskQuery(QUESTION))
    next(events)
    events.close()
    assert service.cache.stats().entries == 0
    assert status(service) == "miss"  # and the claim is free again


def test_the_same_question_asked_at_once_is_answered_once(service: RagService) -> None:
    ask(service, "What is sourdough?")  # loads the embedder
    barrier = threading.Barrier(6)

    def at_once(_: int) -> str:
        barrier.wait()
        return status(service)

    with ThreadPoolExecutor(6) as pool:
        statuses = list(pool.map(at_once, range(6)))
    assert sorted(statuses) == ["exact"] * 5 + ["miss"]


def test_another_process_shares_the_answers(service: RagService, settings: Settings) -> None:
    ask(service)
    other = build_service(settings)
    assert (status(other), status(other, PARAPHRASE)) == ("exact", "semantic")
    other.close()


def test_statistics_tell_hits_misses_and_size(service: RagService) -> None:
    for question in (QUESTION, QUESTION, PARAPHRASE, UNANSWERABLE):
        ask(service, question)
    stats = service.cache.stats()
    assert (stats.hits, sum(stats.misses.values()), stats.hit_rate) == ({"exact": 1, "semantic": 1}, 2, 0.5)
    assert stats.entries == 1
    assert service.cache.clear() == 1
    assert service.cache.stats().hit_rate == 0


def test_a_cache_that_is_switched_off_says_so(tmp_path: Path) -> None:
    service = build_service(Settings(data_dir=tmp_path, generator="extractive", cache=False))
    with pytest.raises(UsageError, match="RAGAPP_CACHE"):
        service.cache.stats()
    service.close()
