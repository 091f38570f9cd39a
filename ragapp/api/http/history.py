"""Stored answers, feedback and conversations over HTTP. Callers see only their own."""

from __future__ import annotations

from fastapi import APIRouter, Response

from ragapp.api.http.dependencies import Service
from ragapp.api.schemas import ConversationTitle, NewConversation
from ragapp.types import Conversation, Feedback, StoredAnswer

router = APIRouter(prefix="/v1", tags=["history"])


@router.get("/answers/{answer_id}")
def show_answer(answer_id: str, service: Service) -> StoredAnswer:
    """Show a stored answer.

    Parts that rest on documents deleted since are left out.
    """
    return service.history.answer(answer_id)


@router.post("/answers/{answer_id}/feedback", status_code=204)
def add_feedback(answer_id: str, feedback: Feedback, service: Service) -> None:
    """Give feedback on an answer: thumbs up or down, a correction, a comment, or several of them."""
    service.history.add_feedback(answer_id, feedback)


@router.get("/conversations")
def list_conversations(service: Service) -> list[Conversation]:
    """List the caller's conversations, latest first."""
    return service.history.conversations()


@router.post("/conversations", status_code=201)
def create_conversation(body: NewConversation, service: Service, response: Response) -> Conversation:
    """Create a conversation.

    Questions join it by `conversation_id`. Without a title, the first question becomes the title.
    """
    made = service.history.create_conversation(body.title)
    response.headers["Location"] = f"/v1/conversations/{made.id}"
    return made


@router.get("/conversations/{conversation_id}")
def show_conversation(conversation_id: str, service: Service) -> Conversation:
    """Show a conversation, without its answers."""
    return service.history.conversation(conversation_id)


@router.get("/conversations/{conversation_id}/answers")
def conversation_answers(conversation_id: str, service: Service) -> list[StoredAnswer]:
    """List the answers of a conversation, oldest first."""
    return service.history.conversation_answers(conversation_id)


@router.patch("/conversations/{conversation_id}")
def rename_conversation(conversation_id: str, body: ConversationTitle, service: Service) -> Conversation:
    """Rename a conversation."""
    return service.history.rename_conversation(conversation_id, body.title)


@router.delete("/conversations/{conversation_id}", status_code=204)
def delete_conversation(conversation_id: str, service: Service) -> None:
    """Delete a conversation with its answers."""
    service.history.delete_conversation(conversation_id)
