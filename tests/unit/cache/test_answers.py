"""What may happen between a look at the cache and an answer: others make it, documents go, models change."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ragapp.cache.answer_cache import AnswerCache, CacheRules
from ragapp.cache.cache_key import CacheKey, Circumstances, normalised
from ragapp.cache.entries import entry_of, why_not_kept
from ragapp.cache.validity import ValidityCheck
from ragapp.cache_stores.sqlite import SqliteCacheStore
from ragapp.types import Answer, AskEvent, CacheDecision, Collection, Ending, Hit, SearchResult
from tests.unit.cache.entries import entry, unit

QUESTION = "When was the harbour built?"
MADE = entry(QUESTION).answer
CIRCUMSTANCES = Circumstances((1,), "", "e", None, "p", "s", "auto", 8, ())
ASKED = CacheKey(
    QUESTION,
    SearchResult(QUESTION, "default", (Hit("chunk", "d", "name.txt", 1, 1, 0, 5, "quote", None, 1.0),), {}),
    Collection(1, "default", "e", 384, 3, datetime(2026, 11, 22, tzinfo=UTC)),
    CIRCUMSTANCES,
)


class Library:
    """Whether the one document that is cited is still there."""

    holds = True

    def is_live(self, document: str, version: int) -> bool:
        return self.holds


@pytest.fixture
def library() -> Library:
    return Library()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteCacheStore]:
    with closing(SqliteCacheStore(tmp_path, 10, 5.0)) as store:
        yield store


@pytest.fixture
def cache(store: SqliteCacheStore, library: Library) -> AnswerCache:
    return AnswerCache(
        store,
        embed=lambda _: unit(1),
        judge=ValidityCheck(lambda collection, revision: frozenset(), library.is_live),
        rules=CacheRules(lambda: 0.9, 1000.0, audit_share=0.0, audit_limit=0.05),
    )


def make(decision: CacheDecision) -> Generator[AskEvent, None, None]:
    made = replace(MADE, cache=decision)
    yield AskEvent("evidence", answer=made)
    yield AskEvent("answer", answer=made)


def last(events: Generator[AskEvent, None, None]) -> Answer:
    *_, event = events
    assert event.answer is not None
    return event.answer


def test_what_somebody_else_made_meanwhile_is_served(cache: AnswerCache) -> None:
    mine = cache.answer(ASKED, make)
    assert last(cache.answer(ASKED, make)).cache.status == "miss"
    assert last(mine).cache.status == "exact"


def test_but_not_when_what_it_cites_went_while_one_waited(cache: AnswerCache, library: Library) -> None:
    mine = cache.answer(ASKED, make)
    last(cache.answer(ASKED, make))
    library.holds = False
    assert last(mine).cache.status == "miss"


def test_an_answer_whose_document_went_while_it_was_written_is_not_kept(
    cache: AnswerCache, store: SqliteCacheStore, library: Library
) -> None:
    events = cache.answer(ASKED, make)
    next(events)
    library.holds = False
    last(events)
    assert store.usage().entries == 0


def test_a_question_of_another_person_is_not_shown(cache: AnswerCache) -> None:
    last(cache.answer(ASKED, make))
    other = replace(ASKED, result=replace(ASKED.result, query="Why was the harbour built?"))
    told = last(cache.answer(other, make)).cache
    assert (told.status, "kind of question" in told.why) == ("miss", True)
    assert QUESTION not in told.why


@pytest.mark.parametrize(
    ("mode", "model", "writer", "kept"),
    [
        ("extractive", "extractive", None, True),
        ("generate", "large", "large", True),
        ("generate", "small", "large", False),
        ("extractive", "extractive", "large", False),
        ("generate", "large", None, False),
    ],
)
def test_only_what_the_model_wrote_that_should_have_is_kept(
    mode: str, model: str, writer: str | None, *, kept: bool
) -> None:
    asked = replace(ASKED, circumstances=replace(CIRCUMSTANCES, writer=writer))
    answer = replace(MADE, mode=mode, model=model)
    assert (why_not_kept(asked, answer) is None) == kept


@pytest.mark.parametrize("ending", ["length", "filtered", "interrupted"])
def test_what_is_cut_off_is_not_kept(ending: Ending) -> None:
    asked = replace(ASKED, circumstances=replace(CIRCUMSTANCES, writer="large"))
    answer = replace(MADE, mode="generate", model="large")
    assert why_not_kept(asked, answer) is None
    assert "cut off" in (why_not_kept(asked, replace(answer, ending=ending)) or "")


def test_answers_of_one_embedder_are_never_compared_with_those_of_another(
    cache: AnswerCache, store: SqliteCacheStore
) -> None:
    other = replace(ASKED, circumstances=replace(CIRCUMSTANCES, embedder="another"))
    store.put(entry_of(other, MADE, 1.0, 0.0, 1e10), unit(1))
    assert last(cache.answer(ASKED, make)).cache.status == "miss"


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
