"""ClientHistory: a server's answers and conversations, with the methods of `RagService.history`."""

from __future__ import annotations

from urllib.parse import quote

from ragapp.api.schemas import ConversationTitle, NewConversation, decode, encode
from ragapp.client.transport import ClientPart
from ragapp.types import AnswerDay, Conversation, Feedback, StoredAnswer


class ClientHistory(ClientPart):
    def answer(self, answer_id: str) -> StoredAnswer:
        """An answer as it was given, without what was deleted since. Raises NotFoundError."""
        return decode(StoredAnswer, self._transport.send("GET", _answer_path(answer_id)))

    def days(self, last: int) -> list[AnswerDay]:
        """All answers of the last so many days in numbers, by day (UTC); empty days are left out."""
        return decode(list[AnswerDay], self._transport.send("GET", f"/v1/admin/days?last={last}"))

    def add_feedback(self, answer_id: str, feedback: Feedback) -> None:
        """Raises NotFoundError, UsageError when it says nothing."""
        body = encode(Feedback, feedback)
        self._transport.send("POST", f"{_answer_path(answer_id)}/feedback", body=body)

    def create_conversation(self, title: str = "") -> Conversation:
        """An untitled one is called by its first question."""
        body = encode(NewConversation, NewConversation(title))
        return decode(Conversation, self._transport.send("POST", "/v1/conversations", body=body))

    def conversation(self, conversation_id: str) -> Conversation:
        """Raises NotFoundError."""
        return decode(Conversation, self._transport.send("GET", _conversation_path(conversation_id)))

    def conversations(self) -> list[Conversation]:
        """The latest first."""
        return decode(list[Conversation], self._transport.send("GET", "/v1/conversations"))

    def conversation_answers(self, conversation_id: str) -> list[StoredAnswer]:
        """Oldest first. Raises NotFoundError."""
        path = f"{_conversation_path(conversation_id)}/answers"
        return decode(list[StoredAnswer], self._transport.send("GET", path))

    def rename_conversation(self, conversation_id: str, title: str) -> Conversation:
        """Raises NotFoundError, UsageError for an empty title."""
        body = encode(ConversationTitle, ConversationTitle(title))
        path = _conversation_path(conversation_id)
        return decode(Conversation, self._transport.send("PATCH", path, body=body))

    def delete_conversation(self, conversation_id: str) -> None:
        """With its answers and what was said of them. Raises NotFoundError."""
        self._transport.send("DELETE", _conversation_path(conversation_id))


def _answer_path(answer_id: str) -> str:
    return f"/v1/answers/{quote(answer_id, safe='')}"


def _conversation_path(conversation_id: str) -> str:
    return f"/v1/conversations/{quote(conversation_id, safe='')}"
