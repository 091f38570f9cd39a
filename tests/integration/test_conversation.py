"""Follow-ups, stored answers and feedback, through the service, the API and the command line."""

from __future__ import annotations

import io
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ragapp.bootstrap import build_service
from ragapp.cli.program import app
from ragapp.errors import NotFoundError, UsageError
from ragapp.service import RagService
from ragapp.settings import Settings
from ragapp.types import Answer, AskQuery, Feedback, Turn, UploadSpec
from tests.modelserver import Pieces, written_by
from tests.serving import LIBRARY, Caller, ingest_all, settings_in

FIRST, FOLLOW_UP = "When was the harbour built?", "Who built it?"
OVEN = "To how many degrees is the oven heated?"


def ask(caller: Caller, question: str, **more: object) -> Answer:
    *_, last = caller.ask(AskQuery(question, **more))  # type: ignore[arg-type]
    assert last.answer is not None
    return last.answer


def test_a_follow_up_is_searched_for_as_a_question_that_stands_alone(caller: Caller) -> None:
    conversation = caller.history.create_conversation()
    first = ask(caller, FIRST, conversation_id=conversation.id)
    assert (first.standalone_question, first.trace.rewritten_by) == (FIRST, "nobody")
    second = ask(caller, FOLLOW_UP, conversation_id=conversation.id)
    assert second.question == FOLLOW_UP
    assert "harbour" in second.standalone_question
    assert second.trace.rewritten_by == "rules"
    assert "Ada Thornton" in second.answer


def test_a_topic_that_was_only_added_names_no_document(service: RagService, settings: Settings) -> None:
    for name, text in {
        "lease_agreement.txt": "Claudia signed it in May, in the presence of two witnesses.",
        "mail.txt": "Programs that read mail use IMAP on port 143.",
    }.items():
        service.upload(UploadSpec(name), io.BytesIO(text.encode()))
    ingest_all(settings)
    turns = [Turn("Who is the author of the lease agreement?", "Claudia.")]
    answer = ask(service, "What port does IMAP use?", history=turns)
    assert "lease" in answer.standalone_question
    assert answer.hits[0].document_name == "mail.txt"


def test_small_talk_is_answered_and_no_part_of_the_conversation(caller: Caller) -> None:
    conversation = caller.history.create_conversation()
    ask(caller, FIRST, conversation_id=conversation.id)
    thanks = ask(caller, "Thanks!", conversation_id=conversation.id)
    assert (thanks.refused, thanks.hits, thanks.sentences[0].verdict) == (False, (), "no_claim")
    assert len(caller.history.conversation_answers(conversation.id)) == 1
    assert "harbour" in ask(caller, FOLLOW_UP, conversation_id=conversation.id).standalone_question


def test_earlier_turns_may_be_passed_instead(caller: Caller) -> None:
    answer = ask(caller, FOLLOW_UP, history=[Turn(FIRST, "In 1862.")])
    assert "harbour" in answer.standalone_question


def test_the_caller_may_word_the_standalone_question(caller: Caller) -> None:
    answer = ask(caller, FOLLOW_UP, standalone_question=OVEN)
    assert (answer.question, answer.standalone_question) == (FOLLOW_UP, OVEN)
    assert answer.trace.rewritten_by == "caller"
    assert "240 degrees" in answer.answer


def test_an_unknown_conversation_is_not_found(caller: Caller) -> None:
    with pytest.raises(NotFoundError):
        ask(caller, FIRST, conversation_id="nowhere")


def test_an_answer_is_replayed_as_it_was_given(caller: Caller) -> None:
    answer = ask(caller, FIRST)
    stored = caller.history.answer(answer.answer_id)
    assert stored.answer == answer
    assert (stored.collection, stored.gone, stored.feedback) == ("default", (), ())
    with pytest.raises(NotFoundError):
        caller.history.answer("nothing")


def test_feedback_stays_with_its_answer(caller: Caller) -> None:
    answer_id = ask(caller, FIRST).answer_id
    said = [Feedback("down", "In 1863."), Feedback(comment="Sure?")]
    for one in said:
        caller.history.add_feedback(answer_id, one)
    assert list(caller.history.answer(answer_id).feedback) == said
    with pytest.raises(UsageError):
        caller.history.add_feedback(answer_id, Feedback())
    with pytest.raises(NotFoundError):
        caller.history.add_feedback("nothing", Feedback("up"))


