"""What may happen between a cache look-up and an answer: others store it, documents or models change."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ragapp.cache.answer_cache import AnswerCache, CacheRules
from ragapp.cache.cache_key import CacheKey, Circumstances, normalised
from ragapp.cache.entries import new_entry, why_not_stored
from ragapp.cache.validity import ValidityCheck
from ragapp.cache_stores.sqlite import SqliteCacheStore
from ragapp.testing.cache_entries import entry, unit
from ragapp.types import (
    Answer,
    AskEvent,
    CacheDecision,
    Collection,
    Ending,
    Hit,
    SearchedQuestion,
    SearchResult,
)

QUESTION = "When was the harbour built?"
MADE = entry(QUESTION).answer
CIRCUMSTANCES = Circumstances((1,), "", "e", None, "p", "s", "auto", 8, ())
RESULT = SearchResult(
    QUESTION, "default", (Hit("chunk", "d", "name.txt", 1, 1, 0, 5, "quote", None, 1.0),), {}
)
KEY = CacheKey(
    SearchedQuestion(QUESTION, RESULT),
    Collection(1, "default", "e", 384, 3, datetime(2026, 11, 22, tzinfo=UTC)),
    CIRCUMSTANCES,
)


class Documents:
    """Whether the one cited document is live."""

    live = True

    def is_live(self, document: str, version: int) -> bool:
        return self.live


@pytest.fixture
def documents() -> Documents:
    return Documents()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteCacheStore]:
    with closing(SqliteCacheStore(tmp_path, 10, 5.0)) as store:
        yield store


@pytest.fixture
def cache(store: SqliteCacheStore, documents: Documents) -> AnswerCache:
    return AnswerCache(
        store,
        embed=lambda _: unit(1),
        validity=ValidityCheck(lambda collection, revision: frozenset(), documents.is_live),
        rules=CacheRules(lambda: 0.9, 1000.0, audit_share=0.0, audit_limit=0.05),
    )


def generate(decision: CacheDecision) -> Generator[AskEvent, None, None]:
    answer = replace(MADE, cache=decision)
    yield AskEvent("evidence", answer=answer)
    yield AskEvent("answer", answer=answer)


def last(events: Generator[AskEvent, None, None]) -> Answer:
    *_, event = events
    assert event.answer is not None
    return event.answer


def test_an_answer_that_another_request_stored_meanwhile_is_served(cache: AnswerCache) -> None:
    mine = cache.answer(KEY, generate)
    assert last(cache.answer(KEY, generate)).cache.status == "miss"
    assert last(mine).cache.status == "exact"


def test_such_an_answer_is_not_served_when_its_document_was_deleted_meanwhile(
    cache: AnswerCache, documents: Documents
) -> None:
    mine = cache.answer(KEY, generate)
    last(cache.answer(KEY, generate))
    documents.live = False
    assert last(mine).cache.status == "miss"


def test_an_answer_whose_document_is_deleted_while_it_is_generated_is_not_stored(
    cache: AnswerCache, store: SqliteCacheStore, documents: Documents
) -> None:
    events = cache.answer(KEY, generate)
    next(events)
    documents.live = False
    last(events)
    assert store.usage().entries == 0


def test_a_question_of_another_person_is_not_shown(cache: AnswerCache) -> None:
    last(cache.answer(KEY, generate))
    asked = "Why was the harbour built?"
    other = replace(KEY, searched=SearchedQuestion(asked, replace(RESULT, query=asked)))
    decision = last(cache.answer(other, generate)).cache
    assert (decision.status, "kind of question" in decision.why) == ("miss", True)
    assert QUESTION not in decision.why


@pytest.mark.parametrize(
    ("mode", "model", "generator", "stored"),
    [
        ("extractive", "extractive", None, True),
        ("generate", "large", "large", True),
        ("generate", "small", "large", False),
        ("extractive", "extractive", "large", False),
        ("generate", "large", None, False),
    ],
)
def test_only_answers_of_the_first_generator_are_stored(
    mode: str, model: str, generator: str | None, *, stored: bool
) -> None:
    key = replace(KEY, circumstances=replace(CIRCUMSTANCES, generator=generator))
    answer = replace(MADE, mode=mode, model=model)
    assert (why_not_stored(key, answer) is None) == stored


@pytest.mark.parametrize("ending", ["length", "filtered", "interrupted"])
def test_answers_that_are_cut_off_are_not_stored(ending: Ending) -> None:
    key = replace(KEY, circumstances=replace(CIRCUMSTANCES, generator="large"))
    answer = replace(MADE, mode="generate", model="large")
    assert why_not_stored(key, answer) is None
    assert "cut off" in (why_not_stored(key, replace(answer, ending=ending)) or "")


def test_answers_of_one_embedder_are_never_compared_with_those_of_another(
    cache: AnswerCache, store: SqliteCacheStore
) -> None:
    other = replace(KEY, circumstances=replace(CIRCUMSTANCES, embedder="another"))
    store.put(new_entry(other, MADE, 1.0, 0.0, 1e10), unit(1))
    assert last(cache.answer(KEY, generate)).cache.status == "miss"


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("What is it?", "what  is it"),
        ("What happened in 1862?", "What happened in 1862"),
        ("Really?!", "Really"),
        ("Cafe\u0301 closed?", "Café closed?"),
    ],
)
def test_these_are_the_same_question(a: str, b: str) -> None:
    assert normalised(a) == normalised(b)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("What is 10²?", "What is 102?"),
        ("What is 5!?", "What is 5?"),
        (".NET supported?", "NET supported?"),
        ("How much is ½?", "How much is 1⁄2?"),
        ("Is it polish?", "Is it Polish?"),
    ],
)
def test_these_are_not(a: str, b: str) -> None:
    assert normalised(a) != normalised(b)
