"""Answers that were given, and conversations, over HTTP."""

from __future__ import annotations

from fastapi import APIRouter, Response

from ragapp.doors.http.dependencies import Service
from ragapp.doors.wire import ConversationTitle, NewConversation
from ragapp.types import Conversation, Feedback, StoredAnswer

router = APIRouter(prefix="/v1", tags=["history"])


@router.get("/answers/{answer_id}")
def show_answer(answer_id: str, service: Service) -> StoredAnswer:
    """The answer as it was given, without what was deleted since."""
    return service.history.answer(answer_id)


@router.post("/answers/{answer_id}/feedback", status_code=204)
def add_feedback(answer_id: str, feedback: Feedback, service: Service) -> None:
    """Thumbs, a better answer, a comment: at least one of them."""
    service.history.add_feedback(answer_id, feedback)


@router.get("/conversations")
def list_conversations(service: Service) -> list[Conversation]:
    """The latest first."""
    return service.history.conversations()


@router.post("/conversations", status_code=201)
def create_conversation(wanted: NewConversation, service: Service, response: Response) -> Conversation:
    """To be named by `conversation_id` in questions. Without a title its first question becomes it."""
    made = service.history.create_conversation(wanted.title)
    response.headers["Location"] = f"/v1/conversations/{made.id}"
    return made


@router.get("/conversations/{conversation_id}")
def show_conversation(conversation_id: str, service: Service) -> Conversation:
    """The conversation without its answers."""
    return service.history.conversation(conversation_id)


@router.get("/conversations/{conversation_id}/answers")
def conversation_answers(conversation_id: str, service: Service) -> list[StoredAnswer]:
    """Oldest first."""
    return service.history.conversation_answers(conversation_id)


@router.patch("/conversations/{conversation_id}")
def rename_conversation(conversation_id: str, wanted: ConversationTitle, service: Service) -> Conversation:
    """Gives the conversation another title."""
    return service.history.rename_conversation(conversation_id, wanted.title)


@router.delete("/conversations/{conversation_id}", status_code=204)
def delete_conversation(conversation_id: str, service: Service) -> None:
    """With its answers."""
    service.history.delete_conversation(conversation_id)