def test_conversations_are_listed_renamed_and_deleted(caller: Caller) -> None:
    older, newer = caller.history.create_conversation("Older"), caller.history.create_conversation()
    answer = ask(caller, FIRST, conversation_id=newer.id)
    listed = [one.id for one in caller.history.conversations()]
    assert listed.index(newer.id) < listed.index(older.id)
    assert caller.history.conversation(newer.id).title == FIRST
    assert caller.history.rename_conversation(newer.id, " Harbour ").title == "Harbour"
    assert [one.answer for one in caller.history.conversation_answers(newer.id)] == [answer]
    caller.history.delete_conversation(newer.id)
    for gone in (caller.history.conversation, caller.history.delete_conversation):
        with pytest.raises(NotFoundError):
            gone(newer.id)
    with pytest.raises(NotFoundError):
        caller.history.answer(answer.answer_id)
    with pytest.raises(UsageError):
        caller.history.rename_conversation(older.id, " ")


SECRET = "The vault code is kept by Ada Thornton in the lighthouse."


@pytest.fixture
def secret(service: RagService, settings: Settings) -> tuple[str, Answer]:
    """A document's id and an answer that quotes it."""
    service.upload(UploadSpec("secret.txt"), io.BytesIO(SECRET.encode()))
    ingest_all(settings)
    (document,) = [one for one in service.documents() if one.name == "secret.txt"]
    answer = ask(service, "Where is the vault code kept?")
    assert "lighthouse" in answer.answer
    return document.id, answer


def stored_in(settings: Settings, word: str) -> int:
    """How many stored answers hold the word, whatever the program would show."""
    with sqlite3.connect(settings.data_dir / "ragapp.db") as database:
        found = database.execute("SELECT count(*) FROM answers WHERE answer LIKE ?", (f"%{word}%",))
        return int(found.fetchone()[0])


def test_what_is_deleted_is_gone_from_stored_answers(
    service: RagService, settings: Settings, secret: tuple[str, Answer]
) -> None:
    document_id, answer = secret
    assert stored_in(settings, "lighthouse") > 0
    service.delete_document(document_id)
    stored = service.history.answer(answer.answer_id)
    assert stored.gone == (document_id,)
    assert "lighthouse" not in str(stored)
    assert "secret.txt" not in str(stored)
    assert stored_in(settings, "lighthouse") == 0


def test_what_comes_closest_is_stored_and_goes_with_its_document(
    service: RagService, settings: Settings, secret: tuple[str, Answer]
) -> None:
    document_id, _ = secret
    refusal = ask(service, "Who repaired the vault in Lisbon?")
    assert refusal.refused
    assert any("vault code" in one.quote for one in refusal.nearest)
    assert service.history.answer(refusal.answer_id).answer.nearest == refusal.nearest
    service.delete_document(document_id)
    kept = service.history.answer(refusal.answer_id).answer.nearest
    assert all(one.document_id != document_id for one in kept)
    assert stored_in(settings, "secret.txt") == 0


def test_what_was_changed_is_gone_from_stored_answers(
    service: RagService, settings: Settings, secret: tuple[str, Answer]
) -> None:
    document_id, answer = secret
    service.upload(UploadSpec("secret.txt"), io.BytesIO(b"The vault was emptied in May."))
    ingest_all(settings)
    stored = service.history.answer(answer.answer_id)
    assert stored.gone == (document_id,)
    assert "lighthouse" not in str(stored)
    service.delete_document(document_id)


def test_a_document_deleted_while_an_answer_is_made_is_not_stored_with_it(
    service: RagService, settings: Settings, secret: tuple[str, Answer]
) -> None:
    document_id, _ = secret
    events = service.ask(AskQuery("Where is the vault code kept?"))
    evidence = next(events)
    service.delete_document(document_id)
    *_, last = events
    assert evidence.answer is not None
    assert last.answer is not None
    assert "lighthouse" not in str(service.history.answer(last.answer.answer_id))
    assert stored_in(settings, "lighthouse") == 0


