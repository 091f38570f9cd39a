"""Every AnswerStore and ConversationStore, over each supported database."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import Engine, select

from ragapp.errors import NotFoundError
from ragapp.store import schema as t
from ragapp.store.answers import SqlAnswers
from ragapp.store.conversations import SqlConversations
from ragapp.types import Answer, CacheDecision, Citation, CitedCell, Feedback, Sentence
from tests.fault.library import NAME, Library

TEXT = "The heron waits. The crane flies."
QUOTE = "The heron waits."


@pytest.fixture
def library(tmp_path: Path, database_url: str) -> Iterator[Library]:
    library = Library(tmp_path, database_url)
    library.ingest("heron", TEXT)
    yield library
    library.close()


@pytest.fixture
def engine(library: Library) -> Engine:
    return library.engine


@pytest.fixture
def answers(engine: Engine) -> SqlAnswers:
    return SqlAnswers(engine, days=90)


@pytest.fixture
def conversations(engine: Engine) -> SqlConversations:
    return SqlConversations(engine)


def an_answer(library: Library, question: str = "Who waits?", conversation_id: str | None = None) -> Answer:
    document = library.store.documents(NAME)[0]
    return Answer(
        question=question,
        standalone_question=question,
        answer=f"{QUOTE} [1]",
        refused=False,
        mode="extractive",
        model="extractive",
        sentences=(Sentence(QUOTE, "supported", (1,)),),
        citations=(Citation(1, document.id, "heron", 1, 1, 0, len(QUOTE), QUOTE),),
        hits=(),
        cache=CacheDecision("miss", "new"),
        timings_ms={"total": 12.5},
        answer_id=uuid4().hex,
        conversation_id=conversation_id,
    )


def test_an_answer_comes_back_as_it_was_given(library: Library, answers: SqlAnswers) -> None:
    given = an_answer(library)
    before = datetime.now(UTC)
    answers.save(given, library.collection.id, "key-1")
    stored = answers.answer(given.answer_id)
    assert (stored.answer, stored.collection, stored.owner, stored.gone) == (given, NAME, "key-1", ())
    assert before <= stored.asked_at <= datetime.now(UTC)
    with pytest.raises(NotFoundError):
        answers.answer("nothing")


def test_deleting_a_document_redacts_its_answers(
    library: Library, engine: Engine, answers: SqlAnswers
) -> None:
    given = an_answer(library)
    answers.save(given, library.collection.id, "")
    library.delete("heron")
    stored = answers.answer(given.answer_id)
    assert stored.gone == (given.citations[0].document_id,)
    assert QUOTE not in stored.answer.answer
    with engine.begin() as c:
        assert "heron waits" not in c.execute(select(t.answers.c.answer)).scalar_one()


def test_deleting_a_document_redacts_the_cells_and_formulas_of_its_answers(
    library: Library, engine: Engine, answers: SqlAnswers
) -> None:
    given = an_answer(library)
    cell = CitedCell("Quokkas", "Wallabies", "11,736", 0, 6)
    computed = replace(
        given,
        sentences=(replace(given.sentences[0], formula="11,736 + 4 = 11,740"),),
        citations=(replace(given.citations[0], cells=(cell,)),),
    )
    answers.save(computed, library.collection.id, "")
    assert answers.answer(given.answer_id).answer == computed
    library.delete("heron")
    with engine.begin() as c:
        stored = c.execute(select(t.answers.c.answer)).scalar_one()
    assert not any(word in stored for word in ("Quokkas", "Wallabies", "11,7"))


def test_an_answer_from_a_deleted_document_is_stored_redacted(
    library: Library, engine: Engine, answers: SqlAnswers
) -> None:
    given = an_answer(library)
    library.delete("heron")
    answers.save(given, library.collection.id, "")
    with engine.begin() as c:
        assert "heron waits" not in c.execute(select(t.answers.c.answer)).scalar_one()


def test_expired_answers_and_conversations_are_deleted(
    library: Library, engine: Engine, answers: SqlAnswers, conversations: SqlConversations
) -> None:
    hasty = SqlAnswers(engine, days=0)
    conversation = conversations.create("Birds", "")
    old, new = an_answer(library, conversation_id=conversation.id), an_answer(library)
    answers.save(old, library.collection.id, "")
    hasty.save(new, library.collection.id, "")
    with pytest.raises(NotFoundError):
        hasty.answer(old.answer_id)
    assert hasty.answer(new.answer_id).answer == new
    assert not conversations.all()


def test_feedback_is_stored_in_order(library: Library, answers: SqlAnswers) -> None:
    given = an_answer(library)
    answers.save(given, library.collection.id, "")
    said = (Feedback("up"), Feedback("down", "The crane.", "No \N{HERB} – it flies."))
    for one in said:
        answers.add_feedback(given.answer_id, one)
    assert answers.answer(given.answer_id).feedback == said
    assert answers.with_feedback(NAME) == [given.answer_id]
    with pytest.raises(NotFoundError):
        answers.add_feedback("nothing", said[0])


def test_the_answers_of_a_day_are_counted(library: Library, answers: SqlAnswers) -> None:
    for _ in range(3):
        answers.save(an_answer(library), library.collection.id, "")
    days = answers.days(7)
    assert sum(day.answers for day in days) == 3
    assert len(days) <= 2, "a midnight may fall between them"


def test_a_conversation_has_its_turns_in_order(
    library: Library, answers: SqlAnswers, conversations: SqlConversations
) -> None:
    conversation = conversations.create("", "key-1")
    given = [an_answer(library, f"Question {number}?", conversation.id) for number in range(3)]
    for one in given:
        answers.save(one, library.collection.id, "key-1")
    assert [turn.question for turn in conversations.turns(conversation.id, 2)] == [
        "Question 1?",
        "Question 2?",
    ]
    assert conversations.answer_ids(conversation.id) == [one.answer_id for one in given]
    now = conversations.get(conversation.id)
    assert (now.title, now.turns, now.owner) == ("Question 0?", 3, "key-1")
    assert now.last_at > now.started_at


def test_conversations_are_listed_by_owner_latest_first(conversations: SqlConversations) -> None:
    created = [conversations.create(title, owner) for title, owner in (("a", "x"), ("b", "y"), ("c", "x"))]
    assert [one.id for one in conversations.all()] == [one.id for one in created[::-1]]
    assert [one.title for one in conversations.all("x")] == ["c", "a"]
    assert conversations.rename(created[1].id, "d").title == "d"


def test_deleting_a_conversation_deletes_its_answers(
    library: Library, answers: SqlAnswers, conversations: SqlConversations
) -> None:
    conversation = conversations.create("Birds", "")
    given = an_answer(library, conversation_id=conversation.id)
    answers.save(given, library.collection.id, "")
    conversations.delete(conversation.id)
    for refused in (
        lambda: answers.answer(given.answer_id),
        lambda: answers.save(replace(given, answer_id=uuid4().hex), library.collection.id, ""),
        lambda: conversations.delete(conversation.id),
        lambda: conversations.rename(conversation.id, "d"),
    ):
        with pytest.raises(NotFoundError):
            refused()
