"""What was asked and answered, as it is kept."""

from __future__ import annotations

from typing import Protocol

from ragapp.types import Answer, AnswerDay, Conversation, Feedback, StoredAnswer, Turn


class AnswerStore(Protocol):
    """Answers as they were given, and what readers said of them.

    What a document told goes with it: once a version is removed, no stored answer holds its text.
    """

    def save(self, answer: Answer, collection_id: int, owner: str) -> None:
        """Stores it, in its conversation if it has one; deletes answers that are too old.

        Raises NotFoundError when its conversation or collection is gone, StorageError.
        """

    def answer(self, answer_id: str) -> StoredAnswer:
        """The answer with its quotes as the documents have them now. Raises NotFoundError."""

    def days(self, last: int) -> list[AnswerDay]:
        """The last so many days in numbers, today's included; days without answers are left out."""

    def add_feedback(self, answer_id: str, feedback: Feedback) -> None:
        """Raises NotFoundError."""

    def with_feedback(self, collection: str) -> list[str]:
        """Ids of the answers from a collection that readers said something of, oldest first."""


class ConversationStore(Protocol):
    def create(self, title: str, owner: str) -> Conversation: ...

    def get(self, conversation_id: str) -> Conversation:
        """Raises NotFoundError."""

    def all(self, owner: str | None = None) -> list[Conversation]:
        """The latest first: one owner's, or everybody's."""

    def turns(self, conversation_id: str, last: int) -> list[Turn]:
        """Its last questions, as they were searched for, and answers; oldest first. Raises NotFoundError."""

    def answer_ids(self, conversation_id: str) -> list[str]:
        """Of its answers, oldest first. Raises NotFoundError."""

    def rename(self, conversation_id: str, title: str) -> Conversation:
        """Raises NotFoundError."""

    def delete(self, conversation_id: str) -> None:
        """With its answers and what was said of them. Raises NotFoundError."""