@pytest.mark.usefixtures("library")
def test_a_stopped_answer_is_stored_with_its_draft(library_settings: Settings) -> None:
    pieces = Pieces("The harbour was ", endless=True)
    with written_by(pieces, library_settings) as writing, closing(build_service(writing)) as asked:
        conversation = asked.history.create_conversation()
        before = asked.history.days(1)
        with closing(asked.ask(AskQuery(FIRST, conversation_id=conversation.id, mode="generate"))) as events:
            evidence, first = next(events).answer, next(events)
        with closing(asked.ask(AskQuery(FIRST, mode="generate"))) as events:  # which nobody could find again
            alone = next(events).answer
            next(events)
        assert evidence is not None
        assert alone is not None
        (stored,) = asked.history.conversation_answers(conversation.id)
        assert stored.answer.ending == "stopped"
        assert stored.answer.draft == first.text == "The harbour was"
        assert stored.answer.sentences == evidence.sentences
        assert asked.history.days(1) == before
        with pytest.raises(NotFoundError):
            asked.history.answer(alone.answer_id)


def test_a_draft_goes_with_any_document_that_was_read(
    service: RagService, settings: Settings, secret: tuple[str, Answer]
) -> None:
    document_id, _ = secret
    conversation = service.history.create_conversation()
    pieces = Pieces("In the canary's cage ", endless=True)
    with written_by(pieces, settings) as writing, closing(build_service(writing)) as asked:
        question = "Where is the vault code kept?"
        with closing(
            asked.ask(AskQuery(question, conversation_id=conversation.id, mode="generate"))
        ) as events:
            assert [next(events).kind for _ in range(2)] == ["evidence", "token"]
    assert stored_in(settings, "canary") > 0
    service.delete_document(document_id)
    (stored,) = service.history.conversation_answers(conversation.id)
    assert (stored.answer.ending, stored.answer.draft) == ("stopped", "")
    assert stored_in(settings, "canary") == 0


def test_old_answers_are_deleted(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    service = build_service(settings)
    service.upload(UploadSpec("tides.txt"), io.BytesIO(LIBRARY["tides.txt"]))
    ingest_all(settings)
    old = ask(service, FIRST).answer_id
    with sqlite3.connect(tmp_path / "ragapp.db") as database:
        database.execute("UPDATE answers SET asked_at = '2000-01-01 00:00:00'")
    remaining = ask(service, FIRST).answer_id
    with pytest.raises(NotFoundError):
        service.history.answer(old)
    assert service.history.answer(remaining).answer.answer_id == remaining
    service.close()


def run(settings: Settings, *arguments: str) -> dict[str, object]:
    """The JSON that a command prints."""
    environment = {"RAGAPP_DATA_DIR": str(settings.data_dir), "RAGAPP_GENERATOR": "extractive"}
    done = CliRunner(env=environment).invoke(app, [*arguments, "--json"])
    assert done.exit_code == 0, done.output
    printed: dict[str, object] = json.loads(done.stdout)
    return printed


def test_the_command_line_continues_a_conversation_and_replays_it(
    service: RagService, settings: Settings
) -> None:
    first = run(settings, "ask", FIRST, "--conversation", "new")
    second = run(settings, "ask", FOLLOW_UP, "--continue")
    assert second["conversation_id"] == first["conversation_id"]
    assert "harbour" in str(second["standalone_question"])
    run(settings, "answers", "feedback", str(second["answer_id"]), "--thumbs", "up")
    shown = run(settings, "answers", "show", str(second["answer_id"]))
    assert shown["answer"] == second
    assert shown["feedback"] == [{"thumbs": "up", "correction": None, "comment": None}]


def test_people_can_read_a_replay(service: RagService, settings: Settings) -> None:
    answer = ask(service, FIRST)
    environment = {"RAGAPP_DATA_DIR": str(settings.data_dir), "RAGAPP_GENERATOR": "extractive"}
    done = CliRunner(env=environment).invoke(app, ["answers", "show", answer.answer_id])
    assert done.exit_code == 0
    for reported in (FIRST, "tides.txt", "supported", "dense 1", answer.cache.why):
        assert reported in done.stdout
